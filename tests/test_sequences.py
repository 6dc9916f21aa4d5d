"""Promise 1: after any sequence of edits an incremental index equals a fresh one, and what stayed keeps its id.

The short profile runs with the other tests: sequences that Hypothesis draws, and shrinks where one goes wrong, and a
few hundred random edits. ``make torture`` runs the long one: TE_EDITS says how many, TE_SEED with which seed.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from comparing import contents, differences, ids_of
from edits import BODIES, STEPS, UNITS, Step, Tree
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from te_cli.config import Options, settings_for_indexing
from te_cli.engine.indexing import update
from te_cli.engine.searching import search
from te_cli.errors import ConfigError
from te_cli.model import SearchRequest
from te_cli.store import generations, past
from te_cli.walk import examining, fingerprint

if TYPE_CHECKING:
    from pathlib import Path

    from te_cli.config import Settings
    from te_cli.model import Refresh

EDITS = int(os.environ.get("TE_EDITS", "250"))
"""Random edits of the long sequence."""

SEED = int(os.environ.get("TE_SEED", "1"))
"""What the long sequence is drawn by."""

BETWEEN_RUNS = 8
"""About so many edits lie between two runs of the indexer."""

BETWEEN_COMPARISONS = 250
"""Edits after which the index is compared with a fresh one, and at the end."""

WORDS = [word.decode("latin-1") for body in (*BODIES.values(), *UNITS.values()) for word in set(body[:400].split())]

RUNS = ("whole", "settled", "paths", "settled paths", "search", "asked")
"""How the index is brought up to date: by a look at everything or by what a watcher saw, long after the last edit or
right after it; by a search that refreshes; or not, and what a search says is only held against the tree."""


class _Clock:
    """A clock that may run ahead, so that files look as if nobody had touched them for a while."""

    def __init__(self) -> None:
        self.ahead_ns = 0

    def time_ns(self) -> int:
        return time.time_ns() + self.ahead_ns


class Incremental:
    """A tree and its index: edited, brought up to date, and held against a fresh index."""

    def __init__(self, folder: Path, clock: _Clock) -> None:
        self.tree = Tree(folder / "tree")
        self.clock = clock
        self._fresh = folder / "fresh"
        self._indexed: dict[str, bytes | None] = {}
        self._highest = 0
        self._run(None)

    def bring_up_to_date(self, how: str) -> None:
        """One run of the indexer, of a kind named in :data:`RUNS`."""
        self.clock.ahead_ns = 2 * fingerprint.RACY_NS if "settled" in how else 0
        if how == "asked":
            self._ask("never")
        elif how == "search":
            self._search_fresh()
        else:
            everything = "paths" not in how or self.tree.everything
            self._run(None if everything else frozenset(self.tree.touched))

    def check(self) -> None:
        """Bring the index up to date and compare it with a fresh one."""
        self.bring_up_to_date("paths")
        self.compare()

    def compare(self) -> None:
        """Compare the index with a fresh one of the same tree."""
        shutil.rmtree(self._fresh, ignore_errors=True)
        settings = replace(self._settings(), index_dir=self._fresh, index_dir_given=True)
        update(settings)
        found = differences(contents(self.tree.root, None, WORDS), contents(self.tree.root, self._fresh, WORDS))
        assert not found, "\n".join(found[:20])

    def _settings(self) -> Settings:
        try:
            return settings_for_indexing(str(self.tree.root), Options(jobs=1))
        except ConfigError:  # a merge left its markers in te.toml: that is told, and somebody mends it
            self.tree.settle("")
            return self._settings()

    def _run(self, paths: frozenset[str] | None) -> None:
        settings = self._settings()
        before = ids_of(self.tree.root) if self._indexed else {}
        update(settings, paths=paths)
        self._note(before)

    def _search_fresh(self) -> None:
        before = ids_of(self.tree.root)
        if self._ask("auto") == "fresh":
            self._note(before)

    def _note(self, before: dict[Any, set[int]]) -> None:
        """Hold the ids against those of ``before``, and remember what the index was made from."""
        self.tree.forget()
        after = ids_of(self.tree.root)
        for key, ids in after.items():
            known = before.get(key, set())
            assert len(ids & known) == min(len(ids), len(known)), f"{key}: {known} became {ids}"
            assert all(new > self._highest for new in ids - known), f"{key}: an id was used again"
        self._highest = max([self._highest, *(max(ids) for ids in after.values())])
        self._indexed = {path: self._content(path) for path, *_ in after} or {"": None}

    def _content(self, path: str) -> bytes | None:
        """The content of a file as a search may show it; None where it is none of the tree's."""
        found = self.tree.root / path
        inside = not any(part.is_symlink() for part in (found, *found.parents) if part.is_relative_to(self.tree.root))
        return found.read_bytes() if inside and found.is_file() else None

    def _ask(self, refresh: Refresh) -> str:
        """What a search says of its freshness; a hit that is not marked stale must be what is there."""
        result = search(self._settings(), SearchRequest("alpha beta gamma", limit=50, refresh=refresh, fold=False))
        if result.freshness == "fresh":
            assert not any(hit.stale for hit in result.hits)
        else:
            for hit in result.hits:
                changed = self._content(hit.path) != self._indexed[hit.path]
                assert hit.stale == changed, f"{hit.path}: stale is {hit.stale}"
            assert (result.freshness == "stale") == any(hit.stale for hit in result.hits)
        return result.freshness


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> _Clock:
    """The clock that files are looked at by; delta and past hold little, so that small trees fill them."""
    monkeypatch.setattr(generations, "DELTA_ROWS", 12)
    monkeypatch.setattr(past, "PAST_BYTES", 20_000)
    clock = _Clock()
    monkeypatch.setattr(examining, "time", clock)
    return clock


