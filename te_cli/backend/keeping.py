"""Where a backend keeps documents and metadata beside their vectors: in memory, or in a folder."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple, Protocol
from weakref import finalize

import numpy as np

from te_cli.backend.columns import Columns
from te_cli.backend.values import fields_of, record_of
from te_cli.errors import IndexDamaged, UsageError
from te_cli.store import shelved
from te_cli.store.conditions import ALWAYS
from te_cli.store.exact import best
from te_cli.store.shelf import Made, Shelf
from te_cli.threads import ThreadLock

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from os import PathLike
    from pathlib import Path

    from numpy.typing import NDArray

    from te_cli.backend.lent import LentStore
    from te_cli.backend.values import Record
    from te_cli.document import Document
    from te_cli.store.catalog import Catalog
    from te_cli.store.conditions import Condition, Scalar
    from te_cli.store.shelved import Kept

    Found = list[tuple[Record, float]]
    """Records with their cosines, best first."""


class Incoming(NamedTuple):
    """What is about to be added; a record without a key gets one."""

    key: str | None
    document: Document
    metadata: dict[str, Scalar]


class Batch(NamedTuple):
    """Some of what is about to be added, and its unit vectors, shape (records, dimension)."""

    records: Sequence[Incoming]
    vectors: NDArray[np.float32]


class Keeping(Protocol):
    """What a backend asks of either. Everything is checked before it comes here."""

    def add(self, batches: Iterable[Batch]) -> list[str]:
        """Keep all of it, or nothing where going through it raises; gives the keys, in order."""
        ...

    def remove(self, keys: Sequence[str] | None, condition: Condition) -> int:
        """Drop the records that have one of ``keys`` (None: any) and satisfy ``condition``; gives their number."""
        ...

    def get(self, keys: Sequence[str] | None, condition: Condition) -> list[Record]:
        """The records of ``keys``, in that order, or of all in that of adding, as far as they satisfy ``condition``."""
        ...

    def search(self, query: NDArray[np.float32], count: int, condition: Condition) -> Found:
        """The nearest ``count`` of those that satisfy ``condition``, ties in the order in which they were added."""
        ...

    def count(self, condition: Condition) -> int:
        """How many satisfy ``condition``."""
        ...

    def persist(self) -> None:
        """Make sure that all is kept that can be."""
        ...

    def close(self) -> None:
        """Let go of everything."""
        ...


class InMemory:
    """Documents and metadata in dictionaries, and vectors in any store."""

    def __init__(self, store: LentStore) -> None:
        """``store``: an empty one, which is this backend's from now on."""
        self._store = store
        self._lock = ThreadLock()
        self._records: dict[int, Record] = {}
        self._columns = Columns()
        self._numbers: dict[str, int] = {}
        self._last = 0
        self._closed = False

    def __repr__(self) -> str:
        return "in memory"

    def add(self, batches: Iterable[Batch]) -> list[str]:
        """Keep all of it, or nothing where going through it raises."""
        given = [(record, row) for batch in batches for record, row in zip(*batch, strict=True)]
        with self._lock:
            self._alive()
            last, keys = self._last, []
            numbers: dict[str, int] = {}
            fresh: dict[int, tuple[Record, NDArray[np.float32]]] = {}
            for (key, document, metadata), row in given:
                number = None if key is None else numbers.get(key, self._numbers.get(key))
                if number is None:
                    number = last = last + 1
                name = self._free_key(number, numbers) if key is None else key
                numbers[name] = number
                fresh[number] = (record_of(name, fields_of(document), metadata), row)
                keys.append(name)
            if fresh:
                self._store.add(list(fresh), np.stack([row for _, row in fresh.values()]))
            for number, (record, _) in fresh.items():
                self._forget(number)
                self._columns.put(number, record.metadata)
                self._records[number] = record
            self._numbers.update(numbers)
            self._last = last
        return keys

    def remove(self, keys: Sequence[str] | None, condition: Condition) -> int:
        """Drop records."""
        with self._lock:
            self._alive()
            if keys is None:
                gone = self._satisfying(condition)
            else:
                named = {self._numbers[key] for key in keys if key in self._numbers}
                gone = {number for number in named if condition.holds(self._records[number].metadata)}
            if gone:
                self._store.remove(sorted(gone))
            for number in gone:
                del self._numbers[self._records[number].id]
                self._forget(number)
        return len(gone)

    def get(self, keys: Sequence[str] | None, condition: Condition) -> list[Record]:
        """The records of keys."""
        with self._lock:
            self._alive()
            if keys is None:
                return [self._records[number] for number in sorted(self._satisfying(condition))]
            named = [self._records[self._numbers[key]] for key in keys if key in self._numbers]
            return [record for record in named if condition.holds(record.metadata)]

    def search(self, query: NDArray[np.float32], count: int, condition: Condition) -> Found:
        """The nearest."""
        with self._lock:
            self._alive()
            among = None if condition == ALWAYS else self._satisfying(condition)
            found = self._store.search(query, count, among, self._records)
            return [(self._records[number], score) for number, score in found]

    def count(self, condition: Condition) -> int:
        """How many satisfy a condition."""
        with self._lock:
            self._alive()
            return len(self._records) if condition == ALWAYS else len(self._satisfying(condition))

    def persist(self) -> None:
        """The store's own."""
        with self._lock:
            self._alive()
            self._store.persist()

    def close(self) -> None:
        """Let go of everything."""
        with self._lock:
            self._closed = True
            self._records, self._numbers, self._columns = {}, {}, Columns()
            self._store.close()

    def _satisfying(self, condition: Condition) -> set[int]:
        return self._columns.satisfying(condition, self._records)

    def _forget(self, number: int) -> None:
        if (record := self._records.pop(number, None)) is not None:
            self._columns.remove(number, record.metadata)

    def _free_key(self, number: int, taken: Mapping[str, int]) -> str:
        while str(number) in self._numbers or str(number) in taken:
            number += 1
        return str(number)

    def _alive(self) -> None:
        if self._closed:
            raise UsageError("This backend was closed.", "Make a new one.")


