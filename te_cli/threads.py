"""A lock for the threads of one process, which a fork does not leave locked in the child."""

from __future__ import annotations

import os
import time
from itertools import count
from threading import RLock, local
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

PATIENCE_SECONDS = 1.0
"""How long a fork waits for the threads that hold locks: a search takes milliseconds, what takes longer is let be."""


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


_making, _numbers = RLock(), count()

_locks: WeakValueDictionary[int, ThreadLock] = WeakValueDictionary()

_forking = local()
"""What the thread that forks has taken."""


def _before() -> None:
    _making.acquire()
    deadline = time.monotonic() + PATIENCE_SECONDS
    latest_first = [lock for _, lock in sorted(_locks.items(), reverse=True)]
    _forking.taken = [lock for lock in latest_first if lock.taken(deadline - time.monotonic())]


def _after() -> None:
    for lock in reversed(_forking.taken):
        lock.__exit__(None, None, None)
    _forking.taken = []
    _making.release()


def _after_in_child() -> None:
    _after()
    for lock in list(_locks.values()):
        lock.renew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before, after_in_parent=_after, after_in_child=_after_in_child)
