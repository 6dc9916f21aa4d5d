"""The flags of ``te search``, with what a shell offers to complete them."""

from __future__ import annotations

from typing import Annotated

import typer

from te_cli.cli.names import complete_kinds, complete_languages
from te_cli.errors import UsageError
from te_cli.model import CONTENTS, MODES, REFRESHES

Query = Annotated[list[str] | None, typer.Argument(metavar="QUERY", hidden=True)]
Limit = Annotated[int, typer.Option("-k", "--limit", metavar="N", help="Answers wanted, at most 100,000.")]
Lang = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME", help="Only this language; repeat it or use commas.", autocompletion=complete_languages
    ),
]
Kind = Annotated[
    list[str] | None,
    typer.Option(metavar="KIND", help="Only this kind, e.g. function, class.", autocompletion=complete_kinds),
]
PathGlob = Annotated[
    list[str] | None, typer.Option(metavar="GLOB", help="Only these paths, e.g. 'src/**/*.py'; '!tests' leaves out.")
]
ContentName = Annotated[
    str,
    typer.Option(
        metavar="|".join((*CONTENTS, "all")), help="What to look in.", autocompletion=lambda: [*CONTENTS, "all"]
    ),
]
ModeName = Annotated[
    str, typer.Option(metavar="|".join(MODES), help="How to look.", autocompletion=lambda: list(MODES))
]
Context = Annotated[
    int | None, typer.Option(metavar="N", help="Lines of source around each hit's start.", show_default=False)
]
Explain = Annotated[
    bool,
    typer.Option(
        "--explain",
        help="Show why each hit stands where it does: each signal and its share, and on a terminal its meaning.",
    ),
]
RefreshName = Annotated[
    str, typer.Option(metavar="|".join(REFRESHES), help="Update first?", autocompletion=lambda: list(REFRESHES))
]
NoFold = Annotated[bool, typer.Option("--no-fold", help="Show hits that are nearly the same one by one.")]
MaxTokens = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        help="Fill N tokens (of four characters): the best hits whole, then signatures.",
        show_default=False,
    ),
]
JsonLines = Annotated[bool, typer.Option("--jsonl", help="Print one JSON object a hit.")]


def at_least(flag: str, value: int, least: int) -> int:
    """``value``, which must not be less than ``least``; raises :class:`UsageError`."""
    if value < least:
        raise UsageError(f"{flag} is {value}, but must be at least {least}.", f"For example: {flag} {least + 4}")
    return value
