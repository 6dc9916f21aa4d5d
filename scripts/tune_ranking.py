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
from collections import defaultdict
from pathlib import Path

import numpy as np
from ranking_data import Asked, ask, ask_issues, names, ndcg
from ranking_kept import load

from te_cli.digest import digest
from te_cli.rank.weights import CROWDING, WEIGHTS

FOLDS = 6
RIDGE = 0.005
"""Weight decay: what keeps a signal that says nothing at zero."""

STEPS, RATE = 250, 0.05
FLAT_SHARE = 5.0
"""How many repositories the one flat tree counts for: its hundreds of questions are of one kind."""

ALSO: dict[str, tuple[str, ...]] = {"words": ("task",)}
"""Queries of other intents that a table learns from too: tasks keep worded questions from leaning on names of files."""

AS_WORDED = ("test", "not_code", "example", "compat", "depth")
"""Signals that a flat tree cannot teach, where every file has the same: tasks weigh them as worded questions do."""


class Lists:
    """Queries end to end, for a loss over all of them at once."""

    def __init__(self, queries: list[Asked]) -> None:
        count: dict[str, int] = defaultdict(int)
        for query in queries:
            count[query.repository] += 1
        self.values = np.concatenate([query.values for query in queries]).astype(np.float32)
        lengths = [len(query.values) for query in queries]
        starts = np.cumsum([0, *lengths[:-1]])
        self.starts, self.lengths = starts, np.array(lengths)
        # One entry for each candidate that hits a target, a target's entries together.
        rows: list[int] = []
        firsts: list[int] = []
        shares: list[float] = []
        for query, start in zip(queries, starts, strict=True):
            reached = query.hits[query.hits.any(axis=1)]
            for target in reached:
                firsts.append(len(rows))
                shares.append(query.weight / count[query.repository] / len(reached))
                rows += (np.flatnonzero(target) + start).tolist()
        self.rows, self.firsts, self.shares = np.array(rows), np.array(firsts), np.array(shares)
        query_of = np.repeat(np.arange(len(queries)), lengths)
        self.weights = np.bincount(query_of[self.rows[self.firsts]], self.shares, len(queries))

    def gradient(self, weights: np.ndarray) -> np.ndarray:
        """The loss' gradient, (signals,): what candidates get of a query's share, less what the wanted ones should."""
        scores = self.values @ weights.astype(np.float32)
        share = np.exp(scores - np.repeat(np.maximum.reduceat(scores, self.starts), self.lengths))
        pull = share / np.repeat(np.add.reduceat(share, self.starts) / self.weights, self.lengths)
        wanted = share[self.rows]
        sizes = np.diff(self.firsts, append=len(self.rows))
        wanted *= np.repeat(self.shares / np.add.reduceat(wanted, self.firsts), sizes)
        np.subtract.at(pull, self.rows, wanted)
        found: np.ndarray = pull @ self.values
        return found


def learn(queries: list[Asked], signs: np.ndarray) -> np.ndarray:
    """Weights (signals,) by Adam on the listwise loss, projected on their signs after each step."""
    weights, mean, square = (np.zeros(len(signs)) for _ in range(3))
    queries = [query for query in queries if query.hits.any()]
    if not queries:
        return weights
    lists = Lists(queries)
    for step in range(1, STEPS + 1):
        gradient = 2 * RIDGE * weights + lists.gradient(weights)
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.99 * square + 0.01 * gradient**2
        weights -= RATE * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
        weights = np.where(signs * weights > 0, weights, 0)
    return weights


def scores(queries: list[Asked], weights: dict[str, np.ndarray]) -> dict[str, list[float]]:
    """NDCG@10 of every query, by repository."""
    found = defaultdict(list)
    for query in queries:
        found[query.repository].append(ndcg(query, weights[query.intent], CROWDING[query.intent]))  # type: ignore[index]
    return found


def signs_of(intent: str) -> np.ndarray:
    """The sign that the table gives each signal; 0 for those it leaves out."""
    table = WEIGHTS[intent]  # type: ignore[index]
    return np.array([np.sign(table[name].value) if name in table else 0.0 for name in names])


def fit(queries: list[Asked]) -> dict[str, np.ndarray]:
    """Weights for each intent."""
    learned: dict[str, np.ndarray] = {
        intent: learn([q for q in queries if q.intent in (intent, *ALSO.get(intent, ()))], signs_of(intent))
        for intent in WEIGHTS
    }
    for name in AS_WORDED:
        learned["task"][names.index(name)] = learned["words"][names.index(name)]
    return learned


def fold_of(name: str) -> int:
    """The fold in which a repository is left out."""
    return int.from_bytes(digest(name.rsplit(maxsplit=1)[-1].encode())) % FOLDS


def gathered(options: argparse.Namespace) -> list[Asked]:
    """All queries of the sets that were given, each with its fold."""
    queries: list[Asked] = []
    for repository in json.loads(options.annotated.read_text()):
        root = options.trees / repository["name"] / (repository["root"] or "")
        queries += ask(repository["name"], root, repository["queries"])
    if options.issues:
        queries += ask_issues(options.issues, options.issue_trees)
    if options.lists:
        # A commit that names a language speaks of how the project treats it, which is no task.
        queries += [
            query
            for query in load(options.lists, options.lists_share)
            if query.intent != "task" or not query.repository.startswith(("commit", "issue"))
        ]
    for query in queries:
        query.fold = fold_of(query.repository)
    if options.flat:
        flat = ask("flat", options.flat_tree, json.loads(options.flat.read_text()))
        for number, query in enumerate(flat):
            query.weight, query.fold = FLAT_SHARE, number % FOLDS
        queries += flat
    return queries


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
    parser.add_argument("--lists-share", type=float, default=0.3, help="what those lists weigh (0.3)")
    queries = gathered(parser.parse_args())
    left_out: dict[str, list[float]] = defaultdict(list)
    for fold in range(FOLDS):
        weights = fit([query for query in queries if query.fold != fold])
        for repository, values in scores([query for query in queries if query.fold == fold], weights).items():
            left_out[repository] += values
    table = {
        intent: np.array([WEIGHTS[intent][name].value if name in WEIGHTS[intent] else 0.0 for name in names])
        for intent in WEIGHTS
    }
    fitted = fit(queries)
    print(f"{'NDCG@10':40s} {'left out':>9s} {'fitted':>9s} {'present':>9s}")
    columns = (left_out, scores(queries, fitted), scores(queries, table))  # type: ignore[arg-type]
    sets: dict[str, list[str]] = defaultdict(list)
    for repository in sorted(left_out):
        kind, _, named = repository.partition(" ")
        sets[kind if named or kind == "flat" else "annotated"].append(repository)
        print(f"{repository:40s}", *(f"{np.mean(found[repository]):9.3f}" for found in columns))
    for kind, inside in sets.items():
        means = (np.mean([np.mean(found[name]) for name in inside]) for found in columns)
        print(f"{f'mean of {len(inside)} {kind}':40s}", *(f"{mean:9.4f}" for mean in means))
    for intent, learned in fitted.items():
        print(f"\n{intent}")
        for name, value in sorted(zip(names, learned, strict=True), key=lambda pair: -abs(pair[1])):
            if abs(value) > 0.01:
                print(f"    {name:16s} {value:6.2f}")


if __name__ == "__main__":
    main()
