"""What does an ONNX file ask for, and what does it give? Read from its outline, without the library that runs it.

ONNX is a protocol-buffer message (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto): fields with a number, a kind
and, where they are texts or messages, a length. The outline is a few thousand fields, the weights are skipped, so that
a file of 100 MB takes a few milliseconds and every query can afford it.
"""

from __future__ import annotations

import mmap
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from te_cli.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_FIELDS = 1_000_000
"""Fields that are looked at. Large models have a tenth of it; a file may be made of nothing else."""

MAX_TEXT = 4096
"""Bytes of a name that count."""

EXTERNAL = 1
"""A tensor's data_location where its numbers are in another file."""

GRAPH = 7
NODE, INITIALIZER, INPUT, OUTPUT = 1, 5, 11, 12
OP_TYPE = 4
EXTERNAL_DATA, DATA_LOCATION = 13, 14
"""Numbers of fields in ModelProto, GraphProto, NodeProto and TensorProto."""


class Slot(NamedTuple):
    """An input or output: ``kind`` is ONNX's number of its type (1 float32, 6 int32, 7 int64, 10 float16).

    ``shape`` has a number for each fixed axis and None for each free one; None where it says nothing of its shape.
    """

    name: str
    kind: int
    shape: tuple[int | None, ...] | None


@dataclass(frozen=True, slots=True)
class Graph:
    """The outline of a model. ``files``: what else its weights lie in, as written; ``operators``: their names."""

    inputs: tuple[Slot, ...]
    outputs: tuple[Slot, ...]
    files: tuple[str, ...]
    operators: frozenset[str]


def read_graph(path: Path) -> Graph:
    """The outline of the ONNX file ``path``.

    Raises:
        ModelError: it cannot be read, or is no ONNX file.
    """
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return _Reader(data).graph()
    except (OSError, ValueError, IndexError) as error:
        raise ModelError(f"{path} is not an ONNX model: {error}.", "Export it again, or give another model.") from error


class _Reader:
    def __init__(self, data: mmap.mmap) -> None:
        self._data = data
        self._left = MAX_FIELDS

    def graph(self) -> Graph:
        start, end = next((span for number, span in self._messages(0, len(self._data)) if number == GRAPH), (0, 0))
        if not end:
            raise ValueError("it holds no graph")
        inputs, outputs, weights, files, operators = [], [], set(), set(), set()
        for number, span in self._messages(start, end):
            if number == NODE:
                operators.add(self._text_in(*span, OP_TYPE))
            elif number == INITIALIZER:
                files.update(self._file_of(*span))
                weights.add(self._text_in(*span, 8))
            elif number == INPUT:
                inputs.append(self._slot(*span))
            elif number == OUTPUT:
                outputs.append(self._slot(*span))
        # Old exports list the weights among the inputs too.
        asked = tuple(slot for slot in inputs if slot.name not in weights)
        return Graph(asked, tuple(outputs), tuple(sorted(files)), frozenset(operators))

    def _slot(self, start: int, end: int) -> Slot:
        name, kind, shape = "", 0, None
        for number, span in self._messages(start, end):
            if number == 1:
                name = self._text(*span)
            elif number == 2:  # TypeProto: field 1 is that of a tensor
                for tensor in (each for place, each in self._messages(*span) if place == 1):
                    kind = next((value for place, value in self._numbers(*tensor) if place == 1), 0)
                    for dimensions in (each for place, each in self._messages(*tensor) if place == 2):
                        shape = tuple(self._size(*each) for place, each in self._messages(*dimensions) if place == 1)
        return Slot(name, kind, shape)

    def _size(self, start: int, end: int) -> int | None:
        return next((value for number, value in self._numbers(start, end) if number == 1), None)

    def _file_of(self, start: int, end: int) -> list[str]:
        """The file that a tensor's numbers are in, if another."""
        if (DATA_LOCATION, EXTERNAL) not in self._numbers(start, end):
            return []
        pairs = [span for number, span in self._messages(start, end) if number == EXTERNAL_DATA]
        return [self._text_in(*pair, 2) for pair in pairs if self._text_in(*pair, 1) == "location"]

    def _text_in(self, start: int, end: int, wanted: int) -> str:
        return next((self._text(*span) for number, span in self._messages(start, end) if number == wanted), "")

    def _text(self, start: int, end: int) -> str:
        return self._data[start : min(end, start + MAX_TEXT)].decode("utf-8", "replace")

    def _messages(self, start: int, end: int) -> Iterator[tuple[int, tuple[int, int]]]:
        return ((number, value) for number, value in self._fields(start, end) if isinstance(value, tuple))

    def _numbers(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        return ((number, value) for number, value in self._fields(start, end) if isinstance(value, int))

    def _fields(self, at: int, end: int) -> Iterator[tuple[int, int | tuple[int, int]]]:
        """The number of each field and what it holds: a whole number, or where its bytes begin and end."""
        while at < end:
            self._left -= 1
            if self._left < 0:
                raise ValueError("it has more parts than any model")
            tag, at = self._varint(at)
            kind = tag & 7
            if kind == 0:
                value, at = self._varint(at)
                yield tag >> 3, value
                continue
            if kind == 2:
                size, at = self._varint(at)
            elif kind in {1, 5}:
                size = 8 if kind == 1 else 4
            else:
                raise ValueError("it is not a protocol-buffer message")
            if at + size > end:
                raise ValueError("it ends in the middle")
            yield tag >> 3, (at, at + size)
            at += size

    def _varint(self, at: int) -> tuple[int, int]:
        value = shift = 0
        while True:
            byte = self._data[at]
            value |= (byte & 127) << shift
            at += 1
            shift += 7
            if byte < 128:
                return value, at
            if shift > 63:
                raise ValueError("it is not a protocol-buffer message")
