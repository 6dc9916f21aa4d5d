#!/usr/bin/env python3
"""How much of what was looked for has been read after so many tokens, by te's answers and by ripgrep's?

    bench_tokens.py --annotated FILE --trees DIR --indexes DIR [--rg PATH] [--only NAME …]

FILE and the trees are those of ``tune_ranking.py``. A token is four characters. What te returns is read in two ways.
"te, max-tokens": what ``te search --max-tokens N`` prints, of each hit the lines that it shows. "te, read": every hit's
line, as ``te search`` prints it, and then all of its source, hit after hit, until the tokens are spent.

ripgrep-then-read is what one does without an index: ``rg -il`` for each telling word of the query (te's own analysis
says which), the files ranked by how many of the words they hold, then by how often, and read from the top until the
tokens are spent. Paths cost their characters. A target is reached where reading gets to its path; with lines, to one of
them. Each figure is the share of the gold reached, the mean over the repositories.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ranking_data import gather

from te_cli.config import Options, settings_for_indexing
from te_cli.engine.searching import search
from te_cli.model import SearchRequest
from te_cli.rank.order import rank

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ranking_data import Gathered

    from te_cli.config import Settings
    from te_cli.rank.candidates import Candidate

CHARACTERS = 4
"""Of a token."""

BUDGETS = (500, 1000, 2000, 4000, 8000, 16000, 32000)
WAYS = ("te, max-tokens", "te, read", "ripgrep, then read")

HITS = 60
"""Hits that te is asked for: more than any of the small budgets holds."""

Read = list[tuple[int, str, int, int]]
"""What is read, in order: the characters spent by then, a path, and the first and the last line read of it."""


def main() -> None:
    """Read what both return for each query, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--annotated", type=Path, required=True)
    parser.add_argument("--trees", type=Path, required=True)
    parser.add_argument("--indexes", type=Path, required=True)
    parser.add_argument("--rg", default="rg", help="the ripgrep to call")
    parser.add_argument("--only", nargs="*", help="only these repositories")
    options = parser.parse_args()
    if not shutil.which(options.rg):
        sys.exit(f"there is no {options.rg}: name one with --rg")
    reached: dict[tuple[str, int], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for repository in json.loads(options.annotated.read_text()):
        name = repository["name"]
        if options.only and name not in options.only:
            continue
        root = options.trees / name / (repository["root"] or "")
        settings = settings_for_indexing(str(root), Options(index_dir=str(options.indexes / name)))
        for gathered in gather(root, repository["queries"], options.indexes / name, limit=HITS):
            read, found = every_line(root, gathered), grepped(options.rg, root, gathered)
            for budget in BUDGETS:
                for way, lines in zip(WAYS, (fitted(settings, gathered, budget), read, found), strict=True):
                    reached[way, budget][name].append(share(spent(lines, budget), gathered.targets))
    print(f"| tokens | {' | '.join(f'{budget:,}' for budget in BUDGETS)} |")
    print(f"|{'---|' * (len(BUDGETS) + 1)}")
    for way in WAYS:
        print(f"| {way} | {' | '.join(f'{mean(reached[way, budget]):.3f}' for budget in BUDGETS)} |")


def mean(repositories: dict[str, list[float]]) -> float:
    """The mean over repositories of the mean over their queries."""
    return sum(sum(values) / len(values) for values in repositories.values()) / len(repositories)


def share(read: Read, targets: Sequence[Any]) -> float:
    """How much of the gold was read."""
    return sum(any(reaches(target, *place[1:]) for place in read) for target in targets) / len(targets)


def reaches(target: Any, path: str, first: int, last: int) -> bool:
    """Whether lines of a path are what a target asks for."""
    if isinstance(target, str):
        return path == target
    return bool(path == target["path"] and first <= target["end_line"] and target["start_line"] <= last)


def spent(read: Read, budget: int) -> Read:
    """What was read before the tokens were spent."""
    return [place for place in read if place[0] <= budget * CHARACTERS]


def fitted(settings: Settings, gathered: Gathered, budget: int) -> Read:
    """What te shows of its hits where it is told how many tokens it may take: whole, or no more than a signature."""
    request = SearchRequest(gathered.row["query"], limit=HITS, max_tokens=budget, refresh="never")
    read: Read = []
    for found in search(settings, request).hits:
        first = found.snippet_start or found.symbol.start_line
        shown = found.snippet if found.snippet is not None else found.symbol.signature
        read.append((0, found.path, first, first + shown.count("\n")))
    return read


def every_line(root: Path, gathered: Gathered) -> Read:
    """Every hit's source, line by line."""
    done, read = 0, []
    for head, source, candidate in hits(root, gathered):
        done += head
        for number, line in enumerate(source, start=candidate.symbol.start_line):
            done += len(line)
            read.append((done, candidate.path, number, number))
    return read


def hits(root: Path, gathered: Gathered) -> Iterator[tuple[int, list[str], Candidate]]:
    """Each hit, best first: the characters of its line on the screen, and its source."""
    for entry in rank(gathered.query, gathered.candidates, HITS):
        symbol, path = entry.candidate.symbol, entry.candidate.path
        head = len(f"{path}:{symbol.start_line}: {symbol.kind} {symbol.qualified_name}\n")
        yield head, lines_of(root / path)[symbol.start_line - 1 : symbol.end_line], entry.candidate


def grepped(rg: str, root: Path, gathered: Gathered) -> Read:
    """The lines of the files that ripgrep lists, in the order in which they are read."""
    held: Counter[str] = Counter()
    matches: Counter[str] = Counter()
    for word in dict.fromkeys(identifier.lower() for identifier in gathered.query.identifiers):
        for path, count in counts(rg, root, word):
            held[path] += 1
            matches[path] += count
    budget = BUDGETS[-1] * CHARACTERS
    done, read = 0, []
    for path in sorted(held, key=lambda path: (-held[path], -matches[path], path)):
        done += len(path) + 1  # its line in the list, or where its reading begins
        for number, line in enumerate(lines_of(root / path), start=1):
            done += len(line)
            read.append((done, path, number, number))
            if done > budget:
                return read
    return read


def counts(rg: str, root: Path, word: str) -> Iterator[tuple[str, int]]:
    """The files with a word, and how many of their lines have it."""
    command = [rg, "-i", "--count", "--fixed-strings", "--no-messages", "--null", "-e", word, "."]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, errors="replace", check=False)
    for line in done.stdout.splitlines():
        path, _, count = line.partition("\0")
        if not path.startswith("./.te/"):
            yield path.removeprefix("./"), int(count)


def lines_of(path: Path) -> list[str]:
    """A file's lines with their ends; none where it cannot be read."""
    if path not in _lines:
        try:
            _lines[path] = path.read_text("utf-8", errors="replace").splitlines(keepends=True)
        except OSError:
            _lines[path] = []
    return _lines[path]


_lines: dict[Path, list[str]] = {}


if __name__ == "__main__":
    main()
