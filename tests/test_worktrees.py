"""Work trees, submodules and branches: indexed as git sees them, and going back to a branch costs what differs."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from comparing import contents, place_of, same

from te_cli import open_index
from te_cli.config import Options, settings_for_indexing
from te_cli.embed.static import StaticModel
from te_cli.engine import workers
from te_cli.engine.indexing import update
from te_cli.parse import parse
from te_cli.store import past
from te_cli.store.catalog import Catalog
from te_cli.store.lock import WriterLock
from te_cli.store.owner import read_owner
from te_cli.store.reader import Reader

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import MakeRepository, Run

ONE = {f"m{number}.py": f"def f{number}(x):\n    return x + {number}\n" for number in range(6)} | {
    "README.md": "# One\n"
}
TWO = {
    f"m{number}.py": f"def g{number}(x):\n    return x - {number}\n\n\n{ONE[f'm{number}.py']}" for number in range(4)
}


def git(folder: Path, *arguments: str, check: bool = True) -> None:
    """Run git in ``folder``."""
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "protocol.file.allow=always")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=check, capture_output=True)


def commit(folder: Path) -> None:
    """Commit everything."""
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "x")


def paths(root: Path) -> list[str]:
    """The paths of the files in the index of ``root``."""
    return sorted({row[0] for row in contents(root)["rows"]})


@pytest.fixture
def branches(repo: MakeRepository) -> Path:
    """A repository with branches ``main`` and ``two``, four files of six being other ones in the second."""
    root = repo(ONE)
    git(root, "checkout", "-q", "-B", "main")
    commit(root)
    git(root, "checkout", "-q", "-b", "two")
    repo({**TWO, "m5.py": None, "new.py": "def new():\n    return 0\n"})
    commit(root)
    git(root, "checkout", "-q", "main")
    return root


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """The files that were parsed and the documents that were encoded, as they come."""
    done: dict[str, list[str]] = {"parsed": [], "encoded": []}
    really_read, really_encode = workers.read_all, StaticModel.embed_documents

    def counting_read(root: Path, jobs: Any, processes: int, meanwhile: Any) -> Any:
        for outcome in really_read(root, jobs, processes, meanwhile):
            done["parsed"] += [outcome.file.path] if outcome.parsed else []
            yield outcome

    def counting_encode(self: StaticModel, documents: Any) -> Any:
        done["encoded"] += [document.qualified_name for document in documents]
        return really_encode(self, documents)

    monkeypatch.setattr("te_cli.engine.running.read_all", counting_read)
    monkeypatch.setattr(StaticModel, "embed_documents", counting_encode)
    return done


def test_going_back_to_a_branch_parses_and_encodes_nothing(branches: Path, work: dict[str, list[str]]) -> None:
    """Neither the first time nor later: what the index held before is put back."""
    index = open_index(branches)
    index.update()
    first = contents(branches)
    git(branches, "checkout", "-q", "two")
    index.update()
    second = contents(branches)
    assert not same(first, second)
    for branch, expected in (("main", first), ("two", second), ("main", first)):
        git(branches, "checkout", "-q", branch)
        work["parsed"].clear()
        work["encoded"].clear()
        index.update()
        assert same(contents(branches), expected)
        assert not work["parsed"]
        assert not work["encoded"]


def test_what_git_rewrote_unchanged_is_not_parsed(branches: Path, work: dict[str, list[str]]) -> None:
    """A checkout there and back, with no run between, gives files new times and the same content."""
    index = open_index(branches)
    index.update()
    work["parsed"].clear()
    git(branches, "checkout", "-q", "two")
    git(branches, "checkout", "-q", "main")
    assert not index.update().touched
    assert not work["parsed"]


def test_an_undone_edit_is_not_parsed_again(branches: Path, work: dict[str, list[str]]) -> None:
    """It need not be git that brings old content back, and a file may have been gone between."""
    index = open_index(branches)
    index.update()
    before = contents(branches)
    for away in ("def other():\n    return 1\n", None, "\0binary"):
        path = branches / "m1.py"
        path.unlink() if away is None else path.write_text(away)
        index.update()
        path.write_text(ONE["m1.py"])
        work["parsed"].clear()
        index.update()
        assert not work["parsed"]
        assert same(contents(branches), before)


def test_only_so_much_is_remembered(
    branches: Path, work: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few versions of a file, and a few bytes of all: the oldest are forgotten, and parsed when they come again."""
    index = open_index(branches)
    path = branches / "m1.py"
    for value in range(past.VERSIONS + 3):
        path.write_text(f"x = {value}\n")
        index.update()
    work["parsed"].clear()
    for value in (past.VERSIONS + 1, 0):
        path.write_text(f"x = {value}\n")
        index.update()
    assert work["parsed"] == ["m1.py"]
    monkeypatch.setattr(past, "PAST_BYTES", 0)
    path.write_text("x = 'new'\n")
    index.update()
    catalog = Catalog(place_of(branches).catalog)
    assert catalog.rows("SELECT count(*) FROM past") == [(0,)]
    catalog.close()


