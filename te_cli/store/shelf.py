"""The folder of a backend: one catalog, and the files of rows that it names. One writer, and readers that never wait.

On disk: ``backend.db`` (notes, records, fresh vectors, which files count), ``vectors-<number>.f32``, ``lock``. Whatever
is added or removed at once is one transaction of the catalog: a process that is killed leaves the old state or the new.
A folder that holds anything else is not touched.
"""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from te_cli import given
from te_cli.errors import (
    IndexBusy,
    IndexDamaged,
    IndexTooNew,
    NotAFolder,
    NotReadable,
    NotWritable,
    StoreError,
    UsageError,
)
from te_cli.planted import read_planted
from te_cli.store import pile, shelved
from te_cli.store.catalog import SUM, Catalog, translated
from te_cli.store.faults import reach
from te_cli.store.lock import LOCK_FILE, WriterLock, current_holder
from te_cli.store.pile import Pile, PileWriter, Segments
from te_cli.store.removal import remove
from te_cli.store.shelved import Records
from te_cli.store.sums import notes_sum
from te_cli.threads import ThreadLock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from te_cli.store.catalog import Use

SHELF_FILE = "backend.db"

FORMAT = 1
"""The format that this te writes and reads. 1: records with tags, vectors as files of 32-bit rows and a delta."""

SCHEMA = "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;" + pile.TABLES + shelved.TABLES

ATTEMPTS = 20
"""How often a reader starts over when a writer publishes between two looks; each takes milliseconds."""

VERB = "te_cli.backend"
"""What the lock's holder calls itself."""


PUT_BACK = "Put a copy back, or remove the folder and add everything again."

BE_PATIENT = "Try again in a moment, or open it with wait=SECONDS."

OTHER_MODEL = "Open it with that one, or name another folder and add everything again."


class Made(NamedTuple):
    """What a folder is for: ``holds`` is "documents" or "vectors", of ``dimension``; of documents, which model's."""

    holds: str
    dimension: int
    model: str = ""
    fingerprint: str = ""


class Session(NamedTuple):
    """A write transaction."""

    catalog: Catalog
    vectors: PileWriter
    records: Records


class Snapshot(NamedTuple):
    """What a reader sees: nothing that is published meanwhile."""

    catalog: Catalog
    vectors: Pile


