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
        assert re.fullmatch(r"\d\d:\d\d:\d\d  \+1 new  \(1 file, \d+ symbols; .*\)\n", next(lines))
        repo({"b.py": "def second_thing():\n    pass\n"})
        assert "  +1 new  (2 files, " in next(lines)
        found = te("search", "second_thing", "--mode", "name", "--refresh", "never")
        assert found.lines == ["b.py:1: function second_thing"]
        repo({"b.py": None})
        assert "  -1 gone  (1 file, " in next(lines)


def test_updates_as_json(repo: MakeRepository) -> None:
    root = repo({"a.py": "x = 1\n"})
    with watching(root, ".", "--json") as lines:
        assert json.loads(next(lines))["schema"] == "te.index/1"


def test_no_such_folder(repo: MakeRepository, te: Run) -> None:
    repo()
    ran = te("watch", "nowhere")
    assert (ran.exit_code, ran.stderr.splitlines()[0]) == (2, "te: There is no folder 'nowhere'.")
