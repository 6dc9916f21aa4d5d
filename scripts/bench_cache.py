#!/usr/bin/env python3
"""What is kept of a transformer's work: over successive commits, after a kill, and how quickly it is read.

    bench_cache.py --model MODEL --repository GIT --work DIR [--commits N] [--only commits,kill,reads]

- *commits*: the last N commits of the first parent line are checked out in order into one folder. Each is indexed
  afresh (an index of its own, as in a new clone), and the index report says how many texts the model embedded and how
  many were read. The first commit begins with an empty cache, and is not counted.
- *kill*: ``te index`` of the newest commit with an empty cache is killed (SIGKILL, the whole group) when about half of
  its texts are kept, and started again. What the second run embeds beyond what was not kept, it embeds twice; besides,
  a kill loses the chunk in hand, 32 texts at most.
- *reads*: one embedding at a time out of the cache, and a thousand together.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from te_cli.embed.cache_folders import models_in
from te_cli.embed.cached import Cached
from te_cli.embed.source import identity_of_source, open_model, source_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

T = TypeVar("T")

POLL_SECONDS = 0.2


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, metavar="MODEL")
    parser.add_argument("--repository", type=Path, required=True, metavar="GIT")
    parser.add_argument("--work", type=Path, required=True, metavar="DIR")
    parser.add_argument("--commits", type=int, default=20, metavar="N")
    parser.add_argument("--only", default=",".join(PARTS), help="of %(default)s")
    options = parser.parse_args()
    for name in options.only.split(","):
        PARTS[name](options)


def commits(options: argparse.Namespace) -> None:
    """Hit rates over successive commits."""
    shutil.rmtree(options.work, ignore_errors=True)
    print("| commit | units | embedded | read | hit rate | seconds |\n|---|---|---|---|---|---|")
    embedded = read = 0
    for place, commit in enumerate(_last(options.repository, options.commits + 1)):
        tree = _checked_out(options, commit)
        report = _index(options, tree, options.work / "index")
        new, kept = report.get("embedded", 0), report.get("recalled", 0)
        if place:
            embedded, read = embedded + new, read + kept
            rate = f"{kept / max(1, new + kept):.2%}"
            print(f"| {commit[:7]} | {report['symbols']:,} | {new:,} | {kept:,} | {rate} | {report['seconds']:.1f} |")
        shutil.rmtree(options.work / "index")
    print(f"\n{read:,} of {read + embedded:,} texts were read: {read / max(1, read + embedded):.2%}\n", flush=True)


def kill(options: argparse.Namespace) -> None:
    """How much a killed run does twice."""
    tree = _checked_out(options, _last(options.repository, 1)[0])
    shutil.rmtree(options.work / "cache", ignore_errors=True)
    _index(options, tree, options.work / "once")
    whole = _kept(options)
    shutil.rmtree(options.work / "cache")
    shutil.rmtree(options.work / "once")
    command = [*TE, "index", "--model", options.model, "--index-dir", str(options.work / "again"), str(tree)]
    run = subprocess.Popen(command, env=_environment(options), start_new_session=True, stdout=subprocess.DEVNULL)
    while run.poll() is None and _kept(options) < whole // 2:
        time.sleep(POLL_SECONDS)
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    before = _kept(options)
    report = _index(options, tree, options.work / "again")
    twice = report["embedded"] - (whole - before)
    print("| texts | kept at the kill | then read | then embedded | kept, and embedded again |\n|---|---|---|---|---|")
    print(f"| {whole:,} | {before:,} | {report['recalled']:,} | {report['embedded']:,} | {twice:,} |\n", flush=True)


def reads(options: argparse.Namespace) -> None:
    """How quickly an embedding is read."""
    from bench_encode import documents_in  # it parses

    tree = _checked_out(options, _last(options.repository, 1)[0])
    source = source_of(options.model, Path.cwd())
    model = open_model(source)
    folder = options.work / "cache" / "te" / "embeddings"
    cached = Cached(identity_of_source(source), lambda: model, folder, 1 << 31, getattr(model, "text_of", None))
    documents = documents_in(tree)[:1000]
    cached.embed_documents(documents)  # what is missing
    print("| | p50 ms | p99 ms |\n|---|---|---|")
    for name, parts in {
        "one embedding": [[document] for document in documents],
        "1,000 together": [documents] * 20,
    }.items():
        print(_row(name, (_milliseconds(cached.embed_documents, part) for part in parts)))
    asked = [f"question {number}" for number in range(200)]
    for text in asked:
        cached.embed_query(text)
    print(_row("one query", (_milliseconds(cached.embed_query, text) for text in asked)), flush=True)


PARTS = {"commits": commits, "kill": kill, "reads": reads}

TE = (sys.executable, "-P", "-m", "te_cli")


def _milliseconds(read: Callable[[T], object], what: T) -> float:
    started = time.perf_counter()
    read(what)
    return (time.perf_counter() - started) * 1000


def _row(name: str, times: Iterable[float]) -> str:
    ordered = sorted(times)
    return f"| {name} | {statistics.median(ordered):.3f} | {ordered[int(len(ordered) * 0.99)]:.3f} |"


def _last(repository: Path, count: int) -> list[str]:
    """The last commits, the oldest first."""
    listed = ["git", "-C", str(repository), "rev-list", "--first-parent", f"--max-count={count}", "HEAD"]
    return subprocess.run(listed, check=True, capture_output=True, text=True).stdout.split()[::-1]


def _checked_out(options: argparse.Namespace, commit: str) -> Path:
    tree = Path(options.work / "tree")
    if not tree.exists():
        subprocess.run(["git", "clone", "-q", "--shared", str(options.repository), str(tree)], check=True)
    subprocess.run(["git", "-C", str(tree), "checkout", "-qf", commit], check=True)
    return tree


def _environment(options: argparse.Namespace) -> Mapping[str, str]:
    return os.environ | {"XDG_CACHE_HOME": str(options.work.resolve() / "cache")}


def _index(options: argparse.Namespace, tree: Path, index_dir: Path) -> dict[str, Any]:
    command = [*TE, "index", "--json", "--model", options.model, "--index-dir", str(index_dir), str(tree)]
    done = subprocess.run(command, env=_environment(options), check=True, capture_output=True, text=True)
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def _kept(options: argparse.Namespace) -> int:
    folder = options.work / "cache" / "te" / "embeddings"
    return sum(model.entries or 0 for model in models_in(folder))


if __name__ == "__main__":
    main()