class Shelf:
    """An open folder, for several threads."""

    def __init__(self, folder: str | os.PathLike[str], made: Made, wait: float) -> None:
        """Open a folder, or make one where there is none or an empty one. ``wait``: seconds for another writer.

        Raises:
            UsageError: ``folder`` is no path, or ``wait`` no time.
            NotAFolder: it is a file.
            StoreError: it holds something else, or was made with another model.
            IndexTooNew: a newer te wrote it.
            IndexDamaged: it is not what was written.
            IndexBusy: another process is making it.
            NotWritable, NotReadable: the system says no.
        """
        self.folder = Path(given.folder("folder", folder)).absolute()
        self.made, self.wait = made, given.seconds("wait", wait)
        self._path = self.folder / SHELF_FILE
        self._busy = self._wrote = self._closed = False
        self._segments = Segments(self.folder, made.dimension)
        self._reading = ThreadLock()
        self._writing = ThreadLock()
        self._catalog: Catalog | None = None
        self._kept: list[Catalog] = []  # of the process that this one was forked from: not ours to close
        self._opened_by = os.getpid()
        self._pile: Pile | None = None
        self._run = ""
        try:
            with self._told():
                if not os.path.lexists(self._path):
                    self._make()
                self._check()
            with self.reading() as now:  # every file is looked through once
                self._compare(now)
        except BaseException:
            self._let_go()
            raise

    def _compare(self, now: Snapshot) -> None:
        if self.made.holds == "documents" and len(now.vectors) != shelved.count(now.catalog):
            raise self._damaged("it has not as many records as vectors")

    # Making and opening

    def _make(self) -> None:
        folder = self.folder
        if os.path.lexists(folder) and not folder.is_dir():
            raise NotAFolder(f"{folder} is not a folder.", "Name a folder that is empty or does not exist.")
        try:
            self._refuse_others()
            reach("shelf.make")
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._not_writable(error) from error
        with WriterLock(folder, self.wait, VERB):
            if os.path.lexists(self._path):  # another process was quicker
                return
            self._refuse_others()
            fresh = folder / f"{SHELF_FILE}.new"
            try:
                for path in folder.glob(f"{SHELF_FILE}.new*"):
                    remove(path)
                catalog = Catalog(fresh, create=True, schema=SCHEMA)
                try:
                    notes = {"holds": self.made.holds, "dimension": self.made.dimension}
                    catalog.set_meta(
                        **notes, format=FORMAT, run=0, model=self.made.model, fingerprint=self.made.fingerprint
                    )
                finally:
                    catalog.close()
                reach("shelf.made")
                fresh.replace(self._path)
            except OSError as error:
                raise self._not_writable(error) from error

    def _refuse_others(self) -> None:
        """Raise where a folder without a catalog holds anything but what a maker that was killed leaves."""
        names = sorted(os.listdir(self.folder)) if self.folder.is_dir() else []  # noqa: PTH208 - names are wanted
        rows = [name for name in names if name.startswith("vectors-") and name.endswith(".f32")]
        others = [name for name in names if not (name.startswith(f"{SHELF_FILE}.new") or self._is_lock(name))]
        if rows and rows == others:
            raise self._damaged("its catalog is gone")
        if others:
            raise StoreError(
                f"{self.folder} holds something else ({others[0]}).", "Name a folder that is empty or does not exist."
            )

    def _is_lock(self, name: str) -> bool:
        path = self.folder / name
        if name != LOCK_FILE or not stat.S_ISREG(path.lstat().st_mode):
            return False
        said = read_planted(path, 5)
        return said is not None and (not said or said == b'{"pid')

    def _check(self) -> None:
        """Raise where the folder is not one that this te can use for what it is asked for."""
        for path in (self._path, self.folder / f"{SHELF_FILE}-wal", self.folder / f"{SHELF_FILE}-shm"):
            with suppress(FileNotFoundError):
                if not stat.S_ISREG(path.lstat().st_mode):
                    raise self._damaged(f"{path.name} is not a file")
        catalog = self._reader()
        catalog.begin()
        try:
            notes = dict(catalog.notes())
            sound = catalog.meta(SUM) == str(notes_sum(notes.items()))
        finally:
            catalog.rollback()
        if not sound:
            raise self._damaged("its notes were changed")
        found, made = _number(notes, "format"), self.made
        if found > FORMAT:
            raise IndexTooNew(
                f"The backend in {self.folder} was written by a newer te.", "Upgrade te, or name another folder."
            )
        if found != FORMAT:
            raise self._damaged("it does not say which format it has")
        if notes.get("holds") != made.holds:
            raise StoreError(
                f"{self.folder} holds {notes.get('holds')}, not {made.holds}.",
                "Open it with EmbeddingBackend.open." if made.holds == "vectors" else "Open it with DiskStore.",
            )
        dimension = _number(notes, "dimension")
        if (notes.get("fingerprint", ""), dimension) != (made.fingerprint, made.dimension):
            raise StoreError(self._other_model(notes.get("model", ""), dimension), OTHER_MODEL)

    def _other_model(self, model: str, dimension: int) -> str:
        made = self.made
        if made.holds == "vectors":
            return f"{self.folder} holds vectors of {dimension} numbers, not {made.dimension}."
        same = " of another version" if model == made.model else ""
        return f"{self.folder} was made with the embedder {model} ({dimension} numbers), not {made.model}{same}."

    # Reading and writing

    @contextmanager
    def reading(self) -> Iterator[Snapshot]:
        """One snapshot; several threads take turns."""
        with self._reading, self._told():
            self._alive()
            catalog, vectors = self._begin()
            try:
                yield Snapshot(catalog, vectors)
            finally:
                catalog.rollback()

    def _begin(self) -> tuple[Catalog, Pile]:
        for _ in range(ATTEMPTS):
            catalog = self._reader()
            catalog.begin()
            try:
                run = catalog.meta("run")
                if self._pile is None or run != self._run:
                    self._pile = Pile(catalog, self._segments, self.made.dimension)
                    self._run = run
            except FileNotFoundError as error:
                catalog.rollback()
                if catalog.meta("run") == run:
                    raise self._damaged("a vector file is missing") from error
            except BaseException:
                catalog.rollback()
                raise
            else:
                return catalog, self._pile
        raise IndexBusy("it is being rewritten faster than it can be read")

    def _reader(self) -> Catalog:
        if self._catalog is None:
            self._catalog = Catalog(self._path, use=self._use())
        return self._catalog

    def _use(self) -> Use:
        if os.access(self.folder, os.W_OK):
            return "read"
        log = self.folder / f"{SHELF_FILE}-wal"
        if log.is_file() and log.stat().st_size:
            raise NotReadable(
                f"The folder {self.folder} is read-only, and its last writer did not close it.",
                "Open it once where it can be written.",
            )
        return "frozen"

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction: all of it, or nothing where the block raises. Threads of this process take turns.

        Raises:
            IndexBusy: another process is writing.
            UsageError: the block is inside another one of the same thread.
        """
        with self._writing:
            self._alive()
            if self._busy:
                raise UsageError(
                    "A backend cannot be changed by the documents that are being added to it.", "Make them before."
                )
            self._busy = True
            try:
                with self._told(), WriterLock(self.folder, self.wait, VERB):
                    catalog = Catalog(self._path)
                    try:
                        yield from self._transaction(catalog)
                    finally:
                        catalog.close()
            finally:
                self._busy = False

    def _transaction(self, catalog: Catalog) -> Iterator[Session]:
        catalog.begin(write=True)
        try:
            try:
                vectors = PileWriter(catalog, self.folder, self._segments, self.made.dimension)
            except FileNotFoundError as error:
                raise self._damaged("a vector file is missing") from error
            records = Records(catalog)
            yield Session(catalog, vectors, records)
            if vectors.changed:
                vectors.finish()
                records.finish()
                catalog.set_meta(run=catalog.number("run") + 1)
                catalog.commit("shelf.commit")
        except BaseException:
            catalog.rollback()
            raise
        if vectors.changed:
            self._wrote = True
            with translated():
                reach("shelf.done")
            vectors.sweep()

    # Ending

    def persist(self) -> None:
        """Write what is in the log into the catalog's file: then the folder can be copied. Nothing is lost without."""
        with self._writing, self._reading, self._told():
            self._alive()
            if self._wrote and not self._busy:
                self._let_go()
                with suppress(IndexBusy), WriterLock(self.folder, self.wait, VERB):  # who holds it will do so
                    Catalog(self._path).close()  # the last one that lets go writes the log
                self._wrote = False

    def close(self) -> None:
        """Let go of all files. A second time is no matter."""
        with self._writing, self._reading:
            if self._closed:
                return
            try:
                self.persist()
            finally:
                self._closed = True
                self._let_go()

    def _let_go(self) -> None:
        if self._catalog is not None and self._opened_by == os.getpid():
            self._catalog.close()
        self._catalog, self._pile, self._run = None, None, ""

    def _alive(self) -> None:
        if self._opened_by != os.getpid():  # a child: neither the connection nor what another thread wrote is its own
            if self._catalog is not None:
                self._kept.append(self._catalog)
            self._catalog, self._opened_by = None, os.getpid()
            self._busy = self._wrote = False
        if self._closed:
            raise UsageError(f"The backend in {self.folder} was closed.", "Open it again.")

    # Telling

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What went wrong in the store's own rooms, told of this folder."""
        try:
            yield
        except (IndexDamaged, IndexBusy) as error:
            if error.hint in {PUT_BACK, BE_PATIENT}:  # told already
                raise
            if isinstance(error, IndexDamaged):
                raise self._damaged(error.message.rstrip(".")) from error
            who = current_holder(self.folder)
            raise IndexBusy(
                f"Another process is writing {self.folder}{f' ({who})' if who else ''}.",
                BE_PATIENT,
            ) from error

    def _damaged(self, what: str) -> IndexDamaged:
        return IndexDamaged(f"The backend in {self.folder} is damaged: {what}.", PUT_BACK)

    def _not_writable(self, error: OSError) -> NotWritable:
        reason = error.strerror or error
        return NotWritable(
            f"The folder {self.folder} cannot be written: {reason}.", "Check the disk's space and rights."
        )


def _number(notes: Mapping[str, str], key: str) -> int:
    """A note that is a whole number; 0 where there is none."""
    said = notes.get(key, "")
    return int(said) if said.isdecimal() else 0
