"""``te outline``: the symbols of one file, nested as they enclose each other."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from te_cli.engine.keeping import Readers
from te_cli.engine.snippets import Sources
from te_cli.errors import NotIndexed, UsageError
from te_cli.model import Outline, OutlineNode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from te_cli.config import Settings
    from te_cli.model import Symbol


def outline(settings: Settings, file: str, readers: Readers | None = None) -> Outline:
    """The outline of ``file``, a path as the index writes it. ``readers`` keep the index open between questions.

    Raises:
        NoIndex: there is no index.
        NotIndexed: the index does not hold the file; the hint says why, where that is known.
    """
    with (readers or Readers(settings)).lent() as reader:
        record = next(iter(reader.files([file])), None)
        symbols = [] if record is None or record.skip is not None else reader.symbols(record.id)
    if record is None:
        raise NotIndexed(f"{file} is not in the index.", "Run `te index` if it is new, or see `te status --skipped`.")
    if record.skip is not None:
        raise NotIndexed(
            f"{file} was left out of the index: {record.skip}.", "`te status --skipped` lists all such files."
        )
    stale = Sources(settings.root, {record.path: record}, checked=False).stale(record.path)
    return Outline(record.path, record.language, stale, nested(symbols))


def relative_to_root(settings: Settings, file: str, here: Path) -> str:
    """The path that the index knows ``file`` by, which is named as it is seen from ``here``, or from the root.

    Raises:
        UsageError: it lies outside the root, or is a folder.
    """
    seen = Path(os.path.normpath(here / file))
    if not os.path.lexists(seen) and os.path.lexists(settings.root / file):
        seen = Path(os.path.normpath(settings.root / file))
    if not seen.is_relative_to(settings.root):
        seen = seen.parent.resolve() / seen.name
    if not seen.is_relative_to(settings.root):
        raise UsageError(f"'{file}' lies outside the indexed root, {settings.root}.", "Name a file inside it.")
    if os.path.isdir(seen) and not os.path.islink(seen):  # noqa: PTH112, PTH114 - a name too long is none, not an error
        raise UsageError(f"'{file}' is a folder, and an outline is of one file.", "Name a file in it.")
    return seen.relative_to(settings.root).as_posix()


def nested(symbols: Sequence[Symbol]) -> tuple[OutlineNode, ...]:
    """A file's symbols as trees, the module unit left out: it is the file.

    Built from the last symbol to the first, since a parent always comes before its children: no recursion, so depth
    is the input's choice.
    """
    children: dict[int | None, list[OutlineNode]] = {}
    for position in range(len(symbols) - 1, 0, -1):
        own = tuple(reversed(children.pop(position, [])))
        children.setdefault(symbols[position].parent, []).append(OutlineNode(symbols[position], own))
    return tuple(reversed(children.get(None, [])))
