"""A table of token vectors in a safetensors file, mapped rather than read: a query touches a handful of its rows.

Format: https://huggingface.co/docs/safetensors, a little-endian 64-bit header length, a JSON header with the type,
shape and byte range of each tensor, then the bytes. ``embeddings`` (tokens, dimensions) holds the rows; an optional
``weights`` (tokens,) scales each row, an optional ``mapping`` (tokens,) says which row a token uses.
"""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING, Any

import numpy as np

from te_cli.digest import digest
from te_cli.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from numpy.typing import NDArray

DTYPES = {"F32": "<f4", "F16": "<f2", "F64": "<f8", "I8": "|i1", "I32": "<i4", "I64": "<i8"}
"""The tensor types that Model2Vec writes, as numpy names them."""


class TokenTable:
    """Rows by token id. ``fingerprint`` identifies the file by its header, size and a sample of its bytes."""

    def __init__(self, tensors: dict[str, NDArray[Any]], fingerprint: str) -> None:
        self._rows = tensors["embeddings"]
        self._mapping = tensors.get("mapping")
        scales = tensors.get("weights")
        self._scales = None if scales is None else np.asarray(scales, np.float32)
        self.dimensions = int(self._rows.shape[1])
        self.fingerprint = fingerprint

    @classmethod
    def read(cls, path: Path) -> TokenTable:
        """Map the table in ``path``.

        Raises:
            ModelError: the file is missing, or is not safetensors with an ``embeddings`` tensor.
        """
        try:
            mapped = np.asarray(np.memmap(path, np.uint8, mode="r"))  # a plain view: slicing a memmap is slow
            (length,) = struct.unpack("<Q", mapped[:8].tobytes())
            header = json.loads(mapped[8 : 8 + length].tobytes())
            body = mapped[8 + length :]
            tensors = {name: _tensor(body, spec) for name, spec in header.items() if name != "__metadata__"}
            return cls(tensors, _fingerprint(mapped))
        except (OSError, ValueError, KeyError, struct.error) as error:
            raise ModelError(f"The vectors in {path} cannot be read: {error}.", "Reinstall te-cli.") from error

    def add(self, tokens: Collection[int], weights: list[float], into: NDArray[np.float32]) -> None:
        """Add the weighted rows of ``tokens`` to ``into``, shape (dimensions,)."""
        if not tokens:
            return
        ids = np.fromiter(tokens, np.int64, len(tokens))
        scaled = np.array(weights, np.float32)
        if self._scales is not None:
            scaled *= self._scales[ids]
        rows = self._rows[ids if self._mapping is None else self._mapping[ids]]
        into += scaled @ rows.astype(np.float32)


def _tensor(body: NDArray[np.uint8], spec: dict[str, Any]) -> NDArray[Any]:
    start, end = spec["data_offsets"]
    return body[start:end].view(DTYPES[spec["dtype"]]).reshape(spec["shape"])


def _fingerprint(mapped: NDArray[np.uint8]) -> str:
    """Sixteen hexadecimal digits of every 64th byte: reading all would cost each query as much as answering it."""
    return digest(len(mapped).to_bytes(8, "little") + mapped[::64].tobytes()).hex()[:16]
