"""``te index``: build or update. ``watch`` and ``search --refresh`` own no indexing code: they call :func:`update`."""

from __future__ import annotations

import time
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

from te_cli.engine.embedding import identity_of, own_identity, provide, source_for
from te_cli.engine.looking import by_flag, compare
from te_cli.engine.places import is_cheap, place_of, recipe_of, siblings_of
from te_cli.engine.plan import Tally
from te_cli.errors import IndexDamaged, NotReadable
from te_cli.model import IndexReport, Progress, Skipped, SkipReason
from te_cli.store.records import MadeBy, counted, files_skipped
from te_cli.store.writer import Writer
from te_cli.timings import OFF
from te_cli.walk.worktree import is_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from te_cli.config import Settings
    from te_cli.store.records import FileRecord
    from te_cli.timings import Clock

    Report = Callable[[Progress], None]


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
        ModelError: the index's model, or the one that was asked for, is gone or is none.
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
    _provide(settings, progress)
    writer = Writer(
        place_of(settings),
        model=partial(_made_by, settings),
        recipe=recipe_of(settings),
        afresh=afresh,
        wait=wait,
        models=siblings_of(settings),
    )
    with ExitStack() as end, ExitStack() as stack:
        with clock.stage("opening"):
            stack.enter_context(writer)
        stack.callback(end.enter_context, clock.stage("closing"))
        if full:
            writer.rewrite_everything()
        everything = writer.stale_recipe
        if progress is not None:
            progress(Progress("listing", 0, 0))
        if everything or not writer.built:
            paths = None
        if by_flag(settings) and writer.catalog.meta("max_file_bytes") != str(settings.max_file_bytes):
            writer.note(max_file_bytes=settings.max_file_bytes)
        _note_source(writer)
        with clock.stage("comparing"):
            plan, known, walk_ms = compare(settings, writer.catalog, paths, everything=everything, expect=_expect)
        tally = Tally()
        # A look at a few paths says nothing of how long all of them take.
        notes: dict[str, object] = {} if paths is not None else {"walk_ms": walk_ms}
        if plan or everything or not writer.built:
            from te_cli.engine.running import Run  # what reads and encodes

            run = Run(settings, writer, known, progress, clock)
            tally = run.carry_out(plan, notes)
        elif notes and is_cheap(walk_ms) != is_cheap(float(writer.catalog.meta("walk_ms", "0"))):
            writer.note(**notes)
        tally.same += plan.same
        return _report(settings, writer, tally, started)


def _provide(settings: Settings, progress: Report | None) -> None:
    """Have the model that was asked for here, before there is an index folder and before others have to wait."""
    if settings.model is not None:
        source = source_for(settings, "")
        provide(source, progress)
        identity_of(source)


def _made_by(settings: Settings, noted: str) -> MadeBy:
    """The model for an index that notes this source."""
    source = source_for(settings, noted)
    model = own_identity(settings, source) if settings.model is None else identity_of(source)
    return MadeBy(source, model.fingerprint, model.dimension)


def _note_source(writer: Writer) -> None:
    """Note where the model comes from now, if it is the same from another place: its folder may have been moved."""
    source = writer.model.source
    if writer.built and not writer.stale_recipe and source != writer.catalog.meta("model_source"):
        writer.note(model_source=source, model_name=identity_of(source).name)


def _expect(path: str) -> None:
    """Have a worker start while the rest of the tree is looked at."""
    from te_cli.engine.workers import expect

    expect(path)


def _refuse_store(root: Path) -> None:
    if is_store(root):
        message = f"{root} is a repository without a work tree: it holds no files, only what git keeps of them."
        raise NotReadable(message, "Make a work tree of it with `git worktree add FOLDER`, and index that.")


def _report(settings: Settings, writer: Writer, tally: Tally, started: float) -> IndexReport:
    """What the run did, and what the index holds now."""
    files, units, unembedded = counted(writer.catalog)
    return IndexReport(
        root=str(settings.root),
        index_dir=str(settings.index_dir),
        files=files,
        symbols=units,
        added=tally.added,
        changed=tally.changed,
        removed=tally.removed,
        unchanged=tally.same,
        units_written=writer.units_written,
        unembedded=unembedded,
        embedded=tally.embedded,
        recalled=tally.recalled,
        trouble=tally.trouble,
        skipped=skipped_files(files_skipped(writer.catalog)),
        seconds=time.perf_counter() - started,
        rebuilt=writer.rebuilt,
    )


def skipped_files(records: Iterable[FileRecord]) -> tuple[Skipped, ...]:
    """The files that were met and left out, in order of path."""
    found = [Skipped(record.path, SkipReason(record.skip), record.fingerprint) for record in records if record.skip]
    return tuple(sorted(found, key=lambda skipped: skipped.path))
