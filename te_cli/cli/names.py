"""The names that users type for languages, kinds and the like, and those that a shell may offer to complete them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from te_cli.engine import naming
from te_cli.engine.naming import Said
from te_cli.model import KINDS, REFERENCE_KINDS

if TYPE_CHECKING:
    from te_cli.model import Content, ReferenceKind


def languages_of(values: list[str] | None) -> tuple[str, ...]:
    """The languages asked for, by their names in the index."""
    return naming.languages(values or (), Said("--lang", "--lang python,go"))


def kinds_of(values: list[str] | None) -> tuple[str, ...]:
    """The kinds asked for."""
    return naming.kinds(values or (), Said("--kind", "--kind function,class"))


def reference_kinds_of(values: list[str] | None) -> tuple[ReferenceKind, ...]:
    """The kinds of references asked for."""
    return naming.reference_kinds(values or (), Said("--kind", "--kind call,type"))


def contents_of(value: str) -> tuple[Content, ...]:
    """The contents asked for; ``all`` filters nothing."""
    return naming.contents([value], Said("--content", "--content code"))


def paths_of(values: list[str] | None) -> tuple[str, ...]:
    """The globs asked for, as the index writes paths."""
    return naming.paths(values or (), Said("--path", "--path 'src/**/*.py'"))


def complete_languages(incomplete: str) -> list[str]:
    """The languages that a shell may offer."""
    from te_cli.engine.filtering import known_languages

    return _offered(incomplete, known_languages())


def complete_kinds(incomplete: str) -> list[str]:
    """The kinds that a shell may offer."""
    return _offered(incomplete, KINDS)


def complete_reference_kinds(incomplete: str) -> list[str]:
    """The kinds of references that a shell may offer."""
    return _offered(incomplete, REFERENCE_KINDS)


def _offered(incomplete: str, known: tuple[str, ...]) -> list[str]:
    """Completions of the last name in a list with commas."""
    before, comma, last = incomplete.rpartition(",")
    return [f"{before}{comma}{name}" for name in known if name.startswith(last.lower())]
