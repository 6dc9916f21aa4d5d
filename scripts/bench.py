#!/usr/bin/env python3
"""te beside semble and ripgrep on the same tree in the same minutes, and beside what the machine allows.

    bench.py [--tree DIR …] [--peers DIR] [--rounds N] [--json FILE]

Without --tree a tree is made of the packages that are installed beside te, and of Python's own library. DIR of --peers
is an environment with semble 0.7 and ripgrep (``make bench`` makes one); without it te is measured alone. Both embed
with te's model. Everything is measured in turn, round by round, and what is printed are medians, and te's share of
semble's. ripgrep answers the query that one would type without an index: its longest word.

semble has no verb that indexes: its first search does. So "unchanged" and "one file changed" are searches there, and
te's are ``te index`` and, below, searches, which look for changes too.

The limits: reading the files that te indexes, hashing them, parsing them with tree-sitter alone on as many processes as
te uses, and a Python that imports what a search needs.

One JSON line of all figures, with date and machine, goes to --json, which is appended to.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shlex
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from te_cli.config import DEFAULT_MAX_FILE_BYTES
from te_cli.digest import digest
from te_cli.parse.grammars import GRAMMARS
from te_cli.walk.files import scan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

ROOT = Path(__file__).resolve().parent.parent
MODEL = ROOT / "te_cli" / "embed" / "model"

QUESTIONS = (
    "how is the configuration file parsed",
    "where are temporary files removed",
    "retry after a timeout",
    "format an exception with its traceback",
    "compare two version numbers",
    "JSONDecoder",
    "split_path",
    "walk a directory tree",
    "convert a date to a string",
    "read a compressed archive",
)
"""Asked in turn; the shell asks the first."""

WARM_ROUNDS = 20
"""How often each question is asked in a warm process."""

IMPORTS = "import typer, numpy, usearch.index, tantivy, tokenizers, sqlite3"

TE_WARM = """
import json, sys, time
from te_cli import open_index
tree, index_dir, questions, rounds = json.loads(sys.argv[1])
index = open_index(tree, index_dir=index_dir)
spent = []
for turn in range(rounds + 1):
    for question in questions:
        started = time.perf_counter()
        index.search(question, k=10, refresh="never")
        if turn:
            spent.append(time.perf_counter() - started)
print(json.dumps(spent))
"""

SEMBLE_WARM = """
import json, sys, time
from semble import SembleIndex
tree, _, questions, rounds = json.loads(sys.argv[1])
index = SembleIndex.from_path(tree)
spent = []
for turn in range(rounds + 1):
    for question in questions:
        started = time.perf_counter()
        index.search(question, top_k=10)
        if turn:
            spent.append(time.perf_counter() - started)
print(json.dumps(spent))
"""

Figures = dict[str, list[float]]


class Tool(NamedTuple):
    """A command line under test: what it runs, what each task is called with, and where its index lies."""

    name: str
    python: str
    update: list[str]
    search: list[str]
    kept: Path
    warm: str
    environment: dict[str, str]


def main() -> None:
    """Measure each tree, and print its table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tree", type=Path, action="append", default=[])
    parser.add_argument("--peers", type=Path, help="an environment with semble and ripgrep")
    parser.add_argument("--te", default=f"{sys.executable} -P -m te_cli", help="the te to call")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, help="append the figures to this file, one line a run")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="te-bench-") as folder:
        work = Path(folder)
        for tree in options.tree or [installed(work / "installed")]:
            copy = work / f"tree-{tree.name}"
            if tree.is_relative_to(work):
                copy = tree
            else:
                shutil.copytree(tree, copy, symlinks=True, ignore=shutil.ignore_patterns(".te"))
            tools = [te(options.te, copy, work)]
            if options.peers:
                tools.append(semble(options.peers, copy, work))
            measure(tree.name, copy, tools, options)


def installed(tree: Path) -> Path:
    """A tree of the packages beside te and of Python's library, as sources."""
    for name in ("stdlib", "purelib"):
        source = Path(sysconfig.get_path(name))
        hidden = shutil.ignore_patterns("__pycache__", "*.so", "*.pyc", "*.dylib", "*.dll", "site-packages")
        shutil.copytree(source, tree / name, ignore=hidden, symlinks=True)
    return tree


def te(command: str, tree: Path, work: Path) -> Tool:
    """te, its index outside the tree."""
    kept = work / f"te-{tree.name}"
    call = shlex.split(command)
    return Tool(
        "te",
        call[0] if len(call) > 1 else sys.executable,
        [*call, "index", str(tree), "--index-dir", str(kept), "--quiet"],
        [*call, "search", "-C", str(tree), "--index-dir", str(kept), "-k", "10", "--quiet"],
        kept,
        TE_WARM,
        {},
    )


