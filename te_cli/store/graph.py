"""A base as a graph, for indexes so large that looking at every row takes too long. The only importer of usearch."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from te_cli.errors import IndexDamaged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray
    from usearch.index import Index

CONNECTIVITY = 16
"""Neighbours of a node in the graph."""

EXPANSION_ADD = 64
"""Candidates weighed when a row is added: twice as many cost twice the time for a hundredth of recall."""

EXPANSION_SEARCH = 128
"""Candidates weighed in a search; rescoring makes up for what 8 bits blur."""

SLACK = 4
"""Allowed rows hoped for, for each that is wanted, from what a filtered search asks of the graph: its furthest rows are
those that it misses most, and a filter may admit just these. With none it lost 1.5 of 100 of the nearest."""


def _new_index(dimensions: int) -> Index:
    from usearch.index import Index

    return Index(
        ndim=dimensions,
        metric="cos",
        dtype="i8",
        connectivity=CONNECTIVITY,
        expansion_add=EXPANSION_ADD,
        expansion_search=EXPANSION_SEARCH,
    )


@contextmanager
def _interruptible() -> Iterator[None]:
    """The library ends its work on a signal, and then loses the exception that the signal's handler raised."""
    try:
        yield
    except RuntimeError as error:
        if "terminated" in str(error):
            raise KeyboardInterrupt from error
        raise


def write_graph(path: Path, ids: NDArray[np.int64], rows: NDArray[np.int8], threads: int) -> None:
    """Build a graph over ``rows`` (n, dimensions) keyed by ``ids`` (n,), and save it.

    Raises:
        RuntimeError: the file cannot be written.
    """
    index = _new_index(rows.shape[1])
    with _interruptible():
        index.add(ids.astype(np.uint64), rows, threads=threads)
    index.save(str(path))


class GraphBase:
    """A graph, mapped for reading: a :class:`~te_cli.store.vectors.Base`."""

    def __init__(self, path: Path, dimensions: int) -> None:
        """Map the file.

        Raises:
            IndexDamaged: it is missing, cut short or of other dimensions.
        """
        try:
            index = _new_index(dimensions)
            index.view(str(path))
        except Exception as error:  # usearch raises RuntimeError and ValueError for what it cannot map
            raise IndexDamaged(f"The vector file {path.name} cannot be opened.", "Run `te doctor --repair`.") from error
        if index.ndim != dimensions:
            raise IndexDamaged(f"The vector file {path.name} is of another model.", "Run `te doctor --repair`.")
        self._index = index

    def __len__(self) -> int:
        return len(self._index)

    def close(self) -> None:
        """Unmap the file (a mapped file cannot be removed on every platform)."""
        self._index.reset()  # type: ignore[no-untyped-call]  # the library leaves it so

    def nearest(
        self, query: NDArray[np.float32], count: int, allowed: NDArray[np.int64] | None
    ) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
        """Ids and rows of about the nearest ``count``; of few ``allowed`` the very nearest."""
        if allowed is None:
            return self.rows(self._around(query, count))
        size = len(self._index)
        wanted = SLACK * count * size // max(1, len(allowed))
        while wanted < min(len(allowed), size // 2):
            found = self._around(query, wanted)
            found = found[np.isin(found, allowed)]
            if len(found) >= SLACK // 2 * count:
                return self.rows(found)
            wanted *= 4
        return self.rows(allowed)  # the graph would save nothing

    def _around(self, query: NDArray[np.float32], count: int) -> NDArray[np.int64]:
        """Ids of about the nearest ``count``, rising."""
        peak = float(np.abs(query).max()) or 1.0
        small = np.rint(query * (127 / peak)).astype(np.int8)
        with _interruptible():
            matches = self._index.search(small, min(count, len(self._index)), threads=1)
        return np.unique(np.asarray(matches.keys).astype(np.int64))

    def rows(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
        """The ids that the base holds, and their rows in the same order."""
        keys = ids.astype(np.uint64)
        if not len(keys):
            return ids, np.empty((0, self._index.ndim), np.int8)
        held = np.atleast_1d(np.asarray(self._index.contains(keys)))
        keys = keys[held]
        if not len(keys):
            return ids[:0], np.empty((0, self._index.ndim), np.int8)
        rows = np.asarray(self._index.get(keys, dtype="i8")).reshape(len(keys), -1)
        return ids[held], rows
