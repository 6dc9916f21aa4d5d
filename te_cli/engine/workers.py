"""Worker processes that read and parse: the tree-sitter binding holds the interpreter's lock, threads would not help.

The processes are our own rather than multiprocessing's: they start the same way on every platform, never import the
caller's main module, never look for modules in the folder that is indexed, and one that dies or hangs in a
grammar's C code costs the run that one file. Jobs and outcomes travel as pickles over a pipe to a child that
this process started; nothing else can write there.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self

from te_cli.engine.reading import Job, Outcome, reader_of
from te_cli.model import Skipped, SkipReason

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SECONDS_PER_FILE = 30.0
"""A file that takes longer is skipped: the parser bounds itself well below, so this catches only a hang."""

WORKER_MEMORY = 4 << 30
"""Bytes that one process may map: ordinary files take a tenth of it, libraries included."""

WINDOW = 64
"""Outcomes that may wait for an earlier file: results come in order, and memory stays bounded."""

WORTH_A_POOL_FILES = 48
"""Fewer files than this are done sooner here than two processes can start."""

WORTH_A_POOL_BYTES = 600_000
"""The same for their size."""

_PACKAGE = Path(__file__).resolve().parents[2]

_SERVE = "import sys; sys.path.append(sys.argv[1]); from te_cli.engine.workers import serve; serve(sys.argv[2])"


def read_all(root: Path, jobs: Sequence[Job], processes: int) -> Iterator[Outcome]:
    """The outcome of each job, in order."""
    size = sum(job.file.fingerprint.size for job in jobs)
    if processes < 2 or len(jobs) < WORTH_A_POOL_FILES or size < WORTH_A_POOL_BYTES:
        yield from map(reader_of(str(root)), jobs)
        return
    with _Pool(root, jobs, processes) as pool:
        yield from pool.outcomes()


def serve(root: str) -> None:
    """The life of a worker: an outcome on the pipe for each job that comes, until the pipe ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    _bound_memory()
    jobs, outcomes = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a stray print must not break the pipe
    do = reader_of(root)
    _send(outcomes, "ready")
    while True:
        try:
            job = pickle.load(jobs)
        except EOFError:
            return
        _send(outcomes, do(job))


def _bound_memory() -> None:
    """Let a grammar that would take all memory end this process alone; where the system knows such a limit."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (WORKER_MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))
    except (ImportError, ValueError, OSError):
        return


def _send(pipe: IO[bytes], value: object) -> None:
    pickle.dump(value, pipe, pickle.HIGHEST_PROTOCOL)
    pipe.flush()


def _skipped(job: Job, reason: SkipReason) -> Outcome:
    return Outcome(job.file, skipped=Skipped(job.file.path, reason, job.file.fingerprint))


class _Worker:
    """One child process, started when first needed and again after it died."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._process: subprocess.Popen[bytes] | None = None
        self.busy_since: float | None = None
        self.timed_out = False
        self.started = False

    def do(self, job: Job) -> Outcome:
        """Have one job done. A child can die for reasons of the machine's, so it is tried twice."""
        for attempt in (1, 2):
            self.busy_since, self.timed_out = time.monotonic(), False
            try:
                return self._ask(job)
            except Exception:  # noqa: BLE001 - a child that died can leave anything on the pipe
                self.stop()
                if self.timed_out:
                    return _skipped(job, SkipReason.PARSER_TIMED_OUT)
                if attempt == 2:
                    return self._here(job)
            finally:
                self.busy_since = None
        raise AssertionError("unreachable")

    def _ask(self, job: Job) -> Outcome:
        process = self._process or self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        _send(process.stdin, job)
        outcome: Outcome = pickle.load(process.stdout)
        return outcome

    def _here(self, job: Job) -> Outcome:
        """After two tries: if no child ever started, do the job in this process; else the file is what kills them."""
        if self.started:
            return _skipped(job, SkipReason.PARSER_FAILED)
        return reader_of(str(self._root))(job)

    def kill_if_late(self) -> None:
        """End a child that has been at one file for too long; its thread sees the pipe close."""
        since, process = self.busy_since, self._process
        if since is not None and process is not None and time.monotonic() - since > SECONDS_PER_FILE:
            self.timed_out = True
            process.kill()

    def stop(self) -> None:
        """End the child, at work or not."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue

    def _start(self) -> subprocess.Popen[bytes]:
        # -P keeps the current folder off the module path, and the child's folder is the package's anyway.
        command = [sys.executable, "-P", "-c", _SERVE, str(_PACKAGE), str(self._root)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=_PACKAGE)
        self._process = process
        assert process.stdout is not None
        pickle.load(process.stdout)  # it says that it is ready
        self.started = True
        return process


class _Pool:
    """Threads that each feed one worker; outcomes are handed out in the order of the jobs."""

    def __init__(self, root: Path, jobs: Sequence[Job], processes: int) -> None:
        self._jobs = jobs
        self._workers = [_Worker(root) for _ in range(processes)]
        self._threads = [threading.Thread(target=self._feed, args=(worker,), daemon=True) for worker in self._workers]
        self._changed = threading.Condition()
        self._done: dict[int, Outcome] = {}
        self._next_job = 0
        self._next_out = 0
        self._closed = False
        self._error: BaseException | None = None

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for worker in self._workers:
            worker.stop()
        for thread in self._threads:
            thread.join()
        for worker in self._workers:  # one that was starting while the others were stopped
            worker.stop()

    def outcomes(self) -> Iterator[Outcome]:
        """Each outcome as soon as those before it are out."""
        for index in range(len(self._jobs)):
            with self._changed:
                while index not in self._done and self._error is None:
                    self._changed.wait(timeout=0.5)
                    for worker in self._workers:
                        worker.kill_if_late()
                if self._error is not None:
                    raise self._error
                outcome = self._done.pop(index)
                self._next_out = index + 1
                self._changed.notify_all()
            yield outcome

    def _feed(self, worker: _Worker) -> None:
        try:
            while (index := self._take()) is not None:
                outcome = worker.do(self._jobs[index])
                with self._changed:
                    self._done[index] = outcome
                    self._changed.notify_all()
        except BaseException as error:  # noqa: BLE001 - it is raised again where the outcomes are read
            with self._changed:
                self._error = error
                self._changed.notify_all()

    def _take(self) -> int | None:
        """The next job's index, once it lies in the window; None when there is none left."""
        with self._changed:
            while self._next_job >= self._next_out + WINDOW and not self._closed:
                self._changed.wait()
            if self._closed or self._next_job >= len(self._jobs):
                return None
            self._next_job += 1
            return self._next_job - 1
