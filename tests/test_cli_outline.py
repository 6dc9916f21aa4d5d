"""``te outline``: the symbols of one file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import MakeRepository, Run

SOURCE = 'class Outer:\n    """Holds."""\n\n    def inner(self):\n        pass\n\n\ndef after():\n    pass\n'


@pytest.fixture
def indexed(repo: MakeRepository, te: Run) -> Path:
    """A repository with a nested file."""
    root = repo({"src/a.py": SOURCE, "pic.bin": b"\0"})
    te("index")
    return root


@pytest.mark.usefixtures("indexed")
def test_one_line_a_symbol(te: Run) -> None:
    ran = te("outline", "src/a.py")
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert ran.lines == ["src/a.py:1: class Outer", "src/a.py:4: method Outer.inner", "src/a.py:8: function after"]


@pytest.mark.usefixtures("indexed")
def test_the_outline_as_json(te: Run) -> None:
    value = te("outline", "src/a.py", "--json").json()
    assert {key: value[key] for key in value if key != "symbols"} == {
        "schema": "te.outline/1",
        "path": "src/a.py",
        "language": "python",
        "stale": False,
    }
    outer, after = value["symbols"]
    assert after["children"] == []
    assert outer["children"] == [
        {
            "kind": "method",
            "name": "inner",
            "qualified_name": "Outer.inner",
            "signature": "def inner(self)",
            "doc": "",
            "start_line": 4,
            "end_line": 5,
            "children": [],
        }
    ]


def test_a_file_is_named_from_here_or_from_the_root(indexed: Path, te: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = te("outline", "src/a.py").stdout
    assert te("outline", str(indexed / "src" / "a.py")).stdout == wanted
    assert te("outline", "-C", "src", "a.py").stdout == wanted
    monkeypatch.chdir(indexed / "src")
    assert te("outline", "a.py").stdout == te("outline", "../src/a.py").stdout == wanted
    assert te("outline", "src/a.py").stdout == wanted


@pytest.mark.usefixtures("indexed")
def test_a_file_that_is_not_indexed(te: Run) -> None:
    ran = te("outline", "nope.py", "--json")
    assert (ran.exit_code, ran.json()["error"]["code"]) == (2, "not_indexed")
    assert "binary" in te("outline", "pic.bin").stderr


@pytest.mark.usefixtures("indexed")
def test_a_folder_is_no_file(te: Run) -> None:
    ran = te("outline", "src")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr == "te: 'src' is a folder, and an outline is of one file.\n    Name a file in it.\n"


def test_a_file_that_changed_since_is_said(
    indexed: Path, te: Run, repo: MakeRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo({"src/a.py": "# other\n" + SOURCE})
    told = te("outline", "src/a.py")
    assert (told.exit_code, told.stderr) == (0, "src/a.py has changed since it was indexed: run `te index`.\n")
    assert te("outline", "src/a.py", "--json").stderr == ""
    monkeypatch.chdir(indexed / "src")
    assert te("outline", "a.py").stderr.endswith(f"run `te index {indexed}`.\n")


def test_a_file_outside_the_root(indexed: Path, te: Run) -> None:
    ran = te("outline", "/etc/hosts")
    assert ran.exit_code == 2
    assert ran.stderr == (f"te: '/etc/hosts' lies outside the indexed root, {indexed}.\n    Name a file inside it.\n")


def test_without_an_index(repo: MakeRepository, te: Run) -> None:
    root = repo({"a.py": SOURCE})
    ran = te("outline", "a.py")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr == f"te: There is no index at or above {root}.\n    Run `te index` first.\n"
