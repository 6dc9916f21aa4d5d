"""``te watch``: keep the index fresh. Each settled batch of changes becomes the same update as ``te index`` makes.

A batch that could change nothing costs no update: what was touched is compared with what the catalog knows first, and
the index is locked only to write. What goes wrong once (the index is busy, the disk full) is told and tried again; what
will not pass (the root is gone, the index is of a newer te) ends the watch.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from te_cli.engine.embedding import check, refuse
from te_cli.engine.indexing import update
from te_cli.engine.looking import compare
from te_cli.engine.places import languages_of, open_reader, place_of, recipe_of
from te_cli.errors import AlreadyWatched, ConfigError, IndexBusy, IndexDamaged, NotReadable, NotWritable, TeError
from te_cli.machine import on_network
from te_cli.state import Started, Stopped, Trouble
from te_cli.store.attendance import LONGEST_SECONDS, Attendance, kept_fresh
from te_cli.store.catalog import Catalog
from te_cli.store.lexical import forget_words
from te_cli.store.records import files_at_or_below
from te_cli.walk.boundary import printable
from te_cli.walk.changes import ROOT_SECONDS, Batch, Changes

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from te_cli.config import Settings
    from te_cli.model import IndexReport, Progress
from te_cli.state import WatchEvent

BUSY_SECONDS = 0.2
"""How long to leave another writer alone before trying again."""

RETRY_SECONDS = 5.0
"""How long to wait after a failure that may pass, such as a full disk."""

LARGE_UNITS = 5_000
"""A run of more units than this took memory that nothing after it needs."""

GONE_SECONDS = ROOT_SECONDS + 0.5
"""How long nothing may happen before an index that was removed is made anew."""

EVERYTHING = Batch(frozenset(), everything=True)

PASSING = (NotReadable, NotWritable, IndexDamaged)
"""Failures that may pass."""

LOOKS = "Changes are looked for from time to time instead."

POLLED = "The root is on a network file system, which tells nobody of changes made elsewhere."


def watch(
    settings: Settings,
    *,
    tell: Callable[[WatchEvent], None],
    stop: threading.Event,
    progress: Callable[[Progress], None] | None = None,
    reload: Callable[[], Settings] | None = None,
    poll: bool = False,
    once: bool = False,
) -> None:
    """Bring the index up to date, then keep it so until ``stop`` is set; tell of every update that changed something.

    Watching starts before the first update, so that nothing falls between the two. ``reload`` gives the settings anew
    where a batch asks for everything: the project's own may have changed. ``once``: end as soon as the present burst
    is over, leaving it to another watcher where there is one.

    Raises:
        AlreadyWatched: another process watches this root (and ``once`` is not given).
        NoSuchFolder: the root is gone.
        OtherModel: another process watches, and the index is not of the model that is asked for.
        StoreError: the index cannot be written, and never will.
    """
    _Watch(settings, tell, stop, progress, reload).run(poll=poll, once=once)


class _Watch:
    """One run of the verb."""

    def __init__(
        self,
        settings: Settings,
        tell: Callable[[WatchEvent], None],
        stop: threading.Event,
        progress: Callable[[Progress], None] | None,
        reload: Callable[[], Settings] | None,
    ) -> None:
        self._settings = settings
        self._place = place_of(settings)
        self._tell = tell
        self._stop = stop
        self._progress = progress
        self._reload = reload
        self._updates = 0
        self._polling = False

    def run(self, *, poll: bool, once: bool) -> None:
        """The whole of it."""
        settings, place = self._settings, self._place
        place.refuse(place.state())
        place.prepare()
        remote = on_network(settings.root)
        with Changes(settings.root, settings.index_dir, poll=poll or remote) as changes:
            try:
                with Attendance(place.folder, changes.settled) as attendance:
                    self._started(changes, POLLED if remote and not poll else changes.reason)
                    try:
                        self._first()
                        changes.done()
                        self._follow(changes, attendance, once=once)
                    finally:
                        self._tell(Stopped(self._updates))
            except AlreadyWatched:
                if not once:
                    raise
                self._leave_it_to_the_other()

    def _started(self, changes: Changes, reason: str | None) -> None:
        self._polling = changes.polling
        root, index_dir = str(self._settings.root), str(self._settings.index_dir)
        self._tell(Started(root, index_dir, os.getpid(), changes.polling))
        if reason:
            self._tell(Trouble("polling", reason, LOOKS))

    def _first(self) -> None:
        report = self._patient(None, self._progress)
        self._updates += 1
        self._tell(report)

    def _follow(self, changes: Changes, attendance: Attendance, *, once: bool) -> None:
        while not self._stop.is_set():
            if once and (changes.polling or not changes.pending):
                return
            batch = changes.wait(self._stop)
            if batch is None:
                return
            if changes.polling and not self._polling:
                self._polling = True
                self._tell(Trouble("polling", changes.reason or "", LOOKS))
            if not self._place.catalog.is_file():
                self._let_them_finish(changes)
                batch = EVERYTHING
            if batch.everything:
                self._settings_anew()
                self._place.prepare()
                attendance.renew()
            try:
                self._take(batch)
            except PASSING as error:
                self._tell(Trouble(error.code, error.message, error.hint))
                changes.again(batch)
                self._stop.wait(RETRY_SECONDS)
            else:
                changes.done()

    def _let_them_finish(self, changes: Changes) -> None:
        """Somebody removed the index, perhaps with all the rest: one that is made anew now would be in their way."""
        if changes.polling:
            self._stop.wait(GONE_SECONDS)
        while not changes.polling and changes.wait(self._stop, limit=GONE_SECONDS) is not None:
            pass
        if not self._settings.root.is_dir():
            raise changes.gone()

    def _take(self, batch: Batch) -> None:
        paths = None if batch.everything else batch.paths
        if not _matters(self._settings, paths):
            return
        report = self._patient(paths, None)
        if paths is not None and paths <= _own_output(self._settings.root):
            return  # to tell of what is told would be to tell without end
        if report.touched or report.rebuilt:
            self._updates += 1
            self._tell(report)

    def _patient(self, paths: frozenset[str] | None, progress: Callable[[Progress], None] | None) -> IndexReport:
        """One update, tried again while another process writes."""
        while True:
            try:
                report = update(self._settings, paths=paths, progress=progress)
            except IndexBusy:
                if self._stop.wait(BUSY_SECONDS):
                    raise
            else:
                if report.units_written > LARGE_UNITS:
                    _give_back_memory()
                return report

    def _settings_anew(self) -> None:
        """Take over what the project says of itself by now; where that makes no sense, what it said before holds."""
        if self._reload is None:
            return
        try:
            settings = self._reload()
            languages_of(settings)
        except ConfigError as error:
            self._tell(Trouble(error.code, f"{error.message} The settings from before stay in force.", error.hint))
        else:
            self._settings = settings

    def _leave_it_to_the_other(self) -> None:
        while not kept_fresh(self._settings.index_dir, LONGEST_SECONDS):
            if self._stop.wait(BUSY_SECONDS):
                return
        if self._settings.model is not None:  # which the other does not use, if the index is of another one
            with open_reader(self._settings) as reader:
                refuse(check(self._settings, reader))
        self._tell(Stopped(0))


def _give_back_memory() -> None:
    """What a large run took goes back to the system, where the C library would keep it for the next one all day."""
    import ctypes
    import gc

    forget_words()
    gc.collect()
    with suppress(AttributeError, OSError, TypeError):  # only glibc knows how
        ctypes.CDLL(None).malloc_trim(0)


def _own_output(root: Path) -> set[str]:
    """The files below ``root`` that this process writes its own output to."""
    found = set()
    for stream in (1, 2):
        try:
            target = Path(f"/proc/self/fd/{stream}").readlink()
        except OSError:
            continue
        if target.is_relative_to(root):
            found.add(target.relative_to(root).as_posix())
    return found


def _matters(settings: Settings, paths: frozenset[str] | None) -> bool:
    """Whether an update would change anything at ``paths`` (or anywhere): judged without the lock, by the catalog."""
    try:
        # To read: whoever lets go of it last would else write its log into it, and without the lock no seal fits that.
        catalog = Catalog(place_of(settings).catalog, use="read")
    except TeError:
        return True  # whatever is wrong with it, an update heals it or says so
    try:
        if catalog.meta("recipe") != recipe_of(settings):
            return True
        # A file that is indexed was most likely saved: that is found out while it is read.
        touched = () if paths is None else files_at_or_below(catalog, {printable(path) for path in paths})
        return any(record.skip is None for record in touched) or bool(compare(settings, catalog, paths).plan)
    except TeError:
        return True
    finally:
        catalog.close()
