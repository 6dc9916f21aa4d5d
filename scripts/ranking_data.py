"""Annotated queries as the ranker sees them: each one's candidates, gathered once, to be ranked again in memory.

A *target* is a path, or ``{"path", "start_line", "end_line"}``. ``tune_ranking.py`` learns from these lists, and
``bench_ranking.py`` takes them apart.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from te_cli import open_index
from te_cli.config import Options, settings_for_indexing
from te_cli.engine.embedding import speller
from te_cli.engine.places import open_reader
from te_cli.engine.retrieving import meaning, retrieve
from te_cli.model import Filters
from te_cli.rank.analyse import analyse
from te_cli.rank.measures import score_of
from te_cli.rank.signals import signals
from te_cli.rank.weights import DIGITS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from te_cli.rank.analyse import Query
    from te_cli.rank.candidates import Candidate

ISSUE_SHARES = {"title": 0.2, "text": 0.7}
"""How many repositories each repository's issues count for: whole texts are fewer of a user's queries than lines."""


class Gathered(NamedTuple):
    """One query: its row as annotated, its analysis, and its candidates in the order that breaks ties."""

    row: dict[str, Any]
    query: Query
    candidates: list[Candidate]

    @property
    def targets(self) -> list[Any]:
        """What the row asks for; it may name a single one."""
        gold = self.row["gold"]
        return gold if isinstance(gold, list) else [gold]


def gather(
    root: Path, queries: list[dict[str, Any]], index_dir: Path | None = None, limit: int = 10
) -> Iterator[Gathered]:
    """Index a tree (in ``index_dir``, where the tree is not to be written to) and get each query's candidates."""
    folder = str(index_dir) if index_dir else None
    open_index(root, index_dir=folder).update()
    with open_reader(settings_for_indexing(str(root), Options(index_dir=folder))) as reader:
        for row in queries:
            query = analyse(row["query"])
            candidates = retrieve(
                reader, query, mode="hybrid", limit=limit, filters=Filters(), vector=meaning(speller(), query)
            )
            candidates.sort(key=lambda candidate: candidate.order)
            yield Gathered(row, query, candidates)


@dataclass
class Asked:
    """One query: its signals (candidates, signals), which candidates hit each gold target, and whose file each is.

    ``weight`` is how many repositories its repository counts for, ``fold`` the part in which it is left out.
    """

    repository: str
    intent: str
    values: np.ndarray
    hits: np.ndarray
    files: np.ndarray
    weight: float = 1.0
    fold: int = 0


names: list[str] = []
"""The signals, in the order of the columns."""


def ask(repository: str, root: Path, queries: list[dict[str, Any]], index_dir: Path | None = None) -> list[Asked]:
    """Index a tree and ask its queries."""
    found = (asked(repository, gathered) for gathered in gather(root, queries, index_dir))
    return [each for each in found if len(each.values)]


def asked(repository: str, gathered: Gathered) -> Asked:
    """A query's lists as numbers."""
    _, query, candidates = gathered
    hits = np.array([[hit(candidate, target) for candidate in candidates] for target in gathered.targets], bool)
    described = signals(query, candidates)
    values = np.array([list(each.values()) for each in described])
    paths = {candidate.path: number for number, candidate in enumerate(candidates)}
    files = np.array([paths[candidate.path] for candidate in candidates])
    if described:
        names[:] = list(described[0])
    return Asked(repository, query.intent, values, hits.reshape(len(gathered.targets), -1), files)


def ask_issues(data: Path, clones: Path) -> list[Asked]:
    """Check out and index the commit before each fix, and ask for the issue by its title and by its whole text."""
    found = []
    for line in data.read_text().splitlines():
        row = json.loads(line)
        root = clones / row["repo"].replace("/", "+")
        for command in (["checkout", "-q", "--force", row["base_commit"]], ["clean", "-fdq", "-e", ".te"]):
            subprocess.run(["git", "-C", str(root), *command], check=True)
        for kind, share in ISSUE_SHARES.items():
            for query in ask(f"{kind} {row['repo']}", root, [{"query": row[kind], "gold": row["gold"]}]):
                query.weight = share
                found.append(query)
    return found


def hit(candidate: Any, target: Any) -> bool:
    """Whether a candidate is what a gold target asks for."""
    if isinstance(target, str):
        return bool(candidate.path == target)
    symbol = candidate.symbol
    overlap = symbol.start_line <= target["end_line"] and target["start_line"] <= symbol.end_line
    return bool(candidate.path == target["path"] and overlap)


def ndcg(query: Asked, weights: np.ndarray, crowding: float) -> float:
    """NDCG@10 of the page that the weights make, each further hit of a file paying ``crowding``."""
    return ndcg_of(query, np.round(query.values @ weights, DIGITS), crowding)


def ndcg_of(query: Asked, scores: np.ndarray, crowding: float = 0.0) -> float:
    """NDCG@10 of the page that scores make; a candidate of minus infinity is not listed."""
    scores = scores.copy()
    ranks: dict[int, int] = {}
    for place in range(1, min(10, len(scores)) + 1):
        best = int(np.argmax(scores))
        if np.isneginf(scores[best]):
            break
        for target in np.flatnonzero(query.hits[:, best]):
            ranks.setdefault(int(target), place)
        scores[best] = -np.inf
        scores[query.files == query.files[best]] -= crowding
    return score_of([ranks.get(target) for target in range(len(query.hits))])["ndcg"]
