"""Who tells of changes? The system's own notices through watchdog, or polling where they run out."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Protocol

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.utils import platform

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from watchdog.observers.api import BaseObserver

POLL_SECONDS = 1.0
"""Seconds between two looks at the whole tree: a change is found within the second, and a look at 10,000 files takes a
tenth of it."""

TELLING = frozenset({"modified", "created", "deleted", "moved", "closed"})
"""Events that can mean other content; ``closed`` is the end of writing. Reading, as te does, is not among them."""

_NO_MORE_WATCHES = (errno.ENOSPC, errno.EMFILE)


class Note(Protocol):
    """Told of each event: the absolute paths it is about, and whether they are folders."""

    def __call__(self, paths: Iterable[str], *, folder: bool) -> None:
        """Take one event."""


class Lose(Protocol):
    """Told that events were lost; ``exhausted``: and will be, for want of watches."""

    def __call__(self, *, exhausted: bool) -> None:
        """Take the news."""


class Observation:
    """A running observer. After :meth:`stop` none of its threads is left."""

    def __init__(self, observer: BaseObserver, *, polling: bool) -> None:
        self._observer = observer
        self.polling = polling

    def stop(self) -> None:
        """End it, and wait for its threads."""
        self._observer.stop()
        self._observer.join()


class _Handler(FileSystemEventHandler):
    """Passes on what can mean other content."""

    def __init__(self, note: Note) -> None:
        self._note = note

    def dispatch(self, event: FileSystemEvent) -> None:
        """A folder is "modified" whenever a file in it comes or goes, which has its own event."""
        if event.event_type not in TELLING or (event.is_directory and event.event_type == "modified"):
            return
        self._note([os.fsdecode(path) for path in (event.src_path, event.dest_path) if path], folder=event.is_directory)


def observe(root: str, note: Note, is_own: Callable[[str], bool], lose: Lose) -> Observation:
    """Observe the tree below ``root``, by polling if the system refuses its notices."""
    try:
        observer = _native(is_own, lose)
        started = _start(observer, root, note)
    except OSError as error:
        if error.errno not in _NO_MORE_WATCHES:
            raise
        return poll(root, note, is_own)
    return Observation(started, polling=False)


def poll(root: str, note: Note, is_own: Callable[[str], bool]) -> Observation:
    """Observe the tree below ``root`` by looking at all of it again and again."""
    from watchdog.observers.polling import PollingObserverVFS

    def entries(folder: str | None) -> Iterator[os.DirEntry[str]]:
        with os.scandir(folder) as found:
            yield from (entry for entry in found if not is_own(entry.path))

    return Observation(
        _start(PollingObserverVFS(os.lstat, entries, polling_interval=POLL_SECONDS), root, note), polling=True
    )


def _native(is_own: Callable[[str], bool], lose: Lose) -> BaseObserver:
    if platform.is_linux():
        from te_cli.walk.inotify import WatchfulObserver

        return WatchfulObserver(is_own, lose)
    from watchdog.observers import Observer

    return Observer()


def _start(observer: BaseObserver, root: str, note: Note) -> BaseObserver:
    observer.schedule(_Handler(note), root, recursive=True)
    try:
        observer.start()
    except BaseException:
        observer.on_thread_stop()  # threads that the observer started before it failed to start itself
        raise
    return observer
