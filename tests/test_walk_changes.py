"""Waiting for edits: batches settle, te's and git's own stores are passed over, and nothing is lost in silence."""

from __future__ import annotations

import errno
import os
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from te_cli.walk.changes import PATIENCE_SECONDS, QUIET_SECONDS, Batch, Changes, Settling

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import MakeRepository

DEADLINE = 30.0
"""Seconds after which a batch that has not come will not come."""


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


def test_a_batch_is_ready_when_it_is_quiet() -> None:
    settling = Settling()
    assert settling.left(0.0) is None
    settling.note(["a.py"], 10.0)
    settling.note(["b.py", "a.py"], 10.0 + QUIET_SECONDS / 2)
    assert settling.left(10.0 + QUIET_SECONDS) == pytest.approx(QUIET_SECONDS / 2)
    assert settling.left(10.0 + 2 * QUIET_SECONDS) == pytest.approx(-QUIET_SECONDS / 2)
    assert settling.take() == Batch(frozenset({"a.py", "b.py"}))
    assert settling.left(11.0) is None


def test_a_batch_is_not_held_back_for_ever() -> None:
    """Events that never cease, as of a long build."""
    settling = Settling()
    now = 0.0
    while (left := settling.left(now)) is None or left > 0:
        settling.note(["log.txt"], now)
        now += QUIET_SECONDS / 2
    assert PATIENCE_SECONDS <= now < PATIENCE_SECONDS + QUIET_SECONDS


def test_a_batch_that_asks_for_everything() -> None:
    """Even without a path; an event about nothing is none."""
    settling = Settling()
    settling.note([], 1.0)
    assert settling.left(1.0) is None
    settling.note([], 1.0, everything=True)
    settling.note(["a.py"], 1.0)
    assert settling.take() == Batch(frozenset({"a.py"}), everything=True)
    settling.note(["b.py"], 2.0)
    assert settling.take() == Batch(frozenset({"b.py"}))


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
    "act",
    [
        lambda root: (root / "new").mkdir(),
        lambda root: (root / "empty").rmdir(),
        lambda root: (root / "sub").rename(root / "moved"),
        lambda root: (root / "sub").rename(root.parent / "gone"),
        lambda root: (root.parent / "outside").rename(root / "arrived"),
    ],
)
def test_a_folder_that_comes_or_goes_asks_for_everything(repo: MakeRepository, act: Callable[[Path], object]) -> None:
    root = repo({"sub/a.py": "a"})
    (root / "empty").mkdir()
    (root.parent / "outside").mkdir()
    with Changes(root, root / ".te") as changes:
        act(root)
        assert everything_changed(changes)


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


def test_polling_where_the_system_gives_no_notices(repo: MakeRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit on inotify instances is reached from the start: it is said, and edits are found all the same."""
    monkeypatch.setattr("te_cli.walk.observing.POLL_SECONDS", 0.02)
    monkeypatch.setattr("te_cli.walk.observing._native", _refused)
    root = repo({"a.py": "a", ".te/x": "x"})
    with Changes(root, root / ".te") as changes:
        assert changes.polling
        (root / ".te/x").write_text("other")
        (root / "a.py").write_text("changed")
        assert gathered(changes, "a.py") == {"a.py"}


def _refused(*_: object) -> None:
    raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))


def test_another_failure_to_watch_is_not_hidden(repo: MakeRepository) -> None:
    """A root that is gone is no reason to poll it; no thread is left behind."""
    root = repo({"a.py": "a"})
    with pytest.raises(OSError, match="No such file"), Changes(root / "gone", root / ".te"):
        pass


@pytest.mark.skipif(sys.platform != "linux", reason="about inotify")
class TestLinux:
    """What watchdog keeps to itself."""

    def test_watches_that_run_out_turn_into_polling(
        self, repo: MakeRepository, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A subfolder that cannot be watched would otherwise be passed over in silence."""
        from watchdog.observers.inotify_c import InotifyFD

        real = InotifyFD.add_callback

        def scarce(self: InotifyFD, path: bytes, *rest: object) -> object:
            if path.endswith(b"sub"):
                raise OSError(errno.ENOSPC, "inotify watch limit reached")
            return real(self, path, *rest)  # type: ignore[arg-type]

        monkeypatch.setattr(InotifyFD, "add_callback", scarce)
        monkeypatch.setattr("te_cli.walk.observing.POLL_SECONDS", 0.02)
        root = repo({"a.py": "a", "sub/b.py": "b"})
        with Changes(root, root / ".te") as changes:
            assert everything_changed(changes)
            assert changes.polling
            (root / "sub/b.py").write_text("changed")
            assert gathered(changes, "sub/b.py") == {"sub/b.py"}

    def test_lost_events_ask_for_everything(self) -> None:
        """The kernel's queue overflowed: what happened meanwhile is not known."""
        from watchdog.observers.inotify_c import InotifyConstants, InotifyEvent, Mask, WatchDescriptor

        from te_cli.walk.inotify import _Watches

        lost: list[bool] = []
        watches = _Watches(lambda _: False, lambda *, exhausted: lost.append(exhausted))
        watches.handle_event(InotifyEvent(WatchDescriptor(-1), Mask(InotifyConstants.IN_Q_OVERFLOW), 0, b""))
        watches._is_reading = False
        watches.close()
        assert lost == [False]

    def test_stores_are_not_even_watched(self, repo: MakeRepository, monkeypatch: pytest.MonkeyPatch) -> None:
        """They have many folders, and watches are few."""
        from watchdog.observers import inotify_c

        watched: list[bytes] = []
        real = inotify_c.inotify_add_watch

        def counting(descriptor: int, path: bytes, mask: int) -> object:
            watched.append(path)
            return real(descriptor, path, mask)

        monkeypatch.setattr(inotify_c, "inotify_add_watch", counting)
        root = repo({"sub/a.py": "a", ".te/text/x": "x"})
        with Changes(root, root / ".te"):
            assert sorted(watched) == sorted([os.fsencode(root), os.fsencode(root / "sub")])
