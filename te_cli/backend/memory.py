"""Vectors in memory, and documents with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from te_cli.backend.checking import dimension_of, id_of, ids_of
from te_cli.embed.checked import direction_of, directions_of
from te_cli.errors import UsageError
from te_cli.given import whole
from te_cli.store.exact import Part, best
from te_cli.threads import ThreadLock

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from types import TracebackType
    from typing import Self

    from numpy.typing import ArrayLike, NDArray

LEAST = 256
"""Rows that room is made for at first; then twice as many each time."""


class MemoryStore:
    """A :class:`~te_cli.backend.ports.VectorStore` that ends with its process. Exact; four bytes a number.

    Several threads may use one.
    """

    def __init__(self, dimension: int) -> None:
        """An empty one.

        Raises:
            UsageError: ``dimension`` is no whole number above 0.
        """
        self._dimension = dimension_of(dimension)
        self._lock = ThreadLock()
        self._places: dict[int, int] = {}
        self._ids = np.empty(0, np.int64)
        self._rows = np.empty((0, self._dimension), np.float32)
        self._says = np.empty(0, bool)
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<MemoryStore of {self._dimension} dimensions>"

    @property
    def dimension(self) -> int:
        """Components of a vector."""
        return self._dimension

    def add(self, ids: Iterable[int], vectors: ArrayLike) -> None:
        """Keep vectors, shape (ids, dimension); see :meth:`VectorStore.add`."""
        numbers = ids_of(ids)
        rows = directions_of(vectors, len(numbers), self._dimension)
        with self._lock:
            self._alive()
            self._make_room(len(self._places) + len(numbers))
            for number, row, says in zip(numbers.tolist(), rows, (rows != 0).any(axis=1), strict=True):
                place = self._places.get(number, len(self._places))
                self._ids[place], self._rows[place], self._says[place] = number, row, says
                self._places[number] = place

    def remove(self, ids: Iterable[int]) -> None:
        """Drop vectors; see :meth:`VectorStore.remove`."""
        numbers = ids_of(ids)
        with self._lock:
            self._alive()
            for number in numbers.tolist():
                place = self._places.pop(number, None)
                if place is not None and place != (last := len(self._places)):  # the last row fills the hole
                    for array in (self._ids, self._rows, self._says):
                        array[place] = array[last]
                    self._places[int(self._ids[place])] = place

    def search(self, vector: ArrayLike, k: int, *, among: Collection[int] | None = None) -> list[tuple[int, float]]:
        """The nearest ``k``; see :meth:`VectorStore.search`."""
        query, count = direction_of(vector, self._dimension), whole("k", k, 1)
        allowed = None if among is None else np.unique(ids_of(among)).tolist()
        with self._lock:
            self._alive()
            if not query.any():
                return []
            held = len(self._places)
            places: NDArray[np.int64] | None = None
            if allowed is not None:
                found = [self._places[number] for number in allowed if number in self._places]
                places = np.array(found, np.int64)
                places = places[self._says[places]]
            elif not self._says[:held].all():
                places = np.flatnonzero(self._says[:held])
            return best(query, [Part(self._ids[:held], self._rows[:held], places)], count)

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, id: object) -> bool:  # noqa: A002 - what it is
        return id_of(id) in self._places

    def persist(self) -> None:
        """Nothing: there is nowhere to keep it."""
        self._alive()

    def close(self) -> None:
        """Let go of the rows."""
        with self._lock:
            self._closed = True
            self._places, self._ids = {}, self._ids[:0].copy()
            self._rows, self._says = self._rows[:0].copy(), self._says[:0].copy()

    def _make_room(self, count: int) -> None:
        if count > len(self._ids):
            room = max(LEAST, 2 * len(self._ids), count)
            for name in ("_ids", "_rows", "_says"):
                old = getattr(self, name)
                new = np.zeros((room, *old.shape[1:]), old.dtype)
                new[: len(old)] = old
                setattr(self, name, new)

    def _alive(self) -> None:
        if self._closed:
            raise UsageError("This store was closed.", "Make a new one.")
