"""Has this file changed since it was read? Answered from ``stat`` alone, and only where ``stat`` can be trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from te_cli.model import Fingerprint

if TYPE_CHECKING:
    import os

RACY_NS = 2_000_000_000
"""A file touched this close to being looked at may change again without its times moving: FAT keeps two-second
times, and every other file system that keeps times at all is finer."""


def of_stat(found: os.stat_result, seen_ns: int) -> Fingerprint:
    """The fingerprint of a file, from a stat made just after ``seen_ns`` (wall clock, nanoseconds)."""
    return Fingerprint(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino, seen_ns)


def unchanged(old: Fingerprint, new: Fingerprint) -> bool:
    """Whether content read under ``old`` is still the content under ``new``, as far as stat can prove it.

    False where a time of ``old`` lies within ``RACY_NS`` of its being seen (or in its future): then only the digest
    can tell.
    """
    same = (
        old.size == new.size
        and old.mtime_ns == new.mtime_ns
        and old.ctime_ns == new.ctime_ns
        and old.inode == new.inode
    )
    return same and max(old.mtime_ns, old.ctime_ns) < old.seen_ns - RACY_NS
