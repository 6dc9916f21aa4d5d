"""Names that users type for languages, kinds and the like: checked, with the nearest known one for a slip."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from te_cli.errors import UsageError, one_of
from te_cli.model import CONTENTS, KINDS, REFERENCE_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from te_cli.model import Content, ReferenceKind

Name = TypeVar("Name", bound=str)


def languages_of(values: list[str] | None) -> tuple[str, ...]:
    """The languages asked for, by their names in the index."""
    names = _split(values, "--lang", "python,go")
    if not names:
        return ()
    from te_cli.engine.filtering import language_named

    return _unique(language_named(name) for name in names)


def kinds_of(values: list[str] | None) -> tuple[str, ...]:
    """The kinds asked for."""
    return _unique(one_of("kind", name, KINDS) for name in _split(values, "--kind", "function,class"))


def reference_kinds_of(values: list[str] | None) -> tuple[ReferenceKind, ...]:
    """The kinds of references asked for."""
    return _unique(one_of("kind of reference", name, REFERENCE_KINDS) for name in _split(values, "--kind", "call,type"))


def contents_of(value: str) -> tuple[Content, ...]:
    """The contents asked for; ``all`` filters nothing."""
    names = _split([value], "--content", "code")
    if any(name.lower() == "all" for name in names):
        return ()
    known: tuple[Content | str, ...] = (*CONTENTS, "all")
    for name in names:
        one_of("content", name, known)
    return tuple(content for content in CONTENTS if content in {name.lower() for name in names})


def paths_of(values: list[str] | None) -> tuple[str, ...]:
    """The globs asked for, as the index writes paths."""
    if not values:
        return ()
    from te_cli.engine.filtering import glob_of

    return _unique(_named(glob_of(glob), "--path", "'src/**/*.py'") for glob in values)


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


def _split(values: list[str] | None, flag: str, example: str) -> list[str]:
    """The names in lists with commas."""
    given = (_named(value, flag, example, blanks=" \t,") for value in values or ())
    return [name.strip() for value in given for name in value.split(",") if name.strip()]


def _named(value: str, flag: str, example: str, blanks: str | None = None) -> str:
    """``value``, unless there is nothing in it: a filter that a script left empty must not let everything through."""
    if not value.strip(blanks):
        raise UsageError(f"{flag} names nothing.", f"For example: {flag} {example}. Without it nothing is left out.")
    return value


def _unique(names: Iterable[Name]) -> tuple[Name, ...]:
    return tuple(dict.fromkeys(names))
