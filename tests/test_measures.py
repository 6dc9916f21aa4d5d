"""How good an order is: the figures of one list worked out by hand, and how sure a mean is."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from te_cli.rank.measures import DRAWN_AT_ONCE, Place, hit, interval, mean, one_a_file, score, score_of

PAGE = [Place("a.py", 1, 9), Place("b.py", 1, 1), Place("a.py", 20, 30), Place("c.py", 5, 5)]


@pytest.mark.parametrize(
    ("ranks", "ndcg", "mrr", "recalls"),
    [
        ([1], 1, 1, (1, 1, 1)),
        ([2], 0.6309297535714575, 0.5, (0, 1, 1)),
        ([6], 0.3562071871080222, 1 / 6, (0, 0, 1)),
        ([10], 0.2890648263178879, 0.1, (0, 0, 1)),
        ([11], 0, 0, (0, 0, 0)),
        ([None], 0, 0, (0, 0, 0)),
        ([1, 3], 1.5 / 1.6309297535714575, 1, (0.5, 1, 1)),
        ([2, None], 0.6309297535714575 / 1.6309297535714575, 0.5, (0, 0.5, 0.5)),
        ([1, 1], 1 / 1.6309297535714575, 1, (1, 1, 1)),  # one place that is two targets gains once
        ([3, 7, None], (1 / 2 + 1 / 3) / (1 + 0.6309297535714575 + 0.5), 1 / 3, (0, 1 / 3, 2 / 3)),
    ],
)
def test_a_list_is_scored_by_where_its_targets_come(
    ranks: list[int | None], ndcg: float, mrr: float, recalls: tuple[float, float, float]
) -> None:
    found = score_of(ranks)
    assert (found["ndcg"], found["mrr"]) == pytest.approx((ndcg, mrr))
    assert (found["r1"], found["r5"], found["r10"]) == pytest.approx(recalls)


def test_ten_of_twelve_targets_are_all_that_a_page_can_hold() -> None:
    assert score_of([*range(1, 11), None, None])["ndcg"] == pytest.approx(1)


@pytest.mark.parametrize(
    ("first", "last", "rank"), [(25, 26, 3), (30, 40, 3), (31, 40, None), (9, 20, 1), (10, 20, 3), (10, 19, None)]
)
def test_a_target_with_lines_is_hit_by_what_shares_one(first: int, last: int, rank: int | None) -> None:
    found = score(PAGE, [{"path": "a.py", "start_line": first, "end_line": last}])
    assert found["mrr"] == pytest.approx(1 / rank if rank else 0)


def test_a_target_without_lines_is_hit_by_its_path() -> None:
    assert hit(PAGE[0], "a.py")
    assert not hit(PAGE[0], "pkg/a.py")
    assert score(PAGE, ["c.py"])["ndcg"] == pytest.approx(1 / math.log2(5))


def test_by_protocol_b_a_file_counts_once() -> None:
    assert score(PAGE, ["c.py"])["mrr"] == pytest.approx(1 / 4)
    assert score(one_a_file(PAGE), ["c.py"])["mrr"] == pytest.approx(1 / 3)


@given(ranks=st.lists(st.none() | st.integers(1, 15), min_size=1, max_size=12))
def test_figures_lie_between_nothing_and_all(ranks: list[int | None]) -> None:
    found = score_of(ranks)
    assert all(0 <= value <= 1 + 1e-12 for value in found.values())
    assert found["r1"] <= found["r5"] <= found["r10"]
    assert bool(found["mrr"]) == bool(found["ndcg"]) == bool(found["r10"])


def test_a_mean_is_of_each_figure() -> None:
    assert mean([score_of([1]), score_of([None])])["mrr"] == 0.5
    assert mean([]) == {}


def test_an_interval_holds_the_mean_and_narrows_with_the_queries() -> None:
    few, many = interval([0.0, 1.0] * 20), interval([0.0, 1.0] * 500)
    assert few[0] < many[0] < 0.5 < many[1] < few[1]
    assert interval([0.0, 1.0] * 20) == few
    assert interval([0.25]) == (0.25, 0.25)


def test_an_interval_of_many_values_is_drawn_in_parts() -> None:
    """The normal approximation says 1.96 x 0.5 / sqrt(n)."""
    number = DRAWN_AT_ONCE // 1000
    low, high = interval([0.0, 1.0] * (number // 2))
    assert (high - low) / 2 == pytest.approx(0.98 / math.sqrt(number), rel=0.05)
