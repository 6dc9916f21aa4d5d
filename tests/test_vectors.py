"""Vectors on disk: what a base is asked for comes back, whichever way its rows lie."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import numpy as np
import pytest

from te_cli.errors import IndexDamaged
from te_cli.store import flat, vectors
from te_cli.store.folder import base_path
from te_cli.store.levels import levelled
from te_cli.store.vectors import open_base, similarity, write_base

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import MakeRepository, Run
    from numpy.typing import NDArray

    from te_cli.store.vectors import Base

COUNT = 20_000

DIMENSIONS = 100
"""No multiple of 64, or of 8."""


@pytest.fixture(scope="module")
def rows() -> NDArray[np.int8]:
    """Rows around a few hundred centres, as code has them: some alike, many unlike."""
    chance = np.random.default_rng(0)
    centres = chance.normal(0, 30, (400, DIMENSIONS))
    found = centres[chance.integers(0, 400, COUNT)] + chance.normal(0, 20, (COUNT, DIMENSIONS))
    return levelled(found.astype(np.float32))


@pytest.fixture(scope="module", params=["mapped", "read", "graph"])
def base(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, rows: NDArray[np.int8]
) -> Iterator[Base]:
    """A base of ``rows``, with every third number as an id."""
    folder = tmp_path_factory.mktemp("base")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vectors, "GRAPH_ROWS", 1_000 if request.param == "graph" else 1_000_000)
        patch.setattr(flat, "MAPPED", 0 if request.param == "read" else 1 << 30)
        path = write_base(folder, 1, np.arange(COUNT) * 3, rows, 2)
        opened = open_base(folder, 1, DIMENSIONS)
    assert path.suffix == (".usearch" if request.param == "graph" else ".rows")
    assert path == base_path(folder, 1)
    yield opened
    opened.close()


def best(query: NDArray[np.float32], ids: NDArray[np.int64], found: NDArray[np.int8], count: int) -> set[int]:
    """The ids of the nearest ``count``, by exact cosine."""
    return set(ids[np.argsort(-similarity(query, found), kind="stable")[:count]].tolist())


def queries(rows: NDArray[np.int8], count: int) -> list[NDArray[np.float32]]:
    """Unit vectors not far from some of the rows."""
    chance = np.random.default_rng(1)
    near = rows[chance.integers(0, len(rows), count)] + chance.normal(0, 30, (count, rows.shape[1]))
    return [(query / np.linalg.norm(query)).astype(np.float32) for query in near]


def test_what_is_near_is_found(base: Base, rows: NDArray[np.int8]) -> None:
    """Of the true nearest ten, nine and more of ten; and each id comes with its own row."""
    ids, found = np.arange(COUNT) * 3, 0
    for query in queries(rows, 30):
        got, own = base.nearest(query, 60, None)
        assert np.array_equal(own, rows[got // 3])
        found += len(best(query, ids, rows, 10) & best(query, got, own, 10))
    assert found >= 0.9 * 300


@pytest.mark.parametrize("share", [2, 40, 4000])
def test_only_what_is_allowed_is_found(base: Base, rows: NDArray[np.int8], share: int) -> None:
    """A filter leaves the nearest of what it admits, however little that is."""
    allowed = np.arange(0, COUNT, share) * 3
    wanted = found = 0
    for query in queries(rows, 40):
        got, own = base.nearest(query, 10, allowed)
        assert np.isin(got, allowed).all()
        near = best(query, allowed, rows[allowed // 3], 5)
        wanted += len(near)
        found += len(near & best(query, got, own, 5))
    assert found >= 0.98 * wanted


def test_rows_come_in_the_order_of_their_ids(base: Base, rows: NDArray[np.int8]) -> None:
    """Ids that the base does not hold are left out, whether few or nearly all are asked for."""
    for asked in (np.array([9, 3, 4, 30_000, 10**9, 0]), np.arange(3 * COUNT)[::-1].copy(), np.array([], np.int64)):
        ids, own = base.rows(asked)
        assert ids.tolist() == [number for number in asked.tolist() if number % 3 == 0 and number < 3 * COUNT]
        assert np.array_equal(own, rows[ids // 3])


def test_all_alike_are_cut_alike(tmp_path: Path) -> None:
    """Copies of one row do not all come back, and the same ones each time."""
    alike = np.tile(levelled(np.arange(-50, 50, dtype=np.float32)), (COUNT, 1))
    write_base(tmp_path, 1, np.arange(COUNT), alike, 1)
    base = open_base(tmp_path, 1, DIMENSIONS)
    query = alike[0] / np.linalg.norm(alike[0].astype(np.float32))
    first, again = (base.nearest(query.astype(np.float32), 10, None)[0] for _ in range(2))
    assert np.array_equal(first, again)
    assert 10 <= len(first) <= 2 * flat.STEPS[-1][1]
    base.close()


def test_rows_are_read_where_the_system_cannot_read_at_a_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: NDArray[np.int8]
) -> None:
    """Windows has no pread."""
    monkeypatch.delattr(os, "pread")
    monkeypatch.setattr(flat, "MAPPED", 0)
    write_base(tmp_path, 1, np.arange(COUNT), rows, 1)
    base = open_base(tmp_path, 1, DIMENSIONS)
    assert np.array_equal(base.rows(np.array([7, 19_000]))[1], rows[[7, 19_000]])
    base.close()


@pytest.mark.parametrize("kind", ["flat", "graph"])
def test_a_base_that_is_cut_short_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: NDArray[np.int8], kind: str
) -> None:
    """A vector file that was truncated, emptied or is another model's is damage, not an answer."""
    monkeypatch.setattr(vectors, "GRAPH_ROWS", 1 if kind == "graph" else 1_000)
    path = write_base(tmp_path, 1, np.arange(500), rows[:500], 1)
    for dimensions in (64, 256):
        with pytest.raises(IndexDamaged):
            open_base(tmp_path, 1, dimensions)
    for size in (5_000, 3, 0):
        os.truncate(path, size)
        with pytest.raises(IndexDamaged):
            open_base(tmp_path, 1, DIMENSIONS)


