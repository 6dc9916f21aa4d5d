"""A model's files, which are somebody else's: plain ones, inside their folder, JSON of a bounded size."""

from __future__ import annotations

import json
import os
import stat
from typing import TYPE_CHECKING, Any

from te_cli.embed.advice import MEND
from te_cli.errors import ModelError

if TYPE_CHECKING:
    from pathlib import Path

MAX_CONFIG_BYTES, MAX_TOKENIZER_BYTES = 4 << 20, 256 << 20
"""Of a model's configuration files, and of its tokenizer. Real ones have some KB, and 17 MB for a hundred languages."""


def is_plain(path: Path) -> bool:
    """Whether ``path`` is a plain file, or a link to one."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def stays_inside(name: str) -> bool:
    """Whether a file that somebody else named lies in the folder that it is to lie in, on any system."""
    parts = name.replace("\\", "/").split("/")
    return bool(parts[0]) and ".." not in parts and ":" not in name


def plain(path: Path) -> Path:
    """``path``, once it is known to be a plain file.

    Raises:
        ModelError: it is missing, or something else.
    """
    if not is_plain(path):
        what = "is not a plain file" if os.path.lexists(path) else "is missing"
        raise ModelError(f"The model's file {path} {what}.", "Give a folder that has it, or another model.")
    return path


def read_json(path: Path) -> dict[str, Any]:
    """The object in a model's JSON file; empty where there is no such file.

    Raises:
        ModelError: it is too large, or holds no object.
    """
    found = json_value(path)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise ModelError(f"The model's {path} does not hold an object.", MEND)
    return found


def json_value(path: Path) -> Any:
    """The same for any value; None where there is no such file."""
    if not os.path.lexists(path):
        return None
    try:
        with plain(path).open("rb") as file:
            data = file.read(MAX_CONFIG_BYTES + 1)
        if len(data) > MAX_CONFIG_BYTES:
            raise ValueError(f"it has more than {MAX_CONFIG_BYTES >> 20} MiB")  # noqa: TRY301 - told as the other faults are
        return json.loads(data)
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"The model's {path} cannot be read: {error}.", MEND) from error


def names_in(folder: Path) -> list[str]:
    """The names in a folder, sorted; none where it cannot be read."""
    try:
        return sorted(os.listdir(folder))  # noqa: PTH208 - names, not paths
    except OSError:
        return []
