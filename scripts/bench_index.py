#!/usr/bin/env python3
"""How long te takes on given trees, as a user would wait: whole processes, the index outside the tree.

    bench_index.py TREE… [--te COMMAND] [--query QUERY]

For each tree: a first index, a run with nothing to do, the median of five searches, and what the index weighs.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import statistics
import subprocess
import tempfile
import time
from pathlib import Path


def timed(command: list[str]) -> tuple[float, str]:
    """Seconds and standard output of one run."""
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return time.perf_counter() - started, done.stdout


def row(te: list[str], tree: Path, query: str) -> str:
    """Measure one tree."""
    with tempfile.TemporaryDirectory() as folder:
        place = ["--index-dir", f"{folder}/index"]
        first, _ = timed([*te, "index", str(tree), *place, "--json"])
        again, said = timed([*te, "index", str(tree), *place, "--json"])
        report = json.loads(said)
        status = json.loads(timed([*te, "status", "-C", str(tree), *place, "--json"])[1])
        search = [*te, "search", "-C", str(tree), *place, "--json", "--", query]
        searches = [timed(search)[0] for _ in range(5)]
    size = sum(status["bytes"].values())
    symbols, median = report["symbols"], statistics.median(searches)
    return (
        f"{tree.name:14s} {report['files']:7,d} {symbols:8,d} {first:8.2f} {symbols / first:9,.0f}"
        f" {again * 1000:8.0f} {median * 1000:9.0f} {size / 2**20:7.1f} {size / symbols:7.0f}"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trees", nargs="+", type=Path)
    parser.add_argument("--te", default="te")
    parser.add_argument("--query", default="how is the configuration read")
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, {time.strftime('%Y-%m-%d')}")
    print("tree             files  symbols  first s symbols/s again ms search ms     MiB B/symbol")
    for tree in options.trees:
        print(row(shlex.split(options.te), tree.resolve(), options.query), flush=True)


if __name__ == "__main__":
    main()