def test_a_base_of_the_other_kind_that_a_dead_run_left_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: NDArray[np.int8]
) -> None:
    """A run that died after its base was named leaves a file of that number, which the next run writes anew."""
    with monkeypatch.context() as patch:
        patch.setattr(vectors, "GRAPH_ROWS", 1)
        write_base(tmp_path, 1, np.arange(500), rows[:500], 1)
    write_base(tmp_path, 1, np.arange(300), rows[:300], 1)
    base = open_base(tmp_path, 1, DIMENSIONS)
    assert len(base) == 300
    base.close()


def test_an_index_may_grow_into_a_graph_and_back(
    repo: MakeRepository, te: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Past a number of rows the next base is a graph, and each answers alike; nothing of the other kind is left."""
    root = repo({f"n{n}.py": f"def parcel_{n}(value):\n    return value * {n}\n" for n in range(1_200)})
    search = ("search", "multiply a parcel", "--mode", "semantic", "--json")
    found = {}
    for most, kind in ((1_000, "usearch"), (1_000_000, "rows"), (1_000, "usearch")):
        monkeypatch.setattr(vectors, "GRAPH_ROWS", most)
        assert te("index", "--full").exit_code == 0
        assert [path.suffix for path in (root / ".te").glob("vectors-*")] == [f".{kind}"]
        assert te("doctor").exit_code == 0
        found[kind] = {hit["qualified_name"] for hit in json.loads(te(*search).stdout)["results"]}
    assert len(found["usearch"]) == 10
    assert len(found["rows"]) == 10


@pytest.mark.parametrize("count", [0, 1, 511, 512, 513, 1023, 1024, 1025, 5000])
def test_many_rows_are_scored_as_few_are(count: int) -> None:
    """They are multiplied a piece at a time; each cosine is that of its row."""
    chance = np.random.default_rng(2)
    rows = chance.integers(-30, 30, (count, 256)).astype(np.int8)
    query = chance.normal(size=256).astype(np.float32)
    query /= np.linalg.norm(query)
    wide = rows.astype(np.float64)
    expected = wide @ query / np.linalg.norm(wide, axis=1).clip(1e-9)
    assert np.abs(similarity(query, rows) - expected).max(initial=0) < 1e-6
