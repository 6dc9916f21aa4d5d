"""Whatever is added, removed and asked in whatever order: every store and backend answers as a dictionary would."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from backends import BACKENDS, DIMENSION, STORES, PlainStore
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from te_cli.store import pile, segments

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

OFTEN = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))

IDS = st.integers(0, 12)

DIRECTIONS = st.lists(st.sampled_from([-1.0, 0.0, 1.0]), min_size=4, max_size=4)

STORE_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.lists(st.tuples(IDS, DIRECTIONS), max_size=6)),
        st.tuples(st.just("remove"), st.lists(IDS, max_size=4)),
        st.tuples(st.just("search"), st.tuples(DIRECTIONS, st.integers(1, 9), st.none() | st.sets(IDS))),
    ),
    min_size=3,
    max_size=9,
)


@pytest.fixture(autouse=True)
def small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few rows are many: files are written and merged all the time."""
    monkeypatch.setattr(pile, "DELTA_ROWS", 2)
    monkeypatch.setattr(pile, "HELD_BYTES", 5 * 4 * DIMENSION)
    monkeypatch.setattr(segments, "CHUNK", 3)


def wide(direction: list[float]) -> list[float]:
    return direction + [0.0] * (DIMENSION - len(direction))


@OFTEN
@given(STORE_STEPS)
def test_every_store_is_a_dictionary_of_directions(steps: list[tuple[str, Any]]) -> None:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        stores = {name: make(Path(folder, name)) for name, make in STORES.items()}
        for store in stores.values():
            stack.callback(store.close)
        model = PlainStore(DIMENSION)
        for verb, what in steps:
            for name, store in stores.items():
                if verb == "add":
                    store.add([one for one, _ in what], np.array([wide(row) for _, row in what]).reshape(-1, DIMENSION))
                elif verb == "remove":
                    store.remove(what)
                else:
                    query, k, among = what
                    found = store.search(wide(query), k, among=among)
                    expected = model.search(wide(query), k, among=among)
                    assert [one for one, _ in found] == [one for one, _ in expected], name
                    assert [score for _, score in found] == pytest.approx([score for _, score in expected], abs=2e-6)
            if verb == "add":
                for one, row in what:
                    model.add([one], [wide(row)])
            elif verb == "remove":
                model.remove(what)
            for name, store in stores.items():
                assert len(store) == len(model), name
                assert [one in store for one in (0, 5)] == [one in model for one in (0, 5)], name


TEXTS = st.sampled_from(["retry an upload", "retry", "parse a date", "…", "upload uploads", "a date to retry"])

NAMES = st.sampled_from(["a", "b"])

VALUES = st.sampled_from([None, True, False, 0, 1, 1.0, 2.5, -1, "1", "go", "", 2**60, 2.0**60, -0.0])

METADATA = st.dictionaries(NAMES, VALUES)

COMPARABLE = VALUES.filter(lambda value: value is not None and not isinstance(value, bool))

TESTS = st.one_of(
    VALUES,
    st.builds(lambda operator, value: {operator: value}, st.sampled_from(["$eq", "$ne"]), VALUES),
    st.builds(
        lambda operator, value: {operator: value}, st.sampled_from(["$in", "$nin"]), st.lists(VALUES, max_size=3)
    ),
    st.builds(lambda operator, value: {operator: value}, st.sampled_from(["$gt", "$gte", "$lt", "$lte"]), COMPARABLE),
    st.builds(lambda there: {"$exists": there}, st.booleans()),
)

WHERE: st.SearchStrategy[dict[str, Any]] = st.recursive(
    st.dictionaries(NAMES, TESTS, max_size=2),
    lambda inner: st.one_of(
        st.builds(
            lambda name, parts: {name: parts}, st.sampled_from(["$and", "$or"]), st.lists(inner, min_size=1, max_size=3)
        ),
        st.builds(lambda part: {"$not": part}, inner),
    ),
    max_leaves=5,
)

