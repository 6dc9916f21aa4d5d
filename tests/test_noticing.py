"""The run that finds nothing to do: it says so from bare rows, and leaves everything as it was."""

from __future__ import annotations

import os
import shutil
import sqlite3
from typing import TYPE_CHECKING

import pytest
from comparing import place_of
from test_startup import imported

from te_cli import open_index
from te_cli.cli.coercion import Plain
from te_cli.config import Options, settings_for_indexing
from te_cli.engine import workers
from te_cli.engine.looking import compare, look
from te_cli.engine.plan import make_plan
from te_cli.engine.watching import _matters
from te_cli.store import faults
from te_cli.store.catalog import Catalog
from te_cli.store.folder import Place
from te_cli.store.founding import found
from te_cli.store.records import files_at_or_below
from te_cli.store.seal import Unbroken, intact

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    from conftest import MakeRepository, Run

FILES: dict[str, str | bytes | None] = {
    "pkg/app.py": "def run():\n    return 1\n",
    "pkg/inner/deep.py": "def dive():\n    return 2\n",
    "pkg/inner/other.py": "def rise():\n    return 3\n",
    "lib/tool.go": "package lib\n\nfunc Tool() {}\n",
    "lib/logo.png": b"\x89PNG",
    "lib/blob.py": b"\0\1\2" * 99,
    "notes.md": "# Notes\n\nSome words.\n",
    "large.py": "x = 1\n" * 2_000,
}


