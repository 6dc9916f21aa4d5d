"""The page: signals times weights, then one hit after another, so that one file does not fill the list."""

from __future__ import annotations

from heapq import heapify, heappop, heapreplace
from itertools import pairwise
from operator import itemgetter, mul
from typing import TYPE_CHECKING

from te_cli.model import Signal
from te_cli.rank.signals import SIGNALS, signal_rows
from te_cli.rank.weights import BY_NAME, CROWDED, CROWDING, DIGITS, SEMANTIC, SEMANTIC_CROWDING, WEIGHTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from te_cli.model import Mode
    from te_cli.rank.analyse import Query
    from te_cli.rank.candidates import Candidate
    from te_cli.rank.signals import Row
    from te_cli.rank.weights import Weight


class Ranked:
    """A candidate in its place."""

    def __init__(
        self, candidate: Candidate, score: float, plain: float, row: Row, weights: Mapping[str, Weight]
    ) -> None:
        """``plain``: the score before other hits of its file came; ``row``: its signals."""
        self.candidate, self.score = candidate, score
        self._plain, self._row, self._weights = plain, row, weights

    @property
    def reasons(self) -> tuple[Signal, ...]:
        """What the score is made of: they add up to it, the weightiest first. Worked out for those who ask."""
        values = zip(SIGNALS, self._row, strict=True)
        weights = self._weights
        reasons = [
            Signal(name, round(value, DIGITS), *weights[name]) for name, value in values if name in weights and value
        ]
        if self.score != self._plain:
            reasons.append(Signal("crowding", 1.0, round(self.score - self._plain, DIGITS), CROWDED))
        reasons.sort(key=lambda reason: (-abs(reason.value * reason.weight), reason.name))
        return tuple(reasons)


def rank(query: Query, candidates: Sequence[Candidate], limit: int, mode: Mode = "hybrid") -> list[Ranked]:
    """The best ``limit`` candidates, best first, in an order that does not depend on how they came."""
    weights, crowding = _weights(query, mode)
    pick = itemgetter(*map(SIGNALS.index, weights))
    factors = [weight.value for weight in weights.values()]
    scored = [
        (round(sum(map(mul, factors, pick(row))), DIGITS), candidate, row)
        for candidate, row in zip(candidates, signal_rows(query, candidates), strict=True)
    ]
    scored.sort(key=itemgetter(0), reverse=True)
    if any(one[0] == other[0] for one, other in pairwise(scored)):  # rarely, and what breaks ties is a long key
        scored.sort(key=lambda entry: (-entry[0], entry[1].order))
    page: list[Ranked] = []
    for score, place in _spread([(score, candidate.path) for score, candidate, _ in scored], limit, crowding):
        plain, candidate, row = scored[place]
        page.append(Ranked(candidate, score, plain, row, weights))
    return page


def _weights(query: Query, mode: Mode) -> tuple[Mapping[str, Weight], float]:
    """What each signal weighs, and what each further hit of a file pays."""
    if mode == "semantic":
        return SEMANTIC, SEMANTIC_CROWDING
    return (BY_NAME if mode == "name" else WEIGHTS)[query.intent], CROWDING[query.intent]


def _spread(scored: Sequence[tuple[float, str]], limit: int, crowding: float) -> list[tuple[float, int]]:
    """Scores and places of the best ``limit``: each further hit of a file pays ``crowding`` for each one before it.

    Within a file the order stays; so the next hit is the best of the files' next ones.
    """
    waiting: dict[str, list[int]] = {}
    for place, (_, path) in enumerate(scored):
        waiting.setdefault(path, []).append(place)
    taken = dict.fromkeys(waiting, 0)
    heads = [(-scored[places[0]][0], places[0], path) for path, places in waiting.items()]
    heapify(heads)
    page: list[tuple[float, int]] = []
    while heads and len(page) < limit:
        score, place, path = heads[0]
        page.append((-score, place))
        taken[path] += 1
        if taken[path] < len(waiting[path]):
            following = waiting[path][taken[path]]
            score = -round(scored[following][0] - crowding * taken[path], DIGITS)
            heapreplace(heads, (score, following, path))
        else:
            heappop(heads)
    return page
