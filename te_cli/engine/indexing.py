"""``te index``: build or update. ``watch`` and ``search --refresh`` own no indexing code: they call :func:`update`."""

from __future__ import annotations

import gc
import os
import time
from contextlib import ExitStack, contextmanager
from itertools import chain
from typing import TYPE_CHECKING

from te_cli.engine.documents import documents_of, vectors_of
from te_cli.engine.places import embedder, languages_of, place_of, recipe_of, siblings_of
from te_cli.engine.plan import Plan, as_file, make_plan
from te_cli.engine.reading import Job, Outcome
from te_cli.engine.recalling import recall
from te_cli.engine.workers import COLLECTED_AFTER, read_all
from te_cli.errors import IndexDamaged, NotReadable
from te_cli.model import IndexReport, Progress, Skipped, SkipReason
from te_cli.store.writer import Writer
from te_cli.timings import OFF
from te_cli.walk.boundary import is_kernels
from te_cli.walk.content import READ_CEILING
from te_cli.walk.files import Listing, at_or_below, printable, scan, scan_paths, with_namesakes
from te_cli.walk.worktree import is_store

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from pathlib import Path

    from te_cli.config import Settings
    from te_cli.document import Document
    from te_cli.embed.port import Vector
    from te_cli.model import ParsedFile, Symbol
    from te_cli.store.catalog import Catalog
    from te_cli.store.records import FileRecord
    from te_cli.timings import Clock

    Report = Callable[[Progress], None]

BATCH_UNITS = 1_024
"""Units encoded together: enough to share the tokenizer's work, few enough to hold."""

BATCH_CHARACTERS = 8 << 20
"""The same for the text of their files: a thousand units may be five hundred files of megabytes."""


def update(
    settings: Settings,
    *,
    full: bool = False,
    afresh: bool = False,
    paths: Iterable[str] | None = None,
    progress: Report | None = None,
    wait: float = 0.0,
    clock: Clock = OFF,
) -> IndexReport:
    """Bring the index up to date with the work tree; with ``paths``, only there and below.

    ``full`` reads every file again and writes everything derived anew; ``afresh`` drops the index first, ids and all.
    ``wait``: seconds to wait for another writer. ``clock`` is told the stages.

    Raises:
        StoreError: the index is busy, newer, or cannot be made.
        NotReadable: the root cannot be listed, or is a bare repository.
        NotWritable: the index folder cannot be written.
    """
    try:
        return _update(settings, full=full, afresh=afresh, paths=paths, progress=progress, wait=wait, clock=clock)
    except IndexDamaged:
        # Damage that opening did not show, such as a torn page: nothing of it can be kept.
        return _update(settings, afresh=True, progress=progress, wait=wait, clock=clock)


def _update(
    settings: Settings,
    *,
    full: bool = False,
    afresh: bool = False,
    paths: Iterable[str] | None = None,
    progress: Report | None = None,
    wait: float = 0.0,
    clock: Clock = OFF,
) -> IndexReport:
    started = time.perf_counter()
    if not settings.root.is_dir():  # making the index folder in it would make the root again
        raise NotReadable(f"The folder {settings.root} is gone.")
    _refuse_store(settings.root)
    model = embedder().identity
    writer = Writer(
        place_of(settings),
        model=model.fingerprint,
        dimensions=model.dimensions,
        recipe=recipe_of(settings),
        afresh=afresh,
        wait=wait,
        models=siblings_of(settings),
    )
    with ExitStack() as stack:
        stack.enter_context(clock.stage("closing"))
        with clock.stage("opening"):
            stack.enter_context(writer)
        if full:
            writer.rewrite_everything()
        everything = writer.stale_recipe
        _tell(progress, Progress("listing", 0, 0))
        if everything or not writer.built:
            paths = None
        with clock.stage("listing"):
            listing, known, walk_ms = _look(settings, writer, paths)
        with clock.stage("comparing"):
            plan = make_plan(listing, known, everything=everything)
        run = _Run(settings, writer, known, progress, clock)
        # A look at a few paths says nothing of how long, or when, all of them were looked at.
        notes = {} if paths is not None else {"walk_ms": walk_ms, "checked_ns": time.time_ns()}
        if plan or everything or not writer.built:
            run.carry_out(plan, {"model_name": model.name, **notes})
        else:
            writer.note(**notes)
        return run.report(plan, started)


