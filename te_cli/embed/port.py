"""The port: what the engine asks of any embedding model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from te_cli.document import Document

Vector = npt.NDArray[np.int8]
"""One vector as it is stored, shape (dimensions,): see :mod:`te_cli.store.levels`."""

Vectors = npt.NDArray[np.int8]
"""The same of several units, shape (n, dimensions)."""

Direction = npt.NDArray[np.float32]
"""A unit vector, shape (dimensions,)."""

Directions = npt.NDArray[np.float32]
"""The same of several texts, shape (n, dimensions)."""

I8_PEAK = 127
"""The largest value of a quantised component; the scale is each row's own, for only directions are compared."""


@runtime_checkable
class Embedder(Protocol):
    """A model that maps documents and queries to directions in one space.

    ``name`` is what people call it; vectors of models with another ``fingerprint`` cannot be compared. Several threads
    may use one at the same time. What it raises, if it is no TeError, comes out as the cause of a ModelError.
    """

    @property
    def name(self) -> str:
        """What people call it."""
        ...

    @property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits or more, of all that decides what its vectors are."""
        ...

    @property
    def dimension(self) -> int:
        """Components of a vector."""
        ...

    def embed_documents(self, documents: Sequence[Document]) -> NDArray[np.float32]:
        """Unit rows, shape (documents, dimension). A row of zeros means that the text says nothing to the model."""
        ...

    def embed_query(self, text: str) -> Direction:
        """A unit vector, shape (dimension,), or zeros where the model knows no word of ``text``."""
        ...


class Speller(Embedder, Protocol):
    """An embedder that also knows how words are spelled, and may be made ready before it is asked."""

    def prepare(self) -> None:
        """Read what encoding needs: a caller that waits for something else can have it done meanwhile."""
        ...

    def knows(self, word: str) -> bool:
        """Whether ``word`` is in the vocabulary, whole: it is spelled as people spell it."""
        ...


def normalised(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows scaled to length 1; rows of zeros stay zeros. Shape (n, dimensions) in and out."""
    with np.errstate(over="ignore"):
        lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    odd = (lengths == 0) | (lengths == np.inf)
    if odd.any():  # zeros, or the squares are too small or too large to be summed
        peaks = np.abs(rows).max(axis=-1, keepdims=True, initial=0)
        rows = np.where(odd, rows / np.where(peaks == 0, 1, peaks), rows)
        lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
        lengths[lengths == 0] = 1
    scaled: NDArray[np.float32] = rows / lengths
    return scaled


def quantised(rows: NDArray[np.float32]) -> NDArray[np.int8]:
    """Rows as 8-bit integers, each scaled so that its largest component is 127. Cosine ignores the scale."""
    peaks = np.abs(rows).max(axis=-1, keepdims=True)
    scaled = rows * (I8_PEAK / np.where(peaks == 0, 1, peaks))
    return np.rint(scaled).astype(np.int8)


def mean_directions(rows: Vectors, sizes: Sequence[int]) -> Directions:
    """The mean direction of each so many rows (n, dimensions), shape (sizes, dimensions).

    Rows of zeros do not count; of none the mean is zeros.
    """
    directions = normalised(rows.astype(np.float32))
    sums = np.empty((len(sizes), rows.shape[1]), np.float32)
    start = 0
    for row, size in zip(sums, sizes, strict=True):
        directions[start : start + size].sum(axis=0, out=row)
        start += size
    return normalised(sums)


def says(rows: Vectors) -> list[bool]:
    """Which rows (n, dimensions) are not zeros: the model knows something of their texts."""
    found: list[bool] = (rows != 0).any(axis=1).tolist()
    return found
