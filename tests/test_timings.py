"""Where the time went: a clock of stages, and ``--timings``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from te_cli import timings
from te_cli.timings import OFF, Clock

if TYPE_CHECKING:
    from conftest import MakeRepository, Run


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock for which a second passes whenever it looks."""
    seconds = iter(range(100))
    monkeypatch.setattr(timings, "perf_counter", lambda: float(next(seconds)))
    return Clock()


def test_a_stage_inside_another_is_not_counted_twice(clock: Clock) -> None:
    with clock.stage("outer"):
        with clock.stage("inner"):
            pass
        with clock.stage("inner"):
            pass
    assert clock.stages() == (("outer", 3.0), ("inner", 2.0), ("other", 2.0))


def test_a_stage_that_fails_is_booked_and_left(clock: Clock) -> None:
    with pytest.raises(ValueError, match="no"), clock.stage("outer"):
        raise ValueError("no")
    assert clock.stages() == (("outer", 1.0), ("other", 2.0))


def test_what_was_measured_elsewhere_is_added(clock: Clock) -> None:
    clock.add("workers", 4.5)
    clock.add("workers", 0.5)
    assert clock.stages() == (("workers", 5.0), ("other", 1.0))


def test_a_clock_that_is_off_books_nothing() -> None:
    with OFF.stage("outer"):
        OFF.add("workers", 1.0)
    assert OFF.stages() == ()


STAGES = {"start-up", "opening", "checking", "analysing", "words", "vectors", "names", "ranking", "snippets"}


def test_a_search_says_where_its_time_went(repo: MakeRepository, te: Run) -> None:
    repo({"a.py": "def greet(): pass\n"})
    plain = te("search", "greet")
    ran = te("search", "greet", "--timings")
    assert ran.stdout == plain.stdout
    told = {line.split()[0]: line for line in ran.stderr.splitlines()}
    assert STAGES | {"rendering"} <= set(told)
    assert ran.stderr.splitlines()[-1].startswith("in all")
    assert all(line.endswith(" ms") for line in told.values())


def test_timings_are_a_key_of_the_object_where_they_were_asked_for(repo: MakeRepository, te: Run) -> None:
    repo({"a.py": "def greet(): pass\n"})
    plain = te("search", "greet", "--json", "--refresh", "always").json()
    ran = te("search", "greet", "--json", "--refresh", "always", "--timings")
    told = ran.json()
    found = told.pop("timings")
    assert set(found) >= STAGES
    assert all(seconds >= 0 for seconds in found.values())
    assert (told, ran.stderr) == (plain, "")
