"""An embedder by the name of its model."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from te_cli.embed.advice import SHIPPED_NAME
from te_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from te_cli.embed.port import Embedder
    from te_cli.model import Progress


def open_embedder(
    model: str | os.PathLike[str] = SHIPPED_NAME,
    *,
    threads: int | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Embedder:
    """The embedder of a model: "te-static", which comes with te; a folder; or a name such as BAAI/bge-small-en-v1.5.

    A folder holds an ONNX model or a Model2Vec table, and is written as one: "./model". Only a name may be downloaded,
    once, and ``progress`` hears of it. ``threads``: how many run an ONNX model, by default as many as there are cores.

    Raises:
        UsageError: ``model`` is neither a text nor a path.
        ModelError: there is no such model, or it cannot be read or downloaded.
    """
    from te_cli.embed.source import fetch, open_model, source_of

    if not isinstance(model, str | os.PathLike):
        raise UsageError(f"The model is a {type(model).__name__}, neither a name nor a folder.")
    said = model if isinstance(model, str) else os.path.abspath(os.fspath(model))  # noqa: PTH100 - links stay
    source = source_of(said, Path.cwd()) if said else ""
    fetch(source, progress)
    return open_model(source, threads)
