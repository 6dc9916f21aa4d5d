"""What is one file, and is it worth indexing? Told by its name and by ``lstat``."""

from __future__ import annotations

import os
import stat
import time
from typing import TYPE_CHECKING

from te_cli.model import Skipped, SkipReason, SourceFile
from te_cli.walk.boundary import READ_CEILING, printable
from te_cli.walk.fingerprint import of_stat
from te_cli.walk.languages import UNKNOWN, classify, declared, is_binary_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from te_cli.walk.boundary import Boundary

FORCED_FACTOR = 16
"""How many times the limit a file asked for by name may be: a wish is honoured, a disk image is not read whole."""


def examine(
    boundary: Boundary, path: str, max_file_bytes: int, languages: Mapping[str, str], *, forced: bool
) -> SourceFile | Skipped | None:
    """One file as it is now; None where it is gone or never content.

    ``languages``: what the settings say of some extensions and file names.
    """
    verdict = boundary.file(path)
    if verdict == "never":
        return None
    if verdict is not None:
        return Skipped(printable(path), verdict)
    seen_ns = time.time_ns()
    try:
        found = os.lstat(boundary.prefix + path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError):
        return Skipped(printable(path), SkipReason.UNREADABLE)
    if stat.S_ISDIR(found.st_mode):
        return None  # what git tracks as a file is gone, and a folder has its place
    fingerprint = of_stat(found, seen_ns)
    reason = _reason(path, found, max_file_bytes, forced=forced)
    if reason is not None:
        return Skipped(printable(path), reason, fingerprint)
    if languages and (row := declared(path, languages)):
        return SourceFile(path, row.name, row.content, fingerprint, forced, declared=True)
    language, content = classify(path) or UNKNOWN
    return SourceFile(path, language, content, fingerprint, forced)


def _reason(path: str, found: os.stat_result, max_file_bytes: int, *, forced: bool) -> SkipReason | None:
    mode = found.st_mode
    if not stat.S_ISREG(mode):
        return SkipReason.LINK if stat.S_ISLNK(mode) else SkipReason.NOT_REGULAR
    if not path.isascii() and printable(path) != path:
        return SkipReason.NOT_UTF8_PATH
    if not forced and is_binary_name(path):
        return SkipReason.BINARY
    wished = min(max_file_bytes * FORCED_FACTOR, READ_CEILING) if forced else 0
    limit = max(max_file_bytes, wished)
    return SkipReason.TOO_LARGE if found.st_size > limit else None
