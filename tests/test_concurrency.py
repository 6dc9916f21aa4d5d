"""One writer and many readers, threads and processes: nobody sees half a run, and nobody waits without being told."""

from __future__ import annotations

import json
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from comparing import contents, place_of
from conftest import te_command, te_environment

from te_cli import open_index
from te_cli.engine import workers
from te_cli.engine.reading import Job
from te_cli.errors import IndexBusy
from te_cli.model import Filters, Fingerprint, SourceFile
from te_cli.store import generations
from te_cli.store.lock import WriterLock, current_holder
from te_cli.store.whole import open_whole

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import MakeRepository, Run

posix = pytest.mark.skipif(os.name == "nt", reason="fork and signals are POSIX")

SIDES = ("left", "right")

RUNS = 10


def side_of(root: Path) -> set[str]:
    """Which side's words, names and vectors a reader meets: one, or it has seen a mixture."""
    with open_whole(place_of(root)) as reader:
        found = reader.by_words(["parcel"], 100, Filters()) + reader.by_file_words(["parcel"], 100, Filters())
        units = reader.units(unit_id for unit_id, _ in found)
        named = reader.units(reader.by_name(SIDES, 100, Filters(), prefix=True))
        assert len(units) == len(found) == 2 * len(named)
        assert len(reader.vectors(list(units))) == len(units)
        return {each.symbol.doc for each in named.values()}


def write_side(root: Path, side: str) -> None:
    """Files that say ``side`` in every way in which they are found."""
    for number in range(4):
        text = f'def {side}_{number}(parcel):\n    """{side}"""\n    return parcel\n'
        (root / f"f{number}.py").write_text(text)


READ = """
import sys, time
sys.path[:0] = sys.argv[2:]
from pathlib import Path
from test_concurrency import side_of
print("ready", flush=True)
while not (Path(sys.argv[1]) / "done").exists():
    assert len(side_of(Path(sys.argv[1]))) == 1
"""
"""A process that reads for as long as the others write."""


