"""A root that is moved takes its index along; what only looks like that is built anew."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING

import pytest
from comparing import ids_of
from tiny_model import make_model2vec

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import MakeRepository, Run

FILES = {"a.py": "def alpha():\n    return 1\n", "pkg/b.py": "def beta():\n    return alpha()\n"}

ANEW = "the index was built for another folder"


def test_a_root_that_is_moved_keeps_its_index_and_its_model(repo: MakeRepository, tmp_path: Path, te: Run) -> None:
    """It was built anew, and with the shipped model, whichever the user had chosen."""
    model = make_model2vec(tmp_path / "model")
    root = repo(FILES)
    te("index", "--model", str(model))
    before = ids_of(root)
    moved = root.rename(tmp_path / "moved")
    os.chdir(moved)
    assert te("search", "alpha").lines[0] == "a.py:1: function alpha"
    ran = te("index", str(moved))
    assert (ran.exit_code, "no changes" in ran.stdout, ANEW in ran.stdout) == (0, True, False)
    assert ids_of(moved) == before
    assert "model         model, 32 dimensions" in te("status").stdout
    again = moved.rename(tmp_path / "again")  # the mark was made anew for the place in between
    os.chdir(again)
    (again / "a.py").write_text("def gamma():\n    return 2\n")
    assert te("search", "gamma").lines[0] == "a.py:1: function gamma"
    assert ANEW not in te("index").stdout
    assert te("doctor").exit_code == 0


def copied(root: Path, other: Path) -> None:
    """As ``cp -a`` does: names, contents and times."""
    shutil.copytree(root, other, symlinks=True)


def index_alone(root: Path, other: Path) -> None:
    """The folder of the index goes to another root."""
    other.mkdir()
    (root / ".te").rename(other / ".te")


def put_back(root: Path, other: Path) -> None:
    """The same folder, but all that is in its index came from an archive."""
    kept = root.with_name("kept")
    shutil.copytree(root / ".te", kept)
    shutil.rmtree(root / ".te")
    shutil.copytree(kept, root / ".te")
    root.rename(other)


def without_an_anchor(root: Path, other: Path) -> None:
    """Where nothing is left to know the folder by, a mark that says nothing of it does not fit."""
    owner = root / ".te" / "owner"
    owner.write_text(json.dumps({**json.loads(owner.read_text()), "stay": ""}))
    (root / ".te" / ".gitignore").unlink()
    root.rename(other)


@pytest.mark.parametrize("how", [copied, index_alone, put_back, without_an_anchor])
def test_what_was_not_moved_is_built_anew(
    repo: MakeRepository, tmp_path: Path, te: Run, how: Callable[[Path, Path], None]
) -> None:
    """An index that this user marked for one folder proves nothing in another, into which anybody may have put it."""
    root = repo(FILES)
    te("index")
    other = tmp_path / "other"
    how(root, other)
    os.chdir(other)
    (other / "a.py").write_text("def gamma():\n    return 2\n")
    ran = te("index", str(other))
    assert (ran.exit_code, ANEW in ran.stdout) == (0, True)
    assert te("search", "alpha", "--mode", "text").stdout.count("a.py:") == 0


def test_an_index_elsewhere_is_of_the_root_that_it_names(repo: MakeRepository, tmp_path: Path, te: Run) -> None:
    """``--index-dir`` does not lie in the root, and so says nothing of where that went."""
    root = repo(FILES)
    folder = str(tmp_path / "index")
    te("index", "--index-dir", folder)
    moved = root.rename(tmp_path / "moved")
    os.chdir(moved)
    ran = te("index", "--index-dir", folder, str(moved))
    assert (ran.exit_code, f"holds the index of {root}" in ran.stderr) == (2, True)
