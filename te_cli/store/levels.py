"""How fine a stored vector is: a sign and one of sixteen sizes for each of its components, so five bits.

Sizes grow with the power of 1.5, for small components are many and each of them matters little: steps of equal size
would be half as wrong again. The largest component of a row is what its sizes are measured by, and only directions are
compared. Against 8-bit rows, of the nearest ten of 126,000 symbols 9.6 stay, and an index is a sixth smaller.

In memory a row is 8-bit integers; in the file of a base its signs lie apart, and two sizes share a byte.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

COUNT: Final = 16

GROWTH: Final = 1.5

PEAK: Final = 127

_SIZES: Final = np.rint(PEAK * ((np.arange(COUNT) + 0.5) / COUNT) ** GROWTH).astype(np.int8)
"""The sizes that there are, from 1 to 121."""

_STEPS: Final = 1 << 10

_NEAREST: Final = _SIZES[np.minimum((np.arange(_STEPS + 1) / _STEPS) ** (1 / GROWTH) * COUNT, COUNT - 1).astype(int)]
"""The size for each of so many shares of the largest component."""

_NUMBERS: Final = np.full(256, 255, np.uint8)
_NUMBERS[_SIZES] = np.arange(COUNT)
"""Which size each of 8-bit integers is."""

_PAIRS: Final = np.stack([np.repeat(_SIZES, COUNT), np.tile(_SIZES, COUNT)], axis=1).view(np.int16)[:, 0]
"""The two sizes that a byte stands for."""


def levelled(rows: NDArray[np.float32]) -> NDArray[np.int8]:
    """Rows (n, dimensions), or one (dimensions,), as they are stored. A row of zeros stays one."""
    shares = np.abs(rows)
    peaks = shares.max(axis=-1, keepdims=True)
    shares *= _STEPS / np.where(peaks == 0, 1, peaks)
    levels: NDArray[np.int8] = _NEAREST[shares.astype(np.int16)]
    levels *= np.where(rows < 0, np.int8(-1), np.int8(1))
    levels *= peaks > 0
    return levels


def filled(known: Sequence[NDArray[np.int8] | None], fresh: NDArray[np.float32]) -> NDArray[np.int8]:
    """Stored rows (n, dimensions): those ``known``, and in place of each None the next of ``fresh``, levelled."""
    rows = np.empty((len(known), fresh.shape[1]), np.int8)
    rows[[at for at, row in enumerate(known) if row is None]] = levelled(fresh)
    for at, row in enumerate(known):
        if row is not None:
            rows[at] = row
    return rows


def packed(rows: NDArray[np.int8]) -> NDArray[np.uint8]:
    """Half a byte for each component of ``rows`` (n, dimensions), signs apart: shape (n, half of the dimensions).

    Raises:
        ValueError: a row holds something that :func:`levelled` does not give.
    """
    numbers = _NUMBERS[np.abs(rows).view(np.uint8)]
    if numbers.size and numbers.max() >= COUNT:
        raise ValueError("a row holds a number that is no level")
    if numbers.shape[1] % 2:
        numbers = np.pad(numbers, ((0, 0), (0, 1)))
    return np.ascontiguousarray(numbers[:, ::2] << 4 | numbers[:, 1::2])


def unpacked(sizes: NDArray[np.uint8], positive: NDArray[np.number[Any]]) -> NDArray[np.int8]:
    """Rows (n, dimensions) from their packed sizes (n, half of the dimensions) and a 1 or a 0 for each component."""
    rows: NDArray[np.int8] = _PAIRS[sizes].view(np.int8)[:, : positive.shape[1]]
    rows *= (2 * positive - 1).astype(np.int8, copy=False)
    return rows
