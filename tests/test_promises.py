"""The promises that hold at all times, whatever happens around the index."""

from __future__ import annotations

import os
import pickle
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from comparing import contents, place_of, same
from conftest import SOURCE, te_command, te_environment
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from te_cli import open_index
from te_cli.engine import workers
from te_cli.errors import EmptyQuery, NotWritable
from te_cli.store.catalog import Catalog
from te_cli.store.lexical import TextIndex
from te_cli.store.reader import Reader
from te_cli.store.scrutiny import unfinished
from te_cli.store.writer import Writer

if TYPE_CHECKING:
    from conftest import MakeRepository, Run

CODE = {
    "app/server.py": (
        '"""Serves requests."""\n\n\nclass Server:\n    """Listens on a port."""\n\n    def start(self, port):\n'
        "        self.port = port\n\n    def stop(self):\n        self.port = None\n"
    ),
    "app/retry.py": 'def retry_upload(times):\n    """Try a failed upload again."""\n    return times\n',
    "lib/cache.go": "package lib\n\n// Get looks a key up.\nfunc Get(key string) string {\n\treturn key\n}\n",
    "README.md": "# The app\n\nServes uploads.\n\n## Retries\n\nFailed uploads are tried again.\n",
}


# 1. After any sequence of edits, an incremental index equals a fresh one: tests/test_sequences.py


def test_an_unchanged_unit_keeps_its_id(repo: MakeRepository) -> None:
    """What an edit leaves as it was keeps its id, though its lines move."""
    root = repo(CODE)
    index = open_index(root)
    index.update()
    before = index.search("retry_upload", mode="name")[0]
    repo({"app/retry.py": "import os\n\n\n" + CODE["app/retry.py"]})
    index.update()
    after = index.search("retry_upload", mode="name")[0]
    assert (before.id, before.symbol.start_line) == (after.id, after.symbol.start_line - 3)


# 2. kill -9 at any moment loses nothing that was committed, and the next command heals

STAGES = {
    "before the text is committed": "publish.text",
    "before the catalog is committed": "publish.catalog",
    "before the garbage is collected": "publish.done",
    "while the base is written": "merge.saved",
}

RUN = """
import sys
from te_cli.store import generations
generations.DELTA_ROWS, generations.DELTA_FRACTION = 0, 0.0
from te_cli import open_index
open_index(sys.argv[1]).update()
"""
"""A run that merges the delta into a new base."""


@pytest.mark.parametrize("stage", STAGES.values(), ids=STAGES.keys())
def test_a_kill_loses_nothing(repo: MakeRepository, stage: str) -> None:
    """Promise 2: readers go on seeing the last run, and the next run equals a fresh index."""
    root = repo(CODE)
    open_index(root).update()
    before = contents(root)
    repo({"app/retry.py": None, "app/new.py": "def brand_new():\n    return 1\n"})
    environment = te_environment() | {"TE_FAULT": f"kill@{stage}"}
    died = subprocess.run([sys.executable, "-c", RUN, str(root)], env=environment, capture_output=True, check=False)
    assert died.returncode == -signal.SIGKILL, died.stderr.decode()
    if stage != "publish.done":
        assert same(before, contents(root))
    open_index(root).update()
    healed = contents(root)
    assert not any(row[0] == "app/retry.py" for row in healed["rows"])
    open_index(root).update(full=True)
    assert same(healed, contents(root))
    with Reader(place_of(root)) as reader:
        assert unfinished(reader.catalog) == 0


# 3. The same query gives the same list, byte for byte


def test_answers_do_not_depend_on_the_hash_seed(repo: MakeRepository, te: Run) -> None:
    """Promise 3: many equal units, and still one order."""
    repo({f"same/f{number:02d}.py": "def handler(event):\n    return event\n" for number in range(40)} | CODE)
    assert te("index").exit_code == 0
    answers = set()
    for seed in ("0", "1", "4711"):
        environment = {**te_environment(), "PYTHONHASHSEED": seed}
        for query in ("handler event", "handler"):
            command = te_command("search", "--json", "--refresh", "never", "-k", "15", query)
            done = subprocess.run(command, env=environment, capture_output=True, check=True)
            answers.add((query, done.stdout))
    assert len(answers) == 2


# 4. One bad file never stops a run


def test_one_bad_file_never_stops_a_run(repo: MakeRepository, te: Run) -> None:
    """Promise 4: each bad file is reported with its reason, and the others are found."""
    root = repo({**CODE, "broken.py": "def ((((:\n" * 50, "zero.py": b"\0\0\0", "latin.py": b"# caf\xe9\nx = 1\n"})
    (root / "link.py").symlink_to(root / "app/retry.py")
    report = te("index", "--json").json()
    reasons = {skip["path"]: skip["reason"] for skip in te("status", "--skipped", "--json").json()["skipped"]}
    assert report["files"] == len(CODE) + 2
    assert reasons == {"link.py": "symbolic link", "zero.py": "binary"}
    assert te("search", "retry_upload").exit_code == 0


