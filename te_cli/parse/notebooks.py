"""Jupyter notebooks: each cell at its lines in the file, found by what its author typed and not by its outputs."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from te_cli.model import Symbol, Unit
from te_cli.parse.signatures import tidy

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_CELLS: Final = 5_000
"""Cells of one notebook that are told apart."""

_TOKEN: Final = re.compile(r"\"([^\"\\]*+(?:\\.[^\"\\]*+)*+)\"?|[{}\[\]]", re.DOTALL)
_CELL_DEPTH: Final = 3


def cells(text: str, lines: list[str]) -> list[Unit]:
    """The cells that have text: code as blocks, prose as sections, numbered from 1; none when it is no notebook."""
    starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
    units: list[Unit] = []
    for number, (start, end) in enumerate(_spans(text), start=1):
        kind, written = _cell(text[start:end])
        if len(units) >= MAX_CELLS:
            break
        if not written.strip():
            continue
        first, last = (bisect_right(starts, at, hi=len(lines)) for at in (start, end - 1))
        header = tidy(next(line for line in written.split("\n") if line.strip())[:1000])
        name = f"cell {number}"
        units.append(Unit(Symbol(kind, name, name, "", header, "", first, last), written))
    return units


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


def _cell(text: str) -> tuple[str, str]:
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
