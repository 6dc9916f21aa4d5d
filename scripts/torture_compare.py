"""Two indexes of one tree, compared: symbols, references, vectors, and the sets of documents that words match.

Ids are left out, since an index that grew has others than one made at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from te_cli.digest import digest
from te_cli.model import Filters
from te_cli.store.lexical import query_terms
from te_cli.store.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from te_cli.store.folder import Place

MATCHED = 1_000_000
"""More documents than any tree here has: a match set is compared whole."""

WORDS = 250
"""Words whose match sets are compared, spread evenly over all there are."""


def differences(one: Place, other: Place) -> list[str]:
    """What two indexes say differently, a line each."""
    with Reader(one) as first, Reader(other) as second:
        rows, others = _rows(first), _rows(second)
        found = _unlike("symbols", rows, others)
        found += _unlike("references", _references(first), _references(second))
        found += _unlike("skipped", _skipped(first), _skipped(second))
        if found:
            return found
        ours, theirs = _ids(first), _ids(second)
        found += _unlike("vectors", _vectors(first, ours), _vectors(second, theirs))
        words = _some_words(rows)
        found += _unlike("matches", _matches(first, ours, words), _matches(second, theirs, words))
    return found


def lost_files(place: Place) -> list[str]:
    """Files of the tree whose content is not what the index holds of them, and files that it holds and are gone."""
    with Reader(place) as reader:
        records = reader.files()
    return [
        record.path for record in records if record.skip is None and record.digest != _digest(place.root / record.path)
    ]


def _digest(path: Path) -> bytes | None:
    try:
        return digest(path.read_bytes())
    except OSError:
        return None


def _rows(reader: Reader) -> dict[Any, Any]:
    rows = reader.catalog.rows(
        "SELECT f.path, u.position, f.language, f.content, f.lines, u.parent, u.kind, u.name, u.scope, u.module,"
        " u.signature, u.doc, u.start_line, u.end_line, u.ordinal, u.embedded, u.digest"
        " FROM units u JOIN files f ON f.id = u.file_id"
    )
    return {row[:2]: row[2:] for row in rows}


def _ids(reader: Reader) -> dict[int, Any]:
    sql = "SELECT u.id, f.path, u.position FROM units u JOIN files f ON f.id = u.file_id"
    return {row[0]: row[1:] for row in reader.catalog.rows(sql)}


def _skipped(reader: Reader) -> dict[Any, Any]:
    return {record.path: record.skip for record in reader.files() if record.skip}


def _references(reader: Reader) -> dict[Any, Any]:
    sql = "SELECT f.path, r.total, r.packed FROM refs r JOIN files f ON f.id = r.file_id"
    marks: dict[str, list[int]] = {}
    for path, mark in reader.catalog.rows(
        "SELECT f.path, n.mark FROM ref_names n JOIN files f ON f.id = n.file_id ORDER BY 2"
    ):
        marks.setdefault(path, []).append(mark)
    return {path: (total, packed, marks.pop(path, [])) for path, total, packed in reader.catalog.rows(sql)} | marks


def _vectors(reader: Reader, ids: dict[int, Any]) -> dict[Any, Any]:
    return {ids[unit_id]: row.tobytes() for unit_id, row in reader.vectors(list(ids)).items()}


def _some_words(rows: dict[Any, Any]) -> list[str]:
    texts = (f"{path} {row[5]} {row[9]}" for (path, _), row in rows.items())
    every = sorted(set(query_terms(word for text in texts for word in text.replace("/", " ").split())))
    return every[:: max(1, len(every) // WORDS)]


def _matches(reader: Reader, ids: dict[int, Any], words: Iterable[str]) -> dict[Any, Any]:
    return {
        word: sorted(
            ids[unit_id]
            for found in (
                reader.by_words([word], MATCHED, Filters()),
                reader.by_file_words([word], MATCHED, Filters()),
            )
            for unit_id, _ in found
        )
        for word in words
    }


def _unlike(what: str, one: dict[Any, Any], other: dict[Any, Any]) -> list[str]:
    keys = [key for key in one.keys() | other.keys() if one.get(key) != other.get(key)]
    return [f"{what}: {len(keys)} differ, such as {min(map(str, keys))}"] if keys else []
