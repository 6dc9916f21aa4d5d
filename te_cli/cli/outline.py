"""``te outline``: the symbols of one file."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from te_cli.cli.options import Directory, IndexDir, Json
from te_cli.cli.places import index_command, say_where_paths_start
from te_cli.config import Options, settings_for_asking
from te_cli.errors import UsageError
from te_cli.render import machine, plain, screen

if TYPE_CHECKING:
    from te_cli.config import Settings


def outline(
    file: Annotated[str, typer.Argument(metavar="FILE", hidden=True)],
    directory: Directory = None,
    index_dir: IndexDir = None,
    as_json: Json = False,
) -> None:
    """List the symbols of one file.

    FILE is named from here, or as the other verbs print it: from the root.
    """
    settings = settings_for_asking(directory, Options(index_dir), build=False)
    from te_cli.engine import outlining

    found = outlining.outline(settings, relative_to_root(file, directory, settings))
    on_terminal = screen.on_terminal(sys.stdout)
    if as_json:
        screen.write(machine.text_of(machine.outline(found), indent=on_terminal))
    elif on_terminal:
        from te_cli.render import human

        human.outline(found)
    else:
        screen.write(plain.outline(found))
    if not as_json:
        if found.stale:
            screen.say(f"{found.path} has changed since it was indexed: run `{index_command(str(settings.root))}`.")
        say_where_paths_start(str(settings.root))
    if not found.nodes:
        raise typer.Exit(1)


def relative_to_root(file: str, directory: str | None, settings: Settings) -> str:
    """The path that the index knows ``file`` by: as it is seen from here, or as the other verbs print it."""
    here = Path(directory or ".").resolve()
    seen = Path(os.path.normpath(here / file))
    if not os.path.lexists(seen) and os.path.lexists(settings.root / file):
        seen = Path(os.path.normpath(settings.root / file))
    if not seen.is_relative_to(settings.root):
        seen = seen.parent.resolve() / seen.name
    if not seen.is_relative_to(settings.root):
        raise UsageError(f"'{file}' lies outside the indexed root, {settings.root}.", "Name a file inside it.")
    if seen.is_dir() and not seen.is_symlink():
        raise UsageError(f"'{file}' is a folder, and an outline is of one file.", "Name a file in it.")
    return seen.relative_to(settings.root).as_posix()
