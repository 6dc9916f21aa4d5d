"""Nothing in a listed repository is run, fetched or followed, whatever its configuration says."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from te_cli.walk.files import scan, scan_paths

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import MakeRepository, Run

LIMIT = 1_000_000


def git(folder: Path, *arguments: str) -> str:
    """What git says in ``folder``."""
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def found(root: Path) -> set[str]:
    """Paths of the files a scan offers; asked for one by one, the same."""
    paths = [file.path for file in scan(root, root / ".te", LIMIT).files]
    assert [file.path for file in scan_paths(root, root / ".te", LIMIT, paths).files] == paths
    return set(paths)


@pytest.mark.parametrize(
    "configure",
    [
        lambda program: ("core.fsmonitor", program),
        lambda program: ("core.sshCommand", program),
        lambda program: ("core.pager", program),
        lambda program: ("alias.ls-files", f"!{program}"),
        lambda program: ("filter.x.clean", program),
    ],
)
def test_nothing_that_a_repository_configures_is_run(
    repo: MakeRepository, tmp_path: Path, configure: Callable[[str], tuple[str, str]]
) -> None:
    """A program named in its configuration or its hooks leaves no trace."""
    program, trace = _tracer(tmp_path)
    root = repo({"a.py": "a", ".gitattributes": "* filter=x\n"})
    git(root, "add", "a.py")
    git(root, "config", *configure(str(program)))
    hook = root / ".git/hooks/post-index-change"
    hook.parent.mkdir(exist_ok=True)
    hook.write_bytes(program.read_bytes())
    hook.chmod(0o755)
    assert found(root) == {"a.py", ".gitattributes"}
    assert not trace.exists()


def test_a_partial_clone_fetches_nothing(repo: MakeRepository, tmp_path: Path) -> None:
    """An ignore file that is missing from disk and store is not fetched by a command of the repository's choice."""
    program, trace = _tracer(tmp_path)
    root = repo({"a.py": "a", "sub/.gitignore": "x\n", "sub/b.py": "b"})
    git(root, "add", ".")
    git(root, "commit", "--quiet", "-m", "all")
    blob = git(root, "rev-parse", "HEAD:sub/.gitignore").strip()
    git(root, "update-index", "--skip-worktree", "sub/.gitignore")
    (root / "sub/.gitignore").unlink()
    (root / ".git/objects" / blob[:2] / blob[2:]).unlink()
    settings = {
        "remote.origin.url": f"ext::{program}",
        "remote.origin.promisor": "true",
        "extensions.partialClone": "origin",
        "protocol.ext.allow": "always",
        "core.repositoryFormatVersion": "1",
    }
    for name, value in settings.items():
        git(root, "config", name, value)
    assert "a.py" in found(root)
    assert not trace.exists()


def test_a_git_that_the_repository_brings_along_is_not_run(
    repo: MakeRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither from a folder of it on PATH nor from the current folder."""
    program, trace = _tracer(tmp_path)
    root = repo({"a.py": "a", "git": program.read_text(), "bin/git": program.read_text()})
    for name in ("git", "bin/git"):
        (root / name).chmod(0o755)
    monkeypatch.setenv("PATH", os.pathsep.join([str(root / "bin"), ".", "", os.environ["PATH"]]))
    assert "a.py" in found(root)
    assert not trace.exists()


def _tracer(folder: Path) -> tuple[Path, Path]:
    """A program that leaves a trace when it runs, and the trace."""
    trace = folder / "was-run"
    program = folder / "tracer"
    program.write_text(f"#!/bin/sh\ntouch '{trace}'\n")
    program.chmod(0o755)
    return program, trace


def test_a_work_tree_that_claims_to_be_elsewhere_stays_inside(repo: MakeRepository, tmp_path: Path) -> None:
    """Neither a configured work tree nor a .git file leads out of the root."""
    (tmp_path / "secret.py").write_text("s")
    root = repo({"a.py": "a"})
    for elsewhere in (tmp_path, tmp_path / "nowhere", "/"):
        git(root, "config", "core.worktree", str(elsewhere))
        assert found(root) == {"a.py"}
    git(root, "config", "--unset", "core.worktree")
    (root / ".git").rename(tmp_path / "moved.git")
    (root / ".git").write_text(f"gitdir: {tmp_path / 'moved.git'}\n")
    assert found(root) == {"a.py"}


def test_a_git_that_hangs_is_given_up(repo: MakeRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    """It opens an ignore file that is a pipe; the walk does not."""
    monkeypatch.setattr("te_cli.walk.worktree.GIT_SECONDS", 0.2)
    root = repo({"a.py": "a", "sub/b.py": "b"})
    os.mkfifo(root / "sub/.gitignore")
    assert [file.path for file in scan(root, root / ".te", LIMIT).files] == ["a.py", "sub/b.py"]


def test_a_git_that_hangs_is_waited_for_once(
    repo: MakeRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, te: Run
) -> None:
    """A run asks it several questions, and waited two minutes for each: six for a first index, without a word."""
    monkeypatch.setattr("te_cli.walk.worktree.GIT_SECONDS", 0.2)
    asked = tmp_path / "asked"
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$*" >> "{asked}"\nexec sleep 60\n')
    program.chmod(0o755)
    root = repo({"a.py": "def alpha():\n    pass\n", ".gitignore": "b.py\n", "b.py": "b"})
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    assert te("index").exit_code == 0
    assert te("search", "alpha").lines[0] == "a.py:1: function alpha"
    assert len(asked.read_text().splitlines()) == 1
    assert {path.name for path in root.iterdir()} > {"b.py"}
    assert "b.py" not in te("status", "--skipped").stdout


def test_variables_of_a_hook_do_not_mislead(
    repo: MakeRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hook of one repository runs te on another."""
    root = repo({"a.py": "a"})
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "no-index"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path))
    assert found(root) == {"a.py"}
