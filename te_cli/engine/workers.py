"""Worker processes that read and parse: what a file does to a parser, it does not do to te.

A grammar's scanner is C, and some can be made to loop for ever by half a page, or to take gigabytes; meanwhile the
binding holds the interpreter's lock, so that not even Ctrl-C is heard. So no file is parsed in te's own process,
however few there are, and threads would not help.

The processes are our own rather than multiprocessing's: they start the same way on every platform, never import the
caller's main module, never look for modules in the folder that is indexed, and one that dies or hangs in a
grammar's C code costs the run that one file. Jobs and outcomes travel as pickles over a pipe to a child that
this process started; nothing else can write there.
"""

from __future__ import annotations

import atexit
import gc
import os
import pickle
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self

from te_cli.engine.awake import Awake
from te_cli.engine.memory import WORKER_MEMORY, bound, held, memory_of_each
from te_cli.engine.reading import Job, Outcome, reader_of
from te_cli.engine.turns import Turns
from te_cli.model import Skipped, SkipReason

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

SECONDS_PER_FILE = 20.0
"""A file that takes longer is skipped: the parser bounds itself well below, so this catches only a hang."""

LEAST_SECONDS = 5.0
"""What is left of that for each when many hang: the parser's own bound. A thousand such files must not take a day."""

WINDOW = 64
"""Outcomes that may wait for an earlier file: results come in order, and memory stays bounded."""

WORTH_A_POOL_FILES = 48
"""Fewer files than this are done sooner by one process than a second can start."""

WORTH_A_POOL_BYTES = 600_000
"""The same for their size."""

COLLECTED_AFTER = (20_000, 50, 100)
"""When Python looks for cycles: reading a file makes hardly any, and to look every 700 objects takes a twentieth."""

LARGEST = 384 << 20
"""Bytes that a worker holds between two files before another takes its place: some of what is parsed is never given
back, and a repository of a hundred thousand files must not take more memory than one of a thousand."""

_awake = Awake()
"""Counts while outcomes are waited for: those looks at it are half a second apart."""

_PACKAGE = Path(__file__).resolve().parents[2]

JOBS_OF_ONE = 2_000
"""Files after which a process is not kept for the next run: what it once took from the system it does not give back."""

_SERVE = (
    "import sys; sys.path.append(sys.argv[1]);"
    " from te_cli.engine.workers import serve; serve(int(sys.argv[2]), sys.argv[3])"
)


def read_all(
    root: Path, jobs: Sequence[Job], processes: int, meanwhile: Callable[[], None] | None = None
) -> Generator[Outcome, None, None]:
    """The outcome of each job, in order; ``meanwhile`` is done once, while the first of them are being read."""
    if not jobs:
        return
    size = sum(job.file.fingerprint.size for job in jobs)
    few = len(jobs) < WORTH_A_POOL_FILES or size < WORTH_A_POOL_BYTES
    with _Pool(root, jobs, 1 if few else max(1, processes)) as pool:
        if meanwhile is not None:
            meanwhile()
        yield from pool.outcomes()


def expect(path: str) -> None:
    """Start a worker, which takes as long as to look at the rest of a large tree: ``path`` will have to be read."""
    with suppress(OSError):  # then it is tried again when there is something to do
        worker = _kept.take() or _Worker(memory_of_each(1))
        worker.launch(path)
        _kept.keep(worker)


