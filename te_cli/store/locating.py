"""Where is what a path and a line name? Files by the end of their paths, units by a line of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from te_cli.store.catalog import Catalog

NAMESAKES = 8
"""Files of one name that a path may mean; `index.js` has hundreds."""


def files_named(catalog: Catalog, path: str) -> dict[int, str]:
    """Ids and paths of the files that ``path`` may mean: the longest end of it that is the end of indexed paths."""
    parts = [part for part in path.split("/") if part not in ("", ".", "..")]
    sql = "SELECT id, path FROM files WHERE skip IS NULL AND (path = ? OR substr(path, -length(?) - 1) = '/' || ?)"
    for start in range(len(parts)):
        end = "/".join(parts[start:])
        if found := catalog.rows(f"{sql} ORDER BY length(path), path LIMIT {NAMESAKES}", (end,) * 3):
            return dict(found)
    return {}


def unit_at(catalog: Catalog, file_id: int, line: int) -> int | None:
    """The smallest unit of a file that holds ``line``."""
    sql = (
        "SELECT id FROM units WHERE file_id = ? AND start_line <= ? AND end_line >= ?"
        " ORDER BY end_line - start_line, position DESC LIMIT 1"
    )
    found = catalog.rows(sql, (file_id, line, line))
    return int(found[0][0]) if found else None


def unit_called(catalog: Catalog, file_id: int, name: str, line: int) -> int | None:
    """The unit of a file that is called ``name``: the smallest around ``line``, else the one nearest to it."""
    sql = (
        "SELECT id FROM units WHERE file_id = ? AND position AND name = ?"
        " ORDER BY max(start_line - ?, ? - end_line, 0), end_line - start_line, position LIMIT 1"
    )
    found = catalog.rows(sql, (file_id, name, line, line))
    return int(found[0][0]) if found else None
