"""How good is a ranked list? The development harness's scoring, and how sure a mean is.

A *place* is what a search shows: a path and the lines of a unit. A *target* is a path, or a path with lines; it is
hit by the first place of its path that overlaps its lines. Protocol A scores the places as they come; protocol B
first drops the later places of a file already seen.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

DEPTH = 10
"""Places of a list that count."""

RESAMPLES = 10_000
"""Of a bootstrap: the ends of the interval are then steady to a few thousandths."""


class Place(NamedTuple):
    """One result: where a unit stands."""

    path: str
    start_line: int
    end_line: int


Target = str | dict[str, Any]
"""A path, or ``{"path", "start_line", "end_line"}``."""

Score = dict[str, float]
"""``ndcg``, ``mrr`` (at ten) and ``r1``, ``r5``, ``r10``: the share of the targets that are hit that early."""


def hit(place: Place, target: Target) -> bool:
    """Whether ``place`` is what ``target`` asks for."""
    if isinstance(target, str):
        return place.path == target
    overlap = place.start_line <= target["end_line"] and target["start_line"] <= place.end_line
    return bool(place.path == target["path"] and overlap)


def one_a_file(places: Iterable[Place]) -> list[Place]:
    """The first place of each file, in order."""
    first: dict[str, Place] = {}
    for place in places:
        first.setdefault(place.path, place)
    return list(first.values())


def score(places: Sequence[Place], targets: Sequence[Target]) -> Score:
    """What the harness says of one list. Targets that one place hits count once in the gain, as there."""
    ranks = []
    for target in targets:
        rank = next((rank for rank, place in enumerate(places[:DEPTH], 1) if hit(place, target)), None)
        if rank:
            ranks.append(rank)
    return _of_ranks(ranks, len(targets), gain=sum(1 / math.log2(rank + 1) for rank in set(ranks)))


def score_ranks(ranks: Sequence[float], targets: int) -> Score:
    """The same from the ranks (from 1) of all targets in a whole ranking, whose first hit counts however late it is."""
    kept = [rank for rank in ranks if rank <= DEPTH]
    found = _of_ranks(kept, targets, gain=sum(1 / math.log2(rank + 1) for rank in kept))
    return {**found, "mrr": 1 / min(ranks)}


def _of_ranks(ranks: Sequence[float], targets: int, gain: float) -> Score:
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(targets, DEPTH) + 1))
    return {
        "ndcg": gain / ideal,
        "mrr": 1 / min(ranks) if ranks else 0.0,
        **{f"r{cut}": sum(rank <= cut for rank in ranks) / targets for cut in (1, 5, 10)},
    }


def ranks_of(scores: NDArray[np.float32], wanted: Sequence[int]) -> list[float]:
    """The ranks (from 1) of some candidates by score, best first; equals share the middle of their places."""
    found = []
    for candidate in wanted:
        above = int((scores > scores[candidate]).sum())
        equal = int((scores == scores[candidate]).sum())
        found.append(above + (equal + 1) / 2)
    # Two targets with one score still take two places.
    return [rank + sum(other == rank for other in found[:position]) for position, rank in enumerate(found)]


def mean(scores: Sequence[Score]) -> Score:
    """The mean of each figure."""
    return {name: sum(each[name] for each in scores) / len(scores) for name in scores[0]} if scores else {}


def interval(values: Sequence[float], seed: int = 0) -> tuple[float, float]:
    """The 95 % bootstrap interval of the mean of ``values``, one a query; of differences, it is the paired one."""
    drawn = np.random.default_rng(seed).integers(len(values), size=(RESAMPLES, len(values)))
    means = np.asarray(values)[drawn].mean(axis=1)
    low, high = np.percentile(means, (2.5, 97.5))
    return float(low), float(high)
