"""The shipped model: a table of token vectors, in the Model2Vec layout, and a formula that weighs them.

The table is mapped, and what encodes is made when a text first has to be encoded: most verbs need no more than the
model's identity.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from te_cli.embed.fielded import FieldedEncoder
from te_cli.embed.formula import Formula
from te_cli.embed.identity import SHIPPED, identity_of, read_config
from te_cli.embed.pieces import Pieces
from te_cli.embed.plain import PlainEncoder, read_tokenizer
from te_cli.embed.table import TokenTable
from te_cli.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from te_cli.document import Document
    from te_cli.embed.identity import ModelIdentity


class StaticModel:
    """A token table as an embedder. Safe to share between threads."""

    def __init__(self, folder: Path = SHIPPED, formula: Formula | None = None) -> None:
        """Open the model in ``folder``; ``formula`` overrides what its configuration says.

        Raises:
            ModelError: a file is missing or is not of this layout.
        """
        self._folder = folder
        self._config = read_config(folder / "config.json")
        self._formula = formula or Formula.read(self._config)
        self._table = TokenTable.read(folder / "model.safetensors")
        if not (folder / "tokenizer.json").is_file():
            raise ModelError(f"The embedding model in {folder} has no tokenizer.json.", "Reinstall te-cli.")
        self._encoder: FieldedEncoder | PlainEncoder | None = None
        self._lock = Lock()
        self._identity = identity_of(folder, formula)

    @property
    def identity(self) -> ModelIdentity:
        """Name, fingerprint of table and formula, and dimensions."""
        return self._identity

    def encode_documents(self, documents: Sequence[Document]) -> NDArray[np.float32]:
        """Unit rows, shape (documents, dimensions); zeros where no token is known.

        Raises:
            ModelError: the tokenizer cannot be read, or is another table's.
        """
        with self._lock:
            return self.encoder.encode(documents)

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """A unit vector, shape (dimensions,), or zeros where no word of ``text`` is known.

        Raises:
            ModelError: the tokenizer cannot be read, or is another table's.
        """
        with self._lock:
            return self.encoder.query(text)

    def prepare(self) -> None:
        """Read what encoding needs.

        Raises:
            ModelError: the tokenizer cannot be read, or is another table's.
        """
        with self._lock:
            _ = self.encoder

    def knows(self, word: str) -> bool:
        """Whether ``word`` is in the vocabulary, whole.

        Raises:
            ModelError: the tokenizer cannot be read, or is another table's.
        """
        with self._lock:
            return self.encoder.knows(word)

    @property
    def encoder(self) -> FieldedEncoder | PlainEncoder:
        """What encodes, made at the first use. Unlike the model, not for several threads at once.

        Raises:
            ModelError: the tokenizer cannot be read, or is another table's.
        """
        if self._encoder is None:
            path = self._folder / "tokenizer.json"
            if self._formula is None:
                tokenizer = read_tokenizer(path)
                self._fit(tokenizer.get_vocab_size())
                self._encoder = PlainEncoder(self._config, tokenizer, self._table)
            else:
                pieces = Pieces(path)
                self._fit(pieces.vocabulary)
                self._encoder = FieldedEncoder(self._formula, pieces, self._table)
        return self._encoder

    def _fit(self, vocabulary: int) -> None:
        if vocabulary > self._table.tokens:
            raise ModelError(
                f"The embedding model in {self._folder} has {vocabulary} tokens, and vectors for {self._table.tokens}.",
                "Reinstall te-cli.",
            )
