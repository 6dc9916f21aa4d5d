"""The one entrance of the room: from a file's text to its units."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

from te_cli.model import Symbol, Unit
from te_cli.parse import blocks
from te_cli.parse.grammars import GRAMMARS
from te_cli.parse.markdown import Heading, headings
from te_cli.parse.signatures import tidy
from te_cli.parse.source import Source, count_lines

__all__ = ["count_lines", "parse"]

MAX_BLOCKS: Final = 5_000
"""Blocks of one file. Past that it is data; the rest belongs to the module unit alone."""


def parse(path: str, language: str, text: str) -> tuple[Unit, ...]:
    """The units of one file: the ``module`` unit (line 1 to the last), then the others in the order of their lines.

    ``path`` is relative to the indexed root. Any text is accepted, empty and malformed too; where the grammar of
    ``language`` gives nothing, or there is none, long files are cut into blocks.
    """
    source = Source(text)
    if language in GRAMMARS:
        from te_cli.parse.code import read_code  # only now: it loads tree-sitter

        units = read_code(path, language, source)
        if units is not None:
            return units
    text = source.text
    lines = text.split("\n")[: source.lines]
    stem = PurePosixPath(path).stem
    if language == "markdown" and (found := headings(lines)):
        return (_module(stem, source, "\n".join(lines[: found[0].row])), *_sections(found, lines))
    units = tuple(block_units(stem, lines, 0, len(lines) - 1))
    return (_module(stem, source, "" if units else text), *units)


def block_units(stem: str, lines: list[str], first: int, last: int) -> list[Unit]:
    """The rows ``first`` to ``last`` as ``block`` units; none when they are few."""
    units: list[Unit] = []
    for start, end in blocks.cut(lines, first, last)[:MAX_BLOCKS]:
        rows = lines[start : end + 1]
        name = f"{stem}:{start + 1}"
        header = next((tidy(line[:1000]) for line in rows if line.strip()), "")
        units.append(Unit(Symbol("block", name, name, "", header, "", start + 1, end + 1), "\n".join(rows)))
    return units


def _module(stem: str, source: Source, text: str) -> Unit:
    return Unit(Symbol("module", stem, stem, "", "", "", 1, source.lines), text)


def _sections(found: list[Heading], lines: list[str]) -> list[Unit]:
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