BACKEND_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.lists(st.tuples(st.sampled_from("uvwxyz"), TEXTS, METADATA), max_size=4)),
        st.tuples(st.just("delete"), st.lists(st.sampled_from("uvwxyz"), max_size=2)),
        st.tuples(st.just("delete where"), WHERE),
        st.tuples(st.just("ask"), st.tuples(TEXTS, st.integers(1, 4), WHERE)),
        st.tuples(st.just("ask"), st.tuples(TEXTS, st.integers(1, 4), WHERE)),
    ),
    min_size=3,
    max_size=9,
)


def kind(value: object) -> str:
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


def same(value: object, other: object) -> bool:
    return kind(value) == kind(other) and value == other


OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "$gt": lambda value, wanted: value > wanted,
    "$gte": lambda value, wanted: value >= wanted,
    "$lt": lambda value, wanted: value < wanted,
    "$lte": lambda value, wanted: value <= wanted,
}


def passes(test: Any, name: str, metadata: Mapping[str, Any]) -> bool:
    """What one test of one name says, spelled out a second time."""
    if not isinstance(test, dict):
        return name in metadata and same(metadata[name], test)
    ((operator, wanted),) = test.items()
    if operator == "$exists":
        return (name in metadata) is wanted
    if operator in {"$ne", "$nin"}:
        return not passes({"$eq" if operator == "$ne" else "$in": wanted}, name, metadata)
    if name not in metadata:
        return False
    if operator in {"$eq", "$in"}:
        return any(same(metadata[name], value) for value in (wanted if operator == "$in" else [wanted]))
    return kind(metadata[name]) == kind(wanted) and OPERATORS[operator](metadata[name], wanted)


def admits(where: dict[str, Any], metadata: Mapping[str, Any]) -> bool:
    """What a filter says, spelled out a second time."""
    parts = []
    for name, test in where.items():
        if name == "$not":
            parts.append(not admits(test, metadata))
        elif name in {"$and", "$or"}:
            each = [admits(part, metadata) for part in test]
            parts.append(all(each) if name == "$and" else any(each))
        else:
            parts.append(passes(test, name, metadata))
    return all(parts)


@OFTEN
@given(BACKEND_STEPS)
def test_every_backend_is_a_dictionary_of_texts(steps: list[tuple[str, Any]]) -> None:
    """And all of them give the same matches, with the same scores, in the same order."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        backends = {name: make(Path(folder, name)) for name, make in BACKENDS.items()}
        for backend in backends.values():
            stack.callback(backend.close)
        model: dict[str, tuple[str, dict[str, Any]]] = {}
        for verb, what in steps:
            before = dict(model)
            answers = []
            if verb == "add":
                model.update({key: (text, metadata) for key, text, metadata in what})
            elif verb == "delete":
                model = {key: value for key, value in model.items() if key not in what}
            elif verb == "delete where":
                model = {key: value for key, value in model.items() if not admits(what, value[1])}
            for name, backend in backends.items():
                if verb == "add":
                    backend.add([text for _, text, _ in what], [key for key, _, _ in what], [data for *_, data in what])
                elif verb == "delete":
                    assert backend.delete(what) == len(before) - len(model), name
                elif verb == "delete where":
                    assert backend.delete(where=what) == len(before) - len(model), name
                elif what[0] != "…":
                    text, k, where = what
                    admitted = {key for key, (_, data) in model.items() if admits(where, data)}
                    assert backend.count(where) == len(admitted), (name, where)
                    found = backend.search(text, k, where)
                    speaking = {key for key in admitted if model[key][0] != "…"}
                    assert len(found) == min(k, len(speaking)), (name, where)
                    assert {match.id for match in found} <= speaking, (name, where)
                    answers.append([(match.id, round(match.score, 5), match.text) for match in found])
                assert {one.id: (one.text, dict(one.metadata)) for one in backend.get(list("uvwxyz"))} == model
            assert all(answer == answers[0] for answer in answers)
