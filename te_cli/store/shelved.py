"""The records of a backend in its catalog: a key, a text, and metadata by which they are found.

Keys, names and texts are bound as bytes: any string can be kept, whatever is in it, and bytes compare as letters do.
"""

from __future__ import annotations

import json
import zlib
from itertools import starmap
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from te_cli.errors import IndexDamaged
from te_cli.store import conditions
from te_cli.store.conditions import Compared, Has, kind_of
from te_cli.store.sums import sum_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from te_cli.store.catalog import Catalog
    from te_cli.store.conditions import Asked, Condition, Scalar

TABLES = """
CREATE TABLE records (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key BLOB NOT NULL UNIQUE,
    content BLOB NOT NULL,
    sum INTEGER NOT NULL
);
CREATE TABLE tags (
    name BLOB NOT NULL,
    kind INTEGER NOT NULL,
    value NOT NULL,
    record INTEGER NOT NULL,
    PRIMARY KEY (name, kind, value, record)
) WITHOUT ROWID;
"""


TAGS, KEYS = "tags", "keys"
"""Notes that hold what the sums of all tags, and of all keys with their numbers, add up to."""

MASK = 0xFFFFFFFF
"""A checksum begins with a number of 32 bits."""


class Kept(NamedTuple):
    """A record: its number, its key, the fields of its document, and its metadata."""

    number: int
    key: str
    fields: tuple[str, ...]
    metadata: dict[str, Scalar]


