"""Bugs that were, each by its name, so that they stay dead."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import zlib
from contextlib import closing
from pathlib import Path
from threading import current_thread, main_thread
from threading import enumerate as enumerate_threads
from time import sleep
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from te_cli import open_index
from te_cli.config import Options, settings_for_indexing
from te_cli.document import Document
from te_cli.embed import pieces, static
from te_cli.embed.identity import SHIPPED
from te_cli.engine import memory, workers
from te_cli.engine.indexing import update
from te_cli.engine.lines import MAX_LINE
from te_cli.engine.reading import Job
from te_cli.errors import IndexBusy, IndexDamaged, ModelError, NotWritable
from te_cli.model import Filters
from te_cli.parse import parse
from te_cli.parse.preprocessor import without_macros
from te_cli.store import lexical, lock
from te_cli.store.catalog import Catalog
from te_cli.store.folder import Place
from te_cli.store.lexical import TextIndex
from te_cli.store.lock import WriterLock, current_holder
from te_cli.store.reader import Reader
from te_cli.store.records import path_matcher
from te_cli.store.scrutiny import unfinished, vectors_lost
from te_cli.store.seal import intact
from te_cli.walk.files import scan

if TYPE_CHECKING:
    from conftest import MakeRepository, Run


def place_of(root: Path) -> Place:
    """The index of ``root``."""
    return Place(root / ".te", root.resolve())


def test_words_with_capitals_are_found(repo: MakeRepository, te: Run) -> None:
    """Queries were not split as the index is: no word with a capital letter ever matched."""
    repo({"a.py": "class ArgMatches:\n    pass\n", "b.py": "ERROR = 'MISCONF Redis is configured'\n"})
    te("index")
    for query in ("ArgMatches", "argmatches", "arg_matches", "Matches"):
        assert te("search", "--mode", "text", query).lines[0].startswith("a.py:"), query
    assert te("search", "--mode", "text", "MISCONF Redis").lines[0].startswith("b.py:")


def test_replaced_documents_leave_the_text_index(repo: MakeRepository) -> None:
    """Deleting by term never met the unsigned id, so the text index grew with every edit."""
    root = repo({f"f{n}.py": f"def f{n}():\n    return 0\n" for n in range(20)})
    index = open_index(root)
    for value in range(4):
        repo({"f1.py": f"def f1():\n    return {value}\n"})
        index.update()
    with Reader(place_of(root)) as reader:
        assert reader.units_text.documents == 20
        assert reader.files_text.documents == 20


def test_an_identifier_is_known_again_after_the_memory_was_emptied(monkeypatch: pytest.MonkeyPatch) -> None:
    """Emptying the model's memory in the middle of a batch lost the batch's known identifiers."""
    monkeypatch.setattr(pieces, "MAX_KNOWN", 3)
    model = static.StaticModel()
    for text in ("alpha beta gamma", "alpha delta epsilon zeta", "alpha beta", "alpha"):
        document = [Document("", "function", "", "", "", "", text)]
        assert np.array_equal(model.embed_documents(document), static.StaticModel().embed_documents(document))


def test_a_planted_owner_link_is_not_written_through(repo: MakeRepository, tmp_path: Path, te: Run) -> None:
    """`.te/owner.new` in a cloned repository could point anywhere, and was overwritten."""
    victim = tmp_path / "victim"
    victim.write_text("precious")
    root = repo({"a.py": "x = 1\n"})
    (root / ".te").mkdir()
    for name in ("owner.new", "owner", "catalog.db", "vectors-1.new", "text", ".gitignore"):
        (root / ".te" / name).symlink_to(victim)
    assert te("index").exit_code == 0
    assert victim.read_text() == "precious"


def test_a_torn_catalog_page_is_repaired(repo: MakeRepository, te: Run) -> None:
    """Damage in the middle of the catalog was named by every command and mended by none."""
    root = repo({f"f{n}.py": f"def function_number_{n}():\n    return {n}\n" for n in range(300)})
    te("index")
    Catalog(root / ".te/catalog.db").close()
    with (root / ".te/catalog.db").open("r+b") as file:
        file.seek(40_960)
        file.write(os.urandom(60_000))
    assert te("doctor").exit_code == 1
    assert te("doctor", "--repair").exit_code == 0
    assert te("search", "function_number_7").lines[0].startswith("f7.py:")


def test_a_catalog_without_its_columns_is_damage(repo: MakeRepository, te: Run) -> None:
    """Damage that showed only while looking for changes was named, and not mended, by a search."""
    root = repo({"a.py": "def alpha():\n    pass\n"})
    te("index")
    catalog = Catalog(root / ".te/catalog.db")
    catalog.run("ALTER TABLE files DROP COLUMN forced")
    catalog.close()
    assert te("search", "alpha").lines == ["a.py:1: function alpha", "a.py:1: module a"]


def test_tampered_text_is_damage_not_a_bug(repo: MakeRepository, te: Run) -> None:
    """A panic in the text index came out as a traceback with the exit code of 'nothing found'."""
    root = repo({f"f{n}.py": f"def function_number_{n}():\n    return {n}\n" for n in range(50)})
    te("index")
    for path in (root / ".te/text").rglob("*"):
        if path.is_file() and path.suffix in {".idx", ".term", ".fieldnorm", ".store"}:
            path.write_bytes(os.urandom(path.stat().st_size))
    ran = te("search", "function_number_7")
    assert (ran.exit_code, ran.lines[0].split(":")[0]) == (0, "f7.py")
    assert te("doctor").exit_code == 0


def test_the_lock_is_let_go_when_its_mark_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk while the lock was taken left it held for the life of the process."""

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full)
        with WriterLock(tmp_path):
            pass
    with WriterLock(tmp_path):
        pass


