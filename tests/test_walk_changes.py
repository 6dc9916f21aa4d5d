"""Waiting for edits: batches settle, te's and git's own stores are passed over, and nothing is lost in silence."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from te_cli.errors import NoSuchFolder
from te_cli.walk import changes as module
from te_cli.walk.changes import JUMP_SECONDS, Batch, Changes
from te_cli.walk.inotify import Event, Inotify
from te_cli.walk.settling import CREDIT, PATIENCE_SECONDS, QUIET_SECONDS, REFILL_SECONDS, Settling

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import MakeRepository

DEADLINE = 30.0
"""Seconds after which a batch that has not come will not come."""

linux = pytest.mark.skipif(sys.platform != "linux", reason="about inotify")


def next_batch(changes: Changes) -> Batch | None:
    """The next batch; None if there is none before the deadline."""
    stop = threading.Event()
    timer = threading.Timer(DEADLINE, stop.set)
    timer.start()
    try:
        return changes.wait(stop)
    finally:
        timer.cancel()
        timer.join()


def gathered(changes: Changes, *expected: str) -> set[str]:
    """Paths of as many batches as it takes to hear of ``expected``: a slow machine may cut a batch in two."""
    paths: set[str] = set()
    while not paths >= set(expected) and (batch := next_batch(changes)) is not None:
        assert not batch.everything
        paths |= batch.paths
    return paths


def everything_changed(changes: Changes) -> bool:
    """Whether a batch asks for a full scan, now or after others."""
    while (batch := next_batch(changes)) is not None:
        if batch.everything:
            return True
    return False


def git(root: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=t", "-c", "user.email=t@t")
    subprocess.run(["git", "-C", root, *identity, *arguments], check=True, capture_output=True)


# Settling


def test_a_batch_is_ready_when_it_is_quiet() -> None:
    settling = Settling()
    assert settling.left(0.0) is None
    settling.note(["a.py"], 10.0)
    settling.note(["b.py", "a.py"], 10.0 + QUIET_SECONDS / 2)
    assert settling.left(10.0 + QUIET_SECONDS) == pytest.approx(QUIET_SECONDS / 2)
    assert settling.left(10.0 + 2 * QUIET_SECONDS) == pytest.approx(-QUIET_SECONDS / 2)
    assert settling.take(11.0) == {"a.py", "b.py"}
    assert settling.left(11.0) is None


def test_a_batch_is_not_held_back_for_ever() -> None:
    """Events that never cease, as of a long build."""
    settling = Settling()
    now = 0.0
    while (left := settling.left(now)) is None or left > 0:
        settling.note([f"made-{now}.txt"], now)
        now += QUIET_SECONDS / 2
    assert PATIENCE_SECONDS <= now < PATIENCE_SECONDS + QUIET_SECONDS


def test_a_restless_file_waits_for_its_turn_and_nothing_waits_for_it() -> None:
    """A file written every 50 ms for an hour is read once in a while; another's save is ready when it is quiet."""
    settling = Settling()
    step, taken, waited = 0.05, 0, []
    saved: float | None = None
    for tick in range(int(3600 / step)):
        now = tick * step
        settling.note(["restless.log"], now)
        if tick % 400 == 399:
            settling.note(["saved.py"], now)
            saved = now
        left = settling.left(now)
        if left is not None and left <= 0:
            batch = settling.take(now)
            taken += "restless.log" in batch
            if "saved.py" in batch and saved is not None:
                waited.append(now - saved)
    assert taken == pytest.approx(3600 / REFILL_SECONDS, abs=2 * CREDIT)
    assert len(waited) >= 179
    assert max(waited[1:]) <= QUIET_SECONDS + step


def test_who_saves_now_and_then_never_waits() -> None:
    settling = Settling()
    for save in range(100):
        now = save * REFILL_SECONDS
        settling.note(["a.py"], now)
        assert settling.left(now) == pytest.approx(QUIET_SECONDS)
        assert settling.take(now + QUIET_SECONDS) == {"a.py"}


def test_somebody_waiting_makes_a_batch_ready() -> None:
    """Restless files included; where nothing happened there is nothing to hurry."""
    settling = Settling()
    settling.hurry()
    assert settling.left(0.0) is None
    for _ in range(CREDIT):
        settling.note(["a"], 0.0)
        settling.take(0.0)
    settling.note(["a"], 0.0)
    assert (settling.left(0.0) or 0) > QUIET_SECONDS
    settling.hurry()
    assert settling.left(0.0) == 0
    assert settling.take(0.0) == {"a"}
    assert not settling