@pytest.mark.parametrize("column", ["symbols", "cuts", "refs", "vectors"])
def test_a_past_that_cannot_be_read_is_none(branches: Path, column: str) -> None:
    """It is derived: where it does not check out, the file is read as if it were new."""
    index = open_index(branches)
    index.update()
    before = contents(branches)
    git(branches, "checkout", "-q", "two")
    index.update()
    catalog = Catalog(place_of(branches).catalog)
    catalog.run(f"UPDATE past SET {column} = x'1234'")  # noqa: S608 - a column's name
    catalog.close()
    git(branches, "checkout", "-q", "main")
    index.update()
    assert same(contents(branches), before)


def test_a_unit_is_kept_as_it_was_parsed(repo: MakeRepository) -> None:
    """A package's module is called otherwise than its file, and its name came back with that of the file behind it."""
    files = {
        "pkg/__init__.py": '"""A package."""\n\n\nclass Door:\n    def open(self):\n        return 1\n',
        "__init__.py": "x = 1\n",
        "lib/a.go": "package lib\n\ntype Bell struct{ Loud bool }\n\nfunc (b *Bell) Ring() {}\n",
        "src/Shop.php": "<?php\nnamespace App\\Shop;\n\nclass Till { public function pay() {} }\n",
        "notes.md": "# Notes\n\n## Inner\n\nSome words.\n",
    }
    root = repo(files)
    open_index(root).update()
    with Reader(place_of(root)) as reader:
        for record in reader.files():
            kept = reader.symbols(record.id)
            assert kept == [unit.symbol for unit in parse(record.path, record.language, files[record.path]).units]


def test_equal_documents_are_encoded_once(repo: MakeRepository, work: dict[str, list[str]]) -> None:
    """Of texts that are the same in every word, path and name included, one goes through the model."""
    repo({"a.py": "def same():\n    return 1\n\n\n" * 5})
    report = open_index(".").update()
    assert report.symbols == 6
    assert work["encoded"] == ["same"]


def test_a_linked_work_tree_has_an_index_of_its_own(branches: Path, te: Run) -> None:
    """Also inside the main one, which says that it is another repository's and does not index it twice."""
    git(branches, "worktree", "add", "-q", "inner", "two")
    assert (branches / "inner/.git").is_file()
    report = te("index", "--json").json()
    assert report["files"] == len(ONE)
    assert {skip["path"]: skip["reason"] for skip in te("status", "--skipped", "--json").json()["skipped"]} == {
        "inner": "a repository of its own"
    }
    assert te("index", "inner", "--json").json()["files"] == len(ONE)
    assert paths(branches / "inner") == sorted({*ONE, "new.py"} - {"m5.py"})
    assert "inner" not in te("search", "-C", "inner", "new", "--mode", "name").stdout
    assert te("search", "new", "--mode", "name").exit_code == 1


