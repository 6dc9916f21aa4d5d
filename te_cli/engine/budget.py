"""A page within a number of tokens: the best hits whole, then signatures, and a count of what did not fit.

What counts is what `te search` prints into a pipe: for each hit the line that says where and what it is, and its
source with line numbers.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from te_cli.engine.snippets import Sources
    from te_cli.model import Hit, Shown

TOKEN = 4
"""Characters of a token, as is usual to reckon for code and English alike."""

FEWEST = 3
"""Lines of a hit below which its signature says more."""

FIRST = 0.3
"""The share of the tokens that the best hit may take before the others have had their turn. On 477 annotated queries a
page of 500 tokens so holds .98 of what is looked for; .80 where the best hit takes all that it needs."""

NEXT = 0.5
"""The share of what is left that each further hit may take."""

MARKS = len(":: " + " [stale] [weak] [and 99 alike]\n")
"""Characters that a hit's line may have besides what names it."""


def within(
    hits: Sequence[Hit], tokens: int, sources: Sources, weights: Mapping[str, float]
) -> tuple[tuple[Hit, ...], int]:
    """The hits that ``tokens`` have room for, in their order, and how many are left out.

    A hit is shown whole where it leaves room for others; else the best hit by the lines that matched, and any other by
    its signature. What is left when all have had their turn goes to those that were cut, the best first.
    """
    left = tokens * TOKEN
    shown: list[Hit] = []
    for position, hit in enumerate(hits):
        room = min(left, int(FIRST * tokens * TOKEN) if position == 0 else int(NEXT * left))
        form = _source(hit, room, sources, weights, lines=position == 0) or _signature(hit)
        if (cost := cost_of(form)) <= left:
            shown.append(form)
            left -= cost
    for position, form in enumerate(shown):
        if form.shown != "whole":
            room = left + cost_of(form)
            shown[position] = _source(form, room, sources, weights, lines=position == 0) or form
            left = room - cost_of(shown[position])
    return tuple(shown), len(hits) - len(shown)


def cost_of(hit: Hit) -> int:
    """Characters that the hit takes."""
    symbol = hit.symbol
    digits = len(str(symbol.end_line))
    head = len(hit.path) + digits + len(symbol.kind) + len(symbol.qualified_name) + MARKS
    source = hit.snippet if hit.snippet is not None else symbol.signature
    return head + len(source) + (source.count("\n") + 1) * (digits + len("-\n"))


def _source(hit: Hit, room: int, sources: Sources, weights: Mapping[str, float], *, lines: bool) -> Hit | None:
    """The hit whole where that fits into ``room``; else its best lines, as many as fit, where ``lines`` asks."""
    size = hit.symbol.end_line - hit.symbol.start_line + 1
    whole = _lines(hit, size, sources, weights, "whole")
    if whole is None or cost_of(whole) <= room:
        return whole
    return _excerpt(hit, whole, room, sources, weights) if lines else None


def _brief(hit: Hit) -> Hit:
    """Without all but the beginning of its documentation: in whole source it stands anyway."""
    return replace(hit, symbol=replace(hit.symbol, doc=hit.symbol.doc.strip().split("\n", 1)[0]))


def _lines(hit: Hit, size: int, sources: Sources, weights: Mapping[str, float], shown: Shown) -> Hit | None:
    """The best ``size`` lines of the hit; None where its file cannot be read."""
    found = sources.snippet(hit.path, hit.symbol, None, weights, size)
    if found is None:
        return None
    return replace(
        _brief(hit),
        snippet=found.text,
        snippet_start=found.start,
        matched=found.matched,
        matched_lines=found.lines,
        shown=shown,
    )


def _signature(hit: Hit) -> Hit:
    return replace(_brief(hit), snippet=None, snippet_start=None, shown="signature", matched_lines=())


def _excerpt(hit: Hit, whole: Hit, room: int, sources: Sources, weights: Mapping[str, float]) -> Hit | None:
    """The best lines of what is too long, as many as fit; None where those are too few."""
    size, form = hit.symbol.end_line - hit.symbol.start_line + 1, whole
    while (cost := cost_of(form)) > room:
        size = min(size - 1, size * room // cost)
        found = _lines(hit, size, sources, weights, "lines") if size >= FEWEST else None
        if found is None:
            return None
        form = found
    return form