class Records:
    """Writing records within a transaction."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._tags, self._keys = catalog.number(TAGS), catalog.number(KEYS)
        self._last = _last_number(catalog)

    def put(self, key: str | None, fields: Sequence[str], metadata: Mapping[str, Scalar]) -> Kept:
        """Write a record, in place of the one of that key, whose number it then has. Without a key it gets one."""
        catalog = self._catalog
        content = _packed([list(fields), dict(metadata)])
        number = None if key is None else numbers_of(catalog, [key]).get(key)
        known = number is not None
        if number is None:
            number = self._last = self._last + 1
            key = _free_key(catalog, number) if key is None else key
        assert key is not None
        row = (number, key.encode("utf-8", "surrogatepass"), content)
        if known:
            self._remove_tags([number])
            catalog.run("UPDATE records SET content = ?, sum = ? WHERE id = ?", (content, sum_of(row), number))
        else:
            catalog.run("INSERT INTO records VALUES (?, ?, ?, ?)", (*row, sum_of(row)))
            self._keys += _key_sum(row[1], number)
        tags = _tags(number, metadata)
        catalog.run_many("INSERT INTO tags VALUES (?, ?, ?, ?)", tags)
        self._tags += sum(starmap(_tag_sum, tags))
        return Kept(number, key, tuple(fields), dict(metadata))

    def remove(self, numbers: Sequence[int]) -> None:
        """Take records away."""
        for record in self._remove_tags(numbers):
            self._keys -= _key_sum(record.key.encode("utf-8", "surrogatepass"), record.number)
        self._catalog.run_many("DELETE FROM records WHERE id = ?", [(number,) for number in numbers])

    def finish(self) -> None:
        """Write what all tags and keys are to add up to."""
        self._catalog.set_meta(**{TAGS: self._tags, KEYS: self._keys})

    def _remove_tags(self, numbers: Sequence[int]) -> list[Kept]:
        found = records(self._catalog, numbers)
        tags = [tag for record in found for tag in _tags(record.number, record.metadata)]
        wanted = "DELETE FROM tags WHERE name = ? AND kind = ? AND value = ? AND record = ?"
        self._catalog.run_many(wanted, tags)
        self._tags -= sum(starmap(_tag_sum, tags))
        return found


def look_through_tags(catalog: Catalog) -> None:
    """Raise where the tags are not those that were written: an answer that lacks something does not show it by itself.

    Raises:
        IndexDamaged: they are not.
    """
    if _total(_tag_sum, catalog.each("SELECT name, kind, value, record FROM tags")) != catalog.number(TAGS):
        raise IndexDamaged("its names and values were changed")


def look_through_keys(catalog: Catalog) -> None:
    """Raise where a record would not be found by its key: so it would be missed, and added a second time.

    Only the index of keys is read.

    Raises:
        IndexDamaged: it is so.
    """
    by_key = "SELECT key, id FROM records INDEXED BY sqlite_autoindex_records_1 ORDER BY key"
    if _total(_key_sum, catalog.each(by_key)) != catalog.number(KEYS):
        raise IndexDamaged("its list of ids was changed")


def records(catalog: Catalog, numbers: Iterable[int]) -> list[Kept]:
    """The records of ``numbers``, as far as they are there; in no particular order.

    Raises:
        IndexDamaged: one of them is not what was written.
    """
    rows = catalog.rows_in("SELECT id, key, content, sum FROM records WHERE id IN ({})", numbers)
    return [_kept(*row) for row in rows]


def numbers_of(catalog: Catalog, keys: Iterable[str]) -> dict[str, int]:
    """The numbers of keys, as far as they are there."""
    wanted = {key.encode("utf-8", "surrogatepass"): key for key in keys}
    rows = catalog.rows_in("SELECT key, id FROM records WHERE key IN ({})", wanted)
    return {wanted[key]: number for key, number in rows}


def count(catalog: Catalog) -> int:
    """How many records there are."""
    return int(catalog.rows("SELECT count(*) FROM records")[0][0])


def satisfying(catalog: Catalog, condition: Condition) -> NDArray[np.int64]:
    """The numbers of the records that satisfy a condition, rising, shape (n,)."""
    found = conditions.satisfying(condition, lambda: _every(catalog), lambda part: _asked(catalog, part))
    try:
        return np.sort(np.fromiter(found, np.int64, len(found)))
    except (TypeError, ValueError, OverflowError) as error:
        raise IndexDamaged("its list of names and values was changed") from error


def _every(catalog: Catalog) -> set[int]:
    return {number for (number,) in catalog.rows("SELECT id FROM records")}


def _total(of: Callable[..., int], rows: Iterable[tuple[Any, ...]]) -> int | None:
    """What the sums of rows add up to; None where one has values of other types than it was written with."""
    try:
        return sum(starmap(of, rows))
    except TypeError:
        return None


def _tag_sum(name: bytes, kind: int, value: bytes | float, record: int) -> int:
    begin = zlib.crc32(value if isinstance(value, bytes) else repr(value).encode(), record & MASK)
    return zlib.crc32(name, begin ^ kind)


def _key_sum(key: bytes, number: int) -> int:
    return zlib.crc32(key, number & MASK)


def _asked(catalog: Catalog, condition: Asked) -> set[int]:
    """The numbers of the records whose value of one name is as wanted."""
    name = condition.name.encode("utf-8", "surrogatepass")
    wanted = "SELECT record FROM tags WHERE name = ? AND kind = ? AND value"
    if isinstance(condition, Has):
        rows = catalog.rows("SELECT record FROM tags WHERE name = ?", (name,))
    elif isinstance(condition, Compared):
        kind = kind_of(condition.value)
        rows = catalog.rows(f"{wanted} {condition.order} ?", (name, kind, _bound(condition.value)))
    else:
        rows = []
        for kind in sorted({kind for kind, _ in condition.values}):
            values = [_bound(value) for other, value in condition.values if other == kind]
            rows += catalog.rows_in(f"{wanted} IN ({{}})", values, (name, kind))
    return {number for (number,) in rows}


def _tags(number: int, metadata: Mapping[str, Scalar]) -> list[tuple[bytes, int, bytes | int | float, int]]:
    """The rows of a record, as they come back."""
    return [
        (name.encode("utf-8", "surrogatepass"), kind_of(value), _bound(value), number)
        for name, value in metadata.items()
    ]


def _bound(value: Scalar) -> bytes | int | float:
    """A value as the catalog compares it with others of its kind."""
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    if isinstance(value, float):
        return value + 0.0  # of the two zeros SQLite knows one
    return int(value or 0)


def _packed(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _kept(number: int, key: bytes, content: bytes, said: int) -> Kept:
    if sum_of((number, key, content)) != said:
        raise IndexDamaged("one of its records was changed")
    fields, metadata = json.loads(content.decode("utf-8", "surrogatepass"))
    return Kept(number, key.decode("utf-8", "surrogatepass"), tuple(fields), metadata)


def _last_number(catalog: Catalog) -> int:
    """The number of the last record that there ever was."""
    used = catalog.rows("SELECT seq FROM sqlite_sequence WHERE name = 'records'")
    if used and not isinstance(used[0][0], int):
        raise IndexDamaged("the number of its last record was changed")
    return int(used[0][0]) if used else 0


def _free_key(catalog: Catalog, number: int) -> str:
    """A key for a record that came without one: its number, or the next one that nobody chose as a key."""
    while numbers_of(catalog, [str(number)]):
        number += 1
    return str(number)
