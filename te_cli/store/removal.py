"""Taking away what stands where a part of an index belongs, whatever it is."""

from __future__ import annotations

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
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


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
