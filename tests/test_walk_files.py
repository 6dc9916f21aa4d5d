"""Which files a root holds: git's own list, submodules, .teignore, and a reason for each file left out."""

from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from te_cli.model import SkipReason
from te_cli.walk.files import Listing, scan, scan_paths

if TYPE_CHECKING:
    from conftest import MakeRepository

LIMIT = 1_000_000


def git(folder: Path, *arguments: str) -> str:
    """What git says in ``folder``."""
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "protocol.file.allow=always")
    command = ["git", *identity, *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def listing(root: Path, limit: int = LIMIT) -> Listing:
    """A scan with the index in its usual place."""
    return scan(root, root / ".te", limit)


def found(root: Path, limit: int = LIMIT) -> set[str]:
    """Paths of the files a scan offers; the same files must come out when they are asked for one by one."""
    whole = listing(root, limit)
    paths = [file.path for file in whole.files]
    assert paths == sorted(paths)
    narrow = scan_paths(root, root / ".te", limit, [*paths, *(skip.path for skip in whole.skipped)])
    assert [file.path for file in narrow.files] == paths
    return set(paths)


def skipped(root: Path, limit: int = LIMIT) -> dict[str, str]:
    """Reasons of the files a scan leaves out, by path."""
    return {skip.path: skip.reason.value for skip in listing(root, limit).skipped}


def named_by_git(root: Path) -> set[str]:
    """What git lists below ``root`` and the disk holds."""
    names = git(root, "ls-files", "-z", "-co", "--exclude-standard").split("\0")
    return {name for name in names if name and (root / name).is_file()}


def everything(root: Path) -> set[str]:
    """Files and skipped alike."""
    whole = listing(root)
    return {file.path for file in whole.files} | {skip.path for skip in whole.skipped}


def test_a_work_tree_holds_what_git_names(repo: MakeRepository) -> None:
    """Nested ignore files, negation, info/exclude and global excludes count exactly as in git."""
    root = repo(
        {
            ".gitignore": "*.log\n!keep.log\n/build/\n",
            "a.py": "a",
            "x.log": "x",
            "keep.log": "k",
            "build/out.py": "o",
            "sub/build/in.py": "i",
            "sub/.gitignore": "*.tmp\n!important.tmp\n",
            "sub/a.tmp": "t",
            "sub/important.tmp": "t",
            "private.py": "p",
            "ünï/cødé.py": "u",
            "with space\n.py": "s",
        }
    )
    (root / ".git/info/exclude").write_text("private.py\n")
    assert everything(root) == named_by_git(root)
    assert found(root) == {
        ".gitignore",
        "a.py",
        "keep.log",
        "sub/build/in.py",
        "sub/.gitignore",
        "sub/important.tmp",
        "ünï/cødé.py",
        "with space\n.py",
    }


def test_tracked_files_count_even_where_ignored_and_deleted_ones_vanish(repo: MakeRepository) -> None:
    """A tracked file is listed once, in a conflict too; one that is gone leaves no trace."""
    root = repo({".gitignore": "*.gen\n", "kept.gen": "k", "gone.py": "g"})
    git(root, "add", "--force", ".")
    (root / "gone.py").unlink()
    assert everything(root) == {".gitignore", "kept.gen"}


def test_the_global_excludes_of_the_user_count(
    repo: MakeRepository, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a work tree and in a plain folder alike."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(home / ".gitconfig"))
    (home / ".gitconfig").write_text("[core]\n\texcludesFile = ~/my-excludes\n")
    (home / "my-excludes").write_text("*.swp\n")
    root = repo({"a.py": "a", "a.swp": "s"})
    assert found(root) == {"a.py"}
    plain = home / "plain"
    plain.mkdir()
    (plain / "a.py").write_text("a")
    (plain / "a.swp").write_text("s")
    assert found(plain) == {"a.py"}


def test_a_folder_of_a_work_tree_is_a_root_of_its_own(repo: MakeRepository) -> None:
    """Paths are relative to it, and ignore files above it count."""
    root = repo(
        {".gitignore": "*.log\nlib/secret.py\n", "a.py": "a", "lib/b.py": "b", "lib/x.log": "x", "lib/secret.py": "s"}
    )
    assert found(root / "lib") == {"b.py"}


def test_a_folder_that_git_ignores_can_be_named(repo: MakeRepository) -> None:
    """The same rules hold in it, by its own ignore files."""
    root = repo({".gitignore": "out/\n", "out/a.py": "a", "out/.gitignore": "*.o\n", "out/a.o": "o", "out/in/b.o": "o"})
    assert found(root) == {".gitignore"}
    assert found(root / "out") == {"a.py", ".gitignore"}
    assert found(root / "out/in") == {"b.o"} or skipped(root / "out/in") == {"b.o": "binary"}


def test_a_folder_of_tracked_files_that_a_rule_ignores_is_listed_by_git(repo: MakeRepository) -> None:
    """As in a home folder kept in git with everything ignored but what is added by force."""
    root = repo({".gitignore": "*\n", "nvim/init.lua": "x", "nvim/cache.lua": "x"})
    git(root, "add", "--force", "nvim/init.lua")
    assert found(root / "nvim") == {"init.lua"}


@pytest.fixture
def superproject(repo: MakeRepository, tmp_path: Path) -> Path:
    """A repository with a submodule that has a submodule."""
    for name in ("inner", "middle"):
        other = tmp_path / name
        other.mkdir()
        git(other, "init", "--quiet")
        (other / f"{name}.py").write_text(name)
        (other / ".gitignore").write_text("*.out\n")
        if name == "middle":
            git(other, "submodule", "--quiet", "add", str(tmp_path / "inner"), "deep/inner")
        git(other, "add", ".")
        git(other, "commit", "--quiet", "-m", name)
    root = repo({"a.py": "a"})
    git(root, "submodule", "--quiet", "add", str(tmp_path / "middle"), "libs/middle")
    git(root, "submodule", "--quiet", "update", "--init", "--recursive")
    return root


def test_each_submodule_is_asked_in_turn(superproject: Path) -> None:
    """Nested ones too, each by its own rules, with untracked files."""
    (superproject / "libs/middle/new.py").write_text("n")
    (superproject / "libs/middle/x.out").write_text("x")
    assert found(superproject) == {
        ".gitmodules",
        "a.py",
        "libs/middle/.gitignore",
        "libs/middle/.gitmodules",
        "libs/middle/middle.py",
        "libs/middle/new.py",
        "libs/middle/deep/inner/.gitignore",
        "libs/middle/deep/inner/inner.py",
    }


def test_a_submodule_that_is_not_checked_out_holds_nothing(superproject: Path) -> None:
    git(superproject, "submodule", "--quiet", "deinit", "--force", "libs/middle")
    assert everything(superproject) == {".gitmodules", "a.py"}


def test_a_submodule_can_be_left_out(superproject: Path) -> None:
    (superproject / ".teignore").write_text("libs/\n")
    assert found(superproject) == {".gitmodules", ".teignore", "a.py"}


def test_a_submodule_replaced_by_a_link_is_not_followed(superproject: Path, tmp_path: Path) -> None:
    (superproject / "libs/middle").rename(tmp_path / "elsewhere")
    (superproject / "libs/middle").symlink_to(tmp_path / "elsewhere")
    assert found(superproject) == {".gitmodules", "a.py"}
    assert skipped(superproject) == {"libs/middle": "outside the root"}


def test_a_repository_inside_is_reported_and_opened_on_demand(repo: MakeRepository) -> None:
    """Only its folder is named: it is somebody else's unless a ``!`` line says otherwise."""
    root = repo({"a.py": "a", "other/b.py": "b", "other/.gitignore": "c.py\n", "other/c.py": "c"})
    git(root / "other", "init", "--quiet")
    assert found(root) == {"a.py"}
    assert skipped(root) == {"other": "a repository of its own"}
    repo({".teignore": "!other/\n"})
    assert found(root) == {"a.py", ".teignore", "other/b.py", "other/.gitignore", "other/c.py"}


def test_teignore_leaves_out_and_brings_in(repo: MakeRepository) -> None:
    """The nearest file decides, in it the last line that matches; ``!`` outdoes git."""
    root = repo(
        {
            ".gitignore": "gen/\n*.json\n",
            ".teignore": "vendor/\n!vendor/ours.py\n*.md\n!gen/api.py\n",
            "a.py": "a",
            "README.md": "r",
            "vendor/theirs.py": "t",
            "vendor/ours.py": "o",
            "gen/api.py": "g",
            "gen/other.py": "g",
            "docs/.teignore": "!*.md\n!*.json\n",
            "docs/guide.md": "g",
            "docs/data.json": "{}",
            "data.json": "{}",
        }
    )
    expected = {".gitignore", ".teignore", "a.py", "docs/.teignore"}
    forced = {"vendor/ours.py", "gen/api.py", "docs/guide.md", "docs/data.json"}
    assert found(root) == expected | forced
    assert {file.path for file in listing(root).files if file.forced} == forced


def test_teignore_says_the_same_without_git(repo: MakeRepository) -> None:
    files = {
        ".gitignore": "gen/\n*.json\n",
        ".teignore": "vendor/\n!gen/api.py\n*\n!*/\n!*.py\n",
        "a.py": "a",
        "a.js": "j",
        "vendor/x.py": "x",
        "gen/api.py": "g",
        "gen/data.json": "g",
        "sub/.teignore": "x.py\n!*.json\n",
        "sub/x.py": "x",
        "sub/y.json": "{}",
    }
    root = repo(files)
    with_git = listing(root)
    (root / ".git").rename(root.parent / "put-away")
    without = listing(root)
    assert [(f.path, f.forced) for f in with_git.files] == [(f.path, f.forced) for f in without.files]
    assert found(root) == {"a.py", "vendor/x.py", "gen/api.py", "sub/y.json"}


def test_a_teignore_that_git_ignores_counts_at_the_root_only(repo: MakeRepository) -> None:
    """Otherwise an installed package could bring itself in."""
    root = repo({".gitignore": ".teignore\ndeps/\n", ".teignore": "b.py\n", "a.py": "a", "b.py": "b", "sub/b.py": "b"})
    repo({"deps/.teignore": "!*\n", "deps/d.py": "d", "sub/.teignore": "!*\n"})
    assert found(root) == {".gitignore", "a.py"}


def test_the_stores_of_git_and_te_are_never_content(repo: MakeRepository) -> None:
    """Even when forced, and wherever the index is."""
    root = repo({"a.py": "a", ".te/catalog.db": "x", "sub/.te/y.py": "y", ".teignore": "!*\n", "my-index/z.py": "z"})
    (root / "sub/.git").write_text("gitdir: nowhere\n")
    paths = {file.path for file in scan(root, root / "my-index", LIMIT).files}
    assert paths == {"a.py", ".teignore"}


def test_every_reason(repo: MakeRepository, tmp_path: Path) -> None:
    """Links, pipes, sockets, sizes and extensions are told from one stat; what git deleted is not mentioned."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.py").write_text("s")
    root = repo(
        {"a.py": "a", "big.py": "x" * 101, "logo.png": "text all the same", "moved/b.py": "b", "inner/c.py": "c"}
    )
    git(root, "add", ".")
    (root / "moved/b.py").unlink()
    (root / "moved").rmdir()
    (root / "moved").symlink_to(outside)
    (root / "inner").rename(root / "renamed")
    (root / "inner").symlink_to("renamed")
    (root / "leak.py").symlink_to(outside / "secret.py")
    (root / "loop").symlink_to(".")
    assert found(root, 100) == {"a.py", "renamed/c.py"}
    assert skipped(root, 100) == {
        "big.py": "too large",
        "logo.png": "binary",
        "moved": "symbolic link",
        "moved/b.py": "outside the root",
        "inner": "symbolic link",
        "inner/c.py": "symbolic link",
        "leak.py": "symbolic link",
        "loop": "symbolic link",
    }


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes are files on POSIX systems only")
@pytest.mark.parametrize("git_there", [True, False])
def test_pipes_and_sockets_are_not_opened(
    repo: MakeRepository, monkeypatch: pytest.MonkeyPatch, git_there: bool
) -> None:
    """Passed over in silence by git; a plain walk gives the reason."""
    root = repo({"a.py": "a"}, git=git_there)
    os.mkfifo(root / "pipe.py")
    monkeypatch.chdir(root)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.py")
        assert found(root) == {"a.py"}
        reasons = set(skipped(root).values())
    assert reasons == (set() if git_there else {SkipReason.NOT_REGULAR.value})


def test_a_forced_file_may_be_larger_but_not_endless(repo: MakeRepository) -> None:
    root = repo({".teignore": "!*.sql\n", "dump.sql": "x" * 1_500, "disk.sql": "x" * 1_601})
    assert found(root, 100) == {".teignore", "dump.sql"}
    assert skipped(root, 100) == {"disk.sql": "too large"}


def test_a_path_that_is_not_utf8_is_reported_in_print(repo: MakeRepository) -> None:
    root = repo({"a.py": "a"})
    try:
        (Path(os.fsdecode(os.fsencode(root) + b"/caf\xe9.py"))).write_text("x")
    except OSError:
        return  # this file system takes only UTF-8
    assert found(root) == {"a.py"}
    assert skipped(root) == {"caf\\xe9.py": "path is not valid text"}


def test_what_a_listing_knows_of_a_file(repo: MakeRepository) -> None:
    root = repo({"src/app.py": "x = 1\n", "README.md": "# hi\n", "Makefile": "all:\n", "notes": "n"})
    files = {file.path: file for file in listing(root).files}
    about = {path: (file.language, file.content) for path, file in files.items()}
    assert about == {
        "src/app.py": ("python", "code"),
        "README.md": ("markdown", "docs"),
        "Makefile": ("make", "config"),
        "notes": ("text", "docs"),
    }
    stat = (root / "src/app.py").stat()
    mark = files["src/app.py"].fingerprint
    assert (mark.size, mark.mtime_ns, mark.ctime_ns, mark.inode) == (6, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino)
    assert mark.seen_ns > stat.st_mtime_ns - 1_000_000_000


def test_some_paths_only(repo: MakeRepository, superproject: Path) -> None:
    """A path that is gone, ignored, a folder, above the root or in git's store is in neither list."""
    root = repo({".gitignore": "*.log\n", "b.py": "b", "x.log": "x", "new/c.py": "c", "new/pic.png": "p"})
    asked = [
        "a.py",
        "gone.py",
        "x.log",
        "new",
        "../a.py",
        "/etc/passwd",
        ".git/config",
        "",
        "new/c.py",
        "new/pic.png",
        "nul\0",
        "\ud800",
    ]
    some = scan_paths(root, root / ".te", LIMIT, [*asked, "libs/middle/middle.py"])
    assert [file.path for file in some.files] == ["a.py", "libs/middle/middle.py", "new/c.py"]
    assert [skip.path for skip in some.skipped] == ["new/pic.png"]
    assert superproject == root


def test_many_paths_at_once(repo: MakeRepository) -> None:
    """More than fit on a command line."""
    root = repo({f"f{number}.py": "x" for number in range(250)})
    assert len(found(root)) == 250
