"""Taking away what stands where a part of an index belongs, whatever it is."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING

from te_cli.store.faults import reach

if TYPE_CHECKING:
    from pathlib import Path


def remove(path: Path) -> None:
    """Remove a file, a folder or a link (never what it leads to); nothing where there is nothing.

    Raises:
        OSError: it cannot be removed.
    """
    if path.is_dir() and not path.is_symlink():
        # A searcher of this process may still put a lock file there; what is left over is empty of meaning.
        try:
            shutil.rmtree(path, ignore_errors=True)
        except RecursionError:
            _flatten(path)
            shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _flatten(folder: Path) -> None:
    """Bring what lies inside folders up beside them: what came along may be deeper than Python recurses."""
    waiting = [entry.name for entry in os.scandir(folder) if entry.is_dir(follow_symlinks=False)]
    while waiting:
        inner = folder / waiting.pop()
        for entry in list(os.scandir(inner)):
            if entry.is_dir(follow_symlinks=False):
                waiting.append(f"{len(waiting)}.{entry.inode()}")
                os.rename(entry.path, folder / waiting[-1])  # noqa: PTH104
            else:
                os.unlink(entry.path)  # noqa: PTH108
        inner.rmdir()


def sweep(folder: Path, pattern: str, kept: str, point: str) -> None:
    """Remove from ``folder`` what nothing names any longer: all that fits ``pattern``, apart from ``kept``.

    A file that a reader still maps may have to wait for a later run. ``point`` names it for faults.
    """
    for path in folder.glob(pattern):
        if path.name != kept:
            with suppress(OSError):
                reach(point)
                remove(path)


def put_over(fresh: Path, path: Path) -> None:
    """Put a finished file in the place of whatever stands there.

    Raises:
        OSError: it cannot be put there.
    """
    if path.is_dir() and not path.is_symlink():
        remove(path)
    fresh.replace(path)
