"""A search by meaning over a tree's units, in memory: what te's semantic mode answers, without an index."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
from measures import DEPTH, Place

from te_cli.engine.documents import vectors_of
from te_cli.engine.retrieving import DEPTH as CANDIDATES
from te_cli.engine.retrieving import GATHERED
from te_cli.rank.analyse import analyse
from te_cli.rank.candidates import Candidate
from te_cli.rank.order import rank

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from searched import File

    from te_cli.document import Document
    from te_cli.embed.port import Embedder

BATCH_FILES = 400


class Pool:
    """Files and the directions of their units, from which trees are put together."""

    def __init__(self, files: Sequence[File], model: Embedder) -> None:
        rows: list[NDArray[np.int8]] = []
        zeros = np.zeros(model.dimension, np.int8)
        once = Once(model)
        for start in range(0, len(files), BATCH_FILES):
            for vectors in vectors_of([file.units for file in files[start : start + BATCH_FILES]], once):
                rows += [zeros if vector is None else vector for vector in vectors]
        self._rows = unit_rows(np.array(rows, np.int8).reshape(len(rows), -1))
        ends = np.cumsum([len(file.units) for file in files]).tolist()
        self._spans = {id(file): (end - len(file.units), end) for file, end in zip(files, ends, strict=True)}

    def tree(self, files: Sequence[File]) -> Tree:
        """The tree of some of the files."""
        spans = [self._spans[id(file)] for file in files]
        starts = np.cumsum([0, *(end - start for start, end in spans[:-1])]).tolist()
        return Tree(self._rows[np.concatenate([np.arange(*span) for span in spans])], starts, files)


class Once:
    """A model that encodes each document once, however many files and commits share it."""

    def __init__(self, model: Embedder) -> None:
        self.name, self.fingerprint, self.dimension = model.name, model.fingerprint, model.dimension
        self._model = model
        self._known: dict[int, NDArray[np.float32]] = {}

    def embed_documents(self, documents: Sequence[Document]) -> NDArray[np.float32]:
        """Unit rows, shape (documents, dimensions)."""
        # Documents are told apart by identity, which is safe as long as their files live.
        new = {id(document): document for document in documents if id(document) not in self._known}
        self._known |= zip(new, self._model.embed_documents(list(new.values())), strict=True)
        rows = [self._known[id(document)] for document in documents]
        return np.array(rows, np.float32).reshape(len(rows), self.dimension)

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """A unit vector, shape (dimensions,)."""
        return self._model.embed_query(text)


class Timed:
    """A model that knows how many texts it encoded in how many seconds of processor time."""

    def __init__(self, model: Embedder) -> None:
        self.name, self.fingerprint, self.dimension = model.name, model.fingerprint, model.dimension
        self._model = model
        self.texts, self.seconds = 0, 0.0

    def embed_documents(self, documents: Sequence[Document]) -> NDArray[np.float32]:
        """Unit rows, shape (documents, dimensions)."""
        started = time.process_time()
        rows = self._model.embed_documents(documents)
        self.seconds += time.process_time() - started
        self.texts += len(documents)
        return rows

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """A unit vector, shape (dimensions,)."""
        return self._model.embed_query(text)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit rows, shape (texts, dimensions)."""
        rows = [self._model.embed_query(text) for text in texts]
        return np.array(rows, np.float32).reshape(len(rows), self.dimension)


class Tree:
    """The units of one tree. ``starts`` says where each file's begin, the module unit first."""

    def __init__(self, rows: NDArray[np.float32], starts: Sequence[int], files: Sequence[File]) -> None:
        self._rows = rows
        self._ends = [*starts[1:], len(rows)]
        self._starts = starts
        self._files = files
        self._file_of = np.repeat(np.arange(len(files)), [len(file.units) for file in files])

    def page(self, text: str, query: NDArray[np.float32]) -> list[Place]:
        """The best ten places for a query and its unit vector, best first; none for one of zeros."""
        if not query.any():
            return []
        cosines = self._rows @ query
        nearest = np.argsort(-np.round(cosines, 5), kind="stable")[:CANDIDATES].tolist()
        gathered: dict[int, float] = {}
        for file in set(self._file_of[nearest].tolist()):
            own = np.sort(cosines[self._starts[file] + 1 : self._ends[file]])[::-1]
            gathered[file] = float(own[:GATHERED].sum()) / GATHERED
        candidates = [self._candidate(unit, cosines, gathered) for unit in nearest]
        ranked = rank(analyse(text), candidates, DEPTH, "semantic")
        return [
            Place(entry.candidate.path, entry.candidate.symbol.start_line, entry.candidate.symbol.end_line)
            for entry in ranked
        ]

    def _candidate(self, unit: int, cosines: NDArray[np.float32], gathered: dict[int, float]) -> Candidate:
        number = int(self._file_of[unit])
        file, start = self._files[number], self._starts[number]
        return Candidate(
            id=unit,
            path=file.path,
            content=file.content,
            symbol=file.units[unit - start][0],
            vector=float(cosines[unit]),
            file_vector=float(cosines[start]),
            gathered=gathered[number],
        )


def unit_rows(rows: NDArray[np.int8]) -> NDArray[np.float32]:
    """8-bit rows as unit vectors; zeros stay zeros."""
    wide = rows.astype(np.float32)
    lengths = np.sqrt(np.einsum("ij,ij->i", wide, wide))[:, None]
    lengths[lengths == 0] = 1
    wide /= lengths
    return wide
