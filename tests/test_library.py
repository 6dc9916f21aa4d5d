"""te as a library: what it takes, what it gives, and what it leaves alone."""

from __future__ import annotations

import dataclasses
import inspect
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import library_program
import pytest
from conftest import te_environment
from tiny_model import make_bert

import te_cli
from te_cli import Index, NoIndex, NotIndexed, Progress, TeError, UnknownName, UsageError, open_index
from te_cli.state import Counts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from conftest import MakeRepository, Run

FILES: Mapping[str, str | bytes] = {
    "src/greet.py": "def greet(visitor):\n    return f'hello {visitor}'\n\n\ndef all_visitors(names):\n"
    "    return [greet(name) for name in names]\n",
    "src/door.go": "package door\n\n// greet opens the door to visitors.\nfunc greet(visitor string) {\n}\n",
    "tests/test_greet.py": "def test_greet():\n    assert greet('you')\n",
    "README.md": "# Visitors\n\nHow to greet them.\n",
    "pic.bin": b"\0",
}


@pytest.fixture
def index(repo: MakeRepository) -> Index:
    """An index of a few files."""
    index = open_index(repo(FILES))
    index.update()
    return index


# The face


def test_the_public_names(index: Index) -> None:
    """What is promised to stay: a change here is a change that users notice."""
    assert te_cli.__all__ == sorted(te_cli.__all__)
    assert set(te_cli.__all__) == {
        *("__version__", "open_index", "Index"),
        *("Alike", "Check", "Diagnosis", "Hit", "IndexReport", "Outline", "OutlineNode", "Progress", "Reference"),
        *("SearchResult", "Signal", "SkipReason", "Skipped", "Status", "Symbol", "Use", "Watcher"),
        *("Started", "Stopped", "Trouble", "WatchEvent"),
        *("Content", "Freshness", "Mode", "ReferenceKind", "Refresh"),
        *("TeError", "UsageError", "ConfigError", "EmptyQuery", "NoSuchFolder", "NotAFolder", "UnknownName"),
        *(
            "StoreError",
            "AlreadyWatched",
            "IndexBusy",
            "IndexDamaged",
            "IndexForeign",
            "IndexTooNew",
            "NoIndex",
            "NotIndexed",
        ),
        *("NotReadable", "NotWritable", "ModelError", "OtherModel"),
    }
    assert {name for name in dir(index) if not name.startswith("_")} == {
        *("answer", "close", "doctor", "outline", "refs", "root", "search", "status", "update", "watch"),
    }


def test_every_public_name_is_there_and_documented() -> None:
    literals = {"Content", "Freshness", "Mode", "ReferenceKind", "Refresh", "WatchEvent"}
    for name in te_cli.__all__:
        value = getattr(te_cli, name)
        assert name in dir(te_cli)
        assert name in {*literals, "__version__"} or value.__doc__, name
    for name, member in inspect.getmembers(Index, inspect.isfunction):
        assert member.__doc__ or name.startswith("_"), name
        assert all(
            part.annotation is not part.empty for part in list(inspect.signature(member).parameters.values())[1:]
        )


def test_importing_the_face_imports_nothing_heavy() -> None:
    code = "import sys, te_cli; te_cli.open_index, te_cli.Index, te_cli.TeError, te_cli.Hit; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=te_environment(), check=True
    )
    heavy = {"numpy", "tantivy", "tree_sitter", "tokenizers", "typer", "rich", "sqlite3", "fastembed", "onnxruntime"}
    assert heavy.isdisjoint(done.stdout.split())


def test_a_program_of_a_user(repo: MakeRepository) -> None:
    """It is held to mypy's strictest as well."""
    assert library_program.main(repo(FILES)) == [
        "4 files",
        "src/greet.py: greet",
        "src/greet.py: all_visitors",
        *("fresh", "greet", "all_visitors", "src/greet.py:6 in all_visitors", "tests/test_greet.py:2 in test_greet"),
        "1",
        "True",
        "nowhere.py is not in the index.",
        "Did you mean 'python'?",
        "empty_query",
    ]


# What is asked


def found(index: Index, **filters: Any) -> list[str]:
    """The files of the hits for one question."""
    return sorted({hit.path for hit in index.search("greet visitors", **filters)})


