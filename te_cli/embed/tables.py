"""Where does a token table lie in a folder? Models of the Model2Vec kind come in three layouts.

model2vec's own has ``embeddings`` in model.safetensors, and config.json; sentence-transformers' has
``embedding.weight`` there, or in ``0_StaticEmbedding``, and config_sentence_transformers.json. A transformer's
model.safetensors has neither.
Reference: https://github.com/MinishLab/model2vec, ``model2vec/persistence/datamodels.py`` of version 0.10.
"""

from __future__ import annotations

import json
import stat
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from te_cli.embed.advice import advice
from te_cli.errors import ModelError

if TYPE_CHECKING:
    from io import BufferedReader
    from pathlib import Path

ROWS = ("embeddings", "embedding.weight")
"""What the tensor of the rows is called."""

MAX_HEADER = 1 << 20
"""Bytes of a header. A table has at most four tensors; a transformer's few hundred have less than this too."""

MAX_DIMENSION = 16_384
"""Components of a vector. The largest models have 8,192."""

LAYOUTS = (
    ("model.safetensors", "tokenizer.json", "config.json"),
    ("0_StaticEmbedding/model.safetensors", "0_StaticEmbedding/tokenizer.json", "config_sentence_transformers.json"),
)
"""Table, tokenizer and configuration."""


@dataclass(frozen=True, slots=True)
class Table:
    """The files of a token table; of ``config`` there may be none."""

    vectors: Path
    tokenizer: Path
    config: Path


def table_in(folder: Path) -> Table | None:
    """The table of a folder, if it has one: the files may still be broken, but no other kind of model has them."""
    for vectors, tokenizer, config in LAYOUTS:
        if _rows_of(folder / vectors) is not None:
            home = folder / config
            other = folder / "config_sentence_transformers.json"
            return Table(folder / vectors, folder / tokenizer, home if home.exists() or not other.exists() else other)
    return None


def dimensions_of(vectors: Path) -> int:
    """Components of a row.

    Raises:
        ModelError: the file cannot be read, or holds no rows.
    """
    try:
        header = read_header(vectors)
        shape = header[next(name for name in ROWS if name in header)]["shape"]
        if [type(each) for each in shape] != [int, int] or not (shape[0] > 0 and 0 < shape[1] <= MAX_DIMENSION):
            raise ValueError(f"{str(shape)[:40]} is the shape of no table")  # noqa: TRY301 - told as the other faults are
        return int(shape[1])
    except StopIteration:
        raise ModelError(f"The vectors in {vectors} cannot be read: it has no embeddings.", advice(vectors)) from None
    except (OSError, ValueError, LookupError, TypeError, RecursionError, struct.error) as error:
        raise ModelError(f"The vectors in {vectors} cannot be read: {error}.", advice(vectors)) from error


def open_plain(path: Path) -> BufferedReader:
    """Open a file of a model for reading, but nothing that would be waited for, such as a pipe.

    Raises:
        OSError: it is missing, or is no plain file.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError("it is not a plain file")
    return path.open("rb")


def read_header(path: Path) -> dict[str, Any]:
    """The header of a safetensors file; raises what reading it raises."""
    with open_plain(path) as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(min(length, MAX_HEADER)))
    if not isinstance(header, dict):
        raise TypeError("its header is not an object")
    return header


def _rows_of(path: Path) -> str | None:
    try:
        header = read_header(path)
    except (OSError, ValueError, TypeError, RecursionError, struct.error):
        return None
    return next((name for name in ROWS if name in header), None)
