"""One page without copies: hits whose source is nearly the same are shown once, with the places of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from te_cli.rank.copies import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from te_cli.engine.snippets import Sources
    from te_cli.model import Symbol
    from te_cli.rank.order import Ranked

SPARE = 10
"""Hits fetched beyond those wanted, to take the places of what is folded."""

Group = tuple["Ranked", list["Ranked"]]
"""A hit, and those alike."""


def folded(ranked: Iterable[Ranked], limit: int, sources: Sources) -> list[Group]:
    """The first ``limit`` hits that differ, in their order, each with the later ones that are nearly the same.

    Past the last one shown only namesakes are compared: reading every file behind it would cost more than it tells.
    """
    groups: list[Group] = []
    texts: list[Text | None] = []
    for entry in ranked:
        full = len(groups) >= limit
        symbol = entry.candidate.symbol
        rivals = [place for place, (shown, _) in enumerate(groups) if _comparable(shown.candidate.symbol, symbol, full)]
        if full and not rivals:
            continue
        text = _text(entry, sources)
        for place in rivals:
            known = texts[place]
            if text and known and _alike(groups[place][0], known, entry, text):
                groups[place][1].append(entry)
                break
        else:
            if not full:
                groups.append((entry, []))
                texts.append(text)
    return groups


def _comparable(shown: Symbol, other: Symbol, full: bool) -> bool:
    return shown.kind == other.kind and (not full or shown.name == other.name)


def _alike(shown: Ranked, known: Text, other: Ranked, text: Text) -> bool:
    """Namesakes, and siblings in one file, may differ a little; what has another name elsewhere must be the same."""
    one, two = shown.candidate, other.candidate
    related = one.path == two.path or one.symbol.name == two.symbol.name
    return known.nearly(text) if related else known.equal(text)


def _text(entry: Ranked, sources: Sources) -> Text | None:
    """The source of a hit; None where it is not what was indexed."""
    path = entry.candidate.path
    source = None if sources.stale(path) else sources.source(path, entry.candidate.symbol)
    return Text(source) if source else None
