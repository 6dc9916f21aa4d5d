"""How much memory may a process that reads files take, and how much does it hold?"""

from __future__ import annotations

import os
import sys
from pathlib import Path

WORKER_MEMORY = 4 << 30
"""Bytes that one process may map: ordinary files take a tenth of it, libraries included."""

LEAST_MEMORY = 1 << 30
"""What it may map where the machine has so little, or so many cores, that all together would take half of it."""


def bound(size: int) -> None:
    """Let a grammar that would take all memory end this process alone; where the system knows such a limit."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (size, resource.getrlimit(resource.RLIMIT_AS)[1]))
    except (ImportError, ValueError, OSError):
        return


def memory_of_each(processes: int) -> int:
    """Bytes that each of some processes may map: together half of what the machine, or its container, has."""
    whole = min(_machine_memory(), _container_memory())
    return max(LEAST_MEMORY, min(WORKER_MEMORY, whole // 2 // processes))


def _machine_memory() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (OSError, ValueError, AttributeError):
        return sys.maxsize


def _container_memory() -> int:
    try:
        return int(Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii"))
    except (OSError, ValueError):  # "max"
        return sys.maxsize


def held() -> int:
    """Bytes of memory that this process holds; at most so many where only its peak is known."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return _peak()


def _peak() -> int:
    try:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS, which has no /proc
    except ImportError:
        return 0
