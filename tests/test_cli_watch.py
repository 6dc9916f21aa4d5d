"""``te watch``: a line for each update, and the index fresh after it."""

from __future__ import annotations

import json
import re
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

from conftest import te_command, te_environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import MakeRepository, Run


@contextmanager
def watching(root: Path, *arguments: str) -> Iterator[Iterator[str]]:
    """``te watch`` in a process; gives the lines that it prints, as they come."""
    command = te_command("watch", "--quiet", *arguments)
    with subprocess.Popen(command, cwd=root, env=te_environment(), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield iter(process.stdout.readline, "")
        finally:
            process.terminate()


def test_each_update_is_one_line_and_found_at_once(repo: MakeRepository, te: Run) -> None:
    root = repo({"a.py": "def first():\n    pass\n"})
    with watching(root) as lines:
        assert re.fullmatch(r"\d\d:\d\d:\d\d  \+1 new  \(1 file, \d+ units; .*\)\n", next(lines))
        repo({"b.py": "def second_thing():\n    pass\n"})
        assert "  +1 new  (2 files, " in next(lines)
        found = te("search", "second_thing", "--mode", "name", "--refresh", "never")
        assert found.lines == ["b.py:1: function second_thing"]
        repo({"b.py": None})
        assert "  -1 gone  (1 file, " in next(lines)


def test_updates_as_json(repo: MakeRepository) -> None:
    root = repo({"a.py": "x = 1\n", "b.bin": b"\0"})
    with watching(root, ".", "--json") as lines:
        update = json.loads(next(lines))
    assert (update["schema"], update["skipped_by_reason"]) == ("te.watch/1", {"binary": 1})
    assert "skipped" not in update


def test_settings_are_read_again_and_a_slip_in_them_is_one_warning(repo: MakeRepository) -> None:
    root = repo({"big.py": "x = 1\n" * 1000, "te.toml": ""})
    command = te_command("watch", "--quiet", "--json")
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=root, env=te_environment(), text=True, stdout=pipe, stderr=pipe) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            assert json.loads(process.stdout.readline())["skipped_by_reason"] == {}
            repo({"te.toml": "max_filesize = '1k'\n"})
            assert process.stderr.readline() == (
                "te: te.toml has no setting 'max_filesize'. The settings from before stay in force.\n"
            )
            repo({"te.toml": "max_file_size = '1k'\n"})
            lines = (json.loads(line) for line in process.stdout)
            assert any(line["skipped_by_reason"] == {"too large": 1} for line in lines)
        finally:
            process.terminate()


def test_no_such_folder(repo: MakeRepository, te: Run) -> None:
    repo()
    ran = te("watch", "nowhere")
    assert (ran.exit_code, ran.stderr.splitlines()[0]) == (2, "te: There is no folder 'nowhere'.")
