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


def test_a_bug_is_exit_code_70_with_its_traceback(repo: MakeRepository) -> None:
    repo()
    program = (
        "import te_cli.engine.indexing as engine, te_cli.cli as cli, sys\n"
        "def update(*_, **__): raise ZeroDivisionError('x')\n"
        "engine.update = update\n"
        "sys.argv = ['te', 'index', '--json']\n"
        "cli.main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=te_environment(), check=False, timeout=60
    )
    assert done.returncode == 70
    assert "ZeroDivisionError" in done.stderr
    assert json.loads(done.stdout)["error"]["code"] == "bug"
