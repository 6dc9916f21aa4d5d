"""What ``te`` alone shows: how to begin."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from te_cli.render import screen

EPILOG = "Exit codes: 0 done or found, 1 nothing found, 2 could not, 70 a bug, 130 interrupted."

WELCOME = """\
te is the memory of a codebase: it finds code by what it does, by its words and
by its names.

  te search how are sessions expired   ask; the first question builds the index
  te search parse_config --kind function --lang python,go
  te refs parse_config                 where a name is called, imported, used
  te outline src/app.py                the symbols of one file
  te watch                             keep the index fresh while you edit
  te status                            what is indexed, what is not, and why

te --help lists every verb, te VERB --help its options, and
te --install-completion sets up your shell.
"""


def _version(value: bool) -> None:
    if value:
        from te_cli import __version__

        screen.write(f"te {__version__}\n")
        raise typer.Exit


def start(
    ctx: typer.Context,
    version: Annotated[  # noqa: ARG001 - its callback answers
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> Any:
    """The memory of a codebase: index a repository, ask it questions, get ranked answers from code and documents."""
    if ctx.invoked_subcommand is None:
        screen.write(WELCOME)
