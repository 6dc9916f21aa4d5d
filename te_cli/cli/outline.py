"""``te outline``: the symbols of one file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from te_cli.cli.options import Directory, IndexDir, Json
from te_cli.cli.places import index_command, say_where_paths_start
from te_cli.config import Options, settings_for_asking
from te_cli.render import machine, plain, screen


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

    here = Path(directory or ".").resolve()
    found = outlining.outline(settings, outlining.relative_to_root(settings, file, here))
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
