"""Faults at every named point where te writes: nothing is lost, and the next run heals.."""

from __future__ import annotations

import errno
import shutil
import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from comparing import contents, place_of, same

from te_cli import open_index
from te_cli.config import Options, settings_for_indexing
from te_cli.engine.indexing import update
from te_cli.errors import ConfigError, NotWritable, TeError
from te_cli.store import faults, generations, graph, vectors
from te_cli.store.checks import inspect
from te_cli.store.faults import POINTS, armed, from_environment, reach
from te_cli.store.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import MakeRepository, Run

FILES = {f"f{n}.py": f"def function_{n}(value):\n    return helper_{n}(value)\n" for n in range(6)}

EVERY_RUN = [
    point for point in POINTS if not point.startswith(("create.", "heal.", "clear.", "note.", "folder.ignore"))
]
"""Points that a run passes which replaces files and merges vectors."""


class Killed(BaseException):
    """Stands for the end of the process: nothing catches it."""


def failing(point: str, error: BaseException) -> Callable[[str], None]:
    """Raise ``error`` at the first arrival at ``point``."""
    left = [error]

    def act(reached: str) -> None:
        if reached == point and left:
            raise left.pop()

    return act


@pytest.fixture(autouse=True)
def small_bases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every run merges the delta into a new base."""
    monkeypatch.setattr(generations, "DELTA_ROWS", 0)
    monkeypatch.setattr(generations, "DELTA_FRACTION", 0.0)


def fresh(root: Path) -> None:
    """Hold the index to one made at once."""
    grown = contents(root)
    shutil.rmtree(root / ".te")
    open_index(root).update()
    assert same(grown, contents(root))


def test_every_named_point_is_passed(repo: MakeRepository) -> None:
    """A point that nothing reaches would be a write that nothing tests."""
    reached: set[str] = set()
    root = repo(FILES)
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org"]
    for command in (["add", "."], ["commit", "-qm", "all"], ["worktree", "add", "-q", str(root.parent / "second")]):
        subprocess.run([*git, *command], check=True)
    index = open_index(root)
    with armed(reached.add):
        index.update()
        open_index(root.parent / "second").update()
        repo({"f0.py": "def another():\n    return 0\n"})
        index.update(full=True)
        (root / ".te/owner").write_text("{}")
        index.update()
        repo({"f0.py": "def yet_another():\n    return 0\n"})
        with pytest.raises(Killed), armed(failing("publish.catalog", Killed())):
            index.update()
        index.update()
        update(settings_for_indexing(str(root), Options(max_file_size="1M")))  # which is noted by itself
    assert reached == set(POINTS)


@pytest.mark.parametrize("kind", [errno.ENOSPC, errno.EIO])
def test_a_disk_that_fails_anywhere_costs_a_sentence(repo: MakeRepository, kind: int) -> None:
    """Promise 5 at each point: the run says so or gets by, readers see a whole run, and the next makes up for it."""
    root = repo(FILES)
    index = open_index(root)
    index.update()
    for number, point in enumerate(EVERY_RUN):
        if number % 2 == (kind == errno.EIO):
            continue
        repo({f"f{number % 6}.py": f"def function_{number}(value):\n    return {number}\n"})
        with armed(failing(point, OSError(kind, "the disk fails"))), suppress(NotWritable):
            index.update()
        with Reader(place_of(root)) as reader:
            assert not reader.fault(), point
        index.update()
        assert index.search(f"function_{number}", mode="name", refresh="never"), point
        assert all(check.ok for check in inspect(place_of(root))), point
    fresh(root)


@pytest.mark.parametrize("point", ["publish.text", "merge.saved", "publish.catalog", "collect.text", "seal.place"])
def test_an_interrupt_anywhere_leaves_a_whole_index(repo: MakeRepository, te: Run, point: str) -> None:
    """Ctrl-C is exit code 130, and what was published before is there."""
    root = repo(FILES)
    te("index")
    repo({"f1.py": "def replaced(value):\n    return value\n"})
    with armed(failing(point, KeyboardInterrupt())):
        assert te("index").exit_code == 130
    assert te("search", "function_2", "--mode", "name", "--refresh", "never").exit_code == 0
    assert te("index").exit_code == 0
    assert te("doctor").exit_code == 0
    fresh(root)


def test_an_interrupt_while_vectors_are_merged_is_no_bug(
    repo: MakeRepository, te: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library ended its work on Ctrl-C and lost the exception: it came out as a traceback with exit code 70."""
    repo(FILES)

    class Ended:
        """An index that a signal ends."""

        def add(self, *_: object, **__: object) -> None:
            raise RuntimeError("Operation has been terminated")

    with monkeypatch.context() as patched:
        patched.setattr(vectors, "GRAPH_ROWS", 1)
        patched.setattr(graph, "_new_index", lambda _: Ended())
        assert te("index").exit_code == 130
    assert te("index").exit_code == 0


def test_faults_are_off_unless_the_environment_asks() -> None:
    """Neither a flag nor a repository's settings can arm one, and a slip in the variable is one sentence."""
    assert from_environment({}) is None
    assert faults._armed is None
    reach("publish.catalog")
    with pytest.raises(ConfigError):
        from_environment({"TE_FAULT": "kill@nowhere"})
    with pytest.raises(ConfigError):
        from_environment({"TE_FAULT": "explode@publish.catalog"})


def test_the_log_names_each_point_and_the_count_is_kept(tmp_path: Path) -> None:
    """``:2`` means the second arrival."""
    log = tmp_path / "log"
    act = from_environment({"TE_FAULT": "enospc@add.rows:2", "TE_FAULT_LOG": str(log)})
    assert act is not None
    act("add.rows")
    with pytest.raises(OSError, match="space"):
        act("add.rows")
    assert log.read_text() == "add.rows\nadd.rows\n"


def test_a_first_run_that_dies_is_started_over(repo: MakeRepository) -> None:
    """Whatever of a new index is there when its making ends."""
    root = repo(FILES)
    index = open_index(root)
    for point in ("folder.make", "folder.ignore", "create.catalog", "create.notes", "create.owner", "create.owned",
                  "create.text", "clear.part"):  # fmt: skip
        shutil.rmtree(root / ".te", ignore_errors=True)
        if point == "clear.part":
            index.update()
            (root / ".te/owner").unlink()
        with armed(failing(point, OSError(errno.ENOSPC, "full"))), pytest.raises(TeError):
            index.update()
        assert index.search("function_1", mode="name"), point