def semble(peers: Path, tree: Path, work: Path) -> Tool:
    """semble, with te's model, its cache outside the user's."""
    kept = work / f"semble-{tree.name}"
    search = [str(peers / "bin" / "semble"), "search", "-k", "10", "--format", "text", QUESTIONS[0], str(tree)]
    environment = {"SEMBLE_MODEL_NAME": str(MODEL), "SEMBLE_CACHE_LOCATION": str(kept)}
    return Tool("semble", str(peers / "bin" / "python"), search, search, kept, SEMBLE_WARM, environment)


def measure(name: str, tree: Path, tools: list[Tool], options: argparse.Namespace) -> None:
    """All rounds over one tree, and the table."""
    files = [tree / file.path for file in scan(tree, tree / ".te", DEFAULT_MAX_FILE_BYTES).files]
    languages = {
        str(tree / file.path): file.language for file in scan(tree, tree / ".te", DEFAULT_MAX_FILE_BYTES).files
    }
    found: dict[str, Figures] = defaultdict(lambda: defaultdict(list))
    changing = max(files, key=lambda path: (path.suffix == ".py", -abs(path.stat().st_size - 10_000)))
    for turn in range(options.rounds):
        for tool in tools:
            once(tool, changing, turn, found[tool.name])
        limits(files, languages, found["limit"])
        if (rg := ripgrep(options.peers)) is not None:
            word = max(QUESTIONS[0].split(), key=len)
            found["ripgrep"]["search"].append(seconds([rg, "-il", "--no-messages", word, str(tree)]))
    for tool in tools:
        found[tool.name]["peak MiB"] = [peak(tool)]
        found[tool.name]["warm query"] = warm(tool, tree)
        found[tool.name]["disk MiB"] = [size_of(tool.kept) / 2**20]
    print(table(name, files, found))
    if options.json:
        with options.json.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(record(name, files, found)) + "\n")


def once(tool: Tool, changing: Path, turn: int, found: Figures) -> None:
    """One round of one tool: from nothing, again, with a change, and two searches."""
    shutil.rmtree(tool.kept, ignore_errors=True)
    found["cold index"].append(seconds(tool.update, tool.environment))
    time.sleep(2.1)  # a file that was written just now is read again by whoever does not trust its time
    seconds(tool.update, tool.environment)
    found["unchanged"].append(seconds(tool.update, tool.environment))
    before = changing.read_bytes()
    changing.write_bytes(before + f"\n# Round {turn}\n".encode())
    found["one changed"].append(seconds(tool.update, tool.environment))
    changing.write_bytes(before)
    seconds(tool.update, tool.environment)
    time.sleep(2.1)
    seconds(tool.update, tool.environment)
    search = tool.search if tool.name != "te" else [*tool.search, "--", QUESTIONS[0]]
    found["search"].append(seconds(search, tool.environment))


