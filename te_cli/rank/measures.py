"""How good is an order? Gains, reciprocal ranks and recall of one ranked list, and how sure a mean of many is.

A *target* is hit by the first place of the list that is what it asks for. NDCG is that of Järvelin and Kekäläinen
(ACM TOIS 2002) with gains of 0 and 1; the ideal list has all targets at its top. Targets that one place hits gain once.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

DEPTH = 10
"""Places of a list that count."""

RECALLS = (1, 5, 10)
"""How far down the list recall is taken."""

FIGURES = ("ndcg", "mrr", *(f"r{cut}" for cut in RECALLS))
"""The figures of a score."""

RESAMPLES = 10_000
"""Of a bootstrap: the ends of the interval are then steady to a few thousandths."""

DRAWN_AT_ONCE = 1 << 21
"""Numbers of a bootstrap held in memory: 16 MiB."""


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
    """Whether ``place`` is what ``target`` asks for: its path and, where it has lines, one of them."""
    if isinstance(target, str):
        return place.path == target
    return place.path == target["path"] and overlap(place, (target["start_line"], target["end_line"]))


def overlap(place: Place, lines: tuple[int, int]) -> bool:
    """Whether ``place`` has a line in common with ``lines``, from the first to the last."""
    return place.start_line <= lines[1] and lines[0] <= place.end_line


def one_a_file(places: Iterable[Place]) -> list[Place]:
    """The first place of each file, in order."""
    first: dict[str, Place] = {}
    for place in places:
        first.setdefault(place.path, place)
    return list(first.values())


def score(places: Sequence[Place], targets: Sequence[Target]) -> Score:
    """The score of one list against its targets, of which there is at least one."""
    top = places[:DEPTH]
    return score_of([next((at for at, each in enumerate(top, 1) if hit(each, target)), None) for target in targets])


def score_of(ranks: Sequence[int | None]) -> Score:
    """The score of a list in which each target is first hit at a rank (from 1), or not at all.

    For two targets at 1 and 3 the gain is 1 + 1/2, of at most 1 + 1/log2(3).
    """
    found = [rank for rank in ranks if rank is not None and rank <= DEPTH]
    return of_gain(found, len(ranks), sum(1 / math.log2(rank + 1) for rank in set(found)))


def of_gain(ranks: Sequence[float], targets: int, gain: float) -> Score:
    """A score from the ranks of the targets that were hit, how many there are to hit, and what the list gained."""
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(targets, DEPTH) + 1))
    return {
        "ndcg": gain / ideal,
        "mrr": 1 / min(ranks) if ranks else 0.0,
        **{f"r{cut}": sum(rank <= cut for rank in ranks) / targets for cut in RECALLS},
    }


def mean(scores: Sequence[Score]) -> Score:
    """The mean of each figure."""
    return {name: sum(each[name] for each in scores) / len(scores) for name in scores[0]} if scores else {}


def interval(values: Sequence[float], seed: int = 0) -> tuple[float, float]:
    """The 95 % bootstrap interval of the mean of ``values``, one a query; of differences, it is the paired one."""
    import numpy as np

    random, sample = np.random.default_rng(seed), np.asarray(values)
    rows = max(1, DRAWN_AT_ONCE // len(values))
    means = [
        sample[random.integers(len(values), size=(min(rows, RESAMPLES - done), len(values)))].mean(axis=1)
        for done in range(0, RESAMPLES, rows)
    ]
    low, high = np.percentile(np.concatenate(means), (2.5, 97.5))
    return float(low), float(high)
