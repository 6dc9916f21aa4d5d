#!/usr/bin/env python3
"""The development measures of models of our own, side by side.

    evaluate.py MODEL_FOLDER … --bench DIR --checkouts DIR --mirrors DIR --cache DIR [--only cosqa,held] [--json OUT]

cosqa      web questions against Python functions, one a file: a file is as good as its best unit
annotated  questions about 24 repositories; NDCG@10 by protocol A, the mean over repositories
issues     issues at the commit before their fix, by title and by whole text; R@10 by protocol B over files, with its
           95 % interval and, for every model but the first, that of the difference to the first, paired by query
held       first sentences of documentation against all definitions of repositories that no model was trained on

DIR of --bench has ``cosqa_dev.json``, ``annotated_dev.json`` and ``issues_dev.jsonl``; DIR of --checkouts ``cosqa/``,
``annotated/<name>`` and ``issues/<owner>+<name>``; DIR of --mirrors ``<owner>+<name>/repo``. What te's parser gives is
kept under --cache, so that only the first run takes minutes. Searches are by meaning alone, as in te's semantic mode.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import documented
import measures
import numpy as np
import searched
from corpus import read_corpus
from searching import Pool, unit_rows
from trees import find_git_dir, git_dir

from te_cli.embed.port import quantised
from te_cli.embed.static import StaticModel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from te_cli.embed.port import Embedder

SETS = ("cosqa", "annotated", "issues", "held")

MEASURED = (
    ("elixir-ecto/ecto", "c624abf4297b27589a5a7351b55feb2316f61e1c"),
    ("ktorio/ktor", "ef92e5537d7465961f1b3f2b21e217fc35bcfa1f"),
    ("typelevel/cats", "7f2dce5162074c0a0ebc597b89b6cd25e5fe0536"),
    ("vapor/vapor", "13efaeefd52a965009fc6a69a96ba66e7f20402e"),
)
"""Repositories of further languages that no model may be trained on, beside those that the corpus holds out."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How well one query was answered: in which group it counts, and the scores by each way to score."""

    group: str
    query: str
    scores: dict[str, measures.Score]


@dataclass
class Run:
    """One model and what it answered so far, by measure."""

    name: str
    model: Embedder
    answers: dict[str, list[Answer]] = field(default_factory=lambda: defaultdict(list))


@dataclass(frozen=True, slots=True)
class Folders:
    """Where everything is."""

    bench: Path
    checkouts: Path
    mirrors: Path
    cache: Path


def cosqa(folders: Folders, runs: Sequence[Run]) -> None:
    """Web questions, each answered by one function."""
    rows = json.loads((folders.bench / "cosqa_dev.json").read_text())
    read = searched.of_folder(folders.cache / "cosqa", folders.checkouts / "cosqa")
    for run in runs:
        _search(run, "cosqa", "cosqa", read.files, [(row["query"], [row["gold"]]) for row in rows])


def annotated(folders: Folders, runs: Sequence[Run]) -> None:
    """Questions about whole repositories."""
    for row in json.loads((folders.bench / "annotated_dev.json").read_text()):
        place = git_dir(folders.checkouts / "annotated", row["name"])
        read = searched.of_repository(folders.cache / "annotated", place, [row["revision"]], row["root"] or "")
        for run in runs:
            queries = [(query["query"], query["gold"]) for query in row["queries"]]
            _search(run, "annotated", row["name"], read.files, queries)


def _search(
    run: Run, measure: str, group: str, files: Sequence[searched.File], queries: Sequence[tuple[str, list[Any]]]
) -> None:
    tree = Pool(files, run.model).tree(range(len(files)))
    for query, targets in queries:
        run.answers[measure].append(_answer(group, query, tree.page(run.model.encode_query(query)), targets))


def _answer(group: str, query: str, page: list[measures.Place], targets: list[Any]) -> Answer:
    by_file = measures.one_a_file(page)
    return Answer(group, query, {"A": measures.score(page, targets), "B": measures.score(by_file, targets)})


def issues(folders: Folders, runs: Sequence[Run]) -> None:
    """Issues: which files did the fix edit?"""
    by_repository: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in (folders.bench / "issues_dev.jsonl").read_text().splitlines():
        row = json.loads(line)
        by_repository[row["repo"]].append(row)
    for name, rows in by_repository.items():
        place = git_dir(folders.checkouts / "issues", name)
        read = searched.of_repository(folders.cache / "issues", place, sorted({row["base_commit"] for row in rows}))
        for run in runs:
            pool = Pool(read.files, run.model)
            for row in rows:
                tree = pool.tree(read.trees[row["base_commit"]])
                for part in ("title", "text"):
                    page = tree.page(run.model.encode_query(row[part]))
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
        for run in runs:
            rows = unit_rows(quantised(run.model.encode_documents(asked.documents)))
            vectors = np.array([run.model.encode_query(query.text) for query in asked.queries])
            for query, scores in zip(asked.queries, vectors @ rows.T, strict=True):
                found = measures.score_ranks(measures.ranks_of(scores, query.targets), len(query.targets))
                run.answers["held"].append(Answer(name, query.text, {"A": found, query.language: found}))


# What is said of it


