"""When vectors leave the delta for a new base, and how the base is put together.

Fresh vectors go to the delta, in the catalog, and are published with the run. When the delta has grown past a fraction
of the base, both become the next generation: a new file beside the old one, which the catalog names in the same
transaction. A generation of 0 means that there is no base.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from te_cli.errors import IndexDamaged
from te_cli.store.seal import crc_of
from te_cli.store.sums import sum_of
from te_cli.store.vectors import open_base, write_base

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

    from te_cli.store.catalog import Catalog
    from te_cli.store.fresh import Fresh, Keyed

DELTA_ROWS = 2_000
"""Vectors that stay in the delta whatever the base's size: scanning them takes 2 ms."""

DELTA_FRACTION = 0.01
"""Past this share of the base the delta is merged. A merge writes the base anew, at a million rows in half a second;
and each search scans the delta, at ten thousand rows in 8 ms."""


class Current(NamedTuple):
    """The base that is current when a run starts."""

    folder: Path
    generation: int
    dimensions: int


def store_vectors(catalog: Catalog, base: Current, new: Fresh, *, everything: bool, threads: int) -> int:
    """Put a run's ``new`` vectors into the delta, or all vectors into a new base; gives the generation then current.

    ``everything``: the run made every vector anew, so neither base nor delta counts.

    Raises:
        IndexDamaged: a unit's vector is in neither.
        NotWritable: the new base cannot be written.
    """
    if everything:
        catalog.run("DELETE FROM delta")
    base_rows = 0 if everything else catalog.number("base_rows")
    in_delta = int(catalog.rows("SELECT count(*) FROM delta")[0][0])
    if not everything and in_delta + len(new) <= max(DELTA_ROWS, DELTA_FRACTION * base_rows):
        _to_delta(catalog, new.keyed())
        return base.generation
    ids, vectors = _all_vectors(catalog, base, new)
    catalog.run("DELETE FROM delta")
    if len(ids) <= DELTA_ROWS:
        _to_delta(catalog, (ids, vectors))
        catalog.set_meta(base_rows=0)
        return 0
    number = catalog.number("last_generation") + 1
    path = write_base(base.folder, number, ids, vectors, threads)
    catalog.set_meta(base_rows=len(ids), last_generation=number, base_crc=crc_of(path))
    return number


def _to_delta(catalog: Catalog, vectors: Keyed) -> None:
    rows = ((unit_id, vector.tobytes()) for unit_id, vector in zip(vectors[0].tolist(), vectors[1], strict=True))
    catalog.run_many("INSERT OR REPLACE INTO delta VALUES (?, ?, ?)", ((*row, sum_of(row)) for row in rows))


def _all_vectors(catalog: Catalog, base: Current, new: Fresh) -> Keyed:
    """Ids (n,) and rows (n, dimensions) of every unit that has a vector, in order of id, from base, delta and run."""
    live = np.fromiter((row[0] for row in catalog.each("SELECT id FROM units WHERE embedded ORDER BY id")), np.int64)
    ids, rows = new.keyed()
    if np.array_equal(ids, live):
        return live, rows
    found = np.empty((len(live), base.dimensions), np.int8)
    missing = np.ones(len(live), bool)
    for ids, rows in (new.keyed(), *_earlier(catalog, base, live)):
        # What came later counts, so what has been found is left as it is.
        places = np.minimum(np.searchsorted(live, ids), max(len(live) - 1, 0))
        wanted = (live[places] == ids) & missing[places] if len(live) else np.zeros(len(ids), bool)
        found[places[wanted]] = rows[wanted]
        missing[places[wanted]] = False
    if missing.any():
        raise IndexDamaged(f"{int(missing.sum())} vectors are missing.", "Run `te index --full`.")
    return live, found


def _earlier(catalog: Catalog, base: Current, live: NDArray[np.int64]) -> Iterable[Keyed]:
    """What earlier runs left: the delta's vectors, and of the base's those of ``live``."""
    delta = catalog.rows("SELECT unit_id, vector FROM delta")
    rows = np.frombuffer(b"".join(row[1] for row in delta), np.int8).reshape(len(delta), base.dimensions)
    yield np.array([row[0] for row in delta], np.int64), rows
    if base.generation:
        mapped = open_base(base.folder, base.generation, base.dimensions)
        yield mapped.rows(live)
        mapped.close()
