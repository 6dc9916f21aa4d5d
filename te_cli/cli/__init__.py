"""What did the user ask for? The only room that knows typer: one small file a verb.

A verb turns what was typed into values, calls the engine, hands the answer to ``render``, and picks the exit code.
"""

from __future__ import annotations

import typer

from te_cli.cli.boundary import Boundary
from te_cli.cli.leaving import leave
from te_cli.cli.start import EPILOG, start

app = typer.Typer(
    name="te",
    cls=Boundary,
    rich_markup_mode=None,  # plain help: it opens at once, and reads well in any terminal and pipe
    pretty_exceptions_enable=False,
    suggest_commands=False,  # the boundary's hint does it
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.callback(invoke_without_command=True, epilog=EPILOG)(start)


def main() -> None:
    """Run ``te`` with the arguments of this process, and end it with the exit code."""
    try:
        app(prog_name="te")
    except SystemExit as end:
        leave(end.code)
        raise
