"""A table of token vectors as an embedder: the shipped model, whose formula weighs them, or any of the Model2Vec kind.

The table is mapped, and what encodes is made when a text first has to be encoded: most verbs need no more than the
model's identity.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from te_cli.embed.advice import NO_NUMBERS, advice
from te_cli.embed.fielded import FieldedEncoder
from te_cli.embed.formula import Formula
from te_cli.embed.identity import SHIPPED, Identified, files_of, identity_of, read_config
from te_cli.embed.pieces import Pieces
from te_cli.embed.plain import PlainEncoder
from te_cli.embed.table import TokenTable
from te_cli.errors import ModelError
from te_cli.threads import ThreadLock

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from te_cli.document import Document

    Floats = NDArray[np.float32]


class StaticModel(Identified):
    """A token table as an embedder. Safe to share between threads."""

    def __init__(self, folder: Path = SHIPPED, formula: Formula | None = None, name: str = "") -> None:
        """Open the model in ``folder``; ``formula`` and ``name`` override what its configuration says.

        Raises:
            ModelError: a file is missing or is not of this layout.
        """
        self._made = folder, formula, name
        self._folder = folder
        files = files_of(folder)
        self._config = read_config(files.config)
        self._formula = formula or Formula.read(self._config, advice(folder))
        self._table = TokenTable.read(files.vectors)
        self._tokenizer = files.tokenizer
        if not self._tokenizer.is_file():
            raise ModelError(f"The embedding model in {folder} has no tokenizer.json.", advice(folder))
        self._encoder: FieldedEncoder | PlainEncoder | None = None
        self._lock = ThreadLock(self._forget)
        super().__init__(identity_of(folder, formula, name))

    def __reduce__(self) -> tuple[type[StaticModel], tuple[Path, Formula | None, str]]:
        """Another process opens the files for itself."""
        return StaticModel, self._made

    def embed_documents(self, documents: Sequence[Document]) -> Floats:
        """Unit rows, shape (documents, dimensions); zeros where no token is known.

        Raises:
            ModelError: the tokenizer cannot be read, or is another table's.
        """
        return self._numbers(lambda: self.encoder.encode(documents))

    def embed_query(self, text: str) -> Floats:
        """A unit vector, shape (dimensions,), or zeros where no word of ``text`` is known.

        Raises:
            ModelError: the tokenizer cannot be read, or is another table's.
        """
        return self._numbers(lambda: self.encoder.query(text))

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
            path = self._tokenizer
            if self._formula is None:
                plain = PlainEncoder(self._config, path, self._table)
                self._fit(plain.vocabulary)
                self._encoder = plain
            else:
                pieces = Pieces(path)
                self._fit(pieces.vocabulary)
                self._encoder = FieldedEncoder(self._formula, pieces, self._table)
        return self._encoder

    def _forget(self) -> None:
        """Make the encoder anew: another thread was at it when this process was forked, and it remembers words."""
        self._encoder = None

    def _numbers(self, encoded: Callable[[], Floats]) -> Floats:
        """What is encoded, once it is known to be numbers: a table may hold anything."""
        with self._lock, np.errstate(all="ignore"):
            found = encoded()
        if not np.isfinite(found).all():
            raise ModelError(f"The model '{self.name}' is broken: {NO_NUMBERS}.", advice(self._folder))
        return found

    def _fit(self, vocabulary: int) -> None:
        if vocabulary > self._table.tokens:
            raise ModelError(
                f"The embedding model in {self._folder} has {vocabulary} tokens, and vectors for {self._table.tokens}.",
                advice(self._folder),
            )
