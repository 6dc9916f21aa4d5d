#!/usr/bin/env python3
"""How te grows: the same measures on trees of ten thousand, a hundred thousand and a million symbols.

    bench_scale.py [--symbols N …] [--source DIR …] [--work DIR] [--queries N] [--json FILE]

A tree is made of copies of real ones (the packages beside te and Python's own library, or each --source), until there
are enough symbols. In every copy but the first the names are others: each identifier of several words gets one more,
so that names, words and postings grow as they do where people write them.

Measured are the index (seconds, symbols a second, the most memory that all processes hold at once), its bytes by part,
the text that it holds, queries by mode in a warm process, what the vectors take of that process's memory (its growth
over all queries, against a process that asks without them), an update of one file, and one that merges the delta.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import QUESTIONS, installed, peak_of, seconds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SYMBOLS = (10_000, 100_000, 1_000_000)

MODES = ("hybrid", "text", "semantic", "name")

TE = [sys.executable, "-P", "-m", "te_cli"]

ROOT = Path(__file__).resolve().parent.parent

EXTRA = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "haven", "inlet", "jetty", "kayak", "ledge",
         "mango", "north", "ocean", "prism", "quill", "ridge", "stone", "tulip", "umbra", "vivid", "wharf", "xenon",
         "yacht", "zebra")  # fmt: skip
"""What names get in a copy, one after another, then two at a time."""

COMPOUND = re.compile(rb"\b(?:[A-Za-z]+_[A-Za-z0-9_]*[A-Za-z0-9]|[A-Za-z][a-z0-9]+(?:[A-Z][a-z0-9]+)+)\b")
"""Identifiers of several words: a keyword is none."""

ASK = """
import json, sys, time
from te_cli import open_index
import te_cli.engine.searching as searching
tree, index_dir, questions, modes, blind = json.loads(sys.argv[1])
if blind:
    searching.meaning = lambda query, mode: None
def held():
    lines = open("/proc/self/status").read().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith(("RssAnon", "RssFile")))
index = open_index(tree, index_dir=index_dir)
index.search(questions[0], refresh="never")
before, spent = held(), {}
for mode in modes:
    for question in questions:
        started = time.perf_counter()
        index.search(question, k=10, mode=mode, refresh="never")
        spent.setdefault(mode, []).append(time.perf_counter() - started)
print(json.dumps({"spent": spent, "growth": held() - before, "whole": held()}))
"""

MERGE = """
import sys
from te_cli import open_index
from te_cli.store import generations
generations.DELTA_ROWS, generations.DELTA_FRACTION = 0, 0.0
open_index(sys.argv[1], index_dir=sys.argv[2]).update()
"""


def main() -> None:
    """Measure each size, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--symbols", type=int, nargs="+", default=SYMBOLS)
    parser.add_argument("--source", type=Path, action="append", default=[])
    parser.add_argument("--work", type=Path, help="where trees and indexes are made, and removed again")
    parser.add_argument("--queries", type=int, default=1_000)
    parser.add_argument("--json", type=Path, help="append the figures to this file, one line a size")
    options = parser.parse_args()
    rows = []
    if options.work is not None:
        options.work.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="te-scale-", dir=options.work) as folder:
        work = Path(folder)
        sources = options.source or [installed(work / "installed")]
        for symbols in sorted(options.symbols):
            tree = grown(sources, work / "tree", symbols)
            rows.append(measured(tree, work / "index", options.queries))
            print(f"{rows[-1]['symbols']:,} symbols: {rows[-1]['index s']:.1f} s", file=sys.stderr, flush=True)
            if options.json:
                with options.json.open("a", encoding="utf-8") as stream:
                    stream.write(json.dumps({**machine(), **rows[-1]}) + "\n")
            shutil.rmtree(tree)
            shutil.rmtree(work / "index")
    print(table(rows))


def machine() -> dict[str, object]:
    """What the figures were taken on."""
    return {
        "date": time.strftime("%Y-%m-%d"),
        "cores": len(os.sched_getaffinity(0)),
        "machine": platform.machine(),
        "python": platform.python_version(),
    }


# The tree