# What is heard of


def test_edits_are_heard_of(repo: MakeRepository) -> None:
    """Written in place, saved by way of another file, removed, and in a folder below."""
    root = repo({"a.py": "a", "b.py": "b", "sub/c.py": "c", "d.py": "d"})
    with Changes(root, root / ".te") as changes:
        (root / "a.py").write_text("changed")
        (root / ".b.py.swp").write_text("changed")
        (root / ".b.py.swp").rename(root / "b.py")
        (root / "sub/c.py").unlink()
        expected = {"a.py", "b.py", ".b.py.swp", "sub/c.py"}
        assert gathered(changes, *expected) == expected


def test_stores_and_readers_are_passed_over(repo: MakeRepository) -> None:
    """What te and git write for themselves is no change, nor is reading a file."""
    root = repo({"a.py": "a", "b.py": "b", "my-index/x": "x"})
    with Changes(root, root / "my-index") as changes:
        (root / ".git/HEAD").write_text("ref: refs/heads/other\n")
        (root / ".git/made").mkdir()
        (root / ".te").mkdir()
        (root / ".te/catalog.db").write_text("x")
        (root / "my-index/x").write_text("y")
        (root / "a.py").read_text()
        (root / "b.py").write_text("changed")
        assert gathered(changes, "b.py") == {"b.py"}


@pytest.mark.parametrize("name", [".gitignore", "sub/.teignore", "te.toml", "pyproject.toml", ".gitmodules"])
def test_a_file_that_decides_about_others_asks_for_everything(repo: MakeRepository, name: str) -> None:
    root = repo({"sub/a.py": "a"})
    with Changes(root, root / ".te") as changes:
        (root / name).write_text("x")
        assert everything_changed(changes)


@pytest.mark.parametrize(
    ("act", "named"),
    [
        (lambda root: (root / "sub").rename(root / "moved"), {"sub", "moved"}),
        (lambda root: (root / "sub").rename(root.parent / "gone"), {"sub"}),
        (lambda root: (root.parent / "outside").rename(root / "arrived"), {"arrived"}),
    ],
)
def test_a_folder_stands_for_all_below_it(repo: MakeRepository, act: Callable[[Path], object], named: set[str]) -> None:
    """Moved, gone or arrived; and what happens in it afterwards is heard of."""
    root = repo({"sub/deep/a.py": "a"})
    (root.parent / "outside/deep").mkdir(parents=True)
    with Changes(root, root / ".te") as changes:
        act(root)
        assert gathered(changes, *named) == named
        changes.done()
        for folder in ("moved", "arrived"):
            if (root / folder).exists():
                (root / folder / "deep/new.py").write_text("x")
                assert gathered(changes, f"{folder}/deep/new.py")


def test_a_folder_deleted_and_made_again(repo: MakeRepository) -> None:
    root = repo({"sub/a.py": "a", "b.py": "b"})
    with Changes(root, root / ".te") as changes:
        (root / "sub/a.py").unlink()
        (root / "sub").rmdir()
        (root / "sub").mkdir()
        (root / "sub/c.py").write_text("c")
        assert gathered(changes, "sub")
        changes.done()
        (root / "sub/d.py").write_text("d")
        assert "sub/d.py" in gathered(changes, "sub/d.py")