def _refuse_store(root: Path) -> None:
    if is_store(root):
        message = f"{root} is a repository without a work tree: it holds no files, only what git keeps of them."
        raise NotReadable(message, "Make a work tree of it with `git worktree add FOLDER`, and index that.")


def _look(
    settings: Settings, writer: Writer, paths: Iterable[str] | None
) -> tuple[Listing, dict[str, FileRecord], float]:
    """The listing, what the catalog knows of the same places, and how long looking took (milliseconds)."""
    started = time.perf_counter()
    if _by_flag(settings):
        writer.note(max_file_bytes=settings.max_file_bytes)
    limit = size_limit(settings, writer.catalog)
    if paths is None:
        known = writer.files()
        listing = look(settings, limit)
    else:
        listing, known = look_at(settings, limit, paths, writer.files)
    return listing, known, (time.perf_counter() - started) * 1000


def look_at(
    settings: Settings,
    limit: int,
    paths: Iterable[str],
    known_at: Callable[[Collection[str]], dict[str, FileRecord]],
) -> tuple[Listing, dict[str, FileRecord]]:
    """What is in the work tree at ``paths`` and below them, and of what ``known_at`` knows the same part."""
    wanted = with_namesakes(paths)
    printed = {printable(path) for path in wanted}
    known = known_at(printed)
    listing = scan_paths(settings.root, settings.index_dir, limit, wanted, languages_of(settings))
    return listing, {path: record for path, record in known.items() if at_or_below(path, printed)}


def size_limit(settings: Settings, catalog: Catalog) -> int:
    """The largest file to index, in bytes: what a flag says now, else what the last one said, else the settings.

    Otherwise a search that refreshes the index would drop what ``te index --max-file-size`` let in.
    """
    remembered = catalog.meta("max_file_bytes")
    return int(remembered) if remembered and not _by_flag(settings) else settings.max_file_bytes


def _by_flag(settings: Settings) -> bool:
    return dict(settings.sources).get("max_file_bytes", "").startswith("--")


def look(settings: Settings, limit: int) -> Listing:
    """What is in the work tree now; files over ``limit`` bytes are skipped.

    Raises:
        NotReadable: the root cannot be listed.
    """
    if not os.access(settings.root, os.R_OK | os.X_OK):
        raise NotReadable(f"The folder {settings.root} cannot be read.", "Check its rights.")
    if is_kernels(settings.root):
        raise NotReadable(f"{settings.root} is the kernel's, and holds no files that anybody wrote.", "Name a folder.")
    return scan(settings.root, settings.index_dir, limit, languages_of(settings))


