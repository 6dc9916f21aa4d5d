"""Which model is asked for, which one is it, and where are its files?

A model's *source* is a text that an index keeps: empty for the shipped model, an absolute folder, or a name such as
``BAAI/bge-small-en-v1.5``. Which model that is (:func:`identity_of_source`) is told from a few pages of its files, for
every query needs to know; only :func:`open_model` and :func:`fetch` import what runs or downloads models.
"""

from __future__ import annotations

import os
import re
import shlex
import time
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from te_cli.digest import digest, digest_fields
from te_cli.embed.advice import SHIPPED, SHIPPED_NAME
from te_cli.embed.copies import copy_of, models_folder
from te_cli.embed.files import MAX_TOKENIZER_BYTES, plain
from te_cli.embed.folder import Model, read_model, weights_in
from te_cli.embed.identity import PAGE, SAMPLE, ModelIdentity, called, identity_of, name_of
from te_cli.embed.passages import RECIPE
from te_cli.embed.tables import table_in
from te_cli.errors import ModelError, alike, nearest
from te_cli.state import Reading

if TYPE_CHECKING:
    from collections.abc import Callable

    from te_cli.embed.copies import Copy
    from te_cli.embed.port import Embedder
    from te_cli.model import Progress

__all__ = ["SHIPPED_NAME", "fetch", "identity_of_source", "is_static", "models_folder", "open_model", "source_of"]

NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}", re.ASCII)
"""A model's name on the hub: its owner's, and its own."""

MOST_FILES = 200
"""Files of a folder that are looked at to know whether it is as it was; with more it is told anew each time."""

FRESH_NS = 2 * 10**9
"""A file that changed so lately could change again without its times telling."""

Marks = tuple[tuple[str, int, int, int, int], ...]

_seen: dict[str, tuple[Marks, ModelIdentity]] = {}
"""What was told of the sources that this process asked for: it takes 10 ms, and each query asks several times."""

MAX_PAGES = 1_024
"""Pages of a file that are looked at to know it by: of one of 2 GB that takes 10 ms."""

ANY = (
    "Give a model's folder, a name such as BAAI/bge-small-en-v1.5 (te models --all has more), "
    f"or {SHIPPED_NAME}, which comes with te."
)

ADDRESS = re.compile(r"https?://(?:huggingface\.co|hf\.co)/([^/\s]+/[^/\s?#]+)(?:[/?#].*)?")
"""A model's page on the hub."""

MOST_MEANT = 5
"""Names that are suggested."""

LEAST_ALIKE = 0.7
"""How alike a name is to what was typed, to be suggested."""


def source_of(said: str, base: Path) -> str:
    """The source that a user means by ``said``; a folder is written as one, and a relative one is of ``base``.

    Raises:
        ModelError: it is neither a folder nor a name.
    """
    text = said.strip()
    if text.lower() == SHIPPED_NAME:
        return ""
    if not text or not text.isprintable():
        raise ModelError("The model's name is empty." if not text else f"{text[:80]!r} is no model's name.", ANY)
    if page := ADDRESS.fullmatch(text):
        text = page[1]
    home = os.path.expanduser(text)  # noqa: PTH111 - of a user that there is not it is a name as any other
    path = Path(os.path.abspath(base / home))  # noqa: PTH100 - links stay as the user named them
    if not text.startswith((".", "~", "/", "\\")) and not os.path.isabs(text):  # noqa: PTH117
        # A name is never looked for among folders: a repository could hold one of any name.
        if NAME.fullmatch(text):
            return text
        if path.is_file():
            raise _is_file(text, path)
        hint = f"For the folder of that name: ./{text}" if path.is_dir() else _meant(text)
        raise ModelError(f"There is no model '{text}': a name has its owner, as in owner/model.", hint)
    if path.is_dir():
        return str(path)
    if path.is_file():
        raise _is_file(text, path)
    raise ModelError(f"There is no folder '{text}'.", ANY)


