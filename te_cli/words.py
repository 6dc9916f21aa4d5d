r"""How text becomes words, the same way when indexing and when asking.

An identifier stands for itself, lowered, and for its parts: ``parseHTTPResponse2`` is ``parsehttpresponse2``,
``parse``, ``http``, ``response`` and ``2``. Each distinct identifier is split once in the life of a process: code
repeats its names, so the memo answers nearly every time.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

MAX_WORD = 64
"""Characters of an identifier that count. Longer runs are hashes, encoded data or generated names."""

_IDENTIFIER = re.compile(r"\w+")
_INSIDE = re.compile(r"\w\w")
_PART = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+|[^\W\d_A-Za-z]+")
_PART_OR_END = re.compile(_PART.pattern + r"|\n")

MOST_SPLIT = 1 << 16
"""Identifiers whose parts are remembered: the vectors ask for those of some files, and soon after the text index."""


_SPACED = "".join(letter if _IDENTIFIER.match(letter) else " " for letter in map(chr, range(128)))
"""What each ASCII character becomes so that only identifiers are left: half the time of the regular expression."""


def readable(text: str) -> str:
    """``text`` with a question mark for each byte that is no text: neither index can be asked about one."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def identifiers(text: str) -> list[str]:
    """Every run of letters, digits and underscores, in order."""
    return text.translate(_SPACED).split() if text.isascii() else _IDENTIFIER.findall(text)


def is_inside(text: str, at: int) -> bool:
    """Whether a place in ``text`` lies inside an identifier: to cut there would make two of it."""
    return at > 0 and _INSIDE.match(text, at - 1) is not None


@lru_cache(maxsize=1 << 16)
def parts(identifier: str) -> tuple[str, ...]:
    """The lowered words inside an identifier: split at case changes, underscores and around digits."""
    return tuple([part.lower() for part in _PART.findall(identifier[:MAX_WORD])])


class _Split(dict[str, str]):
    """The parts of identifiers, lowered, with a space between them."""

    def __missing__(self, identifier: str) -> str:
        if len(self) >= MOST_SPLIT:
            self.clear()
        split = self[identifier] = " ".join(_PART.findall(identifier[:MAX_WORD])).lower()
        return split

    def learn(self, names: Collection[str]) -> None:
        """Split many at once, which takes half the time of one after the other."""
        if len(self) + len(names) > MOST_SPLIT:
            self.clear()
        found = _PART_OR_END.findall("\n".join([name[:MAX_WORD] for name in names]))
        self.update(zip(names, map(str.strip, " ".join(found).lower().split("\n")), strict=True))


_split = _Split()


def split_up(names: Collection[str]) -> list[str]:
    """The parts of each of ``names``, distinct identifiers, lowered and with a space between them."""
    _split.learn(names)
    return [_split[name] for name in names]


def terms(identifier: str) -> str:
    """What an identifier is indexed under: itself, lowered, and its parts where it has more than one.

    Words with a space between them; nothing but underscores is nothing.
    """
    whole = identifier[:MAX_WORD].lower().strip("_")
    split = _split[identifier]
    return f"{whole} {split}" if " " in split else whole


def words_of(text: str, limit: int | None = None) -> list[str]:
    """The parts of every identifier of ``text``, in order, at most ``limit``."""
    found: list[str] = []
    for identifier in identifiers(text):
        found.extend(parts(identifier))
        if limit is not None and len(found) >= limit:
            return found[:limit]
    return found


def part_spans(text: str) -> list[tuple[int, int, str]]:
    """Where the parts of the identifiers of ``text`` begin and end, and each of them, lowered."""
    return [
        (whole.start() + part.start(), whole.start() + part.end(), part.group().lower())
        for whole in _IDENTIFIER.finditer(text)
        for part in _PART.finditer(whole.group()[:MAX_WORD])
    ]


def terms_of(text: str) -> list[str]:
    """The index terms of every identifier of ``text``, in order."""
    found: list[str] = []
    for identifier in identifiers(text):
        found += terms(identifier).split()
    return found