def test_polling_on_request(repo: MakeRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each look is a batch of everything; nobody is told that all is settled."""
    monkeypatch.setattr(module, "POLL_SECONDS", 0.02)
    root = repo({"a.py": "a"})
    with Changes(root, root / ".te", poll=True) as changes:
        for _ in range(2):
            assert next_batch(changes) == Batch(frozenset(), everything=True)
            changes.done()
        assert not changes.settled(0.0)


def test_stopping_ends_the_wait_and_the_threads(repo: MakeRepository) -> None:
    """Set before, or while it waits; what the watch started is gone with its block."""
    root = repo({"a.py": "a"})
    before = set(threading.enumerate())
    stop = threading.Event()
    with Changes(root, root / ".te") as changes:
        assert set(threading.enumerate()) - before
        timer = threading.Timer(0.01, stop.set)
        timer.start()
        assert changes.wait(stop) is None
        assert changes.wait(stop) is None
        timer.join()
    assert set(threading.enumerate()) == before


def test_a_root_behind_a_link(repo: MakeRepository, tmp_path: Path) -> None:
    """Paths are relative to it all the same."""
    root = repo({"a.py": "a"})
    (tmp_path / "link").symlink_to(root)
    with Changes(tmp_path / "link", tmp_path / "link/.te") as changes:
        (root / "a.py").write_text("b")
        assert gathered(changes, "a.py") == {"a.py"}


def test_a_root_that_is_gone(repo: MakeRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the start, or later: one sentence, and no thread is left behind."""
    monkeypatch.setattr(module, "ROOT_SECONDS", 0.01)
    root = repo({"a.py": "a"})
    with pytest.raises(NoSuchFolder, match="is gone"), Changes(root / "gone", root / ".te"):
        pass
    with Changes(root, root / ".te") as changes:
        root.rename(root.parent / "elsewhere")
        with pytest.raises(NoSuchFolder, match="is gone"):
            everything_changed(changes)


def test_a_root_that_is_replaced(repo: MakeRepository) -> None:
    """Another folder in its place is watched from then on."""
    root = repo({"a.py": "a"})
    (root.parent / "other").mkdir()
    with Changes(root, root / ".te") as changes:
        root.rename(root.parent / "before")
        (root.parent / "other").rename(root)
        assert everything_changed(changes)
        changes.done()
        (root / "b.py").write_text("b")
        assert "b.py" in gathered(changes, "b.py")


def test_a_clock_that_jumps_asks_for_everything(repo: MakeRepository) -> None:
    """The machine slept, or the time was set: whatever happened meanwhile is looked for."""
    root = repo({"a.py": "a"})
    ahead = 0.0
    with Changes(root, root / ".te", wall=lambda: time.time() + ahead) as changes:
        changes.done()
        ahead = 2 * JUMP_SECONDS
        assert not changes.settled(0.0)
        assert everything_changed(changes)


# What is settled


@linux
def test_settled_is_what_was_dealt_with(repo: MakeRepository) -> None:
    """Not before the first update, not while a change waits, and at once after it was dealt with."""
    root = repo({"a.py": "a"})
    with Changes(root, root / ".te") as changes:
        assert not changes.settled(0.0)
        changes.done()
        assert changes.settled(0.0)
        (root / "a.py").write_text("b")
        assert not changes.settled(0.0)
        batch = next_batch(changes)
        assert not changes.settled(0.0)
        assert batch is not None
        changes.again(batch)
        assert next_batch(changes) == batch
        changes.done()
        assert changes.settled(0.0)


@linux
def test_whoever_asks_waits_for_what_is_under_way(repo: MakeRepository) -> None:
    root = repo({"a.py": "a"})
    with Changes(root, root / ".te") as changes:
        changes.done()
        (root / "a.py").write_text("b")
        answers: list[bool] = []
        asking = threading.Thread(target=lambda: answers.append(changes.settled(DEADLINE)))
        asking.start()
        assert gathered(changes, "a.py") == {"a.py"}
        assert not answers
        changes.done()
        asking.join()
        assert answers == [True]


# What Linux tells


@linux
def test_a_build_into_an_ignored_folder_is_not_even_heard_of(repo: MakeRepository) -> None:
    """There before, or made meanwhile, and made again; what git tracks in such a folder is heard of."""
    root = repo({".gitignore": "build/\nnode_modules\n", "a.py": "a", "build/x.o": "", "node_modules/keep.js": "x"})
    git(root, "add", "-f", "node_modules/keep.js")
    with Changes(root, root / ".te") as changes:
        changes.done()
        for number in range(100):
            (root / f"build/{number}.o").write_text("x")
        (root / "sub/build").mkdir(parents=True)
        (root / "a.py").write_text("b")
        (root / "node_modules/keep.js").write_text("y")
        assert gathered(changes, "sub", "a.py", "node_modules/keep.js") == {"sub", "a.py", "node_modules/keep.js"}
        changes.done()
        (root / "sub/build/y.o").write_text("x")
        (root / "a.py").write_text("c")
        assert gathered(changes, "a.py") == {"a.py"}


@linux
def test_watches_that_run_out_turn_into_polling(repo: MakeRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    """For a new folder, or from the start; either way it is said, and nothing is passed over in silence."""
    monkeypatch.setattr(module, "POLL_SECONDS", 0.02)
    root = repo({"a.py": "a"})
    real = Inotify.add

    def scarce(self: Inotify, folder: str) -> int:
        if folder.endswith("sub"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(self, folder)

    monkeypatch.setattr(Inotify, "add", scarce)
    with Changes(root, root / ".te") as changes:
        changes.done()
        (root / "sub").mkdir()
        assert everything_changed(changes)
        assert changes.polling
        assert "max_user_watches" in str(changes.reason)
        changes.done()
        assert everything_changed(changes)
    with Changes(root, root / ".te") as changes:
        assert changes.polling


@linux
def test_instances_that_run_out_turn_into_polling(repo: MakeRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Inotify, "__init__", _refused)
    root = repo({"a.py": "a"})
    with Changes(root, root / ".te") as changes:
        assert changes.polling
        assert "max_user_instances" in str(changes.reason)


def _refused(_: object) -> None:
    raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))


@linux
def test_lost_events_ask_for_everything(repo: MakeRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel's queue overflowed: what happened meanwhile is not known."""
    root = repo({"a.py": "a"})
    lost = [Event(-1, 0x4000, "")]
    with Changes(root, root / ".te") as changes:
        changes.done()
        monkeypatch.setattr(Inotify, "read", lambda _: [lost.pop()] if lost else [])
        assert not changes.settled(0.0)
        assert everything_changed(changes)


@linux
def test_more_changes_than_are_worth_naming(repo: MakeRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory stays bounded: past a number of paths only the fact is kept."""
    monkeypatch.setattr(module, "MANY_PATHS", 10)
    root = repo({"a.py": "a"})
    with Changes(root, root / ".te") as changes:
        for number in range(30):
            (root / f"{number}.py").write_text("x")
        assert everything_changed(changes)


@linux
def test_what_git_tracks_is_watched_though_it_lies_in_its_store(repo: MakeRepository) -> None:
    """A file forced in, or an exclude file: nothing in the tree moves. A look by git alone changes nothing."""
    root = repo({".gitignore": "*.log\n", "a.py": "a", "wanted.log": "x"})
    git(root, "add", ".")
    with Changes(root, root / ".te") as changes:
        changes.done()
        git(root, "add", "-f", "wanted.log")
        assert everything_changed(changes)
        changes.done()
        (root / ".git/info/exclude").write_text("a.py\n")
        assert everything_changed(changes)
        changes.done()
        os.utime(root / ".git/index")
        (root / "a.py").write_text("b")
        assert gathered(changes, "a.py") == {"a.py"}


@linux
def test_rules_above_the_root_are_watched(repo: MakeRepository) -> None:
    """A folder of a work tree obeys the ignore files above it."""
    root = repo({"inner/a.py": "a"})
    with Changes(root / "inner", root / "inner/.te") as changes:
        changes.done()
        (root / "unrelated.py").write_text("x")
        (root / ".gitignore").write_text("a.py\n")
        assert everything_changed(changes)


@linux
def test_git_at_work_is_waited_for(repo: MakeRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    """While git's lock is young, a batch is not ready; a lock that a dead git left holds nothing back."""
    root = repo({"a.py": "a", "b.py": "b"})
    lock = root / ".git/index.lock"
    with Changes(root, root / ".te") as changes:
        changes.done()
        lock.write_text("")
        (root / "a.py").write_text("x")
        assert changes.wait(threading.Event(), limit=4 * QUIET_SECONDS) is None
        (root / "b.py").write_text("x")
        lock.unlink()
        assert gathered(changes, "a.py", "b.py") == {"a.py", "b.py"}
        monkeypatch.setattr(module, "GIT_SECONDS", -1.0)
        lock.write_text("")
        (root / "a.py").write_text("y")
        assert gathered(changes, "a.py") == {"a.py"}


@linux
def test_stores_are_not_even_watched(repo: MakeRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    """They have many folders, and watches are few."""
    watched: list[str] = []
    real = Inotify.add

    def counting(self: Inotify, folder: str) -> int:
        watched.append(folder)
        return real(self, folder)

    monkeypatch.setattr(Inotify, "add", counting)
    root = repo({"sub/a.py": "a", ".te/text/x": "x"})
    with Changes(root, root / ".te"):
        inside = {folder for folder in watched if Path(folder).is_relative_to(root)}
    assert inside == {str(root), str(root / "sub"), str(root / ".git"), str(root / ".git/info")}
