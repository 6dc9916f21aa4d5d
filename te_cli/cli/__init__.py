"""What did the user ask for? The only room that knows typer: one small file a verb.

A verb turns what was typed into values, calls the engine, hands the answer to ``render``, and picks the exit code.
"""

from __future__ import annotations

import typer

from te_cli.cli.boundary import Boundary, Verb
from te_cli.cli.doctor import doctor
from te_cli.cli.eval import evaluate
from te_cli.cli.index import index
from te_cli.cli.languages import languages
from te_cli.cli.leaving import leave
from te_cli.cli.outline import outline
from te_cli.cli.refs import refs
from te_cli.cli.search import search
from te_cli.cli.settings import config
from te_cli.cli.start import EPILOG, start
from te_cli.cli.status import status
from te_cli.cli.watch import watch

app = typer.Typer(
    name="te",
    cls=Boundary,
    rich_markup_mode=None,  # plain help: it opens at once, and reads well in any terminal and pipe
    pretty_exceptions_enable=False,
    suggest_commands=False,  # the boundary's hint does it
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.callback(invoke_without_command=True, epilog=EPILOG)(start)
for _verb in (search, refs, outline, index, watch, status, doctor, languages, config):
    app.command(cls=Verb)(_verb)
app.command("eval", cls=Verb)(evaluate)  # a function of that name would hide Python's own


def main() -> None:
    """Run ``te`` with the arguments of this process, and end it with the exit code."""
    try:
        app(prog_name="te")
    except SystemExit as end:
        leave(end.code)
        raise
