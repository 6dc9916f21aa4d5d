"""Golden pages: what the ranker answers on small trees, so that a change of ranking is seen when it is reviewed.

``make golden`` writes them anew: read the difference before accepting it. ``fixtures/ranking/trees/`` has a folder for
each tree, ``<tree>.jsonl`` its queries with their gold (as ``te eval`` reads them), ``<tree>.txt`` the top of each
one's page, gold marked with ``*``, and ``scores.txt`` a line of figures for each tree. ``cases_pairs.txt`` is the table
of names that differ in case only. ``te_cli.jsonl`` asks te's own source, which changes all the time: only its score is
kept, and it may be a little off.
"""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from conftest import SOURCE, te_command, te_environment

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run

RANKING = SOURCE / "fixtures" / "ranking"
SCORES = RANKING / "scores.txt"
PAIRS = RANKING / "cases_pairs.txt"
UPDATE = bool(os.environ.get("TE_UPDATE_FIXTURES"))

TREES = ("cases", "depot", "kiosk")
OWN = "te_cli"
"""te's own source."""

SEEDS = ("0", "1", "2", "3", "4")

LEEWAY = 0.05
"""How far the score on te's own source may fall below what is written: it moves with every edit of that source."""

SHOWN = 5
"""Places of a page that are kept, besides the gold: in a tree of twenty files the rest is chance."""

HEAD = f"{'tree':8s} queries  NDCG@10  MRR@10  recall@1  recall@5  recall@10"
REWRITE = "the ranking has changed: `make golden` writes the pages anew, and shows in a diff what became of them"


def asked(te: Run, tree: str, folder: Path, index_dir: Path) -> Any:
    """What ``te eval`` says of a tree."""
    ran = te("eval", str(RANKING / f"{tree}.jsonl"), str(folder), "--index-dir", str(index_dir), "--json", "-q")
    assert ran.exit_code == 0, ran.stderr
    report = ran.json()
    lost = [result["query"] for result in report["results"] if result["unknown"]]
    assert not lost, f"gold of {tree}.jsonl is not in the tree (any more): {lost}"
    return report


def pages(report: Any) -> str:
    """What each query shows first, and its gold: places without lines, which every edit would move."""
    lines = []
    for result in report["results"]:
        lines.append(result["query"].replace("\n", "\\n"))
        gold = set(result["ranks"])
        for rank, hit in enumerate(result["page"], start=1):
            mark = "*" if rank in gold else " "
            if rank <= SHOWN or rank in gold:
                lines.append(f"{mark}{rank:3d}  {hit['path']}  {hit['kind']} {hit['qualified_name']}")
        lines.append("")
    return "\n".join(lines)


def row(tree: str, report: Any) -> str:
    """The figures of a tree on one line."""
    columns = zip(report["score"].values(), (7, 6, 8, 8, 9), strict=True)
    return f"{tree:8s} {report['queries']:7d}" + "".join(f"  {value:{width}.3f}" for value, width in columns)


def rows() -> dict[str, str]:
    """The lines of ``scores.txt`` by their trees."""
    lines = SCORES.read_text("utf-8").splitlines()[1:] if SCORES.exists() else []
    return {line.split()[0]: line for line in lines}


def rewrite(tree: str, line: str) -> None:
    """Put a tree's line into ``scores.txt``."""
    kept = {name: each for name, each in rows().items() if name in (*TREES, OWN)} | {tree: line}
    SCORES.write_bytes("".join(f"{each}\n" for each in (HEAD, *(kept[name] for name in sorted(kept)))).encode())


@pytest.mark.parametrize("tree", TREES)
def test_pages(te: Run, tree: str, tmp_path: Path) -> None:
    """The pages of a tree, and their score, are those that were looked at last."""
    report = asked(te, tree, RANKING / "trees" / tree, tmp_path / "index")
    golden = RANKING / f"{tree}.txt"
    if UPDATE:
        golden.write_bytes(pages(report).encode())
        rewrite(tree, row(tree, report))
    assert pages(report) == golden.read_bytes().decode("utf-8"), REWRITE
    assert row(tree, report) == rows()[tree], REWRITE


def test_the_score_on_this_repository(te: Run, tmp_path: Path) -> None:
    """On its own source te does not fall behind what is written."""
    report = asked(te, OWN, SOURCE / OWN, tmp_path / "index")
    if UPDATE:
        rewrite(OWN, row(OWN, report))
    written = float(rows()[OWN].split()[2])
    assert report["score"]["ndcg"] >= written - LEEWAY, REWRITE


def test_case_matters_where_the_user_used_it(te: Run, tmp_path: Path) -> None:
    """A name typed with capitals finds the definition that is written so before its namesake, the pair's other half.

    A name typed in small letters may be meant either way: its pair is in the table, and nothing is asked of it.
    """
    report = asked(te, "cases", RANKING / "trees" / "cases", tmp_path / "index")
    lines = (RANKING / "cases.jsonl").read_text("utf-8").splitlines()
    pairs = [(result, json.loads(line)["before"]) for result, line in zip(report["results"], lines, strict=True)]
    table = "".join(f"{pair(result, namesake)}\n" for result, namesake in pairs)
    if UPDATE:
        PAIRS.write_bytes(table.encode())
    assert table == PAIRS.read_bytes().decode("utf-8"), REWRITE
    wrong = [line for line in table.splitlines() if "BEHIND" in line and not line.split()[0].islower()]
    assert not wrong


def pair(result: Any, namesake: str) -> str:
    """A line of the table: the query, the definition in that very case, and its namesake, each with its place."""
    names = [hit["qualified_name"] for hit in result["page"]]
    (rank,), last = result["ranks"], len(names) + 1
    at = names.index(namesake) + 1 if namesake in names else None
    told = "before" if (rank or last) < (at or last) else "BEHIND"
    return f"{result['query']:12s} {place(rank, result['gold'][0])} {told}  {place(at, namesake)}".rstrip()


def place(rank: int | None, name: str) -> str:
    """A name with its place on the page."""
    return f"{rank or '-':>2}  {name:22s}"


@pytest.mark.parametrize("tree", TREES)
def test_pages_do_not_depend_on_the_hash_seed(tree: str, tmp_path: Path) -> None:
    """Each seed builds an index of its own and answers every query: the reports are the same, byte for byte."""
    processes = []
    for seed in SEEDS:
        command = te_command(
            *("eval", str(RANKING / f"{tree}.jsonl"), str(RANKING / "trees" / tree)),
            *("--index-dir", str(tmp_path / seed), "--json", "-q"),
        )
        environment = {**te_environment(), "PYTHONHASHSEED": seed}
        processes.append(subprocess.Popen(command, env=environment, stdout=subprocess.PIPE))
    reports = {process.communicate()[0] for process in processes}
    assert len(reports) == 1
    assert b'"te.eval/1"' in reports.pop()