class _Run:
    """One run's work and its counts."""

    def __init__(
        self, settings: Settings, writer: Writer, known: dict[str, FileRecord], progress: Report | None, clock: Clock
    ) -> None:
        self._settings = settings
        self._writer = writer
        self._known = known
        self._progress = progress
        self._clock = clock
        self._added = self._changed = self._removed = self._same = 0

    def carry_out(self, plan: Plan, notes: dict[str, object]) -> None:
        """Read what the plan says and publish it."""
        with _few_collections():
            self._read(plan)
        writer, clock = self._writer, self._clock
        _tell(self._progress, Progress("writing", len(plan.read), len(plan.read), writer.units_written))
        with clock.stage("publishing"):
            writer.publish(self._settings.jobs, indexed_ns=time.time_ns(), **notes)
        with clock.stage("collecting"):
            writer.collect()

    def _read(self, plan: Plan) -> None:
        writer = self._writer
        # A unit has at least a character of its file, and none is read past the ceiling, even if it grows meanwhile.
        writer.begin((len(plan.read) + 1) * (READ_CEILING + 1))
        for record in plan.gone:
            writer.drop(record)
            self._removed += record.skip is None
        for skipped in plan.skip:
            self._skip(skipped)
        for batch in self._batches(plan):
            self._put(batch)

    def _batches(self, plan: Plan) -> Iterator[list[Outcome]]:
        """Outcomes in groups of about :data:`BATCH_UNITS` units; skips and unchanged files are noted on the way."""
        everything = self._writer.stale_recipe
        jobs = [Job(file, None if everything else self._digest(file.path)) for file in plan.read]
        batch: list[Outcome] = []
        waiting = held = 0
        root, left = self._settings.root, list[Job]()
        recalled = recall(root, jobs, self._writer.past, left)
        outcomes = chain(recalled, read_all(root, left, self._settings.jobs))
        for done, outcome in enumerate(self._awaited(outcomes), 1):
            if outcome.parsed is not None:
                batch.append(outcome)
                waiting += len(outcome.parsed.units)
                held += len(outcome.parsed.whole_text)
            elif outcome.skipped is not None:
                self._skip(outcome.skipped)
            else:
                self._writer.touch(outcome.file)
                self._same += 1
            if waiting >= BATCH_UNITS or held >= BATCH_CHARACTERS:
                yield batch
                batch, waiting, held = [], 0, 0
            _tell(self._progress, Progress("reading", done, len(jobs), self._writer.units_written))
        yield batch

    def _awaited(self, outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
        """The outcomes; on the clock stands the time until each is there, in which other processes work."""
        while True:
            with self._clock.stage("waiting for parsers"):
                outcome = next(outcomes, None)
            if outcome is None:
                return
            yield outcome

    def _put(self, batch: list[Outcome]) -> None:
        fresh = []
        for outcome in batch:
            if outcome.parsed is not None:
                units = documents_of(outcome.parsed)
                if not (outcome.recalled and self._write(outcome, outcome.parsed, units, None)):
                    fresh.append((outcome, outcome.parsed, units))
        with self._clock.stage("embedding"):
            vectors = vectors_of([units for _, _, units in fresh], embedder()) if fresh else []
        for (outcome, parsed, units), rows in zip(fresh, vectors, strict=True):
            self._write(outcome, parsed, units, rows)

    def _write(
        self,
        outcome: Outcome,
        parsed: ParsedFile,
        units: list[tuple[Symbol, Document]],
        vectors: list[Vector | None] | None,
    ) -> bool:
        """Put one file; without ``vectors``, only where its earlier ones are remembered."""
        with self._clock.stage("writing"):
            written = self._writer.put(
                outcome.file, parsed.digest, parsed.lines, units, vectors, outcome.references, outcome.packed
            )
        if written:
            before = self._known.get(parsed.path)
            fresh = before is None or before.skip is not None
            self._added += fresh
            self._changed += not fresh
        return written

    def _skip(self, skipped: Skipped) -> None:
        before = self._known.get(skipped.path)
        self._removed += before is not None and before.skip is None
        self._writer.skip(as_file(skipped), skipped.reason.value)

    def _digest(self, path: str) -> bytes | None:
        record = self._known.get(path)
        return record.digest if record is not None and record.skip is None else None

    def report(self, plan: Plan, started: float) -> IndexReport:
        """What the run did, and what the index holds now."""
        files, units, unembedded = self._writer.counts()
        return IndexReport(
            root=str(self._settings.root),
            index_dir=str(self._settings.index_dir),
            files=files,
            symbols=units,
            added=self._added,
            changed=self._changed,
            removed=self._removed,
            unchanged=plan.same + self._same,
            units_written=self._writer.units_written,
            unembedded=unembedded,
            skipped=skipped_files(self._writer.skipped()),
            seconds=time.perf_counter() - started,
            rebuilt=self._writer.rebuilt,
        )


@contextmanager
def _few_collections() -> Iterator[None]:
    """Have the interpreter look for cycles less often: there are few, and each look goes through all that is held."""
    before = gc.get_threshold()
    gc.set_threshold(*COLLECTED_AFTER)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def skipped_files(records: Iterable[FileRecord]) -> tuple[Skipped, ...]:
    """The files that were met and left out, in order of path."""
    found = [Skipped(record.path, SkipReason(record.skip), record.fingerprint) for record in records if record.skip]
    return tuple(sorted(found, key=lambda skipped: skipped.path))


def _tell(progress: Report | None, step: Progress) -> None:
    if progress is not None:
        progress(step)
