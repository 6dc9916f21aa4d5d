"""Vectors in a folder of their own."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from weakref import finalize

import numpy as np

from te_cli.backend.checking import dimension_of, id_of, ids_of
from te_cli.embed.checked import direction_of, directions_of
from te_cli.given import whole
from te_cli.store.exact import best
from te_cli.store.shelf import Made, Shelf

if TYPE_CHECKING:
    import os
    from collections.abc import Collection, Iterable
    from types import TracebackType
    from typing import Self

    from numpy.typing import ArrayLike, NDArray

WAIT_SECONDS = 5.0
"""How long another process may be writing before that is an error: most writes take milliseconds."""


class DiskStore:
    """A :class:`~te_cli.backend.ports.VectorStore` in a folder.

    Exact: rows are kept in single precision (four bytes a number) and memory-mapped, and a search compares all that it
    may find, so recall is 1; 100,000 rows of 256 numbers take 12 ms. Each call is one transaction, on disk when it
    returns: a process that is killed loses nothing that was said to be done, and leaves no half of anything. Several
    processes may read while one writes, and several threads may use one.
    """

    def __init__(self, folder: str | os.PathLike[str], dimension: int, *, wait: float = WAIT_SECONDS) -> None:
        """Open a folder, or make one where there is none or an empty one. ``wait``: seconds for another writer.

        Raises:
            UsageError: ``folder`` is no path, or ``dimension`` no whole number above 0.
            NotAFolder: ``folder`` is a file.
            StoreError: it holds something else, or vectors of another dimension; nothing in it is touched.
            IndexTooNew: a newer te wrote it.
            IndexDamaged: it is not what was written.
            IndexBusy: another process is making it.
            NotWritable, NotReadable: the system says no.
        """
        self._dimension = dimension_of(dimension)
        self._shelf = Shelf(folder, Made("vectors", self._dimension), wait)
        finalize(self, self._shelf.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<DiskStore of {self._dimension} dimensions in {str(self._shelf.folder)!r}>"

    def __reduce__(self) -> tuple[partial[DiskStore], tuple[()]]:
        """Another process opens the files for itself."""
        return partial(DiskStore, self._shelf.folder, self._dimension, wait=self._shelf.wait), ()

    @property
    def dimension(self) -> int:
        """Components of a vector."""
        return self._dimension

    def add(self, ids: Iterable[int], vectors: ArrayLike) -> None:
        """Keep vectors, shape (ids, dimension); see :meth:`VectorStore.add`.

        Raises:
            IndexBusy: another process is writing.
        """
        numbers = ids_of(ids)
        rows = directions_of(vectors, len(numbers), self._dimension)
        last = _last_of_each(numbers)
        with self._shelf.writing() as session:
            if len(numbers):
                session.vectors.add(numbers[last], rows[last])

    def remove(self, ids: Iterable[int]) -> None:
        """Drop vectors; see :meth:`VectorStore.remove`.

        Raises:
            IndexBusy: another process is writing.
        """
        numbers = np.unique(ids_of(ids))
        with self._shelf.writing() as session:
            if len(numbers):
                session.vectors.remove(numbers)

    def search(self, vector: ArrayLike, k: int, *, among: Collection[int] | None = None) -> list[tuple[int, float]]:
        """The nearest ``k``; see :meth:`VectorStore.search`."""
        query, count = direction_of(vector, self._dimension), whole("k", k, 1)
        allowed = None if among is None else np.unique(ids_of(among))
        with self._shelf.reading() as now:
            return best(query, now.vectors.parts(allowed), count) if query.any() else []

    def __len__(self) -> int:
        with self._shelf.reading() as now:
            return len(now.vectors)

    def __contains__(self, id: object) -> bool:  # noqa: A002 - what it is
        number = id_of(id)
        if number is None:
            return False
        with self._shelf.reading() as now:
            return now.vectors.holds(number)

    def persist(self) -> None:
        """Fold the log into the catalog's file, so that the folder can be copied. Nothing is lost without."""
        self._shelf.persist()

    def close(self) -> None:
        """Let go of all files."""
        self._shelf.close()


def _last_of_each(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each of ``numbers`` (n,) stands for the last time."""
    _, first = np.unique(numbers[::-1], return_index=True)
    places: NDArray[np.int64] = len(numbers) - 1 - first
    return places