class OnDisk:
    """Documents and vectors in one folder, so that one transaction publishes both."""

    def __init__(self, folder: str | PathLike[str], made: Made, wait: float) -> None:
        """Open or make the folder; raises what :class:`~te_cli.store.shelf.Shelf` does."""
        self._shelf = Shelf(folder, made, wait)
        finalize(self, self._shelf.close)
        # Looked through with the first filter, and with the first id: a byte that is wrong there makes an answer that
        # lacks something, which does not show by itself. Whatever else is read has a sum of its own.
        self._tags_seen = self._keys_seen = False

    def __repr__(self) -> str:
        return f"in {str(self._shelf.folder)!r}"

    def __reduce__(self) -> tuple[type[OnDisk], tuple[Path, Made, float]]:
        """Another process opens the files for itself."""
        return OnDisk, (self._shelf.folder, self._shelf.made, self._shelf.wait)

    def add(self, batches: Iterable[Batch]) -> list[str]:
        """Keep all of it, or nothing where going through it raises."""
        keys: list[str] = []
        coming = iter(batches)
        first = list(islice(coming, 1))  # embedded before others have to wait: most calls give no more
        with self._shelf.writing() as session:
            self._look_at_keys(session.catalog)
            for records, vectors in chain(first, coming):
                rows: dict[int, int] = {}
                for place, (key, document, metadata) in enumerate(records):
                    kept = session.records.put(key, fields_of(document), metadata)
                    rows[kept.number] = place
                    keys.append(kept.key)
                session.vectors.add(np.fromiter(rows, np.int64, len(rows)), vectors[list(rows.values())])
        return keys

    def remove(self, keys: Sequence[str] | None, condition: Condition) -> int:
        """Drop records."""
        with self._shelf.writing() as session:
            gone = None if condition == ALWAYS and keys is not None else self._satisfying(session.catalog, condition)
            if keys is not None:
                named = np.array(sorted(self._numbers(session.catalog, keys).values()), np.int64)
                gone = named if gone is None else np.intersect1d(gone, named)
            assert gone is not None
            if len(gone):
                session.records.remove(gone.tolist())
                session.vectors.remove(gone)
            return len(gone)

    def get(self, keys: Sequence[str] | None, condition: Condition) -> list[Record]:
        """The records of keys."""
        with self._shelf.reading() as now:
            if keys is None:
                numbers = self._satisfying(now.catalog, condition).tolist()
            else:
                named = self._numbers(now.catalog, keys)
                numbers = [named[key] for key in keys if key in named]
            kept = {one.number: one for one in shelved.records(now.catalog, set(numbers))}
            if keys is None and len(kept) < len(numbers):
                raise IndexDamaged("its records are not those that were added")
        found = (kept[number] for number in numbers if number in kept)
        return [_record(one) for one in found if condition.holds(one.metadata)]

    def search(self, query: NDArray[np.float32], count: int, condition: Condition) -> Found:
        """The nearest."""
        with self._shelf.reading() as now:
            among = None if condition == ALWAYS else self._satisfying(now.catalog, condition)
            nearest = best(query, now.vectors.parts(among), count)
            kept = {one.number: one for one in shelved.records(now.catalog, [number for number, _ in nearest])}
            if len(kept) < len(nearest) or not all(condition.holds(one.metadata) for one in kept.values()):
                raise IndexDamaged("its records are not those that were added")
        return [(_record(kept[number]), score) for number, score in nearest]

    def count(self, condition: Condition) -> int:
        """How many satisfy a condition."""
        with self._shelf.reading() as now:
            if condition == ALWAYS:
                return shelved.count(now.catalog)
            return len(self._satisfying(now.catalog, condition))

    def persist(self) -> None:
        """Fold the log into the catalog's file."""
        self._shelf.persist()

    def close(self) -> None:
        """Let go of all files."""
        self._shelf.close()

    def _satisfying(self, catalog: Catalog, condition: Condition) -> NDArray[np.int64]:
        if not self._tags_seen:
            shelved.look_through_tags(catalog)
            self._tags_seen = True
        return shelved.satisfying(catalog, condition)

    def _numbers(self, catalog: Catalog, keys: Sequence[str]) -> dict[str, int]:
        self._look_at_keys(catalog)
        return shelved.numbers_of(catalog, keys)

    def _look_at_keys(self, catalog: Catalog) -> None:
        if not self._keys_seen:
            shelved.look_through_keys(catalog)
            self._keys_seen = True


def _record(kept: Kept) -> Record:
    return record_of(kept.key, kept.fields, kept.metadata)