def steps() -> st.SearchStrategy[Step]:
    """Any step with any arguments."""
    return st.one_of(
        *(st.tuples(st.just(name), st.tuples(*map(st.sampled_from, pools))) for name, (_, pools) in STEPS.items())
    )


def test_an_incremental_index_equals_a_fresh_one(tmp_path: Path, clock: _Clock) -> None:
    """Whatever the sequence of edits and runs."""
    folders = iter(tmp_path / f"case{number}" for number in range(1_000_000))

    class Edited(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.folder = next(folders)
            self.index = Incremental(self.folder, clock)

        @rule(edits=st.lists(steps(), min_size=1, max_size=6))
        def edit(self, edits: list[Step]) -> None:
            for step in edits:
                self.index.tree.take(step)

        @rule(how=st.sampled_from(RUNS))
        def bring_up_to_date(self, how: str) -> None:
            self.index.bring_up_to_date(how)

        def teardown(self) -> None:
            self.index.check()
            shutil.rmtree(self.folder)

    profile = settings(
        max_examples=8,
        stateful_step_count=12,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    run_state_machine_as_test(Edited, settings=profile)


def test_random_edits(tmp_path: Path, clock: _Clock) -> None:
    """A long life of one index: it never drifts from what a fresh one says."""
    draw = random.Random(SEED)  # noqa: S311 - a sequence to repeat, not a secret
    names, weights = list(STEPS), [weight for weight, _ in STEPS.values()]
    index = Incremental(tmp_path, clock)
    started, runs, compared = time.monotonic(), 0, 0
    taken: list[Step] = []
    for number in range(1, EDITS + 1):
        name = draw.choices(names, weights)[0]
        step = (name, tuple(draw.choice(list(pool)) for pool in STEPS[name][1]))
        taken.append(step)
        try:
            index.tree.take(step)
            if draw.random() < 1 / BETWEEN_RUNS:
                index.bring_up_to_date(draw.choice(RUNS))
                runs += 1
            if number % BETWEEN_COMPARISONS == 0 or number == EDITS:
                index.check()
                compared += 1
                taken.clear()
        except BaseException:
            sys.stderr.write(f"seed {SEED}, edit {number}, since the last comparison: {taken}\n")
            raise
        if number % 5_000 == 0:
            seconds = time.monotonic() - started
            print(f"{number:,} edits, {runs:,} runs, {compared} compared, 0 differences, {seconds:.0f} s")  # noqa: T201
