"""From identifiers to the ids of the tokens that they are cut into. Code repeats its names, so each is cut once."""

from __future__ import annotations

from collections import defaultdict
from itertools import chain, count, islice
from typing import TYPE_CHECKING, Any

import numpy as np

from te_cli.embed.spelling import MAX_PIECES, Spelling

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]

MAX_KNOWN = 1 << 20
"""Identifiers remembered, about 100 MB of them: a watcher that never stops must not grow without bound."""


class Pieces:
    """The tokenizer of a model of te's own. Not for several threads at once.

    Of identifiers of documents it keeps a memory: each has a number, and each number its tokens.
    """

    def __init__(self, path: Path) -> None:
        """Read the vocabulary.

        Raises:
            ModelError: the file is missing, or is no WordPiece tokenizer.
        """
        self.spelling = Spelling(path)
        self.vocabulary = self.spelling.size
        """Tokens are smaller than this."""
        self.forget()

    def forget(self) -> None:
        """Start over."""
        self._numbers: defaultdict[str, int] = defaultdict(count().__next__)
        self._cuts = _Cuts(self.spelling)
        self._learned = 0
        self._tokens = _Column(np.int32)
        self._starts = _Column(np.int64)
        self._sizes = _Column(np.int64)
        self._words = _Column(np.int64)

    def numbers(self, identifiers: Sequence[str]) -> Numbers:
        """The number of each identifier, shape (n,). They hold until the next call: a full memory is emptied then."""
        if self._learned > MAX_KNOWN:
            self.forget()
        found = np.fromiter(map(self._numbers.__getitem__, identifiers), np.int64, len(identifiers))
        new = len(self._numbers) - self._learned
        if new:
            self._learn(list(islice(reversed(self._numbers), new))[::-1])
        return found

    def words(self, numbers: Numbers) -> Numbers:
        """How many words each identifier spells, shape (n,)."""
        return self._words.values[numbers]

    def tokens(self, numbers: Numbers) -> tuple[Numbers, Numbers]:
        """The tokens of identifiers one after another, shape (m,), and how many each has, shape (n,)."""
        sizes = self._sizes.values[numbers]
        ends = np.cumsum(sizes)
        total = int(ends[-1]) if len(ends) else 0
        places = np.repeat(self._starts.values[numbers] - ends + sizes, sizes) + np.arange(total)
        return self._tokens.values[places], sizes

    def _learn(self, identifiers: list[str]) -> None:
        """Cut identifiers into words, and those into tokens: both repeat."""
        split = self.spelling.words_of_each(identifiers)
        words = np.fromiter(map(len, split), np.int64, len(split))
        cuts = list(map(self._cuts.__getitem__, chain.from_iterable(split)))
        lengths = np.fromiter(map(len, cuts), np.int64, len(cuts))
        ends = np.concatenate([[0], np.cumsum(lengths)])[np.concatenate([[0], np.cumsum(words)])]
        self._starts.extend(len(self._tokens.values) + ends[:-1])
        self._sizes.extend(np.diff(ends))
        self._words.extend(words)
        self._tokens.extend(np.fromiter(chain.from_iterable(cuts), np.int32, int(ends[-1])))
        self._learned += len(identifiers)


class _Cuts(dict[str, tuple[int, ...]]):
    """The known tokens of each word that was met, at most :data:`MAX_PIECES` of them."""

    def __init__(self, spelling: Spelling) -> None:
        self._cut = spelling.library().tokenize
        self._unknown = spelling.unknown

    def __missing__(self, word: str) -> tuple[int, ...]:
        pieces = [piece.id for piece in self._cut(word)[:MAX_PIECES]]
        found = self[word] = tuple(pieces) if self._unknown not in pieces else ()
        return found


class _Column:
    """A growing array: ``values`` is what it holds."""

    def __init__(self, kind: type[np.generic]) -> None:
        self._room: NDArray[Any] = np.empty(1024, kind)
        self.values = self._room[:0]

    def extend(self, values: NDArray[Any]) -> None:
        held = len(self.values)
        needed = held + len(values)
        if needed > len(self._room):
            grown = np.empty(max(needed, 2 * len(self._room)), self._room.dtype)
            grown[:held] = self.values
            self._room = grown
        self._room[held:needed] = values
        self.values = self._room[:needed]
