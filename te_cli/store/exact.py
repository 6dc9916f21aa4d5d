"""The nearest of many rows, exactly: every row is compared, and equal rows are equal wherever they lie.

Rows are compared in single precision, a piece at a time. What may be among the best is then compared once more, row by
row in double precision, so that a cosine depends on nothing but its row and the query.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from te_cli.store.vectors import AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

SCORE_DIGITS = 6
"""Cosines are rounded: unit rows of 32-bit numbers say no more."""

MARGIN = 1e-5
"""How far a cosine in single precision may be off, and ten times as much."""

SPARSE = 4
"""Where fewer than one row in so many is wanted, they are gathered; else all are compared, which is quicker."""


class Part(NamedTuple):
    """Unit ``rows`` (n, dimension) keyed by ``ids`` (n,), of which those at ``places`` count, or all."""

    ids: NDArray[np.int64]
    rows: NDArray[np.float32]
    places: NDArray[np.int64] | None


def best(query: NDArray[np.float32], parts: Sequence[Part], count: int) -> list[tuple[int, float]]:
    """The ``count`` ids nearest to a unit ``query`` (dimension,), each with its cosine: best first, ties by id."""
    rough = [_rough(query, part) for part in parts]
    every = np.concatenate([scores for _, scores in rough]) if rough else np.empty(0, np.float32)
    if not len(every):
        return []
    edge = -np.inf if len(every) <= count else float(np.partition(every, len(every) - count)[-count]) - MARGIN
    ids, cosines = [], []
    for part, (places, scores) in zip(parts, rough, strict=True):
        near = np.flatnonzero(scores >= edge)
        near = near if places is None else places[near]
        ids.append(part.ids[near])
        cosines.append(_precise(query, part.rows, near))
    found, scored = np.concatenate(ids), np.concatenate(cosines)
    order = np.lexsort((found, -scored))[:count]
    return list(zip(found[order].tolist(), scored[order].tolist(), strict=True))


def _rough(query: NDArray[np.float32], part: Part) -> tuple[NDArray[np.int64] | None, NDArray[np.float32]]:
    """Which rows of a part count (None: all), and their cosines."""
    places = part.places
    if places is not None and len(places) * SPARSE < len(part.rows):
        scores = np.empty(len(places), np.float32)
        for start, end in _pieces(len(places), len(query)):
            scores[start:end] = part.rows[places[start:end]] @ query
        return places, scores
    scores = np.empty(len(part.rows), np.float32)
    for start, end in _pieces(len(scores), len(query)):
        np.dot(part.rows[start:end], query, out=scores[start:end])
    return places, scores if places is None else scores[places]


def _precise(query: NDArray[np.float32], rows: NDArray[np.float32], places: NDArray[np.int64]) -> NDArray[np.float64]:
    """The cosines of the rows at ``places``, rounded."""
    wide = query.astype(np.float64)
    cosines = np.empty(len(places), np.float64)
    for start, end in _pieces(len(places), len(query)):
        (rows[places[start:end]] * wide).sum(axis=1, out=cosines[start:end])
    rounded: NDArray[np.float64] = np.clip(np.round(cosines, SCORE_DIGITS), -1.0, 1.0) + 0.0
    return rounded


def _pieces(count: int, dimension: int) -> Iterator[tuple[int, int]]:
    """Ranges of so many rows as stay in the processor's cache."""
    step = max(1, AT_ONCE // dimension)
    for start in range(0, count, step):
        yield start, min(start + step, count)
