"""Embeddings that are kept: what is embedded once is read afterwards, and no trouble with the cache stops anybody."""

from __future__ import annotations

import hashlib
import os
import pickle
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from conftest import te_environment

from te_cli.document import Document
from te_cli.embed import kept, rows
from te_cli.embed.cache_folders import models_in, remove
from te_cli.embed.cached import CHUNK, Cached
from te_cli.embed.identity import ModelIdentity
from te_cli.embed.port import normalised
from te_cli.engine import caching
from te_cli.errors import ModelError, NotWritable
from te_cli.model import IndexReport
from te_cli.render import machine, reports

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conftest import Run
    from numpy.typing import NDArray

DIMENSION = 24
PLENTY = 1 << 30


class Slow:
    """A model whose vectors come of a digest of the text; it remembers what it was asked."""

    def __init__(self, name: str = "org/slow", dimension: int = DIMENSION) -> None:
        self.identity = ModelIdentity(name, hashlib.sha256(name.encode()).hexdigest()[:24], dimension)
        self.name, self.fingerprint, self.dimension = name, self.identity.fingerprint, dimension
        self.asked: list[str] = []
        self.calls: list[int] = []

    def embed_documents(self, documents: Sequence[Document]) -> NDArray[np.float32]:
        """A direction for each body; zeros for an empty one."""
        self.calls.append(len(documents))
        return np.stack([self.embed_query(document.body) for document in documents])

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """A direction for a text."""
        self.asked.append(text)
        if not text:
            return np.zeros(self.dimension, np.float32)
        seed = int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:8], "big")
        drawn = np.random.default_rng(seed).standard_normal((1, self.dimension)).astype(np.float32)
        row: NDArray[np.float32] = normalised(drawn)[0]
        return row


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "te" / "embeddings"


def cached(model: Slow, folder: Path, limit: int = PLENTY, text_of: Callable[[Document], str] | None = None) -> Cached:
    return Cached(model.identity, lambda: model, folder, limit, text_of)


def texts(count: int, start: int = 0) -> list[Document]:
    return [Document(body=f"text {number}") for number in range(start, start + count)]


def database(folder: Path) -> Path:
    (found,) = folder.glob(f"*/{rows.DATABASE}")
    return found


def change(folder: Path, statement: str, *values: Any) -> None:
    """What somebody else does to the file."""
    connection = sqlite3.connect(database(folder), isolation_level=None)
    connection.execute(statement, values)
    connection.close()


# What is kept


def test_what_was_embedded_once_is_read_afterwards(folder: Path) -> None:
    """By another embedder as well, which then never opens its model."""
    first = cached(Slow(), folder)
    made = first.embed_documents(texts(100))
    assert (first.hits, first.misses, first.trouble) == (0, 100, None)

    def never() -> Slow:
        raise AssertionError("the model was opened")

    second = Cached(Slow().identity, never, folder, PLENTY)
    assert np.array_equal(second.embed_documents(texts(100)), made)
    assert (second.hits, second.misses, second.trouble) == (100, 0, None)


def test_only_what_is_missing_is_embedded(folder: Path) -> None:
    cached(Slow(), folder).embed_documents(texts(50))
    model = Slow()
    more = cached(model, folder)
    more.embed_documents(texts(60, start=10))
    assert sorted(model.asked) == sorted(document.body for document in texts(20, start=50))
    assert (more.hits, more.misses) == (40, 20)


