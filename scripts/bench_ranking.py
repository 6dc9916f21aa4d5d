#!/usr/bin/env python3
"""What does each part of the ranking bring, and how long does ranking take?

    bench_ranking.py ablation --annotated FILE --trees DIR --indexes DIR
    bench_ranking.py latency  --annotated FILE --trees DIR --indexes DIR [--only NAME …] [--profile]

FILE and the trees are those of ``tune_ranking.py``; the indexes are made in a folder of their own, one a tree, and are
used again. ``ablation`` gathers each query's candidates once and orders them in memory: by one retriever's list, by
the lists fused, by all signals, and by all signals but one. NDCG@10 by protocol A, the mean over the repositories; the
interval is that of the difference from all signals, by bootstrap over the repositories. ``latency`` ranks lists of 200
candidates in a warm process: the signals, the weights and the page, as ``te search`` does after retrieval.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import pstats
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from ranking_data import Asked, Gathered, asked, gather, names, ndcg_of

from te_cli.rank.measures import interval
from te_cli.rank.order import rank
from te_cli.rank.signals import signals
from te_cli.rank.weights import CROWDING, DIGITS, WEIGHTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LISTS = {"words alone": "words_rank", "vectors alone": "vector_rank", "names alone": "name_rank"}
"""The retrievers, and what a candidate knows of its place in each one's list."""

CANDIDATES = 200
DEEP = 60
"""Answers asked for, so that retrievers give as many candidates as the latency is measured on."""

ROUNDS = 7
"""How often each list is ranked: the first time warms the memory of words."""


class Case(NamedTuple):
    """One query: its category, its numbers, and its candidates."""

    category: str
    numbers: Asked
    gathered: Gathered


def main() -> None:
    """Gather, then measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["ablation", "latency"])
    parser.add_argument("--annotated", type=Path, required=True)
    parser.add_argument("--trees", type=Path, required=True)
    parser.add_argument("--indexes", type=Path, required=True)
    parser.add_argument("--only", nargs="*", help="only these repositories")
    parser.add_argument("--profile", action="store_true", help="latency: what the time goes to")
    options = parser.parse_args()
    if options.what == "ablation":
        ablation(list(cases(options, limit=10)))
    else:
        latency([case.gathered for case in cases(options, limit=DEEP)], profiled=options.profile)


def cases(options: argparse.Namespace, limit: int) -> Iterator[Case]:
    """Every query of the repositories asked for."""
    for repository in json.loads(options.annotated.read_text()):
        name = repository["name"]
        if options.only and name not in options.only:
            continue
        root = options.trees / name / (repository["root"] or "")
        for gathered in gather(root, repository["queries"], options.indexes / name, limit):
            if gathered.candidates:
                yield Case(gathered.row.get("category", ""), asked(name, gathered), gathered)


# What does each part bring?


def ablation(queries: list[Case]) -> None:
    """Print the table."""
    categories = sorted({case.category for case in queries})
    whole = gains(queries, by_weights())
    print(f"| {'order':24s} | NDCG@10 | change | 95 % | {' | '.join(categories)} |")
    print(f"|{'---|' * (4 + len(categories))}")

    def say(label: str, found: np.ndarray) -> None:
        means = by_repository(queries, found)
        changes = means - by_repository(queries, whole)
        low, high = interval(list(changes))
        parts = (found[[case.category == category for case in queries]].mean() for category in categories)
        columns = " | ".join(f"{part:.3f}" for part in parts)
        print(f"| {label:24s} | {means.mean():.3f} | {changes.mean():+.3f} | {low:+.3f} to {high:+.3f} | {columns} |")

    for label, attribute in LISTS.items():
        say(label, gains(queries, by_list(attribute)))
    say("the three fused", gains(queries, by_signal("fused")))
    say("all signals", whole)
    say("without crowding", gains(queries, by_weights(crowded=False)))
    used = {name for table in WEIGHTS.values() for name in table}
    rows = [(f"without {name}", gains(queries, by_weights(name))) for name in names if name in used]
    for label, found in sorted(rows, key=lambda row: by_repository(queries, row[1]).mean()):
        say(label, found)


def gains(queries: list[Case], order: Any) -> np.ndarray:
    """NDCG@10 of each query."""
    return np.array([ndcg_of(case.numbers, *order(case)) for case in queries])


def by_repository(queries: list[Case], found: np.ndarray) -> np.ndarray:
    """The mean of each repository, in order of their names."""
    parts: dict[str, list[float]] = defaultdict(list)
    for case, value in zip(queries, found, strict=True):
        parts[case.numbers.repository].append(float(value))
    return np.array([np.mean(parts[name]) for name in sorted(parts)])


def by_list(attribute: str) -> Any:
    """As one retriever lists them; what it did not find is not listed."""

    def order(case: Case) -> tuple[np.ndarray, float]:
        ranks = [getattr(candidate, attribute) for candidate in case.gathered.candidates]
        return np.array([-np.inf if place is None else -place for place in ranks], float), 0.0

    return order


def by_signal(name: str) -> Any:
    """By one signal; what has none of it is not listed."""

    def order(case: Case) -> tuple[np.ndarray, float]:
        values = np.round(case.numbers.values[:, names.index(name)], DIGITS)
        return np.where(values > 0, values, -np.inf), 0.0

    return order


def by_weights(without: str = "", *, crowded: bool = True) -> Any:
    """As te ranks them, one signal left out."""

    def order(case: Case) -> tuple[np.ndarray, float]:
        intent: Any = case.gathered.query.intent
        table = WEIGHTS[intent]
        weights = np.array([table[name].value if name in table and name != without else 0.0 for name in names])
        return np.round(case.numbers.values @ weights, DIGITS), CROWDING[intent] if crowded else 0.0

    return order


# How long does it take?


def latency(queries: list[Gathered], *, profiled: bool) -> None:
    """Print how long ranking takes, in milliseconds, and what it is spent on."""
    full = [query for query in queries if len(query.candidates) >= CANDIDATES]
    print(f"{len(full)} of {len(queries)} queries have {CANDIDATES} candidates")
    lists = [(query.query, query.candidates[:: len(query.candidates) // CANDIDATES][:CANDIDATES]) for query in full]
    for query, candidates in lists:
        rank(query, candidates, 10)
    timed("the whole step", lambda query, candidates: rank(query, candidates, 10), lists)
    timed("signals alone", signals, lists)
    if profiled:
        profile = cProfile.Profile()
        profile.enable()
        for query, candidates in lists:
            rank(query, candidates, 10)
        profile.disable()
        pstats.Stats(profile).strip_dirs().sort_stats("tottime").print_stats(14)


def timed(label: str, step: Callable[..., Any], lists: list[tuple[Any, Any]]) -> None:
    """The median and the 99th percentile of one step, by the clock and in processor time: the machine may be busy."""
    taken = []
    for _ in range(ROUNDS):
        for query, candidates in lists:
            started = time.perf_counter(), time.process_time()
            step(query, candidates)
            taken.append((time.perf_counter() - started[0], time.process_time() - started[1]))
    for clock, seconds in zip(("elapsed", "processor"), zip(*taken, strict=True), strict=True):
        middle, late = np.percentile(seconds, (50, 99))
        print(f"{label:16s} {clock:9s}  p50 {1000 * middle:.2f} ms  p99 {1000 * late:.2f} ms  ({len(taken)} times)")


if __name__ == "__main__":
    main()
