"""``te status``, ``te doctor`` and ``te config``: how things stand."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import MakeRepository, Run


@pytest.fixture
def indexed(repo: MakeRepository, te: Run) -> Path:
    """A repository with its index, and two files left out."""
    root = repo({"a.py": "def f():\n    pass\n", "b.md": "# B\n\nText.\n", "c.bin": b"\0", "d.bin": b"\0"})
    te("index")
    return root


def test_status_for_people(indexed: Path, te: Run) -> None:
    ran = te("status")
    assert (ran.exit_code, ran.stderr) == (0, "")
    said = {line[:12].strip(): line[14:] for line in ran.lines}
    assert said["root"] == str(indexed)
    assert said["files"] == "2"
    assert said["freshness"] == "fresh: up to date"
    assert said["languages"] == "markdown 1, python 1"
    assert said["skipped"] == "2: binary 2  (te status --skipped lists them)"
    assert re.fullmatch(r"catalog .*, text .*, vectors .*", said["on disk"])


@pytest.mark.usefixtures("indexed")
def test_status_lists_what_was_left_out(te: Run) -> None:
    assert te("status", "--skipped").stdout == "c.bin: binary\nd.bin: binary\n"


@pytest.mark.usefixtures("indexed")
def test_status_notices_changes(te: Run, repo: MakeRepository) -> None:
    repo({"a.py": "def g():\n    pass\n", "e.py": "x = 1\n"})
    assert "freshness     stale: 2 files changed since the last run" in te("status").lines
    assert te("status", "--json").json()["freshness"] == "stale"


def test_status_as_json(indexed: Path, te: Run) -> None:
    value = te("status", "--json").json()
    keys = "schema root index_dir format files symbols references by_language by_kind skipped model dimensions"
    assert (
        list(value) == f"{keys} unembedded bytes freshness changed_files indexed_at writer watcher model_fault".split()
    )
    assert (value["schema"], value["root"], value["files"]) == ("te.status/1", str(indexed), 2)
    assert value["skipped"] == [{"path": "c.bin", "reason": "binary"}, {"path": "d.bin", "reason": "binary"}]
    assert list(value["bytes"]) == ["catalog", "text", "vectors"]
    assert value["by_language"] == {"python": 1, "markdown": 1}


@pytest.mark.parametrize("verb", ["status", "doctor"])
def test_without_an_index(repo: MakeRepository, te: Run, verb: str) -> None:
    repo({"a.py": ""})
    ran = te(verb, "--json")
    assert (ran.exit_code, ran.json()["error"]["code"]) == (2, "no_index")
    assert ran.json()["error"]["hint"] == "Run `te index` first."


def test_the_doctor_finds_a_whole_index_whole(indexed: Path, te: Run) -> None:
    ran = te("doctor")
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert ran.lines
    assert all(line.startswith("ok     ") for line in ran.lines)
    value = te("doctor", "--json").json()
    assert (value["schema"], value["root"], value["healthy"], value["repaired"]) == (
        *("te.doctor/1", str(indexed)),
        *(True, []),
    )
    assert set(value["checks"][0]) == {"name", "ok", "detail"}


def test_the_doctor_finds_what_is_broken_and_mends_it(indexed: Path, te: Run) -> None:
    shutil.rmtree(indexed / ".te" / "text")
    ran = te("doctor")
    assert ran.exit_code == 1
    assert any(line.startswith("WRONG  ") for line in ran.lines)
    assert ran.stderr == "To mend it: te doctor --repair.\n"
    mended = te("doctor", "--repair")
    assert mended.exit_code == 0
    assert any(line.startswith("mended ") for line in mended.lines)
    assert te("doctor").exit_code == 0
    assert te("search", "f", "--mode", "text").lines


def test_config_says_where_each_value_came_from(repo: MakeRepository, te: Run) -> None:
    root = repo({"te.toml": "max_file_size = '1 MB'\n", "src/a.py": ""})
    ran = te("config", "-C", "src")
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert f"root            {root}  [git work tree]" in ran.lines
    assert "max_file_bytes  1000000 (977 KiB)  [te.toml]" in ran.lines
    value = te("config", "--json").json()
    assert (
        list(value)
        == "schema root index_dir jobs max_file_bytes trust_index model languages cache_dir cache_bytes sources".split()
    )
    assert (value["schema"], value["sources"]["max_file_bytes"]) == ("te.config/1", "te.toml")
