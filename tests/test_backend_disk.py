"""A backend's folder: whole after a kill, shared by processes, and a sentence where something is wrong with it."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pytest
from backends import BACKENDS
from conftest import te_environment

from te_cli.backend import DiskStore, Document, EmbeddingBackend, HashEmbedder
from te_cli.errors import (
    IndexBusy,
    IndexDamaged,
    IndexTooNew,
    NotAFolder,
    NotReadable,
    NotWritable,
    StoreError,
    TeError,
    UsageError,
)
from te_cli.store import pile
from te_cli.store.faults import SHELF_POINTS, armed

Test = TypeVar("Test", bound="Callable[..., None]")

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

OPENED = """
import sys
from te_cli.backend import EmbeddingBackend, HashEmbedder
from te_cli.store import pile
pile.DELTA_ROWS = 4
backend = EmbeddingBackend.open(sys.argv[1], HashEmbedder(), wait=float(sys.argv[2]))
"""

OLD, NEW = [f"shoe {n}" for n in range(7)], [f"boat {n}" for n in range(9)]


def forking(test: Test) -> Test:
    """A test that forks."""
    quiet = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
    able: Test = pytest.mark.skipif(not hasattr(os, "fork"), reason="the system cannot fork")(quiet(test))
    return able


@pytest.fixture(autouse=True)
def small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few rows are many."""
    monkeypatch.setattr(pile, "DELTA_ROWS", 4)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A backend's folder with seven texts."""
    with opened(tmp_path / "backend") as backend:
        backend.add(OLD, ids=map(str, range(7)), metadata=[{"n": 0}] * 7)
    return tmp_path / "backend"


def opened(folder: Path, wait: float = 0.0) -> EmbeddingBackend:
    return EmbeddingBackend.open(folder, HashEmbedder(), wait=wait)


def change(backend: EmbeddingBackend) -> None:
    """Replace seven texts and add two: all of them are then in one new file."""
    backend.add(NEW, ids=map(str, range(9)), metadata=[{"n": 1}] * 9)


def killed_at(point: str, act: Callable[[], object]) -> bool:
    """Let a process of its own do something; whether it reached ``point``, and died there of ``kill -9``."""
    child = os.fork()
    if not child:
        try:
            with armed(lambda reached: os.kill(os.getpid(), signal.SIGKILL) if reached == point else None):
                act()
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def texts(backend: EmbeddingBackend) -> list[str]:
    """All texts, after a look whether every part agrees about them."""
    found = backend.get([str(number) for number in range(12)])
    old, new = backend.count({"n": 0}), backend.count({"n": 1})
    assert backend.count() == len(found) == old + new
    assert {match.id for match in backend.search("shoe boat", 20)} == {record.id for record in found}
    assert len(backend.search("shoe", 20, {"n": 0})) == old
    return [record.text for record in found]


