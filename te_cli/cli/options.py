"""Arguments and flags that several verbs share, each worded once."""

from __future__ import annotations

from typing import Annotated

import typer

Directory = Annotated[
    str | None,
    typer.Option("-C", "--directory", metavar="DIR", help="As if run in DIR.", show_default=False),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but data and errors.")]
Timings = Annotated[bool, typer.Option("--timings", help="Say where the time went, stage by stage.")]
IndexDir = Annotated[
    str | None,
    typer.Option(
        "--index-dir", metavar="DIR", help="Where the index lies, instead of .te in the root.", show_default=False
    ),
]
Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs", "-j", metavar="N", help="Worker processes; by default one a usable core.", show_default=False
    ),
]
Model = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="MODEL",
        help="Embedding model: a name, or a folder as ./dir; the index keeps it. te models lists them.",
        show_default=False,
    ),
]
Wait = Annotated[
    float,
    typer.Option(
        "--wait", metavar="SECONDS", min=0, help="Wait so long for another te that is writing.", show_default=False
    ),
]
MaxFileSize = Annotated[
    str | None,
    typer.Option(
        "--max-file-size",
        metavar="SIZE",
        help="Skip larger files, e.g. 500k or 4MiB; by default 2MiB.",
        show_default=False,
    ),
]
