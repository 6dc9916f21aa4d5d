"""Every implementation of the ports: a new one is a line here, and the whole behaviour suite runs over it.

Each is made by a function of a folder that nothing else uses; what needs none ignores it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from tiny_model import make_bert

from te_cli.backend import DiskStore, EmbeddingBackend, HashEmbedder, MemoryStore, open_embedder
from te_cli.embed.cached import Cached
from te_cli.embed.identity import SHIPPED, identity_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from pathlib import Path

    from numpy.typing import ArrayLike

    from te_cli.backend import Embedder, VectorStore

shipped = lru_cache(maxsize=1)(open_embedder)
"""The model that comes with te, opened once."""


def table_in(folder: Path) -> Embedder:
    """A Model2Vec table in a folder, of the shipped model's tokens: whatever is in that layout is read in its way."""
    folder.mkdir()
    (folder / "config.json").write_text('{"normalize": true}')
    for name in ("model.safetensors", "tokenizer.json"):
        (folder / name).symlink_to(SHIPPED / name)
    return open_embedder(folder)


def transformer_in(folder: Path) -> Embedder:
    """A tiny transformer in an ONNX file, run by fastembed."""
    return open_embedder(make_bert(folder))


def cached_in(folder: Path) -> Embedder:
    """The shipped model behind a cache."""
    return Cached(identity_of(SHIPPED), shipped, folder, 1 << 24)


DIMENSION = 16
"""Of the stores under test."""


class Reopened:
    """A store or backend that is closed and opened again after each step."""

    def __init__(self, opened: Callable[[], Any]) -> None:
        self._opened = opened
        opened().close()

    def __getattr__(self, name: str) -> Any:
        def step(*arguments: Any, **named: Any) -> Any:
            now = self._opened()
            try:
                return getattr(now, name)(*arguments, **named)
            finally:
                now.close()

        return step

    def __len__(self) -> int:
        return int(self.__getattr__("__len__")())

    def __contains__(self, id: object) -> bool:  # noqa: A002 - as the port has it
        return bool(self.__getattr__("__contains__")(id))


class ReopenedStore(Reopened):
    """The same, with what a store has besides methods."""

    dimension = DIMENSION


class PlainStore:
    """What somebody may write on their own: the least that satisfies the port, and the model of all others."""

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension
        self.vectors: dict[int, np.ndarray[Any, np.dtype[np.float64]]] = {}

    def add(self, ids: Iterable[int], vectors: ArrayLike) -> None:
        """Keep."""
        self.vectors.update(zip(ids, np.asarray(vectors, np.float64), strict=True))

    def remove(self, ids: Iterable[int]) -> None:
        """Drop."""
        for each in ids:
            self.vectors.pop(each, None)

    def search(self, vector: ArrayLike, k: int, *, among: Collection[int] | None = None) -> list[tuple[int, float]]:
        """Best first."""
        query = np.asarray(vector, np.float64)
        scores = {}
        for each, own in self.vectors.items():
            length = np.linalg.norm(own) * np.linalg.norm(query)
            if length and (among is None or each in among):
                scores[each] = round(float(own @ query / length), 6)
        return sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:k]

    def __len__(self) -> int:
        return len(self.vectors)

    def __contains__(self, id: object) -> bool:  # noqa: A002 - as the port has it
        return id in self.vectors

    def persist(self) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


STORES: dict[str, Callable[[Path], VectorStore]] = {
    "memory": lambda _: MemoryStore(DIMENSION),
    "disk": lambda folder: DiskStore(folder, DIMENSION),
    "disk reopened": lambda folder: ReopenedStore(lambda: DiskStore(folder, DIMENSION)),
}
"""Vector stores, empty."""

BACKENDS: dict[str, Callable[[Path], EmbeddingBackend]] = {
    "memory": lambda _: EmbeddingBackend.in_memory(HashEmbedder()),
    "disk": lambda folder: EmbeddingBackend.open(folder, HashEmbedder()),
    "disk reopened": lambda folder: Reopened(  # type: ignore[dict-item,return-value]  # it hands everything on
        lambda: EmbeddingBackend.open(folder, HashEmbedder())
    ),
    "a store of one's own": lambda _: EmbeddingBackend(HashEmbedder(), PlainStore(64)),
    "vectors on disk": lambda folder: EmbeddingBackend(HashEmbedder(), DiskStore(folder, 64)),
}
"""Backends over the :class:`HashEmbedder`, empty."""

EMBEDDERS: dict[str, Callable[[Path], Embedder]] = {
    "hash": lambda _: HashEmbedder(),
    "hash, wide": lambda _: HashEmbedder(300),
    "shipped": lambda _: shipped(),
    "table": table_in,
    "transformer": transformer_in,
    "cached": cached_in,
}
"""Embedders. Those that need files make them in the folder."""
