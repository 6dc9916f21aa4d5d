"""``te index``: what it reports, and what it says when it cannot."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from conftest import MakeRepository, Run

GREET = 'def greet():\n    """Say hello."""\n'


def test_a_first_run_reports_files_units_and_seconds(repo: MakeRepository, te: Run) -> None:
    repo({"a.py": GREET, "guide.md": "# Guide\n\nText.\n"})
    ran = te("index", ".")
    assert re.fullmatch(r"2 files, \d+ units in [\d.]+ m?s  \+2 new\n", ran.stdout)
    assert (ran.exit_code, ran.stderr) == (0, "")


def test_a_second_run_finds_no_changes(repo: MakeRepository, te: Run) -> None:
    repo({"a.py": GREET})
    te("index")
    assert te("index").stdout.endswith("  no changes\n")


def test_a_run_says_what_it_found_new_changed_and_gone(repo: MakeRepository, te: Run) -> None:
    repo({"a.py": GREET, "b.py": GREET})
    te("index")
    repo({"a.py": GREET * 2, "b.py": None, "c.py": GREET})
    assert te("index").stdout.endswith("  +1 new, ~1 changed, -1 gone\n")


def test_skipped_files_are_counted_by_reason(repo: MakeRepository, te: Run) -> None:
    repo({"a.py": GREET, "b.bin": b"\0\1\2", "big.py": "x = 1\n" * 1000})
    ran = te("index", "--max-file-size", "1k")
    assert ran.lines[1] == "skipped       1 binary, 1 too large  (te status --skipped lists them)"


def test_the_report_as_json(repo: MakeRepository, te: Run) -> None:
    root = repo({"a.py": GREET, "b.bin": b"\0"})
    report = te("index", "--json").json()
    assert list(report) == [
        *("schema", "root", "index_dir", "files", "symbols", "added", "changed", "removed", "unchanged"),
        *("units_written", "unembedded", "skipped", "skipped_by_reason", "seconds", "rebuilt"),
    ]
    assert (report["schema"], report["root"], report["files"]) == ("te.index/1", str(root), 1)
    assert report["skipped"] == [{"path": "b.bin", "reason": "binary"}]


def test_quiet_prints_nothing(repo: MakeRepository, te: Run) -> None:
    repo({"a.py": GREET})
    ran = te("index", "--quiet")
    assert (ran.exit_code, ran.stdout, ran.stderr) == (0, "", "")


def test_full_reads_every_file_again(repo: MakeRepository, te: Run) -> None:
    repo({"a.py": GREET})
    te("index")
    assert te("index", "--full", "--json").json()["units_written"] > 0


def test_nothing_to_index_is_not_success(repo: MakeRepository, te: Run) -> None:
    root = repo()
    ran = te("index", ".")
    assert ran.exit_code == 1
    assert ran.stderr == f"There is nothing to index in {root}.\n"


def test_no_such_folder(repo: MakeRepository, te: Run) -> None:
    repo({"source/a.py": GREET})
    ran = te("index", "sourec")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr == "te: There is no folder 'sourec'.\n    Did you mean 'source'?\n"


def test_a_file_where_a_folder_is_meant(repo: MakeRepository, te: Run) -> None:
    repo({"a.py": GREET})
    ran = te("index", "a.py", "--json")
    assert ran.exit_code == 2
    assert ran.json()["error"]["code"] == "not_a_folder"


def test_the_index_can_be_moved(repo: MakeRepository, te: Run, tmp_path: Path) -> None:
    root = repo({"src/a.py": GREET})
    moved = str(tmp_path / "moved")
    assert te("index", "--index-dir", moved).exit_code == 0
    assert not (root / ".te").exists()
    assert te("search", "greet", "-k", "1", "-C", "src", "--index-dir", moved).lines == ["src/a.py:1: function greet"]


def test_the_environment_moves_the_index(
    repo: MakeRepository, te: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = repo({"a.py": GREET})
    monkeypatch.setenv("TE_INDEX_DIR", str(tmp_path / "moved"))
    assert te("index").exit_code == 0
    assert (tmp_path / "moved" / "catalog.db").is_file()
    assert not (root / ".te").exists()


def test_an_index_inside_another_is_made_knowingly(
    repo: MakeRepository, te: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = repo({"src/a.py": GREET})
    te("index")
    monkeypatch.chdir(root / "src")
    told = f"There is an index of {root} above: this makes one of its own for {root / 'src'}.\n"
    assert te("index").stderr == told
    assert te("index").stderr == ""  # now it is there


def test_jobs_must_be_a_number(repo: MakeRepository, te: Run) -> None:
    repo({"a.py": GREET})
    ran = te("index", "-j", "0")
    assert ran.exit_code == 2
    assert ran.stderr == "te: --jobs is '0', which is not a whole number of at least 1.\n    For example: 4.\n"


def test_units_without_a_vector_are_counted_as_they_come_and_go(repo: MakeRepository, te: Run) -> None:
    """The report of a run notes them rather than looking at every unit; it says what counting says."""
    repo({"a.py": "x = 1\n", "一": "一二三\n"})
    edits: list[dict[str, str | None]] = [
        {},
        {"四": "四五六\n"},
        {"一": "words by now\n"},
        {"四": None, "a.py": "y = 2\n"},
        {"五": "五\n", "六": "六\n"},
    ]
    told = []
    for edit in edits:
        repo(edit)
        told.append(te("index", "--json").json()["unembedded"])
        assert told[-1] == te("status", "--json").json()["unembedded"]
    assert told == [1, 2, 1, 0, 2]
    assert te("index", "--full", "--json").json()["unembedded"] == told[-1]
