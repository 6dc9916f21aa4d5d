"""Who waits for the system's notices? A thread, so that they are heard while an update is under way."""

from __future__ import annotations

import os
import select
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from te_cli.walk.watched import WatchedTree

GATHERING_SECONDS = 0.005
"""A burst's notices are read together, not one by one."""


class Listener:
    """A thread that waits for the system's notices."""

    def __init__(self, tree: WatchedTree, hear: Callable[[WatchedTree], None]) -> None:
        self._tree, self._hear = tree, hear
        self._wake, self._woken = os.pipe()
        self._thread = threading.Thread(target=self._run, name="te-watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        os.write(self._woken, b".")
        self._thread.join()
        os.close(self._wake)
        os.close(self._woken)

    def _run(self) -> None:
        waiting = select.poll()
        waiting.register(self._tree.fileno(), select.POLLIN)
        waiting.register(self._wake, select.POLLIN)
        while all(handle != self._wake for handle, _ in waiting.poll()):
            self._hear(self._tree)
            time.sleep(GATHERING_SECONDS)
