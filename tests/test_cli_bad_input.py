"""What cannot be done is said in one sentence and one hint, with exit code 2, and nothing is lost by it."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from te_cli.store.lock import WriterLock

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import MakeRepository, Run

REFUSALS = [
    (("index", "nowhere"), "no_such_folder"),
    (("index", "a.py"), "not_a_folder"),
    (("search", "-C", "nowhere", "x"), "no_such_folder"),
    (("status", "-C", "a.py"), "not_a_folder"),
    (("index", "--index-dir", "a.py/x"), "not_writable"),
    (("index", "--index-dir", "."), "bad_config"),
    (("index", "--max-file-size", "huge"), "bad_config"),
    (("search", "x", "--lang", "pyton"), "unknown_name"),
    (("search", "x", "--kind", "clas"), "unknown_name"),
    (("search", " "), "empty_query"),
    (("outline", "b.py"), "not_indexed"),
    (("outline", "/"), "usage"),
    (("outline",), "usage"),
    (("search", "x", "--bogus"), "usage"),
    (("bogus",), "usage"),
]


@pytest.fixture
def indexed(repo: MakeRepository, te: Run) -> Path:
    """A repository with its index."""
    root = repo({"a.py": "def greet():\n    pass\n"})
    te("index")
    return root


@pytest.mark.usefixtures("indexed")
@pytest.mark.parametrize(("arguments", "code"), REFUSALS)
def test_a_refusal_is_a_sentence_a_hint_and_exit_code_2(te: Run, arguments: tuple[str, ...], code: str) -> None:
    told = te(*arguments)
    assert (told.exit_code, told.stdout) == (2, "")
    assert re.fullmatch(r"te: [^\n]+\.\n {4}[^\n]+\n", told.stderr)
    machine = te(*arguments, "--json")
    assert (machine.exit_code, machine.stderr) == (2, "")
    assert machine.json()["schema"] == "te.error/1"
    assert (machine.json()["error"]["code"], bool(machine.json()["error"]["hint"])) == (code, True)
    assert te("search", "greet", "-k", "1").lines == ["a.py:1: function greet"]


def test_another_writer_makes_te_index_busy_and_leaves_te_search_answering(
    indexed: Path, te: Run, repo: MakeRepository
) -> None:
    repo({"b.py": "def later():\n    pass\n"})
    with WriterLock(indexed / ".te"):
        busy = te("index", "--json")
        answer = te("search", "greet", "-k", "1", "--json").json()
    assert (busy.exit_code, busy.json()["error"]["code"]) == (2, "index_busy")
    assert answer["index"]["freshness"] == "unchecked"
    assert answer["results"][0]["name"] == "greet"


@pytest.mark.parametrize("arguments", [("index",), ("search", "greet"), ("status",), ("outline", "a.py")])
def test_an_index_of_a_newer_format_is_refused_and_kept(indexed: Path, te: Run, arguments: tuple[str, ...]) -> None:
    catalog = indexed / ".te" / "catalog.db"
    with closing(sqlite3.connect(catalog)) as connection, connection:
        connection.execute("UPDATE meta SET value = '999' WHERE key = 'format'")
    ran = te(*arguments, "--json")
    assert (ran.exit_code, ran.json()["error"]["code"]) == (2, "index_too_new")
    with closing(sqlite3.connect(catalog)) as connection:
        assert connection.execute("SELECT count(*) FROM files").fetchone() == (1,)
