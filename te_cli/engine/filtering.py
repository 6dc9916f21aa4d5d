"""Filters typed in a query become the request's own, under the names that the index uses."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from te_cli.errors import EmptyQuery, UnknownName, one_of
from te_cli.model import KINDS, Excluded
from te_cli.rank.inline import typed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from te_cli.model import SearchRequest
    from te_cli.rank.inline import Field

SHORT_LANGUAGES = {
    "c#": "csharp",
    "c++": "cpp",
    "cc": "cpp",
    "cs": "csharp",
    "golang": "go",
    "js": "javascript",
    "kt": "kotlin",
    "md": "markdown",
    "py": "python",
    "rb": "ruby",
    "rs": "rust",
    "sh": "bash",
    "shell": "bash",
    "ts": "typescript",
    "yml": "yaml",
}
"""What people call languages, where it is not the name that the index uses."""


def with_typed_filters(request: SearchRequest) -> tuple[SearchRequest, str | None]:
    """``request`` with what is typed in its text as filters among its own, and what to tell of words left out.

    Raises:
        UnknownName: a filter names no language, or no kind.
        EmptyQuery: there is nothing but filters.
    """
    said = typed(request.text)
    if said.text == request.text:
        return request, None
    if not any(map(str.isalnum, said.text)):
        raise EmptyQuery("The query has filters, and nothing to search for.", "For example: lang:go parse the config")
    own, without = request.filters, request.filters.without
    wanted, unwanted = _Values(said.wanted), _Values(said.unwanted)
    try:
        filters = replace(
            own,
            languages=_joined(own.languages, wanted.languages()),
            kinds=_joined(own.kinds, wanted.kinds()),
            paths=_joined(own.paths, wanted.paths(), (f"!{glob}" for glob in unwanted.paths())),
            modules=_joined(own.modules, wanted.of("module")),
            without=Excluded(
                languages=_joined(without.languages, unwanted.languages()),
                kinds=_joined(without.kinds, unwanted.kinds()),
                contents=without.contents,
                modules=_joined(without.modules, unwanted.of("module")),
                words=_joined(without.words, said.words),
                paths=_joined(without.paths, said.role_patterns),
            ),
        )
    except UnknownName as error:
        raise UnknownName(error.message, f"{error.hint} What stands in double quotes is text.") from error
    words = " or ".join(f"'{word}'" for word in said.words)
    note = f"Left out what has {words} in its path or name." if words else None
    return replace(request, text=said.text, filters=filters), note


class _Values:
    """The values of some fields."""

    def __init__(self, pairs: Sequence[tuple[Field, str]]) -> None:
        self._pairs = pairs

    def of(self, field: Field) -> list[str]:
        """Of one field: names in a list with commas."""
        return [name for name in ",".join(self._whole(field)).split(",") if name]

    def languages(self) -> list[str]:
        return [language_named(name) for name in self.of("lang")]

    def kinds(self) -> list[str]:
        return [one_of("kind", name, KINDS) for name in self.of("kind")]

    def paths(self) -> list[str]:
        return [glob_of(value) for value in self._whole("path")]

    def _whole(self, field: Field) -> list[str]:
        return [value for name, value in self._pairs if name == field]


def _joined(*lists: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for values in lists for value in values))


def known_languages() -> tuple[str, ...]:
    """Every language that a file can have, for filters."""
    from te_cli.walk.languages import LANGUAGES

    return tuple(sorted(LANGUAGES))


def language_named(name: str) -> str:
    """The language that people call ``name``; raises :class:`UnknownName`."""
    return one_of("language", SHORT_LANGUAGES.get(name.strip().lower(), name), known_languages())


def glob_of(typed_glob: str) -> str:
    """A glob as the index writes paths."""
    return (typed_glob.replace("\\", "/") if os.sep == "\\" else typed_glob).removeprefix("./")
