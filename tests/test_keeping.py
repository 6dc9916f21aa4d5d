"""An ``Index`` keeps what it opened for the next question, and is never the worse for it."""

from __future__ import annotations

import gc
import os
import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from te_cli import open_index
from te_cli.engine import keeping
from te_cli.engine.places import open_reader
from te_cli.engine.texts import Texts
from te_cli.model import Fingerprint
from te_cli.store.records import FileRecord

if TYPE_CHECKING:
    from conftest import MakeRepository, Run

    from te_cli.config import Settings
    from te_cli.library import Index
    from te_cli.store.reader import Reader

FILES = {f"{name}.py": f"def {name}_visitors():\n    return '{name}'\n" for name in ("greet", "seat", "serve")}

DESCRIPTORS = Path("/proc/self/fd")


@pytest.fixture
def index(repo: MakeRepository) -> Index:
    """An index that has answered once."""
    index = open_index(repo(FILES))
    index.update()
    assert names(index) == ["greet_visitors"]
    return index


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One entry for each time that an index is opened."""
    times: list[str] = []

    def count(settings: Settings) -> Reader:
        times.append("opened")
        return open_reader(settings)

    monkeypatch.setattr("te_cli.engine.keeping.open_reader", count)
    return times


def names(index: Index, text: str = "greet_visitors") -> list[str]:
    """The names of the best hit."""
    return [hit.symbol.name for hit in index.search(text, refresh="never", k=1)]


def files_in(folder: Path) -> list[str]:
    """The files below ``folder`` that this process has open, and those that it has mapped."""
    gc.collect()
    held = [str(entry.readlink()) for entry in DESCRIPTORS.iterdir() if entry.is_symlink()]
    mapped = [line.split(maxsplit=5)[-1] for line in Path("/proc/self/maps").read_text().splitlines()]
    return sorted(path for path in {*held, *mapped} if path.startswith(f"{folder}{os.sep}"))


def test_the_second_question_opens_nothing(index: Index, opened: list[str]) -> None:
    assert [names(index), names(index, "serve_visitors")] == [["greet_visitors"], ["serve_visitors"]]
    assert opened == []


def test_what_another_writes_is_found(index: Index, repo: MakeRepository, te: Run, opened: list[str]) -> None:
    for number in range(3):
        repo({"new.py": f"def newly_{number}(): pass\n"})
        te("index")
        assert names(index, f"newly_{number}") == [f"newly_{number}"]
    assert opened.count("opened") >= 3


def test_what_it_writes_itself_is_found(index: Index, repo: MakeRepository) -> None:
    repo({"new.py": "def newly(): pass\n"})
    assert [hit.symbol.name for hit in index.search("newly", k=1)] == ["newly"]


@pytest.mark.parametrize("how", ["full", "removed", "swapped"])
def test_an_index_put_in_the_place_of_the_old_one_is_opened(
    index: Index, repo: MakeRepository, te: Run, how: str
) -> None:
    folder = Path(index.root) / ".te"
    repo({"greet.py": None, "new.py": "def greet_visitors(): pass\n"})
    if how == "swapped":
        folder.rename(folder.with_name(".te-old"))
    elif how == "removed":
        shutil.rmtree(folder)
    te("index", *(["--full"] if how == "full" else []))
    (hit,) = index.search("greet_visitors", refresh="never", k=1)
    assert hit.path == "new.py"


def test_an_index_that_is_gone_is_built_anew(index: Index) -> None:
    shutil.rmtree(Path(index.root) / ".te")
    assert names(index) == ["greet_visitors"]


def test_damage_done_meanwhile_is_noticed(index: Index) -> None:
    catalog = Path(index.root) / ".te" / "catalog.db"
    data = bytearray(catalog.read_bytes())
    data[4096:8192] = bytes(4096)
    catalog.write_bytes(data)
    assert names(index) == ["greet_visitors"]
    assert te_is_whole(index)


def te_is_whole(index: Index) -> bool:
    """Whether the catalog says the same of itself when it is read by somebody else."""
    with closing(sqlite3.connect(Path(index.root) / ".te" / "catalog.db")) as catalog:
        return catalog.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_threads_may_ask_at_once(index: Index, repo: MakeRepository, te: Run) -> None:
    asked = [f"{name}_visitors" for name in ("greet", "seat", "serve")] * 12
    with ThreadPoolExecutor(6) as threads:
        answers = threads.map(lambda text: names(index, text), asked)
        repo({"more.py": "def more(): pass\n"})
        te("index")  # somebody writes meanwhile
        assert list(answers) == [[text] for text in asked]
    index.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_both_sides_of_a_fork_may_ask(index: Index) -> None:
    child = os.fork()
    if not child:
        os._exit(0 if names(index, "seat_visitors") == ["seat_visitors"] else 1)
    assert names(index) == ["greet_visitors"]
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert names(index, "serve_visitors") == ["serve_visitors"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_no_connection_goes_through_a_fork(index: Index) -> None:
    child = os.fork()
    if not child:
        held = [path for path in files_in(Path(index.root)) if "/text/" not in path]  # Tantivy's threads let go later
        os._exit(len(held))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.skipif(not DESCRIPTORS.is_dir(), reason="there is no /proc here")
def test_files_are_let_go_of(index: Index, repo: MakeRepository, te: Run) -> None:
    root = Path(index.root)
    assert files_in(root)
    index.close()
    assert files_in(root) == []
    with index:
        assert names(index) == ["greet_visitors"]
    assert files_in(root) == []
    for number in range(4):
        repo({"new.py": f"def newly_{number}(): pass\n"})
        te("index")
        names(index)
    kept = files_in(root)
    index.close()
    names(index)
    assert files_in(root) == kept  # nothing of what was there before


@pytest.mark.skipif(not DESCRIPTORS.is_dir(), reason="there is no /proc here")
def test_an_index_that_is_forgotten_lets_go(repo: MakeRepository) -> None:
    index = open_index(repo(FILES))
    names(index)
    root = Path(index.root)
    del index
    assert files_in(root) == []


def test_a_kept_reader_holds_back_no_log(index: Index) -> None:
    with closing(sqlite3.connect(Path(index.root) / ".te" / "catalog.db", isolation_level=None)) as writer:
        writer.execute("CREATE TABLE more (value)")
        writer.execute("INSERT INTO more VALUES (zeroblob(100000))")
        busy, left, moved = writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    assert (busy, left, moved) == (0, 0, 0)


@pytest.mark.skipif(not DESCRIPTORS.is_dir(), reason="there is no /proc here")
def test_nothing_is_kept_where_open_files_cannot_be_removed(
    repo: MakeRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "CAN_KEEP", False)
    index = open_index(repo(FILES))
    assert names(index) == names(index) == ["greet_visitors"]
    assert files_in(Path(index.root)) == []


def test_a_file_that_changes_is_read_again(index: Index, repo: MakeRepository) -> None:
    for number in range(3):
        repo({"greet.py": f"def greet_visitors():\n    return {number}\n"})
        (hit,) = index.search("greet_visitors", refresh="never", k=1)
        assert (hit.snippet, hit.stale) == (f"def greet_visitors():\n    return {number}", True)


def test_texts_are_kept_while_files_are_what_they_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless a file changed so lately that it may have changed again, unseen."""
    path = tmp_path / "a.py"
    path.write_text("a = 1\n")
    seen = Fingerprint(6, 0, 0, 0, 0)
    record = FileRecord(1, "a.py", "python", "code", seen, None, None, False)
    kept = Texts()
    first = kept.read(tmp_path, record)
    assert first is not None
    assert kept.read(tmp_path, record) is not first
    later = path.stat().st_ctime_ns + 3 * 10**9
    monkeypatch.setattr("te_cli.engine.texts.time.time_ns", lambda: later)
    second = kept.read(tmp_path, record)
    assert kept.read(tmp_path, record) is second
    path.write_text("b = 2\n")
    third = kept.read(tmp_path, record)
    assert third is not None
    assert third.lines.text == "b = 2\n"


def test_texts_have_bounded_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Texts(10)
    texts = []
    for name in ("a", "b", "a"):
        (tmp_path / name).write_text("123456")
        monkeypatch.setattr("te_cli.engine.texts.time.time_ns", lambda: 1 << 62)
        record = FileRecord(1, name, "text", "docs", Fingerprint(6, 0, 0, 0, 0), None, None, False)
        texts.append(kept.read(tmp_path, record))
    assert texts[0] is not texts[2]
