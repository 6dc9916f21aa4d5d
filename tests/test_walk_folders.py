"""Without git, the same files: the walk by pathspec against git's own answer."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from te_cli.model import SkipReason
from te_cli.walk.files import scan, scan_paths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from conftest import MakeRepository

LIMIT = 1_000_000

NAMES = st.sampled_from(["a", "b", "foo", "bar", "foo.py", "a.txt", "b.log", "x y", "é", "voilà", "build"])
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)
PIECES = st.sampled_from(
    ["a", "b", "foo", "bar", "*", "**", "?", "*.py", "b*", "[ab]", "[!a]*", "foo.*", "build", "é", "voilà", "x\\ y"]
)
LINES = st.builds(
    lambda bang, slash, pieces, end: bang + slash + "/".join(pieces) + end,
    st.sampled_from(["", "", "", "!"]),
    st.sampled_from(["", "", "/"]),
    st.lists(PIECES, min_size=1, max_size=3),
    st.sampled_from(["", "", "/"]),
).filter(lambda line: not line.endswith("**/"))
"""pathspec takes ``a/**/`` for ``a/`` itself, a shape that nobody writes; git takes it for the folders inside."""
RULES = st.lists(LINES | st.sampled_from(["# note", "", "  ", "\\#a", "["]), max_size=6).map("\n".join)


def fill(root: Path, files: Mapping[str, str]) -> None:
    """Write the files, passing over those whose folder is a file already, or the other way round."""
    for name, text in files.items():
        try:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        except OSError:
            continue


def walked(root: Path) -> list[str]:
    """What a scan offers or skips; asked one by one, the same."""
    whole = scan(root, root / ".te", LIMIT)
    everything = [os.path.relpath(Path(folder, name), root) for folder, _, names in os.walk(root) for name in names]
    narrow = scan_paths(root, root / ".te", LIMIT, [name.replace(os.sep, "/") for name in everything])
    assert narrow.files == () or [f.path for f in narrow.files] == [f.path for f in whole.files]
    return sorted([file.path for file in whole.files] + [skip.path for skip in whole.skipped])


def named_by_git(root: Path) -> list[str]:
    """What git lists of untracked files."""
    subprocess.run(["git", "init", "--quiet"], cwd=root, check=True)
    command = ["git", "ls-files", "-z", "-co", "--exclude-standard"]
    names = subprocess.run(command, cwd=root, check=True, capture_output=True).stdout.decode().split("\0")
    return sorted(filter(None, names))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sets(PATHS, min_size=1, max_size=12),
    st.dictionaries(st.sampled_from(["", "a/", "foo/", "a/b/"]), RULES, min_size=1, max_size=3),
)
def test_the_walk_and_git_agree(tmp_path: Path, paths: set[str], rules: dict[str, str]) -> None:
    """For any tree and any ignore files, a plain folder holds what it would hold as a work tree."""
    with TemporaryDirectory(dir=tmp_path) as name:
        root = Path(name)
        fill(root, dict.fromkeys(sorted(paths), "text"))
        fill(root, {f"{folder}.gitignore": text for folder, text in rules.items()})
        without_git = walked(root)
        assert without_git == named_by_git(root)
        assert walked(root) == without_git


@pytest.mark.parametrize(
    ("rules", "kept"),
    [
        ("foo/**\n!foo/keep", ["foo/keep"]),
        ("foo/\n!foo/keep", []),
        ("/*\n!/foo", ["foo/keep", "foo/other"]),
        ("*\n!*/\n!keep", ["foo/keep"]),
        ("other\r\n", ["foo/keep"]),
        ("\ufeffother", ["foo/keep"]),
        ("other   ", ["foo/keep"]),
        ("[[:alpha:\nother[", ["foo/keep", "foo/other"]),
    ],
)
def test_shapes_of_rules(repo: MakeRepository, rules: str, kept: list[str]) -> None:
    root = repo({".gitignore": rules, "foo/keep": "k", "foo/other": "o"}, git=False)
    without_git = [path for path in walked(root) if path != ".gitignore"]
    assert without_git == kept
    assert [path for path in named_by_git(root) if path != ".gitignore"] == kept


def test_a_nearer_file_overrules_for_what_it_names_only(repo: MakeRepository) -> None:
    """``!build`` in a folder re-opens its build folder, and not what another rule says of the files inside."""
    root = repo(
        {".gitignore": "build\nx\n", "a/.gitignore": "!build\n", "a/build/x": "x", "a/build/y": "y", "build/z": "z"},
        git=False,
    )
    assert walked(root) == [".gitignore", "a/.gitignore", "a/build/y"] == named_by_git(root)


def test_a_work_tree_that_git_refuses_is_walked(repo: MakeRepository) -> None:
    """Its exclude file counts; what git could not be asked is found all the same."""
    root = repo({"a.py": "a", "private.py": "p", ".gitignore": "*.log\n", "x.log": "x"})
    (root / ".git/info/exclude").write_text("private.py\n")
    (root / ".git/config").write_text("[core\n")
    assert walked(root) == [".gitignore", "a.py"]


def test_without_git_on_the_machine(repo: MakeRepository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    root = repo({"a.py": "a", ".gitignore": "*.log\n", "x.log": "x", "sub/b.py": "b"})
    monkeypatch.setenv("PATH", str(tmp_path))
    assert walked(root) == [".gitignore", "a.py", "sub/b.py"]


def test_links_are_reported_and_not_followed(repo: MakeRepository, tmp_path: Path) -> None:
    root = repo({"a.py": "a"}, git=False)
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret/s.py").write_text("s")
    (root / "way-out").symlink_to(tmp_path / "secret")
    (root / ".gitignore").symlink_to(tmp_path / "secret/s.py")
    listing = scan(root, root / ".te", LIMIT)
    assert [file.path for file in listing.files] == ["a.py"]
    assert [(skip.path, skip.reason.value) for skip in listing.skipped] == [
        (".gitignore", "symbolic link"),
        ("way-out", "symbolic link"),
    ]
    assert scan_paths(root, root / ".te", LIMIT, ["way-out/s.py"]).files == ()


@pytest.fixture
def deep(repo: MakeRepository) -> Iterator[Callable[[str, int], Path]]:
    """Make a chain of folders of one name; taken away without recursion, which rmtree does not survive."""

    def make(name: str, depth: int) -> Path:
        root = repo({"a.py": "a"}, git=False)
        at = os.open(root, os.O_RDONLY)
        for _ in range(depth):
            os.mkdir(name, dir_fd=at)
            inner = os.open(name, os.O_RDONLY, dir_fd=at)
            os.close(at)
            at = inner
        os.close(os.open("b.py", os.O_WRONLY | os.O_CREAT, dir_fd=at))
        os.close(at)
        return root

    yield make
    subprocess.run(["rm", "-rf", str(repo(git=False))], check=True)


def test_a_deep_tree_is_walked_to_its_end(deep: Callable[[str, int], Path]) -> None:
    """Depth is the input's choice: deeper than Python would recurse."""
    root = deep("d", 1_100)
    path = "d/" * 1_100 + "b.py"
    assert [file.path for file in scan(root, root / ".te", LIMIT).files] == ["a.py", path]
    assert [file.path for file in scan_paths(root, root / ".te", LIMIT, [path]).files] == [path]


@pytest.mark.parametrize("git_there", [True, False])
def test_a_folder_that_cannot_be_opened_is_reported(deep: Callable[[str, int], Path], git_there: bool) -> None:
    """Here for the length of its path, which the system refuses to root as well."""
    root = deep("d" * 200, 30)
    if git_there:
        subprocess.run(["git", "init", "--quiet"], cwd=root, check=True)
    listing = scan(root, root / ".te", LIMIT)
    assert [file.path for file in listing.files] == ["a.py"]
    (skip,) = listing.skipped
    assert skip.path.startswith("d" * 200 + "/")
    assert skip.reason is SkipReason.UNREADABLE
