"""``te config``: the settings in force here, and where each came from."""

from __future__ import annotations

import sys

from te_cli.cli.options import Directory, IndexDir, Json
from te_cli.config import Options, settings_for_asking
from te_cli.render import machine, reports, screen


def config(directory: Directory = None, index_dir: IndexDir = None, as_json: Json = False) -> None:
    """Show the settings in force and their sources."""
    settings = settings_for_asking(directory, Options(index_dir), build=True)
    if as_json:
        screen.write(machine.text_of(machine.config(settings), indent=screen.on_terminal(sys.stdout)))
    else:
        screen.report(reports.config(settings))
