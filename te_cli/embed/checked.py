"""Vectors that a program gives, made sure of: those of its own embedder, and those that it puts into a store.

Whatever the program did wrong, nothing that is no direction is kept: one number that is none would be in every answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from te_cli.document import FIELDS, Document, Stretched
from te_cli.embed.port import Embedder
from te_cli.errors import ModelError, UsageError, foreign
from te_cli.given import text, whole, wrong
from te_cli.words import readable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike, NDArray

NUMBERS = "bifu"
"""Kinds of array that are numbers: https://numpy.org/doc/stable/reference/generated/numpy.dtype.kind.html."""


ASKED = ("name", "fingerprint", "dimension", "embed_documents", "embed_query")
"""What an object needs to be an embedder."""

AT_ONCE = 1 << 12
"""Rows that are made units at a time: in double precision, which is not to be held of all."""

MOST_COMPONENTS = 1 << 20
"""Of a vector: no model has a hundredth of them."""


class Checked:
    """An embedder that a program brought; see :class:`~te_cli.embed.port.Embedder`."""

    def __init__(self, model: object, called: str = "embedder", wanted: str = "an embedder") -> None:
        """``called`` and ``wanted``: what the program calls it, and what it was to be.

        Raises:
            UsageError: it is no embedder: it lacks something, or is not what it says in words that can be kept.
        """
        if isinstance(model, type) or not isinstance(model, Embedder):
            raise wrong(called, model, wanted, f"An embedder has {', '.join(ASKED)}.")
        self.name = _printable(f"{called}.name", model.name)
        self.fingerprint = _printable(f"{called}.fingerprint", model.fingerprint)
        if not self.fingerprint:
            raise UsageError(f"{called}.fingerprint is empty.", "It tells vectors that can be compared from others.")
        self.dimension = whole(f"{called}.dimension", model.dimension, 1, MOST_COMPONENTS)
        self._model = model

    def embed_documents(self, documents: Sequence[Document]) -> NDArray[np.float32]:
        """Unit rows, shape (documents, dimension).

        Raises:
            ModelError: the model fails, or gives something else.
        """
        readable_ones = [_speakable(document) for document in documents]
        rows = self._answered(lambda: self._model.embed_documents(readable_ones))
        try:
            return directions_of(rows, len(documents), self.dimension)
        except UsageError as error:
            raise ModelError(f"The embedder {self.name} gives what are no vectors: {error.message}") from error

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """A unit vector, shape (dimension,), or zeros.

        Raises:
            ModelError: the model fails, or gives something else.
        """
        row = self._answered(lambda: self._model.embed_query(readable(text)))
        try:
            return direction_of(row, self.dimension)
        except UsageError as error:
            raise ModelError(f"The embedder {self.name} gives what is no vector: {error.message}") from error

    def _answered(self, ask: Callable[[], ArrayLike]) -> ArrayLike:
        with foreign(f"The embedder {self.name}", ModelError):
            answer = ask()
            return list(answer) if isinstance(answer, Iterator) else answer  # some give their rows one by one


def _printable(called: str, value: object) -> str:
    said = text(called, value)
    if not said.isprintable():
        raise UsageError(f"{called} holds what cannot be printed.", "It is kept with the vectors, and reports show it.")
    return said


def _speakable(document: Document) -> Document:
    """A document without bytes that are no text: it is kept as it is, but models cannot read them."""
    texts = {field: getattr(document, field) for field in FIELDS}
    told = {field: readable(text) for field, text in texts.items()}
    return document if told == texts else replace(document, stretches=(), shared=Stretched(), **told)


def directions_of(vectors: ArrayLike, count: int, dimension: int) -> NDArray[np.float32]:
    """Unit rows, shape (count, dimension), in single precision; rows of zeros stay zeros.

    Raises:
        UsageError: the shape is another one, or a component is not a finite number.
    """
    if count == 0 and np.size(_array(vectors)) == 0:
        return np.empty((0, dimension), np.float32)
    rows = _array(vectors)
    if rows.shape != (count, dimension):
        raise UsageError(
            f"The vectors have the shape {rows.shape}, not ({count}, {dimension}).",
            "Give one row for each id, as long as the store's dimension.",
        )
    return _units(rows)


def direction_of(vector: ArrayLike, dimension: int) -> NDArray[np.float32]:
    """A unit vector, shape (dimension,), or zeros.

    Raises:
        UsageError: the shape is another one, or a component is not a finite number.
    """
    row = _array(vector)
    if row.shape != (dimension,):
        raise UsageError(
            f"The vector has the shape {row.shape}, not ({dimension},).", "Give one as long as the store's dimension."
        )
    unit: NDArray[np.float32] = _units(row[None])[0]
    return unit


def _array(values: ArrayLike) -> NDArray[Any]:
    try:
        array = np.asarray(values)
    except (ValueError, TypeError) as error:  # rows of several lengths
        raise UsageError("The vectors are not rows of numbers of one length.") from error
    if array.dtype.kind not in NUMBERS:
        raise UsageError("The vectors hold something that is no number.")
    return array


def _units(rows: NDArray[Any]) -> NDArray[np.float32]:
    units = np.empty(rows.shape, np.float32)
    for start in range(0, len(rows), AT_ONCE):
        piece = slice(start, start + AT_ONCE)
        units[piece] = _scaled(rows[piece].astype(np.float64))
    return units


def _scaled(wide: NDArray[np.float64]) -> NDArray[np.float64]:
    """The rows themselves, made units in their place."""
    if not np.isfinite(wide).all():
        raise UsageError(
            "A vector holds a number that is not finite.", "Leave such vectors out, or give zeros in their place."
        )
    peaks = np.abs(wide).max(axis=1, keepdims=True, initial=0)
    wide /= np.where(peaks == 0, 1, peaks)  # before their squares are taken, which may be too large or too small
    lengths = np.linalg.norm(wide, axis=1, keepdims=True)
    wide /= np.where(lengths == 0, 1, lengths)
    return wide