def python(code: str, *arguments: object, **environment: str) -> subprocess.Popen[str]:
    """A process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**te_environment(), **environment},
    )


@forking
@pytest.mark.parametrize("point", [point for point in SHELF_POINTS if point not in {"shelf.make", "shelf.made"}])
def test_a_kill_leaves_the_old_state_or_the_new(folder: Path, point: str) -> None:
    """At every point of a change; what is left over is gone after the next one."""
    assert killed_at(point, lambda: change(opened(folder)))
    with opened(folder) as backend:
        assert texts(backend) == (NEW if point in {"shelf.done", "shelf.sweep"} else OLD)
        backend.add(NEW[:3], ids=["9", "10", "11"], metadata=[{"n": 1}] * 3)
        assert len(texts(backend)) == (12 if point in {"shelf.done", "shelf.sweep"} else 10)
    assert len(list(folder.glob("vectors-*"))) <= 2


@forking
@pytest.mark.parametrize("point", ["shelf.make", "shelf.made", "lock.mark"])
def test_a_kill_while_a_folder_is_made_leaves_room_for_it(tmp_path: Path, point: str) -> None:
    assert killed_at(point, lambda: opened(tmp_path / "new"))
    with opened(tmp_path / "new") as backend:
        assert backend.add(["a text"]) == ["1"]


@pytest.mark.parametrize("point", ["shelf.rows", "shelf.saved", "shelf.named", "shelf.commit"])
def test_a_full_disk_costs_a_sentence(folder: Path, point: str) -> None:
    """And nothing else: the same backend goes on."""

    def full(reached: str) -> None:
        if reached == point:
            raise OSError(28, "No space left on device")

    with opened(folder) as backend:
        with armed(full), pytest.raises(NotWritable, match="space"):
            change(backend)
        assert texts(backend) == OLD
        change(backend)
        assert texts(backend) == NEW


def test_readers_see_what_was_there_until_it_is_published(folder: Path) -> None:
    """While another process is adding: the old state, and nobody else may write. Then the new one, without opening."""
    slow = OPENED + (
        "def slowly():\n    for n in range(600):\n        yield f'boat {n}'\n"
        "    print('adding', flush=True)\n    sys.stdin.readline()\n"
        "backend.add(slowly(), metadata=({'n': 1} for _ in range(600)))\nprint('added')"
    )
    with opened(folder) as backend, python(slow, folder, 0) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stdout.readline() == "adding\n"
        assert texts(backend) == OLD
        with pytest.raises(IndexBusy, match=r"te_cli\.backend, pid"):
            backend.add(["another"])
        with pytest.raises(IndexBusy) as caught:
            backend.delete(where={})
        assert "wait=" in caught.value.hint
        child.stdin.write("\n")
        child.stdin.flush()
        assert child.stdout.readline() == "added\n"
        assert (backend.count(), backend.count({"n": 1})) == (607, 600)
        assert len(backend.search("boat", 1_000, {"n": 1})) == 600


def test_two_processes_add_to_one_folder(tmp_path: Path) -> None:
    """Each waits for the other, and nothing is lost; who reads meanwhile sees pairs."""
    code = (
        OPENED
        + "for n in range(8):\n    backend.add(['left', 'right'], ids=[f'{sys.argv[3]}{n}', f'-{sys.argv[3]}{n}'])"
    )
    with opened(tmp_path / "backend") as backend:
        children = [python(code, tmp_path / "backend", 60, name) for name in "ab"]
        while any(child.poll() is None for child in children):
            assert len(backend.search("left right", 100)) % 2 == 0
            assert backend.count() % 2 == 0
        for child in children:
            child.communicate()
        assert [child.returncode for child in children] == [0, 0]
        assert backend.count() == 2 * 2 * 8


@forking
def test_both_sides_of_a_fork_may_go_on(folder: Path) -> None:
    with opened(folder, wait=20) as backend:
        assert texts(backend) == OLD
        child = os.fork()
        if not child:
            status = 1
            try:
                backend.add(["boat"], ids=["7"], metadata=[{"n": 1}])
                status = 0 if len(texts(backend)) == 8 else 2
            finally:
                os._exit(status)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert len(texts(backend)) == 8
        backend.add(["boat"], ids=["8"], metadata=[{"n": 1}])
        assert len(texts(backend)) == 9


def test_nobody_waits_for_the_embedder_of_another(tmp_path: Path) -> None:
    """A slow model held the folder's lock while it read a text, and who added meanwhile was told that it is busy."""

    class Slow(HashEmbedder):
        def embed_documents(self, documents: Sequence[Document]) -> NDArray[np.float32]:
            quick.add(["meanwhile"], ids=[f"meanwhile {len(quick)}"])
            return super().embed_documents(documents)

    with (
        EmbeddingBackend.open(tmp_path / "notes", HashEmbedder(), wait=0) as quick,
        EmbeddingBackend.open(tmp_path / "notes", Slow(), wait=0) as slow,
    ):
        slow.add(["a text"], ids=["text"])
        assert [record.id for record in slow.get(where={})] == ["meanwhile 0", "text"]


