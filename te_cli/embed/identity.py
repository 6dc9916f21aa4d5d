"""Which model is it? Told from a few pages of its files, without numpy: a run with nothing to do needs no more."""

from __future__ import annotations

import json
import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from te_cli.digest import digest
from te_cli.embed.formula import Formula
from te_cli.errors import ModelError

SHIPPED = Path(__file__).parent / "model"
"""The model that comes with the package."""

PAGE, SAMPLE = 4096, 64
"""Bytes that are read together, and of how many such pages one is looked at to know the file by."""


@dataclass(frozen=True, slots=True)
class ModelIdentity:
    """Which model made the vectors. Another ``fingerprint`` means that they cannot be compared."""

    name: str
    fingerprint: str
    dimensions: int


def identity_of(folder: Path, formula: Formula | None = None) -> ModelIdentity:
    """The identity of the static model in ``folder``; ``formula`` overrides what its configuration says.

    Raises:
        ModelError: a file is missing or is not of this layout.
    """
    config = read_config(folder / "config.json")
    said = json.dumps(config, sort_keys=True) + repr(formula or Formula.read(config))
    fingerprint, dimensions = _table(folder / "model.safetensors")
    name = str(config.get("name", "te-static"))
    return ModelIdentity(name, fingerprint + digest(said.encode()).hex()[:8], dimensions)


def read_config(path: Path) -> dict[str, Any]:
    """What a model's config.json says.

    Raises:
        ModelError: it cannot be read, or is not an object.
    """
    try:
        config = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"The model's configuration {path} cannot be read: {error}.", "Reinstall te-cli.") from error
    if not isinstance(config, dict):
        raise ModelError(f"The model's configuration {path} is not an object.", "Reinstall te-cli.")
    return config


def _table(path: Path) -> tuple[str, int]:
    """Sixteen hexadecimal digits of a table's size and every 64th page, and its dimensions.

    Reading all would cost each query as much as answering it. The layout is that of :mod:`te_cli.embed.table`.
    """
    try:
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            dimensions = int(json.loads(file.read(min(length, PAGE * SAMPLE)))["embeddings"]["shape"][1])
            size = os.fstat(file.fileno()).st_size
            sampled = [size.to_bytes(8, "little")]
            # Of the last pages, too few for a sample of their own, the first is looked at.
            for start in range(0, size, PAGE * SAMPLE):
                file.seek(start)
                sampled.append(file.read(PAGE))
    except (OSError, ValueError, LookupError, TypeError, RecursionError, struct.error) as error:
        raise ModelError(f"The vectors in {path} cannot be read: {error}.", "Reinstall te-cli.") from error
    return digest(b"".join(sampled)).hex()[:16], dimensions
