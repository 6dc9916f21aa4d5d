"""Where are rows kept that cost much to make? One file of rows for each model, and nothing that can stop a run.

A connection lasts as long as one call of the embedder. So nothing is held between calls: threads may end, processes may
fork, and a folder may be removed while others use it.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TypeVar

from te_cli.embed.cache_folders import make_room, place_of, prepare, remove
from te_cli.embed.rows import Rows, passes, reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from te_cli.embed.identity import ModelIdentity

T = TypeVar("T")

ATTEMPTS = 4
"""How often a file is opened that fails: a damaged one twice, and once when it is new; one may be cleared meanwhile."""

REST = 60.0
"""Seconds without a cache after it failed: a long run tries again, but does not wait for it at each chunk."""


class Kept:
    """The rows of one model. Any trouble means that nothing is kept for a while, and is told in ``trouble``."""

    def __init__(self, folder: Path, identity: ModelIdentity, limit_bytes: int) -> None:
        self.trouble: str | None = None
        self._identity = identity
        self._limit = limit_bytes
        self._place = place_of(folder, identity)
        self._rows: Rows | None = None
        self._resting = 0.0
        self._here = threading.local()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep this thread's connection open for several reads and writes: whoever closes last waits for the disk."""
        self._here.held = True
        try:
            yield
        finally:
            self._here.held = False
            self._disconnect()

    def read(self, keys: Iterable[bytes]) -> dict[bytes, bytes]:
        """What is kept under ``keys``."""

        def work(rows: Rows) -> dict[bytes, bytes]:
            found = ((key, rows.get(key)) for key in keys)
            return {key: value for key, value in found if value is not None}

        return self._attempt(work, {})

    def write(self, values: Mapping[bytes, bytes]) -> None:
        """Keep ``values``: all of them or, where the process ends meanwhile, none."""

        def work(rows: Rows) -> None:
            with rows.transact():
                for key, value in values.items():
                    rows.set(key, value)
            make_room(self._place, self._limit, rows.volume())
            rows.cull()

        if values:
            self._attempt(work, None)

    def _attempt(self, work: Callable[[Rows], T], otherwise: T) -> T:
        """What ``work`` makes of the rows: of the file as it is open, opened again, and at last begun anew."""
        if self._limit <= 0 or time.monotonic() < self._resting:
            return otherwise
        damaged = 0
        for _ in range(ATTEMPTS):
            try:
                with self._connected(self._open()) as rows:
                    return work(rows)
            except Exception as error:  # noqa: BLE001 - a planted file may make diskcache fail in any way
                trouble = error
            opened, self._rows = self._rows, None
            gone = not self._place.exists() if opened is None else opened.removed()
            if gone:  # somebody cleared the cache
                continue
            if passes(trouble):
                break
            damaged += 1
            if damaged == 2:  # the first may come of a file that another process is making
                with suppress(OSError):
                    remove(self._place)
                    self.trouble = f"The cache of embeddings in {self._place} was damaged, and was begun anew."
        return self._without(trouble, otherwise)

    @contextmanager
    def _connected(self, rows: Rows) -> Iterator[Rows]:
        if getattr(self._here, "rows", rows) is not rows:
            self._disconnect()
        self._here.rows = rows
        done = False
        try:
            yield rows
            done = True
        finally:
            if not (done and getattr(self._here, "held", False)):
                self._disconnect()

    def _disconnect(self) -> None:
        rows = self._here.__dict__.pop("rows", None)
        if rows is not None:
            rows.close()

    def _without(self, error: Exception, otherwise: T) -> T:
        """Go on without the cache."""
        self._rows = None
        self._resting = time.monotonic() + REST
        self.trouble = f"The cache of embeddings in {self._place} could not be used: {reason(error)}."
        return otherwise

    def _open(self) -> Rows:
        rows = self._rows
        if rows is None or rows.removed():
            self._rows = None
            prepare(self._place, self._identity)
            rows = self._rows = Rows(self._place, self._limit)
        return rows
