#!/usr/bin/env python3
"""Labelled lists to learn ranking from, out of repositories that nothing is measured on and no model was trained on.

    ranking_lists.py --mirrors DIR --out DIR [--jobs N] [--only NAME …]     gather (what is laid out already is kept)
    ranking_lists.py --out DIR --show 5                                     some queries of each kind

``ranking_lists.tsv`` names the repositories and their newest commit; DIR of --mirrors has each as ``owner+name``, with
its history. Below DIR of --out come for each:

    whole/owner+name        its tree some hundreds of commits before, indexed in place
    bare/owner+name         the same without what documents its definitions
    queries/owner+name.jsonl  {"tree", "kind", "query", "gold"} a line
    lists/owner+name.npz    te's candidates for each query and their signals, as ``tune_ranking.py --lists`` reads them

The kinds: ``commit``, a later commit's subject, and ``issue``, its long message, ask for the files that it changed;
``doc``, the first sentence of a documentation, asks the bare tree for its definition; ``name`` asks for the only
definition of that name. Names with several definitions are left out: te does not resolve references, so nothing says
which of them is meant. Trees and queries stay as they are until the file of queries is removed; candidates and signals
are gathered anew each time, after an update of the index, which derives it again where model or recipe are others.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent / "train"))

import ranking_commits
import ranking_data
import ranking_definitions
import ranking_kept
from corpus import read_corpus, set_aside
from suites import MEASURED
from trees import git_dir, read_names, texts_of_repository

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from ranking_commits import Query

LIST = Path(__file__).resolve().with_suffix(".tsv")

MOST = {"commit": 60, "issue": 30, "doc": 60, "name": 30}
"""Queries of a kind that one repository gives, so that no large one teaches its own ways alone."""

TREES = {"commit": "whole", "issue": "whole", "doc": "bare", "name": "whole"}
"""Which tree each kind is asked of."""


def repositories(path: Path = LIST) -> dict[str, str]:
    """The newest commit of each repository that is listed."""
    return dict(line.split("\t") for line in path.read_text("utf-8").splitlines())


def faults(listed: Iterable[str], measured: Iterable[str]) -> list[str]:
    """A sentence for each repository that must not be learned from here: measured ones, and what a model has seen."""
    forbidden = {name.lower() for name in (*measured, *(name for name, _ in MEASURED))}
    learned = {each.name.lower() for each in read_corpus() if each.share == "train" and not set_aside(each.name)}
    found = [f"{name} is measured on" for name in listed if name.lower() in forbidden]
    return found + [f"{name} has trained the model" for name in listed if name.lower() in learned]


def lay_out(name: str, head: str, mirrors: Path, out: Path) -> None:
    """Write both trees of a repository, and its queries last."""
    flat = name.replace("/", "+")
    queries = out / "queries" / f"{flat}.jsonl"
    if queries.is_file():
        return
    place = git_dir(mirrors, name)
    base = ranking_commits.base_of(place, head)
    sources, there = [], set()
    for file in texts_of_repository(place, base):
        source = ranking_definitions.source_of(file)
        there.add(file.path)
        _write(out / "whole" / flat / file.path, file.text)
        _write(out / "bare" / flat / file.path, source.bare if source else file.text)
        sources += [source] if source else []
    for tree in set(TREES.values()):
        _remove_others(out / tree / flat, there)
    found = ranking_commits.asked(ranking_commits.commits(place, base, head), there, MOST)
    found += ranking_definitions.told(sources, random.Random(name), MOST["doc"])  # noqa: S311 - no secret
    found += ranking_definitions.named(sources, random.Random(name), MOST["name"])  # noqa: S311
    _write(queries, "".join(json.dumps(_row(query)) + "\n" for query in found))


def _row(query: Query) -> dict[str, Any]:
    return {"tree": TREES[query.kind], "kind": query.kind, "query": query.text, "gold": query.gold}


def _write(path: Path, text: str) -> None:
    """Write a file, unless it is so already: what stays as it was need not be indexed again."""
    data = text.encode("utf-8", "replace")
    if not path.is_file() or path.read_bytes() != data:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _remove_others(tree: Path, there: Container[str]) -> None:
    """Remove what lay in a tree before, but for its index."""
    for path in tree.rglob("*"):
        name = path.relative_to(tree).as_posix()
        if path.is_file() and name not in there and not name.startswith(".te/"):
            path.unlink()


def rows_of(name: str, out: Path) -> list[dict[str, Any]]:
    """The queries of a repository."""
    lines = (out / "queries" / f"{name.replace('/', '+')}.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def gather(mirrors: Path, out: Path, repository: tuple[str, str]) -> str:
    """Lay a repository out, index it, ask its queries and keep the lists.

    The answer tells in a line how many there are, and the seconds of processor time.
    """
    os.environ["TE_JOBS"] = "1"  # the repositories are gathered side by side
    started = time.process_time()
    name, head = repository
    flat = name.replace("/", "+")
    lay_out(name, head, mirrors, out)
    laid = time.process_time()
    lists = []
    rows = rows_of(name, out)
    for tree in sorted(set(TREES.values())):
        own = [row for row in rows if row["tree"] == tree]
        for found in ranking_data.gather(out / tree / flat, own) if own else ():
            asked = ranking_data.asked(f"{found.row['kind']} {name}", found)
            lists += [asked] if len(asked.values) else []
    if lists:
        (out / "lists").mkdir(exist_ok=True)
        ranking_kept.save(out / "lists" / f"{flat}.npz", lists, ranking_data.names)
    counts = Counter(row["kind"] for row in rows)
    kinds = "  ".join(f"{kind} {counts[kind]:3d}" for kind in MOST)
    return f"{name:45s} {kinds}   {laid - started:6.1f} s laid out, {time.process_time() - laid:6.1f} s gathered"


def _size(name: str, out: Path) -> int:
    """The bytes of a repository's catalog, once there is one."""
    catalog = out / "whole" / name.replace("/", "+") / ".te" / "catalog.db"
    return catalog.stat().st_size if catalog.is_file() else 0


def show(names: Iterable[str], out: Path, count: int) -> None:
    """Print some queries of each kind, and what they ask for."""
    rows = [(name, row) for name in names for row in rows_of(name, out)]
    for kind in MOST:
        own = [(name, row) for name, row in rows if row["kind"] == kind]
        print(f"\n{kind}: {len(own)} queries of {len({name for name, _ in own})} repositories")
        for name, row in random.Random(0).sample(own, min(count, len(own))):  # noqa: S311 - a sample
            print(f"  {name}: {row['query'][:300]!r}\n      {row['gold']}")


def main() -> int:
    """Gather, or show what was laid out; 1 where a listed repository must not be learned from."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mirrors", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--not", dest="measured", type=Path, action="append", default=[])
    parser.add_argument("--only", nargs="+")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--show", type=int, metavar="COUNT")
    options = parser.parse_args()
    listed = {name: head for name, head in repositories().items() if not options.only or name in options.only}
    if options.show:
        show(listed, options.out, options.show)
        return 0
    if options.mirrors is None:
        parser.error("--mirrors says where the repositories are")
    wrong = faults(listed, [name for path in options.measured for name in read_names(path)])
    if wrong:
        print("\n".join(wrong), file=sys.stderr)
        return 1
    with ProcessPoolExecutor(options.jobs) as pool:
        largest_first = sorted(listed.items(), key=lambda each: -_size(each[0], options.out))
        for done in as_completed([pool.submit(gather, options.mirrors, options.out, each) for each in largest_first]):
            print(done.result(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
