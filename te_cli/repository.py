"""Which git work tree is a folder in, as far as its folders tell without asking git?"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from te_cli.planted import read_planted

if TYPE_CHECKING:
    from pathlib import Path

MAX_POINTER_BYTES = 1 << 13
"""A ``.git`` file holds one path; anything longer is none."""


def top_of(start: Path) -> Path | None:
    """The top of the work tree around ``start``; None outside git."""
    return next((folder for folder in (start, *start.parents) if (folder / ".git").exists()), None)


def main_of(top: Path) -> Path | None:
    """The main work tree of the repository that ``top`` is a linked work tree of; None where it is none.

    Its ``.git`` is a file that names ``<main>/.git/worktrees/<name>``; that of a submodule names ``.git/modules/…``.
    """
    said = (read_planted(top / ".git", MAX_POINTER_BYTES) or b"").removeprefix(b"gitdir: ").strip()
    if not said or b"\0" in said:
        return None
    pointed = top / os.fsdecode(said)
    store = pointed.parent.parent
    if pointed.parent.name != "worktrees" or store.name != ".git":
        return None
    return store.parent.resolve()
