"""The vectors that a run has made so far."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Keyed = tuple[NDArray[np.int64], NDArray[np.int8]]


class Fresh:
    """The vectors of a run, end to end: a million of them take the bytes that they hold, and no more."""

    def __init__(self, dimensions: int) -> None:
        self._dimensions = dimensions
        self._ids = array("q")
        self._rows = bytearray()

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, unit_id: int, vector: NDArray[np.int8]) -> None:
        """Add one; each unit has one vector a run."""
        self._ids.append(unit_id)
        self._rows += vector.data

    def keyed(self) -> Keyed:
        """Ids (n,) and rows (n, dimensions), as they came. Nothing can be added while they are held."""
        import numpy as np  # where a run has vectors, that is

        rows = np.frombuffer(self._rows, np.int8).reshape(len(self._ids), self._dimensions)
        return np.frombuffer(self._ids, np.int64), rows
