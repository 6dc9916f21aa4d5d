"""Where a reference stands in a file that no grammar reads: its line, its column and the part around it."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from te_cli.model import Reference

if TYPE_CHECKING:
    from te_cli.model import ReferenceKind
    from te_cli.parse.parts import Part

MAX_REFERENCES: Final = 50_000
"""References read from one file. Past that it is data."""


class Places:
    """References on their way, by the offset of their names; the first to take an offset keeps it."""

    def __init__(self, lines: list[str], parts: list[Part]) -> None:
        self._starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
        self._units = [0] * (len(lines) + 1)
        for position, part in enumerate(parts, start=1):
            self._units[part.first : part.last + 1] = [position] * part.rows
        self._found: dict[int, tuple[ReferenceKind, str, str]] = {}

    def add(self, kind: ReferenceKind, offset: int, name: str, qualifier: str = "") -> None:
        """Take the name at ``offset``, unless it is taken."""
        if len(self._found) < MAX_REFERENCES:
            self._found.setdefault(offset, (kind, name, qualifier))

    def row(self, offset: int) -> int:
        """The row, from 0, on which an offset lies."""
        return bisect_right(self._starts, offset) - 1

    def references(self) -> tuple[Reference, ...]:
        """All of them in the order of the text, each in the innermost part on its line."""
        return tuple(self._reference(offset, *found) for offset, found in sorted(self._found.items()))

    def _reference(self, offset: int, kind: ReferenceKind, name: str, qualifier: str) -> Reference:
        row = self.row(offset)
        return Reference(kind, name, qualifier, "", row + 1, offset - self._starts[row] + 1, self._units[row])


def blanked(text: str) -> str:
    """As many blanks, and the same line ends."""
    return "\n".join(" " * len(line) for line in text.split("\n"))