def test_looking_at_the_lock_does_not_take_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`te status` took the writer's lock to see whether it was free."""
    with WriterLock(tmp_path):
        assert f", pid {os.getpid()}, since " in (current_holder(tmp_path) or "")
        monkeypatch.setattr(lock, "PAUSE", 0)
        with pytest.raises(IndexBusy), WriterLock(tmp_path):
            pass
    (tmp_path / "lock").write_text("pid 1")
    assert current_holder(tmp_path) is None
    assert (tmp_path / "lock").read_text() == "pid 1"


def test_a_read_only_index_is_read(repo: MakeRepository, monkeypatch: pytest.MonkeyPatch, te: Run) -> None:
    """Both SQLite and Tantivy want to put files beside what they read; a folder that allows none failed."""
    root = repo({f"f{n}.py": f"def function_number_{n}(value):\n    return {n}\n" for n in range(30)})
    te("index")
    monkeypatch.setattr(Place, "read_only", property(lambda place: place.folder == root / ".te"))
    before = {path: path.stat().st_mtime_ns for path in (root / ".te").rglob("*")}
    repo({"new.py": "def brand_new():\n    pass\n"})
    ran = te("search", "function_number_7")
    assert (ran.exit_code, ran.lines[0]) == (0, "f7.py:1: function function_number_7")
    assert te("status").exit_code == te("doctor").exit_code == te("outline", "f7.py").exit_code == 0
    assert {path: path.stat().st_mtime_ns for path in (root / ".te").rglob("*")} == before