def identity_of_source(source: str) -> ModelIdentity:
    """Which model a source is, told from its configuration and a few pages of its weights.

    Raises:
        ModelError: its files are gone, or are no model.
    """
    if not source:
        return identity_of(SHIPPED)
    folder, copy = _place_of(source)
    marks = _marks(folder)
    if marks is not None and source in _seen and _seen[source][0] == marks:
        return _seen[source][1]
    if table_in(folder) is not None:
        found = identity_of(folder, name=source if copy else "")
    else:
        found = _identity(source, _model_in(folder, copy))
    if marks is not None:
        _seen[source] = marks, found
    return found


def _marks(folder: Path) -> Marks | None:
    """What tells whether a model's files are those of before, two folders deep; None where that says too little."""
    found, newest = [], 0
    try:
        paths = list(islice(folder.iterdir(), MOST_FILES))
        for each in list(paths):
            paths += islice(each.iterdir(), MOST_FILES) if each.is_dir() else ()
        for path in paths if len(paths) < MOST_FILES else ():
            said = path.stat()
            found.append((str(path), said.st_size, said.st_mtime_ns, said.st_ctime_ns, said.st_ino))
            newest = max(newest, said.st_ctime_ns)
    except OSError:  # whoever reads the files says what is wrong
        return None
    return tuple(sorted(found)) if found and time.time_ns() - newest >= FRESH_NS else None


def is_static(source: str) -> bool:
    """Whether it is a table of token vectors, which is faster than any cache.

    Raises:
        ModelError: its files are gone.
    """
    return not source or table_in(_place_of(source)[0]) is not None


def reading_of(source: str) -> Reading | None:
    """How the transformer of a source reads a text; None for a table of token vectors.

    Raises:
        ModelError: its files are gone, or are no model.
    """
    if is_static(source):
        return None
    model = _model_in(*_place_of(source))
    pooling = "own" if model.pooling == "none" else model.pooling
    return Reading(model.limit, pooling, model.said, *model.prefixes)


def fetch(source: str, progress: Callable[[Progress], None] | None = None) -> None:
    """Make sure that a model asked for by name has a copy here; nothing to do for the shipped one and folders.

    Raises:
        ModelError: it has none and cannot be downloaded.
    """
    if not source or os.path.isabs(source) or copy_of(source) is not None:  # noqa: PTH117 - a name, or a path
        return
    from te_cli.embed.fetching import fetch_named

    fetch_named(source, models_folder(), progress)


def open_model(source: str, threads: int | None = None) -> Embedder:
    """The model of a source, run by so many threads: by as many as the machine has cores where none is said.

    A transformer is loaded when it first embeds: what is wrong with its weights comes out then, as a ModelError too.

    Raises:
        ModelError: its files are gone, or are no model.
    """
    from te_cli.embed.static import StaticModel

    if not source:
        return StaticModel()
    folder, copy = _place_of(source)
    if table_in(folder) is not None:
        return StaticModel(folder, name=source if copy else "")
    from te_cli.embed.onnx import OnnxModel

    model = _model_in(folder, copy)
    return OnnxModel(_identity(source, model), model, threads, copy.name if copy and copy.listed else "")


def _place_of(source: str) -> tuple[Path, Copy | None]:
    """Where the files of a source lie, and what is recorded of them if it is a name."""
    if os.path.isabs(source):  # noqa: PTH117 - a name, or a path
        folder = Path(source)
        if not folder.is_dir():
            raise ModelError(f"The model's folder {folder} is not there.", ANY)
        return folder, None
    copy = copy_of(source) if NAME.fullmatch(source) else None
    if copy is None:
        hint = f"Download it: te index --model {source}" if NAME.fullmatch(source) else ANY
        raise ModelError(f"The model '{source[:200]}' has no copy on this machine.", hint)
    return copy.folder, copy


