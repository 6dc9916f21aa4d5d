"""The four sets that models are measured on, and what each model answers.

``cosqa``      web questions against Python functions, one a file: a file is as good as its best unit
``annotated``  questions about 24 repositories
``issues``     issues at the commit before their fix, by title and by whole text: which files did the fix edit?
``held``       first sentences of documentation against all definitions of repositories that no model was trained on

A slow model is measured on a sample: every query and what it asks for, among fewer others. Models are compared on the
same sample only.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import documented
import measures
import searched
from corpus import read_corpus
from searching import Pool, unit_rows
from trees import find_git_dir, git_dir

from te_cli.digest import digest
from te_cli.embed.port import Embedder
from te_cli.store.levels import levelled

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray
    from searched import File

MEASURED = (
    ("elixir-ecto/ecto", "c624abf4297b27589a5a7351b55feb2316f61e1c"),
    ("ktorio/ktor", "ef92e5537d7465961f1b3f2b21e217fc35bcfa1f"),
    ("typelevel/cats", "7f2dce5162074c0a0ebc597b89b6cd25e5fe0536"),
    ("vapor/vapor", "13efaeefd52a965009fc6a69a96ba66e7f20402e"),
)
"""Repositories of further languages that no model may be trained on, beside those that the corpus holds out."""

ISSUE_PARTS = ("title", "text")


class Model(Embedder, Protocol):
    """A model that knows how many texts it encoded, in how many seconds of processor time."""

    texts: int
    seconds: float

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """What ``embed_query`` says of each, shape (texts, dimensions)."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """How well one query was answered: the group in which it counts, its scores by protocol, and what it asks in."""

    group: str
    query: str
    scores: dict[str, measures.Score]
    language: str = ""


@dataclass
class Run:
    """One model and what it answered so far, by set."""

    name: str
    model: Model
    answers: dict[str, list[Answer]] = field(default_factory=lambda: defaultdict(list))


@dataclass(frozen=True, slots=True)
class Folders:
    """Where everything is; ``sample`` is how many units a tree has beside what is asked for, None for all."""

    bench: Path
    checkouts: Path
    mirrors: Path
    cache: Path
    sample: int | None = None


def cosqa(folders: Folders, runs: Sequence[Run]) -> None:
    """Web questions, each answered by one function."""
    rows = json.loads((folders.bench / "cosqa_dev.json").read_text())
    read = searched.of_folder(folders.cache / "cosqa", folders.checkouts / "cosqa")
    files = thinned(read.files, {row["gold"] for row in rows}, folders.sample)
    for run in runs:
        _search(run, "cosqa", "cosqa", files, [(row["query"], [row["gold"]]) for row in rows])


def annotated(folders: Folders, runs: Sequence[Run]) -> None:
    """Questions about whole repositories."""
    for row in json.loads((folders.bench / "annotated_dev.json").read_text()):
        place = git_dir(folders.checkouts / "annotated", row["name"])
        read = searched.of_repository(folders.cache / "annotated", place, [row["revision"]], row["root"] or "")
        queries = [(query["query"], query["gold"]) for query in row["queries"]]
        wanted = {target if isinstance(target, str) else target["path"] for _, gold in queries for target in gold}
        files = thinned(read.files, wanted, folders.sample)
        for run in runs:
            _search(run, "annotated", row["name"], files, queries)


def issues(folders: Folders, runs: Sequence[Run]) -> None:
    """Issues, each at its own commit."""
    by_repository: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in (folders.bench / "issues_dev.jsonl").read_text().splitlines():
        row = json.loads(line)
        by_repository[row["repo"]].append(row)
    for name, rows in by_repository.items():
        place = git_dir(folders.checkouts / "issues", name)
        commits = sorted({row["base_commit"] for row in rows})
        read = searched.of_repository(folders.cache / "issues", place, commits)
        wanted = {path for row in rows for path in row["gold"]}
        trees = {
            commit: thinned([read.files[position] for position in positions], wanted, folders.sample)
            for commit, positions in read.trees.items()
        }
        for run in runs:
            pool = Pool(list({id(file): file for files in trees.values() for file in files}.values()), run.model)
            for row in rows:
                tree = pool.tree(trees[row["base_commit"]])
                vectors = run.model.encode_queries([row[part] for part in ISSUE_PARTS])
                for part, vector in zip(ISSUE_PARTS, vectors, strict=True):
                    page = tree.page(row[part], vector)
                    run.answers[part].append(_answer(name, row["id"], page, row["gold"]))


def held(folders: Folders, runs: Sequence[Run]) -> None:
    """Documentation to code, over repositories that were held out."""
    out = [(each.name, each.commit) for each in read_corpus() if each.share == "held"]
    for name, commit in (*out, *MEASURED):
        place = find_git_dir(folders.mirrors, name)
        if place is None:
            print(f"held: {name} is not there, left out", file=sys.stderr)
            continue
        asked = documented.asked(searched.of_repository(folders.cache / "held", place, [commit]).files)
        asked = documented.thinned(asked, folders.sample)
        for run in runs:
            rows = unit_rows(levelled(run.model.embed_documents(asked.documents)))
            vectors = run.model.encode_queries([query.text for query in asked.queries])
            for query, scores in zip(asked.queries, vectors @ rows.T, strict=True):
                found = measures.score_ranks(measures.ranks_of(scores, query.targets), len(query.targets))
                run.answers["held"].append(Answer(name, query.text, {"A": found}, query.language))


def thinned(files: Sequence[File], wanted: Iterable[str], sample: int | None) -> Sequence[File]:
    """The files that are asked for, and others of about ``sample`` units, the same ones of every version of a tree."""
    if sample is None:
        return files
    kept = set(wanted)
    others = sorted((file for file in files if file.path not in kept), key=lambda file: digest(file.path.encode()))
    units = 0
    for file in others:
        if units >= sample:
            break
        units += len(file.units)
        kept.add(file.path)
    return [file for file in files if file.path in kept]


def _search(
    run: Run, measure: str, group: str, files: Sequence[File], queries: Sequence[tuple[str, list[Any]]]
) -> None:
    tree = Pool(files, run.model).tree(files)
    vectors = run.model.encode_queries([query for query, _ in queries])
    for (query, targets), vector in zip(queries, vectors, strict=True):
        page = tree.page(query, vector)
        run.answers[measure].append(_answer(group, query, page, targets))


def _answer(group: str, query: str, page: list[measures.Place], targets: list[Any]) -> Answer:
    by_file = measures.one_a_file(page)
    return Answer(group, query, {"A": measures.score(page, targets), "B": measures.score(by_file, targets)})
