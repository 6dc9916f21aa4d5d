"""Vectors as base and delta. The only importer of usearch.

The base is an immutable file, ``vectors-<generation>.usearch``: a graph over 8-bit rows, opened memory-mapped. What
came after it is the delta, whose rows live in the catalog and are searched exactly. Both are rescored against the
query in full precision, so that a hit's similarity does not depend on where its row lies.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from te_cli.errors import IndexDamaged, NotWritable
from te_cli.store.faults import reach
from te_cli.store.removal import put_over, remove

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


def base_name(generation: int) -> str:
    """The file name of a base."""
    return f"vectors-{generation}.usearch"


def _new_index(dimensions: int) -> Index:
    from usearch.index import Index  # 50 ms of import that name searches and empty bases do without

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


def write_base(path: Path, ids: NDArray[np.int64], rows: NDArray[np.int8], threads: int) -> None:
    """Build a graph over ``rows`` (n, dimensions) keyed by ``ids`` (n,) and put it at ``path``, whole or not at all.

    Raises:
        NotWritable: the file cannot be written.
    """
    index = _new_index(rows.shape[1])
    with _interruptible():
        index.add(ids.astype(np.uint64), rows, threads=threads)
    fresh = path.with_suffix(".new")
    try:
        remove(fresh)
        reach("merge.vectors")
        index.save(str(fresh))
        reach("merge.saved")
        with fresh.open("rb") as file:
            os.fsync(file.fileno())
        put_over(fresh, path)
        reach("merge.named")
    except (OSError, RuntimeError) as error:  # usearch raises RuntimeError for a full disk
        raise NotWritable(f"The vectors cannot be written: {error}.", "Check the disk's space.") from error


class VectorBase:
    """A base, mapped for reading."""

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

    def nearest(self, query: NDArray[np.int8], count: int) -> NDArray[np.int64]:
        """Ids of about the nearest ``count`` rows to ``query`` (dimensions,), nearest first."""
        if not len(self._index) or count < 1:
            return np.empty(0, np.int64)
        with _interruptible():
            matches = self._index.search(query, min(count, len(self._index)), threads=1)
        found: NDArray[np.int64] = np.asarray(matches.keys).astype(np.int64)
        return found

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


def similarity(query: NDArray[np.float32], rows: NDArray[np.int8]) -> NDArray[np.float32]:
    """Cosine of a unit ``query`` (dimensions,) with each of ``rows`` (n, dimensions), shape (n,)."""
    wide = rows.astype(np.float32)
    lengths = np.sqrt(np.einsum("ij,ij->i", wide, wide))
    lengths[lengths == 0] = 1
    cosine: NDArray[np.float32] = (wide @ query) / lengths
    return cosine
