"""Writing an index: reserve, add, publish, collect.

1. *reserve*: a small transaction takes the run's range of ids and marks it pending.
2. *add*: rows go into one open transaction, documents to Tantivy; Tantivy is committed (its new ids mean nothing yet).
3. *publish*: the transaction gets the delta's vectors (or names a new base), clears the mark, and is committed.
4. *collect*: what the run replaced is deleted from Tantivy, and the list of it is cleared.

A run that dies before 3 leaves documents that no row names: the mark tells the next writer which. One that dies in 4
leaves the list. Every step can be repeated.
"""

from __future__ import annotations

import shutil
import time
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

from te_cli.digest import digest_fields
from te_cli.errors import IndexDamaged, TeError
from te_cli.store.catalog import Catalog
from te_cli.store.formats import FORMAT
from te_cli.store.generations import Base, store_vectors
from te_cli.store.lexical import TextIndex, file_words, unit_words
from te_cli.store.lock import WriterLock
from te_cli.store.owner import claim
from te_cli.store.records import FILE_COLUMNS, FileRecord, files_at_or_below
from te_cli.store.references import NO_REFERENCES, Packed, unpack
from te_cli.store.vectors import VectorBase, base_name

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from types import TracebackType
    from typing import Self

    import numpy as np
    from numpy.typing import NDArray

    from te_cli.model import Document, SourceFile, Symbol
    from te_cli.store.folder import Place

REASONS = {
    "absent": None,
    "foreign": "the index that was there was not built by you",
    "moved": "the index was built for another folder",
    "older": "the index was of an older format",
    "damaged": "the index was damaged",
}
"""Why an index is built anew, for the report."""


