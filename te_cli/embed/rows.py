"""The file in which rows are kept: a diskcache that trusts nothing that stands in it.

diskcache unpickles what it reads, takes settings from the file itself, and removes files that the file names. Here it
does none of this: rows are bytes inside the file, and whatever else stands there counts as missing.
"""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import diskcache  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from collections.abc import Callable

DATABASE = "cache.db"
"""What diskcache calls its file."""

PATIENCE = 3.0
"""Seconds that another process may keep the file locked: its own transactions take milliseconds."""

FIXED = {
    "statistics": 0,
    "tag_index": 0,
    "eviction_policy": "least-recently-stored",  # no write at each read
    "cull_limit": 0,  # culled by the chunk, not by the row
    "sqlite_auto_vacuum": 1,  # diskcache culls until the file is small, so it must become small
    "sqlite_cache_size": 2000,
    "sqlite_journal_mode": "wal",
    "sqlite_mmap_size": 0,  # a mapped file on a full disk ends in a signal, and reads are no quicker for it
    "sqlite_synchronous": 1,
}
"""The settings of each cache, whatever its file says."""

KNOWN = FIXED.keys() | {"size_limit", "disk_min_file_size", "disk_pickle_protocol", "count", "size", "hits", "misses"}

PASSING = frozenset(
    (
        *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_FULL),
        *(sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PERM, sqlite3.SQLITE_NOMEM),
        *(sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_NOLFS, sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_AUTH),
    )
)
"""SQLite's codes for what is no fault of the file: it is left as it is. All others mean that it is damaged."""


class Bytes(diskcache.Disk):  # type: ignore[misc]  # diskcache has no types
    """Keys and values are bytes in the database: nothing is unpickled, and no file that it names is touched."""

    def __init__(self, directory: str, **_planted: object) -> None:
        super().__init__(directory)

    def put(self, key: bytes) -> tuple[bytes, bool]:
        """A key as it is stored."""
        return key, True

    def get(self, key: object, raw: object) -> bytes:
        """A key as it was put; empty if it was not put by this class."""
        return key if raw and isinstance(key, bytes) else b""

    def store(self, value: bytes, read: bool, key: object = None) -> tuple[int, int, None, bytes]:  # noqa: ARG002
        """A value as it is stored: beside its key."""
        return 0, diskcache.core.MODE_RAW, None, value

    def fetch(self, mode: object, filename: object, value: object, read: bool) -> bytes | None:  # noqa: ARG002
        """A value as it was stored; None, which counts as missing, for a pickle, a text or a file's name."""
        plain = mode == diskcache.core.MODE_RAW and filename is None
        return value if plain and isinstance(value, bytes) else None

    def filename(self, key: object = None, value: object = None) -> tuple[str, str]:  # noqa: ARG002
        """No value has a file of its own."""
        raise OSError("no value of this cache has a file of its own")

    def remove(self, file_path: object) -> None:
        """Leave what a planted row names where it is."""


class Rows(diskcache.Cache):  # type: ignore[misc]  # diskcache has no types
    """One file of rows, whose settings are this module's and not the file's."""

    def __init__(self, place: Path, limit_bytes: int) -> None:
        try:
            super().__init__(str(place), timeout=PATIENCE, disk=Bytes, size_limit=limit_bytes, **FIXED)
        except BaseException:
            self.close()
            raise
        self._file = _number_of(place)

    def removed(self) -> bool:
        """Whether the file is no longer the one that was opened."""
        return self._file != _number_of(Path(self.directory))

    def reset(self, key: str, value: Any = diskcache.ENOVAL, update: bool = True) -> Any:
        """Set or read a setting; pragmas and attributes that a planted file asks for are passed over."""
        if key not in KNOWN:
            return None
        if value is not diskcache.ENOVAL:
            value = FIXED.get(key, value)
        return super().reset(key, value, update=update)

    @property
    def _sql_retry(self) -> Callable[..., Any]:
        """As diskcache's own, which waits a minute for a process that may have been stopped."""
        sql = self._sql
        deadline = time.monotonic() + PATIENCE

        def execute(*arguments: Any) -> Any:
            while True:
                try:
                    return sql(*arguments)
                except sqlite3.OperationalError as error:
                    if _primary(error) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                        raise
                    time.sleep(0.002)

        return execute


def passes(error: Exception) -> bool:
    """Whether an error is no fault of the file: a lock, a full disk, missing rights. Otherwise it is damaged."""
    if isinstance(error, sqlite3.Error):
        return _primary(error) in PASSING
    return isinstance(error, OSError | diskcache.Timeout)


def reason(error: Exception) -> str:
    """What to tell of an error."""
    return "another process keeps it locked" if isinstance(error, diskcache.Timeout) else str(error).rstrip(".")


def _number_of(place: Path) -> int | None:
    try:
        return (place / DATABASE).stat().st_ino
    except OSError:
        return None


def _primary(error: sqlite3.Error) -> int:
    """SQLite's code for an error, less what it says more precisely; 0 where Python raised it."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF
