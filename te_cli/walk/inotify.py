"""What does Linux tell of changes? The system's own notices (inotify), read without a library between.

A library that watches whole trees hears of every file that is opened, te's own reading included, of every folder that
git ignores, and passes over in silence what it cannot watch or has lost. Here each folder is watched on purpose.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from typing import NamedTuple

MODIFY, ATTRIB, CLOSE_WRITE = 0x002, 0x004, 0x008
MOVED_FROM, MOVED_TO, CREATE, DELETE, DELETE_SELF, MOVE_SELF = 0x040, 0x080, 0x100, 0x200, 0x400, 0x800
UNMOUNT, OVERFLOW, IGNORED = 0x2000, 0x4000, 0x8000
ONLY_FOLDER, NO_FOLLOW, NOT_UNLINKED, IS_FOLDER = 0x0100_0000, 0x0200_0000, 0x0400_0000, 0x4000_0000

COMES = CREATE | MOVED_TO
GOES = DELETE | MOVED_FROM
TELLING = MODIFY | ATTRIB | CLOSE_WRITE | COMES | GOES | DELETE_SELF | MOVE_SELF
"""What can mean other content, or other rights to it; opening and reading, as te does, are not among it."""

READ_BYTES = 1 << 17
"""Bytes of events read at once: some thousands of them."""

_HEAD = struct.Struct("iIII")
"""``struct inotify_event`` without its name: watch, mask, cookie, length of the name; see inotify(7)."""

AVAILABLE = sys.platform == "linux"


class Event(NamedTuple):
    """Something happened to the entry ``name`` of the folder under ``watch``; without a name, to the folder itself."""

    watch: int
    mask: int
    name: str


class Inotify:
    """One instance of the system's. Not more than one thread may use it at a time."""

    def __init__(self) -> None:
        """Open it.

        Raises:
            OSError: ``EMFILE`` where the user has no instances left.
        """
        self._system = ctypes.CDLL(None, use_errno=True)
        self._handle: int = self._checked(self._system.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC))

    def fileno(self) -> int:
        """What to wait on: readable when something happened."""
        return self._handle

    def add(self, folder: str) -> int:
        """Watch a folder; gives the watch's number, the same for a folder that is watched already.

        Raises:
            OSError: ``ENOSPC`` where the user has no watches left; another where the folder is gone or not readable.
        """
        mask = TELLING | ONLY_FOLDER | NO_FOLLOW | NOT_UNLINKED
        watch = self._system.inotify_add_watch(self._handle, os.fsencode(folder), ctypes.c_uint32(mask))
        return self._checked(watch)

    def drop(self, watch: int) -> None:
        """Watch no more; a watch that the system dropped by itself is none to complain of."""
        self._system.inotify_rm_watch(self._handle, watch)

    def read(self) -> list[Event]:
        """What happened and was not read yet, or the first part of it; nothing where nothing did."""
        try:
            data = os.read(self._handle, READ_BYTES)
        except BlockingIOError:
            return []
        events = []
        start = 0
        while start < len(data):
            watch, mask, _, length = _HEAD.unpack_from(data, start)
            start += _HEAD.size + length
            name = data[start - length : start].rstrip(b"\0")
            events.append(Event(watch, mask, os.fsdecode(name)))
        return events

    def close(self) -> None:
        """Let go of it, and of every watch."""
        os.close(self._handle)

    @staticmethod
    def _checked(answer: int) -> int:
        if answer < 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
        return answer
