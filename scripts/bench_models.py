#!/usr/bin/env python3
"""How good, fast and large are embedding models, alone and in te's hybrid search, on the development queries?

    bench_models.py --bench DIR --checkouts DIR --work DIR [--model MODEL …] [--kilobytes N] [--only NAME,…]

DIR of --bench has ``cosqa_dev.json``, ``annotated_dev.json`` and ``issues_dev.jsonl``; DIR of --checkouts ``cosqa/``,
``annotated/<name>`` and the git repositories ``issues/<owner>+<name>``. A transformer needs hours for all of that, so
each tree but CoSQA's is cut down to the files that some query asks for and others of ``--kilobytes`` (chosen by the
digest of their paths): easier than the whole, and the same for every model. 0 takes all.

CoSQA: MRR and NDCG at 10 over files. Annotated: NDCG@10, the mean over repositories. Issues: R@10 over files, by title
and by text. Alone is ``--mode semantic``. Symbols/s is that of CoSQA's whole first index, a file a symbol (of a
transformer, with an empty cache); ms a query is the median of searches in an open index, the query's embedding
included; bytes are those of the vectors on disk, a unit.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from te_cli.config import Options, settings_for_indexing
from te_cli.digest import digest
from te_cli.engine.evaluating import evaluate
from te_cli.engine.indexing import update
from te_cli.engine.keeping import Readers
from te_cli.engine.reporting import status
from te_cli.engine.searching import search
from te_cli.evaluation import EvalRequest, Gold, Outcome, Question
from te_cli.model import SearchRequest
from te_cli.rank.measures import mean, score_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from te_cli.config import Settings
    from te_cli.rank.measures import Score

    Content = Callable[[], bytes]

MODES: tuple[Literal["semantic"], Literal["hybrid"]] = ("semantic", "hybrid")

MODELS = ("te-static",)

TIMED = 200
"""Queries whose median is taken."""


@dataclass
class Row:
    """A model's figures, by mode."""

    cells: dict[str, dict[str, float]] = field(default_factory=lambda: defaultdict(dict))


