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
from te_cli.store.vectors import VectorBase, base_name, write_base

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from te_cli.store.catalog import Catalog

DELTA_ROWS = 2_000
"""Vectors that stay in the delta whatever the base's size: scanning them takes 2 ms."""

DELTA_FRACTION = 0.2
"""Past this share of the base the delta is merged: a merge costs as much as the base, so it is paid once per fifth."""


class Base(NamedTuple):
    """The base that is current when a run starts."""

    folder: Path
    generation: int
    dimensions: int


def store_vectors(
    catalog: Catalog, base: Base, new: dict[int, NDArray[np.int8]], *, everything: bool, threads: int
) -> int:
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
        _to_delta(catalog, new)
        return base.generation
    ids, vectors = _all_vectors(catalog, base, new)
    catalog.run("DELETE FROM delta")
    if len(ids) <= DELTA_ROWS:
        _to_delta(catalog, dict(zip(ids.tolist(), vectors, strict=True)))
        catalog.set_meta(base_rows=0)
        return 0
    number = catalog.number("last_generation") + 1
    path = base.folder / base_name(number)
    write_base(path, ids, vectors, threads)
    catalog.set_meta(base_rows=len(ids), last_generation=number, base_crc=crc_of(path))
    return number


def _to_delta(catalog: Catalog, vectors: dict[int, NDArray[np.int8]]) -> None:
    rows = ((unit_id, vector.tobytes()) for unit_id, vector in vectors.items())
    catalog.run_many("INSERT OR REPLACE INTO delta VALUES (?, ?, ?)", ((*row, sum_of(row)) for row in rows))


def _all_vectors(
    catalog: Catalog, base: Base, new: dict[int, NDArray[np.int8]]
) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
    """Ids (n,) and rows (n, dimensions) of every unit that has a vector, in order of id, from base, delta and run."""
    live = np.array([row[0] for row in catalog.rows("SELECT id FROM units WHERE embedded ORDER BY id")], np.int64)
    known = {row[0]: np.frombuffer(row[1], np.int8) for row in catalog.rows("SELECT unit_id, vector FROM delta")}
    known.update(new)
    old = np.array([unit_id for unit_id in live.tolist() if unit_id not in known], np.int64)
    if len(old) and base.generation:
        mapped = VectorBase(base.folder / base_name(base.generation), base.dimensions)
        held, rows = mapped.rows(old)
        known.update(zip(held.tolist(), rows, strict=True))
        mapped.close()
    if missing := [unit_id for unit_id in live.tolist() if unit_id not in known]:
        raise IndexDamaged(f"{len(missing)} vectors are missing.", "Run `te index --full`.")
    rows = np.array([known[unit_id] for unit_id in live.tolist()], np.int8)
    return live, rows.reshape(len(live), base.dimensions)
