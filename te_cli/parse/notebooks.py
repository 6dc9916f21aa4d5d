"""Jupyter notebooks: each cell at its lines in the file, found by what its author typed and not by its outputs.

What a code cell defines and refers to stands at its true lines, too, with the cell for a module: ``cell 3``.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from itertools import accumulate, islice
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final, NamedTuple

from te_cli.model import Parsed, Symbol, Unit
from te_cli.parse.grammars import GRAMMARS
from te_cli.parse.parts import module_unit
from te_cli.parse.signatures import tidy
from te_cli.parse.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from te_cli.model import Reference

LANGUAGE: Final = "jupyter"

MAX_CELLS: Final = 5_000
"""Cells of one notebook that are told apart."""

_TOKEN: Final = re.compile(r"\"([^\"\\]*+(?:\\.[^\"\\]*+)*+)\"?|[{}\[\]]", re.DOTALL)
_COLON: Final = re.compile(r"\s*:")
_CHARACTER: Final = re.compile(r"\\u[dD][89abAB]\w\w\\u[dD][c-fC-F]\w\w|\\u\w{4}|\\.|[^\\]", re.DOTALL)
_LINE_FEED: Final = re.compile(r"(?<!\\)(?:\\\\)*\\n")
_CELL_DEPTH: Final = 3

_MAX_COLUMN: Final = 200
"""Characters of a line whose escapes are counted: past that nobody looks for a column."""

_KERNEL: Final = re.compile(
    r"\"kernelspec\"\s*:\s*\{[^{}]{0,1000}\"language\"\s*:\s*\"(\w+)\""
    r"|\"language_info\"\s*:\s*\{(?:[^{}]|\{[^{}]{0,500}\}){0,1000}?\"name\"\s*:\s*\"(\w+)\""
)
_MAGIC: Final = re.compile(r"^([ \t]*)[%!?][^\n]*", re.MULTILINE)
_OTHER_CODE: Final = re.compile(r"\s*%%(?!(?:time|timeit|capture|prun|python|python3|debug|cache)\b)")
"""A cell that IPython hands to something else: a shell, a browser, a file."""

_VALUES: Final = frozenset(("variable", "constant", "block"))
"""What a cell computes on its way is no definition of the notebook's."""


class _Row(NamedTuple):
    """One line of a cell: the line of the file on which it stands, the column at which it begins, and its JSON."""

    line: int
    column: int
    raw: str


@dataclass(frozen=True, slots=True)
class _Cell:
    """One cell: what was typed into it, the lines of the file that it takes, and where its own lines are."""

    number: int
    kind: str
    written: str
    first: int
    last: int
    rows: list[_Row]

    @property
    def name(self) -> str:
        return f"cell {self.number}"


def read(path: str, source: Source) -> Parsed | None:
    """The cells that have text, numbered from 1: code as blocks with what they define, prose as sections.

    None when it is no notebook.
    """
    units = [module_unit(PurePosixPath(path).stem, source, "")]
    references: list[Reference] = []
    kernel = _KERNEL.search(source.text)
    language = (kernel[1] or kernel[2]).lower() if kernel else "python"
    for cell in islice(_cells(source.text), MAX_CELLS):
        inside = _inside(path, language, cell, len(units))
        units += inside.units
        references += inside.references
    return Parsed(tuple(units), tuple(references)) if len(units) > 1 else None


def _inside(path: str, language: str, cell: _Cell, position: int) -> Parsed:
    """The unit of a cell, which is the file's at ``position``, then the functions and classes that it defines."""
    code = _code(path, language, cell) if cell.kind == "block" else None
    if code is None:
        return Parsed((_unit(cell, cell.written),))
    places = {0: position}
    units: list[Unit] = []
    lines: list[str | None] = list(cell.written.split("\n"))
    for old, unit in enumerate(code.units[1:], start=1):
        symbol = unit.symbol
        above = symbol.parent or 0
        if symbol.kind in _VALUES and not above:
            places[old] = position
            continue
        places[old] = position + len(units) + 1
        start, end = cell.rows[symbol.start_line - 1].line, cell.rows[symbol.end_line - 1].line
        parent = places[above]
        moved = replace(symbol, module=cell.name, start_line=start, end_line=end, parent=parent)
        units.append(Unit(moved, unit.text))
        if parent == position:
            header = [symbol.signature, *[None] * (symbol.end_line - symbol.start_line)]
            lines[symbol.start_line - 1 : symbol.end_line] = header
    text = "\n".join(line for line in lines if line is not None)
    moved_references = (_moved(each, cell, places[each.unit]) for each in code.references)
    return Parsed((_unit(cell, text), *units), tuple(moved_references))