def test_filters_take_one_text_or_several(index: Index) -> None:
    assert found(index, language="go") == found(index, language=["golang"]) == ["src/door.go"]
    assert found(index, language={"go", "markdown"}) == found(index, language="go,md") == ["README.md", "src/door.go"]
    assert found(index, kind="section", path=()) == ["README.md"]
    assert found(index, path="!tests", content=("code",)) == ["src/door.go", "src/greet.py"]
    assert found(index, path=["src/**/*.{py,go}", "!*.go"]) == ["src/greet.py"]
    assert found(index, content="docs") == ["README.md"]
    assert [use.path for use in index.refs("greet", path="src/**")] == ["src/greet.py"]
    assert len(index.refs("greet")) == 2
    assert len(index.refs("greet", k=1)) == 1


def test_how_much_is_shown(index: Index) -> None:
    (hit,) = index.search("greet", k=1, path="*.py", context=1, explain=True)
    assert hit.explain
    assert hit.snippet is not None
    assert len(hit.snippet.splitlines()) <= 3
    (whole, *_) = index.search("all visitors", max_tokens=2_000)
    assert whole.shown == "whole"
    answer = index.answer("all visitors", max_tokens=1)
    assert (answer.hits, answer.left_out > 0, answer.freshness) == ((), True, "fresh")


BAD: list[tuple[str, dict[str, Any], str]] = [
    ("search", {"query": 5}, "query is of the type int, but must be text."),
    ("search", {"query": b"greet"}, "query is of the type bytes, but must be text."),
    ("search", {"query": None}, "query is of the type NoneType, but must be text."),
    ("search", {"query": " \n"}, "The query is empty."),
    ("search", {"k": 0}, "k is 0, but must be at least 1."),
    ("search", {"k": -(10**30)}, "k is -1,000,"),
    ("search", {"k": 10**5000}, "k is a number of hundreds of digits, but must be at most 100,000."),
    ("search", {"k": 10.0}, "k is of the type float, but must be a whole number."),
    ("search", {"k": True}, "k is of the type bool, but must be a whole number."),
    ("search", {"k": "10"}, "k is of the type str, but must be a whole number."),
    ("search", {"k": None}, "k is of the type NoneType"),
    ("search", {"language": "pyton"}, "There is no language named 'pyton'."),
    ("search", {"language": 5}, "language is of the type int, but must be text, or a list of texts."),
    ("search", {"language": ["go", 5]}, "language is of the type list, but must be text, or a list of texts."),
    ("search", {"language": b"go"}, "language is of the type bytes"),
    ("search", {"language": {"go": 1}}, "language is of the type dict"),
    ("search", {"language": ""}, "language names nothing."),
    ("search", {"language": ["go", ""]}, "language names nothing."),
    ("search", {"kind": "functoin"}, "There is no kind named 'functoin'."),
    ("search", {"path": " "}, "path names nothing."),
    ("search", {"content": "prose"}, "There is no content named 'prose'."),
    ("search", {"mode": "vector"}, "There is no mode named 'vector'."),
    ("search", {"mode": None}, "mode is of the type NoneType, but must be text."),
    ("search", {"refresh": False}, "refresh is of the type bool, but must be text."),
    ("search", {"context": -1}, "context is -1, but must be at least 0."),
    ("search", {"max_tokens": 0}, "max_tokens is 0, but must be at least 1."),
    ("search", {"context": 1, "max_tokens": 9}, "context and max_tokens exclude each other."),
    ("search", {"fold": "no"}, "fold is of the type str, but must be True or False."),
    ("search", {"explain": 1}, "explain is of the type int, but must be True or False."),
    ("refs", {"name": 5}, "name is of the type int, but must be text."),
    ("refs", {"name": "  "}, "There is no name to look for."),
    ("refs", {"name": "greet", "kind": "calls"}, "There is no kind of reference named 'calls'."),
    ("refs", {"name": "greet", "k": 0}, "k is 0, but must be at least 1."),
    ("outline", {"path": 5}, "path is of the type int, but must be a path."),
    ("outline", {"path": b"src/greet.py"}, "path is of the type bytes, but must be a path."),
    ("outline", {"path": ""}, "path is empty."),
    ("outline", {"path": "src"}, "'src' is a folder, and an outline is of one file."),
    ("outline", {"path": "../other.py"}, "'../other.py' lies outside the indexed root"),
    ("outline", {"path": "no\0such.py"}, "path holds a null character"),
    ("outline", {"path": "x" * 5_000}, "xxx"),
    ("outline", {"path": "pic.bin"}, "pic.bin was left out of the index: binary."),
    ("update", {"progress": 5}, "progress is of the type int, but must be something to call."),
    ("update", {"full": "yes"}, "full is of the type str, but must be True or False."),
    ("update", {"wait": "5"}, "wait is of the type str, but must be a number of seconds."),
    ("update", {"wait": -1}, "wait is -1, but must be at least 0."),
    ("update", {"wait": float("nan")}, "wait is nan, but must be at least 0."),
    ("watch", {"tell": None, "stop": None}, "tell is of the type NoneType, but must be something to call."),
    ("watch", {"tell": print, "stop": True}, "stop is of the type bool, but must be a threading.Event."),
    ("watch", {"tell": print, "stop": None, "once": 1}, "once is of the type int, but must be True or False."),
    ("doctor", {"repair": None}, "repair is of the type NoneType, but must be True or False."),
]