def test_a_linked_work_tree_is_not_answered_for_by_the_index_around_it(branches: Path, te: Run) -> None:
    """The main work tree is another checkout: its files are not those that are asked about."""
    git(branches, "worktree", "add", "-q", "inner", "two")
    te("index")
    assert te("status", "-C", "inner").exit_code == 2
    found = te("search", "-C", "inner", "new", "--mode", "name")
    assert found.lines[0].startswith("new.py:1")
    assert (branches / "inner/.te").is_dir()
    assert te("search", "-C", "inner", "f5", "--mode", "name").exit_code == 1


def with_submodule(repo: MakeRepository, other: Path) -> Path:
    """A repository of one file, with ``other`` as its submodule ``libs/sub``."""
    other.mkdir()
    git(other, "init", "-q")
    (other / "s.py").write_text("def s():\n    return 1\n")
    commit(other)
    root = repo({"a.py": "a = 1\n"})
    git(root, "submodule", "--quiet", "add", str(other), "libs/sub")
    return root


def test_a_submodule_is_answered_for_by_the_index_around_it(repo: MakeRepository, tmp_path: Path, te: Run) -> None:
    with_submodule(repo, tmp_path / "other")
    te("index")
    assert te("search", "-C", "libs/sub", "s", "--mode", "name").lines[0].startswith("libs/sub/s.py:1")


def test_a_new_work_tree_begins_with_what_another_has(branches: Path, work: dict[str, list[str]], te: Run) -> None:
    """Only what differs is parsed and encoded; what comes out is what a fresh index says."""
    te("index")
    tree = branches.parent / "linked"
    git(branches, "worktree", "add", "-q", str(tree), "two")
    (tree / "README.md").write_text("# Edited\n")
    work["parsed"].clear()
    work["encoded"].clear()
    assert te("index", str(tree), "--json").json()["files"] == len(ONE)
    assert sorted(work["parsed"]) == sorted({*TWO, "new.py", "README.md"})
    assert "f5" not in work["encoded"]
    begun = contents(tree)
    assert open_index(tree).update(full=True).rebuilt is None
    assert same(begun, contents(tree))
    assert te("doctor", "-C", str(tree)).exit_code == 0
    assert te("doctor").exit_code == 0
    assert read_owner(tree / ".te") != read_owner(branches / ".te")


def test_a_folder_of_a_new_work_tree_begins_with_the_same_folder_of_another(
    branches: Path, repo: MakeRepository, work: dict[str, list[str]], te: Run
) -> None:
    repo({"sub/s.py": "def s():\n    return 1\n"})
    commit(branches)
    te("index", "sub")
    git(branches, "worktree", "add", "-q", "--detach", "../linked", "HEAD")
    work["parsed"].clear()
    assert te("index", "../linked/sub", "--json").json()["files"] == 1
    assert not work["parsed"]


@pytest.mark.parametrize("how", ["unbuilt", "foreign", "busy", "cut short", "empty", "elsewhere"])
def test_what_cannot_be_begun_with_is_passed_over(
    branches: Path, work: dict[str, list[str]], te: Run, home: Path, how: str
) -> None:
    """Then the index is built from the files, as anywhere else."""
    te("index")
    tree = branches.parent / "linked"
    git(branches, "worktree", "add", "-q", "--detach", str(tree), "main")
    held = WriterLock(branches / ".te")
    if how == "unbuilt":
        catalog = Catalog(place_of(branches).catalog)
        catalog.set_meta(run=0)
        catalog.close()
    elif how == "foreign":
        (home / "config/te/owner.key").unlink()
    elif how == "busy":
        held.__enter__()
    elif how == "cut short":
        os.truncate(branches / ".te/catalog.db", 4096)
    elif how == "empty":
        for path in tree.glob("*.*"):
            path.unlink()
    else:  # a file that says it is a work tree of a repository which knows nothing of it
        shutil.rmtree(branches / ".git/worktrees")
    work["parsed"].clear()
    ran = te("index", str(tree), "--json")
    if how == "busy":
        held.__exit__(None, None, None)
    if how == "empty":
        assert ran.exit_code == 1
        assert te("doctor", "-C", str(tree)).exit_code == 0
    else:
        assert ran.json()["files"] == len(ONE)
        assert sorted(work["parsed"]) == sorted(ONE)