def _unit(cell: _Cell, text: str) -> Unit:
    header = tidy(next(line for line in cell.written.split("\n") if line.strip())[:1000])
    return Unit(Symbol(cell.kind, cell.name, cell.name, "", header, "", cell.first, cell.last), text)


def _code(path: str, language: str, cell: _Cell) -> Parsed | None:
    """What a cell holds as code; None where that is in no known language, or its lines are not those of the file."""
    text = cell.written
    if language not in GRAMMARS or len(cell.rows) != text.count("\n") + 1:
        return None
    if language == "python":
        if _OTHER_CODE.match(text):
            return None
        text = _MAGIC.sub(r"\1pass", text)
    from te_cli.parse.code import read_code  # only now: it loads tree-sitter

    return read_code(path, language, Source(text))


def _moved(reference: Reference, cell: _Cell, unit: int) -> Reference:
    row = cell.rows[reference.line - 1]
    before = reference.column - 1
    exact = islice(_CHARACTER.finditer(row.raw), min(before, _MAX_COLUMN))
    column = row.column + sum(len(character[0]) for character in exact) + max(0, before - _MAX_COLUMN)
    # Where escapes were not counted, the place is about right, and no further than the line goes.
    column = min(column, row.column + max(0, len(row.raw) - 1))
    return reference._replace(line=row.line, column=column, unit=unit)


def _cells(text: str) -> Iterator[_Cell]:
    """The cells that have text."""
    starts = list(accumulate((len(line) + 1 for line in text.split("\n")), initial=0))
    for number, (start, end) in enumerate(_spans(text), start=1):
        kind, written = _typed(text[start:end])
        if written.strip():
            first, last = (bisect_right(starts, at) for at in (start, end - 1))
            rows = _rows(text, start, end, starts) if kind == "block" else []
            yield _Cell(number, kind, written, first, last, rows)


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Where the objects in the list ``cells`` of the outermost object begin and end."""
    depth = start = 0
    key = ""
    inside = False
    for token in _TOKEN.finditer(text):
        mark = token[0][0]
        if mark == '"':
            key = token[1] if depth == 1 else key
        elif mark in "{[":
            depth += 1
            inside = inside or (mark == "[" and depth == _CELL_DEPTH - 1 and key == "cells")
            start = token.start() if depth == _CELL_DEPTH else start
        else:
            if inside and depth == _CELL_DEPTH and mark == "}":
                yield start, token.end()
            depth -= 1
            inside = inside and depth >= _CELL_DEPTH - 1


def _typed(text: str) -> tuple[str, str]:
    """The kind of unit that a cell is, and what was typed into it."""
    try:
        cell = json.loads(text)
    except (ValueError, RecursionError):
        return "", ""
    source = cell.get("source") if isinstance(cell, dict) else None
    pieces = [source] if isinstance(source, str) else source if isinstance(source, list) else []
    written = "".join(piece for piece in pieces if isinstance(piece, str))
    written = written.encode("utf-8", "replace").decode("utf-8")
    return "block" if cell.get("cell_type") == "code" else "section", written


def _rows(text: str, start: int, end: int, starts: list[int]) -> list[_Row]:
    """Where the lines of a cell stand: those of the strings under its key ``source``."""
    rows: list[_Row] = []
    open_row = False
    for at, raw in _strings(text, start, end):
        position = 0
        while position < len(raw):
            found = _LINE_FEED.search(raw, position)
            stop = found.end() if found else len(raw)
            if not open_row:
                line = bisect_right(starts, at + position)
                rows.append(_Row(line, at + position - starts[line - 1] + 1, raw[position:stop]))
            open_row, position = found is None, stop
    if rows and not open_row:
        rows.append(_Row(rows[-1].line, rows[-1].column, ""))
    return rows


def _strings(text: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    """The strings that are the value of a cell's key ``source``, and where they begin."""
    depth = 0
    inside = False
    for token in _TOKEN.finditer(text, start, end):
        mark = token[0][0]
        if mark != '"':
            depth += 1 if mark in "{[" else -1
        elif depth == 1 and _COLON.match(text, token.end()):
            inside = token[1] == "source"
        elif inside:
            yield token.start(1), token[1]
