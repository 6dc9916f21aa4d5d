"""Blocks: how lines that no grammar explains become units small enough to be found."""

from __future__ import annotations

from typing import Final

BLOCK_LINES: Final = 40
"""Lines of a block, about: a screenful, and what an embedding still describes with one vector."""

UNCUT_LINES: Final = 60
"""A stretch of this many lines stays whole: two blocks of thirty lines say less than one of sixty."""

_SLACK: Final = 10
"""How many lines before and after its due place a cut may move to reach a blank line."""


def cut(lines: list[str], first: int, last: int) -> list[tuple[int, int]]:
    """The rows ``first`` to ``last`` (inclusive, from 0) as consecutive blocks, cut at blank lines where there are any.

    Nothing when the stretch is short enough to stay whole.
    """
    if last - first + 1 <= UNCUT_LINES:
        return []
    blocks: list[tuple[int, int]] = []
    start = first
    while last - start + 1 > BLOCK_LINES + _SLACK:
        end = _cut_near(lines, start + BLOCK_LINES)
        blocks.append((start, end - 1))
        start = end
    blocks.append((start, last))
    return [block for block in blocks if any(line.strip() for line in lines[block[0] : block[1] + 1])]


def _cut_near(lines: list[str], due: int) -> int:
    """The first row of the next block: after the blank line nearest to ``due``, or ``due`` itself."""
    for distance in range(_SLACK + 1):
        for row in (due - distance, due + distance):
            if not lines[row - 1].strip():
                return row
    return due
