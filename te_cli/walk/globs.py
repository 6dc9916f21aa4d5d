r"""A glob's expression, in a form that is matched in one go: no line of an ignore file can keep te busy for hours.

pathspec writes ``*a*b`` as ``[^/]*a[^/]*b``, and a path that almost matches is tried with every place for every star:
six of them are a hundred hours. But where a star matches least, what follows it is met as early as it can be, and no
later place for it lets the rest match that the earliest does not. So each star but a segment's last one matches least
and never again (an atomic group), and so does each ``**`` but the last.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_STAR: Final = "[^/]*"
_NO_SLASH: Final = frozenset(("[^/]", "[^/]+"))
_ENDS: Final = {"(?:(?P<ps_d>/)|$)": False, "(?P<ps_d>/)": True}
"""How pathspec ends an expression that names an entry, and whether only a folder's."""

_TOKEN: Final = re.compile(
    r"(?P<deep>\(\?:\.\+/\)\?|\(\?:/\.\+\)\?)|(?P<star>\[\^/\]\*)+|\[\^/\]\+?|\\.|\[\^?\]?[^\]]*\]|.", re.DOTALL
)
_DEEP_FIRST: Final = "(?:.+/)?"


@dataclass(frozen=True, slots=True)
class Expression:
    """``reaches`` is found in what matches, or lies in a folder that does; ``names`` in what matches itself.

    ``folders``: only a folder is named.
    """

    reaches: str
    names: str
    folders: bool = False


def linear(source: str) -> Expression:
    """The expression that pathspec made of a line, written anew."""
    if source in (".", "/"):  # every path, and every one that is not right at the root
        return Expression(source, source)
    for end, folders in _ENDS.items():
        if source.endswith(end):
            if source == end:
                return Expression("/", "", folders=True)
            stem = _groups(source[1 : -len(end)])
            return Expression(f"{stem}{'/' if folders else _BORDER}", rf"{stem}\Z", folders=folders)
    stem = _groups(source[1:].removesuffix("/")) + "/"
    return Expression(stem, stem)


_BORDER: Final = r"(?:/|\Z)"


def _groups(source: str) -> str:
    """What lies between two ``**``, one after the other: where each is met first, and for the last wherever it is."""
    groups: list[list[str]] = [[]]
    deep = [""]
    for token in _TOKEN.finditer(source):
        if token["deep"]:
            groups.append([])
            deep.append("(?:.+?/)??" if token["deep"] == _DEEP_FIRST else "(?:/.+?)??")
        else:
            groups[-1].append(_STAR if token["star"] else _within(token[0]))
    written = [before + _segments(group) for before, group in zip(deep, groups, strict=True)]
    return r"\A" + "".join([*(f"(?>{each}(?=/))" for each in written[:-1] if each), written[-1]])


def _within(token: str) -> str:
    """A bracket that names what it does not hold means no slash either."""
    return f"(?!/){token}" if token.startswith("[^") and token not in _NO_SLASH else token


def _segments(tokens: list[str]) -> str:
    """Segments one after the other: in each, every star but the last matches least."""
    written: list[str] = []
    segment: list[str] = []
    for piece in [*tokens, "/"]:
        if piece == "/":
            written.append(_segment(segment))
            segment = []
        else:
            segment.append(piece)
    return "/".join(written)


def _segment(tokens: list[str]) -> str:
    first, *chunks = "".join("\0" if token == _STAR else token for token in tokens).split("\0")
    if not chunks:
        return first
    return first + "".join(f"(?>[^/]*?{chunk})" for chunk in chunks[:-1]) + _STAR + chunks[-1]
