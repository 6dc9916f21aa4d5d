"""Kill te at every point where it writes, and at random ones, and see whether anything is lost.

    python scripts/torture.py FOLDER [--kills 500] [--work DIR] [--seed 0]

FOLDER (a tree of files, or a bare repository) is copied. Then, over and over: some files are edited at random;
`te index`, `te watch`, a run that merges the delta into a new base, a full run or a first one is started; it is killed
with its whole process group (or its disk fails, or it is interrupted) at a named point of te_cli/store/faults.py or at
a random moment; what is left must open for a reader; the next run must heal it; every byte of the healed index is
looked through, and every few rounds it is compared with a fresh one: symbols, references, vectors, match sets.

Disks fail in four ways: a fault point that raises ENOSPC, EIO, EDQUOT or EROFS; a limit on the size of files (short
writes, EFBIG); a file system in memory that is nearly full, where this may be mounted.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from torture_bench import Bench, Blow, Case

from te_cli.store.faults import FAILURES, POINTS

if TYPE_CHECKING:
    from collections.abc import Iterator

VERBS = ("index", "watch", "compact")

ONLY_FIRST = frozenset(point for point in POINTS if point.startswith(("folder.", "create.", "clear.")))
"""Points that only a first build reaches (a new generation of text apart, which a full run makes too)."""

ONLY_MERGE = frozenset(point for point in POINTS if point.startswith(("merge.", "sweep.v")))

ONLY_FULL = frozenset({"create.text", "sweep.text"})

ONLY_HEALING = frozenset({"heal.text", "heal.catalog"})

ONLY_COPY = frozenset({"create.copy", "create.copied"})

ONLY_IDLE = frozenset({"note.catalog"})

SIGNALS_AT_RANDOM = 16

SMALL_DISKS = 10

FILE_LIMITS = 12


def verb_for(point: str, turn: int) -> str:
    """A run that passes ``point``."""
    if point in ONLY_COPY:
        return "copy"
    if point in ONLY_FULL:
        return "full"
    if point in ONLY_FIRST:
        return "first"
    if point in ONLY_MERGE:
        return "compact"
    if point in ONLY_HEALING:
        return "healing"
    return "idle" if point in ONLY_IDLE else VERBS[turn % len(VERBS)]


def cases(kills: int, chance: random.Random) -> Iterator[Case]:
    """At least ``kills`` kills, every point among them, and the other ways to fail."""
    rounds = max(1, kills // 2 // len(POINTS))
    planned = [
        Case(
            verb_for(point, turn),
            Blow("kill", point, 1 + turn % 2 if point.startswith(("publish.t", "collect.t")) else 1),
        )
        for turn in range(rounds)
        for point in POINTS
        if turn < 2 or verb_for(point, turn) not in {"first", "full", "copy"}  # those cost seconds each
    ]
    planned += [Case(VERBS[turn % 3], Blow("kill")) for turn in range(kills - len(planned))]
    for number, point in enumerate(POINTS):
        for fault in (("interrupt", "terminate")[number % 2], list(FAILURES)[number % len(FAILURES)]):
            planned.append(Case(verb_for(point, number), Blow(fault, point)))
    planned += [Case(VERBS[turn % 3], Blow(("interrupt", "terminate")[turn % 2])) for turn in range(SIGNALS_AT_RANDOM)]
    planned += [Case(("index", "compact")[turn % 2], Blow("file limit")) for turn in range(FILE_LIMITS)]
    planned += [Case(("index", "compact")[turn % 2], Blow("full disk")) for turn in range(SMALL_DISKS)]
    chance.shuffle(planned)
    yield from planned


def table(done: Counter[tuple[str, str, str]]) -> str:
    """Blows by what was struck: a line a point, a column a kind of blow."""
    kinds = sorted({blow for blow, _, _ in done})
    lines = [f"{'struck at':<34}" + "".join(f"{kind:>12}" for kind in kinds)]
    for place in dict.fromkeys([*POINTS, *sorted({where for _, _, where in done})]):
        counts = [sum(n for (blow, _, where), n in done.items() if (blow, where) == (kind, place)) for kind in kinds]
        lines.append(f"{place:<34}" + "".join(f"{count or '.':>12}" for count in counts))
    sums = [sum(n for (blow, _, _), n in done.items() if blow == kind) for kind in kinds]
    lines.append(f"{'in all':<34}" + "".join(f"{count:>12}" for count in sums))
    return "\n".join(lines)


def main() -> int:
    """Run it all; 1 where anything was lost, different, or ended with a traceback."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--work", type=Path, default=Path("torture.tmp"))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--compare-every", type=int, default=25)
    options = parser.parse_args()
    os.nice(5)
    chance = random.Random(options.seed)  # noqa: S311 - chance, not secrecy
    started = time.monotonic()
    with Bench(options.folder, options.work.resolve(), chance) as bench:
        planned = list(cases(options.kills, chance))
        print(f"{bench.count()} files, {len(planned)} rounds", flush=True)
        for number, case in enumerate(planned, 1):
            bench.strike(case)
            if number % options.compare_every == 0 or number == len(planned):
                bench.compare()
                found = bench.found
                print(
                    f"{time.monotonic() - started:6.0f} s  {number:4} of {len(planned)}  lost {found['lost']},"
                    f" differing {found['differing']}, tracebacks {found['tracebacks']}, not healed"
                    f" {found['not healed']}, compared {found['compared']}",
                    flush=True,
                )
        print(table(bench.done))
        by_verb = Counter[str]()
        for (blow, verb, _), count in bench.done.items():
            by_verb[verb] += count * (blow == "kill")
        print("kills by run:", ", ".join(f"{verb} {count}" for verb, count in by_verb.most_common() if count))
        missed = [point for point in POINTS if not any(where == point for _, _, where in bench.done)]
        print("points never struck:", ", ".join(missed) or "none")
        print("exit codes:", ", ".join(f"{code}: {count}" for code, count in sorted(bench.codes.items())))
        print(", ".join(f"{count} {what}" for what, count in bench.found.items()))
        for line in bench.told:
            print(line)
        return int(bool(bench.told or missed))


if __name__ == "__main__":
    sys.exit(main())
