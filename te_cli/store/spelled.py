"""All names of a snapshot in memory, by the letters in them: for looking through them again and again.

A name takes its bytes in UTF-8, and twelve besides: one wide letter would widen those of all names in a string.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

BITS = 64
"""Letters share the bits of a number: where two have the same one, a name passes that has to be dropped later."""

AT_ONCE = 20_000
"""Names whose letters are counted together: a few megabytes."""


class Spelled:
    """Distinct names, in order."""

    def __init__(self, names: Iterable[str]) -> None:
        ordered = sorted(set(names))
        encoded = [name.encode("utf-8", "surrogatepass") for name in ordered]
        self._text = b"".join(encoded)
        self._ends = np.cumsum(np.fromiter(map(len, encoded), np.int32, len(encoded)), dtype=np.int32)
        del encoded
        waiting = iter(ordered)
        chunks = [_letters(chunk) for chunk in iter(lambda: list(islice(waiting, AT_ONCE)), [])]
        self._letters = np.concatenate(chunks) if chunks else np.empty(0, np.uint64)

    def having(self, word: str, lost: int) -> list[str]:
        """The names that have all letters of ``word``, which is lowered, or lack at most ``lost`` of them."""
        if not len(self._ends):
            return []
        lacking = _letters([word])[0] & ~self._letters
        for _ in range(lost):
            lacking &= lacking - np.uint64(1) * (lacking != 0)  # the lowest of the letters that it lacks
        places = np.flatnonzero(lacking == 0)
        ends = self._ends[places].tolist()
        starts = np.where(places > 0, self._ends[places - 1], 0).tolist()
        found = (self._text[start:end] for start, end in zip(starts, ends, strict=True))
        return [name.decode("utf-8", "surrogatepass") for name in found]


def _letters(names: list[str]) -> NDArray[np.uint64]:
    """A bit for each letter of a name, whatever its case, shape (names,)."""
    lowered = [name.lower() or " " for name in names]
    codes = np.frombuffer("".join(lowered).encode("utf-32-le", "surrogatepass"), np.uint32)
    bits = np.uint64(1) << (codes % BITS).astype(np.uint64)
    lengths = np.fromiter(map(len, lowered), np.int64, len(lowered))
    return np.bitwise_or.reduceat(bits, np.cumsum(lengths) - lengths)
