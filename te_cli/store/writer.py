"""Writing an index: reserve, add, publish, collect.

1. *reserve*: a small transaction takes the run's range of ids and marks it pending.
2. *add*: rows go into one open transaction, documents to Tantivy; Tantivy is committed (its new ids mean nothing yet).
3. *publish*: the transaction gets the delta's vectors (or names a new base), clears the mark, and is committed.
4. *collect*: what the run replaced is deleted from Tantivy, and the list of it is cleared.

A run that dies before 3 leaves documents that no row names: the mark tells the next writer which. One that dies in 4
leaves the list. Every step can be repeated.
"""

from __future__ import annotations

from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

from te_cli.errors import IndexDamaged, NotWritable, TeError
from te_cli.store.catalog import Catalog, translated
from te_cli.store.entries import entries, file_id_of, put_references, units_of
from te_cli.store.faults import reach
from te_cli.store.folder import base_path
from te_cli.store.founding import REASONS, found
from te_cli.store.fresh import Fresh
from te_cli.store.lock import WriterLock
from te_cli.store.past import Past
from te_cli.store.records import count_unembedded
from te_cli.store.references import NO_REFERENCES, Packed
from te_cli.store.removal import sweep
from te_cli.store.rows import UnitRow, insert_units, put_file, touch_file
from te_cli.store.scrutiny import disagreement, looked_through
from te_cli.store.seal import break_seal, intact, log_bytes, make_seal
from te_cli.store.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from types import TracebackType
    from typing import Self

    import numpy as np
    from numpy.typing import NDArray

    from te_cli.document import Document
    from te_cli.model import SourceFile, Symbol
    from te_cli.store.entries import Entry
    from te_cli.store.folder import Place
    from te_cli.store.records import FileRecord, MadeBy
    from te_cli.store.vectors import Base


