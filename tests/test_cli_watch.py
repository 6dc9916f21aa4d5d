"""``te watch``: a line for each update, the index fresh after it, and searches that know it."""

from __future__ import annotations

import json
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from comparing import contents, differences
from conftest import te_command, te_environment
from tiny_model import make_model2vec

from te_cli import open_index
from te_cli.cli.boundary import heard, terminable
from te_cli.config import Options, settings_for_indexing
from te_cli.engine import looking, watching
from te_cli.engine.indexing import update
from te_cli.errors import NotWritable
from te_cli.model import IndexReport
from te_cli.state import Trouble
from te_cli.store.attendance import Attendance, kept_fresh, watcher
from te_cli.walk import changes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conftest import MakeRepository, Run

    from te_cli.config import Settings

linux = pytest.mark.skipif(sys.platform != "linux", reason="only there a watcher is asked")

DEADLINE = 60.0
"""Seconds after which what has not come true will not."""


SAVED = "def after_it():\n    pass\n\ndef stays():\n    pass\n"

Event = TypeVar("Event", bound=object)


class Watching:
    """``te watch`` in a process, and the lines that it prints as they come."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def line(self) -> str:
        """The next line, as soon as it comes."""
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def event(self, name: str) -> dict[str, Any]:
        """The next event of that name; others are passed over."""
        while line := self.line():
            if (event := json.loads(line))["event"] == name:
                return dict(event)
        raise AssertionError(f"no event {name}")

    def files(self, number: int) -> dict[str, Any]:
        """The next update after which the index holds so many files."""
        while (event := self.event("update"))["files"] != number:
            continue
        return event

    def said(self) -> str:
        """All that it still says on standard error, once it has ended."""
        assert self.process.stderr is not None
        return self.process.stderr.read()

    def end(self, number: int = signal.SIGTERM) -> int:
        """Have it end; gives the exit code."""
        self.process.send_signal(number)
        return self.process.wait(DEADLINE)


@contextmanager
def watched(root: Path, *arguments: str, quiet: bool = True) -> Iterator[Watching]:
    command = te_command("watch", *["--quiet"] * quiet, *arguments)
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=root, env=te_environment(), stdout=pipe, stderr=pipe, text=True) as process:
        try:
            yield Watching(process)
        finally:
            process.kill()


class Following:
    """The same in a thread of this process: the events as values."""

    def __init__(self) -> None:
        self.events: queue.Queue[object] = queue.Queue()

    def next(self, kind: type[Event]) -> Event:
        """The next event of a kind; others are passed over."""
        while not isinstance(event := self.events.get(timeout=DEADLINE), kind):
            continue
        return event

    def files(self, number: int) -> None:
        """Wait for the update after which the index holds so many files."""
        while self.next(IndexReport).files != number:
            continue


@contextmanager
def following(root: Path, *, poll: bool = False) -> Iterator[Following]:
    follow, stop = Following(), threading.Event()

    def settings() -> Settings:
        return settings_for_indexing(str(root), Options())

    def run() -> None:
        watching.watch(settings(), tell=follow.events.put, stop=stop, reload=settings, poll=poll)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield follow
    finally:
        stop.set()
        thread.join()


def act(root: Path, verb: str, name: str, target: str = "") -> None:
    """One step of an editor's."""
    path = root / name
    if verb == "write":
        path.write_text(SAVED)
    elif verb == "move":
        path.replace(root / target)
    elif verb == "link":
        path.symlink_to("me@host.1")
    else:
        path.unlink()


def until(condition: Callable[[], object]) -> None:
    """Wait for ``condition``."""
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.02)


