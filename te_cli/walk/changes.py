"""Which files were touched just now? Events of the file system, gathered into batches that have settled."""

# A tree has a hundred thousand paths: they stay strings.
# ruff: noqa: PTH112, PTH116, PTH118

from __future__ import annotations

import errno
import os
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from te_cli.errors import NoSuchFolder
from te_cli.walk import inotify
from te_cli.walk.listening import Listener
from te_cli.walk.settling import MANY_PATHS, Settling
from te_cli.walk.watched import Touched, WatchedTree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path
    from types import TracebackType

    from te_cli.walk.observing import Observation

TICK_SECONDS = 1.0
"""How long a request to stop, a root that went away or a clock that jumped may go unnoticed while nothing happens."""

POLL_SECONDS = 1.0
"""The least between the end of one look at the whole tree and the next, where the system gives no notices."""

POLL_SHARE = 20
"""... and this many times as long as the last look took, so that polling costs at most a twentieth of one core."""

POLL_MEMORY = 5
"""Looks that are remembered for that."""

JUMP_SECONDS = 5.0
"""The clock on the wall against the one that only counts: apart by more, the machine slept or the time was set."""

GIT_SECONDS = 10.0
"""How long git may be in the middle of something before its half-done work is taken for what it is."""

ROOT_SECONDS = 2.0
"""How long a root may be away before it is gone: who replaces it removes it first."""

EVERYTHING: Final = "\0everything"
LISTED: Final = "\0listed"
"""Among the words of a batch: that only a full scan tells what changed, and that git wrote its list of names."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Paths touched, relative to the root and with slashes, each standing for all that lies below it too.

    ``everything``: only a full scan tells what changed.
    """

    paths: frozenset[str]
    everything: bool = False


