"""What does Linux tell of changes, and of its own limits? Also that events were lost, or that watches ran out.

watchdog logs a queue overflow and goes on, and a subfolder that it cannot watch is passed over without a word. Both
would leave an index wrong and nobody the wiser.
"""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from watchdog.observers.api import BaseObserver
from watchdog.observers.inotify import InotifyEmitter
from watchdog.observers.inotify_c import InotifyEvent, InotifyFD

if TYPE_CHECKING:
    from collections.abc import Callable

    from watchdog.observers.inotify_c import CallbackId, Mask, WatchCallback, WatchDescriptor

    from te_cli.walk.observing import Lose


class _Watches(InotifyFD):
    """One inotify instance: watches no folder of git's or te's own, and tells of what it loses."""

    def __init__(self, is_own: Callable[[str], bool], lose: Lose) -> None:
        super().__init__()
        self._is_own = is_own
        self._lose = lose

    def add_callback(self, path: bytes, mask: Mask, callback: WatchCallback, id_: CallbackId) -> WatchDescriptor:
        """As in the base class; watchdog passes over a subfolder for which this raises."""
        if self._is_own(os.fsdecode(path)):
            raise FileNotFoundError(errno.ENOENT, "not watched", path)
        try:
            return super().add_callback(path, mask, callback, id_)
        except OSError as error:
            if error.errno == errno.ENOSPC:
                self._lose(exhausted=True)
            raise

    def handle_event(self, event: InotifyEvent) -> None:
        """As in the base class, and tell of an overflow once the watches are rebuilt."""
        super().handle_event(event)
        if event.is_queue_overflow:
            self._lose(exhausted=False)


class WatchfulObserver(BaseObserver):
    """watchdog's inotify observer over watches of our own; stopping it ends all of its threads."""

    def __init__(self, is_own: Callable[[str], bool], lose: Lose) -> None:
        self._watches_of_system = _Watches(is_own, lose)
        self._watches_of_system.start()
        super().__init__(InotifyEmitter, inotify_fd=self._watches_of_system)

    def on_thread_stop(self) -> None:
        """Called when the observer is told to stop."""
        super().on_thread_stop()
        self._watches_of_system.stop()
        self._watches_of_system.join()