def test_each_update_is_one_line_and_found_at_once(repo: MakeRepository, te: Run) -> None:
    root = repo({"a.py": "def first():\n    pass\n"})
    with watched(root) as watch:
        assert re.fullmatch(r"\d\d:\d\d:\d\d  \+1 new  \(1 file, \d+ units; .*\)\n", watch.line())
        repo({"b.py": "def second_thing():\n    pass\n"})
        assert "  +1 new  (2 files, " in watch.line()
        found = te("search", "second_thing", "--mode", "name", "--refresh", "never")
        assert found.lines == ["b.py:1: function second_thing"]
        repo({"b.py": None})
        assert "  -1 gone  (1 file, " in watch.line()


def test_events_as_json_and_a_clean_end(repo: MakeRepository) -> None:
    """A line for each, from the first to the last, also when it is told to end."""
    root = repo({"a.py": "x = 1\n", "b.bin": b"\0"})
    with watched(root, ".", "--json") as watch:
        started, update = json.loads(watch.line()), json.loads(watch.line())
        assert started == {
            "schema": "te.watch/2",
            "event": "started",
            "root": str(root),
            "index_dir": str(root / ".te"),
            "pid": watch.process.pid,
            "polling": False,
        }
        assert (update["event"], update["added"], update["skipped_by_reason"]) == ("update", 1, {"binary": 1})
        assert "skipped" not in update
        assert watch.end() == 143
        assert watch.event("stopped") == {"schema": "te.watch/2", "event": "stopped", "updates": 1}
        assert (watch.line(), watch.said()) == ("", "")


def test_ctrl_c_ends_it_in_the_middle_of_an_update_too(repo: MakeRepository, te: Run) -> None:
    """No traceback; what was committed is there, and the next run finishes the rest."""
    root = repo({f"f{number}.py": f"def f{number}():\n    pass\n" for number in range(300)})
    with watched(root, "--json") as watch:
        watch.event("started")
        # Where it strikes within exec(), as of a dataclass that is imported, Python itself dies of the signal.
        assert watch.end(signal.SIGINT) in (130, -signal.SIGINT)
        assert "Traceback" not in watch.said()
    te("index")
    assert te("status", "--json").json()["files"] == 300
    assert watcher(root / ".te") is None


