"""Is somebody keeping this index fresh, and is it fresh now? A watcher holds a lock, and answers when asked.

The lock dies with the watcher, so a dead one is never trusted. Nor is one that merely lives: whoever wants to know asks
it, and it answers once it has dealt with all that happened before the question. What does not answer in time (stopped,
busy, in another container) is not trusted either. Nothing is written and no clock compared, and nobody who has not
asked costs anything.

Questions go through a socket in Linux's abstract name space, which has no file to plant or to leave behind; each
side checks that the other is the same user. Elsewhere nobody answers, and searches compare the tree as ever.
"""

from __future__ import annotations

import json
import os
import struct
import sys
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from te_cli.digest import digest
from te_cli.errors import AlreadyWatched, NotWritable
from te_cli.store.lock import ATTEMPTS, PAUSE, _free, _seize, misplaced
from te_cli.store.removal import remove

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from te_cli.state import Watcher

WATCH_FILE = "lock.watch"

MARK_BYTES = 400
"""A watcher's mark is shorter."""

HELLO_SECONDS = 0.4
"""How long a watcher may take to say anything; one that is stopped says nothing, and searches must not wait for it."""

SETTLING_SECONDS = 1.0
"""How long a search waits for an update that is under way: nearly all take less, and an answer that has what was just
saved is worth it."""

LONGEST_SECONDS = 600.0
"""The longest that anyone may ask the watcher to take."""

ASKING = 8
"""Questions answered at a time; more wait, and give up by themselves."""

_WAIT, _YES, _NO = b"w", b"y", b"n"

_SECONDS = struct.Struct("!d")
_CREDENTIALS = struct.Struct("3i")
"""``struct ucred``: process, user and group; see unix(7)."""

AVAILABLE = sys.platform == "linux"


class Attendance:
    """Held by the one watcher of an index. ``settled`` says whether all that happened before is in the index."""

    def __init__(self, folder: Path, settled: Callable[[float], bool]) -> None:
        self._folder = folder
        self._settled = settled
        self._handle: int | None = None
        self._desk: _Desk | None = None

    def __enter__(self) -> Self:
        """Take the lock and begin to answer.

        Raises:
            AlreadyWatched: another process does this already.
            NotWritable: the folder cannot be written.
        """
        self._take()
        try:
            if AVAILABLE:
                self._desk = _Desk(_address(self._folder), self._settled)
        except BaseException:
            self._let_go()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._desk is not None:
            self._desk.close()
            self._desk = None
        self._let_go()

    def renew(self) -> None:
        """Take the lock anew if somebody removed the index folder, and the lock with it.

        Raises:
            AlreadyWatched: another process was quicker.
        """
        try:
            if self._handle is not None and os.path.samestat(
                os.fstat(self._handle), (self._folder / WATCH_FILE).lstat()
            ):
                return
        except OSError:
            pass
        with suppress(NotWritable):  # the folder may be away for a moment
            before, self._handle = self._handle, None
            self._take()
            if before is not None:
                os.close(before)

    def _take(self) -> None:
        path = self._folder / WATCH_FILE
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
        try:
            if misplaced(path):  # a link, or another name of somebody's file, which the mark would be written over
                remove(path)
            handle = os.open(path, flags, 0o644)
        except OSError as error:
            raise NotWritable(f"The index folder {self._folder} cannot be written: {error.strerror}.") from error
        if not _seized(handle):
            os.close(handle)
            other = watcher(self._folder)
            named = f" (pid {other.pid})" if other else ""
            raise AlreadyWatched(
                f"Another te watch{named} keeps this index fresh.", "te watch --once waits until it has caught up."
            )
        self._handle = handle
        with suppress(OSError):  # on a full disk the lock holds without a name on it
            os.ftruncate(handle, 0)
            os.write(handle, json.dumps({"pid": os.getpid(), "since": round(time.time(), 3)}).encode())

    def _let_go(self) -> None:
        if self._handle is not None:
            with suppress(OSError):
                os.ftruncate(self._handle, 0)
            os.close(self._handle)
            self._handle = None


