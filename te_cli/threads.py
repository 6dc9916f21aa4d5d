"""What the threads of one process do, so that a fork leaves neither a lock nor a library in the middle of a call."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from itertools import count
from threading import RLock, get_ident, local
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

PATIENCE_SECONDS = 1.0
"""How long a fork waits for other threads: a search takes milliseconds, what takes longer is let be."""


PAUSE_SECONDS = 0.001
"""Between two looks at whether they are done."""


class ThreadLock:
    """A re-entrant lock. A fork waits for its holder, if that does not take long; in the child it is free.

    So the child finds nothing half done, nor a library in the middle of a call. What guards others is made after them.
    Where the fork did not wait any longer, ``torn`` is called in the child to put things right.
    """

    def __init__(self, torn: Callable[[], None] | None = None) -> None:
        self._lock, self._torn = RLock(), torn
        with _making:
            _locks[next(_numbers)] = self

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.release()

    def __reduce__(self) -> tuple[type[ThreadLock], tuple[Callable[[], None] | None]]:
        """A copy is free."""
        return ThreadLock, (self._torn,)

    def taken(self, seconds: float) -> bool:
        """Whether it could be had in that time."""
        return self._lock.acquire(timeout=max(0.0, seconds))

    def renew(self) -> None:
        """Be free, unless the thread that calls this holds the lock."""
        if self.taken(0):
            self._lock.release()
            return
        self._lock = RLock()
        if self._torn is not None:
            self._torn()


@contextmanager
def working() -> Iterator[None]:
    """Around what calls libraries that have locks of their own, as SQLite has: a fork waits until it is over."""
    own = get_ident()
    if own in _working:  # within itself, as where a callback asks something
        yield
        return
    with _gate:
        _working.add(own)
    try:
        yield
    finally:
        _working.discard(own)


def before_fork(let_go: Callable[[], None]) -> None:
    """Have ``let_go`` called before each fork, when the other threads are done."""
    _letting_go.append(let_go)


_letting_go: list[Callable[[], None]] = []

_gate, _making, _numbers = RLock(), RLock(), count()

_working: set[int] = set()
"""The threads that are at something."""

_locks: WeakValueDictionary[int, ThreadLock] = WeakValueDictionary()

_forking = local()
"""What the thread that forks has taken."""


def _before() -> None:
    _forking.taken = []
    deadline = time.monotonic() + PATIENCE_SECONDS
    _gate.acquire()
    _making.acquire()
    while _working - {get_ident()} and time.monotonic() < deadline:
        time.sleep(PAUSE_SECONDS)
    for _, lock in sorted(_locks.items(), reverse=True):
        if lock.taken(deadline - time.monotonic()):
            _forking.taken.append(lock)
    for let_go in _letting_go:
        let_go()


def _after() -> None:
    for lock in reversed(_forking.taken):
        lock.__exit__(None, None, None)
    _forking.taken = []
    _making.release()
    _gate.release()


def _after_in_child() -> None:
    _after()
    _working.intersection_update({get_ident()})
    for lock in list(_locks.values()):
        lock.renew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before, after_in_parent=_after, after_in_child=_after_in_child)
