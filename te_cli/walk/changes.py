"""Which files were touched just now? Events of the file system, gathered into batches that have settled."""

# A tree has a hundred thousand paths: they stay strings.
# ruff: noqa: PTH118, PTH206

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from te_cli.walk.boundary import OWN_FOLDERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from te_cli.walk.observing import Observation

QUIET_SECONDS = 0.08
"""A batch is ready when nothing happened for this long: an editor's save is several events within a few milliseconds,
and a person waiting for the answer does not notice a tenth of a second."""

PATIENCE_SECONDS = 1.0
"""A batch is ready this long after its first event in any case: a build that never rests must not hold it back."""

STOP_SECONDS = 0.1
"""How long a request to stop may go unnoticed while nothing happens."""

DECISIVE_NAMES = frozenset({".gitignore", ".teignore", ".gitmodules", "te.toml", "pyproject.toml"})
"""Files that decide about others: which are indexed, and how."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Paths touched, relative to the root and with slashes. ``everything``: only a full scan tells what changed."""

    paths: frozenset[str]
    everything: bool = False


class Settling:
    """A batch in the making. Times are seconds of any clock that does not run backwards."""

    def __init__(self) -> None:
        self._paths: set[str] = set()
        self._everything = False
        self._first: float | None = None
        self._last = 0.0

    def note(self, paths: Iterable[str], now: float, *, everything: bool = False) -> None:
        """Something happened to ``paths`` at ``now``; nothing did if there are none and not everything is meant."""
        touched = set(paths)
        if not touched and not everything:
            return
        self._paths |= touched
        self._everything = self._everything or everything
        self._first = now if self._first is None else self._first
        self._last = now

    def left(self, now: float) -> float | None:
        """Seconds until the batch is ready, none or fewer if it is; None while nothing happened."""
        if self._first is None:
            return None
        return min(self._last + QUIET_SECONDS, self._first + PATIENCE_SECONDS) - now

    def take(self) -> Batch:
        """The batch; the next one starts empty."""
        batch = Batch(frozenset(self._paths), self._everything)
        self._paths, self._everything, self._first = set(), False, None
        return batch


class Changes:
    """Watches a root while its ``with`` block runs. ``ignored`` is the index folder, whose events are te's own.

    ``polling`` says that the system's own notices ran out, so that folders are compared from time to time instead.
    """

    def __init__(self, root: Path, ignored: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._root = os.path.realpath(root)
        self._ignored = os.path.realpath(ignored)
        self._clock = clock
        self._changed = threading.Condition()
        self._settling = Settling()
        self._observation: Observation | None = None
        self._exhausted = False
        self.polling = False

    def __enter__(self) -> Self:
        from te_cli.walk import observing

        self._observation = observing.observe(self._root, self._note, self._is_own, self._lose)
        self.polling = self._observation.polling
        return self

    def __exit__(self, *_: object) -> None:
        if self._observation is not None:
            self._observation.stop()
            self._observation = None

    def wait(self, stop: threading.Event) -> Batch | None:
        """Block until a batch has settled; None once ``stop`` is set."""
        while not stop.is_set():
            self._poll_if_exhausted()
            with self._changed:
                left = self._settling.left(self._clock())
                if left is not None and left <= 0:
                    return self._settling.take()
                self._changed.wait(STOP_SECONDS if left is None else min(left, STOP_SECONDS))
        return None

    def _note(self, paths: Iterable[str], *, folder: bool) -> None:
        """An event, from the observer's thread: absolute paths, and whether it is about a folder."""
        inside = [path for path in map(self._relative, paths) if path is not None]
        decisive = folder or any(path.rpartition("/")[2] in DECISIVE_NAMES for path in inside)
        with self._changed:
            self._settling.note(inside, self._clock(), everything=decisive and bool(inside))
            self._changed.notify()

    def _lose(self, *, exhausted: bool) -> None:
        """Events were lost, or will be from now on because the system has no more watches to give."""
        with self._changed:
            self._exhausted = self._exhausted or exhausted
            self._settling.note((), self._clock(), everything=True)
            self._changed.notify()

    def _poll_if_exhausted(self) -> None:
        if not self._exhausted or self.polling or self._observation is None:
            return
        from te_cli.walk import observing

        self._observation.stop()
        self._observation = observing.poll(self._root, self._note, self._is_own)
        self.polling = True

    def _relative(self, path: str) -> str | None:
        """``path`` relative to the root, ``""`` for the root itself; None for what is not the indexed tree's."""
        if path == self._root:
            return ""
        start = os.path.join(self._root, "")
        if not path.startswith(start) or self._is_own(path):
            return None
        return path[len(start) :].replace(os.sep, "/")

    def _is_own(self, path: str) -> bool:
        """Whether an absolute path is in git's or te's own store."""
        if self._ignored != self._root and (path + os.sep).startswith(os.path.join(self._ignored, "")):
            return True
        parts = path[len(self._root) :].split(os.sep)
        return not OWN_FOLDERS.isdisjoint(parts)
