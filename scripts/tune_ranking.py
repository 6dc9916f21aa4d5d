#!/usr/bin/env python3
"""Learn the ranker's weights from annotated queries, and say how well they do on repositories left out.

    tune_ranking.py --annotated FILE --trees DIR [--flat FILE --flat-tree DIR] [--issues FILE --issue-trees DIR]
                    [--lists DIR]

FILE of --annotated is a list of {"name", "root", "queries": [{"query", "gold": [TARGET …]}]}, a TARGET being a path
or {"path", "start_line", "end_line"}; DIR/<name>/<root> is the tree. FILE of --flat is a list of
{"query", "gold": path} over the one tree of --flat-tree. FILE of --issues has a line {"repo", "base_commit", "title",
"text", "gold": [path …]} for each issue; DIR/<owner>+<name> is a clone, in which the base commits are checked out.
DIR of --lists is what ranking_lists.py gathered, outside all of these.

The model is linear in the signals of ``te_cli.rank.signals``. The loss is listwise (Cao et al., ICML 2007): for each
gold target, the log of the softmax share that its candidates get. Each weight is held to the sign that the present
table gives it; a signal that the table leaves out stays out. Repositories count alike, however many queries they have.
"""

from __future__ import annotations

import argparse
import json
import math
from collections import defaultdict
from pathlib import Path

import numpy as np
from ranking_data import Asked, ask, ask_issues, names, ndcg
from ranking_kept import load

from te_cli.rank.weights import CROWDING, WEIGHTS

FOLDS = 6
RIDGE = 0.02
"""Weight decay: what keeps a signal that says nothing at zero."""

STEPS, RATE = 250, 0.05
FLAT_SHARE = 5.0
"""How many repositories the one flat tree counts for: its hundreds of questions are of one kind."""


def learn(queries: list[Asked], signs: np.ndarray) -> np.ndarray:
    """Weights (signals,) by Adam on the listwise loss, projected on their signs after each step."""
    count: dict[str, int] = defaultdict(int)
    for query in queries:
        count[query.repository] += 1
    weights, mean, square = (np.zeros(len(signs)) for _ in range(3))
    for step in range(1, STEPS + 1):
        gradient = 2 * RIDGE * weights
        for query in queries:
            reached = query.hits[query.hits.any(axis=1)]
            if not len(reached):
                continue
            scores = query.values @ weights
            share = np.exp(scores - scores.max())
            share /= share.sum()
            wanted = sum(np.where(row, share, 0) / share[row].sum() for row in reached) / len(reached)
            gradient += query.weight / count[query.repository] * (query.values.T @ (share - wanted))
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.99 * square + 0.01 * gradient**2
        weights -= RATE * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
        weights = np.where(signs * weights > 0, weights, 0)
    return weights


def score(queries: list[Asked], weights: dict[str, np.ndarray]) -> dict[str, float]:
    """Mean NDCG@10 of each repository."""
    found = defaultdict(list)
    for query in queries:
        found[query.repository].append(ndcg(query, weights[query.intent], CROWDING[query.intent]))  # type: ignore[index]
    return {repository: float(np.mean(values)) for repository, values in found.items()}


def signs_of(intent: str) -> np.ndarray:
    """The sign that the table gives each signal; 0 for those it leaves out."""
    table = WEIGHTS[intent]  # type: ignore[index]
    return np.array([np.sign(table[name].value) if name in table else 0.0 for name in names])


def fit(queries: list[Asked]) -> dict[str, np.ndarray]:
    """Weights for each intent."""
    return {intent: learn([q for q in queries if q.intent == intent], signs_of(intent)) for intent in WEIGHTS}


def main() -> None:
    """Gather, cross-validate, fit on everything, print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--annotated", type=Path, required=True)
    parser.add_argument("--trees", type=Path, required=True)
    parser.add_argument("--flat", type=Path)
    parser.add_argument("--flat-tree", type=Path)
    parser.add_argument("--issues", type=Path)
    parser.add_argument("--issue-trees", type=Path)
    parser.add_argument("--lists", type=Path)
    parser.add_argument("--lists-share", type=float, default=1.0, help="what those lists weigh (1)")
    options = parser.parse_args()
    queries: list[Asked] = []
    for repository in json.loads(options.annotated.read_text()):
        root = options.trees / repository["name"] / (repository["root"] or "")
        queries += ask(repository["name"], root, repository["queries"])
    repositories = sorted({query.repository for query in queries})
    if options.flat:
        flat = ask("flat", options.flat_tree, json.loads(options.flat.read_text()))
        for query in flat:
            query.weight = FLAT_SHARE
        queries += flat
    if options.issues:
        queries += ask_issues(options.issues, options.issue_trees)
    if options.lists:
        queries += load(options.lists, options.lists_share)
    left_out: dict[str, float] = {}
    for fold in range(FOLDS):
        held = set(repositories[fold::FOLDS])
        weights = fit([query for query in queries if query.repository not in held])
        left_out |= score([query for query in queries if query.repository in held], weights)
    table = {
        intent: np.array([WEIGHTS[intent][name].value if name in WEIGHTS[intent] else 0.0 for name in names])
        for intent in WEIGHTS
    }
    fitted = fit(queries)
    now, after = score(queries, table), score(queries, fitted)  # type: ignore[arg-type]
    print(f"{'NDCG@10':20s} {'left out':>9s} {'fitted':>9s} {'present':>9s}")
    columns = (left_out, after, now)
    for repository in sorted(now):
        print(f"{repository:20s}", *(f"{found.get(repository, math.nan):9.3f}" for found in columns))
    means = (np.mean([found[name] for name in repositories]) for found in columns)
    print(f"{'mean of trees':20s}", *(f"{mean:9.3f}" for mean in means))
    for intent, learned in fitted.items():
        print(f"\n{intent}")
        for name, value in sorted(zip(names, learned, strict=True), key=lambda pair: -abs(pair[1])):
            if abs(value) > 0.01:
                print(f"    {name:14s} {value:6.2f}")


if __name__ == "__main__":
    main()
