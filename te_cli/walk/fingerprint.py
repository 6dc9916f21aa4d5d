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
    return Fingerprint(
        found.st_size, _signed(found.st_mtime_ns), _signed(found.st_ctime_ns), _signed(found.st_ino), seen_ns
    )


def _signed(number: int) -> int:
    """A number folded into the 64 signed bits that a catalog holds: inodes use all bits, and dates can be absurd."""
    return (number + (1 << 63)) % (1 << 64) - (1 << 63)


def unchanged(old: Fingerprint, new: Fingerprint) -> bool:
    """Whether content read under ``old`` is still the content under ``new``, as far as stat can prove it.

    False where a time of ``old`` lies within ``RACY_NS`` of its being seen: then only the digest can tell. A
    modification time in the future was set by hand; the kernel's own time of change says when.
    """
    same = (
        old.size == new.size
        and old.mtime_ns == new.mtime_ns
        and old.ctime_ns == new.ctime_ns
        and old.inode == new.inode
    )
    set_by_hand = old.mtime_ns > old.seen_ns + RACY_NS and old.ctime_ns != old.mtime_ns
    newest = old.ctime_ns if set_by_hand else max(old.mtime_ns, old.ctime_ns)
    return same and newest < old.seen_ns - RACY_NS
