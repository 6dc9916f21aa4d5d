"""A vector store that a program brought, and what it answers, made sure of."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, TypeVar

from te_cli.backend.ports import VectorStore
from te_cli.errors import StoreError, UsageError, foreign
from te_cli.given import wrong

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Sequence
    from collections.abc import Set as AbstractSet

    import numpy as np
    from numpy.typing import NDArray

Answer = TypeVar("Answer")

PROMISE = "It gives at most k pairs, each of an id among those it may find, and a finite cosine: best first."


class LentStore:
    """A store whose vectors are this backend's from now on; see :class:`~te_cli.backend.ports.VectorStore`."""

    def __init__(self, store: object, dimension: int) -> None:
        """``dimension``: of the vectors that it is to hold.

        Raises:
            UsageError: it is no store, holds vectors already, or those of another dimension.
            StoreError: it fails.
        """
        if isinstance(store, type) or not isinstance(store, VectorStore):
            raise wrong("store", store, "a vector store or a folder")
        self._store = store
        found = self._answered(lambda: store.dimension)
        if found != dimension:
            raise UsageError(
                f"The store has {found} dimensions, and the embedder {dimension}.",
                "Make the store with embedder.dimension.",
            )
        if held := self._answered(lambda: len(store)):
            raise UsageError(
                f"The store holds {held} vectors already, and their documents are not known.", "Give an empty one."
            )

    def add(self, ids: Sequence[int], vectors: NDArray[np.float32]) -> None:
        """Keep unit ``vectors``, shape (ids, dimension).

        Raises:
            StoreError: the store fails.
        """
        self._answered(lambda: self._store.add(ids, vectors))

    def remove(self, ids: Sequence[int]) -> None:
        """Drop the vectors of ``ids``.

        Raises:
            StoreError: the store fails.
        """
        self._answered(lambda: self._store.remove(ids))

    def search(
        self, query: NDArray[np.float32], k: int, among: AbstractSet[int] | None, held: Container[int]
    ) -> list[tuple[int, float]]:
        """The nearest ``k`` of those ``among``, or of all that it was given (``held``), each with its cosine.

        Raises:
            StoreError: the store fails, or gives something else.
        """
        answer = self._answered(lambda: self._store.search(query, k, among=among))
        try:
            found = [(int(number), float(score)) for number, score in answer]
        except (TypeError, ValueError) as error:
            raise StoreError("The store answers a search with what is no list of ids and cosines.", PROMISE) from error
        asked = held if among is None else among
        sound = all(number in asked and isfinite(score) for number, score in found)
        if not sound or len(found) > k:
            raise StoreError("The store answers a search with what was not asked for.", PROMISE)
        return found

    def persist(self) -> None:
        """Make sure that all is kept that can be.

        Raises:
            StoreError: the store fails.
        """
        self._answered(self._store.persist)

    def close(self) -> None:
        """Let go of everything.

        Raises:
            StoreError: the store fails.
        """
        self._answered(self._store.close)

    def _answered(self, ask: Callable[[], Answer]) -> Answer:
        with foreign("The store", StoreError):
            return ask()