def main() -> None:
    """Measure each model on each set, and print the table after each."""
    options = _arguments()
    rows = {model: Row() for model in options.model or MODELS}
    for name in options.only.split(","):
        for model, row in rows.items():
            started = time.perf_counter()
            SETS[name](options, model, row)
            print(f"{name}, {model}: {time.perf_counter() - started:.0f} s", file=sys.stderr)
        print(_table(rows), flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("bench", "checkouts", "work"):
        parser.add_argument(f"--{name}", type=Path, required=True, metavar="DIR")
    parser.add_argument("--model", action="append", metavar="MODEL", help="a name or ./folder; repeat it")
    parser.add_argument("--kilobytes", type=int, default=150, metavar="N", help="of other files in a tree")
    parser.add_argument("--only", default=",".join(SETS), help="of %(default)s")
    return parser.parse_args()


# The sets


def cosqa(options: argparse.Namespace, model: str, row: Row) -> None:
    """Web questions, each for one of 6,267 files of a function each."""
    settings = _settings(options.checkouts / "cosqa", options.work / "indexes" / "cosqa", model)
    report = update(settings)
    held = status(settings)
    entries = json.loads((options.bench / "cosqa_dev.json").read_text("utf-8"))
    questions = [(entry["query"], [entry["gold"]]) for entry in entries]
    with closing(Readers(settings, keep=True)) as readers:
        for mode in MODES:
            row.cells[mode]["ms/query"] = _milliseconds(settings, [query for query, _ in questions], mode, readers)
    for mode in MODES:
        cells = row.cells[mode]
        outcomes = _asked(settings, questions, mode)
        scores = mean([by_file(outcome) for outcome in outcomes])
        cells |= {"CoSQA MRR": scores["mrr"], "NDCG": scores["ndcg"]}
        cells["symbols/s"] = (report.symbols - report.files) / report.seconds
        cells["bytes/unit"] = dict(held.bytes)["vectors"] / held.symbols


def annotated(options: argparse.Namespace, model: str, row: Row) -> None:
    """Questions about repositories."""
    groups: dict[str, list[float]] = defaultdict(list)
    for entry in json.loads((options.bench / "annotated_dev.json").read_text("utf-8")):
        root = options.checkouts / "annotated" / entry["name"] / (entry["root"] or "")
        wanted = {_path(target) for query in entry["queries"] for target in query["gold"]}
        tree = options.work / "trees" / entry["name"]
        files = {path.relative_to(root).as_posix(): path.read_bytes for path in _files(root)}
        settings = _settings(_cut_down(tree, files, wanted, options.kilobytes), _index(options, tree), model)
        update(settings)
        questions = [(query["query"], query["gold"]) for query in entry["queries"]]
        for mode in MODES:
            groups[mode].append(mean([outcome.score for outcome in _asked(settings, questions, mode)])["ndcg"])
    for mode in MODES:
        row.cells[mode]["annotated NDCG"] = statistics.fmean(groups[mode])


def issues(options: argparse.Namespace, model: str, row: Row) -> None:
    """Issues, each at its own commit; the index goes from one commit to the next."""
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    for line in (options.bench / "issues_dev.jsonl").read_text("utf-8").splitlines():
        entry = json.loads(line)
        name = entry["repo"].replace("/", "+")
        files = _of_commit(options.checkouts / "issues" / name, entry["base_commit"])
        tree = options.work / "trees" / name
        settings = _settings(
            _cut_down(tree, files, set(entry["gold"]), options.kilobytes), _index(options, tree), model
        )
        update(settings)
        for part in ("title", "text"):
            for mode in MODES:
                (outcome,) = _asked(settings, [(entry[part], entry["gold"])], mode)
                found[mode, part].append(by_file(outcome)["r10"])
    for (way, part), values in found.items():
        row.cells[way][f"issues {part} R@10"] = statistics.fmean(values)


SETS = {"cosqa": cosqa, "annotated": annotated, "issues": issues}


# Asking


def _settings(root: Path, index_dir: Path, model: str) -> Settings:
    slug = digest(model.encode()).hex()[:8]
    return settings_for_indexing(str(root), Options(index_dir=f"{index_dir}-{slug}", model=model))


def _index(options: argparse.Namespace, tree: Path) -> Path:
    return Path(options.work / "indexes" / tree.name)


def _asked(
    settings: Settings,
    questions: Iterable[tuple[str, list[Any]]],
    mode: Literal["semantic", "hybrid"],
) -> tuple[Outcome, ...]:
    """What came of each question."""
    asked = tuple(Question(line, query, tuple(map(Gold, gold))) for line, (query, gold) in enumerate(questions, 1))
    return evaluate(settings, EvalRequest("", asked, mode, refresh="never")).outcomes


def _milliseconds(
    settings: Settings, queries: Sequence[str], mode: Literal["semantic", "hybrid"], readers: Readers
) -> float:
    """The median of a search in an open index; the two modes are asked different queries, for those are kept."""
    own = queries[:TIMED] if mode == "semantic" else queries[-TIMED:]
    times = []
    for query in own:
        started = time.perf_counter()
        search(settings, SearchRequest(query, mode=mode, refresh="never"), readers=readers)
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


def by_file(outcome: Outcome) -> Score:
    """An outcome's scores where a page's further hits of a file count for nothing, not even a place."""
    places = {path: place for place, path in enumerate(dict.fromkeys(hit.path for hit in outcome.page), 1)}
    return score_of(tuple(places.get(_path(gold.written)) for gold in outcome.question.gold))


def _path(target: str | dict[str, Any]) -> str:
    return target if isinstance(target, str) else str(target["path"])


# Trees


def _files(root: Path) -> Iterator[Path]:
    names = subprocess.run(
        ["git", "-C", root, "ls-files", "-z"], check=True, capture_output=True, text=True
    ).stdout.split("\0")
    return (root / name for name in names if name and (root / name).is_file() and not (root / name).is_symlink())


def _of_commit(repository: Path, commit: str) -> dict[str, Content]:
    listed = subprocess.run(
        ["git", "-C", repository, "ls-tree", "-rz", "--name-only", commit], check=True, capture_output=True, text=True
    ).stdout.split("\0")

    def content(name: str) -> Content:
        shown = ["git", "-C", str(repository), "show", f"{commit}:{name}"]
        return lambda: subprocess.run(shown, check=True, capture_output=True).stdout

    return {name: content(name) for name in listed if name}


def _cut_down(tree: Path, files: Mapping[str, Content], wanted: set[str], kilobytes: int) -> Path:
    """Write those ``files`` that are ``wanted``, and others of so many ``kilobytes``; all else in ``tree`` goes."""
    left = kilobytes * 1000 or sys.maxsize
    kept: dict[str, bytes] = {name: files[name]() for name in sorted(wanted & files.keys())}
    for name in sorted(files.keys() - wanted, key=lambda name: digest(name.encode())):
        if left <= 0:
            break
        kept[name] = files[name]()
        left -= len(kept[name])
    for path in list(tree.rglob("*")) if tree.is_dir() else ():
        if path.is_file() and path.relative_to(tree).as_posix() not in kept:
            path.unlink()
    for name, data in kept.items():
        path = tree / name
        if path.is_dir():
            shutil.rmtree(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_bytes() != data:
            path.write_bytes(data)
    return tree


def _table(rows: Mapping[str, Row]) -> str:
    columns = list(dict.fromkeys(column for row in rows.values() for cells in row.cells.values() for column in cells))
    lines = ["| model | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for model, row in rows.items():
        for mode, cells in row.cells.items():
            way = "alone" if mode == "semantic" else mode
            shown = (f"{cells[each]:.3f}" if cells[each] < 1 else f"{cells[each]:,.1f}" for each in columns)
            lines.append(f"| {Path(model).name}, {way} | " + " | ".join(shown) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