@pytest.mark.usefixtures("own_workers")
def test_a_parser_that_dies_costs_one_file(repo: MakeRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    """Promise 4, where the fault is in the parser itself."""
    fragile = (
        "; import te_cli.parse as p; real = p.parse;"
        " p.parse = lambda path, *a: 1 / 0 if path == 'app/retry.py' else real(path, *a); serve("
    )
    monkeypatch.setattr(workers, "_SERVE", workers._SERVE.replace("; serve(", fragile))
    report = open_index(repo(CODE)).update()
    assert report.files == len(CODE) - 1
    assert report.skipped_by_reason == {"parser failed": 1}


def test_an_empty_index_is_not_success(repo: MakeRepository, te: Run) -> None:
    """Promise 4: nothing to index is exit code 1."""
    repo({"zero.bin": b"\0"})
    assert te("index").exit_code == 1


# 5. State never advances past a failed write; no silent zero vector; filters before the cut


@pytest.mark.parametrize("target", [(TextIndex, "commit"), (Catalog, "commit"), (Writer, "_store_vectors")])
def test_state_never_advances_past_a_failed_write(
    repo: MakeRepository, monkeypatch: pytest.MonkeyPatch, target: tuple[type, str]
) -> None:
    """Promise 5: a run that fails is as if it had not been, and is made up for by the next."""
    root = repo(CODE)
    index = open_index(root)
    index.update()
    before = contents(root)
    repo({"app/retry.py": "def other_name():\n    return 0\n"})

    def full_disk(*_: object, **__: object) -> None:
        raise NotWritable("The disk is full.")

    with monkeypatch.context() as patched:
        patched.setattr(*target, full_disk)
        with pytest.raises(NotWritable):
            index.update()
    assert same(before, contents(root))
    assert index.update().changed == 1
    assert index.search("other_name", mode="name")


def test_no_vector_is_silently_zero(repo: MakeRepository) -> None:
    """Promise 5: a unit whose text says nothing to the model has no vector, and is counted."""
    root = repo({"∀∃": "∅ ∇∂∑\n", **CODE})
    report = open_index(root).update()
    assert report.unembedded == 1
    assert all(vector.any() for vector in contents(root)["vectors"].values())


def test_filters_apply_before_the_cut(repo: MakeRepository) -> None:
    """Promise 5: one Go function is found behind hundreds of better Python ones, by words, by meaning and by name."""
    files = {f"p{number}.py": "def upload_file(path):\n    return path\n" for number in range(300)}
    index = open_index(repo({**files, "z.go": "package z\n\nfunc upload_file(p string) {\n}\n"}))
    index.update()
    for mode in ("text", "semantic", "name", "hybrid"):
        for wanted in ({"language": "go"}, {"path": ["*.go"]}):
            hits = index.search("upload file", k=3, mode=mode, **wanted)
            if mode == "name":
                hits = index.search("upload_file", k=3, mode=mode, **wanted)
            assert {hit.path for hit in hits} == {"z.go"}, (mode, wanted)


# 6. Whatever is typed, there is an answer or one clear sentence


@pytest.fixture(scope="module")
def small_index(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """An index that only asks."""
    root = tmp_path_factory.mktemp("asked")
    for name, text in CODE.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text)
    index = open_index(root)
    index.update()
    return index


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(max_size=200) | st.sampled_from(['"', "a AND (", "+-*/", "name:~", "^", "[a TO b]", "\\", "\0", "*?"])
)
def test_any_text_is_a_query(small_index: Any, text: str) -> None:
    """Promise 6: user text is never handed to a parser that can fail on it."""
    try:
        hits = small_index.search(text, refresh="never")
    except EmptyQuery:
        assert not text.strip()
    else:
        assert len(hits) <= 10


# 7. Nothing in a repository is executed, no link leads out, and no index that came with it is opened


def test_nothing_outside_the_root_is_read(repo: MakeRepository, tmp_path: Path) -> None:
    """Promise 7: neither a linked file nor a linked folder leads out."""
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "key.py").write_text("def secret_key():\n    return 1\n")
    root = repo(CODE)
    (root / "out").symlink_to(secret)
    (root / "key.py").symlink_to(secret / "key.py")
    index = open_index(root)
    index.update()
    assert not index.search("secret_key", mode="name")
    assert "secret" not in str(contents(root)["rows"])


