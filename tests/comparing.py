"""All that an index says, ids apart, so that two can be compared; and the ids of what is in it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

from te_cli.model import Filters
from te_cli.store.counting import count_references
from te_cli.store.folder import Place
from te_cli.store.lexical import query_terms
from te_cli.store.reader import Reader
from te_cli.store.references import unpack
from te_cli.store.sums import QUALIFIED_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

UnitKey = tuple[str, str, str, bytes]
"""A unit as an edit leaves it: path, kind, qualified name, and the digest of what it is made from."""


def place_of(root: Path, folder: Path | None = None) -> Place:
    """The index that ``te index`` builds for ``root``: in its usual place, or in ``folder``."""
    return Place(folder or root / ".te", root.resolve(), given=folder is not None)


def contents(root: Path, folder: Path | None = None, more_words: Iterable[str] = ()) -> dict[str, Any]:
    """All that an index says, ids apart: rows, vectors, and the files and units that each word matches.

    The words are those of names, documentation and paths, and ``more_words``.
    """
    with Reader(place_of(root, folder)) as reader:
        rows = reader.catalog.rows(
            "SELECT u.id, f.path, f.language, f.content, f.lines, u.position, u.parent, u.kind, u.name, u.scope,"
            " u.module, u.signature, u.doc, u.start_line, u.end_line, u.ordinal, u.embedded,"
            " u.digest FROM units u JOIN files f ON f.id = u.file_id ORDER BY f.path, u.position"
        )
        names = {row[0]: (row[1], row[5]) for row in rows}
        vectors = {names[unit_id]: vector for unit_id, vector in reader.vectors(list(names)).items()}
        words = set(query_terms([word for row in rows for word in (row[8], *row[12].split(), *row[1].split("/"))]))
        matches = {word: _matches(reader, word, names) for word in sorted(words | set(query_terms(more_words)))}
        return {
            "files": reader.catalog.rows("SELECT path, skip, digest, forced FROM files ORDER BY path"),
            "rows": [row[1:] for row in rows],
            "references": _references(reader),
            "vectors": vectors,
            "matches": matches,
        }


def _matches(reader: Reader, word: str, names: dict[int, tuple[str, int]]) -> list[tuple[str, int]]:
    found = (reader.by_words([word], 10_000, Filters()), reader.by_file_words([word], 10_000, Filters()))
    return sorted(names[unit_id] for scored in found for unit_id, _ in scored)


def _references(reader: Reader) -> dict[str, Any]:
    packed = reader.catalog.rows("SELECT packed FROM refs")
    named = sorted({each.name for (data,) in packed for each in unpack(data)})
    found = {name: [(file.path, found) for file, found in reader.references_to(name, Filters())] for name in named}
    assert count_references(reader.catalog) == sum(len(found) for files in found.values() for _, found in files)
    return found


def differences(first: dict[str, Any], second: dict[str, Any]) -> list[str]:
    """What two indexes say differently, a line each; empty where they say the same."""
    found = []
    for part, said in first.items():
        other = second[part]
        if isinstance(said, dict):
            keys = [key for key in sorted({*said, *other}) if not _equal(said.get(key), other.get(key))]
            found += [f"{part}: {key!r}: {_shown(said.get(key), other.get(key))}" for key in keys]
        elif said != other:
            found += [f"{part}: only the first has {row}" for row in said if row not in other]
            found += [f"{part}: only the second has {row}" for row in other if row not in said]
            found += [] if found else [f"{part}: another order"]
    return found


def _shown(one: Any, other: Any) -> str:
    if isinstance(one, list) and isinstance(other, list):
        lost, new = ([each for each in this if each not in that] for this, that in ((one, other), (other, one)))
        return f"only the first has {lost}, only the second {new}"
    return f"{str(one)[:80]} | {str(other)[:80]}"


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return np.array_equal(one, other)
    return type(one) is type(other) and bool(one == other)


def same(first: dict[str, Any], second: dict[str, Any]) -> bool:
    """Whether two indexes say the same."""
    return not differences(first, second)


def ids_of(root: Path) -> dict[UnitKey, set[int]]:
    """The ids of the units of an index, by what makes a unit the one that it was."""
    with Reader(place_of(root)) as reader:
        found: dict[UnitKey, set[int]] = defaultdict(set)
        for unit_id, *key in reader.catalog.rows(
            f"SELECT u.id, f.path, u.kind, {QUALIFIED_NAME}, u.digest FROM units u"  # noqa: S608
            " JOIN files f ON f.id = u.file_id"
        ):
            found[(key[0], key[1], key[2], key[3])].add(unit_id)
        return dict(found)
