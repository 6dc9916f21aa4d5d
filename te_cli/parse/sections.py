"""Sections: from a document's headings to its units, whatever the markup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from te_cli.model import Symbol, Unit

if TYPE_CHECKING:
    from te_cli.parse.markdown import Heading


def sections(found: list[Heading], lines: list[str]) -> list[Unit]:
    """A unit for each heading: its lines end before the next that is not below it, its text before the next at all."""
    units: list[Unit] = []
    open_sections: list[tuple[int, str, int]] = []
    ends = _section_ends(found, len(lines))
    for position, heading in enumerate(found):
        while open_sections and open_sections[-1][0] >= heading.level:
            open_sections.pop()
        qualified = " > ".join([*(section[1] for section in open_sections), heading.text])
        parent = open_sections[-1][2] if open_sections else None
        following = found[position + 1].row if position + 1 < len(found) else len(lines)
        symbol = Symbol(
            "section", heading.text, qualified, "", heading.line[:300], "", heading.row + 1, ends[position], parent
        )
        units.append(Unit(symbol, "\n".join(lines[heading.row : following])))
        open_sections.append((heading.level, heading.text, position + 1))
    return units


def _section_ends(found: list[Heading], lines: int) -> list[int]:
    """The last line of each section, in order."""
    ends = [lines] * len(found)
    waiting: list[int] = []
    for position, heading in enumerate(found):
        while waiting and found[waiting[-1]].level >= heading.level:
            ends[waiting.pop()] = heading.row
        waiting.append(position)
    return ends