def test_a_folder_that_only_says_it_is_a_work_tree_gets_nothing_of_another_index(
    branches: Path, tmp_path: Path, work: dict[str, list[str]], te: Run
) -> None:
    """A ``.git`` file that came along may point anywhere: the repository must know of the work tree, too."""
    te("index")
    git(branches, "worktree", "add", "-q", "--detach", "../linked", "main")
    stranger = tmp_path / "stranger"
    stranger.mkdir()
    shutil.copy(branches.parent / "linked/.git", stranger / ".git")
    (stranger / "m1.py").write_text(ONE["m1.py"])
    work["parsed"].clear()
    te("index", str(stranger))
    assert work["parsed"] == ["m1.py"]
    assert not any(name.encode() in (stranger / ".te/catalog.db").read_bytes() for name in ("m2.py", "README.md"))


def test_a_file_of_a_submodule_can_be_told_of_alone(repo: MakeRepository, tmp_path: Path) -> None:
    """As ``te watch`` does: the same comes out as from a look at everything."""
    root = with_submodule(repo, tmp_path / "other")
    settings = settings_for_indexing(str(root), Options())
    assert update(settings).files == 3
    repo({"libs/sub/s.py": "def t():\n    return 2\n", "libs/sub/u.py": "def u():\n    return 2\n"})
    report = update(settings, paths={"libs/sub/s.py", "libs/sub/u.py"})
    assert (report.added, report.changed) == (1, 1)
    git(root, "submodule", "--quiet", "deinit", "--force", "libs/sub")
    assert update(settings).removed == 2
    assert paths(root) == [".gitmodules", "a.py"]


def test_a_sparse_checkout_holds_what_is_there(branches: Path) -> None:
    git(branches, "sparse-checkout", "set", "--no-cone", "/README.md", "m1.py")
    open_index(branches).update()
    assert paths(branches) == ["README.md", "m1.py"]
    git(branches, "sparse-checkout", "disable")
    assert open_index(branches).update().added == len(ONE) - 2


@pytest.mark.parametrize("command", ["merge", "rebase"])
def test_in_the_middle_of_a_conflict_each_file_is_indexed_once(
    branches: Path, repo: MakeRepository, command: str
) -> None:
    """With the markers as they stand there; afterwards the index is that of a tree without them."""
    index = open_index(branches)
    repo({"m1.py": "def mine():\n    return 'mine'\n"})
    commit(branches)
    index.update()
    before = contents(branches)
    git(branches, command, "two", check=False)
    assert b"<<<<<<<" in (branches / "m1.py").read_bytes()
    index.update()
    during = contents(branches)
    assert len({row[0] for row in during["files"]}) == len(during["files"])
    assert index.search("mine", mode="name")[0].path == "m1.py"
    git(branches, command, "--abort")
    index.update()
    assert same(contents(branches), before)


def test_a_bare_repository_is_refused_in_a_sentence(branches: Path, tmp_path: Path, te: Run) -> None:
    """It holds no files; nor does the store inside a work tree."""
    git(tmp_path, "clone", "-q", "--bare", str(branches), "bare.git")
    for folder in (tmp_path / "bare.git", branches / ".git"):
        ran = te("index", os.fspath(folder))
        assert ran.exit_code == 2
        assert "without a work tree" in ran.stderr
        assert "git worktree add" in ran.stderr
        assert not (folder / ".te").exists()
