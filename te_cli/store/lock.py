"""One writer: an advisory lock that names its holder and dies with it.

The operating system drops the lock when the process ends, however it ends, so there is no stale lock to clean up.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from te_cli.errors import IndexBusy, NotWritable
from te_cli.planted import read_planted

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType
    from typing import Self

LOCK_FILE = "lock"

MAX_MARK_BYTES = 400
"""A holder's mark is a few words."""

if sys.platform == "win32":  # pragma: no cover - the other branch is the one under test here
    import msvcrt

    def _seize(handle: int) -> None:
        # One byte far behind the text, so that others can read who holds the lock.
        os.lseek(handle, 1 << 20, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

    def _free(_: int) -> bool:
        return False  # looking would take the lock; the mark alone has to do
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


def _seized(handle: int) -> bool:
    for attempt in range(ATTEMPTS):
        try:
            _seize(handle)
        except OSError:
            if attempt < ATTEMPTS - 1:
                time.sleep(PAUSE)
        else:
            return True
    return False


class WriterLock:
    """Held while a run writes. Entering it raises :class:`IndexBusy` at once when another process holds it."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / LOCK_FILE
        self._handle: int | None = None

    def __enter__(self) -> Self:
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
        try:
            handle = os.open(self._path, flags, 0o644)
        except OSError as error:
            raise NotWritable(f"The index folder {self._path.parent} cannot be written: {error.strerror}.") from error
        if not _seized(handle):
            os.close(handle)
            raise IndexBusy(
                f"Another process is writing this index ({holder(self._path.parent) or 'unknown process'}).",
                "Wait for it to end.",
            )
        self._handle = handle
        with suppress(OSError):  # on a full disk the lock holds without a name on it
            os.ftruncate(handle, 0)
            os.lseek(handle, 0, os.SEEK_SET)
            os.write(handle, f"pid {os.getpid()}".encode())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._handle is not None:
            with suppress(OSError):
                os.ftruncate(self._handle, 0)
            os.close(self._handle)
            self._handle = None


def holder(folder: Path) -> str | None:
    """Who says that it is writing: ``pid 123``, or None when nobody does. A dead holder's mark can remain."""
    said = read_planted(folder / LOCK_FILE, MAX_MARK_BYTES)
    return said.decode("utf-8", "replace").strip()[:80] or None if said else None


def current_holder(folder: Path) -> str | None:
    """Who holds the lock now, None when it is free: a mark counts only while its maker is alive to hold the lock."""
    named = holder(folder)
    if named is None:
        return None
    try:
        handle = os.open(folder / LOCK_FILE, os.O_RDONLY)
    except OSError:
        return None
    try:
        return None if _free(handle) else named
    finally:
        os.close(handle)