@forking
@pytest.mark.parametrize("made", ["memory", "disk"])
def test_a_fork_while_threads_search_leaves_a_child_that_can(tmp_path: Path, made: str) -> None:
    """The child waited for ever for a lock whose holder it does not have."""
    with BACKENDS[made](tmp_path / "backend") as backend:
        backend.add(["a boat", "a coat"] * 500)
        over = threading.Event()

        def ask() -> None:
            while not over.is_set():
                backend.search("a boat")

        threads = [threading.Thread(target=ask) for _ in range(2)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(5):
                child = os.fork()
                if not child:
                    signal.alarm(20)  # rather than wait for ever
                    status = 1
                    try:
                        status = 0 if backend.search("a coat", k=1)[0].text == "a coat" else 2
                    finally:
                        os._exit(status)
                assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        finally:
            over.set()
            for thread in threads:
                thread.join()


def test_files_stay_few(tmp_path: Path) -> None:
    """However often something is added or replaced: rows that are gone do not stay, and files are merged."""
    with DiskStore(tmp_path / "store", 8) as store:
        for number in range(60):
            store.add([number % 30, 1_000 + number], np.eye(8)[[number % 8, 3]])
        store.remove(range(1_000, 1_059))
        assert len(store) == 31
        files = list((tmp_path / "store").glob("vectors-*"))
        assert len(files) <= 4
        assert sum(path.stat().st_size for path in files) < 31 * 41 + len(files) * 200 + 2 * 41 * 31
        assert store.search(np.eye(8)[3], 99, among=range(1_000, 2_000)) == [(1_059, 1.0)]


def test_what_was_closed_can_be_copied(folder: Path, tmp_path: Path) -> None:
    """Also after persist(): the log is in the catalog's file then."""
    with opened(folder) as backend:
        change(backend)
        backend.persist()
        (tmp_path / "copy").mkdir()
        for path in [folder / "backend.db", *folder.glob("vectors-*")]:
            (tmp_path / "copy" / path.name).write_bytes(path.read_bytes())
        assert texts(backend) == NEW
    with opened(tmp_path / "copy") as copied:
        assert texts(copied) == NEW


# What is refused


def _listing(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.mark.parametrize("name", ["notes.txt", "catalog.db", "lock", "vectors-1.rows", ".git"])
def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path, name: str) -> None:
    """Whatever its names are."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / name).write_text("mine")
    for use in (lambda: opened(tmp_path / "mine"), lambda: DiskStore(tmp_path / "mine", 8)):
        with pytest.raises(StoreError, match="holds something else") as caught:
            use()
        assert caught.value.hint
        assert _listing(tmp_path / "mine") == {name: b"mine"}
    with pytest.raises(UsageError, match="null"):
        opened(tmp_path / "a\0b")
    with pytest.raises(NotAFolder):
        opened(tmp_path / "mine" / name)
    with pytest.raises(TeError):
        opened(tmp_path / "mine" / name / "below")


def test_another_embedder_is_refused(folder: Path) -> None:
    """With what to do; so is a store opened as a backend, and the other way round."""
    before = _listing(folder)
    for use in (
        lambda: EmbeddingBackend.open(folder, HashEmbedder(32)),
        lambda: EmbeddingBackend.open(folder, _Other()),
        lambda: DiskStore(folder, 64),
    ):
        with pytest.raises(StoreError) as caught:
            use()
        assert "Open it with" in caught.value.hint
    assert {name for name in _listing(folder) if not name.endswith(("-shm", "-wal"))} <= before.keys()
    DiskStore(folder.parent / "store", 8).close()
    for wrong in (lambda: DiskStore(folder.parent / "store", 9), lambda: opened(folder.parent / "store")):
        with pytest.raises(StoreError):
            wrong()


class _Other(HashEmbedder):
    @property
    def fingerprint(self) -> str:
        """Another one."""
        return "0" * 16


def test_a_newer_format_is_refused(folder: Path) -> None:
    from te_cli.store.catalog import Catalog

    catalog = Catalog(folder / "backend.db")
    catalog.set_meta(format=99)
    catalog.close()
    with pytest.raises(IndexTooNew, match="newer te"):
        opened(folder)


def test_a_read_only_folder_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be written is a sentence; a log that nobody can read from there is another."""
    with opened(folder):
        pass
    real = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK and real(path, mode))
    with opened(folder) as backend:
        assert texts(backend) == OLD
    (folder / "backend.db-wal").write_bytes(b"x" * 100)
    with pytest.raises(NotReadable):
        opened(folder)