def test_what_makes_no_sense_is_refused_in_one_sentence(index: Index) -> None:
    for verb, arguments, sentence in BAD:
        given = {"query": "greet", **arguments} if verb == "search" else arguments
        with pytest.raises(TeError) as caught:
            getattr(index, verb)(**given)
        assert caught.value.message.startswith(sentence), (verb, arguments, caught.value.message)
        assert isinstance(caught.value, UsageError | NotIndexed), (verb, arguments)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"path": 5}, "path is of the type int, but must be a path."),
        ({"path": b"."}, "path is of the type bytes, but must be a path."),
        ({"path": ""}, "path is empty."),
        ({"path": "no\0such"}, "path holds a null character, which no path does."),
        ({"path": "x" * 5_000}, "There is no folder 'xxx"),
        ({"path": "\ud800"}, "There is no folder '\ud800'."),
        ({"index_dir": 5}, "index_dir is of the type int, but must be a path."),
        ({"index_dir": "no\0such"}, "index_dir holds a null character"),
        ({"index_dir": "."}, "--index-dir: the index cannot lie around what it describes"),
        ({"jobs": 0}, "jobs is 0, but must be at least 1."),
        ({"jobs": 1.5}, "jobs is of the type float, but must be a whole number."),
        ({"build": "no"}, "build is of the type str, but must be True or False."),
    ],
)
def test_an_index_that_cannot_be_opened(repo: MakeRepository, arguments: dict[str, Any], sentence: str) -> None:
    repo()
    with pytest.raises(UsageError) as caught:
        open_index(**arguments)
    assert caught.value.message.startswith(sentence), caught.value.message


def test_odd_text_is_no_error(index: Index) -> None:
    for text in ("\ud800", "\0", "x" * 100_000, "greet \udcff visitors", "[", "**/" * 500 + "*.py", "\u202e"):
        index.search(text, refresh="never")
        index.refs(text, refresh="never")
        index.search("greet", path=text, refresh="never")
    with pytest.raises(UnknownName):
        index.search("greet lang:pyton")
    assert index.search('greet "lang:pyton"') is not None


def test_a_parameter_that_does_not_exist_is_a_type_error(index: Index) -> None:
    with pytest.raises(TypeError):
        index.search("greet", limit=5)  # type: ignore[call-arg]  # what it was called once


# Where


