"""A hostile repository, built here: each line of SECURITY.md names the tests that try it."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import time
import zlib
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

from te_cli import open_index
from te_cli.digest import KEY_BYTES, keyed_mark
from te_cli.engine import memory, workers
from te_cli.errors import IndexDamaged, TeError
from te_cli.model import SkipReason, SourceFile
from te_cli.planted import read_planted
from te_cli.rank.analyse import analyse
from te_cli.render import machine
from te_cli.store import references
from te_cli.store.owner import read_owner
from te_cli.walk.content import read
from te_cli.walk.files import scan
from te_cli.walk.rules import Rules

if TYPE_CHECKING:
    from conftest import MakeRepository, Run

SOURCE = Path(__file__).resolve().parent.parent
LIMIT = 1 << 20
NAME = "evil\x1b[31m\n\u202e\U000e0041.py"
SECRET = "swordfish_secret"  # noqa: S105 - the tests look for it


def reasons(te: Run) -> dict[str, str]:
    """Why each file was left out."""
    return {skip["path"]: skip["reason"] for skip in te("status", "--skipped", "--json").json()["skipped"]}


# Nothing outside the root


def test_no_link_leads_out(repo: MakeRepository, tmp_path: Path, te: Run) -> None:
    """Links to files, to folders, through one another, of any length, and in a loop."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.py").write_text(f"def {SECRET}(): pass\n")
    root = repo({"a.py": "def a(): pass\n"})
    links = {
        "file.py": outside / "secret.py",
        "folder": outside,
        "chain1": Path("chain2"),
        "chain2": Path("../outside"),
        "up.py": Path("folder/secret.py"),
        "loop": Path("loop"),
        "self": Path(),
        "proc": Path("/proc/self/root"),
    }
    for name, target in links.items():
        (root / name).symlink_to(target)
    assert te("index", "--json").json()["files"] == 1
    assert te("search", SECRET).exit_code == 1
    assert set(reasons(te).values()) <= {"symbolic link", "link to outside the root", "outside the root"}


@pytest.mark.parametrize("swapped", ["a", "a/b", "a/b/c.py"])
def test_a_link_put_in_place_after_the_look_is_not_followed(repo: MakeRepository, tmp_path: Path, swapped: str) -> None:
    """Between the listing and the reading a file, or a folder above it, becomes a link to the same names outside."""
    outside = tmp_path / "outside"
    for folder in (outside, outside / "b", outside / "b/b"):
        folder.mkdir(exist_ok=True)
        (folder / "c.py").write_text(SECRET)
    root = repo({"a/b/c.py": "x = 1\n"})
    (file,) = scan(root, root / ".te", LIMIT).files
    (root / swapped).rename(tmp_path / "moved")
    target = {"a": outside, "a/b": outside / "b", "a/b/c.py": outside / "c.py"}[swapped]
    (root / swapped).symlink_to(target)
    found = read(root, file)
    assert getattr(found, "reason", None) in (SkipReason.LINK, SkipReason.OUTSIDE)


@pytest.mark.parametrize("kind", ["fifo", "socket", "device"])
def test_what_replaces_a_file_after_the_look_is_not_waited_for(repo: MakeRepository, kind: str) -> None:
    """A pipe has no end, and nobody writes to it."""
    root = repo({"a.py": "x = 1\n"})
    (file,) = scan(root, root / ".te", LIMIT).files
    (root / "a.py").unlink()
    if kind == "fifo":
        os.mkfifo(root / "a.py")
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind("a.py")
    else:
        file = SourceFile("zero", "text", "code", file.fingerprint)
        root = Path("/dev")
    assert getattr(read(root, file), "reason", None) in (SkipReason.NOT_REGULAR, SkipReason.UNREADABLE)


def test_another_name_of_a_file_is_that_file(repo: MakeRepository, te: Run) -> None:
    """A hard link cannot be told from the file; it is read, and never written."""
    root = repo({"a.py": "def hard_linked(): pass\n"})
    os.link(root / "a.py", root / "b.py")
    (root / ".te").mkdir()
    os.link(root / "a.py", root / ".te/lock")
    before = (root / "a.py").read_bytes()
    assert te("index").exit_code == 0
    assert (root / "a.py").read_bytes() == before
    assert te("search", "hard_linked").exit_code == 0


