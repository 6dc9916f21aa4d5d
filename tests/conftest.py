"""What every test stands on: a home of its own, a repository to fill, and ``te`` to run in it.

``repo({"a.py": "…"})`` writes files into a git repository and goes there; ``te("index", ".")`` runs the command in this
process and gives its output; ``te_process`` runs the real one.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from typer.testing import CliRunner

from te_cli.cli import app
from te_cli.engine import places, workers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SOURCE = Path(__file__).resolve().parent.parent
"""Where the package under test lies."""

PATIENCE = 5.0
"""Seconds that a thread or a process gets to end after a test."""


if signal.getsignal(signal.SIGINT) is signal.SIG_IGN and threading.current_thread() is threading.main_thread():
    # A shell starts what runs in its background deaf to Ctrl-C, and so would be every te that is to hear it.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@dataclass(frozen=True)
class Ran:
    """How a run of ``te`` ended."""

    exit_code: int
    stdout: str
    stderr: str

    def json(self) -> Any:
        """Standard output, read as one JSON value."""
        return json.loads(self.stdout)

    @property
    def lines(self) -> list[str]:
        """The lines of standard output."""
        return self.stdout.splitlines()


class MakeRepository(Protocol):
    """Writes files into the test's repository; None removes one."""

    def __call__(self, files: Mapping[str, str | bytes | None] = ..., *, git: bool = ...) -> Path:
        """The repository's folder."""


class Run(Protocol):
    """Runs ``te`` with arguments."""

    def __call__(self, *arguments: str) -> Ran:
        """Its exit code and output."""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of the test's own, so that nothing of the user's is read or written."""
    folder = tmp_path / "home"
    folder.mkdir()
    for name in [name for name in os.environ if name.startswith(("TE_", "GIT_", "XDG_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("USERPROFILE", str(folder))
    monkeypatch.setenv("APPDATA", str(folder / "AppData"))
    monkeypatch.setenv("LOCALAPPDATA", str(folder / "LocalAppData"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    return folder


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeRepository:
    """Make a repository, or write more into it, and make it the current folder."""
    root = tmp_path.resolve() / "repo"

    def make(files: Mapping[str, str | bytes | None] = {}, *, git: bool = True) -> Path:
        root.mkdir(exist_ok=True)
        if git and not (root / ".git").exists():
            subprocess.run(["git", "init", "--quiet", str(root)], check=True)
        for name, content in files.items():
            _put(root / name, content)
        monkeypatch.chdir(root)
        return root

    return make


def _put(path: Path, content: str | bytes | None) -> None:
    if content is None:
        path.unlink()
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


@pytest.fixture
def te() -> Run:
    """Run ``te`` in this process, through typer's runner."""

    def run(*arguments: str) -> Ran:
        result = CliRunner().invoke(app, list(arguments), prog_name="te")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ran(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture
def te_process() -> Run:
    """Run the real ``te``, in a process of its own."""

    def run(*arguments: str) -> Ran:
        done = subprocess.run(
            te_command(*arguments), capture_output=True, env=te_environment(), check=False, timeout=120
        )
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


def te_command(*arguments: str) -> list[str]:
    """The command line of a real ``te``."""
    return [sys.executable, "-P", "-m", "te_cli", *arguments]  # as the installed command: without the current folder


def te_environment() -> dict[str, str]:
    """The test's environment, in which the package is found from any folder."""
    return {**os.environ, "PYTHONPATH": str(SOURCE), "PYTHONIOENCODING": "utf-8"}


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search looks at the tree first, also where a busy machine took long for the last look."""
    monkeypatch.setattr(places, "CHEAP_MS", 10_000.0)


@pytest.fixture(autouse=True)
def no_leaks() -> Iterator[None]:
    """Fail a test that leaves a thread or a process behind."""
    threads, children = set(threading.enumerate()), _children()
    yield
    deadline = time.monotonic() + PATIENCE
    for thread in set(threading.enumerate()) - threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    for child in multiprocessing.active_children():
        child.join(max(0.0, deadline - time.monotonic()))
    left = [thread.name for thread in set(threading.enumerate()) - threads if thread.is_alive()]
    assert not left, f"threads left behind: {left}"
    assert not (_children() - children), f"processes left behind: {_children() - children}"


@pytest.fixture
def own_workers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """For a test that changes what workers do: none that waits is taken over, and none is left to wait."""
    workers._kept.stop()
    kept = workers._Kept()
    monkeypatch.setattr(workers, "_kept", kept)
    yield
    kept.stop()


def _children() -> set[int]:
    """The processes that this one started and that still run, less those that wait for more to do."""
    found = {int(child) for tasks in Path("/proc/self/task").glob("*/children") for child in _read(tasks).split()}
    found |= {process.pid for process in multiprocessing.active_children() if process.pid is not None}
    kept = ("resource_tracker", "te_cli.engine.workers")
    return {child for child in found if not any(name in _read(Path(f"/proc/{child}/cmdline")) for name in kept)}


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
