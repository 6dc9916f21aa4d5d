"""What people are told of where they stand: paths are printed from the root, whichever folder one asks from."""

from __future__ import annotations

import sys
from pathlib import Path

from te_cli.render import screen


def say_where_paths_start(root: str) -> None:
    """To a person who asks from elsewhere: what the paths above are relative to."""
    if screen.on_terminal(sys.stderr) and not stands_in(root):
        screen.say(f"Paths are relative to {root}.")


def index_command(root: str) -> str:
    """What to type here to bring the index of ``root`` up to date."""
    return "te index" if stands_in(root) else f"te index {root}"


def stands_in(root: str) -> bool:
    """Whether ``root`` is the current folder."""
    try:
        return Path.cwd().resolve() == Path(root)
    except OSError:  # it was removed
        return False