def test_special_files_and_sparse_ones_are_left_out(repo: MakeRepository, te: Run) -> None:
    """Pipes, sockets and a file of a terabyte, asked for by name too."""
    root = repo({"a.py": "x = 1\n", ".teignore": "!*.big\n!pipe.py\n"})
    os.mkfifo(root / "pipe.py")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.py")
    for name in ("huge.py", "huge.big"):
        with (root / name).open("wb") as file:
            file.truncate(1 << 40)
    assert te("index").exit_code == 0
    assert reasons(te).items() >= {"huge.py": "too large", "huge.big": "too large"}.items()


@pytest.mark.parametrize("root", ["/proc", "/sys", "/proc/self", "/dev/pts"])
def test_the_kernels_folders_are_refused(repo: MakeRepository, te: Run, root: str, tmp_path: Path) -> None:
    """What the kernel shows as files is nobody's work, and reading it may wait, act or never end."""
    repo()
    ran = te("index", root, "--index-dir", str(tmp_path / "index"))
    assert (ran.exit_code, "kernel" in ran.stderr) == (2, True)


# Nothing is run


def test_modules_in_the_folder_are_not_imported(repo: MakeRepository, te_process: Run) -> None:
    """Neither by te nor by its workers, whatever they are called."""
    trap = "import pathlib; pathlib.Path(__file__).with_suffix('.ran').touch()\n"
    names = ("te_cli/__init__", "sitecustomize", "usercustomize", "conftest", "json", "typing", "tree_sitter", "numpy")
    root = repo({**{f"{name}.py": trap for name in names}, "setup.cfg": "[options]\n", ".env": "TE_TRUST_INDEX=1\n"})
    for arguments in (("index",), ("search", "trap"), ("status",), ("--show-completion", "bash")):
        te_process(*arguments)
    assert not list(root.rglob("*.ran"))


def test_git_runs_nothing_of_the_repository(repo: MakeRepository, tmp_path: Path, te: Run) -> None:
    """Monitors, hooks, filters, includes, ssh commands, aliases and submodules' addresses."""
    trace = tmp_path / "ran"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {trace}\n")
    program.chmod(0o755)
    root = repo(
        {
            "a.py": "x = 1\n",
            ".gitattributes": "* filter=x diff=x merge=x\n",
            "included": f"[core]\nfsmonitor={program}\n",
        }
    )
    settings = f"""
[include]
    path = ../included
[core]
    fsmonitor = {program}
    hooksPath = {tmp_path}
    sshCommand = {program}
    pager = {program}
    editor = {program}
    gitProxy = {program}
[filter "x"]
    clean = {program}
    smudge = {program}
    process = {program}
[diff "x"]
    textconv = {program}
    command = {program}
[alias]
    ls-files = !{program}
    config = !{program}
[credential]
    helper = !{program}
[submodule "s"]
    url = ext::{program}
    update = !{program}
[trace2]
    eventTarget = {trace}
"""
    with (root / ".git/config").open("a") as file:
        file.write(settings)
    (root / ".gitmodules").write_text(f'[submodule "s"]\n path = s\n url = ext::{program}\n update = !{program}\n')
    (root / ".git/objects/info").mkdir(exist_ok=True)
    (root / ".git/objects/info/alternates").write_text("/proc/self/root\n")
    for hook in ("post-index-change", "post-checkout", "fsmonitor-watchman", "pre-commit"):
        (tmp_path / hook).write_bytes(program.read_bytes())
        (tmp_path / hook).chmod(0o755)
    assert te("index").exit_code == 0
    assert te("search", "x").exit_code in (0, 1)
    assert not trace.exists()


def test_a_git_folder_elsewhere_lends_nothing(repo: MakeRepository, tmp_path: Path, te: Run) -> None:
    """A .git file that names another repository brings none of its files in."""
    other = tmp_path / "other"
    subprocess.run(["git", "init", "--quiet", str(other)], check=True)
    (other / "secret.py").write_text(f"def {SECRET}(): pass\n")
    subprocess.run(["git", "-C", str(other), "add", "."], check=True)
    root = repo({"a.py": "x = 1\n"}, git=False)
    (root / ".git").write_text(f"gitdir: {other}/.git\n")
    te("index")
    assert te("search", SECRET).exit_code == 1


# What lies in an index folder


PLANTED = """
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT);
INSERT INTO meta VALUES('format', '99');
CREATE VIEW files AS SELECT load_extension('/tmp/x.so');
CREATE TRIGGER t AFTER INSERT ON meta BEGIN SELECT load_extension('/tmp/x.so'); END;
"""