def test_a_file_is_named_from_the_root_or_in_full(
    index: Index, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    root = index.root
    monkeypatch.chdir(tmp_path)
    wanted = index.outline("src/greet.py")
    assert [node.symbol.name for node in wanted.nodes] == ["greet", "all_visitors"]
    for path in (
        "./src/greet.py",
        "src/../src/greet.py",
        f"{root}/src/greet.py",
        tmp_path / "repo" / "src" / "greet.py",
    ):
        assert index.outline(path) == wanted
    (tmp_path / "link").symlink_to(root)
    assert index.outline(tmp_path / "link" / "src" / "greet.py") == wanted
    assert not wanted.stale
    (tmp_path / "repo" / "src" / "greet.py").write_text("# another\n")
    assert index.outline("src/greet.py").stale


def test_the_nearest_index_there_is(index: Index, tmp_path: Path) -> None:
    assert open_index("src", build=False).root == index.root
    with pytest.raises(NoIndex):
        open_index(tmp_path, build=False)
    assert open_index("src").root == f"{index.root}/src"


def test_an_index_that_lies_elsewhere(repo: MakeRepository, tmp_path: Path) -> None:
    root = repo(FILES)
    with open_index(root, index_dir=tmp_path / "elsewhere", jobs=1) as index:
        assert index.update().index_dir == str(tmp_path / "elsewhere")
        assert index.search("greet")
        assert repr(index) == f"<Index of {str(root)!r}>"
    assert not (root / ".te").exists()


# What is given


def test_everything_returned_is_frozen(index: Index) -> None:
    steps: list[Progress] = []
    report = index.update(full=True, progress=steps.append)
    told: list[object] = [
        report,
        *steps,
        index.answer("greet visitors", explain=True),
        index.search("greet visitors", max_tokens=500),
        index.refs("greet"),
        index.outline("src/greet.py"),
        index.status(),
        index.doctor(),
        index.root,
    ]
    seen: set[str] = set()
    for value in told:
        walk(value, type(value).__name__, seen)
        assert pickle.loads(pickle.dumps(value)) == value  # noqa: S301 - its own
    assert {"SearchResult", "Hit", "Symbol", "Signal", "Use", "OutlineNode", "Status", "Check", "Skipped"} <= seen
    assert isinstance(report.skipped_by_reason, MappingProxyType)


def walk(value: object, where: str, seen: set[str]) -> None:
    """Fail on anything in ``value`` that could be changed."""
    seen.add(type(value).__name__)
    if dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            with pytest.raises((dataclasses.FrozenInstanceError, TypeError)):
                setattr(value, field.name, None)
            walk(getattr(value, field.name), f"{where}.{field.name}", seen)
        with pytest.raises((AttributeError, TypeError)):
            setattr(value, "something", 1)  # noqa: B010 - there is no such field
    elif isinstance(value, Counts):
        assert hash(value) == hash(Counts(value)) == hash(Counts(value.items()))
        with pytest.raises(TypeError):
            value["python"] = 1  # type: ignore[index]  # that is what is tried
    elif isinstance(value, tuple):
        for each in value:
            walk(each, f"{where}[]", seen)
    else:
        assert value is None or isinstance(value, str | int | float | bool | Enum), f"{where} is a {type(value)}"


# What happens when something goes wrong


class Stop(Exception):
    """Raised by whoever was told."""


@pytest.mark.parametrize("phase", ["listing", "reading", "writing"])
@pytest.mark.parametrize("error", [Stop, KeyboardInterrupt, StopIteration, te_cli.IndexDamaged])
def test_what_a_listener_raises_ends_the_run_and_harms_nothing(
    index: Index, repo: MakeRepository, phase: str, error: type[BaseException]
) -> None:
    repo({"src/greet.py": "def greet_anew():\n    pass\n", "new.py": "def newcomer():\n    pass\n"})

    raised = error("mine")

    def tell(step: Progress) -> None:
        if step.phase == phase and step.done == step.total:
            raise raised from LookupError("why")

    with pytest.raises(error) as caught:
        index.update(progress=tell)
    assert caught.value is raised
    assert isinstance(raised.__cause__, LookupError)
    assert [hit.symbol.name for hit in index.search("all_visitors", mode="name", refresh="never")] == ["all_visitors"]
    assert index.doctor().healthy
    report = index.update()
    assert (report.added, report.changed, report.rebuilt) == (1, 1, None)
    assert index.search("newcomer", mode="name", refresh="never")


def test_threads_share_an_index(index: Index, repo: MakeRepository) -> None:
    repo({f"more{number}.py": f"def more_{number}():\n    pass\n" for number in range(20)})

    def ask(number: int) -> str:
        if number % 7 == 0:
            return str(index.update(wait=30).files)
        return "".join(hit.path for hit in index.search(f"more_{number % 20}", mode="name", k=1))

    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(ask, range(1, 29)))
    assert set(answers) <= {"24", "", *(f"more{number}.py" for number in range(20))}, "busy, or found"
    assert [ask(number) for number in range(1, 7)] == [f"more{number}.py" for number in range(1, 7)]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked here")
def test_a_fork_while_threads_search_leaves_a_child_that_can(index: Index) -> None:
    """SQLite has locks of its own, and one in fifty children waited for one of them for ever."""
    over = threading.Event()

    def ask() -> None:
        while not over.is_set():
            index.search("greet", refresh="never")

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(30):
            child = os.fork()
            if not child:
                signal.alarm(20)  # rather than wait for ever
                os._exit(0 if index.search("greet", refresh="never") else 1)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    finally:
        over.set()
        for thread in threads:
            thread.join()


def test_an_index_goes_to_another_process(index: Index) -> None:
    index.search("greet")
    other = pickle.loads(pickle.dumps(index))  # noqa: S301 - its own
    assert (other.root, other.search("greet")) == (index.root, index.search("greet"))


def test_no_signal_is_handled_here(index: Index) -> None:
    before = {number: signal.getsignal(number) for number in signal.valid_signals()}
    index.update(full=True)
    index.search("greet")
    assert {number: signal.getsignal(number) for number in signal.valid_signals()} == before
    assert not signal.pthread_sigmask(signal.SIG_BLOCK, ())


