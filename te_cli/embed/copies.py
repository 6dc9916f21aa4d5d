"""Which models that were asked for by name have a copy on this machine?

A copy is a folder called by the model's name, with its files and a record of what they are. It gets that name when
all of it is there: a download that was cut off has another, and is not taken for a model. With the record a query knows
the model without the library that found it. A folder without a record was put there by hand, and speaks for itself.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from te_cli.embed.files import is_plain, read_json
from te_cli.errors import ModelError
from te_cli.machine import user_cache

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

RECORD = "te-model.json"
"""The record's name in a copy's folder."""

SCHEMA = "te.copy/1"
"""What this te writes and reads. A copy with another record counts as none."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A model's copy in ``folder``. ``files``: the size of each.

    ``listed``: fastembed knows the model by its name, and how its vectors are pooled; ``weights`` is then the ONNX
    file, and ``dimension`` what it gives. Otherwise both are empty, and the folder speaks for itself.
    """

    folder: Path
    name: str
    repository: str
    revision: str
    listed: bool = False
    weights: str = ""
    dimension: int = 0
    files: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A model to get: its repository, and what is known of it before anybody is asked."""

    name: str
    repository: str
    listed: bool = False
    weights: tuple[str, ...] = ()
    dimension: int = 0
    megabytes: float = 0
    licence: str = ""


def models_folder(environment: Mapping[str, str] | None = None) -> Path:
    """Where models that were asked for by name lie."""
    return user_cache(os.environ if environment is None else environment) / "te" / "models"


def folder_for(name: str, models: Path | None = None) -> Path:
    """Where the copy of the model ``name`` lies, or would. The hub's names ignore case."""
    return (models or models_folder()) / name.replace("/", "--").lower()


def copy_of(name: str, models: Path | None = None) -> Copy | None:
    """The copy of the model ``name``; None where there is none, or one that lacks something."""
    return _read(folder_for(name, models), name)


def write_record(copy: Copy) -> None:
    """Say in its folder what it is: from then on it is a copy."""
    said = {"schema": SCHEMA, **{name: value for name, value in asdict(copy).items() if name != "folder"}}
    path = copy.folder / RECORD
    new = path.with_suffix(".new")
    new.write_text(json.dumps(said, indent=1), encoding="utf-8")
    new.replace(path)


def _read(folder: Path, name: str) -> Copy | None:
    if folder.is_dir() and not os.path.lexists(folder / RECORD):
        return Copy(folder, name, name, "")
    try:
        said = read_json(folder / RECORD)
    except ModelError:
        return None
    if said.pop("schema", None) != SCHEMA:
        return None
    try:
        found = Copy(folder, **said)
        whole = all((folder / name).stat().st_size == size for name, size in found.files.items())
        whole = whole and all(is_plain(folder / name) for name in found.files)
    except (TypeError, ValueError, AttributeError, OSError):
        return None
    texts = (found.name, found.repository, found.revision, found.weights)
    sound = all(isinstance(text, str) for text in texts) and isinstance(found.dimension, int)
    return found if whole and sound and found.files else None
