"""How a query's words are spelled in the model's tokens, and which of them are known.

A command asks one question, and the tokenizers library takes 15 ms to build its tables for it. So for queries the
vocabulary is a dictionary, read as JSON in a third of that, and WordPiece its few lines: the longest token that the
rest of the word begins with, again and again (Schuster and Nakajima, ICASSP 2012). How text is split into words
before that is left to the library, which is imported for letters that are not ASCII, and for models of other splitting.
"""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING

from te_cli.embed.advice import advice
from te_cli.embed.panics import tokenizing
from te_cli.errors import ModelError
from te_cli.words import MAX_WORD, parts, split_up

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tokenizers import Tokenizer
    from tokenizers.models import WordPiece

MAX_PIECES = 8
"""Pieces of one word that count: a word cut finer than this is noise to a table learned on words."""


SPLIT = r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^\p{L}\p{N}]+|(?<=\p{L})(?=[0-9])|(?<=[0-9])(?=\p{L})"
"""Where the tokenizers of te's own models cut an identifier into words, in the language of the tokenizers library."""

NORMALIZER = {
    "type": "Sequence",
    "normalizers": [{"type": "Replace", "pattern": {"Regex": SPLIT}, "content": " "}, {"type": "Lowercase"}],
}
PRE_TOKENIZER = {"type": "WhitespaceSplit"}
"""With both, the words of an ASCII identifier are its parts."""


class Spelling:
    """A WordPiece vocabulary and the splitting of text that belongs to it. ``unknown`` stands for any other word."""

    def __init__(self, path: Path) -> None:
        """Read a tokenizer.json.

        Raises:
            ModelError: the file is missing, or is no WordPiece tokenizer.
        """
        self._path = path
        try:
            parsed = json.loads(path.read_bytes())
            model = parsed["model"]
            if model["type"] != "WordPiece":
                raise ValueError(f"it is of the type {model['type']}, not WordPiece")  # noqa: TRY301
            self._vocabulary: dict[str, int] = model["vocab"]
            self._prefix: str = model["continuing_subword_prefix"]
            self._longest: int = model["max_input_chars_per_word"]
            self._unknown: str = model["unk_token"]
            self.unknown = self._vocabulary[self._unknown]
            self.size = max(self._vocabulary.values()) + 1
            if not all(isinstance(text, str) for text in (self._prefix, self._unknown)):
                raise TypeError("its prefix, or its unknown token, is no text")  # noqa: TRY301
            if type(self._longest) is not int or min(self._vocabulary.values()) < 0:
                raise ValueError("its numbers are none of tokens")  # noqa: TRY301
            steps = (parsed.get("normalizer"), parsed.get("pre_tokenizer"))
            self._by_parts = steps == (NORMALIZER, PRE_TOKENIZER)
            model["vocab"] = {model["unk_token"]: self.unknown}
            self._rest = {**parsed, "added_tokens": []}
        except Exception as error:  # whatever may stand in a file
            raise self._unreadable(error) from error
        if not self._by_parts:
            _ = self._splitter

    def words(self, identifier: str) -> list[str]:
        """The words of an identifier, as the tokenizer splits it."""
        if self._by_parts and identifier.isascii():
            return list(parts(identifier))
        text = identifier[:MAX_WORD]
        with tokenizing(self._path):
            if self._splitter.normalizer is not None:
                text = self._splitter.normalizer.normalize_str(text)
            if self._splitter.pre_tokenizer is None:
                return [text]
            return [word for word, _ in self._splitter.pre_tokenizer.pre_tokenize_str(text)]

    @cached_property
    def _splitter(self) -> Tokenizer:
        """The library's own splitting; its vocabulary is one word."""
        from tokenizers import Tokenizer

        with tokenizing(self._path):
            return Tokenizer.from_str(json.dumps(self._rest))

    def _unreadable(self, error: Exception) -> ModelError:
        return ModelError(f"The tokenizer in {self._path} cannot be read: {error}.", advice(self._path))

    def words_of_each(self, identifiers: Sequence[str]) -> list[list[str]]:
        """The words of many identifiers. The library's regular expression takes five times as long as ours."""
        if not self._by_parts:
            return [self.words(identifier) for identifier in identifiers]
        return [
            parts.split() if identifier.isascii() else self.words(identifier)
            for identifier, parts in zip(identifiers, split_up(identifiers), strict=True)
        ]

    def library(self) -> WordPiece:
        """The tokenizers library's own way from a word to its pieces: four times as fast, once it is built."""
        from tokenizers.models import WordPiece

        with tokenizing(self._path):
            return WordPiece(
                self._vocabulary,
                unk_token=self._unknown,
                max_input_chars_per_word=self._longest,
                continuing_subword_prefix=self._prefix,
            )

    def pieces(self, word: str) -> list[int]:
        """The tokens that spell a word; none where they cannot."""
        found: list[int] = []
        start = 0
        while start < len(word) <= self._longest:
            prefix = self._prefix if start else ""
            for end in range(len(word), start, -1):
                token = self._vocabulary.get(prefix + word[start:end])
                if token is not None:
                    break
            else:
                return []
            found.append(token)
            start = end
        return found

    def meant(self, identifier: str) -> list[int]:
        """The tokens of an identifier of a query, without those of words that are not known. A number is none."""
        if not any(map(str.isalpha, identifier)):
            return []
        spelled = [(word, self.pieces(word)) for word in self.words(identifier)]
        return [token for word, pieces in spelled if is_known(word, len(pieces)) for token in pieces[:MAX_PIECES]]


def is_known(word: str, pieces: int) -> bool:
    """Whether a word of that many ``pieces`` means something to the model, as far as its spelling shows.

    What the vocabulary does not have falls to single letters or nearly so: words of other languages and scripts,
    keys, hashes. A number counts only whole, as in ``sha256``.
    """
    return 2 * pieces <= len(word) if any(map(str.isalpha, word)) else pieces == 1
