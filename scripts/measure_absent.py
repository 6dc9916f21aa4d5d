#!/usr/bin/env python3
"""What is answered when nothing fits: questions about things that a repository lacks, and about things that it has.

    measure_absent.py --trees DIR [--annotated FILE] [--flat FILE --flat-tree DIR] [--issues FILE --issue-trees DIR]
                      [--index-dirs DIR] [--mode MODE]

DIR/<name>/<root> of --trees is the tree of each repository that ``fixtures/ranking/absent.json`` names, at its
revision. Its ``fitted`` part is what the floors of ``te_cli.rank.fitness`` were read from, its ``measured`` part is
not. The other files are those of ``scripts/tune_ranking.py``: their queries have answers, and must not lose them. With
--index-dirs the indexes lie there instead of in the trees.

For each set it prints how many queries are answered by nothing, and how many by weak hits only; for those with answers
also how many lose a gold of their first ten hits to the floor or to folding, and the lowest evidence of any page, which
is what the floors have to stay under.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from te_cli.config import Options, settings_for_indexing
from te_cli.engine.embedding import speller
from te_cli.engine.indexing import update
from te_cli.engine.places import open_reader
from te_cli.engine.respelling import respelled
from te_cli.engine.retrieving import meaning, retrieve
from te_cli.engine.searching import BY_MEANING, answer
from te_cli.engine.telling import ceilings_of
from te_cli.model import Filters, SearchRequest
from te_cli.rank.analyse import analyse
from te_cli.rank.fitness import Judge, floors
from te_cli.rank.order import rank

if TYPE_CHECKING:
    from collections.abc import Iterable

    from te_cli.model import Mode
    from te_cli.store.reader import Reader

ABSENT = Path(__file__).resolve().parent.parent / "fixtures" / "ranking" / "absent.json"
PAGE = 10


@dataclass
class Asked:
    """How one query was answered. ``evidence`` is the most that speaks for a hit of the page."""

    kind: str
    where: str
    text: str
    evidence: float
    shown: int
    weak: int
    had: bool
    lost: bool


def found_by(path: str, start: int, end: int, target: Any) -> bool:
    """Whether a hit at these lines is what a gold target asks for."""
    if isinstance(target, str):
        return path == target
    return bool(path == target["path"] and start <= target["end_line"] and target["start_line"] <= end)


def ask(kind: str, where: str, root: Path, rows: Iterable[dict[str, Any]], options: argparse.Namespace) -> list[Asked]:
    """Index a tree and ask its queries."""
    index_dir = str(options.index_dirs / where.replace("/", "+")) if options.index_dirs else None
    settings = settings_for_indexing(str(root), Options(index_dir=index_dir))
    update(settings)
    with open_reader(settings) as reader:
        one = partial(_one, reader, options.mode)
        asked = []
        for row in rows:
            text, gold = row["query"], row["gold"] if isinstance(row["gold"], list) else [row["gold"]]
            evidence, before = one(text)
            hits = answer(settings, SearchRequest(text, PAGE, mode=options.mode), reader, True).hits
            after = [(hit.path, hit.symbol.start_line, hit.symbol.end_line) for hit in hits]
            had = {place for place, target in enumerate(gold) if any(found_by(*hit, target) for hit in before)}
            has = {place for place, target in enumerate(gold) if any(found_by(*hit, target) for hit in after)}
            weak = sum(hit.weak for hit in hits)
            asked.append(Asked(kind, where, text, evidence, len(hits), weak, bool(had), bool(had - has)))
    return asked


def _one(reader: Reader, mode: Mode, text: str) -> tuple[float, list[tuple[str, int, int]]]:
    """The most evidence of the page as it is ranked, and the places of its hits."""
    query, _ = respelled(reader, analyse(text))
    vector = meaning(speller(), query) if mode in BY_MEANING else None
    spoken: Mode = "text" if mode == "semantic" and vector is None else mode
    candidates = retrieve(reader, query, mode=spoken, limit=PAGE, filters=Filters(), vector=vector)
    page = rank(query, candidates, PAGE, spoken)
    judge = Judge(query, ceilings_of(reader, query), floors(by_words=True, by_vectors=True))
    places = [(e.candidate.path, e.candidate.symbol.start_line, e.candidate.symbol.end_line) for e in page]
    return max((judge.evidence(entry.candidate) for entry in page), default=0.0), places


def ask_issues(options: argparse.Namespace) -> list[Asked]:
    """Check out the commit before each fix, and ask for the issue by its title and by its whole text."""
    asked = []
    for line in options.issues.read_text().splitlines():
        row = json.loads(line)
        root = options.issue_trees / row["repo"].replace("/", "+")
        for command in (["checkout", "-q", "--force", row["base_commit"]], ["clean", "-fdq", "-e", ".te"]):
            subprocess.run(["git", "-C", str(root), *command], check=True)
        for kind in ("title", "text"):
            asked += ask(f"issues: {kind}", row["repo"], root, [{"query": row[kind], "gold": row["gold"]}], options)
    return asked


def main() -> None:
    """Ask everything, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trees", type=Path, required=True)
    parser.add_argument("--index-dirs", type=Path)
    parser.add_argument("--mode", default="hybrid", choices=["hybrid", "text", "semantic"])
    for name in ("annotated", "flat", "flat-tree", "issues", "issue-trees"):
        parser.add_argument(f"--{name}", type=Path)
    parser.add_argument("--misses", action="store_true", help="list what was answered, and what was lost")
    options = parser.parse_args()
    asked: list[Asked] = []
    for tree in json.loads(ABSENT.read_text()):
        rows = [{"query": text, "gold": []} for text in tree["queries"]]
        asked += ask(
            f"absent: {tree['part']}", tree["name"], options.trees / tree["name"] / tree["root"], rows, options
        )
    for tree in json.loads(options.annotated.read_text()) if options.annotated else ():
        root = options.trees / tree["name"] / (tree["root"] or "")
        asked += ask("annotated", tree["name"], root, tree["queries"], options)
    if options.flat:
        asked += ask("flat", "cosqa", options.flat_tree, json.loads(options.flat.read_text()), options)
    if options.issues:
        asked += ask_issues(options)
    report(asked, misses=options.misses)


def report(asked: list[Asked], *, misses: bool) -> None:
    """One line a set."""
    sets = defaultdict(list)
    for each in asked:
        sets[each.kind].append(each)
    print(f"{'':18s} {'queries':>8s} {'nothing':>8s} {'or weak':>8s} {'lost':>8s}  evidence: least, 5 %, median, 90 %")
    for kind, those in sets.items():
        levels = sorted(each.evidence for each in those)
        shares = [levels[min(len(levels) - 1, int(len(levels) * share))] for share in (0, 0.05, 0.5, 0.9)]
        nothing = sum(not each.shown for each in those) / len(those)
        weak = sum(each.shown == each.weak for each in those) / len(those)
        lost = sum(each.lost for each in those) / len(those)
        numbers = f"{nothing:8.3f} {weak:8.3f} {lost:8.3f}"
        print(f"{kind:18s} {len(those):8d} {numbers}  {' '.join(f'{level:.2f}' for level in shares)}")
    for each in asked if misses else ():
        if each.lost or (each.kind.startswith("absent") and each.shown > each.weak):
            print(f"{'lost' if each.lost else 'answered'}: {each.where}: {each.text[:90]!r} {each.evidence:.2f}")


if __name__ == "__main__":
    main()