@linux
def test_a_search_trusts_a_watcher_that_has_caught_up(
    repo: MakeRepository, te: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without looking at the tree; what was saved just before is in the answer. A dead watcher is never trusted."""
    root = repo({"a.py": "def first():\n    pass\n"})
    with watched(root, "--json") as watch:
        watch.files(1)
        until(lambda: kept_fresh(root / ".te"))
        monkeypatch.setattr(looking, "compare", _never)
        for number in range(3):
            repo({"a.py": f"def number_{number}():\n    pass\n"})
            until(lambda: kept_fresh(root / ".te", DEADLINE))
            found = te("search", f"number_{number}", "--mode", "name", "--json").json()
            assert (found["index"]["freshness"], len(found["results"])) == ("fresh", 1)
        watch.process.send_signal(signal.SIGSTOP)  # what does not answer is not trusted
        assert not kept_fresh(root / ".te")
        assert te("status", "--json").json()["watcher"]["settled"] is False
        watch.process.send_signal(signal.SIGCONT)
        status = te("status", "--json").json()["watcher"]
        assert (status["pid"], status["settled"]) == (watch.process.pid, True)
        assert f"watched by    pid {watch.process.pid}, which has caught up" in te("status").lines
        monkeypatch.undo()
        watch.process.kill()
        watch.process.wait()
        assert not kept_fresh(root / ".te")
        repo({"a.py": "def after_death():\n    pass\n"})
        monkeypatch.chdir(root)
        assert open_index(root).search("after_death", mode="name")
        assert open_index(root).status().watcher is None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_request_to_end_is_heard_though_its_exception_is_lost(number: signal.Signals) -> None:
    """A watcher that was interrupted while it looked for cycles went on: what a finaliser raises is dropped."""
    stop = threading.Event()
    before = signal.getsignal(number)
    with terminable(), heard(stop):
        with suppress(KeyboardInterrupt):
            signal.raise_signal(number)
        assert stop.is_set()
    assert signal.getsignal(number) == before


def _never(*_: object) -> bool:
    raise AssertionError("the tree was looked at")


def test_a_second_watcher_says_so_and_once_waits_for_the_first(repo: MakeRepository, te: Run) -> None:
    root = repo({"a.py": "x = 1\n"})
    with following(root) as follow:
        follow.files(1)
        second = te("watch", str(root))
        said = f"te: Another te watch (pid {os.getpid()}) keeps this index fresh."
        assert (second.exit_code, second.stderr.splitlines()[0]) == (2, said)
        assert te("watch", "--once").exit_code == 0
    assert te("watch", "--once").exit_code == 0


def test_once_does_not_take_another_model_for_the_one_it_was_asked_for(
    repo: MakeRepository, te: Run, tmp_path: Path
) -> None:
    """Beside a watcher, --model was passed over and the run ended as if all were well."""
    root = repo({"a.py": "x = 1\n"})
    model = make_model2vec(tmp_path / "model", dimension=8)
    with following(root) as follow:
        follow.files(1)
        ran = te("watch", "--once", "--model", str(model))
        assert (ran.exit_code, "was made with the model te-static" in ran.stderr) == (2, True)
        assert te("watch", "--once", "--model", "te-static").exit_code == 0


def test_once_brings_it_up_to_date_and_ends(repo: MakeRepository, te: Run) -> None:
    root = repo({"a.py": "x = 1\n"})
    ran = te("watch", "--once", "--json")
    assert [json.loads(line)["event"] for line in ran.lines] == ["started", "update", "stopped"]
    assert (ran.exit_code, open_index(root).status().files) == (0, 1)


def test_te_index_beside_a_watcher(repo: MakeRepository, te: Run) -> None:
    """The index is locked only while it is written; whoever comes second finds nothing left to do."""
    root = repo({"a.py": "x = 1\n"})
    with following(root) as follow:
        follow.files(1)
        assert te("index", "--full").exit_code == 0
        repo({"b.py": "y = 1\n"})
        follow.files(2)


def test_settings_are_read_again_and_a_slip_in_them_is_one_warning(repo: MakeRepository) -> None:
    root = repo({"big.py": "x = 1\n" * 1000, "te.toml": ""})
    with following(root) as follow:
        assert follow.next(IndexReport).skipped_by_reason == {}
        repo({"te.toml": "max_filesize = '1k'\n"})
        said = "te.toml has no setting 'max_filesize'. The settings from before stay in force."
        assert (error := follow.next(Trouble)).message == said
        assert error.code == "bad_config"
        repo({"te.toml": "languages = { py = 'pithon' }\n"})
        assert "'pithon', which is no language" in follow.next(Trouble).message
        repo({"te.toml": "max_file_size = '1k'\n"})
        while follow.next(IndexReport).skipped_by_reason != {"too large": 1}:
            continue


@pytest.mark.parametrize("poll", [False, True])
def test_ignore_files_folders_and_an_index_that_is_removed(
    repo: MakeRepository, monkeypatch: pytest.MonkeyPatch, poll: bool
) -> None:
    """Taken up as they come; with polling too."""
    monkeypatch.setattr(changes, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(changes, "POLL_SHARE", 0)
    monkeypatch.setattr(watching, "GONE_SECONDS", 0.2)
    root = repo({"a.py": "a = 1\n", "sub/deep/b.py": "b = 1\n"})
    with following(root, poll=poll) as follow:
        follow.files(2)
        repo({"sub/.gitignore": "deep/\n"})
        follow.files(2)  # the ignore file itself is one
        repo({"sub/.gitignore": "other/\n"})
        follow.files(3)
        (root / "sub").rename(root / "moved")
        repo({"moved/deep/c.py": "c = 1\n"})
        follow.files(4)
        (root / "moved").rename(root.parent / "away")
        follow.files(1)
        (root / ".te").rename(root.parent / "old-index")
        follow.files(1)
        assert (root / ".te/lock.watch").is_file()


@pytest.mark.parametrize(
    "save",
    [
        pytest.param(["write a.py"], id="in-place"),
        pytest.param(["move a.py a.py~", "write a.py", "remove a.py~"], id="vim-backup"),
        pytest.param(["write 4913", "remove 4913", "write a.py"], id="vim-4913"),
        pytest.param(["write .a.py.tmp", "move .a.py.tmp a.py"], id="rename"),
        pytest.param(["link .#a.py", "write a.py", "remove .#a.py"], id="emacs"),
        pytest.param(
            [
                "write a.py___jb_tmp___",
                "move a.py a.py___jb_old___",
                "move a.py___jb_tmp___ a.py",
                "remove a.py___jb_old___",
            ],
            id="jetbrains",
        ),
    ],
)
def test_editors_save_each_in_their_way(repo: MakeRepository, save: list[str]) -> None:
    """After each, the file holds what was saved, under the id that its units had, and nothing else is left over."""
    root = repo({"a.py": "def before():\n    pass\n\ndef stays():\n    pass\n"})
    settings = settings_for_indexing(str(root), Options())
    index = open_index(root)
    index.update()
    (unit,) = (hit.id for hit in index.search("stays", mode="name"))
    with changes.Changes(root, root / ".te") as seen:
        seen.done()
        for step in save:
            act(root, *step.split())
        found: set[str] = set()
        while "a.py" not in found:
            batch = seen.wait(threading.Event())
            assert batch is not None
            found |= batch.paths
        update(settings, paths=found)
    assert [hit.path for hit in index.search("after_it", mode="name", refresh="never")] == ["a.py"]
    assert not index.search("before", mode="name", refresh="never")
    assert [hit.id for hit in index.search("stays", mode="name", refresh="never")] == [unit]
    assert index.status().freshness == "fresh"


@linux
def test_whatever_git_and_people_do_to_a_tree(repo: MakeRepository) -> None:
    """After each step, once the watcher has caught up, its index is a fresh one."""
    root = repo({f"pkg{n % 3}/f{n}.py": f"def f{n}():\n    pass\n" for n in range(12)})

    def git(*arguments: str) -> None:
        identity = ("-c", "user.name=t", "-c", "user.email=t@t")
        subprocess.run(["git", *identity, *arguments], check=True, capture_output=True)

    def other_branch() -> None:
        git("checkout", "-qb", "other")
        shutil.rmtree(root / "pkg1")
        repo({"pkg0/f0.py": "def other():\n    pass\n", "new/deep/x.py": "def x():\n    pass\n"})
        git("add", "-A")
        git("commit", "-qm", "2")

    def swap_for_a_file() -> None:
        shutil.rmtree(root / "pkg2")
        repo({"pkg2": "a file now\n"})

    git("add", "-A")
    git("commit", "-qm", "1")
    steps: list[Callable[[], object]] = [
        other_branch,
        lambda: git("checkout", "-q", "-"),
        lambda: repo({"pkg0/f0.py": "def dirty():\n    pass\n", "untracked.py": "def u():\n    pass\n"}),
        lambda: git("stash", "-u"),
        lambda: git("stash", "pop"),
        lambda: git("checkout", "-qf", "."),
        lambda: git("merge", "-q", "other"),
        lambda: repo({".gitignore": "new/\n*.log\n", "noise.log": "x"}),
        lambda: git("rm", "-rq", "--cached", "new"),
        lambda: git("add", "-f", "noise.log"),
        lambda: (root / "pkg0").rename(root / "moved"),
        swap_for_a_file,
        lambda: subprocess.run(["git", "init", "-q", root / "moved"], check=True),
        lambda: shutil.rmtree(root / "moved/.git"),
        lambda: repo({"te.toml": "languages = { py = 'ruby' }\n"}),
    ]
    with following(root) as follow:
        follow.next(IndexReport)
        for step in steps:
            step()
            until(lambda: kept_fresh(root / ".te", DEADLINE))
            fresh = root.parent / "fresh"
            open_index(root, index_dir=str(fresh)).update()
            assert not differences(contents(root), contents(root, fresh))
            shutil.rmtree(fresh)


def test_what_could_change_nothing_costs_no_update(repo: MakeRepository) -> None:
    """Ignored files, and those that came and went: the index is not even locked."""
    root = repo({"a.py": "x = 1\n", ".gitignore": "*.log\n", "noise.log": "x"})
    settings = settings_for_indexing(str(root), Options())
    update(settings)
    assert not watching._matters(settings, frozenset({"noise.log", "4913", "gone/away.py"}))
    repo({"b.py": "y = 1\n"})
    assert watching._matters(settings, frozenset({"b.py"}))
    assert watching._matters(settings, None)
    assert watching._matters(settings, frozenset({"a.py"}))


def test_a_full_disk_is_told_of_and_tried_again(repo: MakeRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    """The watch goes on, and what it owes is not forgotten, nor taken for done."""
    root = repo({"a.py": "x = 1\n"})
    settings = settings_for_indexing(str(root), Options())
    stop, told, failing = threading.Event(), [], [True]

    def tell(event: Any) -> None:
        told.append(type(event).__name__)
        if told == ["Started", "IndexReport"]:
            repo({"b.py": "y = 1\n"})
        if told.count("IndexReport") == 2:
            stop.set()

    def failing_once(*arguments: Any, **named: Any) -> Any:
        if len(told) >= 2 and failing.pop():
            failing.append(False)
            raise NotWritable("The disk is full.")
        return update(*arguments, **named)

    monkeypatch.setattr(watching, "update", failing_once)
    monkeypatch.setattr(watching, "RETRY_SECONDS", 0.0)
    watching.watch(settings, tell=tell, stop=stop)
    assert told == ["Started", "IndexReport", "Trouble", "IndexReport", "Stopped"]


def test_the_root_is_deleted(repo: MakeRepository, te: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """One clear sentence, and exit code 2; nothing is made in its place."""
    monkeypatch.setattr(changes, "ROOT_SECONDS", 0.1)
    monkeypatch.setattr(watching, "GONE_SECONDS", 0.2)
    root = repo({"sub/a.py": "x = 1\n"})

    def delete() -> None:
        try:
            until(lambda: watcher(root / ".te") and kept_fresh(root / ".te"))
        finally:  # or the watch would never end
            shutil.rmtree(root)

    deleting = threading.Thread(target=delete)
    deleting.start()
    ran = te("watch", str(root))
    deleting.join()
    assert (ran.exit_code, ran.stderr.splitlines()[-2:]) == (
        2,
        [f"te: The folder {root} is gone.", "    There is nothing left to watch."],
    )
    assert not root.exists()


def test_a_network_file_system_is_polled(repo: MakeRepository, te: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    repo({"a.py": "x = 1\n"})
    monkeypatch.setattr(watching, "on_network", lambda _: True)
    events = [json.loads(line) for line in te("watch", "--once", "--json").lines]
    assert events[0]["polling"] is True
    assert events[1]["message"] == watching.POLLED


@linux
def test_another_users_answer_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Anybody on a machine can open a socket of any name; who did is checked."""
    with Attendance(tmp_path, lambda _: True):
        assert kept_fresh(tmp_path)
        monkeypatch.setattr("te_cli.store.attendance._same_user", lambda _: False)
        assert not kept_fresh(tmp_path)


def test_no_such_folder(repo: MakeRepository, te: Run) -> None:
    repo()
    ran = te("watch", "nowhere")
    assert (ran.exit_code, ran.stderr.splitlines()[0]) == (2, "te: There is no folder 'nowhere'.")