@pytest.mark.parametrize("count", [1, 2, 7, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_rows_are_the_same_to_the_last_bit_however_they_came(folder: Path, tmp_path: Path, count: int) -> None:
    """Read or just made, alone or with others, with a cache or without one."""
    documents = texts(count)
    made = cached(Slow(), folder).embed_documents(documents)
    without = cached(Slow(), tmp_path / "none", limit=0).embed_documents(documents)
    again = cached(Slow(), folder)
    read = again.embed_documents(documents)
    alone = [again.embed_documents([document])[0] for document in documents]
    assert made.dtype == read.dtype == np.float32
    assert np.array_equal(made, read)
    assert np.array_equal(made, without)
    assert np.array_equal(made, np.stack(alone))
    assert np.abs(made - Slow().embed_documents(documents)).max() < 1e-3
    assert np.abs(np.linalg.norm(made, axis=1) - 1).max() < 1e-6
    assert not (tmp_path / "none").exists()


def test_rows_come_in_the_order_of_their_documents_and_equal_ones_are_embedded_once(folder: Path) -> None:
    model = Slow()
    bodies = ["bb", "a", "bb", "", "ccc", "a", ""]
    found = cached(model, folder).embed_documents([Document(body=body) for body in bodies])
    assert sorted(model.asked) == ["", "a", "bb", "ccc"]
    expected = Slow().embed_documents([Document(body=body) for body in bodies])
    assert np.abs(found - expected).max() < 1e-3
    assert np.array_equal(found[0], found[2])
    again = cached(Slow(), folder)
    assert not again.embed_documents([Document()]).any()
    assert (again.hits, again.misses) == (1, 0)  # that a text says nothing is known as well
    assert again.embed_documents([]).shape == (0, DIMENSION)


def test_documents_are_told_apart_by_every_field_or_by_what_the_model_reads(folder: Path) -> None:
    documents = [Document("x"), Document("", "x"), Document("", "", "x"), Document(qualified_name="x")]
    documents += [Document(signature="x"), Document(doc="x"), Document(body="x"), Document("x", "x"), Document("xx")]
    by_fields = cached(Slow(), folder)
    by_fields.embed_documents(documents)
    assert by_fields.misses == len(documents)
    moved = [Document(path=path, body="same") for path in ("a.py", "b.py")]
    read = cached(Slow("org/reads"), folder, text_of=lambda document: document.body)
    read.embed_documents(moved[:1])
    read.embed_documents(moved[1:])
    assert (read.hits, read.misses) == (1, 1)


def test_a_repeated_query_needs_no_model_and_is_no_document(folder: Path) -> None:
    first = cached(Slow(), folder)
    direction = first.embed_query("where is it")
    assert direction.shape == (DIMENSION,)
    second = cached(Slow(), folder, text_of=lambda document: document.body)
    assert np.array_equal(second.embed_query("where is it"), direction)
    assert (second.hits, second.misses) == (1, 0)
    second.embed_documents([Document(body="where is it")])
    assert (second.hits, second.misses) == (1, 1)
    assert not cached(Slow(), folder).embed_query("").any()
    cached(Slow(), folder).embed_query("half a \ud800 pair")


def test_models_do_not_see_each_others_rows(folder: Path) -> None:
    one, other = cached(Slow("org/one"), folder), cached(Slow("org/other"), folder)
    one.embed_documents(texts(3))
    other.embed_documents(texts(3))
    assert (other.hits, other.misses) == (0, 3)
    assert {each.identity.name for each in models_in(folder)} == {"org/one", "org/other"}


def test_a_model_is_known_by_its_fingerprint_whatever_it_is_called(folder: Path) -> None:
    model = Slow("../../etc/passwd")
    cached(model, folder).embed_documents(texts(3))
    renamed = Cached(ModelIdentity("here", model.fingerprint, DIMENSION), lambda: model, folder, PLENTY)
    renamed.embed_documents(texts(3))
    assert renamed.hits == 3
    assert [each.name for each in folder.iterdir()] == [f"etc-passwd-{model.fingerprint}"]


def test_a_model_that_gives_something_else_than_rows_is_told_of(folder: Path) -> None:
    model = Slow()
    with pytest.raises(ModelError, match=r"org/slow gave 3 by 24 numbers, not 3 rows of 12\."):
        Cached(ModelIdentity("org/slow", "abc", 12), lambda: model, folder, PLENTY).embed_documents(texts(3))


def test_numbers_that_are_none_are_handed_on_and_not_kept(folder: Path) -> None:
    class Broken(Slow):
        def embed_query(self, text: str) -> NDArray[np.float32]:
            row = super().embed_query(text)
            row[3] = np.nan
            return row

    assert np.isnan(cached(Broken(), folder).embed_documents(texts(2))).any()
    again = cached(Slow(), folder)
    assert not np.isnan(again.embed_documents(texts(2))).any()
    assert again.misses == 2


# Ends and crowds

KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from test_cached import *

class Killed(Slow):
    def embed_documents(self, documents):
        if sum(self.calls) >= {after}:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().embed_documents(documents)

cached(Killed(), Path({folder!r})).embed_documents(texts(1000))
"""


def script(code: str, **values: object) -> list[str]:
    return [sys.executable, "-c", code.format(tests=str(Path(__file__).parent), **values)]


def test_a_killed_run_goes_on_where_it_stopped(folder: Path) -> None:
    after = 5 * CHUNK
    done = subprocess.run(script(KILLED, after=after, folder=str(folder)), env=te_environment(), check=False)
    assert done.returncode == -signal.SIGKILL
    again = cached(Slow(), folder)
    again.embed_documents(texts(1000))
    assert (again.hits, again.misses, again.trouble) == (after, 1000 - after, None)


SHARING = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from test_cached import *
each = cached(Slow(), Path({folder!r}))
for start in range(0, 300, 50):
    each.embed_documents(texts(150, start))
print(each.trouble, each.hits + each.misses)
"""


def test_several_processes_share_it(folder: Path) -> None:
    command = script(SHARING, folder=str(folder))
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=te_environment()) for _ in range(2)]
    assert [process.communicate()[0] for process in running] == ["None 900\n"] * 2
    after = cached(Slow(), folder)
    after.embed_documents(texts(400))
    assert (after.hits, after.misses) == (400, 0)
    assert [each.entries for each in models_in(folder)] == [400]


