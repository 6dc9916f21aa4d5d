"""Reciprocal rank fusion (Cormack, Clarke and Buettcher, SIGIR 2009): lists agree without comparing their scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from te_cli.rank.candidates import Candidate

RRF_K = 60
"""The constant of the paper: how slowly a list's voice fades with rank."""

LISTS = 3
"""Words, vectors and names."""


def fused(candidate: Candidate) -> float:
    """The sum of 1 / (k + rank) over the lists that hold the candidate, scaled so that first in all is 1."""
    found = 0.0
    for rank in (candidate.words_rank, candidate.vector_rank, candidate.name_rank):
        if rank is not None:
            found += (RRF_K + 1) / (RRF_K + 1 + rank)
    return found / LISTS
