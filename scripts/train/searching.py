"""A search by meaning over a tree's units, in memory: what te's semantic mode answers, without an index."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from measures import DEPTH, Place

from te_cli.engine.documents import vectors_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from searched import File

    from te_cli.embed.port import Embedder, ModelIdentity
    from te_cli.model import Document

CANDIDATES = 60
"""Units nearest to the query that are ranked, as in te."""

FILE = 0.6
"""What the likeness of the whole file adds to the unit's own."""

CROWDING = 0.6
"""What each further unit of a file pays, on the same scale."""

BATCH_FILES = 400


class Pool:
    """Files and the directions of their units, from which trees are put together."""

    def __init__(self, files: Sequence[File], model: Embedder) -> None:
        rows: list[NDArray[np.int8]] = []
        zeros = np.zeros(model.identity.dimensions, np.int8)
        once = Once(model)
        for start in range(0, len(files), BATCH_FILES):
            for vectors in vectors_of([file.units for file in files[start : start + BATCH_FILES]], once):
                rows += [zeros if vector is None else vector for vector in vectors]
        self._rows = unit_rows(np.array(rows, np.int8).reshape(len(rows), -1))
        self._files = files
        self._starts = np.cumsum([0, *(len(file.units) for file in files)])

    def tree(self, positions: Sequence[int]) -> Tree:
        """The tree of the files at these positions."""
        spans = [(int(self._starts[position]), int(self._starts[position + 1])) for position in positions]
        sizes = [end - start for start, end in spans]
        return Tree(
            self._rows[np.concatenate([np.arange(start, end) for start, end in spans])],
            np.repeat(np.cumsum([0, *sizes[:-1]]), sizes),
            [self._files[position] for position in positions],
        )


class Once:
    """A model that encodes each document once, however many files and commits share it."""

    def __init__(self, model: Embedder) -> None:
        self._model = model
        self._known: dict[int, NDArray[np.float32]] = {}

    @property
    def identity(self) -> ModelIdentity:
        """The model's own."""
        return self._model.identity

    def encode_documents(self, documents: Sequence[Document]) -> NDArray[np.float32]:
        """Unit rows, shape (documents, dimensions)."""
        # Documents are told apart by identity, which is safe as long as their files live.
        new = {id(document): document for document in documents if id(document) not in self._known}
        self._known |= zip(new, self._model.encode_documents(list(new.values())), strict=True)
        rows = [self._known[id(document)] for document in documents]
        return np.array(rows, np.float32).reshape(len(rows), self.identity.dimensions)

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """A unit vector, shape (dimensions,)."""
        return self._model.encode_query(text)


class Tree:
    """The units of one tree. ``modules`` says for each unit which one stands for its file."""

    def __init__(self, rows: NDArray[np.float32], modules: NDArray[np.int64], files: Sequence[File]) -> None:
        self._rows = rows
        self._modules = modules
        self._places = [Place(file.path, s.start_line, s.end_line) for file in files for s, _ in file.units]

    def page(self, query: NDArray[np.float32]) -> list[Place]:
        """The best ten places for a unit vector, best first; none for one of zeros."""
        if not query.any():
            return []
        cosines = self._rows @ query
        nearest = np.argsort(-np.round(cosines, 5), kind="stable")[:CANDIDATES]
        own = np.maximum(cosines[nearest], 0)
        around = np.maximum(cosines[self._modules[nearest]], 0)
        scores = own / (own.max() or 1) + FILE * around / (around.max() or 1)
        files = self._modules[nearest]
        found: list[Place] = []
        for _ in range(min(DEPTH, len(nearest))):
            best = int(np.argmax(scores))
            found.append(self._places[nearest[best]])
            scores[best] = -np.inf
            scores[files == files[best]] -= CROWDING
        return found


def unit_rows(rows: NDArray[np.int8]) -> NDArray[np.float32]:
    """8-bit rows as unit vectors; zeros stay zeros."""
    wide = rows.astype(np.float32)
    lengths = np.sqrt(np.einsum("ij,ij->i", wide, wide))[:, None]
    lengths[lengths == 0] = 1
    wide /= lengths
    return wide
