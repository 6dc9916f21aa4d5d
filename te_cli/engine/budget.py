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

MARKS = len(":: " + " [stale] [weak] [and 99 alike]\n")
"""Characters that a hit's line may have besides what names it."""


def within(
    hits: Sequence[Hit], tokens: int, sources: Sources, weights: Mapping[str, float]
) -> tuple[tuple[Hit, ...], int]:
    """The hits that ``tokens`` have room for, in their order, and how many are left out.

    Each is shown whole where that fits in what is left; otherwise the best hit by the lines that matched, as many as
    fit, and any other by its signature.
    """
    left = tokens * TOKEN
    shown: list[Hit] = []
    for position, hit in enumerate(hits):
        size = hit.symbol.end_line - hit.symbol.start_line + 1
        forms = [_lines(hit, size, sources, weights, "whole")]
        if position == 0 and forms[0]:
            forms.append(_excerpt(hit, forms[0], left, sources, weights))
        forms.append(_signature(hit))
        for form in forms:
            if form is not None and (cost := cost_of(form)) <= left:
                shown.append(form)
                left -= cost
                break
    return tuple(shown), len(hits) - len(shown)


def cost_of(hit: Hit) -> int:
    """Characters that the hit takes."""
    symbol = hit.symbol
    digits = len(str(symbol.end_line))
    head = len(hit.path) + digits + len(symbol.kind) + len(symbol.qualified_name) + MARKS
    source = hit.snippet if hit.snippet is not None else symbol.signature
    return head + len(source) + (source.count("\n") + 1) * (digits + len("-\n"))


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
