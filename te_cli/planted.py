"""Reading a small file that anyone may have planted: never through a link, never more than a bound, never waiting.

A settings file, an ignore file, or what lies in an index folder may have come with a repository. Where it should be
there may be a link to a secret, a pipe that nobody writes to, a device without an end, or text nested without measure.
"""

from __future__ import annotations

import json
import os
import stat
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


def read_planted(path: Path | str, limit: int) -> bytes | None:
    """The first ``limit`` bytes of a plain file; None where there is none, or something else stands in its place.

    What is opened is what is looked at, so nothing can be put there in between.
    """
    try:
        descriptor = os.open(path, _FLAGS)
    except (OSError, ValueError):
        return None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(limit)
    except OSError:
        return None
    finally:
        os.close(descriptor)


def json_of(data: bytes | None) -> Any:
    """The JSON value that ``data`` holds; None where it holds none, or one too deep to read."""
    try:
        return None if data is None else json.loads(data)
    except (ValueError, RecursionError):
        return None
