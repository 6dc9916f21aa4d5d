"""An embedder and a vector store, joined with documents and metadata."""

from __future__ import annotations

from itertools import islice, zip_longest
from os import PathLike
from typing import TYPE_CHECKING, Final

from te_cli import given
from te_cli.backend.checking import document_from, key_of, listed, metadata_of
from te_cli.backend.disk import WAIT_SECONDS
from te_cli.backend.keeping import Batch, Incoming, InMemory, OnDisk
from te_cli.backend.lent import LentStore
from te_cli.backend.memory import MemoryStore
from te_cli.backend.values import Match
from te_cli.backend.where import condition_of
from te_cli.embed.checked import Checked
from te_cli.errors import EmptyQuery, UsageError
from te_cli.store.shelf import Made

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from types import TracebackType
    from typing import Any, Self

    from te_cli.backend.keeping import Keeping
    from te_cli.backend.ports import Embedder, VectorStore
    from te_cli.backend.values import Record
    from te_cli.document import Document
    from te_cli.store.conditions import Condition

BATCH: Final = 256
"""Documents that are embedded together: enough for a transformer's batches, and few to be held."""

NOTHING: Final = object()


class EmbeddingBackend:
    """Texts that are found by meaning, and by what is said of them. Several threads may use one.

    Made by :meth:`in_memory`, by :meth:`open`, or from an embedder and a vector store of your own, whose documents are
    then kept in memory. Everything that comes back is a frozen value; every error is a TeError.
    """

    def __init__(
        self,
        embedder: Embedder,
        store: VectorStore | str | PathLike[str] | None = None,
        *,
        wait: float = WAIT_SECONDS,
    ) -> None:
        """Vectors in ``store``, an empty one that is closed with the backend, and documents in memory.

        Or both in a folder, as :meth:`open` says; or, without ``store``, both in memory.

        Raises:
            UsageError: ``embedder`` is none, ``store`` is neither a store nor a path, holds vectors already, or has
                another dimension than the embedder.
        """
        self._embedder, self._model = embedder, Checked(embedder)
        self._keeping = self._kept_in(store, wait)

    def _kept_in(self, store: object, wait: float) -> Keeping:
        model = self._model
        if isinstance(store, str | PathLike):
            return OnDisk(store, Made("documents", model.dimension, model.name, model.fingerprint), wait)
        own = MemoryStore(model.dimension) if store is None else store
        return InMemory(LentStore(own, model.dimension))

    @classmethod
    def in_memory(cls, embedder: Embedder) -> Self:
        """An empty one that ends with its process."""
        return cls(embedder)

    @classmethod
    def open(cls, folder: str | PathLike[str], embedder: Embedder, *, wait: float = WAIT_SECONDS) -> Self:
        """The one in ``folder``, which is made where there is none or an empty one.

        Each call that adds or deletes is one transaction, on disk when it returns: a process that is killed leaves the
        state before or after. Several processes may use one folder; while one adds, others see what was there before.
        ``wait``: seconds for another process that is writing.

        Raises:
            UsageError: ``embedder`` is none, or ``folder`` no path.
            NotAFolder: ``folder`` is a file.
            StoreError: it holds something else, or what another embedder made; nothing in it is touched.
            IndexTooNew: a newer te wrote it.
            IndexDamaged: it is not what was written.
            IndexBusy: another process is making it.
            NotWritable, NotReadable: the system says no.
        """
        return cls(embedder, given.folder("folder", folder), wait=wait)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<EmbeddingBackend of {self._model.name} {self._keeping!r}>"

    def __len__(self) -> int:
        return self.count()

    def __contains__(self, id: object) -> bool:  # noqa: A002 - what it is
        """Whether there is a record of that id."""
        return isinstance(id, str) and id != "" and len(self.get([id])) > 0

    @property
    def embedder(self) -> Embedder:
        """What makes its vectors."""
        return self._embedder

    def add(
        self,
        documents: Iterable[str | Document],
        ids: Iterable[str] | None = None,
        metadata: Iterable[Mapping[str, Any] | None] | None = None,
    ) -> list[str]:
        """Embed and keep documents: all of them, or none where anything goes wrong. Gives their ids, in order.

        They are gone through once, a few at a time, so a generator may give more than fits into memory (in a folder).
        ``ids``: a text for each; what is there under it is replaced, and of one that comes twice the last one counts.
        Without ids each gets one of its own. ``metadata``: a mapping for each, of names to str, int, float, bool or
        None. A text that says nothing to the embedder is kept, and never found by a search.

        Raises:
            UsageError: something is of a wrong type, or there are not as many ids or metadata as documents.
            ModelError: the embedder fails.
            IndexBusy: another process is writing.
            NotWritable: the disk is full, or read-only.
        """
        incoming = self._incoming(listed("Documents", documents), ids, metadata)
        return self._keeping.add(self._batches(incoming))

    def search(self, text: str, k: int = 10, where: Mapping[str, Any] | None = None) -> tuple[Match, ...]:
        """The ``k`` records whose vectors are nearest to that of ``text``, best first, earlier added before later.

        ``where`` is applied before the cut: ``{"language": "go", "year": {"$gte": 2020}}``; operators are ``$eq``,
        ``$ne``, ``$in``, ``$nin``, ``$gt``, ``$gte``, ``$lt``, ``$lte``, ``$exists``, ``$and``, ``$or``, ``$not``
        (:mod:`te_cli.backend.where`). Nothing is found where the text says nothing to the embedder.

        Raises:
            EmptyQuery: there is no text.
            UsageError: ``k`` is no whole number above 0, or ``where`` makes no sense.
            ModelError: the embedder fails.
            IndexDamaged: what is on disk is not what was written.
        """
        text, count, condition = given.text("text", text), given.whole("k", k, 1), condition_of(where)
        if not text.strip():
            raise EmptyQuery("There is nothing to search for.", "Give a few words.")
        query = self._model.embed_query(text)
        if not query.any():
            return ()
        found = self._keeping.search(query, count, condition)
        return tuple(Match(one.id, one.text, one.metadata, score, one.document) for one, score in found)

    def get(self, ids: Iterable[str] | None = None, *, where: Mapping[str, Any] | None = None) -> tuple[Record, ...]:
        """The records of ``ids``, in that order, those that satisfy ``where``, or where both are given those of both.

        Those that are not there are left out; without ids earlier added ones come first. ``where={}`` gives all.

        Raises:
            UsageError: neither is given, or one makes no sense.
            IndexDamaged: what is on disk is not what was written.
        """
        return tuple(self._keeping.get(*_chosen("get", ids, where)))

    def delete(self, ids: Iterable[str] | None = None, *, where: Mapping[str, Any] | None = None) -> int:
        """Drop the records of ``ids``, those that satisfy ``where``, or where both are given those of both.

        Gives how many there were. ``where={}`` drops all.

        Raises:
            UsageError: neither is given, or one makes no sense.
            IndexBusy: another process is writing.
        """
        return self._keeping.remove(*_chosen("delete", ids, where))

    def count(self, where: Mapping[str, Any] | None = None) -> int:
        """How many records there are, or satisfy ``where``.

        Raises:
            UsageError: ``where`` makes no sense.
        """
        return self._keeping.count(condition_of(where))

    def persist(self) -> None:
        """Fold the log into the catalog's file, so that the folder can be copied. Nothing is lost without."""
        self._keeping.persist()

    def close(self) -> None:
        """Let go of all files. A closed backend cannot be used; closing it again is no matter."""
        self._keeping.close()

    def _incoming(
        self,
        documents: Iterable[object],
        ids: Iterable[object] | None,
        metadata: Iterable[object] | None,
    ) -> Iterator[Incoming]:
        """What was given, checked, as it comes."""
        columns: list[Iterable[object]] = [documents]
        columns += [] if ids is None else [listed("Ids", ids)]
        columns += [] if metadata is None else [listed("Metadata", metadata)]
        for row in zip_longest(*columns, fillvalue=NOTHING):
            if NOTHING in row:
                raise UsageError("There are not as many ids or metadata as documents.", "Give one for each document.")
            values = list(row[1:])
            key = None if ids is None else key_of(values.pop(0))
            yield Incoming(key, document_from(row[0]), metadata_of(values[0] if values else None))

    def _batches(self, incoming: Iterator[Incoming]) -> Iterator[Batch]:
        while batch := list(islice(incoming, BATCH)):
            yield Batch(batch, self._model.embed_documents([record.document for record in batch]))


def _chosen(
    verb: str, ids: Iterable[str] | None, where: Mapping[str, Any] | None
) -> tuple[list[str] | None, Condition]:
    """The keys (None: any) and the condition of the records that are meant."""
    if ids is None and where is None:
        raise UsageError(f"Nothing says what to {verb}.", "Give ids, or where; where={} is all.")
    return None if ids is None else [key_of(each) for each in listed("Ids", ids)], condition_of(where)