class Writer:
    """The one writer of an index. Leaving the context without :meth:`publish` drops the run."""

    def __init__(
        self,
        place: Place,
        *,
        model: Callable[[str], MadeBy],
        recipe: str,
        afresh: bool = False,
        wait: float = 0.0,
        models: Sequence[Place] = (),
    ) -> None:
        """``model`` is told the source of the model that made the index, and gives the one to use.

        Another model or ``recipe`` than the derived data was made with asks for a full run. ``afresh`` drops what is
        there: damage that only reading brought to light. ``wait``: seconds to wait for another writer. ``models``:
        indexes of other trees, to begin with a copy of where there is none.
        """
        self._place = place
        self._afresh = afresh
        self._choose = model
        self._recipe = recipe
        self._wait = wait
        self._models = models
        self._stack = ExitStack()
        self.rebuilt: str | None = None
        self.units_written = 0
        self._unembedded = 0  # how many more units without a vector there are than before the run
        self.stale_recipe = self._begun = self._text_committed = False
        self._whole = False  # known to be so: then it is sealed at the end
        self._sealed = False  # it still is: nothing was written

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._place.refuse(self._place.state())
            self._place.prepare()
            stack.enter_context(WriterLock(self._place.folder, self._wait))
            self._place.refuse(self._place.state())  # what waited for may have left something else
            self._open(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.catalog.rollback()
            if self._begun and not self._text_committed:
                with suppress(TeError), self.catalog.alone("heal.catalog"):  # the next writer can do it as well
                    self.catalog.run("DELETE FROM pending")
        finally:
            self._stack.close()

    # Opening

    def _open(self, stack: ExitStack) -> None:
        """Open what is there, heal what a dead writer left, and build anew what cannot be opened."""
        state = "damaged" if self._afresh else self._place.state()
        if state != "ready":
            if noted := self._place.noted_model():
                self._choose(noted)  # refuses before anything is removed
            self._place.clear()
            found(self._place, self._models if state == "absent" else (), noted)
            self.rebuilt = REASONS[state]
        elif not self._place.trusted:
            self._place.mark_again()
        doubtful = not intact(self._place)
        # To let go of a catalog with a log is to write that into it.
        self._sealed = not doubtful and not log_bytes(self._place)
        self.catalog = Catalog(self._place.catalog)
        stack.callback(self._close_catalog)
        self._whole = not doubtful
        wrong = looked_through(self._place, self.catalog) if doubtful else {}
        self._base_counts = "vectors" not in wrong
        if not self._sealed:
            break_seal(self._place, self.catalog.meta("id"), self.catalog.number("run"))
        self._compare_recipes()
        self._texts = Texts(self._place.text, self.catalog.number("text"))
        stack.callback(self._texts.close)
        if doubtful:  # what fits its seal opens
            self._open_text("text" in wrong)
            if "vectors" in wrong or not self._base_opens():
                self._condemn("its vectors were damaged")
        self._heal()
        if doubtful and not self.stale_recipe:
            self._whole = self._agreed()

    def _compare_recipes(self) -> None:
        """Have everything derived anew where the catalog says that it was done in another way."""
        source, made_with, recipe = map(self.catalog.meta, ("model_source", "model", "recipe"))
        self.model = self._choose(source)
        self.stale_recipe = (made_with, recipe) != (self.model.fingerprint, self._recipe)
        if self.stale_recipe and made_with and not self.rebuilt:
            changed = source and made_with != self.model.fingerprint
            same = "its model is not what it was" if changed else "another version of te made it"
            self.rebuilt = same if source == self.model.source else "it was made with another model"

    def _begin_writing(self) -> None:
        """Break the seal before the first write: what dies from here on is looked through by whoever comes next."""
        if self._sealed:
            break_seal(self._place, self.catalog.meta("id"), self.catalog.number("run"))
            self._sealed = False

    def _condemn(self, reason: str) -> None:
        """Have everything derived anew, and until then no seal."""
        self.stale_recipe, self._whole = True, False
        self.rebuilt = self.rebuilt or reason

    def _open_text(self, damaged: bool) -> None:
        """Open both text indexes; where one cannot be opened, the run makes new ones beside them."""
        if damaged or not self._texts.readable():
            self._texts.give_up()
            if self._texts.generation:
                self._condemn("its text index was damaged")
            self.stale_recipe = True

    def _base(self) -> Base | None:
        from te_cli.store.vectors import open_base

        generation, dimensions = map(self.catalog.number, ("generation", "dimensions"))
        return open_base(self._place.folder, generation, dimensions) if generation else None

    def _base_opens(self) -> bool:
        try:
            if base := self._base():
                base.close()
        except IndexDamaged:
            return False
        return True

    def _heal(self) -> None:
        """Delete the documents of runs that were never published, and what published ones replaced."""
        pending = self.catalog.rows("SELECT first, last FROM pending")
        for first, last in pending:
            self._begin_writing()
            self._texts.delete_range(first, last)
        if pending:
            self._texts.commit("heal.text")
            with self.catalog.alone("heal.catalog"):
                self.catalog.run("DELETE FROM pending")
        self.collect()

    def _agreed(self) -> bool:
        """Whether text and vectors hold what the catalog says; what does not is condemned."""
        texts = self._texts.both()
        for text in texts.values():
            text.look_again()
        fault = disagreement(self.catalog, texts, base := self._base())
        if base:
            base.close()
        if fault:
            self._condemn(f"its {fault} damaged")
        return not fault

    # Closing

    def _close_catalog(self) -> None:
        """Let go of the catalog, and seal what the last published run left, if it is known to be whole."""
        try:
            index_id, run = self.catalog.meta("id"), self.catalog.number("run")
            text, generation = self.catalog.number("text"), self.catalog.number("generation")
            reach("close.catalog")
        except (TeError, OSError):  # a catalog that was found damaged: the error that said so is on its way
            self._whole = False
        finally:
            self.catalog.close()
        if self._whole and run and not self._sealed:
            with suppress(NotWritable):  # then the next command looks the index through
                make_seal(self._place, index_id, run, text, generation)

    # The run

    @property
    def built(self) -> bool:
        """Whether a run was ever published: before, all that is there may be another tree's."""
        return self.catalog.number("run") > 0

    def begin(self, bound: int) -> None:
        """Reserve ids for at most ``bound`` new units and start the run's transaction."""
        self._begin_writing()
        self._begun = True
        self.past = Past(self.catalog, self._place.folder, self.model.dimensions, base=self._base_counts)
        self._stack.callback(self.past.close)
        self._new = Fresh(self.model.dimensions)
        used = self.catalog.rows("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'units'")[0][0]
        with self.catalog.alone("reserve.catalog"):
            self.catalog.run("INSERT INTO pending VALUES (?, ?)", (used + 1, used + bound))
            if not self.built:  # whoever goes on with what a kill leaves of a first run is to use the same model
                self.catalog.set_meta(model_source=self.model.source)
        self._next_id = int(used) + 1
        self.catalog.begin(write=True)
        self._everything = self.stale_recipe
        if self._everything:
            self.past.clear()
            self._texts.begin_anew()

    def rewrite_everything(self) -> None:
        """Before :meth:`begin`: write every unit's derived data again, as after a change of model."""
        self.stale_recipe = True

    def prepare(self) -> None:
        """Open what a run will write to, while the first files are being read."""
        self._texts.both()

    def put(
        self,
        file: SourceFile,
        digest: bytes,
        lines: int,
        units: Sequence[tuple[Symbol, Document]],
        vectors: Sequence[NDArray[np.int8] | None] | None,
        references: Packed,
        cuts: bytes,
    ) -> bool:
        """Write a file, its units (the module unit first) and references; what is as it was keeps its id and vector.

        ``cuts``: their texts, as :func:`te_cli.store.packing.pack_cuts` packs them. Without ``vectors`` those are used
        that the file's units had before; False, and nothing is written, where one of them is not remembered.
        """
        with translated():
            reach("add.rows")
        file_id = file_id_of(self.catalog, file.path)
        found, gone = entries(self.catalog, file, file_id, units)
        if vectors is None:
            before = self.past.vectors(file.path)
            if any(entry.known is None and entry.mark not in before for entry in found):
                return False
            vectors = [before.get(entry.mark) for entry in found]
        if file_id is not None:
            self.past.remember(file_id, gone)
        self.past.forget(file.path, digest)
        file_id = put_file(self.catalog, file, digest, lines, skip=None)
        self._put_units(file, file_id, zip(found, vectors, strict=True))
        self._remove_units(gone)
        put_references(self.catalog, file_id, references)
        self.past.present(file_id, cuts)
        return True

    def _put_units(
        self, file: SourceFile, file_id: int, units: Iterable[tuple[Entry, NDArray[np.int8] | None]]
    ) -> None:
        """Write a file's units; those that are new, or all where everything is made anew, with what is derived."""
        fresh: list[UnitRow] = []
        derived: list[tuple[int, Document]] = []
        for entry, vector in units:
            known = entry.known
            embedded = vector is not None if known is None or self._everything else known.embedded
            row_id = self._next_id if known is None else known.id
            row = UnitRow(row_id, file_id, entry.placed, entry.symbol, entry.mark, embedded)
            if known is None:
                self._next_id += 1
                fresh.append(row)
            elif (known.placed, known.embedded) != (entry.placed, embedded):
                row.update(self.catalog)
            if known is None or self._everything:
                derived.append((row_id, entry.document))
                self._unembedded += vector is None
                if vector is not None:
                    self._new.add(row_id, vector)
        insert_units(self.catalog, fresh)
        self.units_written += len(derived)
        self._texts.add(file_id, file, derived)

    def skip(self, file: SourceFile, reason: str) -> None:
        """Note a file that was met and left out; its units go."""
        file_id = file_id_of(self.catalog, file.path)
        if file_id is not None:
            self._empty(file_id)
        put_file(self.catalog, file, None, 0, skip=reason)

    def touch(self, file: SourceFile) -> None:
        """Note a new fingerprint for a file whose content is what it was."""
        touch_file(self.catalog, file)

    def drop(self, record: FileRecord) -> None:
        """Forget a file that is gone."""
        self._empty(record.id)
        self.catalog.run("DELETE FROM files WHERE id = ?", (record.id,))

    def _empty(self, file_id: int) -> None:
        """Remove all that a file holds; as a version of it, it is remembered."""
        units = units_of(self.catalog, file_id)
        self.past.remember(file_id, units)
        self._remove_units(units)
        put_references(self.catalog, file_id, NO_REFERENCES)
        self.past.present(file_id, None)

    def publish(self, threads: int, **notes: object) -> None:
        """Make the run what readers see, in one transaction."""
        self._text_committed = True  # from here on documents may be there that no row names
        self._texts.commit("publish.text")
        generation = self._store_vectors(threads)
        noted = "" if self._everything else self.catalog.meta("unembedded")
        run = self.catalog.number("run") + 1
        self.catalog.set_meta(
            run=run,
            unembedded=int(noted) + self._unembedded if noted.isdigit() else count_unembedded(self.catalog),
            generation=generation,
            text=self._texts.generation,
            model=self.model.fingerprint,
            model_source=self.model.source,
            recipe=self._recipe,
            dimensions=self.model.dimensions,
            **notes,
        )
        self.past.trim()
        self.past.close()
        self.catalog.run("DELETE FROM pending")
        self.catalog.commit("publish.catalog")
        self._whole = True
        with translated():
            reach("publish.done")
        sweep(self._place.folder, "vectors-*", base_path(self._place.folder, generation).name, "sweep.vectors")
        sweep(self._place.text, "*", str(self._texts.generation), "sweep.text")

    def note(self, **notes: object) -> None:
        """Write notes outside a run."""
        self._begin_writing()
        self.catalog.set_meta(**notes)

    def collect(self) -> None:
        """Delete from Tantivy what published runs replaced."""
        garbage = [row[0] for row in self.catalog.rows("SELECT unit_id FROM garbage")]
        if garbage:
            self._begin_writing()
            self._texts.delete(garbage)
            self._texts.commit("collect.text")
            with self.catalog.alone("collect.catalog"):
                self.catalog.run("DELETE FROM garbage")

    def _remove_units(self, ids: list[int]) -> None:
        self._unembedded -= len(self.catalog.rows_in("SELECT id FROM units WHERE NOT embedded AND id IN ({})", ids))
        self.catalog.run_many("DELETE FROM units WHERE id = ?", [(unit_id,) for unit_id in ids])
        self.catalog.run_many("DELETE FROM delta WHERE unit_id = ?", [(unit_id,) for unit_id in ids])
        self.catalog.run_many("INSERT OR IGNORE INTO garbage VALUES (?)", [(unit_id,) for unit_id in ids])

    def _store_vectors(self, threads: int) -> int:
        from te_cli.store.generations import Current, store_vectors

        base = Current(self._place.folder, self.catalog.number("generation"), self.model.dimensions)
        return store_vectors(self.catalog, base, self._new, everything=self._everything, threads=threads)
