"""Who tells of changes where the system is not Linux? Its own notices, through watchdog."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol

from watchdog.events import FileSystemEvent, FileSystemEventHandler

from te_cli.walk.deciders import DECISIVE_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from watchdog.observers.api import BaseObserver

TELLING = frozenset({"modified", "created", "deleted", "moved", "closed"})
"""Events that can mean other content; ``closed`` is the end of writing. Reading, as te does, is not among them."""


class Note(Protocol):
    """Told of each event: the absolute paths it is about, and whether only a full scan tells what it means."""

    def __call__(self, paths: Iterable[str], *, everything: bool) -> None:
        """Take one event."""


class Observation:
    """A running observer. After :meth:`stop` none of its threads is left."""

    def __init__(self, observer: BaseObserver) -> None:
        self._observer = observer

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
        paths = [os.fsdecode(path) for path in (event.src_path, event.dest_path) if path]
        decisive = any(os.path.basename(path) in DECISIVE_NAMES for path in paths)  # noqa: PTH119 - not a Path
        self._note(paths, everything=event.is_directory or decisive)


def observe(root: str, note: Note) -> Observation:
    """Observe the tree below ``root``."""
    from watchdog.observers import Observer

    observer = Observer()
    observer.schedule(_Handler(note), root, recursive=True)
    try:
        observer.start()
    except BaseException:
        observer.on_thread_stop()  # threads that the observer started before it failed to start itself
        raise
    return Observation(observer)
