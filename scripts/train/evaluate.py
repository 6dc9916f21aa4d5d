#!/usr/bin/env python3
"""The development measures of models of our own, side by side.

    evaluate.py MODEL_FOLDER … --bench DIR --checkouts DIR --mirrors DIR --cache DIR [--only cosqa,held] [--json OUT]

CoSQA: MRR@10 and NDCG@10 over files. Annotated repositories: NDCG@10 by protocol A, the mean over repositories. Issues:
R@10 by protocol B, with its 95 % interval and, for every model but the first, the difference to the first with its
own, paired by query. Held-out repositories, documentation to code: MRR, NDCG@10 and R@10, the mean over repositories.
``suites.py`` says what each set is. Searches are by meaning alone, as in te's semantic mode.

DIR of --bench has ``cosqa_dev.json``, ``annotated_dev.json`` and ``issues_dev.jsonl``; DIR of --checkouts ``cosqa/``,
``annotated/<name>`` and ``issues/<owner>+<name>``; DIR of --mirrors ``<owner>+<name>/repo``. What te's parser gives is
kept under --cache, so that only the first run takes minutes. With --transformer, all-MiniLM-L6-v2 is measured too, by
what is kept of its vectors there and what is missing; on a --sample, unless there is an hour.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import measures
import numpy as np
import suites
from searching import Timed

from te_cli.embed.static import StaticModel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from suites import Answer, Run

SETS = {"cosqa": suites.cosqa, "annotated": suites.annotated, "issues": suites.issues, "held": suites.held}


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
        for part in suites.ISSUE_PARTS:
            found[f"issues {part} R@10"] = _with_interval(run.answers[part], first.answers[part], run is first)
    if "held" in only:
        overall, _ = over_groups(run.answers["held"])
        for title, key in (("held MRR", "mrr"), ("held NDCG", "ndcg"), ("held R@10", "r10")):
            found[title] = f"{overall[key]:.3f}"
    found["texts/s"] = f"{run.model.texts / run.model.seconds:.0f}" if run.model.texts else "-"
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
            scores[answer.language].append(answer.scores["A"])
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


def models_of(options: argparse.Namespace) -> list[Run]:
    """A run for each model."""
    runs = [suites.Run(str(folder), Timed(StaticModel(folder))) for folder in options.models]
    if options.transformer:
        import torch  # only now: models of our own are measured without it
        from transformer import TransformerModel

        torch.set_num_threads(options.threads)
        kept = options.cache / f"{options.transformer.name}-{options.precision}.rows"
        model = TransformerModel(options.transformer, kept, options.precision, options.device)
        runs.append(suites.Run("all-MiniLM-L6-v2", model))
    return runs


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+", type=Path, metavar="MODEL_FOLDER")
    for name in ("bench", "checkouts", "mirrors", "cache"):
        parser.add_argument(f"--{name}", type=Path, required=True, metavar="DIR")
    parser.add_argument("--only", default=",".join(SETS), help="of %(default)s")
    parser.add_argument("--details", action="store_true", help="each repository and language too")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write every query's scores there")
    parser.add_argument("--sample", type=int, metavar="N", help="what is asked for among N other units of each tree")
    parser.add_argument("--transformer", type=Path, metavar="FOLDER", help="all-MiniLM-L6-v2, as its package holds it")
    parser.add_argument("--precision", choices=["float32", "bfloat16"], default="float32", help="the transformer's")
    parser.add_argument("--device", default="cpu", help="the transformer's")
    parser.add_argument("--threads", type=int, default=1, help="the transformer's")
    return parser.parse_args()


def main() -> None:
    """Measure each model on each set, print the tables."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # texts/s are those of one core
    options = arguments()
    only = options.only.split(",")
    folders = suites.Folders(options.bench, options.checkouts, options.mirrors, options.cache, options.sample)
    runs = models_of(options)
    for name in only:
        started = time.perf_counter()
        SETS[name](folders, runs)
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