def test_readers_see_one_run_whole(repo: MakeRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a writer turns everything over again and again, with new bases and new text, and another process reads."""
    monkeypatch.setattr(generations, "DELTA_ROWS", 0)
    monkeypatch.setattr(generations, "DELTA_FRACTION", 0.0)
    root = repo()
    index = open_index(root)
    write_side(root, "left")
    index.update()
    stop = threading.Event()

    def read() -> int:
        seen = 0
        while not stop.is_set():
            assert len(side_of(root)) == 1
            seen += 1
        return seen

    command = [sys.executable, "-c", READ, str(root), os.path.dirname(__file__)]  # noqa: PTH120 - as text
    with (
        ThreadPoolExecutor(2) as pool,
        subprocess.Popen(command, env=te_environment(), stdout=subprocess.PIPE) as other,
    ):
        readers = [pool.submit(read) for _ in range(2)]
        try:
            assert other.stdout is not None
            assert other.stdout.readline() == b"ready\n"
            for run in range(RUNS):
                write_side(root, SIDES[(run + 1) % 2])
                index.update(full=run % 4 == 3)
        finally:
            stop.set()
            (root / "done").touch()
    assert all(reader.result() for reader in readers)
    assert other.returncode == 0
    assert side_of(root) == {"left"}


def test_threads_ask_and_write_at_once(repo: MakeRepository) -> None:
    """The public class, shared between threads: every question is answered, and a busy writer is a sentence."""
    root = repo({f"f{n}.py": f"def function_{n}():\n    return {n}\n" for n in range(8)})
    index = open_index(root)
    index.update()

    def work(number: int) -> str:
        if number % 4 == 0:
            (root / f"f{number % 8}.py").write_text(f"def function_{number % 8}():\n    return {number + 1}\n")
            try:
                index.update(wait=30)
            except IndexBusy:
                return "busy"
            return "written"
        return index.search(f"function_{number % 8}", mode="name")[0].path

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(work, range(24)))
    assert done == ["written" if n % 4 == 0 else f"f{n % 8}.py" for n in range(24)]
    grown = contents(root)
    index.update(full=True)
    assert contents(root)["rows"] == grown["rows"]


def test_a_second_writer_says_who_holds_the_lock(repo: MakeRepository, te: Run) -> None:
    """Its process, what it does and since when; and how to wait."""
    root = repo({"a.py": "x = 1\n"})
    te("index")
    with WriterLock(root / ".te"):
        ran = te("index")
        assert te("status", "--json").json()["writer"].split(", since")[0].endswith(f", pid {os.getpid()}")
        assert te("search", "x", "--refresh", "never").exit_code == 0
    first, hint = ran.stderr.splitlines()
    assert ran.exit_code == 2
    assert first.startswith("te: Another process is writing this index (")
    assert f", pid {os.getpid()}, since " in first
    assert "--wait SECONDS" in hint
    assert te("status", "--json").json()["writer"] is None


@pytest.mark.parametrize("verb", [["index"], ["doctor", "--repair"]])
def test_a_second_writer_waits_when_told_to(repo: MakeRepository, te: Run, verb: list[str]) -> None:
    """For as long as it was told, and no longer."""
    root = repo({"a.py": "x = 1\n"})
    te("index")
    (root / ".te/.gitignore").unlink()
    held, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with WriterLock(root / ".te"):
            held.set()
            let_go.wait(30)

    with ThreadPoolExecutor(1) as pool:
        pool.submit(hold)
        assert held.wait(30)
        assert te(*verb, "--wait", "0.2").exit_code == 2
        threading.Timer(0.3, let_go.set).start()
        assert te(*verb, "--wait", "60").exit_code == 0


@pytest.mark.parametrize(
    "mark",
    [
        {"pid": 999_999_999, "verb": "te index", "since": 1.0, "host": socket.gethostname()},
        {"pid": os.getpid(), "verb": "te index", "since": 1.0, "host": socket.gethostname()},
        {"pid": 1, "verb": "te watch", "since": 1e30, "host": "another.example"},
        "pid 1",
        [[[["?"]]]],
    ],
    ids=["dead", "number taken by another", "another host", "an older te's", "nonsense"],
)
def test_a_stale_lock_is_taken_over(repo: MakeRepository, te: Run, mark: Any) -> None:
    """What counts is the lock, which dies with its holder, and not what it wrote."""
    root = repo({"a.py": "x = 1\n"})
    te("index")
    (root / ".te/lock").write_text(mark if isinstance(mark, str) else json.dumps(mark))
    assert current_holder(root / ".te") is None
    assert te("index").exit_code == 0
    assert (root / ".te/lock").read_text() == ""


FORK = """
import os, sys, signal, time
from pathlib import Path
from te_cli.store.lock import WriterLock
with WriterLock(Path(sys.argv[1])):
    if not os.fork():
        print(os.getpid(), flush=True)
    time.sleep(60)
"""


@posix
def test_a_child_does_not_keep_a_dead_writers_lock(repo: MakeRepository, te: Run) -> None:
    """A process that was forked off while te wrote held the lock for as long as it lived."""
    root = repo({"a.py": "x = 1\n"})
    te("index")
    command = [sys.executable, "-c", FORK, str(root / ".te")]
    with subprocess.Popen(command, env=te_environment(), stdout=subprocess.PIPE) as died:
        assert died.stdout is not None
        child = int(died.stdout.readline())
        died.kill()
    try:
        assert current_holder(root / ".te") is None
        assert te("index").exit_code == 0
    finally:
        os.kill(child, signal.SIGKILL)


@posix
def test_a_killed_group_leaves_no_lock_and_no_worker(repo: MakeRepository, te: Run) -> None:
    """Right after a SIGKILL of te and its workers the next run goes ahead."""
    root = repo({f"f{n}.py": f"def function_{n}():\n    return {n}\n" * 50 for n in range(60)})
    log = root.parent / "points"
    environment = te_environment() | {"TE_FAULT_LOG": str(log)}
    command = te_command("index", "--jobs", "2", "--quiet")
    with subprocess.Popen(command, cwd=root, env=environment, start_new_session=True) as process:
        while "add.rows" not in (log.read_text() if log.exists() else "") and process.poll() is None:
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGKILL)
    assert te("index").exit_code == 0
    assert te("doctor").exit_code == 0


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="Ctrl-C is another matter here")
def test_a_worker_that_is_starting_does_not_hear_ctrl_c(
    repo: MakeRepository, capfd: pytest.CaptureFixture[str]
) -> None:
    """It reaches the whole group, and ended each worker that was still importing with a traceback."""
    root = repo({"a.py": "def walk():\n    return 1\n"})
    seen = Fingerprint(1, 1, 1, 1, 1)
    worker = workers._Worker()
    try:
        process = worker.launch("a.py")
        for _ in range(20):
            process.send_signal(signal.SIGINT)
            time.sleep(0.005)
        outcome = worker.do(str(root), Job(SourceFile("a.py", "python", "code", seen), None))
        assert outcome.parsed is not None
        assert worker.launch() is process
    finally:
        worker.stop()
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("sent", [b"", pickle.dumps(("/", None))[:-3]], ids=["nothing", "part of a job"])
def test_a_worker_whose_parent_is_killed_goes_without_a_word(sent: bytes) -> None:
    """It left a traceback on the terminal where it had something to say, or was told half of it."""
    for heard in (True, False):
        reading, writing = os.pipe()
        if not heard:
            os.close(reading)
        code = "from te_cli.engine.workers import serve; serve(1 << 32)"
        worker = subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=writing, stderr=subprocess.PIPE
        )
        os.close(writing)
        assert (worker.communicate(sent)[1], worker.returncode) == (b"", 0)
        if heard:
            os.close(reading)
