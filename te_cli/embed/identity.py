"""Which model is it? Told from a few pages of its files, without numpy: a run with nothing to do needs no more."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from te_cli.digest import digest
from te_cli.embed.advice import SHIPPED as SHIPPED  # noqa: PLC0414 - where others look for it
from te_cli.embed.advice import SHIPPED_NAME, advice
from te_cli.embed.files import MAX_CONFIG_BYTES, MAX_TOKENIZER_BYTES
from te_cli.embed.formula import Formula
from te_cli.embed.modules import Modules
from te_cli.embed.tables import Table, dimensions_of, open_plain, table_in
from te_cli.errors import ModelError
from te_cli.words import readable

if TYPE_CHECKING:
    from pathlib import Path

HUB_PREFIX = "models--"
"""What the names of folders begin with in the hub's own cache."""

MAX_NAME = 200
"""Characters of a model's name."""

PAGE, SAMPLE = 4096, 64
"""Bytes that are read together, and of how many such pages one is looked at to know the file by."""


@dataclass(frozen=True, slots=True)
class ModelIdentity:
    """Which model made the vectors. Another ``fingerprint`` means that they cannot be compared."""

    name: str
    fingerprint: str
    dimension: int


class Identified:
    """What an embedder says of itself (:class:`~te_cli.embed.port.Embedder`), by the identity that it is given."""

    def __init__(self, identity: ModelIdentity) -> None:
        self._identity = identity

    def __repr__(self) -> str:
        return f"<embedder {self.name} of {self.dimension} dimensions>"

    @property
    def name(self) -> str:
        """What people call it."""
        return self._identity.name

    @property
    def fingerprint(self) -> str:
        """Of all that decides what its vectors are."""
        return self._identity.fingerprint

    @property
    def dimension(self) -> int:
        """Components of a vector."""
        return self._identity.dimension


def identity_of(folder: Path, formula: Formula | None = None, name: str = "") -> ModelIdentity:
    """The identity of the static model in ``folder``; ``formula`` and ``name`` override what its configuration says.

    Raises:
        ModelError: a file is missing or is not of this layout.
    """
    files = files_of(folder)
    config = read_config(files.config)
    said = json.dumps(config, sort_keys=True) + repr(formula or Formula.read(config, advice(folder)))
    fingerprint = _sampled(files.vectors)
    if folder != SHIPPED:  # whose files come together
        said += _whole(files.tokenizer)
    own = config.get("name")
    name = name or (own if isinstance(own, str) else "") or (SHIPPED_NAME if folder == SHIPPED else name_of(folder))
    return ModelIdentity(called(name), fingerprint + digest(said.encode()).hex()[:8], dimensions_of(files.vectors))


def called(name: str) -> str:
    """A model's name as an index can keep it: of any length, and of any characters, it may stand in a configuration."""
    return readable(name[:MAX_NAME])


def name_of(folder: Path) -> str:
    """What the model in a folder is called: as the folder, which in the hub's own cache is called by a digest."""
    home = folder.parent.parent.name
    if folder.parent.name == "snapshots" and home.startswith(HUB_PREFIX):
        return home.removeprefix(HUB_PREFIX).replace("--", "/", 1)
    return folder.name


def files_of(folder: Path) -> Table:
    """The files of the static model in ``folder``.

    Raises:
        ModelError: it has none.
    """
    if found := table_in(folder):
        if folder != SHIPPED:
            Modules(folder).check_table()
        return found
    dimensions_of(folder / "model.safetensors")  # says what is wrong with it
    raise ModelError(f"There is no static model in {folder}.", advice(folder))


def read_config(path: Path) -> dict[str, Any]:
    """What a model's config.json says.

    Raises:
        ModelError: it cannot be read, or is not an object.
    """
    try:
        with open_plain(path) as file:
            config = json.loads(file.read(MAX_CONFIG_BYTES))
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"The model's configuration {path} cannot be read: {error}.", advice(path)) from error
    if not isinstance(config, dict):
        raise ModelError(f"The model's configuration {path} is not an object.", advice(path))
    return config


def _sampled(path: Path) -> str:
    """Sixteen hexadecimal digits of a table's size and every 64th page: reading all would cost as much as a query."""
    try:
        with open_plain(path) as file:
            size = os.fstat(file.fileno()).st_size
            sampled = [size.to_bytes(8, "little")]
            # Of the last pages, too few for a sample of their own, the first is looked at.
            for start in range(0, size, PAGE * SAMPLE if size > PAGE * SAMPLE else PAGE):
                file.seek(start)
                sampled.append(file.read(PAGE))
    except OSError as error:
        raise ModelError(f"The vectors in {path} cannot be read: {error}.", advice(path)) from error
    return digest(b"".join(sampled)).hex()[:16]


def _whole(path: Path) -> str:
    """A digest of a tokenizer."""
    try:
        if not path.is_file():
            raise ModelError(f"The embedding model in {path.parent} has no tokenizer.json.", advice(path))
        with path.open("rb") as file:
            found = file.read(MAX_TOKENIZER_BYTES + 1)
        if len(found) > MAX_TOKENIZER_BYTES:
            raise ModelError(f"{path} has more than {MAX_TOKENIZER_BYTES >> 20} MiB.", advice(path))
        return digest(found).hex()
    except OSError as error:
        raise ModelError(f"The tokenizer in {path} cannot be read: {error}.", advice(path)) from error
