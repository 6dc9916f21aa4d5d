"""What is to write of a file, given what the catalog has of it: units that stayed keep their ids, and so do names."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from te_cli.store.references import Packed, marks_in
from te_cli.store.rows import Placed, mark_of
from te_cli.store.sums import QUALIFIED_NAME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from te_cli.document import Document
    from te_cli.model import SourceFile, Symbol
    from te_cli.store.catalog import Catalog


class Known(NamedTuple):
    """A unit that is in the catalog: its id, where it lies, and whether it has a vector."""

    id: int
    placed: Placed
    embedded: bool


class Entry(NamedTuple):
    """A unit to write: its mark, where it lies, and the unit of the catalog that it is, if it is one."""

    symbol: Symbol
    document: Document
    mark: bytes
    placed: Placed
    known: Known | None


def entries(
    catalog: Catalog, file: SourceFile, file_id: int | None, units: Sequence[tuple[Symbol, Document]]
) -> tuple[list[Entry], list[int]]:
    """What is to write of a file's units, and the ids of those in the catalog that it does not have any more."""
    kept = {} if file_id is None else _kept(catalog, file_id)
    ordinals: dict[tuple[str, str], int] = {}
    found = []
    for position, (symbol, document) in enumerate(units):
        named = (symbol.kind, symbol.qualified_name)
        ordinal = ordinals[named] = ordinals.get(named, -1) + 1
        mark = mark_of(file, symbol, document)
        alike = kept.get((*named, mark))
        placed = Placed(position, symbol.parent, symbol.start_line, symbol.end_line, ordinal)
        found.append(Entry(symbol, document, mark, placed, alike.pop() if alike else None))
    return found, [known.id for left in kept.values() for known in left]


def _kept(catalog: Catalog, file_id: int) -> dict[tuple[str, str, bytes], list[Known]]:
    """A file's units by what must stay for a unit to be the same; of namesakes the first one last."""
    sql = (
        f"SELECT kind, {QUALIFIED_NAME}, digest, id, embedded, position, parent, start_line, end_line, ordinal"
        " FROM units WHERE file_id = ? ORDER BY ordinal DESC"
    )
    found: dict[tuple[str, str, bytes], list[Known]] = {}
    for kind, qualified_name, mark, unit_id, embedded, *placed in catalog.rows(sql, (file_id,)):
        found.setdefault((kind, qualified_name, mark), []).append(Known(unit_id, Placed(*placed), bool(embedded)))
    return found


def file_id_of(catalog: Catalog, path: str) -> int | None:
    """The id of the file at ``path``, None where there is none."""
    found = catalog.rows("SELECT id FROM files WHERE path = ?", (path,))
    return int(found[0][0]) if found else None


def units_of(catalog: Catalog, file_id: int) -> list[int]:
    """The ids of a file's units."""
    return [row[0] for row in catalog.rows("SELECT id FROM units WHERE file_id = ?", (file_id,))]


def put_references(catalog: Catalog, file_id: int, references: Packed) -> None:
    """Write what a file refers to in place of what it did."""
    before: set[int] = set()
    for (packed,) in catalog.rows("SELECT packed FROM refs WHERE file_id = ?", (file_id,)):
        if packed == references.data:
            return
        before = set(marks_in(packed))
        catalog.run("DELETE FROM refs WHERE file_id = ?", (file_id,))
    if references.data:
        catalog.run("INSERT INTO refs VALUES (?, ?, ?)", (file_id, references.total, references.data))
    if not before:
        catalog.run_many("INSERT INTO ref_names VALUES (?, ?)", [(mark, file_id) for mark in references.marks])
        return
    now = set(references.marks)
    catalog.run_many(
        "DELETE FROM ref_names WHERE mark = ? AND file_id = ?", [(mark, file_id) for mark in sorted(before - now)]
    )
    catalog.run_many("INSERT INTO ref_names VALUES (?, ?)", [(mark, file_id) for mark in sorted(now - before)])