@pytest.mark.parametrize(
    "how", ["emptied", "cut", "another", "gone", "rows gone", "rows cut", "rows flipped", "a folder"]
)
def test_damage_is_a_sentence(folder: Path, how: str) -> None:
    """And what to do; it is neither an answer nor a traceback."""
    catalog, rows = folder / "backend.db", next(folder.glob("vectors-*"))
    for log in folder.glob("backend.db-*"):
        log.unlink()
    data = rows.read_bytes()
    match how:
        case "emptied":
            catalog.write_bytes(b"")
        case "cut":
            os.truncate(catalog, 5_000)
        case "another":
            catalog.write_bytes(b"no database" * 1_000)
        case "gone":
            catalog.unlink()
        case "rows gone":
            rows.unlink()
        case "rows cut":
            rows.write_bytes(data[:-5])
        case "rows flipped":
            rows.write_bytes(data[:-5] + bytes([data[-5] ^ 1]) + data[-4:])
        case _:
            catalog.unlink()
            catalog.mkdir()
    with pytest.raises(IndexDamaged, match="is damaged") as caught:
        opened(folder)
    assert "remove the folder" in caught.value.hint


def _flips(folder: Path, count: int) -> Iterator[str]:
    """Flip one bit of the catalog at a time, at places that chance says; gives where, and puts it back."""
    chance, path = np.random.default_rng(5), folder / "backend.db"
    whole = path.read_bytes()
    for _ in range(count):
        at = int(chance.integers(len(whole)))
        flipped = bytearray(whole)
        flipped[at] ^= 1 << int(chance.integers(8))
        path.write_bytes(flipped)
        yield f"byte {at}"
    path.write_bytes(whole)


def test_a_flipped_bit_is_no_answer(folder: Path) -> None:
    """Each answer is the right one, or a sentence says that something is damaged."""
    noticed = 0
    for where in _flips(folder, 60):
        for log in folder.glob("backend.db-*"):
            log.unlink()
        try:
            with opened(folder) as backend:
                assert texts(backend) == OLD, where
        except TeError:
            noticed += 1
    assert noticed
    with opened(folder) as backend:
        assert texts(backend) == OLD


def test_altered_names_and_values_are_noticed(folder: Path) -> None:
    """Also where they make sense to SQLite."""
    for statement in ("DELETE FROM tags WHERE record = 3", "UPDATE tags SET value = 1 WHERE record = 2"):
        with sqlite3.connect(folder / "backend.db") as connection:
            connection.execute("BEGIN")
            connection.execute(statement)
        connection.close()
        with opened(folder) as backend:
            assert len(backend.search("shoe", 20)) == 7, "which takes no notice of them"
            with pytest.raises(IndexDamaged):
                backend.count({"n": 0})


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="open files are not listed here")
def test_a_folder_that_is_refused_is_let_go(tmp_path: Path) -> None:
    """Also while somebody holds the error, with all that its frames hold."""
    DiskStore(tmp_path / "store", 4).close()
    with pytest.raises(StoreError) as refused:
        DiskStore(tmp_path / "store", 5)
    held = [each.resolve() for each in Path("/proc/self/fd").iterdir()]
    assert not any(path.is_relative_to(tmp_path) for path in held), refused
