#!/usr/bin/env python3
"""Feeds every reader of outside bytes what nobody would write, and reports what it could not bear.

    fuzz.py [--minutes N] [--target NAME]… [--inputs N] [--seed N] [--keep FOLDER]

Each target gets its share of the minutes, in a process of its own with bounded memory. For each: the inputs tried,
the seconds, the slowest input, the most memory that one took, and the findings: an exception, a crash, a hang, memory
without measure, or an answer that breaks what must hold. An input is a function of its target and its number, so
``fuzz.py --target NAME --seed N --inputs 1`` tries one again, and ``--keep`` writes the findings down.
Exit status 1 if there were any.
"""

from __future__ import annotations

import argparse
import os
import pickle
import resource
import select
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

HANG_SECONDS = 20.0
"""An input that takes longer is a hang; its process is ended."""

SLOW_SECONDS = 8.0
"""One that takes longer is a finding: te gives a parser five seconds, and what comes besides is little."""

GREEDY_MIB = 1_500
"""Memory that one input may take."""

PROCESS_BYTES = 4 << 30
"""What the process may map, as a worker of te's."""

WORST = 5
"""Findings that are told of each target."""


class Finding(NamedTuple):
    """What one input did."""

    target: str
    seed: int
    what: str


class Tally(NamedTuple):
    """What came of one target."""

    target: str
    inputs: int
    seconds: float
    slowest: float
    greediest: float
    findings: tuple[Finding, ...]


def peak() -> float:
    """The most memory that this process held since :func:`forget_peak`, MiB."""
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def forget_peak() -> None:
    """Start to measure anew."""
    Path("/proc/self/clear_refs").write_text("5", "ascii")


def serve(name: str, first: int, last: int, seconds: float) -> None:
    """The life of a child: for each input a line when it begins, and one when it ends."""
    from fuzz_targets import targets

    resource.setrlimit(resource.RLIMIT_AS, (PROCESS_BYTES, resource.RLIM_INFINITY))
    said = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    said.write("ready\n")
    said.flush()
    target = targets()[name]
    with suppress(Exception):
        target.check(target.make(Random(f"{name} warm")))  # noqa: S311 - the same numbers each time
    until = time.monotonic() + seconds
    seed = first
    while seed < last and time.monotonic() < until:
        value = target.make(Random(f"{name} {seed}"))  # noqa: S311 - the same numbers each time
        said.write(f"begin {seed}\n")
        said.flush()
        forget_peak()
        before, started, what = peak(), time.perf_counter(), ""
        try:
            target.check(value)
        except BaseException as error:  # noqa: BLE001 - a panic in Rust is no Exception
            where = traceback.extract_tb(error.__traceback__)[-1]
            what = f"{type(error).__name__} at {Path(where.filename).name}:{where.lineno}: {str(error)[:150]!a}"
        took, grown = time.perf_counter() - started, peak() - before
        said.write(f"end {seed} {took:.4f} {grown:.1f} {what}\n")
        said.flush()
        seed += 1
    said.write("done\n")
    said.flush()


def child(name: str, first: int, last: int, seconds: float, home: str) -> subprocess.Popen[bytes]:
    """A process that tries inputs of one target."""
    arguments = [name, str(first), str(last), str(seconds)]
    here = Path(__file__).resolve()
    environment = {
        **os.environ,
        "TE_FUZZ_HOME": home,
        "HOME": home,
        "XDG_CONFIG_HOME": f"{home}/config",
        "PYTHONPATH": str(here.parents[1]),
    }
    command = [sys.executable, str(here), "--serve", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)


