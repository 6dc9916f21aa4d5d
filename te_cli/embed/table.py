"""A table of token vectors in a safetensors file, mapped rather than read: a query touches a handful of its rows.

Format: https://huggingface.co/docs/safetensors, a little-endian 64-bit header length, a JSON header with the type,
shape and byte range of each tensor, then the bytes. ``embeddings`` (tokens, dimensions), which sentence-transformers
calls ``embedding.weight``, holds the rows; an optional
``weights`` (tokens,) scales each row, an optional ``mapping`` (tokens,) says which row a token uses, and an optional
``query_weights`` (tokens,), of te's own models, what a token weighs in a query.
"""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING, Any

import numpy as np

from te_cli.embed.advice import advice
from te_cli.embed.tables import ROWS
from te_cli.errors import ModelError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

DTYPES = {"F32": "<f4", "F16": "<f2", "F64": "<f8", "I8": "|i1", "I32": "<i4", "I64": "<i8", "U32": "<u4"}
"""The tensor types that Model2Vec writes, as numpy names them."""

BRAIN = "BF16"
"""The upper halves of float32, which numpy has no name for; models that were trained so keep it."""


FAULTS = (
    *(OSError, ValueError, LookupError, AttributeError, TypeError),
    *(OverflowError, RecursionError, struct.error),
)
"""What reading somebody's tensors may raise."""


def tensors_in(path: Path) -> dict[str, NDArray[Any]]:
    """The tensors of a safetensors file, mapped; raises one of :data:`FAULTS`."""
    mapped = np.asarray(np.memmap(path, np.uint8, mode="r"))  # a plain view: slicing a memmap is slow
    (length,) = struct.unpack("<Q", mapped[:8].tobytes())
    header = json.loads(mapped[8 : 8 + length].tobytes())
    body = mapped[8 + length :]
    return {name: _tensor(body, spec) for name, spec in header.items() if name != "__metadata__"}


class TokenTable:
    """Rows of ``tokens`` ids."""

    def __init__(self, tensors: dict[str, NDArray[Any]]) -> None:
        self.rows = tensors[next((name for name in ROWS if name in tensors), ROWS[0])]
        self._mapping = tensors.get("mapping")
        scales = tensors.get("weights")
        self._scales = None if scales is None else np.asarray(scales, np.float32)
        self._query_weights = tensors.get("query_weights")
        self.tokens = len(self.rows if self._mapping is None else self._mapping)
        if self.rows.ndim != 2 or (self._mapping is not None and self._mapping.dtype.kind not in "iu"):
            raise ValueError("it is no table of rows")
        for tensor in (self._mapping, scales, self._query_weights):
            if tensor is not None and tensor.ndim != 1:
                raise ValueError("it says of a token in several numbers what is one")
        for tensor in (scales, self._query_weights):
            if tensor is not None and len(tensor) != self.tokens:
                raise ValueError(f"it has {self.tokens} tokens, and weights for {len(tensor)}")
        if self._mapping is not None and not _within(self._mapping, len(self.rows)):
            raise ValueError("it maps tokens to rows that it does not have")
        self.dimensions = int(self.rows.shape[1])

    @classmethod
    def read(cls, path: Path) -> TokenTable:
        """Map the table in ``path``.

        Raises:
            ModelError: the file is missing, or is not safetensors with an ``embeddings`` tensor.
        """
        try:
            return cls(tensors_in(path))
        except FAULTS as error:
            raise ModelError(f"The vectors in {path} cannot be read: {error}.", advice(path)) from error

    def sums(
        self,
        tokens: NDArray[np.int64],
        weights: NDArray[np.float32],
        ends: NDArray[np.int64],
        into: NDArray[np.float32],
    ) -> None:
        """Weighted sums of rows, one for each of ``ends``: of ``tokens`` (n,) up to there, since the one before.

        They are put into ``into``, shape (sums, dimensions).
        """
        if self._scales is not None:
            weights = weights * self._scales[tokens]
        if self._mapping is not None:
            tokens = self._mapping[tokens]
        start = 0
        for row, end in zip(into, ends.tolist(), strict=True):
            # A sum's rows are converted together, which is cheaper than keeping the whole table as floats.
            np.dot(weights[start:end], self.rows.take(tokens[start:end], 0).astype(np.float32), out=row)
            start = end

    def query_weights(self, tokens: NDArray[np.int64]) -> NDArray[np.float32]:
        """What the table has ``tokens`` of a query weigh besides, shape (n,)."""
        if self._query_weights is None:
            return np.ones(len(tokens), np.float32)
        return np.asarray(self._query_weights[tokens], np.float32)


def _within(mapping: NDArray[Any], rows: int) -> bool:
    return not len(mapping) or (int(mapping.min()) >= 0 and int(mapping.max()) < rows)


def _tensor(body: NDArray[np.uint8], spec: dict[str, Any]) -> NDArray[Any]:
    start, end = spec["data_offsets"]
    if spec["dtype"] == BRAIN:
        halves = body[start:end].view("<u2").astype(np.uint32) << 16
        return halves.view(np.float32).reshape(spec["shape"])
    if spec["dtype"] not in DTYPES:
        raise ValueError(f"its numbers are of the type {str(spec['dtype'])[:20]}")
    return body[start:end].view(DTYPES[spec["dtype"]]).reshape(spec["shape"])