def _seized(handle: int) -> bool:
    """Whether the lock could be had. Somebody who only looks holds it for a moment."""
    for attempt in range(ATTEMPTS):
        try:
            _seize(handle)
        except OSError:
            if attempt < ATTEMPTS - 1:
                time.sleep(PAUSE)
        else:
            return True
    return False


def watcher(folder: Path) -> Watcher | None:
    """Who keeps the index in ``folder`` fresh, None where nobody does. That it is fresh is another question."""
    from te_cli.state import Watcher  # a search has no need to know who

    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        handle = os.open(folder / WATCH_FILE, flags)
    except OSError:
        return None
    try:
        if _free(handle):
            return None
        said = json.loads(os.read(handle, MARK_BYTES))
        return Watcher(int(said["pid"]), float(said["since"]))
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return Watcher(0, 0.0)
    finally:
        os.close(handle)


def kept_fresh(folder: Path, seconds: float = SETTLING_SECONDS) -> bool:
    """Whether a watcher says that all that happened before this call is in the index, if need be within ``seconds``.

    Ask before opening the index, so that what is opened is what was told of.
    """
    if not AVAILABLE or not (folder / WATCH_FILE).is_file():
        return False
    import socket

    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        try:
            line.settimeout(HELLO_SECONDS)
            line.connect(_address(folder))
            if not _same_user(line):
                return False
            line.sendall(_SECONDS.pack(seconds))
            said = line.recv(1)
            if said == _WAIT:
                line.settimeout(seconds + HELLO_SECONDS)
                said = line.recv(1)
        except OSError:
            return False
    return said == _YES


def _address(folder: Path) -> str:
    """The name of an index's socket. It begins with a zero byte: it is no file's."""
    return f"\0te-watch-{os.geteuid()}-{digest(os.fsencode(os.path.realpath(folder))).hex()[:32]}"


def _same_user(line: socket.socket) -> bool:
    import socket

    found = line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    return bool(_CREDENTIALS.unpack(found)[1] == os.geteuid())


class _Desk:
    """A thread that takes questions, and one for each that waits for its answer."""

    def __init__(self, address: str, settled: Callable[[float], bool]) -> None:
        import socket

        self._settled = settled
        self._places = threading.Semaphore(ASKING)
        self._answering: set[threading.Thread] = set()
        self._line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._line.bind(address)
            self._line.listen(ASKING)
        except OSError:  # another's, or forbidden here: nobody is answered
            self._line.close()
            return
        self._thread = threading.Thread(target=self._take, name="te-desk", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Take no more questions."""
        import socket

        if self._line.fileno() < 0:
            return
        with suppress(OSError):
            self._line.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._line.close()
        for thread in list(self._answering):
            thread.join(timeout=SETTLING_SECONDS + 1)

    def _take(self) -> None:
        while True:
            try:
                line, _ = self._line.accept()
            except OSError:
                return
            self._places.acquire()
            thread = threading.Thread(target=self._answer, args=(line,), name="te-answer", daemon=True)
            self._answering.add(thread)
            thread.start()

    def _answer(self, line: socket.socket) -> None:
        try:
            with line, suppress(OSError):
                line.settimeout(HELLO_SECONDS)
                asked = line.recv(_SECONDS.size)
                if len(asked) < _SECONDS.size or not _same_user(line):
                    return
                (seconds,) = _SECONDS.unpack(asked)
                if self._settled(0.0):
                    line.sendall(_YES)
                    return
                line.sendall(_WAIT)
                line.sendall(_YES if self._settled(max(0.0, min(seconds, LONGEST_SECONDS))) else _NO)
        finally:
            self._answering.discard(threading.current_thread())
            self._places.release()