def plant(root: Path, mark: dict[str, Any] | None = None) -> Path:
    """An index folder as a clone may bring it along."""
    folder = root / ".te"
    folder.mkdir(exist_ok=True)
    subprocess.run(
        ["python3", "-c", "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.executescript(sys.argv[2])",
         str(folder / "catalog.db"),
         PLANTED],
        check=True,
    )  # fmt: skip
    (folder / "owner").write_text(json.dumps(mark or {"id": "1", "root": str(root), "mark": "0" * 64}))
    (folder / "text/1/units").mkdir(parents=True)
    (folder / "text/1/units/meta.json").write_text("{}")
    (folder / "vectors-1.rows").write_bytes(b"\xff" * 4096)
    (folder / "cache.db").write_bytes(b"cbuiltins\neval\n.")
    return folder


@pytest.mark.parametrize("verb", [("search", "planted"), ("status",), ("doctor",), ("refs", "f"), ("outline", "a.py")])
def test_an_index_that_came_along_is_not_opened(
    repo: MakeRepository, te: Run, monkeypatch: pytest.MonkeyPatch, verb: tuple[str, ...]
) -> None:
    """Its catalog, with a view and a trigger that load a library, is removed unread."""
    import sqlite3

    root = repo({"a.py": "def f(): pass\n"})
    planted = (plant(root) / "catalog.db").read_bytes()
    opened = []
    real = sqlite3.connect

    def connect(path: Any, *arguments: Any, **options: Any) -> Any:
        file = root / ".te/catalog.db"
        opened.append(file.exists() and file.read_bytes() == planted)
        return real(path, *arguments, **options)

    monkeypatch.setattr(sqlite3, "connect", connect)
    assert te(*verb).exit_code in (0, 1, 2)
    assert not any(opened)


