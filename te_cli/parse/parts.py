"""Parts: lines of a file under one name, and how they become units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from te_cli.model import Symbol, Unit
from te_cli.parse.signatures import tidy

if TYPE_CHECKING:
    from te_cli.parse.source import Source

MAX_BLOCKS: Final = 5_000
"""Blocks of one file. Past that it is data; the rest belongs to the module unit alone."""

MAX_NAME: Final = 80
"""Characters of a part's name that are kept."""

MAX_LINE: Final = 1_000
"""Characters of a line that are looked at: a key comes early, and data on one line is long."""


@dataclass(slots=True)
class Part:
    """Rows ``first`` to ``last`` (inclusive, from 0) under one name; the name is empty where there is none.

    ``header`` is the line that shows what it is, where that is not its first one. ``owner`` is what stands before its
    name where that is a path, and ``parent`` the position of the part that encloses it.
    """

    first: int
    last: int
    name: str
    kind: str = "block"
    header: str = ""
    doc: str = ""
    owner: str = ""
    parent: int | None = None

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return self.last - self.first + 1


def part_units(parts: list[Part], stem: str, lines: list[str]) -> list[Unit]:
    """A unit for each part; one without a name is called after the file and its line."""
    units: list[Unit] = []
    for part in parts[:MAX_BLOCKS]:
        rows = lines[part.first : part.last + 1]
        name = part.name or f"{stem}:{part.first + 1}"
        header = part.header or next((line[:1000] for line in rows if line.strip()), "")
        qualified = f"{part.owner}.{name}" if part.owner else name
        parent = None if part.parent is None else part.parent + 1
        symbol = Symbol(part.kind, name, qualified, "", tidy(header), part.doc, part.first + 1, part.last + 1, parent)
        units.append(Unit(symbol, "\n".join(rows)))
    return units


def module_unit(stem: str, source: Source, text: str) -> Unit:
    """The unit of the whole file, found by what no other unit covers."""
    return Unit(Symbol("module", stem, stem, "", "", "", 1, source.lines), text)


def rest(lines: list[str], units: list[Unit]) -> str:
    """The lines that no unit covers."""
    kept: list[str] = []
    row = 0
    for symbol in (unit.symbol for unit in units):
        kept += lines[row : symbol.start_line - 1]
        row = max(row, symbol.end_line)
    return "\n".join([*kept, *lines[row:]]).strip("\n")