class Watched:
    """One target's run: its child, started again after it died, and what it said."""

    def __init__(self, name: str, first: int, last: int, seconds: float) -> None:
        self.name, self.next, self.last = name, first, last
        self.until = time.monotonic() + seconds
        self.inputs, self.slowest, self.greediest = 0, 0.0, 0.0
        self.findings: list[Finding] = []
        self._over = False

    def run(self) -> Tally:
        """Try inputs until the time is up."""
        started = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="te-fuzz-") as home:
            while not self._over and self.next < self.last and time.monotonic() < self.until:
                self._listen(child(self.name, self.next, self.last, self.until - time.monotonic(), home))
        took = time.monotonic() - started
        return Tally(self.name, self.inputs, took, self.slowest, self.greediest, tuple(self.findings))

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        assert process.stderr is not None
        busy: int | None = None
        late = False
        for line in self._lines(process.stdout.fileno()):
            if line.startswith("begin"):
                busy = int(line.split()[1])
            elif line.startswith("end"):
                busy = None
                self._ended(line)
            else:
                self._over, late = line == "done", line == "late"
        process.kill()
        status = process.wait()
        said = process.stderr.read().decode("utf-8", "replace").strip().rpartition("\n")[2][:150]
        process.stdout.close()
        process.stderr.close()
        if not self._over:
            seed = self.next if busy is None else busy
            self._found(seed, "hang" if late else f"crash, status {status}: {said!a}")
            self.inputs += 1
            self.next = seed + 1

    def _lines(self, pipe: int) -> Iterator[str]:
        """What the child says, line by line, then ``late`` if it says nothing for too long."""
        rest = b""
        while select.select([pipe], [], [], HANG_SECONDS)[0]:
            data = os.read(pipe, 1 << 16)
            if not data:
                return
            *lines, rest = (rest + data).split(b"\n")
            yield from (line.decode() for line in lines)
        yield "late"

    def _ended(self, line: str) -> None:
        _, seed, took, grown, what = line.split(" ", 4)
        self.inputs += 1
        self.next = int(seed) + 1
        self.slowest, self.greediest = max(self.slowest, float(took)), max(self.greediest, float(grown))
        if what:
            self._found(int(seed), what)
        if float(took) > SLOW_SECONDS:
            self._found(int(seed), f"slow: {took} s")
        if float(grown) > GREEDY_MIB:
            self._found(int(seed), f"memory: {grown} MiB")

    def _found(self, seed: int, what: str) -> None:
        self.findings.append(Finding(self.name, seed, what))


def keep(folder: Path, finding: Finding) -> None:
    """Write down the input of a finding."""
    from fuzz_targets import targets

    value = targets()[finding.target].make(Random(f"{finding.target} {finding.seed}"))  # noqa: S311 - as in the child
    data = (
        value
        if isinstance(value, bytes)
        else value.encode("utf-8", "surrogatepass")
        if isinstance(value, str)
        else None
    )
    name = f"{finding.target.replace(':', '-')}-{finding.seed}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(pickle.dumps(value) if data is None else data)


def report(tallies: list[Tally]) -> int:
    """Print the table; how many findings there were."""
    print(f"{'target':26s} {'inputs':>9s} {'seconds':>8s} {'slowest':>8s} {'MiB':>6s} {'findings':>9s}")
    for tally in tallies:
        figures = f"{tally.inputs:9,d} {tally.seconds:8.1f} {tally.slowest:8.2f} {tally.greediest:6.0f}"
        print(f"{tally.target:26s} {figures} {len(tally.findings):9,d}")
    inputs, seconds = sum(tally.inputs for tally in tallies), sum(tally.seconds for tally in tallies)
    found = sum(len(tally.findings) for tally in tallies)
    print(f"{'all':26s} {inputs:9,d} {seconds:8.1f} {'':8s} {'':6s} {found:9,d}")
    print(f"{inputs:,} inputs in {seconds / 60:.1f} minutes, {found} findings")
    return found


def main() -> None:
    """Run what was asked for."""
    if sys.argv[1:2] == ["--serve"]:
        name, first, last, seconds = sys.argv[2:]
        serve(name, int(first), int(last), float(seconds))
        return
    from fuzz_targets import targets

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--target", action="append", default=[], help="only those whose name has this word")
    parser.add_argument("--inputs", type=int, default=1 << 40, help="at most so many of each target")
    parser.add_argument("--seed", type=int, default=0, help="the number of the first input")
    parser.add_argument("--keep", type=Path, help="a folder for the inputs of the findings")
    options = parser.parse_args()
    names = [name for name in targets() if not options.target or any(word in name for word in options.target)]
    tallies = []
    for name in names:
        share = options.minutes * 60 / len(names)
        tally = Watched(name, options.seed, options.seed + options.inputs, share).run()
        tallies.append(tally)
        for finding in tally.findings[:WORST]:
            print(f"{finding.target} {finding.seed}: {finding.what}", flush=True)
        for finding in tally.findings if options.keep else ():
            keep(options.keep, finding)
    shutil.rmtree(os.environ.get("TE_FUZZ_HOME", "/nonexistent"), ignore_errors=True)
    sys.exit(1 if report(tallies) else 0)


if __name__ == "__main__":
    main()