def serve(memory: int, expected: str = "") -> None:
    """The life of a worker: an outcome on the pipe for each job that comes, until the pipe ends.

    ``expected``: the path of a file that will come. What its language takes is made ready while nothing has.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    bound(memory)
    gc.set_threshold(*COLLECTED_AFTER)
    jobs, outcomes = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a stray print must not break the pipe
    try:
        _send(outcomes, "ready")
        if expected:
            _make_ready(expected)
        for root, job in _sent(jobs):
            outcome = _reader(root)(job)
            _send(outcomes, (outcome, held() > LARGEST))
    except BrokenPipeError:  # whoever asked was killed
        os._exit(0)  # any other end would try to send the rest


def _sent(jobs: IO[bytes]) -> Iterator[tuple[str, Job]]:
    """What comes, until the pipe ends, be it within a job."""
    with suppress(EOFError, pickle.UnpicklingError):
        while True:
            yield pickle.load(jobs)


def _make_ready(path: str) -> None:
    from te_cli.parse import prepare
    from te_cli.walk.languages import UNKNOWN, classify

    prepare((classify(path) or UNKNOWN)[0])


@lru_cache(maxsize=1)
def _reader(root: str) -> Callable[[Job], Outcome]:
    return reader_of(root)


def _send(pipe: IO[bytes], value: object) -> None:
    pickle.dump(value, pipe, pickle.HIGHEST_PROTOCOL)
    pipe.flush()


def _skipped(job: Job, reason: SkipReason) -> Outcome:
    return Outcome(job.file, skipped=Skipped(job.file.path, reason, job.file.fingerprint))


@contextmanager
def _deaf() -> Iterator[None]:
    """What is started meanwhile never hears Ctrl-C, which reaches the whole group; the parent decides.

    To ignore it by itself a child would first have to import how: until then it would end with a traceback.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Worker:
    """One child process, started when first needed and again after it died."""

    def __init__(self, memory: int = WORKER_MEMORY) -> None:
        self._memory = memory
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = os.getpid()
        self.jobs = 0
        self.languages: set[str] = set()
        """Those of the files that the child was given: what it needs for them it has made ready."""
        self.busy_since: float | None = None
        self.timed_out = False
        self.started = False
        self._ready = False

    def do(self, root: str, job: Job) -> Outcome:
        """Have one job done. A child can die for reasons of the machine's, so it is tried twice."""
        for attempt in (1, 2):
            self.busy_since, self.timed_out = _awake.seconds(), False
            try:
                return self._ask(root, job)
            except Exception:  # noqa: BLE001 - a child that died can leave anything on the pipe
                self.stop()
                if self.timed_out:
                    return _skipped(job, SkipReason.PARSER_TIMED_OUT)
                if attempt == 2:
                    return self._here(root, job)
            finally:
                self.busy_since = None
        raise AssertionError("unreachable")

    def _ask(self, root: str, job: Job) -> Outcome:
        process = self.launch()
        self.jobs += 1
        assert process.stdin is not None
        assert process.stdout is not None
        if not self._ready:
            pickle.load(process.stdout)  # it says that it is
            self._ready = self.started = True
        _send(process.stdin, (root, job))
        outcome: Outcome
        outcome, grown = pickle.load(process.stdout)
        if grown:
            self.stop()
        return outcome

    def _here(self, root: str, job: Job) -> Outcome:
        """After two tries: if no child ever started, do the job in this process; else the file is what kills them."""
        if self.started:
            return _skipped(job, SkipReason.PARSER_FAILED)
        return _reader(root)(job)

    def kill_if_late(self, seconds: float) -> bool:
        """End a child that has been at one file for longer; its thread sees the pipe close. Whether it was."""
        since, process = self.busy_since, self._process
        if since is None or process is None or self.timed_out or _awake.seconds() - since <= seconds:
            return False
        self.timed_out = True
        process.kill()
        return True

    @property
    def idle(self) -> bool:
        """Whether it can be kept for another run of this process: a forked copy of it would share the pipe."""
        alive = self._process is not None and self._process.poll() is None
        return alive and self.busy_since is None and self.jobs < JOBS_OF_ONE and self._owner == os.getpid()

    def stop(self) -> None:
        """End the child, at work or not."""
        process, self._process = self._process, None
        self.languages.clear()
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

    def launch(self, expected: str = "") -> subprocess.Popen[bytes]:
        """The child; it is started where there is none, without waiting for it."""
        return self._process or self._start(expected)

    def _start(self, expected: str) -> subprocess.Popen[bytes]:
        # -P keeps the current folder off the module path, and the child's folder is the package's anyway.
        command = [sys.executable, "-P", "-c", _SERVE, str(_PACKAGE), str(self._memory), expected]
        self._ready = False
        with _deaf():
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=_PACKAGE)
        return self._process


class _Kept:
    """A worker that the last run left, for the next one: a watcher has a file or two to read at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._worker: _Worker | None = None

    def take(self) -> _Worker | None:
        """The worker, if there is one that lives."""
        with self._lock:
            worker, self._worker = self._worker, None
        if worker is not None and worker.idle:
            return worker
        if worker is not None:
            worker.stop()
        return None

    def keep(self, worker: _Worker) -> None:
        """Keep a worker, or end it where there is one already."""
        with self._lock:
            if self._worker is None and worker.idle:
                self._worker = worker
                return
        worker.stop()

    def stop(self) -> None:
        """End the worker."""
        worker = self.take()
        if worker is not None:
            worker.stop()


_kept = _Kept()
atexit.register(_kept.stop)


class _Pool:
    """Threads that each feed one worker; outcomes are handed out in the order of the jobs."""

    def __init__(self, root: Path, jobs: Sequence[Job], processes: int) -> None:
        self._jobs = jobs
        self._root = str(root)
        memory = memory_of_each(processes)
        kept = _kept.take()
        self._workers = [kept or _Worker(memory), *(_Worker(memory) for _ in range(processes - 1))]
        self._late = 0
        self._threads = [threading.Thread(target=self._feed, args=(worker,), daemon=True) for worker in self._workers]
        self._changed = threading.Condition()
        self._done: dict[int, Outcome] = {}
        self._turns = Turns(jobs)
        self._turns.offer(WINDOW)
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
            if self._next_out < len(self._jobs):  # given up: somebody is still at a file
                worker.stop()
        for thread in self._threads:
            thread.join()
        for worker in self._workers:  # among them one that was starting while the others were stopped
            _kept.keep(worker)

    def outcomes(self) -> Iterator[Outcome]:
        """Each outcome as soon as those before it are out."""
        for index in range(len(self._jobs)):
            with self._changed:
                while index not in self._done and self._error is None:
                    self._changed.wait(timeout=0.5)
                    seconds = max(min(LEAST_SECONDS, SECONDS_PER_FILE), SECONDS_PER_FILE / (1 + self._late))
                    self._late += sum([worker.kill_if_late(seconds) for worker in self._workers])
                if self._error is not None:
                    raise self._error
                outcome = self._done.pop(index)
                self._next_out = index + 1
                self._turns.offer(self._next_out + WINDOW)
                self._changed.notify_all()
            yield outcome

    def _feed(self, worker: _Worker) -> None:
        try:
            while (index := self._take(worker)) is not None:
                outcome = worker.do(self._root, self._jobs[index])
                with self._changed:
                    self._done[index] = outcome
                    self._changed.notify_all()
        except BaseException as error:  # noqa: BLE001 - it is raised again where the outcomes are read
            with self._changed:
                self._error = error
                self._changed.notify_all()

    def _take(self, worker: _Worker) -> int | None:
        """The next job's index, once one lies in the window; None when there is none left."""
        with self._changed:
            while not self._closed and self._turns.left:
                index = self._turns.take(worker.languages)
                if index is not None:
                    return index
                self._changed.wait()
            return None