def over_groups(answers: Sequence[Answer], protocol: str = "A") -> tuple[measures.Score, dict[str, measures.Score]]:
    """The mean over groups, and the mean of each."""
    scores: dict[str, list[measures.Score]] = defaultdict(list)
    for answer in answers:
        scores[answer.group].append(answer.scores[protocol])
    means = {group: measures.mean(each) for group, each in scores.items()}
    return measures.mean(list(means.values())), means


def cells(run: Run, first: Run, only: Sequence[str]) -> dict[str, str]:
    """The row of a model: column and text."""
    found: dict[str, str] = {}
    if "cosqa" in only:
        overall = measures.mean([answer.scores["B"] for answer in run.answers["cosqa"]])
        found |= {"CoSQA MRR": f"{overall['mrr']:.3f}", "NDCG": f"{overall['ndcg']:.3f}"}
    if "annotated" in only:
        found["annotated NDCG"] = f"{over_groups(run.answers['annotated'])[0]['ndcg']:.3f}"
    if "issues" in only:
        for part in ("title", "text"):
            found[f"issues {part} R@10"] = _with_interval(run.answers[part], first.answers[part], run is first)
    if "held" in only:
        overall, _ = over_groups(run.answers["held"])
        for title, key in (("held MRR", "mrr"), ("held NDCG", "ndcg"), ("held R@10", "r10")):
            found[title] = f"{overall[key]:.3f}"
    return found


def _with_interval(answers: Sequence[Answer], base: Sequence[Answer], alone: bool) -> str:
    values = [answer.scores["B"]["r10"] for answer in answers]
    low, high = measures.interval(values)
    text = f"{np.mean(values):.3f} [{low:.3f}, {high:.3f}]"
    if alone:
        return text
    gains = [value - other.scores["B"]["r10"] for value, other in zip(values, base, strict=True)]
    low, high = measures.interval(gains)
    return f"{text} {np.mean(gains):+.3f} [{low:+.3f}, {high:+.3f}]"


def table(rows: dict[str, dict[str, str]]) -> str:
    """A markdown table of cells by row and column."""
    columns = list(next(iter(rows.values())))
    lines = ["| | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    lines += [f"| {name} | " + " | ".join(row[column] for column in columns) + " |" for name, row in rows.items()]
    return "\n".join(lines)


def by_group(runs: Sequence[Run], measure: str) -> str:
    """NDCG@10 of each repository."""
    groups = {run.name: over_groups(run.answers[measure])[1] for run in runs}
    counts: dict[str, int] = defaultdict(int)
    for answer in runs[0].answers[measure]:
        counts[answer.group] += 1
    rows = {
        group: {"queries": str(count), **{name: f"{means[group]['ndcg']:.3f}" for name, means in groups.items()}}
        for group, count in counts.items()
    }
    return table(rows)


def by_language(runs: Sequence[Run]) -> str:
    """MRR, NDCG@10 and R@10 of documentation to code, by the language of what is asked for."""
    rows: dict[str, dict[str, str]] = {}
    for run in runs:
        scores: dict[str, list[measures.Score]] = defaultdict(list)
        for answer in run.answers["held"]:
            scores[next(key for key in answer.scores if key != "A")].append(answer.scores["A"])
        for language in sorted(scores, key=lambda each: -len(scores[each])):
            overall = measures.mean(scores[language])
            row = rows.setdefault(language, {"queries": str(len(scores[language]))})
            row[run.name] = f"{overall['mrr']:.3f} / {overall['ndcg']:.3f} / {overall['r10']:.3f}"
    return table(rows)


def as_json(runs: Sequence[Run]) -> dict[str, Any]:
    """Everything that was answered."""
    return {
        run.name: {
            measure: [[answer.group, answer.query, answer.scores] for answer in answers]
            for measure, answers in run.answers.items()
        }
        for run in runs
    }


def main() -> None:
    """Measure each model on each set, print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+", type=Path, metavar="MODEL_FOLDER")
    for name in ("bench", "checkouts", "mirrors", "cache"):
        parser.add_argument(f"--{name}", type=Path, required=True, metavar="DIR")
    parser.add_argument("--only", default=",".join(SETS), help="of %(default)s")
    parser.add_argument("--details", action="store_true", help="each repository and language too")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write every query's scores there")
    options = parser.parse_args()
    only = options.only.split(",")
    folders = Folders(options.bench, options.checkouts, options.mirrors, options.cache)
    runs = [Run(str(folder), StaticModel(folder)) for folder in options.models]
    for name in only:
        started = time.perf_counter()
        {"cosqa": cosqa, "annotated": annotated, "issues": issues, "held": held}[name](folders, runs)
        print(f"{name}: {time.perf_counter() - started:.1f} s", file=sys.stderr)
    print(table({run.name: cells(run, runs[0], only) for run in runs}))
    if options.details:
        for name in ("annotated", "held"):
            if name in only:
                print(f"\n{name}, NDCG@10\n\n{by_group(runs, name)}")
        if "held" in only:
            print(f"\nheld, MRR / NDCG@10 / R@10\n\n{by_language(runs)}")
    if options.json:
        options.json.write_text(json.dumps(as_json(runs)))


if __name__ == "__main__":
    main()
