"""Any other model of the Model2Vec layout, encoded as that library does it: the mean of a text's token rows.

Reference: ``StaticModel.encode`` of https://github.com/MinishLab/model2vec, which this equals to 1e-5 (up to length,
where a model asks for vectors that are not normalised: here they are).
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import numpy as np

from te_cli.embed.advice import MEND
from te_cli.embed.panics import tokenizing
from te_cli.embed.passages import said_prefixes
from te_cli.embed.port import normalised
from te_cli.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from tokenizers import Tokenizer

    from te_cli.document import Document
    from te_cli.embed.table import TokenTable

MAX_LENGTH = 512
"""Tokens of a text that count where the configuration does not say."""


MOST_TOKENS = 1 << 20
"""More than any text has, and few enough to multiply."""


def read_tokenizer(path: Path) -> Tokenizer:
    """The tokenizer of a tokenizer.json, without truncation and padding.

    Raises:
        ModelError: the file is missing, or is not one.
    """
    from tokenizers import Tokenizer  # 10 ms of import that only encoding needs

    with tokenizing(path):
        tokenizer = Tokenizer.from_file(str(path))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer


class PlainEncoder:
    """Encodes a document as one text, in which each token counts once for each time that it occurs."""

    def __init__(self, config: Mapping[str, Any], path: Path, table: TokenTable) -> None:
        """``path``: of the tokenizer; raises :class:`ModelError` where that, or the configuration, makes no sense."""
        self._path, self._table = path, table
        length = config.get("max_length", MAX_LENGTH)
        if length is not None and not (isinstance(length, int) and 0 < length <= MOST_TOKENS):
            raise ModelError(f"The embedding model's max_length is {str(length)[:40]}, which is no length.", MEND)
        # As it is without being said; but then the library complains of each process that is forked from now on.
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
        self._tokenizer = tokenizer = read_tokenizer(path)
        self._prefixes = said_prefixes(config, path.parent)
        with tokenizing(path):
            self._prepare(config, tokenizer)

    @property
    def vocabulary(self) -> int:
        """Tokens are smaller than this."""
        return self._size

    def _prepare(self, config: Mapping[str, Any], tokenizer: Tokenizer) -> None:
        self._unknown = unknown_token(tokenizer)
        vocabulary: dict[str, int] = tokenizer.get_vocab()
        if not vocabulary:
            raise ValueError("it has no tokens")
        self._size = max(vocabulary.values()) + 1
        length = config.get("max_length", MAX_LENGTH)
        self._characters = None
        if length is not None:
            tokenizer.enable_truncation(int(length))
            # The library cuts a text by characters first, for the tokenizer truncates only what it has cut to pieces.
            self._characters = int(length) * int(np.median([len(token) for token in vocabulary]))

    def encode(self, documents: Sequence[Document]) -> NDArray[np.float32]:
        """Unit rows, shape (documents, dimensions); zeros where no token is known."""
        return self._encode([_after(self._prefixes.passage, text_of(document)) for document in documents])

    def query(self, text: str) -> NDArray[np.float32]:
        """A unit vector, shape (dimensions,), or zeros where no token is known."""
        row: NDArray[np.float32] = self._encode([_after(self._prefixes.query, text)])[0]
        return row

    def knows(self, word: str) -> bool:
        """Whether ``word`` is in the vocabulary, whole."""
        with tokenizing(self._path):
            ids: list[int] = self._tokenizer.encode(word, add_special_tokens=False).ids
        return len(ids) == 1 and ids[0] != self._unknown

    def _encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        heads = [text[: self._characters] for text in texts]
        with tokenizing(self._path):
            cut = self._tokenizer.encode_batch_fast(heads, add_special_tokens=False)
        found = [[token for token in encoding.ids if token != self._unknown] for encoding in cut]
        tokens = np.array([token for ids in found for token in ids], np.int64)
        rows = np.empty((len(texts), self._table.dimensions), np.float32)
        self._table.sums(tokens, np.ones(len(tokens), np.float32), np.cumsum([len(ids) for ids in found]), rows)
        return normalised(rows)


def _after(words: str, text: str) -> str:
    """A text behind its folder's words; a blank one stays blank."""
    return words + text if text.strip() else text


def unknown_token(tokenizer: Tokenizer) -> int | None:
    """The id that stands for what the tokenizer does not know, if it has one."""
    model = tokenizer.model
    if hasattr(model, "unk_token"):
        return tokenizer.token_to_id(model.unk_token) if model.unk_token else None
    unknown: int | None = json.loads(tokenizer.to_str())["model"].get("unk_id")
    return unknown


def text_of(document: Document) -> str:
    """All that a document says, as one text."""
    said = (document.qualified_name or document.name, document.signature, document.doc, document.body)
    return "\n".join(part for part in said if part)
