"""Any other model of the Model2Vec layout, encoded as that library does it: the mean of a text's token rows.

Reference: ``StaticModel.encode`` of https://github.com/MinishLab/model2vec, which this equals to 1e-5 (up to length,
where a model asks for vectors that are not normalised: here they are).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

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


class PlainEncoder:
    """Encodes a document as one text, in which each token counts once for each time that it occurs."""

    def __init__(self, config: Mapping[str, Any], tokenizer: Tokenizer, table: TokenTable) -> None:
        self._tokenizer, self._table = tokenizer, table
        self._unknown = unknown_token(tokenizer)
        length = config.get("max_length", MAX_LENGTH)
        self._characters = None
        if length is not None:
            tokenizer.enable_truncation(int(length))
            # The library cuts a text by characters first, for the tokenizer truncates only what it has cut to pieces.
            self._characters = int(length) * int(np.median([len(token) for token in tokenizer.get_vocab()]))

    def encode(self, documents: Sequence[Document]) -> NDArray[np.float32]:
        """Unit rows, shape (documents, dimensions); zeros where no token is known."""
        return self._encode([text_of(document) for document in documents])

    def query(self, text: str) -> NDArray[np.float32]:
        """A unit vector, shape (dimensions,), or zeros where no token is known."""
        row: NDArray[np.float32] = self._encode([text])[0]
        return row

    def knows(self, word: str) -> bool:
        """Whether ``word`` is in the vocabulary, whole."""
        ids: list[int] = self._tokenizer.encode(word, add_special_tokens=False).ids
        return len(ids) == 1 and ids[0] != self._unknown

    def _encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        cut = self._tokenizer.encode_batch_fast([text[: self._characters] for text in texts], add_special_tokens=False)
        found = [[token for token in encoding.ids if token != self._unknown] for encoding in cut]
        tokens = np.array([token for ids in found for token in ids], np.int64)
        rows = np.empty((len(texts), self._table.dimensions), np.float32)
        self._table.sums(tokens, np.ones(len(tokens), np.float32), np.cumsum([len(ids) for ids in found]), rows)
        return normalised(rows)


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
