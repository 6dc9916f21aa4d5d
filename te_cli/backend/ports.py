"""The two ports: what makes vectors, and what keeps them. Anything that has these methods is one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from te_cli.embed.port import Embedder

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from numpy.typing import ArrayLike

__all__ = ["Embedder", "VectorStore"]


@runtime_checkable
class VectorStore(Protocol):
    """Vectors of one dimension under whole numbers as ids, searched by cosine.

    A vector of zeros is kept like any other, and never found: it has no direction.
    """

    @property
    def dimension(self) -> int:
        """Components of a vector."""
        ...

    def add(self, ids: Iterable[int], vectors: ArrayLike) -> None:
        """Keep ``vectors``, shape (ids, dimension), each in place of what its id had. All of them or none.

        Of an id that comes twice the last one counts. Only directions are kept: lengths are not.

        Raises:
            UsageError: ids are no whole numbers from 0 to 2**63 - 1, or the shape does not fit them, or a component is
                not a finite number.
        """
        ...

    def remove(self, ids: Iterable[int]) -> None:
        """Drop the vectors of ``ids``; those that are not there are passed over.

        Raises:
            UsageError: an id is no whole number.
        """
        ...

    def search(self, vector: ArrayLike, k: int, *, among: Collection[int] | None = None) -> list[tuple[int, float]]:
        """The nearest ``k`` to ``vector``, shape (dimension,), each with its cosine from -1 to 1.

        Best first; ties by id, smallest first. ``among``: only these ids count, before the cut; a backend gives a set.
        A vector of zeros finds nothing.

        Raises:
            UsageError: ``k`` is below 1, or the shape does not fit, or a component is not a finite number.
        """
        ...

    def __len__(self) -> int:
        """How many vectors there are, those of zeros included."""
        ...

    def __contains__(self, id: object) -> bool:  # noqa: A002 - what it is
        """Whether there is a vector under that id."""
        ...

    def persist(self) -> None:
        """Make sure that all is kept that can be."""
        ...

    def close(self) -> None:
        """Let go of everything. A closed store cannot be used; closing it again is no matter."""
        ...
