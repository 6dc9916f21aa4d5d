"""From identifiers to the ids of the tokens that they are cut into. Code repeats its names, so each is cut once."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from itertools import count, islice
from typing import TYPE_CHECKING, Any

import numpy as np

from te_cli.embed.spelling import MAX_PIECES, Spelling
from te_cli.errors import ModelError
from te_cli.words import MAX_WORD

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from tokenizers import Tokenizer

    Numbers = NDArray[np.int64]

MAX_KNOWN = 1 << 20
"""Identifiers remembered, about 100 MB of them: a watcher that never stops must not grow without bound."""

BOUNDARY = "\0"
"""A token put between identifiers, so that one call cuts thousands; no identifier holds it."""


def read_tokenizer(path: Path) -> Tokenizer:
    """The tokenizer of a tokenizer.json, without truncation and padding.

    Raises:
        ModelError: the file is missing, or is not one.
    """
    from tokenizers import Tokenizer  # 10 ms of import that only encoding needs

    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises bare Exception
        raise ModelError(f"The tokenizer in {path} cannot be read: {error}.", "Reinstall te-cli.") from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


class Pieces:
    """The tokenizer of a model of te's own. Not for several threads at once.

    Of identifiers of documents it keeps a memory: each has a number, and each number its tokens.
    """

    def __init__(self, path: Path) -> None:
        """Read what queries need.

        Raises:
            ModelError: the file is missing, or is no WordPiece tokenizer.
        """
        self._path = path
        self.spelling = Spelling(path)
        self.vocabulary = self.spelling.size
        """Tokens are smaller than this."""
        self.forget()

    def forget(self) -> None:
        """Start over."""
        self._numbers: defaultdict[str, int] = defaultdict(count().__next__)
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

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        """The library's own: a hundred times as fast as :class:`Spelling`, once it is built."""
        tokenizer = read_tokenizer(self._path)
        tokenizer.add_special_tokens([BOUNDARY])
        return tokenizer

    @cached_property
    def _begins(self) -> NDArray[np.bool_]:
        """Which tokens begin a word."""
        begins = np.ones(self.vocabulary, bool)
        begins[self.spelling.inner()] = False
        return begins

    def _cut(self, text: str) -> list[int]:
        try:
            return self._tokenizer.encode_batch_fast([text], add_special_tokens=False)[0].ids
        except BaseException as error:
            if type(error).__name__ == "PanicException":  # how a panic in Rust arrives, and no Exception
                raise ModelError(
                    f"The tokenizer in {self._path} cannot be used: {error}.", "Reinstall te-cli."
                ) from error
            raise

    def _learn(self, identifiers: list[str]) -> None:
        """Cut identifiers, and remember at most :data:`MAX_PIECES` known tokens of each word."""
        text = BOUNDARY.join([identifier[:MAX_WORD] for identifier in identifiers])
        ids = np.array(self._cut(text), np.int64)
        boundary = self._tokenizer.token_to_id(BOUNDARY)
        bounds = np.concatenate([[-1], np.flatnonzero(ids == boundary), [len(ids)]])
        inside = ids != boundary
        begins = inside.copy()
        begins[inside] = self._begins[ids[inside]]
        at = np.arange(len(ids))
        since = at - np.maximum.accumulate(np.where(begins | ~inside, at, 0)) if len(ids) else at
        kept = inside & (since < MAX_PIECES) & (ids != self.spelling.unknown)
        counted, spelled = (np.concatenate([[0], np.cumsum(flags)]) for flags in (kept, begins))
        sizes = counted[bounds[1:]] - counted[bounds[:-1] + 1]
        self._starts.extend(len(self._tokens.values) + np.cumsum(sizes) - sizes)
        self._sizes.extend(sizes)
        self._words.extend(spelled[bounds[1:]] - spelled[bounds[:-1] + 1])
        self._tokens.extend(ids[kept])
        self._learned += len(identifiers)


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