class Changes:
    """Watches a root while its ``with`` block runs. ``index_dir``, whose events are te's own, is passed over.

    What happened is numbered: :meth:`wait` hands it out, :meth:`done` says that it is dealt with, and
    :meth:`settled` whether all is that happened before it was asked.

    ``polling``: the whole tree is looked at from time to time; ``reason`` says why in a sentence, where nobody asked.
    """

    def __init__(
        self,
        root: Path,
        index_dir: Path,
        *,
        poll: bool = False,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._root = os.path.realpath(root)
        self._index_dir = os.path.realpath(index_dir)
        self._clock, self._wall = clock, wall
        self._changed = threading.Condition()
        self._hearing = threading.Lock()  # held from reading notices until they are noted
        self._settling = Settling()
        self._noted = self._taken = 1  # that it began: the first update is one of everything
        self._done = 0
        self._tree: WatchedTree | None = None
        self._listener: Listener | None = None
        self._observation: Observation | None = None
        self._next_poll = 0.0
        self._handed_out: float | None = None
        self._costs: list[float] = []
        self._gone_since: float | None = None
        self.polling = poll
        self.reason: str | None = None

    def __enter__(self) -> Self:
        self._identity = _identity(self._root)
        self._drift = self._wall() - self._clock()
        if not os.path.isdir(self._root):
            raise self.gone()
        try:
            self._start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    # Handing out

    def wait(self, stop: threading.Event, *, limit: float | None = None) -> Batch | None:
        """Block until a batch has settled; None once ``stop`` is set, or after ``limit`` seconds with none.

        Raises:
            NoSuchFolder: the root is gone.
        """
        end = None if limit is None else self._clock() + limit
        while not stop.is_set():
            self._look_around()
            now = self._clock()
            with self._changed:
                left = self._left(now)
                if left > 0:
                    if end is not None and now >= end:
                        return None
                    self._changed.wait(min(left, TICK_SECONDS if end is None else end - now))
                    continue
                words, self._taken = self._settling.take(now), self._noted
            if (batch := self._prepared(words)) is not None:
                self._handed_out = self._clock()
                return batch
            self.done()
        return None

    def done(self) -> None:
        """What was handed out, and what happened before this was entered, is dealt with."""
        now = self._clock()
        if self.polling and self._handed_out is not None:
            # Of the last few the shortest: in the others something was found, and indexed.
            self._costs = [*self._costs, now - self._handed_out][-POLL_MEMORY:]
            self._next_poll = now + max(POLL_SECONDS, POLL_SHARE * min(self._costs))
        with self._changed:
            self._done = self._taken
            self._changed.notify_all()

    def again(self, batch: Batch) -> None:
        """A batch could not be dealt with: it is handed out once more."""
        self._note(Touched(set(batch.paths), everything=batch.everything))

    @property
    def pending(self) -> bool:
        """Whether something happened that was not handed out."""
        if self._tree is not None:
            self._hear(self._tree)
        with self._changed:
            return bool(self._settling)

    def settled(self, seconds: float) -> bool:
        """Whether all that happened before this call is dealt with, if need be within ``seconds``. From any thread.

        Never where the system's notices are not in the order of what they tell of.
        """
        tree = self._tree
        if tree is None:
            return False
        self._hear(tree)
        if _identity(self._root) != self._identity or self._jumped():
            return False
        with self._changed:
            wanted = self._noted
            self._settling.hurry()
            self._changed.notify_all()
            return self._changed.wait_for(lambda: self._done >= wanted, seconds) and self._tree is tree

    # Hearing

    def _start(self) -> None:
        if self.polling:
            return
        try:
            if inotify.AVAILABLE:
                self._tree = WatchedTree(self._root, self._index_dir)
                self._tree.survey()
                self._listener = Listener(self._tree, self._hear)
            else:
                from te_cli.walk import observing

                self._observation = observing.observe(self._root, self._touched)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EMFILE, errno.ENOMEM):
                raise
            self._poll(error)

    def _stop(self) -> None:
        if self._listener is not None:
            self._listener.stop()
            self._listener = None
        if self._observation is not None:
            self._observation.stop()
            self._observation = None
        if self._tree is not None:
            tree, self._tree = self._tree, None
            with self._hearing:
                tree.close()

    def _poll(self, error: OSError) -> None:
        """From now on look at everything from time to time: the system has no more notices to give."""
        self._stop()
        self.polling = True
        what = "max_user_instances" if error.errno == errno.EMFILE else "max_user_watches"
        self.reason = f"The system's limit on watched folders is reached (fs.inotify.{what})."
        self._note(Touched(everything=True))

    def _hear(self, tree: WatchedTree) -> None:
        """Note what the system has told up to now."""
        with self._hearing:
            if tree is self._tree:
                self._note(tree.look())

    def _touched(self, paths: Iterable[str], *, everything: bool) -> None:
        """Note what an observer tells: absolute paths."""
        inside = {path for path in map(self._relative, paths) if path is not None}
        self._note(Touched(inside, everything=everything and bool(inside)))

    def _note(self, touched: Touched) -> None:
        words = touched.paths | {EVERYTHING} if touched.everything else touched.paths
        if touched.listed:
            words.add(LISTED)
        if not words:
            return
        with self._changed:
            self._settling.note(words, self._clock())
            if len(self._settling) > MANY_PATHS:
                self._settling = Settling()
                self._settling.note({EVERYTHING}, self._clock())
            self._noted += 1
            self._changed.notify_all()

    # Judging

    def _left(self, now: float) -> float:
        """Seconds until there is something to hand out; a tick where nothing happened."""
        left = self._settling.left(now)
        if left is None:
            return min(TICK_SECONDS, self._next_poll - now) if self.polling else TICK_SECONDS
        if left <= 0 and self._tree is not None and _at_work(self._tree.git_at_work(), self._wall()):
            return 0.05
        return min(left, TICK_SECONDS)

    def _prepared(self, words: frozenset[str]) -> Batch | None:
        """The batch, once its folders are watched; None where it turned out to be nothing."""
        paths = words - {EVERYTHING, LISTED}
        everything = EVERYTHING in words
        tree = self._tree
        if tree is not None:
            try:
                everything = everything or (LISTED in words and tree.relisted())
                if everything:
                    tree.survey()
                else:
                    tree.adopt(paths)
            except OSError as error:
                self._poll(error)
                everything = True
        return Batch(paths, everything) if paths or everything else None

    def _look_around(self) -> None:
        """What no event tells: is it time to poll, is the root still the one that is watched, did the clock jump?"""
        now = self._clock()
        if self.polling and now >= self._next_poll:
            self._next_poll = now + POLL_SECONDS
            self._note(Touched(everything=True))
            with self._changed:
                self._settling.hurry()
        if self._jumped():
            self._drift = self._wall() - self._clock()
            self._note(Touched(everything=True))
        identity = _identity(self._root)
        if identity is None:
            self._gone_since = now if self._gone_since is None else self._gone_since
            if now - self._gone_since > ROOT_SECONDS:
                raise self.gone()
        else:
            self._gone_since = None
            if identity != self._identity:
                self._identity = identity
                self._note(Touched(everything=True))

    def _jumped(self) -> bool:
        return abs(self._wall() - self._clock() - self._drift) > JUMP_SECONDS

    def gone(self) -> NoSuchFolder:
        """What to say of a root that is not there any more."""
        return NoSuchFolder(f"The folder {self._root} is gone.", "There is nothing left to watch.")

    def _relative(self, path: str) -> str | None:
        """``path`` relative to the root, ``""`` for the root itself; None for what is not the indexed tree's."""
        from te_cli.walk.boundary import OWN_FOLDERS

        if path == self._root:
            return ""
        start = os.path.join(self._root, "")
        if not path.startswith(start) or (path + os.sep).startswith(os.path.join(self._index_dir, "")):
            return None
        inside = path[len(start) :].replace(os.sep, "/")
        return inside if OWN_FOLDERS.isdisjoint(inside.split("/")) else None


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _at_work(lock: str, now: float) -> bool:
    """Whether git is in the middle of something; a lock that a dead git left behind is old."""
    if not lock:
        return False
    try:
        return -JUMP_SECONDS < now - os.stat(lock).st_mtime < GIT_SECONDS
    except OSError:
        return False
