"""How much of what is in a catalog, and under which names: for whoever looks at the index as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from te_cli.store.references import mark_of_name, unpack

if TYPE_CHECKING:
    from te_cli.store.catalog import Catalog


def count_by(catalog: Catalog, column: str) -> tuple[tuple[str, int], ...]:
    """Files by language (``f.language``) or units by kind (``u.kind``), most first."""
    source = "files f WHERE f.skip IS NULL" if column.startswith("f.") else "units u"
    sql = f"SELECT {column}, count(*) FROM {source} GROUP BY 1 ORDER BY 2 DESC, 1"
    return tuple((str(name), int(count)) for name, count in catalog.rows(sql))


def count_references(catalog: Catalog) -> int:
    """How many references there are."""
    return int(catalog.rows("SELECT coalesce(sum(total), 0) FROM refs")[0][0])


def referred_like(catalog: Catalog, name: str) -> list[str]:
    """Names that something refers to and that differ from ``name`` in case only."""
    sql = "SELECT r.packed FROM ref_names n JOIN refs r ON r.file_id = n.file_id WHERE n.mark = ?"
    told = {each.name for (packed,) in catalog.rows(sql, (mark_of_name(name),)) for each in unpack(packed)}
    return sorted(other for other in told if other.lower() == name.lower() and other != name)
