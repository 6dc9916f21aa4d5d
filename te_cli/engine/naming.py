"""Filters as people say them become the names that the index knows: checked, with the nearest known one for a slip.

The command line and the library say them differently (``--lang python,go``, ``language=["python", "go"]``), and are
answered with the same sentences.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

from te_cli.errors import UsageError, one_of
from te_cli.model import CONTENTS, KINDS, REFERENCE_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from te_cli.model import Content, ReferenceKind

Name = TypeVar("Name", bound=str)


class Said(NamedTuple):
    """How a filter is said: what it is called, and an example of the whole."""

    name: str
    example: str


def languages(values: Iterable[str], said: Said) -> tuple[str, ...]:
    """The languages asked for, by their names in the index; raises :class:`UsageError`, as the others do."""
    names = _split(values, said)
    if not names:
        return ()
    from te_cli.engine.filtering import language_named

    return _unique(language_named(name) for name in names)


def kinds(values: Iterable[str], said: Said) -> tuple[str, ...]:
    """The kinds of symbols asked for."""
    return _unique(one_of("kind", name, KINDS) for name in _split(values, said))


def reference_kinds(values: Iterable[str], said: Said) -> tuple[ReferenceKind, ...]:
    """The kinds of references asked for."""
    return _unique(one_of("kind of reference", name, REFERENCE_KINDS) for name in _split(values, said))


def contents(values: Iterable[str], said: Said) -> tuple[Content, ...]:
    """The contents asked for; ``all`` filters nothing."""
    names = [name.lower() for name in _split(values, said)]
    if "all" in names:
        return ()
    known: tuple[Content | str, ...] = (*CONTENTS, "all")
    for name in names:
        one_of("content", name, known)
    return tuple(content for content in CONTENTS if content in names)


def paths(values: Iterable[str], said: Said) -> tuple[str, ...]:
    """The globs asked for, as the index writes paths."""
    given = list(values)
    if not given:
        return ()
    from te_cli.engine.filtering import glob_of

    return _unique(_named(glob_of(glob), said) for glob in given)


def _split(values: Iterable[str], said: Said) -> list[str]:
    """The names in lists with commas."""
    given = (_named(value, said, blanks=" \t,") for value in values)
    return [name.strip() for value in given for name in value.split(",") if name.strip()]


def _named(value: str, said: Said, blanks: str | None = None) -> str:
    """``value``, unless there is nothing in it: a filter that a script left empty must not let everything through."""
    if not value.strip(blanks):
        raise UsageError(f"{said.name} names nothing.", f"For example: {said.example}. Without it nothing is left out.")
    return value


def _unique(names: Iterable[Name]) -> tuple[Name, ...]:
    return tuple(dict.fromkeys(names))
