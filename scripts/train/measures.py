"""How good is a ranked list? te's own measures, and those of a whole ranking, in which scores may be equal."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from te_cli.rank.measures import DEPTH, Place, Score, Target, interval, mean, of_gain, one_a_file, score

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "DEPTH", "Place", "Score", "Target", "interval", "mean", "one_a_file", "ranks_of", "score", "score_ranks"
]  # fmt: skip


def score_ranks(ranks: Sequence[float], targets: int) -> Score:
    """A score from the ranks (from 1) of all targets in a whole ranking, whose first hit counts however late it is."""
    kept = [rank for rank in ranks if rank <= DEPTH]
    found = of_gain(kept, targets, sum(1 / math.log2(rank + 1) for rank in kept))
    return {**found, "mrr": 1 / min(ranks)}


def ranks_of(scores: NDArray[np.float32], wanted: Sequence[int]) -> list[float]:
    """The ranks (from 1) of some candidates by score, best first; equals share the middle of their places."""
    found = []
    for candidate in wanted:
        above = int((scores > scores[candidate]).sum())
        equal = int((scores == scores[candidate]).sum())
        found.append(above + (equal + 1) / 2)
    # Two targets with one score still take two places.
    return [rank + sum(other == rank for other in found[:position]) for position, rank in enumerate(found)]
