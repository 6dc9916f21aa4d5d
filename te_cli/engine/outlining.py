"""``te outline``: the symbols of one file, nested as they enclose each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from te_cli.engine.places import open_reader
from te_cli.engine.snippets import Sources
from te_cli.errors import NotIndexed
from te_cli.model import Outline, OutlineNode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from te_cli.config import Settings
    from te_cli.model import Symbol


def outline(settings: Settings, file: str) -> Outline:
    """The outline of ``file`` (a path relative to the root).

    Raises:
        NoIndex: there is no index.
        NotIndexed: the index does not hold the file; the hint says why, where that is known.
    """
    with open_reader(settings) as reader:
        found = reader.files([file])
        if not found:
            raise NotIndexed(
                f"{file} is not in the index.", "Run `te index` if it is new, or see `te status --skipped`."
            )
        record = found[0]
        if record.skip is not None:
            raise NotIndexed(
                f"{file} was left out of the index: {record.skip}.", "`te status --skipped` lists all such files."
            )
        symbols = reader.symbols(record.id)
    stale = Sources(settings.root, {record.path: record}, checked=False).stale(record.path)
    return Outline(record.path, record.language, stale, nested(symbols))


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
