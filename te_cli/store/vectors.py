"""Where the vectors of a base lie: beside one another for as long as looking at all of them is quick, else in a graph.

A base is an immutable file, named by the catalog and opened memory-mapped. What came after it is the delta, whose rows
live in the catalog and are scored one by one. A hit's similarity is that of its 8-bit row with the query in full
precision, so that it does not depend on where its row lies.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol

import numpy as np

from te_cli.errors import NotWritable
from te_cli.store import flat
from te_cli.store.faults import reach
from te_cli.store.folder import base_path
from te_cli.store.removal import put_over, remove

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

GRAPH_ROWS = 2_000_000
"""Rows from which a graph is worth its bytes (five times as many to be held in memory), the time it takes to build
(five times that of everything else in the run) and what it misses: until then all signs are looked at in 10 ms."""

AT_ONCE = 1 << 17
"""Numbers multiplied at a time: they stay in the processor's cache. Past three times as many the library takes several
threads, which then wait for more at full speed, and whose sums differ in the last bit with the number of cores. So each
cosine is what one core makes of all rows at once."""

SCORE_DIGITS = 5
"""Similarities are rounded, so that equal texts are equal whatever the order of a sum."""


class Base(Protocol):
    """A base, mapped for reading."""

    def __len__(self) -> int: ...

    def close(self) -> None:
        """Unmap the file (a mapped file cannot be removed on every platform)."""

    def nearest(
        self, query: NDArray[np.float32], count: int, allowed: NDArray[np.int64] | None
    ) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
        """Ids and rows of at least the nearest ``count`` of those ``allowed``, or of all; in no particular order."""

    def rows(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
        """The ids that the base holds, and their rows in the same order."""


def open_base(folder: Path, generation: int, dimensions: int) -> Base:
    """Map a base.

    Raises:
        IndexDamaged: its file is missing, cut short or of other dimensions.
    """
    path = base_path(folder, generation)
    if path.suffix == ".rows":
        return flat.FlatBase(path, dimensions)
    from te_cli.store.graph import GraphBase  # 50 ms of import that only the largest indexes need

    return GraphBase(path, dimensions)


def write_base(folder: Path, generation: int, ids: NDArray[np.int64], rows: NDArray[np.int8], threads: int) -> Path:
    """Write ``rows`` (n, dimensions), keyed by rising ``ids`` (n,), as a base: whole or not at all. Gives its file.

    Raises:
        NotWritable: the file cannot be written.
    """
    large = len(ids) >= GRAPH_ROWS
    paths = {kind: folder / f"vectors-{generation}.{kind}" for kind in ("usearch", "rows")}
    path, other = (paths["usearch"], paths["rows"]) if large else (paths["rows"], paths["usearch"])
    fresh = path.with_suffix(".new")
    try:
        remove(fresh)
        remove(other)  # that of a run that died, which nothing names
        reach("merge.vectors")
        if large:
            from te_cli.store.graph import write_graph

            write_graph(fresh, ids, rows, threads)
        else:
            flat.write_flat(fresh, ids, rows)
        reach("merge.saved")
        with fresh.open("rb") as file:
            os.fsync(file.fileno())
        put_over(fresh, path)
        reach("merge.named")
    except (OSError, RuntimeError) as error:  # usearch raises RuntimeError for a full disk
        raise NotWritable(f"The vectors cannot be written: {error}.", "Check the disk's space.") from error
    return path


def similarity(query: NDArray[np.float32], rows: NDArray[np.int8]) -> NDArray[np.float32]:
    """Cosine of a unit ``query`` (dimensions,) with each of ``rows`` (n, dimensions), shape (n,)."""
    cosine = np.empty(len(rows), np.float32)
    step = max(1, AT_ONCE // rows.shape[1] // 4) * 4
    ends = [*range(step, len(rows) - step + 1, step), len(rows)]  # a remainder goes with what is before it
    for start, end in zip([0, *ends], ends, strict=False):
        wide = rows[start:end].astype(np.float32)
        lengths = np.sqrt(np.einsum("ij,ij->i", wide, wide))
        lengths[lengths == 0] = 1
        cosine[start:end] = (wide @ query) / lengths
    return cosine


def scored(query: NDArray[np.float32], ids: NDArray[np.int64], rows: NDArray[np.int8]) -> list[tuple[int, float]]:
    """The cosine of each row with ``query``, by its id, best first."""
    scores = np.round(similarity(query, rows).astype(np.float64), SCORE_DIGITS)
    order = np.lexsort((ids, -scores))
    return list(zip(ids[order].tolist(), scores[order].tolist(), strict=True))
