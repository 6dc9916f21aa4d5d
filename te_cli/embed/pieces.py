"""From identifiers to the ids of the tokens that they are cut into. Code repeats its names, so each is cut once."""

from __future__ import annotations

import json
from collections import defaultdict
from functools import cached_property
from itertools import count, groupby, islice
from typing import TYPE_CHECKING, Any

import numpy as np

from te_cli.errors import ModelError
from te_cli.words import MAX_WORD

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from tokenizers import Tokenizer

    Numbers = NDArray[np.int64]

MAX_PIECES = 8
"""Pieces of one word that count: a word cut finer than this is noise to a table learned on words."""

MAX_KNOWN = 1 << 20
"""Identifiers remembered, about 100 MB of them: a watcher that never stops must not grow without bound."""

BOUNDARY = "\0"
"""A token put between identifiers, so that one call cuts thousands; no identifier holds it."""


def read_tokenizer(path: Path) -> Tokenizer:
    """The tokenizer of a tokenizer.json, without truncation and padding.

    The library spends most of its time on the vocabulary inside the file. A WordPiece one is therefore handed over as
    a dictionary, which takes two thirds of the time and gives the same tokenizer.

    Raises:
        ModelError: the file is missing, or is not one.
    """
    from tokenizers import Tokenizer  # 10 ms of import that only encoding needs
    from tokenizers.models import WordPiece

    try:
        text = path.read_text("utf-8")
        parsed = json.loads(text)
        model = parsed["model"]
        if model["type"] == "WordPiece":
            vocabulary = model["vocab"]
            # What the rest of the file names must be found while it is read.
            named = {model["unk_token"], *(token["content"] for token in parsed["added_tokens"])}
            model["vocab"] = {token: vocabulary[token] for token in named if token in vocabulary}
            tokenizer = Tokenizer.from_str(json.dumps(parsed))
            settings = ("unk_token", "max_input_chars_per_word", "continuing_subword_prefix")
            tokenizer.model = WordPiece(vocabulary, **{name: model[name] for name in settings if name in model})
        else:
            tokenizer = Tokenizer.from_str(text)
    except Exception as error:  # the tokenizers library raises bare Exception
        raise ModelError(f"The tokenizer in {path} cannot be read: {error}.", "Reinstall te-cli.") from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def unknown_token(tokenizer: Tokenizer) -> int | None:
    """The id that stands for what the tokenizer does not know, if it has one."""
    model = tokenizer.model
    if hasattr(model, "unk_token"):
        return tokenizer.token_to_id(model.unk_token) if model.unk_token else None
    unknown: int | None = json.loads(tokenizer.to_str())["model"].get("unk_id")
    return unknown


class Pieces:
    """A memory of identifiers: each has a number, and each number its tokens. Not for several threads at once."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._unknown = unknown_token(tokenizer)
        self.vocabulary = tokenizer.get_vocab_size()
        """Tokens are smaller than this."""
        tokenizer.add_special_tokens([BOUNDARY])
        self._boundary = tokenizer.token_to_id(BOUNDARY)
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

    def meant(self, identifier: str) -> list[int]:
        """The tokens of an identifier of a query, without those of words that are not known."""
        cut = self._tokenizer.encode(identifier[:MAX_WORD], add_special_tokens=False)
        letters = any(character.isalpha() for character in identifier)
        found: list[int] = []
        for _, pieces in groupby(zip(cut.word_ids, cut.ids, cut.offsets, strict=True), key=lambda piece: piece[0]):
            word = list(pieces)
            ids, start, end = [token for _, token, _ in word], word[0][2][0], word[-1][2][1]
            if letters and self._unknown not in ids and _is_known(identifier[start:end], len(ids)):
                found += ids[:MAX_PIECES]
        return found

    @cached_property
    def _begins(self) -> NDArray[np.bool_]:
        """Which tokens begin a word. Queries do without this look at the whole vocabulary."""
        begins = np.ones(self.vocabulary, bool)
        prefix = getattr(self._tokenizer.model, "continuing_subword_prefix", None)
        if prefix:
            vocabulary = self._tokenizer.get_vocab(with_added_tokens=False)
            begins[[number for token, number in vocabulary.items() if token.startswith(prefix)]] = False
        return begins

    def _learn(self, identifiers: list[str]) -> None:
        """Cut identifiers, and remember at most :data:`MAX_PIECES` known tokens of each word."""
        text = BOUNDARY.join([identifier[:MAX_WORD] for identifier in identifiers])
        ids = np.array(self._tokenizer.encode_batch_fast([text], add_special_tokens=False)[0].ids, np.int64)
        bounds = np.concatenate([[-1], np.flatnonzero(ids == self._boundary), [len(ids)]])
        inside = ids != self._boundary
        begins = inside.copy()
        begins[inside] = self._begins[ids[inside]]
        at = np.arange(len(ids))
        since = at - np.maximum.accumulate(np.where(begins | ~inside, at, 0)) if len(ids) else at
        kept = inside & (since < MAX_PIECES) & (ids != (-1 if self._unknown is None else self._unknown))
        counted, spelled = (np.concatenate([[0], np.cumsum(flags)]) for flags in (kept, begins))
        sizes = counted[bounds[1:]] - counted[bounds[:-1] + 1]
        self._starts.extend(len(self._tokens.values) + np.cumsum(sizes) - sizes)
        self._sizes.extend(sizes)
        self._words.extend(spelled[bounds[1:]] - spelled[bounds[:-1] + 1])
        self._tokens.extend(ids[kept])
        self._learned += len(identifiers)


def _is_known(word: str, pieces: int) -> bool:
    """Whether a word cut into ``pieces`` means something to the table, as far as its cut shows.

    What the vocabulary does not have falls to single letters or nearly so: words of other languages and scripts,
    keys, hashes. A number counts only whole, as in ``sha256``.
    """
    return 2 * pieces <= len(word) if any(map(str.isalpha, word)) else pieces == 1


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
