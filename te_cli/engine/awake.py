"""How long has this process been at work? What passes while it is stopped, or its machine sleeps, does not count.

A deadline for somebody else's work is one of time in which both could work: whoever suspends te with Ctrl-Z suspends
its workers too, and a file that was being read then is not one that keeps a parser busy.
"""

from __future__ import annotations

import threading
import time

LOOK_SECONDS = 1.0
"""The most that passes between two looks at the clock while somebody waits; what is longer, the process slept."""


class Awake:
    """A clock that its users look at more often than every :data:`LOOK_SECONDS`, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._looked = time.monotonic()
        self._seconds = 0.0

    def seconds(self) -> float:
        """How long the process has been at work, as far as it is known; only differences mean anything."""
        with self._lock:
            now = time.monotonic()
            self._seconds += min(now - self._looked, LOOK_SECONDS)
            self._looked = now
            return self._seconds