def test_an_index_that_came_with_the_repository_is_not_opened(repo: MakeRepository, home: Path, te: Run) -> None:
    """Promise 7: without this user's mark an index is built anew."""
    root = repo(CODE)
    assert te("index").exit_code == 0
    catalog = Catalog(root / ".te/catalog.db")
    catalog.run("UPDATE units SET name = 'planted', scope = '', name_lower = 'planted'")
    catalog.close()
    (home / "config/te/owner.key").unlink()
    assert "planted" not in te("search", "retry_upload").stdout
    assert te("search", "planted", "--mode", "name").exit_code == 1


def test_an_index_folder_that_is_a_link_is_not_written_through(repo: MakeRepository, tmp_path: Path, te: Run) -> None:
    """Promise 7: a repository cannot point the index at somebody's folder."""
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "catalog.db").write_text("precious")
    root = repo(CODE)
    (root / ".te").symlink_to(victim)
    assert te("index").exit_code == 2
    assert sorted(path.name for path in victim.iterdir()) == ["catalog.db"]


class _Bomb:
    """What a planted pickle would do."""

    def __init__(self, mark: str) -> None:
        self.mark = mark

    def __reduce__(self) -> Any:
        return Path.touch, (Path(self.mark),)


def test_nothing_in_the_repository_is_executed(repo: MakeRepository, tmp_path: Path, te_process: Run) -> None:
    """Promise 7: modules, pickles and git settings of the indexed folder stay inert, in worker processes too."""
    mark = tmp_path / "executed"
    evil = f"import pathlib\npathlib.Path({str(mark)!r}).touch()\n"
    names = ["typing", "pickle", "numpy", "tree_sitter", "te_cli", "random", "sitecustomize", "encodings", "logging"]
    root = repo({f"{name}.py": evil for name in names} | {"conftest.py": evil, "setup.py": evil})
    repo({f"many/m{number}.py": f"def f{number}():\n    return {'x' * 20_000!r}\n" for number in range(60)})
    (root / ".te").mkdir()
    (root / ".te/cache.db").write_bytes(pickle.dumps(_Bomb(str(mark))))
    subprocess.run(["git", "config", "core.fsmonitor", f"touch {mark}"], cwd=root, check=True)
    assert te_process("index", "--jobs", "2").exit_code == 0
    assert te_process("search", "pathlib").exit_code == 0
    assert not mark.exists()


# 8. No network


def test_no_network_access(repo: MakeRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    """Promise 8: indexing and asking open no socket."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    index = open_index(repo(CODE))
    index.update()
    assert index.search("where are failed uploads tried again")[0].path == "app/retry.py"


# What the store says of itself


def test_a_damaged_part_is_built_anew(repo: MakeRepository, te: Run) -> None:
    """Text, vectors or catalog may be lost or cut short: the next run heals, and says so."""
    root = repo({**CODE, **{f"n{i}.py": f"def f{i}(value_{i}):\n    return value_{i}\n" for i in range(1200)}})
    assert te("index").exit_code == 0
    whole = contents(root)
    for part in ("text", "vectors", "catalog"):
        if part == "text":
            for path in (root / ".te/text").rglob("*.json"):
                path.unlink()
        elif part == "vectors":
            (vectors,) = (root / ".te").glob("vectors-*")
            os.truncate(vectors, 100)
        else:
            (root / ".te/catalog.db").write_bytes(b"not a database at all" * 100)
        assert te("doctor").exit_code == 1, part
        ran = te("index")
        assert ran.exit_code == 0
        assert "damaged" in ran.stdout + ran.stderr, part
        assert te("doctor").exit_code == 0, part
        assert same(whole, contents(root)), part


def test_the_package_is_the_one_under_test() -> None:
    """The processes that tests start must not pick up another te."""
    import te_cli

    assert Path(te_cli.__file__).is_relative_to(SOURCE)


def test_an_older_format_is_built_anew_and_says_so(repo: MakeRepository, te: Run) -> None:
    """An index from before is not read, and not lost silently either."""
    root = repo(CODE)
    te("index")
    catalog = Catalog(root / ".te/catalog.db")
    catalog.set_meta(format=0)
    catalog.close()
    found = te("search", "retry_upload")
    assert "older format" in found.stderr
    assert found.lines[0].startswith("app/retry.py:1")
    catalog = Catalog(root / ".te/catalog.db")
    catalog.set_meta(format=0)
    catalog.close()
    ran = te("index")
    assert ran.exit_code == 0
    assert "older format" in ran.stdout + ran.stderr


def test_another_recipe_is_a_full_run(repo: MakeRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    """When parsing changes, what the old one derived is made anew, under the same ids."""
    from te_cli.engine import places

    root = repo(CODE)
    index = open_index(root)
    index.update()
    before = index.search("retry_upload", mode="name")[0].id
    monkeypatch.setattr(places, "RECIPE", "another")
    report = index.update()
    assert report.units_written == report.symbols
    assert index.search("retry_upload", mode="name")[0].id == before
