"""The real process: pipes that close, signals, streams that fail, and a stranger's folder."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from conftest import te_command, te_environment

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import MakeRepository, Run

posix = pytest.mark.skipif(os.name == "nt", reason="signals and /dev/full are POSIX")


@pytest.fixture
def indexed(repo: MakeRepository, te: Run) -> Path:
    """A repository with more hits than a pipe's reader wants."""
    root = repo({f"f{number}.py": f"def common_{number}():\n    '''Common.'''\n" for number in range(40)})
    te("index")
    return root


def shell(line: str) -> subprocess.CompletedProcess[str]:
    """A line of shell in which ``te`` is the real command; its exit code is that of ``te``."""
    quoted = " ".join(f"'{word}'" for word in te_command())
    script = f'te() {{ {quoted} "$@"; }}\nset -o pipefail\n{line}'
    return subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, env=te_environment(), check=False, timeout=60
    )


def test_index_and_search_in_real_processes(repo: MakeRepository, te_process: Run) -> None:
    repo({"a.py": "def greet():\n    pass\n"})
    assert te_process("index").exit_code == 0
    ran = te_process("search", "greet", "--mode", "name")
    assert (ran.exit_code, ran.stdout, ran.stderr) == (0, "a.py:1: function greet\n", "")


@pytest.mark.usefixtures("indexed")
@posix
@pytest.mark.parametrize(
    "line",
    [
        "te search common -k 40 | head -1",
        "te search common --json | true",
        "te --help | true",
        "te search --help | true",
    ],
)
def test_a_reader_that_has_seen_enough_is_success(line: str) -> None:
    done = shell(line)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.usefixtures("indexed")
@posix
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")  # noqa: PTH110 - runs at import
def test_output_that_cannot_be_written_is_said() -> None:
    done = shell("te search common > /dev/full")
    assert done.returncode == 2
    assert done.stderr.splitlines()[0] == "te: Standard output cannot be written: No space left on device."


@pytest.mark.usefixtures("indexed")
@posix
def test_closed_streams_are_no_bug() -> None:
    assert shell("te search common >&- 2>&-").returncode == 0


@posix
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_end_watch_quietly(indexed: Path, number: signal.Signals, code: int) -> None:
    watch = subprocess.Popen(
        te_command("watch"),
        cwd=indexed,
        env=te_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with watch:
        assert watch.stdout is not None
        first = watch.stdout.readline()
        watch.send_signal(number)
        rest, errors = watch.communicate(timeout=30)
    assert "no changes" in first
    assert (watch.returncode, rest, errors) == (code, "", f"Watching {indexed}; Ctrl-C stops.\n")


def test_nothing_is_imported_from_the_folder_one_stands_in(repo: MakeRepository, te_process: Run) -> None:
    trap = "raise SystemExit('imported from the repository')\n"
    repo({f"{name}.py": trap for name in ("numpy", "tantivy", "json", "sqlite3", "rich", "typing_extensions")})
    ran = te_process("search", "imported", "--mode", "text", "-k", "1")
    assert (ran.exit_code, len(ran.lines)) == (0, 1)


def bug(statement: str) -> subprocess.CompletedProcess[str]:
    """``te index --json`` in which ``statement`` stands where the engine's work does."""
    program = (
        "import te_cli.engine.indexing as engine, te_cli.cli as cli, sys\n"
        "class PanicException(BaseException): pass\n"
        "def update(*_, **__):\n"
        f"    {statement}\n"
        "engine.update = update\n"
        "sys.argv = ['te', 'index', '--json']\n"
        "cli.main()\n"
    )
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=te_environment(), check=False, timeout=60
    )


@pytest.mark.parametrize("name", ["ZeroDivisionError", "PanicException"])
def test_a_bug_is_exit_code_70_with_its_traceback(repo: MakeRepository, name: str) -> None:
    repo()
    done = bug(f"raise {name}('x')")
    assert done.returncode == 70
    assert f"{name}: x" in done.stderr
    assert json.loads(done.stdout)["error"]["code"] == "bug"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("MemoryError()", "There is not enough memory to go on."),
        ('RuntimeError("can\'t start new thread")', "No more threads can be started."),
        ("OSError(24, 'Too many open files')", "Too many files are open."),
    ],
)
def test_a_limit_of_the_machine_is_no_bug(repo: MakeRepository, error: str, said: str) -> None:
    """Under ulimit -v, -u and -n te ended with a traceback, and asked to be reported."""
    repo()
    done = bug(f"raise {error}")
    assert (done.returncode, done.stderr) == (2, "")
    assert (json.loads(done.stdout)["error"]["code"], json.loads(done.stdout)["error"]["message"]) == (
        "not_enough",
        said,
    )


def test_an_interrupt_that_strikes_inside_a_lock_is_no_bug(repo: MakeRepository) -> None:
    repo()
    done = bug("try: raise KeyboardInterrupt\n    finally: raise RuntimeError('cannot release un-acquired lock')")
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


@posix
@pytest.mark.usefixtures("indexed")
def test_on_a_terminal_an_interrupt_ends_its_line(indexed: Path) -> None:
    shown, code = on_terminal("watch", interrupt_after="no changes")
    assert (shown.splitlines()[-1], code) == ("^C", 130)
    assert shown.endswith("^C\r\n")
    assert f"Watching {indexed}; Ctrl-C stops." in shown


@posix
def test_on_a_terminal_one_is_told_what_paths_are_relative_to(indexed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = f"Paths are relative to {indexed}."
    (indexed / "sub").mkdir()
    assert told not in on_terminal("search", "common", "-k", "1")[0]
    monkeypatch.chdir(indexed / "sub")
    assert on_terminal("search", "common", "-k", "1")[0].endswith(f"{told}\r\n")
    assert told in on_terminal("outline", "f1.py")[0]
    assert told not in on_terminal("search", "common", "-k", "1", "--quiet")[0]


def on_terminal(*arguments: str, interrupt_after: str = "") -> tuple[str, int]:
    """What ``te`` shows on a terminal of its own, and its exit code. Ctrl-C is typed after a text was shown."""
    import pty

    child, terminal = pty.fork()
    if child == 0:
        environment = te_environment() | {"COLUMNS": "200", "TERM": "dumb"}
        os.execvpe(sys.executable, te_command(*arguments), environment)  # noqa: S606 - no shell is wanted
    shown = ""
    with os.fdopen(terminal, "r+b", buffering=0) as stream:
        while chunk := _read(stream.fileno()):
            shown += chunk
            if interrupt_after and interrupt_after in shown and shown.endswith("\n"):
                interrupt_after = ""
                stream.write(b"\x03")
    return shown, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _read(terminal: int) -> str:
    try:
        return os.read(terminal, 1 << 16).decode()
    except OSError:  # how Linux says that the other side is closed
        return ""
