"""One writer: an advisory lock that names its holder and dies with it.

The operating system drops the lock when the process ends, however it ends, so a stale lock is a mark without a lock:
it is written over, whoever has its process number by now and on whatever host it was made. The mark is only for
people; what counts is the lock.
"""

from __future__ import annotations

import json
import os
import stat
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from te_cli.errors import IndexBusy, NotWritable
from te_cli.planted import read_planted
from te_cli.store.faults import reach
from te_cli.store.removal import remove

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

LOCK_FILE = "lock"

MAX_MARK_BYTES = 1_000
"""A holder's mark is a few words."""


def _host() -> str:
    import socket  # only for who writes, or finds somebody writing

    return socket.gethostname()


if sys.platform == "win32":  # pragma: no cover - the other branch is the one under test here
    import msvcrt

    def _seize(handle: int) -> None:
        # One byte far behind the text, so that others can read who holds the lock.
        os.lseek(handle, 1 << 20, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

    def _free(handle: int) -> bool:
        # Looking takes the lock: for a moment, and a writer tries more than once.
        try:
            _seize(handle)
            msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _seize(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _free(handle: int) -> bool:
        """Whether nobody holds the lock: a shared one can be had, for as long as this takes."""
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


ATTEMPTS, PAUSE = 4, 0.03
"""Somebody who only looks at the lock holds it for a moment: that is not a writer."""

SEALING = "sealing"
"""The mark of a reader that writes a seal: it needs the lock for a moment, and is no reason to turn a writer away."""

BRIEF_SECONDS = 5.0
"""How long such a moment may last on a busy machine."""

_held: set[int] = set()
"""The handles of locks that this process holds."""


def _let_go_in_child() -> None:
    """A child that was forked while this process wrote must not keep the lock alive after it."""
    while _held:
        with suppress(OSError):
            os.close(_held.pop())


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_let_go_in_child)


def _seized(handle: int, wait: float) -> bool:
    """Whether the lock could be had, at once or within ``wait`` seconds."""
    started, attempt = time.monotonic(), 0
    while True:
        try:
            _seize(handle)
        except OSError:
            attempt += 1
            patience = max(wait, BRIEF_SECONDS if _brief(handle) else 0.0)
            if attempt >= ATTEMPTS and time.monotonic() >= started + patience:
                return False
            time.sleep(PAUSE)
        else:
            return True


def _brief(handle: int) -> bool:
    """Whether the holder is about to name itself, or to let go."""
    os.lseek(handle, 0, os.SEEK_SET)
    said = os.read(handle, MAX_MARK_BYTES)
    return not said or SEALING.encode() in said


@dataclass(frozen=True, slots=True)
class Holder:
    """Who says that it is writing: its process, what it was called as, since when (seconds), and where it runs."""

    pid: int
    verb: str
    since: float
    host: str

    def __str__(self) -> str:
        clock = time.strftime("%H:%M:%S", time.localtime(self.since))
        elsewhere = "" if self.host == _host() else f", on {self.host}"
        return f"{self.verb}, pid {self.pid}, since {clock}{elsewhere}"


class WriterLock:
    """Held while a run writes. Entering it raises :class:`IndexBusy` where another holds it past ``wait`` seconds."""

    def __init__(self, folder: Path, wait: float = 0.0, verb: str | None = None) -> None:
        """``verb``: what the holder does; by default, what it was called as."""
        self._path = folder / LOCK_FILE
        self._wait = wait
        self._verb = verb or _called()
        self._handle: int | None = None

    def __enter__(self) -> Self:
        handle = self._opened()
        try:
            taken = _seized(handle, self._wait)
        except BaseException:
            os.close(handle)
            raise
        if not taken:
            os.close(handle)
            raise IndexBusy(
                f"Another process is writing this index ({holder(self._path.parent) or 'unknown process'}).",
                "Wait for it to end; te index --wait SECONDS does so by itself.",
            )
        self._handle = handle
        _held.add(handle)
        try:
            with suppress(OSError):  # on a full disk the lock holds without a name on it
                reach("lock.mark")
                os.ftruncate(handle, 0)
                os.lseek(handle, 0, os.SEEK_SET)
                os.write(handle, _mark(self._verb))
        except BaseException:
            self._let_go()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            with suppress(OSError):
                reach("lock.free")
        finally:
            self._let_go()

    def _let_go(self) -> None:
        if self._handle is not None:
            with suppress(OSError):
                os.ftruncate(self._handle, 0)
            _held.discard(self._handle)
            os.close(self._handle)
            self._handle = None

    def _opened(self) -> int:
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
        try:
            if misplaced(self._path):  # nobody can hold a lock on it
                remove(self._path)
            return os.open(self._path, flags, 0o644)
        except OSError as error:
            raise NotWritable(
                f"The index folder {self._path.parent} cannot be written: {error.strerror}.",
                "Check the disk's space and rights.",
            ) from error


def misplaced(path: Path) -> bool:
    """Whether something else than a file of the lock's own stands at ``path``: what has another name is not ours."""
    try:
        said = path.lstat()
    except OSError:
        return False
    return not stat.S_ISREG(said.st_mode) or said.st_nlink > 1


def _called() -> str:
    called = Path(sys.argv[0]).name if sys.argv else ""
    own = called in {"te", "te.exe", "__main__.py"} and len(sys.argv) > 1
    return f"te {sys.argv[1]}" if own else called or "python"


def _mark(verb: str) -> bytes:
    said = {"pid": os.getpid(), "verb": verb[:80], "since": round(time.time(), 3), "host": _host()[:200]}
    return json.dumps(said).encode()


def holder(folder: Path) -> str | None:
    """Who says that it is writing, or None when nobody does. A dead holder's mark can remain."""
    read = read_planted(folder / LOCK_FILE, MAX_MARK_BYTES)
    text = read.decode("utf-8", "replace").strip() if read else ""
    try:
        said = json.loads(text)
        return str(Holder(int(said["pid"]), str(said["verb"]), float(said["since"]), str(said["host"])))
    except (ValueError, KeyError, TypeError, OverflowError, OSError, RecursionError):
        return text[:80] or None


def is_held(folder: Path) -> bool:
    """Whether a writer is at work now."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        handle = os.open(folder / LOCK_FILE, flags)  # without waiting for the other end of a pipe
    except OSError:
        return False
    try:
        return not _free(handle)
    except OSError:  # a folder in its place
        return False
    finally:
        os.close(handle)


def current_holder(folder: Path) -> str | None:
    """Who holds the lock now, None when it is free: a mark counts only while its maker is alive to hold the lock."""
    return (holder(folder) or "unknown process") if is_held(folder) else None
