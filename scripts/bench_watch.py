#!/usr/bin/env python3
"""What `te watch` is good for and what it costs, on a clone of a repository: a table.

    bench_watch.py REPOSITORY [--extra FOLDER]… [--saves N] [--idle SECONDS] [--events N] [--checkout N] [--seed N]

The repository is cloned into a temporary folder, folders named by ``--extra`` are copied into it and committed, and
`te watch` is started there in a process of its own. Then

- a function is added to a random source file, as an editor saves, and this process, which only reads, searches its
  name until it is found: from save to findable;
- as many saves are asked of a search that trusts the watcher: from save to the answer;
- nothing happens: processor time of the watcher and its worker, by the system's own account;
- another branch is checked out, in which so many files differ: until the last of them is findable;
- a build writes 10,000 files that git ignores: updates, and processor time;
- files are written so often that there are as many events: resident memory before and after.

The load of the machine stands beside each figure, since it decides the slower ones.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import IO

from te_cli import Index, open_index
from te_cli.store.attendance import kept_fresh

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")

LANGUAGES = {
    ".rb": "def {0}\n  {1}\nend\n",
    ".py": "def {0}():\n    return {1}\n",
    ".go": "func {0}() int {{ return {1} }}\n",
}
"""A function in the languages that a save adds one to."""

PAUSE = 0.01
"""Seconds between two questions of the reader: it must not take the processor from whom it measures."""

DEADLINE = 120.0


class Watcher:
    """`te watch` in a process, and what the system knows of it and its children."""

    def __init__(self, root: Path) -> None:
        command = [sys.executable, "-P", "-m", "te_cli", "watch", "--json", "--quiet", str(root)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.updates = 0
        self._thread = threading.Thread(target=self._read, args=(self.process.stdout,), daemon=True)
        self._thread.start()

    def _read(self, lines: IO[str]) -> None:
        for line in lines:
            self.updates += json.loads(line)["event"] == "update"

    def seconds(self) -> float:
        """Processor time of it and its children, those that ended included."""
        total = 0
        for process in self._all():
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            total += sum(map(int, fields[11:15]))
        return total / TICKS

    def megabytes(self) -> dict[str, float]:
        """Resident memory of it and of its worker."""
        held = [int(Path(f"/proc/{process}/statm").read_text().split()[1]) * PAGE / 1e6 for process in self._all()]
        return {"watcher": held[0], "worker": sum(held[1:])}

    def _all(self) -> list[int]:
        own = self.process.pid
        children = Path(f"/proc/{own}/task/{own}/children").read_text().split()
        return [own, *map(int, children)]

    def end(self) -> None:
        """Have it end."""
        self.process.terminate()
        self.process.wait()
        self._thread.join()


def git(root: Path, *arguments: str) -> None:
    """Run git there, as somebody."""
    identity = ("-c", "user.name=bench", "-c", "user.email=bench@example.org")
    subprocess.run(["git", "-C", root, *identity, *arguments], check=True, capture_output=True)


def cloned(repository: Path, extra: list[Path], into: Path) -> Path:
    """A clone with the further folders in it, committed."""
    root = into / "tree"
    subprocess.run(
        ["git", "clone", "-c", "advice.detachedHead=false", "--quiet", "--no-hardlinks", str(repository), str(root)],
        check=True,
    )
    for folder in extra:
        shutil.copytree(
            folder, root / "extra" / folder.name, symlinks=True, ignore=shutil.ignore_patterns(".git", ".te")
        )
    (root / ".gitignore").open("a").write("\n/bench-build/\n*.benchlog\n")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "What is measured on")
    return root


def sources(root: Path, index: Index) -> list[Path]:
    """Indexed files that a function can be added to, of a size that people edit."""
    names = subprocess.run(["git", "-C", root, "ls-files", "-z"], check=True, capture_output=True).stdout.split(b"\0")
    left_out = {skipped.path for skipped in index.status().skipped}
    found = [root / name for name in map(os.fsdecode, names) if name and name not in left_out]
    return [path for path in found if path.suffix in LANGUAGES and path.is_file() and path.stat().st_size < 100_000]


def save(path: Path, name: str) -> None:
    """Add a function to a file, as editors save: written beside it, and put in its place."""
    added = LANGUAGES[path.suffix].format(name, 1)
    fresh = path.with_name(f".{path.name}.tmp")
    fresh.write_bytes(path.read_bytes() + b"\n" + added.encode())
    fresh.replace(path)


def findable(index: Index, name: str) -> bool:
    """Whether a reader that looks at the index alone finds the name."""
    found = index.search(name, k=1, mode="name", refresh="never")
    return bool(found) and found[0].symbol.name == name


def until_findable(index: Index, name: str) -> float:
    """Seconds until the name is found."""
    started = time.perf_counter()
    while not findable(index, name):
        if time.perf_counter() - started > DEADLINE:
            raise SystemExit(f"{name} was never found")
        time.sleep(PAUSE)
    return time.perf_counter() - started


def percentiles(seconds: list[float]) -> str:
    """The middle, and what one in a hundred takes longer than."""
    ordered = sorted(seconds)
    slow = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    return f"p50 {statistics.median(ordered):.3f} s, p99 {slow:.3f} s"


class Bench:
    """One run: rows of the table."""

    def __init__(self, root: Path, watcher: Watcher, seed: int) -> None:
        self.root, self.watcher = root, watcher
        self.index = open_index(root)
        self.random = random.Random(seed)  # noqa: S311 - no secret
        self.settle()
        self.files = sources(root, self.index)
        self.rows: list[tuple[str, str, str]] = []

    def row(self, what: str, figure: str) -> None:
        """Note a figure with the load under which it was taken."""
        self.rows.append((what, figure, f"{os.getloadavg()[0]:.1f}"))
        print(f"{what}: {figure}", file=sys.stderr, flush=True)

    def settle(self) -> None:
        """Wait until the watcher has dealt with everything."""
        end = time.monotonic() + DEADLINE
        while not kept_fresh(self.root / ".te", DEADLINE):
            if time.monotonic() > end:
                raise SystemExit("the watcher never caught up")
            time.sleep(PAUSE)

    def saves(self, number: int) -> None:
        """From save to findable, and to the answer of a search that trusts the watcher."""
        seen = []
        before = self.watcher.seconds()
        for each in range(number):
            path, name = self.random.choice(self.files), f"bench_save_{each}"
            save(path, name)
            seen.append(until_findable(self.index, name))
            time.sleep(self.random.uniform(0.02, 0.2))
        self.settle()
        cost = (self.watcher.seconds() - before) / number
        self.row(f"from save to findable, {number} saves", percentiles(seen))
        self.row("processor time of one such update", f"{cost * 1000:.0f} ms")
        self.asked(number)

    def asked(self, number: int) -> None:
        """From save to the answer of a search. One that says it is not fresh was given up waiting: it counts apart."""
        asked, unchecked = [], 0
        for each in range(number):
            path, name = self.random.choice(self.files), f"bench_asked_{each}"
            save(path, name)
            started = time.perf_counter()
            answer = self.index.answer(name, k=1, mode="name")
            if answer.freshness == "fresh":
                asked.append(time.perf_counter() - started)
                if not answer.hits or answer.hits[0].symbol.name != name:
                    raise SystemExit(f"the answer is said to be fresh, and {name} is not in it")
            unchecked += answer.freshness != "fresh"
            time.sleep(self.random.uniform(0.02, 0.2))
        told = f"{percentiles(asked)}; {unchecked} said that they are not" if asked else "none"
        self.row(f"from save to an answer that is fresh, {number} searches", told)

    def idle(self, seconds: float) -> None:
        """Processor time while nothing happens."""
        self.settle()
        time.sleep(2)
        before, started = self.watcher.seconds(), time.perf_counter()
        time.sleep(seconds)
        used, passed = self.watcher.seconds() - before, time.perf_counter() - started
        self.row(f"processor while idle, {passed:.0f} s", f"{100 * used / passed:.2f} %")

    def checkout(self, number: int) -> None:
        """A branch in which many files differ."""
        git(self.root, "checkout", "-q", "-f", ".")
        git(self.root, "checkout", "-q", "-b", "bench-other")
        changed = self.random.sample(self.files, min(number, len(self.files)))
        for each, path in enumerate(changed):
            save(path, f"bench_branch_{each}")
        git(self.root, "commit", "-qam", "Another branch")
        git(self.root, "checkout", "-q", "-")
        self.settle()
        if findable(self.index, "bench_branch_0"):
            raise SystemExit("the branch is left, but its functions are found")
        before, updates, started = self.watcher.seconds(), self.watcher.updates, time.perf_counter()
        git(self.root, "checkout", "-q", "bench-other")
        by_git = time.perf_counter() - started
        self.settle()
        took = time.perf_counter() - started
        for each in range(len(changed)):
            if not findable(self.index, f"bench_branch_{each}"):
                raise SystemExit(f"bench_branch_{each} is not found")
        used = self.watcher.seconds() - before
        batches = self.watcher.updates - updates
        self.row(
            f"checkout of a branch, {len(changed):,} files differ",
            f"{took:.1f} s (git itself {by_git:.1f} s; {used:.1f} s of processor, {batches} updates)",
        )

    def build(self, number: int) -> None:
        """A build into a folder that git ignores, made for it, and beside the sources."""
        self.settle()
        before, updates = self.watcher.seconds(), self.watcher.updates
        for each in range(number):
            path = self.root / f"bench-build/{each % 100}/{each}.o"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"\0" * 1000)
        self.settle()
        used = self.watcher.seconds() - before
        self.row(
            f"a build writes {number:,} ignored files",
            f"{used:.2f} s of processor, {self.watcher.updates - updates} updates",
        )

    def events(self, number: int) -> None:
        """Memory after many events: each writing is two or more."""
        self.settle()
        before = self.watcher.megabytes()
        used = self.watcher.seconds()
        chosen = self.random.sample(self.files, min(200, len(self.files)))
        texts = {path: path.read_bytes() for path in chosen}
        for each in range(number // 2):
            path = chosen[each % len(chosen)]
            path.write_bytes(texts[path] + b"\n" * (each % 7))
        for path, text in texts.items():
            path.write_bytes(text)
        self.settle()
        after = self.watcher.megabytes()
        used = self.watcher.seconds() - used
        told = ", ".join(f"{part} {before[part]:.0f} -> {after[part]:.0f} MB" for part in before)
        self.row(f"memory before and after {number:,} events", f"{told} ({used:.1f} s of processor)")


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository", type=Path)
    parser.add_argument("--extra", type=Path, action="append", default=[])
    parser.add_argument("--saves", type=int, default=200)
    parser.add_argument("--idle", type=float, default=60)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--checkout", type=int, default=1_000)
    parser.add_argument("--build", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="te-bench-") as folder:
        root = cloned(asked.repository, asked.extra, Path(folder).resolve())
        watcher = Watcher(root)
        try:
            bench = Bench(root, watcher, asked.seed)
            status = bench.index.status()
            bench.row("repository", f"{status.files:,} files, {status.symbols:,} units")
            bench.saves(asked.saves)
            bench.idle(asked.idle)
            bench.build(asked.build)
            bench.checkout(asked.checkout)
            bench.events(asked.events)
            bench.idle(asked.idle / 2)
        finally:
            watcher.end()
    print("| measured | figure | load |\n|---|---|---|")
    for row in bench.rows:
        print(f"| {' | '.join(row)} |")


if __name__ == "__main__":
    main()
