"""What befalls unlucky users: rights, limits, clocks and folders that are not what a program hopes for."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from te_cli.parse import parse
from te_cli.store.folder import Place

if TYPE_CHECKING:
    from conftest import MakeRepository, Run


def test_a_read_only_index_is_read_without_its_locks(
    repo: MakeRepository, monkeypatch: pytest.MonkeyPatch, te: Run
) -> None:
    """Tantivy opened the index's own lock files to write, so that nobody without the right to could ask it."""
    fcntl = pytest.importorskip("fcntl")
    root = repo({"a.py": "def alpha():\n    pass\n"})
    te("index")
    monkeypatch.setattr(Place, "read_only", property(lambda place: place.folder == root / ".te"))
    with ExitStack() as held:
        for path in (root / ".te" / "text").rglob("*.lock"):
            path.chmod(0o444)
            fcntl.flock(held.enter_context(path.open()), fcntl.LOCK_EX)  # for root, whom no right keeps out
        assert te("search", "alpha").lines[0] == "a.py:1: function alpha"
        assert te("doctor").exit_code == 0


def test_files_that_are_read_while_te_is_stopped_are_not_late(
    repo: MakeRepository, monkeypatch: pytest.MonkeyPatch, te: Run
) -> None:
    """After Ctrl-Z and half a minute what was being parsed counted as a file that hangs, until it was edited."""
    clock, stops = time.monotonic, itertools.count()
    monkeypatch.setattr(time, "monotonic", lambda: clock() + 60 * next(stops))  # a minute between any two looks
    repo({f"f{n}.py": f"def function_{n}():\n    pass\n" for n in range(12)})
    assert "timed out" not in te("index").stdout
    assert te("status", "--skipped").stdout == ""


def test_a_parser_that_is_kept_from_working_is_not_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its deadline was one of the clock on the wall: on a busy machine a large file was read without its grammar."""
    clock, stops = time.monotonic, itertools.count()
    monkeypatch.setattr(time, "monotonic", lambda: clock() + 60 * next(stops))
    text = "".join(f"def function_{n}(value):\n    return [value] * {n}\n\n" for n in range(2_000))
    assert len(parse("a.py", "python", text).units) == 2_001


@pytest.mark.parametrize("verb", ["index", "search alpha", "models", "cache", "config", "watch"])
def test_who_has_no_home_is_told_so(repo: MakeRepository, monkeypatch: pytest.MonkeyPatch, te: Run, verb: str) -> None:
    """A user whom the system has no entry for, as in a container, met a traceback."""
    repo({"a.py": "def alpha():\n    pass\n"})
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "APPDATA", "LOCALAPPDATA", "USERPROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", _nowhere)
    ran = te(*verb.split())
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "You have no home folder" in ran.stderr


def _nowhere() -> Path:
    raise RuntimeError("Could not determine home directory.")


def test_excludes_that_the_users_configuration_includes_hold_outside_git(
    repo: MakeRepository, home: Path, monkeypatch: pytest.MonkeyPatch, te: Run
) -> None:
    """Files that ~/.gitconfig includes count for git; asked for that file alone it does not, unless told to."""
    (home / "gitconfig").write_text(f"[include]\n\tpath = {home}/more\n")
    (home / "more").write_text(f"[core]\n\texcludesFile = {home}/excludes\n")
    (home / "excludes").write_text("private*.py\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(home / "gitconfig"))
    root = repo({"a.py": "a = 1\n", "private_notes.py": "b = 1\n"}, git=False)
    assert te("index").stdout.startswith("1 file,")
    subprocess.run(["git", "init", "--quiet", str(root)], check=True)
    assert "no changes" in te("index").stdout


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names of files are text")
def test_a_root_whose_name_is_no_text_is_indexed(tmp_path: Path, home: Path, te: Run) -> None:
    """It was refused with advice about the disk's space; the index goes to the cache folder, which it can lie in."""
    root = Path(os.fsdecode(os.fsencode(tmp_path.resolve()) + b"/caf\xe9"))
    (root / "sub").mkdir(parents=True)
    (root / "a.py").write_text("def alpha():\n    pass\n")
    assert te("index", str(root)).exit_code == 0
    assert te("search", "-C", str(root / "sub"), "alpha").lines[0] == "a.py:1: function alpha"
    assert te("search", "-C", str(root), "--json", "alpha").json()["index"]["freshness"] == "fresh"
    assert te("doctor", "-C", str(root)).exit_code == te("watch", "--once", str(root)).exit_code == 0
    assert not (root / ".te").exists()
    assert next((home / "cache" / "te").glob("*/catalog.db")).is_file()
    refused = te("index", "--index-dir", str(root / "index"), str(root / "sub"))
    assert (refused.exit_code, "is not UTF-8" in refused.stderr) == (2, True)