def _model_in(folder: Path, copy: Copy | None) -> Model:
    weights = copy.weights if copy and copy.weights else weights_in(folder)
    if weights is None:
        if inner := _below(folder):
            raise ModelError(f"The folder {folder} holds no model itself.", f"Did you mean {inner}?")
        torch = any((folder / name).is_file() for name in ("model.safetensors", "pytorch_model.bin"))
        where = shlex.quote(str(folder))
        what = "has weights for PyTorch only" if torch else "holds no model"
        raise ModelError(
            f"The folder {folder} {what}: te runs ONNX files and Model2Vec tables.",
            f"Export it: optimum-cli export onnx --model {where} OUT (or te's scripts/export_onnx.py {where} OUT)."
            if torch
            else ANY,
        )
    return read_model(folder, weights, copy.name if copy else "", copy.dimension if copy and copy.listed else 0)


def _below(folder: Path) -> Path | None:
    """The only model in the folders of a folder; those of the hub's own cache lie two deep."""
    found = []
    for pattern in ("*", "snapshots/*"):
        for inner in islice(folder.glob(pattern), MOST_FILES):
            with suppress(ModelError):
                if inner.is_dir() and inner.name != "onnx" and (weights_in(inner) or table_in(inner)):
                    found.append(inner)
    return found[0] if len(found) == 1 else None


def _identity(source: str, model: Model) -> ModelIdentity:
    """The identity of an ONNX model: all that decides about its vectors is in the fingerprint."""
    layers = [layer for layer in model.layers if layer.weights]
    said = [
        *(RECIPE, *model.prefixes, str(model.limit), model.output, model.pooling, str(model.dimension)),
        *(sampled(model.folder / name) for name in (model.weights, *model.external)),
        *(layer.activation + sampled(model.folder / layer.weights) for layer in layers),
    ]
    for name in model.files:
        with plain(model.folder / name).open("rb") as file:
            said += [name, digest(file.read(MAX_TOKENIZER_BYTES)).hex()]
    name = name_of(model.folder) if os.path.isabs(source) else source  # noqa: PTH117 - a name, or a path
    return ModelIdentity(called(name), digest_fields(said).hex(), model.dimension)


def sampled(path: Path) -> str:
    """A digest of a file's size and of some of its pages, the first and the last among them."""
    try:
        with plain(path).open("rb", buffering=0) as file:
            size = os.fstat(file.fileno()).st_size
            step = max(PAGE * SAMPLE, -(-size // MAX_PAGES // PAGE) * PAGE) if size > PAGE * SAMPLE else PAGE
            parts = [size.to_bytes(8, "little")]
            for start in (*range(0, size, step), max(0, size - PAGE)):
                file.seek(start)
                parts.append(file.read(PAGE))
    except OSError as error:
        raise ModelError(f"The model's weights {path} cannot be read: {error}.", ANY) from error
    return digest(b"".join(parts)).hex()


def _is_file(text: str, path: Path) -> ModelError:
    return ModelError(f"'{text}' is a file; a model is a folder.", f"Give the folder it is in: {path.parent}")


def _meant(text: str) -> str:
    """The names that what was typed is a part of, or a slip for; slow, for it imports what knows them."""
    from te_cli.embed.onnx import listed

    known = [each.name for each in listed()]
    held = [name for name in known if text.lower() in name.lower()]
    if len(held) > 1:
        more = f", and more: te models {text}" if len(held) > MOST_MEANT else ""
        return f"Did you mean one of these? {', '.join(held[:MOST_MEANT])}{more}"
    names = {name: full for full in known for name in (full.lower(), full.lower().split("/")[1])}
    near = held[0] if held else nearest(text.lower(), [SHIPPED_NAME, *names])
    if near is None or not (held or alike(text.lower(), near, LEAST_ALIKE)):
        return ANY
    return f"Did you mean '{names.get(near, near)}'?"
