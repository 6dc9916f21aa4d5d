#!/usr/bin/env python3
"""Learn the ranker's weights from annotated queries, and say how well they do on repositories left out.

    tune_ranking.py --annotated FILE --trees DIR [--flat FILE --flat-tree DIR] [--issues FILE --issue-trees DIR]

FILE of --annotated is a list of {"name", "root", "queries": [{"query", "gold": [TARGET …]}]}, a TARGET being a path
or {"path", "start_line", "end_line"}; DIR/<name>/<root> is the tree. FILE of --flat is a list of
{"query", "gold": path} over the one tree of --flat-tree. FILE of --issues has a line {"repo", "base_commit", "title",
"text", "gold": [path …]} for each issue; DIR/<owner>+<name> is a clone, in which the base commits are checked out.

The model is linear in the signals of ``te_cli.rank.signals``. The loss is listwise (Cao et al., ICML 2007): for each
gold target, the log of the softmax share that its candidates get. Each weight is held to the sign that the present
table gives it; a signal that the table leaves out stays out. Repositories count alike, however many queries they have.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from te_cli import open_index
from te_cli.config import Options, settings_for_indexing
from te_cli.engine.places import open_reader
from te_cli.engine.retrieving import meaning, retrieve
from te_cli.model import Filters
from te_cli.rank.analyse import analyse
from te_cli.rank.signals import signals
from te_cli.rank.weights import CROWDING, WEIGHTS

FOLDS = 6
RIDGE = 0.02
"""Weight decay: what keeps a signal that says nothing at zero."""

STEPS, RATE = 250, 0.05
FLAT_SHARE = 5.0
"""How many repositories the one flat tree counts for: its hundreds of questions are of one kind."""

ISSUE_SHARES = {"title": 1.0, "text": 0.7}
"""The same for each repository's issues: whole texts are fewer of a user's queries than lines are."""


@dataclass
class Asked:
    """One query: its signals (candidates, signals), which candidates hit each gold target, and whose file each is."""

    repository: str
    intent: str
    values: np.ndarray
    hits: np.ndarray
    files: np.ndarray
    weight: float = 1.0


def ask(repository: str, root: Path, queries: list[dict[str, Any]]) -> list[Asked]:
    """Index a tree and ask its queries."""
    open_index(root).update()
    asked = []
    with open_reader(settings_for_indexing(str(root), Options())) as reader:
        for row in queries:
            query = analyse(row["query"])
            candidates = retrieve(
                reader, query, mode="hybrid", limit=10, filters=Filters(), vector=meaning(query, "hybrid")
            )
            candidates.sort(key=lambda candidate: candidate.order)
            gold = row["gold"] if isinstance(row["gold"], list) else [row["gold"]]
            hits = np.array([[hit(candidate, target) for candidate in candidates] for target in gold], bool)
            values = np.array([list(each.values()) for each in signals(query, candidates)])
            paths = {candidate.path: number for number, candidate in enumerate(candidates)}
            files = np.array([paths[candidate.path] for candidate in candidates])
            if len(candidates):
                asked.append(Asked(repository, query.intent, values, hits.reshape(len(gold), -1), files))
                names[:] = list(signals(query, candidates)[0])
    return asked


names: list[str] = []
"""The signals, in the order of the columns."""


def ask_issues(data: Path, clones: Path) -> list[Asked]:
    """Check out and index the commit before each fix, and ask for the issue by its title and by its whole text."""
    asked = []
    for line in data.read_text().splitlines():
        row = json.loads(line)
        root = clones / row["repo"].replace("/", "+")
        for command in (["checkout", "-q", "--force", row["base_commit"]], ["clean", "-fdq", "-e", ".te"]):
            subprocess.run(["git", "-C", str(root), *command], check=True)
        for kind, share in ISSUE_SHARES.items():
            for query in ask(f"{kind} {row['repo']}", root, [{"query": row[kind], "gold": row["gold"]}]):
                query.weight = share
                asked.append(query)
    return asked


def hit(candidate: Any, target: Any) -> bool:
    """Whether a candidate is what a gold target asks for."""
    if isinstance(target, str):
        return bool(candidate.path == target)
    symbol = candidate.symbol
    overlap = symbol.start_line <= target["end_line"] and target["start_line"] <= symbol.end_line
    return bool(candidate.path == target["path"] and overlap)


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


def ndcg(query: Asked, weights: np.ndarray, crowding: float) -> float:
    """NDCG@10 of the page that the weights make, each further hit of a file paying ``crowding``."""
    scores = np.round(query.values @ weights, 5)
    ranks: dict[int, int] = {}
    for place in range(1, min(10, len(scores)) + 1):
        best = int(np.argmax(scores))
        for target in np.flatnonzero(query.hits[:, best]):
            ranks.setdefault(int(target), place)
        scores[best] = -np.inf
        scores[query.files == query.files[best]] -= crowding
    ideal = sum(1 / math.log2(place + 1) for place in range(1, min(10, len(query.hits)) + 1))
    return sum(1 / math.log2(place + 1) for place in set(ranks.values())) / ideal


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
