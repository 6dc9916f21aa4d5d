"""Places that a query names: files, what lies at a line of one, and the functions of a stack trace."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from te_cli.store.locating import files_named, unit_at, unit_called

if TYPE_CHECKING:
    from te_cli.model import Filters
    from te_cli.rank.analyse import Query
    from te_cli.rank.traces import Frame
    from te_cli.store.reader import Reader

FADING = 0.25
"""How much less each further frame of a trace says than the innermost one: the fourth says half."""

UNSURE = 0.5
"""What a frame says of a file that bears its path, where the function is another."""


def places(reader: Reader, query: Query, filters: Filters) -> dict[int, float]:
    """Units that the query names by their place: 1 for the file, or for what lies at the line named with it."""
    found: dict[int, float] = {}
    traced = {(frame.path, frame.line): frame for frame in reversed(query.frames)}
    depth = 0
    for path, line in query.paths:
        frame = traced.get((path, line))
        named = _running(reader, frame) if frame else _at(reader, path, line)
        says = 1.0 / (1.0 + FADING * depth) if frame else 1.0
        depth += bool(frame and named)
        for unit_id, share in named.items():
            found[unit_id] = max(found.get(unit_id, 0.0), says * share)
    admitted = reader.admitted(found, filters)
    return {unit_id: share for unit_id, share in found.items() if unit_id in admitted}


def _at(reader: Reader, path: str, line: int | None) -> dict[int, float]:
    """The files that ``path`` may mean, or what lies at ``line`` of them."""
    files = files_named(reader.catalog, path)
    found = {}
    for file_id, module in reader.modules(files).items():
        at_line = unit_at(reader.catalog, file_id, line) if line else None
        found[module if at_line is None else at_line] = 1.0 / math.sqrt(len(files))
    return found


def _running(reader: Reader, frame: Frame) -> dict[int, float]:
    """The function that a frame names, in the files that its path may mean.

    Paths of traces are another machine's, and the file may have changed since: where a file has a function of that
    name it is meant, nearest to the line. Where none has, the frame is believed if more of its path than the file's
    name fits: every library has a ``utils.py``.
    """
    files = files_named(reader.catalog, frame.path)
    if frame.function:
        called = {file_id: unit_called(reader.catalog, file_id, frame.function, frame.line or 0) for file_id in files}
        if sure := [unit_id for unit_id in called.values() if unit_id is not None]:
            return dict.fromkeys(sure, 1.0 / math.sqrt(len(sure)))
    folder = [part for part in frame.path.split("/")[:-1] if part not in ("", ".", "..")][-1:]
    fitting = [file_id for file_id, path in files.items() if path.split("/")[-2:-1] == folder]
    says = (UNSURE if frame.function else 1.0) / math.sqrt(len(fitting) or 1)
    modules = reader.modules(fitting)
    at_line = {file_id: unit_at(reader.catalog, file_id, frame.line) if frame.line else None for file_id in fitting}
    return {modules[file_id] if unit_id is None else unit_id: says for file_id, unit_id in at_line.items()}
