"""An embedder that keeps what a slow one made, so that a text costs its time once on this machine.

Rows are kept as float16, half of what a model gives, and what is returned is always what the float16 row says, read or
just made: an index that was made with the cache equals one that was made without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from te_cli.digest import digest, digest_fields
from te_cli.document import FIELDS
from te_cli.embed.identity import Identified
from te_cli.embed.kept import Kept
from te_cli.embed.port import normalised
from te_cli.errors import ModelError
from te_cli.threads import ThreadLock

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from te_cli.document import Document
    from te_cli.embed.identity import ModelIdentity
    from te_cli.embed.port import Direction, Directions, Embedder

CHUNK = 32
"""Documents that are embedded and then kept together: seconds of a transformer's time, which is what a kill costs."""

CHECK = 8
"""Bytes of a digest of key and row that are kept behind the row: SQLite has no checksums, and disks flip bits."""


class Cached(Identified):
    """An embedder over one that is opened when a text is missing. Safe to share between threads, and after a fork.

    ``hits`` counts the texts whose rows were read, ``misses`` those that the model embedded; a text that comes several
    times in one call counts once. ``trouble`` is a sentence about what last went wrong with the cache, if anything
    did: no such thing stops a caller.
    """

    def __init__(
        self,
        identity: ModelIdentity,
        opened: Callable[[], Embedder],
        folder: Path,
        limit_bytes: int,
        text_of: Callable[[Document], str] | None = None,
    ) -> None:
        """Keep rows in ``folder``, which models share, and no more than ``limit_bytes`` of all of them; 0 keeps none.

        ``text_of`` gives what the model reads of a document: two with the same text have one row. Without it, all
        fields must be equal.
        """
        super().__init__(identity)
        self.hits = self.misses = 0
        self._opened = opened
        self._text_of = text_of
        self._kept = Kept(folder, identity, limit_bytes)
        self._model: Embedder | None = None
        self._lock = ThreadLock()

    @property
    def trouble(self) -> str | None:
        """What last went wrong with the cache, as a sentence."""
        return self._kept.trouble

    def embed_documents(self, documents: Sequence[Document]) -> Directions:
        """Unit rows, shape (documents, dimension); zeros where a text says nothing to the model.

        Raises:
            ModelError: a text is missing, and the model cannot be opened or gives something else than rows.
        """
        places: dict[bytes, list[int]] = {}
        lengths: dict[bytes, int] = {}
        for at, document in enumerate(documents):
            fields = self._fields(document)
            key = digest_fields(fields)
            lengths[key] = sum(map(len, fields))
            places.setdefault(key, []).append(at)
        with self._kept.held():
            found = self._read(list(places))
            # Texts of one length share a batch, as they would in one call: a model pads each to the longest.
            missing = sorted(places.keys() - found.keys(), key=lambda key: (lengths[key], key))
            for start in range(0, len(missing), CHUNK):
                chunk = missing[start : start + CHUNK]
                found |= self._made(chunk, self._inner().embed_documents([documents[places[key][0]] for key in chunk]))
        rows = np.zeros((len(documents), self.dimension), np.float32)
        if documents:
            copies = [at for found_at in places.values() for at in found_at]
            rows[copies] = np.repeat(np.stack([found[key] for key in places]), list(map(len, places.values())), axis=0)
        return normalised(rows)

    def embed_query(self, text: str) -> Direction:
        """A unit vector, shape (dimension,), or zeros where the model knows no word of ``text``.

        Raises:
            ModelError: as for documents.
        """
        key = digest_fields(("query", text))
        found = self._read([key]) or self._made([key], self._inner().embed_query(text)[np.newaxis])
        direction: Direction = normalised(found[key].astype(np.float32)[np.newaxis])[0]
        return direction

    def _fields(self, document: Document) -> tuple[str, ...]:
        """What the key of a document is made of; what a query's is made of differs in the first."""
        if self._text_of is not None:
            return ("document", self._text_of(document))
        return ("fields", *(getattr(document, field) for field in FIELDS))

    def _inner(self) -> Embedder:
        with self._lock:
            if self._model is None:
                self._model = self._opened()
            return self._model

    def _read(self, keys: list[bytes]) -> dict[bytes, NDArray[np.float16]]:
        """The rows kept under ``keys``, less those that are no rows of this model."""
        kept = {key: value[:-CHECK] for key, value in self._kept.read(keys).items() if self._is_whole(key, value)}
        rows = np.frombuffer(b"".join(kept.values()), "<f2").reshape(len(kept), self.dimension)
        found = dict(zip(kept, rows, strict=True))
        self._count(hits=len(found))
        return found

    def _is_whole(self, key: bytes, value: bytes) -> bool:
        row = value[:-CHECK]
        return len(row) == 2 * self.dimension and _check(key, row) == value[-CHECK:]

    def _made(self, keys: list[bytes], fresh: Directions) -> dict[bytes, NDArray[np.float16]]:
        """The rows that the model has just made, now kept as well."""
        if fresh.shape != (len(keys), self.dimension):
            expected, got = f"{len(keys)} rows of {self.dimension}", " by ".join(map(str, fresh.shape))
            raise ModelError(f"The model {self.name} gave {got} numbers, not {expected}.", "Try another model.")
        rows = normalised(fresh).astype("<f2")
        numbers = np.isfinite(rows).all(axis=1).tolist()
        kept = [(key, row.tobytes()) for key, row, each in zip(keys, rows, numbers, strict=True) if each]
        self._kept.write({key: row + _check(key, row) for key, row in kept})
        self._count(misses=len(keys))
        return dict(zip(keys, rows, strict=True))

    def _count(self, hits: int = 0, misses: int = 0) -> None:
        with self._lock:
            self.hits += hits
            self.misses += misses


def _check(key: bytes, row: bytes) -> bytes:
    return digest(key + row)[:CHECK]