@pytest.fixture
def settled(repo: MakeRepository, te: Run, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An index whose files count as written long before."""
    monkeypatch.setattr("te_cli.engine.looking.RACY_NS", 0)
    monkeypatch.setattr("te_cli.walk.fingerprint.RACY_NS", 0)
    root = repo(FILES)
    (root / "link.py").symlink_to("pkg/app.py")
    assert te("index").exit_code == 0
    return root


def moved_away(root: Path) -> None:
    """A folder goes elsewhere, and a link to it takes its place: no file in it changes."""
    shutil.move(root / "pkg", root.parent / "elsewhere")
    (root / "pkg").symlink_to(root.parent / "elsewhere")


def moved_within(root: Path) -> None:
    """The same, inside the root."""
    shutil.move(root / "pkg/inner", root / "inner")
    (root / "pkg/inner").symlink_to("../inner")


def put_back_in_time(root: Path) -> None:
    """Other content of the same size, with the old modification time."""
    before = (root / "pkg/app.py").stat()
    (root / "pkg/app.py").write_text("def run():\n    return 9\n")
    os.utime(root / "pkg/app.py", ns=(before.st_atime_ns, before.st_mtime_ns))


def file_to_folder(root: Path) -> None:
    """A folder stands where a file was."""
    (root / "notes.md").unlink()
    (root / "notes.md").mkdir()


def file_to_link(root: Path) -> None:
    """A link stands where a file was."""
    (root / "notes.md").rename(root / "moved.md")
    (root / "notes.md").symlink_to("moved.md")


def link_to_file(root: Path) -> None:
    """A file stands where a link was."""
    (root / "link.py").unlink()
    (root / "link.py").write_text("x = 1\n")


EDITS: dict[str, Callable[[Path], object]] = {
    "nothing": lambda _: None,
    "a file is edited": lambda root: (root / "pkg/app.py").write_text("def walk():\n    return 1\n"),
    "its time is put back": put_back_in_time,
    "a file goes": lambda root: (root / "lib/tool.go").unlink(),
    "a file comes": lambda root: (root / "lib/new.go").write_text("package lib\n"),
    "a file is moved": lambda root: (root / "notes.md").rename(root / "lib/notes.md"),
    "a file becomes a folder": file_to_folder,
    "a file becomes a link": file_to_link,
    "a link becomes a file": link_to_file,
    "a folder is ignored": lambda root: (root / ".gitignore").write_text("lib/\n"),
    "a folder is left out": lambda root: (root / ".teignore").write_text("lib/\n!lib/logo.png\n"),
    "a file is forced in": lambda root: (root / ".teignore").write_text("!lib/logo.png\n!pkg/app.py\n"),
    "a folder is moved away": moved_away,
    "a folder is moved within": moved_within,
    "a folder is its own repository": lambda root: (root / "lib/.git").mkdir(),
    "rights change": lambda root: (root / "lib/tool.go").chmod(0o600),
    "git is gone": lambda root: shutil.rmtree(root / ".git"),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_the_quick_look_says_what_the_slow_one_says(settled: Path, edit: Callable[[Path], object]) -> None:
    """Rows compared in bulk give the plan that a record for each file gave, and count the same files as unchanged."""
    edit(settled)
    catalog = Catalog(place_of(settled).catalog)
    try:
        for limit in (2 << 20, 9_000):
            _alike(catalog, limit)
    finally:
        catalog.close()


def _alike(catalog: Catalog, limit: int) -> None:
    settings = settings_for_indexing(None, Options(max_file_size=str(limit)))
    known = {record.path: record for record in files_at_or_below(catalog, None)}
    slow, quick = make_plan(look(settings, limit), known), compare(settings, catalog)
    assert [file.path for file in quick.plan.read] == [file.path for file in slow.read]
    assert [(skip.path, skip.reason) for skip in quick.plan.skip] == [(skip.path, skip.reason) for skip in slow.skip]
    assert sorted(quick.plan.gone, key=lambda record: record.id) == sorted(slow.gone, key=lambda record: record.id)
    assert quick.plan.same == slow.same
    told = {file.path for file in slow.read} | {skip.path for skip in slow.skip} | {file.path for file in slow.gone}
    assert {path: known[path] for path in told & known.keys()}.items() <= quick.known.items()


def test_a_run_that_finds_nothing_to_do_writes_nothing(settled: Path, te: Run) -> None:
    """Neither the seal nor the catalog is touched: there is nothing that a crash could leave half done."""
    place, reached = place_of(settled), list[str]()
    before = {path: path.stat() for path in place.folder.rglob("*") if path.is_file() and path.name != "lock"}
    with faults.armed(reached.append):
        assert "no changes" in te("index").stdout
    after = {path: path.stat() for path in place.folder.rglob("*") if path.is_file() and path.name != "lock"}
    assert {path: (said.st_ino, said.st_mtime_ns, said.st_ctime_ns) for path, said in after.items()} == {
        path: (said.st_ino, said.st_mtime_ns, said.st_ctime_ns) for path, said in before.items()
    }
    assert set(reached) == {"folder.make", "lock.mark", "close.catalog", "lock.free"}


def test_a_log_that_a_reader_kept_open_is_folded_in_and_sealed(settled: Path, te: Run) -> None:
    """Closing the catalog writes the log into it, so the seal is made anew though nothing else was written."""
    place = place_of(settled)
    reader = sqlite3.connect(place.catalog)
    try:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM files").fetchall()
        (settled / "notes.md").write_text("# Other notes\n\nOther words.\n")
        te("index")
        assert (place.folder / "catalog.db-wal").stat().st_size
        assert intact(place)
    finally:
        reader.close()
    for _ in range(2):
        assert "no changes" in te("index").stdout
        assert intact(place)


def test_a_log_that_another_process_opens_is_as_it_was_sealed(settled: Path, te: Run) -> None:
    """SQLite, run as root, gives the log its owner whenever it opens it, which changes nothing but the time of that."""
    place = place_of(settled)
    log = place.folder / "catalog.db-wal"
    with open_index(settled) as index:
        for number in range(3):
            index.search("walk", refresh="never")
            (settled / "pkg/more.py").write_text(f"def newly_{number}():\n    return {number}\n")
            te("index")
            assert log.stat().st_size
            os.chown(log, os.getuid(), os.getgid())
            seal = Unbroken(place)
            assert intact(place)
            assert seal.holds()
        found, said = log.read_bytes(), log.stat()
        with log.open("r+b") as file:
            file.seek(-100, os.SEEK_END)
            file.write(bytes([found[-100] ^ 1]))
        os.utime(log, ns=(said.st_atime_ns, said.st_mtime_ns))
        assert (log.stat().st_size, log.stat().st_mtime_ns) == (said.st_size, said.st_mtime_ns)
        assert not seal.holds()
        assert not intact(place)


def test_what_only_looks_leaves_the_log_as_it_is(settled: Path, te: Run) -> None:
    """Whoever lets go of a catalog last writes its log into it: a watcher, and what copies the index of a work tree."""
    place, settings = place_of(settled), settings_for_indexing(str(settled), Options())
    with open_index(settled) as index:
        index.search("walk", refresh="never")
        (settled / "pkg/more.py").write_text("def newly():\n    return 1\n")
        te("index")
    assert (place.folder / "catalog.db-wal").stat().st_size
    assert _matters(settings, frozenset({"pkg/more.py"}))
    assert intact(place)
    found(Place(settled.parent / "copy", settled), [place])
    assert intact(place)


@pytest.mark.usefixtures("settled")
def test_a_run_that_finds_nothing_to_do_imports_no_library() -> None:
    """Whoever runs te on every save waits for its imports."""
    heavy = {"numpy", "tantivy", "usearch", "tree_sitter", "tokenizers", "pydantic", "pathspec", "rich", "watchdog"}
    assert imported("index", before="import te_cli.engine.looking as looking; looking.RACY_NS = 0") & heavy == set()


@pytest.mark.parametrize(("text", "said"), [("x", "is not a number"), ("-1", "not at least 0"), ("nan", "at least 0")])
def test_seconds_that_are_none_are_one_sentence(repo: MakeRepository, te: Run, text: str, said: str) -> None:
    """Numbers are read without pydantic, which costs as much as all else of starting."""
    repo()
    ran = te("index", "--wait", text)
    assert ran.exit_code == 2
    assert said in ran.stderr
    assert Plain(float, 0).coerce("2.5", None, None) == 2.5


@pytest.mark.usefixtures("own_workers")
def test_a_worker_starts_with_the_first_file_that_differs(
    settled: Path, te: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes as long to start as the rest of a look at a large tree; a look that only tells starts none."""
    launched: list[str] = []
    start = workers._Worker._start

    def noted(worker: workers._Worker, expected: str) -> subprocess.Popen[bytes]:
        launched.append(expected)
        return start(worker, expected)

    monkeypatch.setattr(workers._Worker, "_start", noted)
    workers._kept.stop()  # the one that the first run left
    (settled / "pkg/app.py").write_text("def walk():\n    return 1\n")
    assert "1 file changed" in te("status").stdout
    assert launched == []
    assert "~1 changed" in te("index").stdout
    assert launched == ["pkg/app.py"]