class Writer:
    """The one writer of an index. Leaving the context without :meth:`publish` drops the run."""

    def __init__(self, place: Place, *, model: str, dimensions: int, recipe: str, afresh: bool = False) -> None:
        """``model`` and ``recipe`` say what the derived data was made with: another one asks for a full run.

        ``afresh`` drops what is there: damage that only reading brought to light.
        """
        self._place = place
        self._afresh = afresh
        self._model = model
        self._dimensions = dimensions
        self._recipe = recipe
        self._stack = ExitStack()
        self.rebuilt: str | None = None
        self.stale_recipe = False
        self.units_written = 0
        self._new: dict[int, NDArray[np.int8]] = {}
        self._text_committed = False
        self._texts: dict[bool, TextIndex] = {}  # by whether a document stands for a file

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._place.refuse(self._place.state())
            self._place.prepare()
            stack.enter_context(WriterLock(self._place.folder))
            self._open(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.catalog.rollback()
            if not self._text_committed:
                with suppress(TeError):  # the next writer can do it as well
                    self.catalog.run("DELETE FROM pending")
        finally:
            self._stack.close()

    # Opening

    def _open(self, stack: ExitStack) -> None:
        """Open what is there, heal what a dead writer left, and build anew what cannot be opened."""
        state = "damaged" if self._afresh else self._place.state()
        if state != "ready":
            self._place.clear()
            self._create()
            self.rebuilt = REASONS[state]
        self.catalog = Catalog(self._place.catalog)
        stack.callback(self.catalog.close)
        made_with = (self.catalog.meta("model"), self.catalog.meta("recipe"))
        self.stale_recipe = made_with != (self._model, self._recipe)
        if self.stale_recipe and made_with[0] and not self.rebuilt:
            self.rebuilt = "another model or another version of te made it"
        stack.callback(self._close_text)
        self._open_text()
        if not self._base_opens():
            self.stale_recipe, self.rebuilt = True, self.rebuilt or "its vectors were damaged"
        self._heal()

    def _create(self) -> None:
        catalog = Catalog(self._place.catalog, create=True)
        index_id = claim(self._place.folder, self._place.root)
        catalog.set_meta(id=index_id, format=FORMAT, run=0)
        catalog.close()

    def _open_text(self) -> None:
        """Open both text indexes; where one cannot be opened, the run makes new ones beside them."""
        self._text_generation = int(self.catalog.meta("text", "0"))
        try:
            self._use_text(self._text_generation, create=False)
        except IndexDamaged:
            if self._text_generation:
                self.rebuilt = self.rebuilt or "its text index was damaged"
            self.stale_recipe = True

    def _use_text(self, generation: int, *, create: bool) -> None:
        folder = self._place.text / str(generation)
        units = TextIndex(folder / "units", create=create)
        files = TextIndex(folder / "files", create=create)
        self._close_text()
        self._texts = {False: units, True: files}

    def _close_text(self) -> None:
        for text in self._texts.values():
            text.close()
        self._texts = {}

    def _base_opens(self) -> bool:
        if generation := int(self.catalog.meta("generation", "0")):
            try:
                VectorBase(
                    self._place.folder / base_name(generation), int(self.catalog.meta("dimensions", "0"))
                ).close()
            except IndexDamaged:
                return False
        return True

    def _heal(self) -> None:
        """Delete the documents of runs that were never published, and what published ones replaced."""
        pending = self.catalog.rows("SELECT first, last FROM pending")
        for first, last in pending:
            for text in self._texts.values():
                text.delete_range(first, last)
        if pending:
            self._commit_text()
            self.catalog.run("DELETE FROM pending")
        self.collect()

    # The run

    def files(self, paths: Collection[str] | None = None) -> dict[str, FileRecord]:
        """What the last run met, by path; with ``paths``, at least what it met there and below."""
        return {record.path: record for record in files_at_or_below(self.catalog, paths)}

    def skipped(self) -> list[FileRecord]:
        """The files that were met and left out."""
        return [
            FileRecord.of(row) for row in self.catalog.rows(f"SELECT {FILE_COLUMNS} FROM files f WHERE skip NOTNULL")
        ]

    def begin(self, bound: int) -> None:
        """Reserve ids for at most ``bound`` new units and start the run's transaction."""
        used = self.catalog.rows("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'units'")[0][0]
        self.catalog.run("INSERT INTO pending VALUES (?, ?)", (used + 1, used + bound))
        self._next_id = int(used) + 1
        self.catalog.begin(write=True)
        self._everything = self.stale_recipe
        if self._everything:
            self._text_generation += 1
            self._use_text(self._text_generation, create=True)

    def rewrite_everything(self) -> None:
        """Before :meth:`begin`: write every unit's derived data again, as after a change of model."""
        self.stale_recipe = True

    def put(
        self,
        file: SourceFile,
        digest: bytes,
        lines: int,
        units: Sequence[tuple[Symbol, Document]],
        vectors: Sequence[NDArray[np.int8] | None],
        references: Packed,
    ) -> None:
        """Write a file, its units (the module unit first) and references; what is as it was keeps its id and vector."""
        file_id = self._put_file(file, digest, lines, skip=None)
        kept = self._kept(file_id)
        ordinals: dict[tuple[str, str], int] = {}
        for position, ((symbol, document), vector) in enumerate(zip(units, vectors, strict=True)):
            named = (symbol.kind, symbol.qualified_name)
            ordinal = ordinals[named] = ordinals.get(named, -1) + 1
            mark = _mark(file, symbol, document)
            alike = kept.get((*named, mark))
            unit_id = alike.pop() if alike else None
            if unit_id is None:
                unit_id = self._insert(file_id, position, ordinal, symbol, mark, embedded=vector is not None)
                self._derive(unit_id, file_id, file, document, vector)
            else:
                self.catalog.run(
                    "UPDATE units SET position = ?, parent = ?, start_line = ?, end_line = ?, ordinal = ? WHERE id = ?",
                    (position, symbol.parent, symbol.start_line, symbol.end_line, ordinal, unit_id),
                )
                if self._everything:
                    self.catalog.run("UPDATE units SET embedded = ? WHERE id = ?", (vector is not None, unit_id))
                    self._derive(unit_id, file_id, file, document, vector)
        self._remove_units([unit_id for ids in kept.values() for unit_id in ids])
        self._put_references(file_id, references)

    def skip(self, file: SourceFile, reason: str, digest: bytes | None = None) -> None:
        """Note a file that was met and left out; its units go."""
        file_id = self._put_file(file, digest, 0, skip=reason)
        self._remove_units(self._units_of(file_id))
        self._put_references(file_id, NO_REFERENCES)

    def touch(self, file: SourceFile) -> None:
        """Note a new fingerprint for a file whose content is what it was."""
        seen = file.fingerprint
        self.catalog.run(
            "UPDATE files SET size = ?, mtime_ns = ?, ctime_ns = ?, inode = ?, seen_ns = ?, forced = ? WHERE path = ?",
            (seen.size, seen.mtime_ns, seen.ctime_ns, seen.inode, seen.seen_ns, file.forced, file.path),
        )

    def drop(self, record: FileRecord) -> None:
        """Forget a file that is gone."""
        self._remove_units(self._units_of(record.id))
        self._put_references(record.id, NO_REFERENCES)
        self.catalog.run("DELETE FROM files WHERE id = ?", (record.id,))

    def publish(self, threads: int, **notes: object) -> None:
        """Make the run what readers see, in one transaction."""
        self._text_committed = True  # from here on documents may be there that no row names
        self._commit_text()
        generation = self._store_vectors(threads)
        run = int(self.catalog.meta("run", "0")) + 1
        self.catalog.set_meta(
            run=run,
            generation=generation,
            text=self._text_generation,
            model=self._model,
            recipe=self._recipe,
            dimensions=self._dimensions,
            **notes,
        )
        self.catalog.run("DELETE FROM pending")
        self.catalog.commit()
        self._sweep(generation)

    def note(self, **notes: object) -> None:
        """Write notes outside a run."""
        self.catalog.set_meta(**notes)

    def collect(self) -> None:
        """Delete from Tantivy what published runs replaced."""
        garbage = [row[0] for row in self.catalog.rows("SELECT unit_id FROM garbage")]
        if garbage:
            for text in self._texts.values():
                text.delete(garbage)
            self._commit_text()
            self.catalog.run("DELETE FROM garbage")

    def counts(self) -> tuple[int, int, int]:
        """Files, units, and units without a vector."""
        files = self.catalog.rows("SELECT count(*) FROM files WHERE skip IS NULL")[0][0]
        units, embedded = self.catalog.rows("SELECT count(*), coalesce(sum(embedded), 0) FROM units")[0]
        return int(files), int(units), int(units) - int(embedded)

    # Its parts

    def _put_file(self, file: SourceFile, digest: bytes | None, lines: int, skip: str | None) -> int:
        seen = file.fingerprint
        values = (
            file.language, file.content, seen.size, seen.mtime_ns, seen.ctime_ns, seen.inode, seen.seen_ns,
            digest, lines, time.time_ns(), skip, file.forced,
        )  # fmt: skip
        found = self.catalog.rows("SELECT id FROM files WHERE path = ?", (file.path,))
        if found:
            self.catalog.run(
                "UPDATE files SET language = ?, content = ?, size = ?, mtime_ns = ?, ctime_ns = ?, inode = ?,"
                " seen_ns = ?, digest = ?, lines = ?, indexed_ns = ?, skip = ?, forced = ? WHERE id = ?",
                (*values, found[0][0]),
            )
            return int(found[0][0])
        return self.catalog.run(
            "INSERT INTO files (path, language, content, size, mtime_ns, ctime_ns, inode, seen_ns, digest, lines,"
            " indexed_ns, skip, forced) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (file.path, *values),
        )

    def _kept(self, file_id: int) -> dict[tuple[str, str, bytes], list[int]]:
        """The ids of a file's units by what must stay for a unit to be the same; of namesakes the first one last."""
        sql = "SELECT kind, qualified_name, digest, id FROM units WHERE file_id = ? ORDER BY ordinal DESC"
        found: dict[tuple[str, str, bytes], list[int]] = {}
        for kind, qualified_name, mark, unit_id in self.catalog.rows(sql, (file_id,)):
            found.setdefault((kind, qualified_name, mark), []).append(unit_id)
        return found

    def _units_of(self, file_id: int) -> list[int]:
        return [row[0] for row in self.catalog.rows("SELECT id FROM units WHERE file_id = ?", (file_id,))]

    def _insert(self, file_id: int, position: int, ordinal: int, symbol: Symbol, mark: bytes, *, embedded: bool) -> int:
        unit_id, self._next_id = self._next_id, self._next_id + 1
        self.catalog.run(
            "INSERT INTO units VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                unit_id, file_id, position, symbol.parent, symbol.kind, symbol.name, symbol.name.lower(),
                symbol.qualified_name, symbol.module, symbol.signature, symbol.doc, symbol.start_line, symbol.end_line,
                ordinal, embedded, mark,
            ),
        )  # fmt: skip
        return unit_id

    def _put_references(self, file_id: int, references: Packed) -> None:
        """Write what a file refers to in place of what it did."""
        for (before,) in self.catalog.rows("SELECT packed FROM refs WHERE file_id = ?", (file_id,)):
            if before == references.data:
                return
            named = [(reference.name, file_id) for reference in unpack(before)]
            self.catalog.run_many("DELETE FROM ref_names WHERE name = ? AND file_id = ?", named)
            self.catalog.run("DELETE FROM refs WHERE file_id = ?", (file_id,))
        if references.data:
            self.catalog.run("INSERT INTO refs VALUES (?, ?, ?)", (file_id, references.total, references.data))
            named = [(name, file_id) for name in references.names]
            self.catalog.run_many("INSERT INTO ref_names VALUES (?, ?)", named)

    def _derive(
        self, unit_id: int, file_id: int, file: SourceFile, document: Document, vector: NDArray[np.int8] | None
    ) -> None:
        """Give a unit its document and its vector."""
        self.units_written += 1
        if vector is not None:
            self._new[unit_id] = vector
        is_file = document.kind == "module"
        words = file_words(document) if is_file else unit_words(document)
        self._texts[is_file].add(unit_id, file_id, file.language, file.content, document.kind, words)

    def _remove_units(self, ids: list[int]) -> None:
        self.catalog.run_many("DELETE FROM units WHERE id = ?", [(unit_id,) for unit_id in ids])
        self.catalog.run_many("DELETE FROM delta WHERE unit_id = ?", [(unit_id,) for unit_id in ids])
        self.catalog.run_many("INSERT OR IGNORE INTO garbage VALUES (?)", [(unit_id,) for unit_id in ids])

    def _commit_text(self) -> None:
        for text in self._texts.values():
            text.commit()

    def _store_vectors(self, threads: int) -> int:
        base = Base(self._place.folder, int(self.catalog.meta("generation", "0")), self._dimensions)
        return store_vectors(self.catalog, base, self._new, everything=self._everything, threads=threads)

    def _sweep(self, generation: int) -> None:
        """Remove what is no longer named; a file that a reader still maps may have to wait for a later run."""
        for path in self._place.folder.glob("vectors-*"):
            if path.name != base_name(generation):
                with suppress(OSError):
                    path.unlink()
        for folder in self._place.text.iterdir():
            if folder.name != str(self._text_generation):
                shutil.rmtree(folder, ignore_errors=True)


def _mark(file: SourceFile, symbol: Symbol, document: Document) -> bytes:
    """The digest of all that a unit's row, document and vector are made from, its lines apart."""
    return digest_fields(
        (
            file.language, file.content, document.path, symbol.kind, symbol.name, symbol.qualified_name, symbol.module,
            symbol.signature, symbol.doc, document.body,
        )
    )  # fmt: skip