def seconds(command: list[str], environment: dict[str, str] | None = None) -> float:
    """How long a command takes; it has to succeed."""
    started = time.perf_counter()
    subprocess.run(command, env={**os.environ, **(environment or {})}, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - started


def warm(tool: Tool, tree: Path) -> list[float]:
    """Seconds of each query in a process that has answered all of them before."""
    said = json.dumps([str(tree), str(tool.kept), QUESTIONS, WARM_ROUNDS])
    command = [tool.python, "-P", "-c", tool.warm, said]
    done = subprocess.run(
        command, env={**os.environ, **tool.environment}, cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [float(each) for each in json.loads(done.stdout)]


def peak(tool: Tool) -> float:
    """The same as :func:`peak_of`, of a cold index."""
    shutil.rmtree(tool.kept, ignore_errors=True)
    return peak_of(tool.update, tool.environment)


def peak_of(command: list[str], environment: dict[str, str] | None = None) -> float:
    """The most memory (MiB, proportional set size) that all processes of a command hold at once."""
    process = subprocess.Popen(
        command, env={**os.environ, **(environment or {})}, stdout=subprocess.DEVNULL, start_new_session=True
    )
    most = 0

    def watch() -> None:
        nonlocal most
        while process.poll() is None:
            most = max(most, sum(map(proportional, family(process.pid))))
            time.sleep(0.05)

    watcher = threading.Thread(target=watch)
    watcher.start()
    process.wait()
    watcher.join()
    return most / 1024


def family(session: int) -> Iterator[int]:
    """The processes of a session."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                if int((entry / "stat").read_text().rpartition(")")[2].split()[3]) == session:
                    yield int(entry.name)
            except OSError:
                continue


def proportional(pid: int) -> int:
    """KiB that a process holds, what it shares with others divided among them."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    except OSError:
        pass
    return 0


def size_of(folder: Path) -> int:
    """Bytes of all files below."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def limits(files: list[Path], languages: dict[str, str], found: Figures) -> None:
    """What reading, hashing and parsing alone take, and a Python with a search's imports."""
    found["read all"].append(timed(lambda: [path.read_bytes() for path in files]))
    texts = [path.read_bytes() for path in files]
    found["hash all"].append(timed(lambda: [digest(text) for text in texts]))
    cores = len(os.sched_getaffinity(0))
    coded = sorted((path for path in map(str, files) if languages[path] in GRAMMARS), key=os.path.getsize, reverse=True)
    shares = [[(path, languages[path]) for path in coded[start :: 8 * cores]] for start in range(8 * cores)]
    with ProcessPoolExecutor(cores) as pool:
        list(pool.map(parse_alone, [[] for _ in range(cores)]))  # the processes are there before the clock starts
        found["parse alone"].append(timed(lambda: list(pool.map(parse_alone, shares))))
    found["imports"].append(seconds([sys.executable, "-c", IMPORTS]))


def parse_alone(files: Iterable[tuple[str, str]]) -> int:
    """Parse files and look at nothing; returns how many bytes they are."""
    from tree_sitter import Parser
    from tree_sitter_language_pack import get_language

    total = 0
    for path, language in files:
        data = Path(path).read_bytes()
        Parser(get_language(GRAMMARS[language].name)).parse(data)  # type: ignore[arg-type]
        total += len(data)
    return total


def timed(work: Callable[[], object]) -> float:
    """Seconds that ``work`` takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def ripgrep(peers: Path | None) -> str | None:
    """Where ripgrep is."""
    own = shutil.which("rg", path=str(peers / "bin")) if peers else None
    return own or shutil.which("rg")


def record(name: str, files: list[Path], found: dict[str, Figures]) -> dict[str, object]:
    """All medians, with what they were measured on."""
    return {
        "date": time.strftime("%Y-%m-%d"),
        "tree": name,
        "files": len(files),
        "bytes": sum(path.stat().st_size for path in files),
        "cores": len(os.sched_getaffinity(0)),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "medians": {
            tool: {task: statistics.median(values) for task, values in figures.items()}
            for tool, figures in found.items()
        },
    }


def table(name: str, files: list[Path], found: dict[str, Figures]) -> str:
    """Medians for people: te, semble, te's share of semble's, and the machine's limits below."""
    size = sum(path.stat().st_size for path in files)
    lines = [f"{name}: {len(files):,} files, {size / 2**20:.1f} MiB", ""]
    lines += ["| | te | semble | te / semble |", "|---|---|---|---|"]
    ours, theirs = found["te"], found.get("semble", {})
    show = partial(shown, files=len(files))
    for task, values in ours.items():
        own = statistics.median(values)
        other = statistics.median(theirs[task]) if task in theirs else None
        share = f"{own / other:.2f}" if other else ""
        lines.append(f"| {task} | {show(task, own)} | {'' if other is None else show(task, other)} | {share} |")
    if ours["warm query"]:
        ordered = sorted(ours["warm query"])
        lines.append(f"| warm query, p99 | {ordered[int(0.99 * len(ordered))] * 1000:.1f} ms | | |")
    for task, values in found.get("ripgrep", {}).items():
        lines.append(f"| ripgrep: {task} | {statistics.median(values):.3f} s | | |")
    cold = statistics.median(ours["cold index"])
    for task, values in found["limit"].items():
        limit = statistics.median(values)
        against = cold if task != "imports" else statistics.median(ours["search"])
        what = "cold index" if task != "imports" else "search"
        lines.append(f"| limit: {task} | {limit:.3f} s | | {what} is {against / limit:.1f} times it |")
    return "\n".join(lines)


def shown(task: str, value: float, files: int) -> str:
    """A figure with its unit, and files a second where files are what is done."""
    if task.endswith("MiB"):
        return f"{value:.1f} MiB"
    if task == "warm query":
        return f"{value * 1000:.1f} ms"
    return f"{value:.3f} s" + (f" ({files / value:,.0f} files/s)" if task in ("cold index", "unchanged") else "")


if __name__ == "__main__":
    main()