def test_a_repository_brings_no_key_along(
    repo: MakeRepository, home: Path, te: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the user's folder for settings is a relative path, it would lie in whatever folder te looks at."""
    monkeypatch.delenv("APPDATA")
    monkeypatch.setenv("XDG_CONFIG_HOME", "config")
    root = repo({"a.py": "def f(): pass\n", "config/te/owner.key": b"k" * KEY_BYTES})
    assert te("index").exit_code == 0
    owner = read_owner(root / ".te")
    assert owner is not None
    assert owner.mark != keyed_mark(b"k" * KEY_BYTES, f"{owner.id}\0{root}".encode())
    assert (home / ".config" / "te" / "owner.key").is_file()


def test_an_index_that_came_along_does_not_narrow_a_search(repo: MakeRepository, te: Run) -> None:
    """One in a folder of the clone would have te answer from that folder alone; one that was built there does."""
    root = repo({"a.py": "def find_me(): pass\n", "sub/b.py": "def other(): pass\n"})
    plant(root / "sub", {"id": "1", "root": "/home/mallory/repo/sub", "mark": "0" * 64})
    assert te("search", "find_me", "-C", "sub").exit_code == 0
    assert te("index", "sub").exit_code == 0
    assert te("search", "other", "-C", "sub", "--json").json()["index"]["root"] == str(root / "sub")


@pytest.mark.parametrize("what", ["fifo", "endless", "folder", "nested", "number", "letters"])
@pytest.mark.parametrize("name", ["owner", "lock"])
def test_planted_notes_are_read_with_care(repo: MakeRepository, te: Run, name: str, what: str) -> None:
    """A pipe, a device without an end, JSON without a bottom: te neither waits nor fills its memory, and goes on."""
    root = repo({"a.py": "def f(): pass\n"})
    path = plant(root) / name
    path.unlink(missing_ok=True)
    if what == "fifo":
        os.mkfifo(path)
    elif what == "endless":
        path.symlink_to("/dev/zero")
    elif what == "folder":
        path.mkdir()
    else:
        path.write_bytes(
            {
                "nested": b"[" * 60_000,
                "number": b"9" * 60_000,
                "letters": '{"id":"","root":"\\ud800","mark":"ä"}'.encode(),
            }[what]
        )
    assert te("status").exit_code in (0, 1, 2)
    ran = te("search", "f")
    assert ran.exit_code == 0, ran.stderr


def test_links_in_an_index_folder_are_not_written_through(repo: MakeRepository, te: Run, tmp_path: Path) -> None:
    """Neither those of files nor those of folders that te is about to make."""
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").write_text("precious")
    root = repo({"a.py": "def f(): pass\n"})
    folder = root / ".te"
    folder.mkdir()
    for name in ("catalog.db", "catalog.db-wal", "owner", "owner.new", "lock", ".gitignore", "vectors-1.new"):
        (folder / name).symlink_to(precious / "file")
    (folder / "text").symlink_to(precious)
    assert te("index").exit_code == 0
    assert [path.name for path in precious.iterdir()] == ["file"]
    assert (precious / "file").read_text() == "precious"


@pytest.mark.parametrize("kind", ["another name", "link", "folder", "pipe"])
def test_a_watcher_writes_over_nothing_that_was_planted(repo: MakeRepository, te: Run, kind: str) -> None:
    """Unpacked from an archive, its lock may be another name of a source file: that was emptied by watching."""
    root = repo({"a.py": "def f(): pass\n"})
    planted = root / ".te" / "lock.watch"
    planted.parent.mkdir()
    if kind == "another name":
        planted.hardlink_to(root / "a.py")
    elif kind == "link":
        planted.symlink_to(root / "a.py")
    elif kind == "folder":
        (planted / "inner").mkdir(parents=True)
    else:
        os.mkfifo(planted)
    assert te("watch", "--once").exit_code == 0
    assert (root / "a.py").read_text() == "def f(): pass\n"


def test_references_that_swell_are_damage(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few bytes that unpack to more than a file's references can be, or to brackets without end."""
    monkeypatch.setattr(references, "MAX_BYTES", 1 << 20)
    swelling = zlib.compress(b"[" + b" " * (1 << 20) + b"]")
    for packed in (swelling, zlib.compress(b"[" * 100_000), zlib.compress(b"[[1]]") + b"x"):
        with pytest.raises(IndexDamaged):
            references.unpack(packed)


# What a repository may say


@pytest.mark.parametrize(
    "text",
    [
        'model = "/tmp/model"',
        'index_dir = "/tmp/elsewhere"',
        'command = "touch /tmp/ran"',
        'cache = "/tmp/cache"',
        'cache_dir = "/tmp/cache"',
        'cache_bytes = "1 TB"',
        'cache_size = "1 TB"',
        "trust_index = true",
        "jobs = 0x" + "f" * 9_000,
        "jobs = " + "9" * 9_000,
        f'jobs = "{"9" * 9_000}"',
        f'max_file_size = "{"9" * 9_000}"',
        'max_file_size = "1 TB"',
        "a = " + "[" * 20_000,
        "a." * 60_000 + "b = 1",
        '[languages]\n"../../x" = "python"',
    ],
)
def test_settings_of_a_project_are_few_and_bounded(repo: MakeRepository, te: Run, text: str) -> None:
    """A model, a command, a cache or an index elsewhere is refused with one short sentence."""
    repo({"te.toml": text, "a.py": "x = 1\n"})
    ran = te("index")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "te.toml" in ran.stderr
    assert len(ran.stderr) < 600


def test_settings_are_not_read_from_elsewhere(repo: MakeRepository, te: Run, tmp_path: Path) -> None:
    """Through a link, from a pipe, or from a device."""
    (tmp_path / "te.toml").write_text("jobs = 0")
    root = repo({"a.py": "x = 1\n"})
    for make in (
        lambda path: path.symlink_to(tmp_path / "te.toml"),
        os.mkfifo,
        lambda path: path.symlink_to("/dev/zero"),
    ):
        make(root / "te.toml")
        assert te("index").exit_code == 0
        (root / "te.toml").unlink()
    assert read_planted("/dev/zero", 10) is None


EXPLOSIVE = ("*a" * 40 + "*b", "**/a/" * 40 + "b", "[a-z]*" * 60 + "!", "**/*a*a*/" * 30 + "c", "*?" * 100 + "b")


@pytest.mark.parametrize("name", [".gitignore", ".teignore"])
def test_ignore_lines_cannot_keep_te_busy(repo: MakeRepository, te: Run, name: str) -> None:
    """Stars upon stars, over paths that almost match: these took longer than the age of the universe."""
    paths = {"a" * 200: "x", "/".join(["a"] * 100) + "/c": "x", "a" * 100 + ".py": "def f(): pass\n"}
    repo({**paths, name: "\n".join(EXPLOSIVE)}, git=name == ".teignore")
    started = time.perf_counter()
    assert te("index").exit_code == 0
    assert time.perf_counter() - started < 30


@given(
    st.lists(
        st.sampled_from(["*", "**", "/", "a", "b", "?", "[ab]", "[!a]", ".", "a/", "/**/"]), min_size=1, max_size=7
    ),
    st.lists(st.lists(st.sampled_from("ab."), min_size=1, max_size=3).map("".join), min_size=1, max_size=4),
)
def test_a_line_means_what_it_meant(tokens: list[str], parts: list[str]) -> None:
    """The expression that is matched in one go finds what pathspec's own finds."""
    line, path = "".join(tokens), "/".join(parts)
    if line.startswith("#") or "." in parts or ".." in parts:
        return
    source, include = GitIgnoreSpecPattern.pattern_to_regex(line)
    expected = None
    # pathspec lets a bracket such as [!a] be a slash, which git does not.
    if source is not None and re.search(source.replace("[^a]", "[^a/]"), path):
        expected = include
    assert Rules([line]).reaches(path) == expected


# What is printed


OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")
"""What a terminal obeys, and what nobody sees."""

VERBS: tuple[tuple[str, ...], ...] = (
    ("index",), ("search", "hostile"), ("search", "hostile", "--context", "3"), ("search", "hostile", "--explain"),
    ("search", "hostile", "--max-tokens", "400"), ("refs", "hostile"), ("outline", NAME), ("status",), ("languages",),
    ("status", "--skipped"), ("doctor",), ("config",), ("search", "\x1b[31mhostile"), ("outline", "no\x1b[31m\nsuch"),
    ("search", "x", "--lang", "\x1b[31m\u202e"), ("search", "x", "-C", "no\x1b\nsuch"), ("\x1b[31mverb",),
    ("eval", "no\x1b[31m"), ("search", "--\x1b[31m"), ("search", "hostile", "--path", "\udcff\x1b"),
    ("search", "\udcff hostile"), ("refs", "\udcff"),
)  # fmt: skip


@pytest.mark.usefixtures("hostile_names")
@pytest.mark.parametrize("as_json", [False, True])
def test_a_terminal_is_never_told_what_to_do(te: Run, as_json: bool) -> None:
    """Names, contents and errors with escapes, line ends, marks of direction and text that only machines see."""
    for arguments in VERBS:
        ran = te(*arguments, *(["--json"] if as_json else []))
        assert ran.exit_code in (0, 1, 2), arguments
        said = ran.stdout + ran.stderr
        assert not OBEYED.search(said), arguments
        if as_json and ran.stdout:
            json.dumps(ran.json(), ensure_ascii=False).encode()


@pytest.fixture
def hostile_names(repo: MakeRepository, te: Run) -> Path:
    """A tree whose names and contents are hostile."""
    doc = "\x1b]0;title\x07 \u202e \x9b31m \U000e0041\u200b"
    code = f"def hostile():\n    '''{doc}'''\n    return '\x1b[2J'\n\nhostile()\n"
    root = repo({NAME: code, "b.py": "hostile() # \x1b[31m\x07\n", "c.md": "# hostile \x1b[31m\n\ntext\u202e\n"})
    (root / "link\x1b[31m.py").symlink_to("/etc")
    (root / os.fsdecode(b"bad\xff\x1b.py")).write_text("x")
    te("index")
    return root


def test_json_is_text_for_strict_readers() -> None:
    """Half a surrogate pair, as Python carries a byte of a name that is no text, is spelled out."""
    said = json.loads(machine.text_of({"root": "a\udcff\ud83d\ude00", "more": ["\ud800", {"\udc80": "\U0001f600"}]}))
    json.dumps(said, ensure_ascii=False).encode()
    assert said["root"].startswith("a\\xff")
    assert said["more"][1] == {"\\x80": "\U0001f600"}


# One bad file costs one file


@pytest.mark.usefixtures("own_workers")
def test_a_file_that_keeps_a_parser_busy_costs_that_file(
    repo: MakeRepository, te: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Perl's scanner never comes back from this half a line, and hears no signal."""
    monkeypatch.setattr(workers, "SECONDS_PER_FILE", 1.5)
    unmended = "; import te_cli.parse.syntax as s; s._NEVER_ENDING = (); serve("
    monkeypatch.setattr(workers, "_SERVE", workers._SERVE.replace("; serve(", unmended))
    repo({"bed.pm": "package Bed;\nreturn # x", "good.py": "def find_me(): pass\n"})
    assert te("index").exit_code == 0
    assert reasons(te) == {"bed.pm": "parser timed out"}
    assert te("search", "find_me").exit_code == 0


def test_no_file_is_parsed_in_tes_own_process(repo: MakeRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    """However few there are: what a grammar's C code does, it does to a worker."""
    monkeypatch.setattr(workers, "_reader", lambda _: pytest.fail("parsed here"))
    assert open_index(repo({"a.py": "def f(): pass\n"})).update().files == 1


def test_memory_of_workers_is_bounded() -> None:
    """Together they may take half of the machine, each no more than what a large file needs."""
    for processes in (1, 2, 64, 1_000):
        each = memory.memory_of_each(processes)
        assert memory.LEAST_MEMORY <= each <= memory.WORKER_MEMORY


def test_deep_and_wide_trees_are_listed(repo: MakeRepository, te: Run) -> None:
    """A thousand folders inside one another, deeper than a path may be long, and five thousand files in one."""
    root = repo({"a.py": "def find_me(): pass\n"})
    dig(root)
    (root / "wide").mkdir()
    for number in range(5_000):
        os.close(os.open(root / f"wide/{number}.bin", os.O_CREAT | os.O_WRONLY))
    try:
        assert te("index").exit_code == 0
        assert te("search", "find_me").exit_code == 0
    finally:
        subprocess.run(["rm", "-rf", str(root / "deep__")], check=True)


def test_an_index_folder_without_a_bottom_is_removed(repo: MakeRepository, te: Run) -> None:
    """Deeper than Python recurses, and than a path may be long."""
    root = repo({"a.py": "def find_me(): pass\n"})
    text = plant(root) / "text"
    dig(text)
    dig(text / "1")
    (text / "deep__/link").symlink_to(root)
    try:
        assert te("search", "find_me").exit_code == 0
        assert not (text / "deep__").exists()
    finally:
        subprocess.run(["rm", "-rf", str(text)], check=True)


def dig(folder: Path) -> None:
    """Folders inside one another, deeper than any path."""
    here = os.open(folder, os.O_RDONLY)
    for _ in range(1_100):
        os.mkdir("deep__", dir_fd=here)
        inner = os.open("deep__", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)


def test_notebooks_and_settings_without_a_bottom_are_one_file(repo: MakeRepository, te: Run) -> None:
    """JSON nested without measure, half a surrogate in it, and a number of a hundred thousand digits."""
    repo({
        "deep.ipynb": '{"cells": [' + '{"source": ' + "[" * 100_000,
        "half.ipynb": '{"cells": [{"cell_type": "code", "source": ["x = \'\\ud800\'"]}]}',
        "number.json": "9" * 100_000,
        "deep.json": "[" * 100_000,
        "good.py": "def find_me(): pass\n",
    })  # fmt: skip
    assert te("index").exit_code == 0
    assert te("search", "find_me").exit_code == 0


# What is asked


@pytest.mark.parametrize(
    "text", ["path" + "." * 20_000, "a/" * 20_000, "\\" * 20_000, "-" * 20_000, "a.b" * 9_000, '"' * 9_000]
)
def test_a_pasted_text_is_read_once(text: str) -> None:
    """A row of dots was looked through from each of them, for eleven seconds."""
    started = time.perf_counter()
    analyse(text)
    assert time.perf_counter() - started < 3


@pytest.mark.parametrize(
    "text", ["\udcff", "\udcff.py", "find \udcff me", "lang:\udcff x", "path:\udcff x", '"\udcff a"']
)
def test_a_byte_that_is_no_text_is_no_bug(repo: MakeRepository, text: str) -> None:
    """As a shell can pass one."""
    index = open_index(repo({"a.py": "def find_me(): pass\n"}))
    index.update()
    for ask in (index.search, index.refs):
        with suppress(TeError):
            ask(text)


def test_the_page_names_its_tests() -> None:
    """Every test that SECURITY.md names is there, and every one that is here is named."""
    page = (SOURCE / "SECURITY.md").read_text("utf-8")
    there = {
        name
        for path in SOURCE.glob("tests/test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text("utf-8"), re.MULTILINE)
    }
    named = set(re.findall(r"`(test_\w+)`", page))
    here = set(re.findall(r"^def (test_\w+)", Path(__file__).read_text("utf-8"), re.MULTILINE))
    assert not named - there
    assert not here - named - {"test_the_page_names_its_tests"}


def test_the_fuzzer_finds_nothing_in_a_short_run() -> None:
    """A few inputs of every target, the same each time."""
    import sys

    sys.path.insert(0, str(SOURCE / "scripts"))
    from fuzz_targets import targets

    for name, target in targets().items():
        for seed in range(4 if name.startswith("extract") else 12):
            started = time.perf_counter()
            target.check(target.make(Random(f"{name} {seed}")))  # noqa: S311
            assert time.perf_counter() - started < 30, (name, seed)