QUIET = """
import asyncio, os, sys, threading
from te_cli import TeError, open_index

def ask():
    index.search("visitors")
    index.update(full=True)

with open_index(sys.argv[1]) as index:
    for each in (
        ask, lambda: index.search("visitors", explain=True), lambda: index.search("qqq zzz"), lambda: index.search(""),
        lambda: index.refs("greet"), lambda: index.outline("src/greet.py"), lambda: index.outline("nowhere"),
        index.status, index.doctor, lambda: index.update(full=True, progress=lambda step: step.done / 0),
    ):
        try:
            each()
        except (TeError, ZeroDivisionError):
            pass
    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    asyncio.run(asyncio.to_thread(ask))
    child = os.fork()
    if not child:
        ask()
        sys.exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
with open_index(sys.argv[1], index_dir=sys.argv[2] + "-index", model=sys.argv[2]) as index:
    ask()
    try:
        open_index(sys.argv[1], index_dir=sys.argv[2] + "-index", model="te-static").search("visitors")
    except TeError:
        pass
sys.exit(code)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_nothing_prints(repo: MakeRepository, tmp_path: Path) -> None:
    """Not from any thread, nor in a forked child, nor a worker process, nor what is written in Rust and C++."""
    make_bert(tmp_path / "bert")
    root = repo({**FILES, "bad.py": "def (:\n\0", "warn.py": 'def greet():\n    return "\\d" is 5\n'})
    command = [sys.executable, "-W", "always", "-c", QUIET, str(root), str(tmp_path / "bert")]
    done = subprocess.run(command, capture_output=True, text=True, env=te_environment(), check=False, timeout=120)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_wheel_is_typed() -> None:
    from importlib.resources import files

    assert (files("te_cli") / "py.typed").is_file()


def test_the_command_line_and_the_library_agree(index: Index, te: Run) -> None:
    answers: list[tuple[Callable[[], Any], tuple[str, ...]]] = [
        (lambda: index.search("greet", language="pyton"), ("search", "greet", "--lang", "pyton")),
        (lambda: index.search("greet", kind="functon"), ("search", "greet", "--kind", "functon")),
        (lambda: index.refs("greet", kind="calls"), ("refs", "greet", "--kind", "calls")),  # type: ignore[arg-type]
        (lambda: index.search("greet", mode="all"), ("search", "greet", "--mode", "all")),  # type: ignore[arg-type]
        (lambda: index.outline("src"), ("outline", "src")),
    ]
    for ask, arguments in answers:
        with pytest.raises(TeError) as caught:
            ask()
        assert te(*arguments).stderr.splitlines()[0] == f"te: {caught.value.message}"
    wanted = [(hit.path, hit.symbol.start_line) for hit in index.search("greet visitors", k=3, language="python")]
    shown = te("search", "greet visitors", "-k", "3", "--lang", "python").lines
    assert [line.split(": ")[0] for line in shown] == [f"{path}:{line}" for path, line in wanted]


@pytest.mark.parametrize(("model", "sentence"), [(5, "model is of the type int"), ("", "model is empty.")])
def test_a_model_is_named_by_text_or_path(repo: MakeRepository, model: Any, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        open_index(repo(), model=model)


def test_a_program_keeps_its_index_fresh(index: Index, repo: MakeRepository) -> None:
    """In a thread of its own, told of each update, while other threads ask."""
    events: queue.Queue[te_cli.WatchEvent] = queue.Queue()
    stop = threading.Event()
    with ThreadPoolExecutor(1) as threads:
        watching = threads.submit(index.watch, events.put, stop=stop)
        try:
            assert isinstance(events.get(timeout=30), te_cli.Started)
            assert isinstance(events.get(timeout=30), te_cli.IndexReport)
            repo({"later.py": "def saved_later():\n    pass\n"})
            report = events.get(timeout=30)
            assert isinstance(report, te_cli.IndexReport)
            assert report.added == 1
            assert index.search("saved_later", mode="name", refresh="never")
            watcher = index.status().watcher
            assert watcher is not None
            assert watcher.pid == os.getpid()
            with pytest.raises(te_cli.AlreadyWatched):
                open_index(index.root).watch(events.put, stop=stop)
        finally:
            stop.set()
        watching.result(timeout=30)
    assert events.get(timeout=30) == te_cli.Stopped(2)


def test_a_watch_ends_with_what_its_listener_raises(index: Index) -> None:
    def tell(event: te_cli.WatchEvent) -> None:
        if isinstance(event, te_cli.IndexReport):
            raise te_cli.NotWritable("My own log is full.")

    with pytest.raises(te_cli.NotWritable, match="My own log is full"):
        index.watch(tell, stop=threading.Event())
    assert index.status().watcher is None