def grown(sources: Sequence[Path], tree: Path, symbols: int) -> Path:
    """A tree of about so many symbols, as a share of what each copy of ``sources`` has."""
    files = [(source, path) for source in sources for path in sorted(source.rglob("*")) if taken(source, path)]
    random.Random(0).shuffle(files)  # noqa: S311 - a part of a copy is a fair part of it
    each = counted(files, tree)
    for number in range(-(-symbols // max(1, each))):
        share = min(1.0, symbols / each - number)
        for source, path in files[: int(share * len(files))]:
            target = tree / f"copy{number:03d}" / source.name / path.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(renamed(path.read_bytes(), number))
    return tree


def taken(source: Path, path: Path) -> bool:
    """Whether a file is copied."""
    return path.is_file() and not path.is_symlink() and not {".git", ".te"} & set(path.relative_to(source).parts)


def counted(files: Sequence[tuple[Path, Path]], tree: Path) -> int:
    """How many symbols te finds in a copy: it is asked."""
    for source, path in files:
        target = tree / source.name / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    with tempfile.TemporaryDirectory(prefix="te-scale-") as index:
        found = report(["index", str(tree), "--index-dir", index])
    shutil.rmtree(tree)
    return int(found["symbols"])


def renamed(data: bytes, number: int) -> bytes:
    """A file with other names: copy 0 has its own."""
    if not number:
        return data
    words = [EXTRA[number % len(EXTRA)]] + ([EXTRA[number // len(EXTRA) % len(EXTRA)]] if number >= len(EXTRA) else [])

    def other(found: re.Match[bytes]) -> bytes:
        name = found[0]
        return (
            b"_".join([name, *(word.encode() for word in words)])
            if b"_" in name
            else name + "".join(word.capitalize() for word in words).encode()
        )

    return COMPOUND.sub(other, data)


# The measures


def measured(tree: Path, index: Path, queries: int) -> dict[str, Any]:
    """Everything about one tree."""
    update = ["index", str(tree), "--index-dir", str(index)]
    started = time.perf_counter()
    memory = peak_of([*TE, *update, "--json"])
    spent = time.perf_counter() - started
    said = report(update)
    parts = report(["status", "-C", str(tree), "--index-dir", str(index)])["bytes"]
    symbols, text = int(said["symbols"]), sum(path.stat().st_size for path in indexed(tree))
    questions = list(asked(tree, queries))
    with_vectors = answers(tree, index, questions, MODES, blind=False)
    alone = [answers(tree, index, questions, ("hybrid",), blind=blind) for blind in (False, True)]
    row: dict[str, Any] = {
        "symbols": symbols, "files": said["files"], "text MiB": text / 2**20, "index s": spent,
        "symbols/s": symbols / spent, "peak MiB": memory,
        **{f"{part} bytes/symbol": size / symbols for part, size in parts.items()},
        "index / text": sum(parts.values()) / text,
        "vectors, resident bytes/symbol": (alone[0]["growth"] - alone[1]["growth"]) * 1024 / symbols,
        "query process MiB": alone[0]["whole"] / 1024,
    }  # fmt: skip
    for mode in MODES:
        ordered = sorted(with_vectors["spent"][mode])
        row[f"{mode} p50 ms"] = statistics.median(ordered) * 1000
        row[f"{mode} p99 ms"] = ordered[int(0.99 * len(ordered))] * 1000
    return row | updates(tree, index, update)


def updates(tree: Path, index: Path, update: list[str]) -> dict[str, float]:
    """Seconds of a run that finds nothing to do, of one with one file changed, and of one that merges the delta too."""
    time.sleep(2.1)  # a file that was written just now is read again, since its time says nothing
    seconds([*TE, *update])
    found = {"unchanged s": seconds([*TE, *update])}
    changing = min(indexed(tree), key=lambda path: (path.suffix != ".py", abs(path.stat().st_size - 10_000)))
    for what, command in (
        ("one file s", [*TE, *update]),
        ("merge s", [sys.executable, "-P", "-c", MERGE, str(tree), str(index)]),
    ):
        changing.write_bytes(changing.read_bytes() + f"\n\ndef {what.split()[0]}_more():\n    pass\n".encode())
        found[what] = seconds(command, {"PYTHONPATH": str(ROOT)})
    return found


def indexed(tree: Path) -> list[Path]:
    """The files that te indexes."""
    from te_cli.config import DEFAULT_MAX_FILE_BYTES
    from te_cli.walk.files import scan

    return [tree / file.path for file in scan(tree, tree / ".te", DEFAULT_MAX_FILE_BYTES).files]


def asked(tree: Path, count: int) -> Iterator[str]:
    """Questions: the usual ones, and two to six words that stand together somewhere in the tree."""
    chance = random.Random(0)  # noqa: S311
    files = indexed(tree)
    yield from QUESTIONS[:count]
    left = count - len(QUESTIONS)
    while left > 0:
        words = re.findall(r"[A-Za-z]{3,}", chance.choice(files).read_text(errors="replace"))
        if len(words) > 20:
            start, size = chance.randrange(len(words) - 6), chance.randint(2, 6)
            yield " ".join(words[start : start + size])
            left -= 1


def answers(tree: Path, index: Path, questions: list[str], modes: Sequence[str], *, blind: bool) -> dict[str, Any]:
    """What a warm process says that asks everything in each mode; ``blind``: without vectors."""
    told = json.dumps([str(tree), str(index), questions, modes, blind])
    return run([sys.executable, "-P", "-c", ASK, told])


def report(arguments: list[str]) -> dict[str, Any]:
    """What a verb of te says in JSON."""
    return run([*TE, *arguments, "--json"])


def run(command: list[str]) -> dict[str, Any]:
    """The JSON that a process prints."""
    done = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True
    )
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def table(rows: Sequence[dict[str, Any]]) -> str:
    """A line a figure, a column a size."""
    lines = ["| " + " | ".join(["", *(f"{row['symbols']:,}" for row in rows)]) + " |", "|---" * (len(rows) + 1) + "|"]
    for what in rows[0]:
        figures = [f"{row[what]:,.0f}" if row[what] >= 100 else f"{row[what]:.3g}" for row in rows]
        lines.append("| " + " | ".join([what, *figures]) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