def test_several_threads_share_one(folder: Path) -> None:
    one = cached(Slow(), folder)
    expected = Slow().embed_documents(texts(200))
    wrong: list[int] = []

    def work(start: int) -> None:
        far = (
            np.abs(one.embed_documents(texts(20, at)) - expected[at : at + 20]).max() for at in range(start, 180, 20)
        )
        wrong.extend(start for distance in far if distance > 1e-3)

    threads = [threading.Thread(target=work, args=(start,)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (wrong, one.trouble) == ([], None)
    assert np.abs(one.embed_documents(texts(200)) - expected).max() < 1e-3


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked here")
def test_it_goes_on_in_a_forked_process(folder: Path) -> None:
    """Also where another thread was opening the model meanwhile."""
    one = cached(Slow(), folder)
    one.embed_documents(texts(10))
    taken, over = threading.Event(), threading.Event()

    def hold() -> None:
        with one._lock:
            taken.set()
            over.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    taken.wait()
    child = os.fork()
    if child == 0:
        one.embed_documents(texts(20))
        os._exit(0 if (one.hits, one.misses, one.trouble) == (10, 20, None) else 1)
    over.set()
    thread.join()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    one.embed_documents(texts(20))
    assert (one.hits, one.misses) == (20, 10)


def test_nothing_is_held_between_calls(folder: Path) -> None:
    one = cached(Slow(), folder)
    one.embed_documents(texts(10))
    if Path("/proc/self/fd").is_dir():
        held = [str(each.readlink()) for each in Path("/proc/self/fd").iterdir() if each.exists()]
        assert not [path for path in held if path.startswith(str(folder))]
    shutil.rmtree(folder)
    one.embed_documents(texts(10))
    assert (one.misses, one.trouble) == (20, None)
    assert [each.entries for each in models_in(folder)] == [10]


def test_one_that_is_removed_in_the_middle_of_a_run_stops_nobody(folder: Path) -> None:
    class Clearing(Slow):
        def embed_documents(self, documents: Sequence[Document]) -> NDArray[np.float32]:
            if len(self.calls) == 2:
                remove(models_in(folder)[0].place)
            return super().embed_documents(documents)

    model = Clearing()
    one = cached(model, folder)
    found = one.embed_documents(texts(5 * CHUNK))
    assert np.abs(found - Slow().embed_documents(texts(5 * CHUNK))).max() < 1e-3
    assert (one.misses, one.trouble) == (5 * CHUNK, None)
    assert [each.entries for each in models_in(folder)] == [3 * CHUNK]


# Files that are damaged, planted, locked, out of reach


class Bomb:
    """Unpickled, it leaves a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("where", ["value", "file", "text", "key"])
def test_a_pickle_in_the_cache_does_not_go_off(folder: Path, tmp_path: Path, where: str) -> None:
    """Neither in a row, nor in a file that a row names, nor as a key; the row is made anew."""
    expected = cached(Slow(), folder).embed_documents(texts(3))
    bomb = pickle.dumps(Bomb(tmp_path / "gone off"))
    outside = tmp_path / "outside"
    outside.write_bytes(bomb)
    if where == "value":
        change(folder, "UPDATE Cache SET mode = 4, value = ?", bomb)
    elif where == "key":
        change(folder, "UPDATE Cache SET key = rowid || ?, raw = 0", bomb)
    else:
        mode = 4 if where == "file" else 3
        change(
            folder,
            "UPDATE Cache SET mode = ?, filename = ?, value = NULL",
            mode,
            os.path.relpath(outside, database(folder).parent),
        )
    change(folder, "INSERT INTO Settings VALUES ('disk', ?)", bomb)
    again = cached(Slow(), folder)
    assert np.array_equal(again.embed_documents(texts(3)), expected)
    assert (again.misses, again.trouble) == (3, None)
    once_more = cached(Slow(), folder)
    assert np.array_equal(once_more.embed_documents(texts(3)), expected)
    assert once_more.hits == 3
    change(folder, "UPDATE Cache SET mode = 4, filename = ?", str(outside))
    models_in(folder)
    cached(Slow("org/other"), folder, limit=1).embed_documents(texts(1))
    assert not (tmp_path / "gone off").exists()
    assert outside.exists()  # nor is a file removed because a row names it


PLANTED = {
    "an unknown setting": "INSERT INTO Settings VALUES ('unheard_of', 'x')",
    "an attribute": "INSERT INTO Settings VALUES ('_directory', '/tmp')",
    "a pragma": "INSERT INTO Settings VALUES ('sqlite_writable_schema', 1)",
    "another journal": "UPDATE Settings SET value = 'off' WHERE key = 'sqlite_journal_mode'",
    "a policy": "UPDATE Settings SET value = 'eval' WHERE key = 'eviction_policy'",
    "an argument": "INSERT INTO Settings VALUES ('disk_command', 'touch x')",
    "a number as a name": "INSERT INTO Settings VALUES (7, 7)",
    "no settings": "DELETE FROM Settings",
    "sizes of text": "UPDATE Settings SET value = 'much' WHERE key = 'size'",
    "no table": "DROP TABLE Cache",
    "another table": "ALTER TABLE Cache DROP COLUMN filename",
    "rows too short": "UPDATE Cache SET value = x'0000'",
    "rows too long": "UPDATE Cache SET value = zeroblob(1000000)",
    "rows of text": "UPDATE Cache SET value = 'text'",
    "rows of numbers": "UPDATE Cache SET value = 7",
    "rows of noise": "UPDATE Cache SET value = randomblob(length(value))",
    "each other's rows": "UPDATE Cache SET value = (SELECT value FROM Cache LIMIT 1)",
    "rows that expire": "UPDATE Cache SET expire_time = 1",
}


@pytest.mark.parametrize("statement", PLANTED.values(), ids=PLANTED)
def test_whatever_stands_in_the_file_rows_are_right(folder: Path, statement: str) -> None:
    expected = cached(Slow(), folder).embed_documents(texts(40))
    change(folder, statement)
    again = cached(Slow(), folder)
    assert np.array_equal(again.embed_documents(texts(40)), expected)
    assert again.hits + again.misses == 40
    after = cached(Slow(), folder)
    assert np.array_equal(after.embed_documents(texts(40)), expected)
    assert (after.hits, after.trouble) == (40, None)


@pytest.mark.parametrize("damage", ["text", "empty", "cut", "flipped", "folder", "link"])
def test_a_damaged_file_is_begun_anew(folder: Path, tmp_path: Path, damage: str) -> None:
    expected = cached(Slow(), folder).embed_documents(texts(400))
    file = database(folder)
    data = file.read_bytes()
    changed = {"text": b"no database", "empty": b"", "cut": data[: len(data) // 2], "flipped": data[:4096]}
    file.unlink()
    if damage == "folder":
        file.mkdir()
    elif damage == "link":
        (tmp_path / "elsewhere").write_bytes(data)
        file.symlink_to(tmp_path / "elsewhere")
    else:
        garbage = b"\xa5" * (len(data) - 4096) if damage == "flipped" else b""
        file.write_bytes(changed[damage] + garbage)
    again = cached(Slow(), folder)
    assert np.array_equal(again.embed_documents(texts(400)), expected)
    if damage != "empty":
        assert again.trouble is not None
        assert again.trouble.endswith(" was damaged, and was begun anew.")
    after = cached(Slow(), folder)
    assert np.array_equal(after.embed_documents(texts(400)), expected)
    assert (after.hits, after.trouble) == (400, None)
    assert damage != "link" or (tmp_path / "elsewhere").read_bytes() == data


def test_a_damaged_file_that_cannot_be_removed_stops_nobody(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where a file that another process has open keeps its folder in place."""
    cached(Slow(), folder).embed_documents(texts(3))
    (found,) = models_in(folder)
    (found.place / rows.DATABASE).write_bytes(b"no database" * 999)

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "rename", refuse)
    one = cached(Slow(), folder)
    assert np.abs(one.embed_documents(texts(3)) - Slow().embed_documents(texts(3))).max() < 1e-3
    assert one.trouble is not None
    assert "not a database" in one.trouble
    with pytest.raises(NotWritable, match="cannot be removed: file is not a database"):
        caching.clear(folder, 1)


def test_a_flipped_bit_is_noticed(folder: Path) -> None:
    """Wherever in the file: rows are read as they were kept, or made anew."""
    expected = cached(Slow(), folder).embed_documents(texts(60))
    file = database(folder)
    data = file.read_bytes()
    for at in range(101, len(data) * 8, len(data) * 8 // 25):
        flipped = bytearray(data)
        flipped[at // 8] ^= 1 << at % 8
        shutil.rmtree(file.parent)
        file.parent.mkdir()
        file.write_bytes(flipped)
        assert np.array_equal(cached(Slow(), folder).embed_documents(texts(60)), expected), at


def test_a_place_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    one = cached(Slow(), tmp_path / "file" / "embeddings")
    found = one.embed_documents(texts(3 * CHUNK))
    assert np.array_equal(found, cached(Slow(), tmp_path, limit=0).embed_documents(texts(3 * CHUNK)))
    assert one.trouble is not None
    assert one.trouble.startswith(f"The cache of embeddings in {tmp_path / 'file'}")
    assert one.embed_query("x").any()


def test_a_folder_that_is_not_ones_own_is_not_used(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    folder.parent.mkdir(parents=True)
    folder.symlink_to(tmp_path / "elsewhere")
    one = cached(Slow(), folder)
    one.embed_documents(texts(3))
    assert one.trouble is not None
    assert "not a folder of your own" in one.trouble
    assert list((tmp_path / "elsewhere").glob("*/*")) == []


def test_a_file_that_another_process_keeps_locked_is_not_waited_for_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading goes on where only writing is locked; and after a while writing is tried again."""
    monkeypatch.setattr(rows, "PATIENCE", 0.05)
    one = cached(Slow(), folder)
    one.embed_documents(texts(10))
    other = sqlite3.connect(database(folder), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    found = one.embed_documents(texts(4 * CHUNK))
    assert one.hits == 10
    assert one.trouble is not None
    assert one.trouble.endswith("could not be used: another process keeps it locked.")
    new = cached(Slow(), folder)
    assert np.array_equal(new.embed_documents(texts(4 * CHUNK)), found)
    assert new.trouble is not None
    other.execute("ROLLBACK")
    other.close()
    monkeypatch.setattr(kept, "REST", 0.0)
    one._kept._resting = 0.0
    one.embed_documents(texts(4 * CHUNK))
    assert cached(Slow(), folder).embed_documents(texts(4 * CHUNK)).shape == (4 * CHUNK, DIMENSION)
    assert [each.entries for each in models_in(folder)] == [4 * CHUNK]


FULL = """
import resource, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from test_cached import *
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
one = cached(Slow(), Path({folder!r}))
found = one.embed_documents(texts(4000))
print(np.abs(found - Slow().embed_documents(texts(4000))).max() < 1e-3, one.misses, one.trouble is not None)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a file's size cannot be limited here")
def test_a_full_disk_stops_nobody(folder: Path) -> None:
    done = subprocess.run(
        script(FULL, folder=str(folder)), capture_output=True, text=True, env=te_environment(), check=False
    )
    assert (done.stdout, done.stderr) == ("True 4000 True\n", "")
    after = cached(Slow(), folder)
    after.embed_documents(texts(4000))
    assert after.hits > 0
    assert after.trouble is None


# How much


def size_of(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def test_the_rows_stored_first_go_when_there_are_too_many(folder: Path) -> None:
    limit = 150_000
    one = cached(Slow(), folder, limit)
    for start in range(0, 3000, 500):
        one.embed_documents(texts(500, start))
        assert size_of(folder) <= limit
    assert one.trouble is None
    late, early = cached(Slow(), folder, limit), cached(Slow(), folder, limit)
    late.embed_documents(texts(200, 2800))
    early.embed_documents(texts(200))
    assert (late.hits, early.hits) == (200, 0)


def test_a_smaller_limit_holds_from_the_next_write_on(folder: Path) -> None:
    cached(Slow(), folder).embed_documents(texts(2000))
    assert size_of(folder) > 200_000
    cached(Slow(), folder, 100_000).embed_documents(texts(1, 9000))
    assert size_of(folder) <= 100_000


def test_models_used_longest_ago_go_first(folder: Path) -> None:
    for age, name in enumerate(("org/new", "org/older", "org/oldest")):
        cached(Slow(name), folder).embed_documents(texts(500))
        (about,) = folder.glob(f"{name.replace('/', '-')}-*/model.json")
        os.utime(about, (1e9 - age, 1e9 - age))
    one = int(size_of(folder) / 3)
    (folder / ".gone-0123").mkdir()  # one that somebody did not get to remove
    (folder / ".gone-0123" / "cache.db").write_bytes(bytes(one))
    cached(Slow("org/now"), folder, limit=int(3.5 * one)).embed_documents(texts(500))
    assert [each.identity.name for each in models_in(folder)] == ["org/now", "org/new", "org/older"]
    assert not (folder / ".gone-0123").exists()


def test_reading_writes_nothing(folder: Path) -> None:
    one = cached(Slow(), folder)
    one.embed_documents(texts(100))
    before = database(folder).read_bytes()
    one.embed_documents(texts(100))
    assert database(folder).read_bytes() == before


# What the user sees


@pytest.fixture
def users(home: Path) -> Path:
    """Where the user's own are kept."""
    return home / "cache" / "te" / "embeddings"


def test_te_cache_shows_what_is_kept(te: Run, users: Path) -> None:
    cached(Slow("org/slow"), users).embed_documents(texts(1200))
    ran = te("cache")
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert ran.lines[0] == f"folder        {users}"
    assert re.fullmatch(r"size          \d+(\.\d)? KiB of 2\.0 GiB", ran.lines[1])
    assert re.fullmatch(r"org/slow      1,200 embeddings, 24 dimensions, [\d.]+ KiB, used just now", ran.lines[2])
    value = te("cache", "--json").json()
    (model,) = value["models"]
    assert list(value) == "schema folder limit_bytes bytes models removed".split()
    assert list(model) == "name fingerprint dimensions entries bytes last_used folder".split()
    assert (value["schema"], value["bytes"], value["removed"]) == ("te.cache/1", model["bytes"], [])
    assert (model["name"], model["entries"]) == ("org/slow", 1200)


def test_te_cache_says_so_when_nothing_is_kept(te: Run, users: Path) -> None:
    ran = te("cache")
    said = f"No embeddings are kept in {users}; those of models that are slow would be.\n"
    assert (ran.exit_code, ran.stdout, ran.stderr) == (0, said, "")
    assert te("cache", "--json").json()["models"] == []
    cleared = te("cache", "--clear", "org/slow")
    assert (cleared.exit_code, cleared.stdout) == (0, f"No embeddings are kept in {users}.\n")
    assert not users.exists()


def test_te_cache_clears_one_model_or_all(te: Run, users: Path) -> None:
    one, other = cached(Slow("org/one"), users), cached(Slow("org/other"), users)
    one.embed_documents(texts(1))
    other.embed_documents(texts(2))
    (users / ".gone-0123").mkdir()
    unknown = te("cache", "--clear", "org/on")
    assert unknown.exit_code == 2
    assert unknown.stderr == ("te: There is no model in the cache named 'org/on'.\n    Did you mean 'org/one'?\n")
    ran = te("cache", "--clear", "org/one")
    assert re.fullmatch(r"Removed 1 embedding of org/one \([\d.]+ KiB\)\.\n", ran.stdout)
    assert [model["name"] for model in te("cache", "--json").json()["models"]] == ["org/other"]
    assert te("cache", "org/other").lines[2].startswith("org/other     2 embeddings, ")
    value = te("cache", "--clear", "--json").json()
    assert ([model["name"] for model in value["removed"]], value["models"]) == (["org/other"], [])
    assert list(users.iterdir()) == []
    other.embed_documents(texts(2))
    assert (other.misses, other.trouble) == (4, None)


def test_te_cache_shows_and_clears_what_cannot_be_read(te: Run, users: Path) -> None:
    cached(Slow("org/slow"), users).embed_documents(texts(1))
    database(users).write_bytes(b"no database at all")
    (users / "empty").mkdir()
    (users / "a file").write_text("of somebody else's")
    assert te("cache").lines[2].startswith("org/slow      unreadable embeddings, 24 dimensions, ")
    assert te("cache", "--json").json()["models"][0]["entries"] is None
    assert te("cache", "--clear").lines[0].startswith("Removed unreadable embeddings of org/slow (")
    assert sorted(each.name for each in users.iterdir()) == ["a file", "empty"]


def test_te_cache_says_that_no_more_is_kept(te: Run, users: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cached(Slow("org/slow"), users).embed_documents(texts(1))
    monkeypatch.setenv("TE_CACHE_SIZE", "off")
    assert te("cache").lines[1].endswith(" and no more is kept: te config says why")
    monkeypatch.setenv("TE_CACHE_SIZE", "much")
    assert te("cache").stderr.startswith("te: TE_CACHE_SIZE is 'much', which is not a size.\n")


def test_a_name_that_came_from_a_model_cannot_tell_a_terminal_what_to_do(te: Run, users: Path) -> None:
    cached(Slow("org/\x1b[31mslow"), users).embed_documents(texts(1))
    (users / "planted").mkdir()
    (users / "planted" / "model.json").write_text('{"name": ["\\u001b"], "dimension": "many"}')
    assert "\x1b" not in te("cache").stdout
    assert "\x1b" not in te("cache", "--clear").stdout


def test_a_report_says_what_was_embedded_only_where_embeddings_are_kept() -> None:
    report = IndexReport("/r", "/r/.te", 1, 10, 1, 0, 0, 0, 10, 0, (), 0.25)
    assert "embedded" not in reports.index(report)
    assert not {"embedded", "recalled"} & machine.index(report).keys()
    kept_report = replace(report, embedded=200, recalled=1800)
    line = "embedded      200 texts, 1,800 more read from the cache (90 %)"
    assert line in reports.index(kept_report).splitlines()
    assert "embedded      1 text" in reports.index(replace(report, embedded=1)).splitlines()
    assert machine.index(kept_report)["recalled"] == 1800