def test_a_large_delta_does_not_hide_the_base(repo: MakeRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows of the delta were taken for rows of the base that had survived, so the base was not asked for more."""
    from te_cli.store import generations

    monkeypatch.setattr(generations, "DELTA_ROWS", 100)
    near = {f"near/f{n}.py": f"def upload_retry_file_{n}():\n    upload(retry, file)\n" for n in range(60)}
    rest = {f"rest/f{n}.py": f"def retry_{n}():\n    return retry(file)\n" for n in range(440)}
    root = repo(near | rest)
    index = open_index(root)
    index.update()
    repo(dict.fromkeys(near))
    repo({f"later/f{n}.py": f"def gibberish_{n}():\n    return zebra({n})\n" for n in range(20)})
    index.update()
    wanted = [hit.path for hit in index.search("upload retry file", mode="semantic", k=10)]
    index.update(full=True)
    assert not any(path.startswith("later") for path in wanted)
    with Reader(place_of(root)) as reader:
        assert vectors_lost(reader.catalog, reader.base) == 0


def test_absurd_dates_do_not_stop_a_run(repo: MakeRepository, te: Run) -> None:
    """A modification time beyond 64 signed bits of nanoseconds was a bug for the whole run."""
    root = repo({"a.py": "def alpha():\n    pass\n", "b.py": "def beta():\n    pass\n"})
    os.utime(root / "b.py", (1e10, 1e10))
    assert te("index").exit_code == 0
    assert te("search", "beta").exit_code == 0


def test_a_date_in_the_future_is_not_a_change(repo: MakeRepository) -> None:
    """Files dated ahead were read again, and a run published, at every search."""
    root = repo({"a.py": "def alpha():\n    pass\n"})
    os.utime(root / "a.py", (4e9, 4e9))
    (file,) = scan(root, root / ".te", 1 << 20).files
    from dataclasses import replace

    from te_cli.walk.fingerprint import unchanged

    later = replace(file.fingerprint, seen_ns=file.fingerprint.seen_ns + 10**10)
    assert unchanged(later, later)


def test_new_rules_reconsider_what_was_skipped(repo: MakeRepository, te: Run) -> None:
    """A file left out by a rule stayed out when the rule changed, and the other way round."""
    big = "x = 1  # padding\n" * 2_000
    repo({"a.py": "y = 1\n", "big.py": big, "gen.py": "# Code generated by hand. DO NOT EDIT.\nz = 1\n"})
    te("index", "--max-file-size", "10k")
    reasons = {skip["path"]: skip["reason"] for skip in te("status", "--json").json()["skipped"]}
    assert reasons == {"big.py": "too large", "gen.py": "generated"}
    assert te("index", "--max-file-size", "1M", "--json").json()["files"] == 2
    repo({".teignore": "!gen.py\n"})
    assert te("index", "--json").json()["files"] == 4  # the ignore file is a text file too
    repo({".teignore": None})
    assert te("index", "--json").json()["files"] == 2


def test_a_size_given_once_holds_for_refreshes(repo: MakeRepository, te: Run) -> None:
    """A search that refreshed the index dropped what --max-file-size had let in."""
    repo({"te.toml": "max_file_size = '1k'\n", "big.py": "def huge():\n    pass\n" + "#\n" * 2_000})
    te("index", "--max-file-size", "1M")
    repo({"other.py": "x = 1\n"})
    assert te("search", "huge", "--refresh", "always").lines[0].startswith("big.py:1")


def test_status_sees_kinds_of_files_change(repo: MakeRepository, te: Run) -> None:
    """A file that became a link, or text that had been binary, was 'up to date'."""
    root = repo({"a.py": "x = 1\n", "c.py": b"\0\0", "d.py": "y = 1\n"})
    te("index")
    assert te("status", "--json").json()["changed_files"] == 0
    (root / "a.py").unlink()
    (root / "a.py").symlink_to(root / "d.py")
    repo({"c.py": "z = 1\n"})
    status = te("status", "--json").json()
    assert (status["changed_files"], status["freshness"]) == (2, "stale")


def test_another_models_vectors_are_not_compared(repo: MakeRepository) -> None:
    """After a change of model, an index too large to refresh at once was searched with vectors of another space."""
    root = repo({"a.py": "def alpha():\n    pass\n"})
    index = open_index(root)
    index.update()
    catalog = Catalog(root / ".te/catalog.db")
    catalog.set_meta(model="other", walk_ms=50_000)
    catalog.close()
    kept = index.answer("alpha", refresh="never", explain=True)
    assert kept.note is not None
    assert not any(signal.name == "vector" for hit in kept.hits for signal in hit.explain)
    assert index.answer("alpha").freshness == "fresh"


def test_a_narrow_look_is_not_noted_as_a_full_one(repo: MakeRepository) -> None:
    """A watched save made the next search believe that walking the whole tree was cheap."""
    from te_cli.config import Options, settings_for_indexing
    from te_cli.engine.indexing import update

    root = repo({"a.py": "x = 1\n"})
    settings = settings_for_indexing(str(root), Options())
    update(settings)
    catalog = Catalog(root / ".te/catalog.db")
    catalog.set_meta(walk_ms=50_000)
    repo({"a.py": "x = 2\n"})
    update(settings, paths={"a.py"})
    assert catalog.meta("walk_ms") == "50000"
    catalog.close()


def jobs_of(root: Path) -> list[Job]:
    """A job for each file of a tree."""
    return [Job(file, None) for file in scan(root, root / ".te", 1 << 20).files]


@pytest.mark.usefixtures("own_workers")
def test_a_worker_that_is_killed_costs_nothing(repo: MakeRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker ended by somebody else (the machine short of memory) cost its file until the next full run."""
    root = repo({f"f{n}.py": f"def f{n}():\n    return {'x' * 9_000!r}\n" for n in range(80)})
    monkeypatch.setattr(workers, "WORTH_A_POOL_FILES", 1)
    outcomes = []
    for number, outcome in enumerate(workers.read_all(root, jobs_of(root), 2)):
        if number == 10:
            children = Path(f"/proc/{os.getpid()}/task").glob("*/children")
            for child in {int(pid) for tasks in children for pid in tasks.read_text().split()}:
                os.kill(child, signal.SIGKILL)
        outcomes.append(outcome)
    assert all(outcome.parsed for outcome in outcomes)


@pytest.mark.usefixtures("own_workers")
def test_a_worker_that_grew_makes_room_for_another(repo: MakeRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    """The binding keeps some of what it parses: a worker held a gigabyte after thirty thousand files."""
    root = repo({f"f{n}.py": f"def f{n}():\n    pass\n" for n in range(6)})
    grown = workers._SERVE.replace("import serve; serve(", "import workers; workers.LARGEST = 0; workers.serve(")
    monkeypatch.setattr(workers, "_SERVE", grown.replace("te_cli.engine.workers import", "te_cli.engine import"))
    started, start = [0], workers._Worker._start

    def counted(worker: workers._Worker, expected: str) -> subprocess.Popen[bytes]:
        started[0] += 1
        return start(worker, expected)

    monkeypatch.setattr(workers._Worker, "_start", counted)
    assert all(outcome.parsed for outcome in workers.read_all(root, jobs_of(root), 1))
    assert started == [6]


def test_parsing_holds_no_file() -> None:
    """What is handed to the binding stays for ever: a Perl script of 180 kB cost 100 MB each time it was parsed."""
    if not Path("/proc/self/statm").is_file():
        pytest.skip("memory is told by Linux")
    text = "\n".join(f'my $name{n} = "a string of $words{n} and @others";' for n in range(2_000))
    parse("a.pl", "perl", text)
    before = memory.held()
    for _ in range(4):
        parse("a.pl", "perl", text)
    assert memory.held() - before < 40 << 20


@pytest.mark.usefixtures("own_workers")
def test_workers_that_cannot_start_are_done_without(repo: MakeRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no process can be started, the run does the work itself."""
    root = repo({f"f{n}.py": "def f():\n    pass\n" for n in range(8)})
    monkeypatch.setattr(workers, "WORTH_A_POOL_FILES", 1)
    monkeypatch.setattr(workers, "WORTH_A_POOL_BYTES", 1)
    monkeypatch.setattr(workers, "_SERVE", "raise SystemExit(3)")
    assert all(outcome.parsed for outcome in workers.read_all(root, jobs_of(root), 2))


@pytest.mark.usefixtures("own_workers")
def test_a_worker_that_hangs_costs_its_file(repo: MakeRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    """A grammar that never returns is ended, and the other files are read."""
    root = repo({f"f{n}.py": "def f():\n    pass\n" for n in range(4)})
    monkeypatch.setattr(workers, "WORTH_A_POOL_FILES", 1)
    monkeypatch.setattr(workers, "WORTH_A_POOL_BYTES", 1)
    monkeypatch.setattr(workers, "SECONDS_PER_FILE", 4.0)
    hang = workers._SERVE.replace(
        "; serve(",
        "; import te_cli.parse as p, time; real = p.parse;"
        " p.parse = lambda path, *a: time.sleep(60) if path == 'f2.py' else real(path, *a); serve(",
    )
    monkeypatch.setattr(workers, "_SERVE", hang)
    reasons = {o.file.path: o.skipped.reason.value for o in workers.read_all(root, jobs_of(root), 2) if o.skipped}
    assert reasons == {"f2.py": "parser timed out"}


def test_a_run_that_is_given_up_leaves_nothing_pending(repo: MakeRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    """After Ctrl-C the doctor found leftovers of a run that had written nothing."""
    from te_cli.engine import documents

    root = repo({"a.py": "x = 1\n"})
    index = open_index(root)
    index.update()
    repo({"a.py": "x = 2\n"})

    def interrupt(*_: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(documents, "vectors_of", interrupt)
        with pytest.raises(KeyboardInterrupt):
            index.update()
    with Reader(place_of(root)) as reader:
        assert unfinished(reader.catalog) == 0


def test_a_search_during_somebody_elses_first_build_says_so(repo: MakeRepository, te: Run) -> None:
    """It announced that it was building, then failed because it could not."""
    root = repo({"a.py": "x = 1\n"})
    (root / ".te").mkdir()
    with WriterLock(root / ".te"):
        ran = te("search", "x")
    assert ran.exit_code == 2
    assert "Building" not in ran.stderr
    assert "Another process is writing this index" in ran.stderr


def test_a_name_in_its_own_case_survives_hundreds_of_namesakes(repo: MakeRepository, te: Run) -> None:
    """Among hundreds of methods `serialize`, the trait `Serialize` was cut off before it could be ranked."""
    crowd = {f"a{n}.rs": "impl A { fn serialize(&self) {} }\n" for n in range(100)}
    repo({**crowd, "z.rs": "/// A thing.\npub trait Serialize {\n    fn go(&self);\n}\n"})
    te("index")
    assert te("search", "Serialize", "-k", "1").lines == ["z.rs:2: trait Serialize"]


@pytest.mark.parametrize(
    ("globs", "path", "wanted"),
    [
        (("src/**/*.py",), "src/a.py", True),
        (("src/*.py",), "src/b/a.py", False),
        (("*.{py,go}",), "x/a.go", True),
        (("{a,b}/{c,d}.py",), "b/c.py", True),
        (("!tests",), "tests/a.py", False),
        (("src", "!*.go"), "src/a.go", False),
        (("[!ab].py",), "a.py", False),
        (("[z-a].py",), "a.py", False),
        (("[",), "[", True),
        (("/a.py",), "b/a.py", False),
    ],
)
def test_path_globs(globs: tuple[str, ...], path: str, wanted: bool) -> None:
    """`**` had to match at least one folder, `*` crossed folders, and braces meant themselves."""
    matcher = path_matcher(globs)
    assert matcher is not None
    assert bool(matcher.match(path)) == wanted


def test_a_full_disk_is_one_sentence(repo: MakeRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    """Errors of the vector file came out as bugs."""
    from te_cli.store import generations

    def fail(*_: object) -> None:
        raise NotWritable("The vectors cannot be written: no space.")

    monkeypatch.setattr(generations, "DELTA_ROWS", 0)
    monkeypatch.setattr(generations, "write_base", fail)
    index = open_index(repo({"a.py": "def f():\n    pass\n"}))
    with pytest.raises(NotWritable):
        index.update()


def test_filters_reach_behind_the_exact_limit(repo: MakeRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    """With more allowed units than are scored exactly, the graph is asked until enough of them are found."""
    from te_cli.store import generations
    from te_cli.store import reader as reading

    monkeypatch.setattr(generations, "DELTA_ROWS", 0)
    monkeypatch.setattr(reading, "EXACT_ROWS", 0)
    root = repo(
        {f"p{n}.py": "def upload_file(path):\n    return path\n" for n in range(300)}
        | {f"g{n}.go": f"package z\n\nfunc other{n}(p string) {{\n}}\n" for n in range(5)}
    )
    index = open_index(root)
    index.update()
    with Reader(place_of(root)) as reader:
        query = static.StaticModel().embed_query("upload file")
        found = reader.by_vector(query, 5, Filters(languages=("go",)))
        records = reader.units(unit_id for unit_id, _ in found)
    assert len(found) == 5
    assert {record.language for record in records.values()} == {"go"}


def test_hostile_git_configuration_stays_inert(repo: MakeRepository, tmp_path: Path, te: Run) -> None:
    """What a repository's configuration tells git to run is not run."""
    root = repo({"a.py": "x = 1\n"})
    mark = tmp_path / "ran"
    for key in ("core.fsmonitor", "core.pager", "core.sshCommand", "diff.external"):
        subprocess.run(["git", "config", key, f"touch {mark}"], cwd=root, check=True)
    te("index")
    te("search", "x")
    assert not mark.exists()


@pytest.mark.parametrize(
    ("path", "language", "text"),
    [
        ("a.sql", "sql", "a . b . " * 20_000),
        ("a.sql", "sql", "type " + "a$" * 60_000),
        ("a.tf", "hcl", "a::" * 60_000),
        ("a.c", "c", "A_BEGIN_" * 20_000 + "\x01"),
    ],
)
def test_rows_that_almost_match_are_read_once(path: str, language: str, text: str) -> None:
    """Patterns began again at each of a hundred thousand names in a row, and a file took hours."""
    assert parse(path, language, text).units


def test_a_macro_with_open_comments_is_read_once() -> None:
    """Each ``/*`` was followed to its line's end, and there were a hundred thousand."""
    data = b"#define A /* a */ \\\n" + b"/* " * 60_000 + b"\n"
    assert without_macros(data)[0] == data.replace(b"/* a */", b"       ")


@pytest.mark.parametrize("unit", [999, "y", []])
def test_references_that_lie_nowhere_are_damage(unit: object, repo: MakeRepository, te: Run) -> None:
    """They unpacked, and then `te refs` and `te doctor` ended with a traceback."""
    root = repo({"a.py": "def f():\n    bar()\n"})
    te("index")
    columns = [["call"], ["bar"], [""], [""], [2], [5], [unit]]
    catalog = sqlite3.connect(root / ".te" / "catalog.db")
    with closing(catalog):
        catalog.execute("UPDATE refs SET packed = ?", (zlib.compress(json.dumps(columns).encode()),))
        catalog.commit()
    assert te("doctor").exit_code == 1
    found = te("refs", "bar")
    assert found.exit_code == 0
    assert "Building it anew." in found.stderr
    assert found.stdout == "a.py:2:5: call in f: bar()\n"


def test_an_endless_line_is_shown_by_its_beginning(repo: MakeRepository) -> None:
    """Each reference brought the whole line along: gigabytes, of a file of one."""
    index = open_index(repo({"a.py": f"x = '{'x' * 5_000}'; f(); f()\n"}))
    first, second = index.refs("f")
    assert first.source == second.source
    assert first.source is not None
    assert len(first.source) == MAX_LINE + len("…")


def test_an_extension_of_two_languages_is_refused(repo: MakeRepository, te: Run) -> None:
    """``.inc`` and ``*.inc`` are one extension, and `te config` showed both."""
    repo({"te.toml": 'languages = { ".inc" = "php", "*.inc" = "c" }\n'})
    result = te("config")
    assert result.exit_code == 2
    assert "languages says of 'inc' that it is two languages." in result.stderr


def test_a_path_in_a_list_of_imports_is_its_own() -> None:
    """It stood before all names of the list, and one that ended with ``::`` had no name."""
    found = parse("a.pl", "perl", "use Foo qw(b:: A::c d);\n").references
    assert [(each.name, each.qualifier) for each in found] == [("Foo", ""), ("b", "Foo"), ("c", "Foo"), ("d", "Foo")]


def test_an_overload_keeps_its_id_when_the_one_before_it_goes(repo: MakeRepository) -> None:
    """A unit's number among its namesakes was part of what it was known by, so removing one renamed the next."""
    one, two = "def pick(x):\n    return 1\n", "def pick(y):\n    return 2\n"
    index = open_index(repo({"a.py": f"{one}\n\n{two}"}))
    index.update()
    (before,) = [hit.id for hit in index.search("pick", mode="name") if hit.symbol.signature.endswith("(y)")]
    repo({"a.py": two})
    index.update()
    assert [hit.id for hit in index.search("pick", mode="name")] == [before]


def test_a_name_that_is_no_text_does_not_hide_the_file_called_as_it_is_printed(repo: MakeRepository) -> None:
    """Both have one path in the catalog: each run replaced the file by the other's reason, or left that behind."""
    root = repo({"caf\\xe9.py": "def latte():\n    return 1\n"})
    other = root / os.fsdecode(b"caf\xe9.py")
    try:
        other.write_text("def mocha():\n    return 1\n")
    except OSError:
        pytest.skip("names are text on this file system")
    settings = settings_for_indexing(str(root), Options())
    for paths in (None, None, {os.fsdecode(b"caf\xe9.py")}):
        assert update(settings, paths=paths).files == 1
    repo({"caf\\xe9.py": None})
    report = update(settings, paths={"caf\\xe9.py"})
    assert (report.files, report.skipped_by_reason) == (0, {"path is not valid text": 1})
    other.unlink()
    assert not update(settings, paths={os.fsdecode(b"caf\xe9.py")}).skipped


@pytest.mark.parametrize("end", ["return # x", "t#", "shift # the rest", "return # x\n"])
def test_perl_that_ends_in_a_comment_ends(repo: MakeRepository, end: str) -> None:
    """After a word, a comment without a line end kept the scanner, and all of te, busy for ever."""
    report = open_index(repo({"bed.pm": f"package Bed;\nsub dig {{ 1 }}\n{end}"})).update()
    assert (report.files, report.skipped) == (1, ())


def test_a_use_at_the_end_of_a_long_cell_lies_in_its_line() -> None:
    """Past two hundred characters escapes are not counted, and the column could be one that the line does not have."""
    cell = "\\t" * 300 + "call(1)"
    text = f'{{"cells": [{{"cell_type": "code", "source": ["x = [{cell}]"]}}]}}'
    found = parse("a.ipynb", "jupyter", text).references
    assert found
    assert all(each.column <= len(text) for each in found)


@pytest.mark.parametrize("name", ["barn:ope.", "a.b.", "."])
def test_a_text_for_a_name_may_end_as_a_path_goes_on(name: str) -> None:
    """A method that JavaScript calls by such a text had no name."""
    units = parse("a.js", "javascript", f"handlers['{name}'] = function () {{ return 1 }}\n").units
    assert all(unit.symbol.name for unit in units)


def test_a_current_folder_that_is_gone_is_a_sentence(tmp_path: Path, te: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every verb ended with a traceback, and so did those that name a folder which is there."""
    (tmp_path / "gone").mkdir()
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "a.py").write_text("x = 1\n")
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    ran = te("index")
    assert (ran.exit_code, ran.stderr.splitlines()[0]) == (2, "te: The current folder has been removed.")
    assert te("index", str(tmp_path / "there")).exit_code == 0
    assert te("search", "x", "-C", str(tmp_path / "there")).exit_code == 0


def test_a_query_on_a_row_of_thousands_of_stars_ends() -> None:
    """In Zig a function's return was looked for with anything before and after it: cubic in what stands there."""
    stars = "* " * 3_000
    units = parse("a.zig", "zig", f"pub fn List(comptime T: type) type {{\n    x = {stars} y;\n}}\n").units
    assert [unit.symbol.name for unit in units] == ["a", "List"]


def test_a_model_whose_tokenizer_panics_is_refused(tmp_path: Path) -> None:
    """A panic in the tokenizers library left te as one of its own."""
    folder = tmp_path / "model"
    shutil.copytree(SHIPPED, folder)
    tokenizer = json.loads((folder / "tokenizer.json").read_text("utf-8"))
    tokenizer["normalizer"]["normalizers"][0]["pattern"] = {"Regex": r"(?<=[a-z0-9])(?=[A-Z])|(?=\p{L})"}
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    with pytest.raises(ModelError, match="tokenizer"):
        static.StaticModel(folder).embed_documents([Document(body="größe def read_file()")])


@pytest.mark.parametrize("named", [True, False])
def test_a_text_index_whose_writer_died_within_a_commit_is_written_again(tmp_path: Path, named: bool) -> None:
    """The list of deleted documents that a killed commit left had the name that the next one wanted, for ever."""
    folder, dying = tmp_path / "text", tmp_path / "dying"
    text = TextIndex(folder, create=True)
    text.add(1, "python", "code", [(number, "function", f"alpha w{number}") for number in range(1, 50)])
    text.commit("publish.text")
    text.close()
    shutil.copytree(folder, dying)
    text = TextIndex(dying)
    text.delete([5, 6])
    text.commit("collect.text")
    text.close()
    (left,) = (path for path in dying.iterdir() if path.suffix == ".del")
    shutil.copy(left, folder / left.name)
    if named:  # Tantivy notes each file before it makes it
        managed = folder / ".managed.json"
        managed.write_text(json.dumps([*json.loads(managed.read_text()), left.name]))
    text = TextIndex(folder)
    text.delete([5, 6])
    if named:
        text.commit("collect.text")
    else:
        with pytest.raises(IndexDamaged):
            text.commit("collect.text")
    text.close()


def test_by_name_what_is_spelt_so_comes_before_what_begins_so(repo: MakeRepository, te: Run) -> None:
    """A longer name at a package's front door came before the name itself, in a test or deeper down."""
    repo(
        {
            "pkg/__init__.py": "def load_case_2():\n    pass\n",
            "pkg/deep/down/tests/test_load.py": "def load_case():\n    pass\n",
        }
    )
    assert te("search", "load_case", "--mode", "name").lines == [
        "pkg/deep/down/tests/test_load.py:1: function load_case",
        "pkg/__init__.py:1: function load_case_2",
    ]


def test_an_interrupted_run_seals_nothing_before_its_commits_end(
    repo: MakeRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C cut short the wait for the other text's commit, whose files of a moment were sealed with the rest."""
    root = repo({"a.py": "def alpha():\n    pass\n"})
    update(settings := settings_for_indexing(str(root), Options()))
    commit = lexical.TextIndex.commit
    ends: list[bool] = []

    def slowly(text: TextIndex, point: str) -> None:
        if point == "publish.text" and current_thread() is not main_thread():
            signal.raise_signal(signal.SIGINT)  # comes while the run waits for this thread
        commit(text, point)

    def reach(point: str) -> None:
        if point == "publish.text" and current_thread() is not main_thread():
            sleep(0.5)
            ends.append(intact(place_of(root)))

    repo({"a.py": "def beta():\n    pass\n"})
    monkeypatch.setattr(lexical.TextIndex, "commit", slowly)
    monkeypatch.setattr(lexical, "reach", reach)
    with pytest.raises(KeyboardInterrupt):
        update(settings)
    assert ends == [False]
    assert [thread for thread in enumerate_threads() if thread.name.endswith("(commit_files)")] == []
    assert intact(place_of(root))
    monkeypatch.undo()
    update(settings)
    assert [hit.symbol.name for hit in open_index(root).search("beta", mode="name", refresh="never")] == ["beta"]
