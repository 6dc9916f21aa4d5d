"""What ``fuzz.py`` feeds: every reader of bytes that come from outside, each with what must hold of its answer.

A target makes an input from a random generator and checks what te makes of it: an exception is a finding.
"""

from __future__ import annotations

import json
import pickle
import re
from functools import cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

import fuzz_inputs
import fuzz_stored
from fuzz_inputs import hold, home, written

from te_cli.config import Options, settings_for_indexing
from te_cli.engine.questions import read_questions, read_report
from te_cli.errors import TeError
from te_cli.library import open_index
from te_cli.model import (
    KINDS,
    REFERENCE_KINDS,
    Alike,
    Hit,
    Parsed,
    SearchResult,
    Symbol,
)
from te_cli.parse import count_lines, documents, parse
from te_cli.parse.grammars import GRAMMARS
from te_cli.rank.analyse import analyse
from te_cli.rank.inline import typed
from te_cli.rank.traces import MAX_FRAMES, frames
from te_cli.render import machine, plain
from te_cli.render.escape import many_lines, one_line
from te_cli.store.references import pack, unpack
from te_cli.walk.content import decode
from te_cli.walk.languages import classify
from te_cli.walk.machine_made import machine_made
from te_cli.walk.rules import Rules

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from te_cli.library import Index


class Target(NamedTuple):
    """How an input is made, and what is done with it."""

    make: Callable[[Random], Any]
    check: Callable[[Any], None]


# Files of an indexed tree


def covered(parsed: Parsed, text: str) -> None:
    """The module has every line; units and references lie in the file, and have names.

    On what people write more holds (``tests/parsed.py``); in broken code a declaration and its definition part.
    """
    lines = text.split("\n")
    last = count_lines(text)
    module = parsed.units[0].symbol
    hold((module.kind, module.start_line, module.end_line) == ("module", 1, last), "the module is not the file")
    for position, unit in enumerate(parsed.units[1:], start=1):
        symbol = unit.symbol
        hold(symbol.kind in KINDS and symbol.name and symbol.qualified_name, f"no name: {symbol}")
        hold(1 <= symbol.start_line <= symbol.end_line <= last, f"not in the file: {symbol}")
        hold(symbol.parent is None or 0 < symbol.parent < position, f"no such parent: {symbol}")
        hold("\n" not in symbol.signature, "a signature is more than one line")
    places = [(each.line, each.column) for each in parsed.references]
    hold(places == sorted(places), "references are not in order")
    for each in parsed.references:
        hold(each.kind in REFERENCE_KINDS and each.name and 0 <= each.unit < len(parsed.units), f"no use: {each}")
        hold(1 <= each.line <= last and 1 <= each.column <= max(len(lines[each.line - 1]), 200), f"nowhere: {each}")


def extract(language: str, data: bytes) -> None:
    """The units of a file cover it, lie in it, and can be stored and printed; so do its references."""
    text = decode(data)
    if text is None:
        return
    classify("a/input", data[:65536])
    machine_made(text, language, "code")
    parsed = parse("a/input", language, text)
    covered(parsed, text)
    hold(unpack(pack(parsed.references).data) == list(parsed.references), "references are not what was packed")
    hold(pickle.loads(pickle.dumps(parsed)) == parsed, "another process gets something else")  # noqa: S301 - our own
    for unit in parsed.units:
        repr(unit).encode()
        hold("\n" not in one_line(unit.symbol.qualified_name), "a name is more than one line")


def any_bytes(random: Random) -> bytes:
    """Bytes of any language, in any encoding."""
    language = random.choice(sorted(EXTRACTED))
    data = fuzz_inputs.mutated(random, fuzz_inputs.samples(language))
    encoding = random.choice(("utf-16", "utf-32", "utf-16-be", "latin-1", "cp1252", "utf-8-sig"))
    return data.decode("utf-8", "replace").encode(encoding, "replace") if random.random() < 0.5 else data


def read_bytes(data: bytes) -> None:
    """Any bytes are text or binary, and text is what can be written as UTF-8."""
    text = decode(data)
    if text is not None:
        text.encode()
        for name in ("a.py", "a", "a.h", "a.m", "a.pl", "a.ts", "Makefile"):
            classify(name, data[:65536])
        machine_made(text, "python", "code")
        machine_made(text, "markdown", "docs")


EXTRACTED = sorted({*GRAMMARS, *documents.LANGUAGES, "text"})

# Files that say how a tree is indexed

GLOBS = (
    "*",
    "**",
    "/",
    "?",
    "[a-z]",
    "[!a]",
    "[",
    "]",
    "\\",
    "a",
    "b",
    ".",
    "!",
    "#",
    " ",
    "ä",
    "\xff",
    "[]-]",
    "*.py",
)


def ignore_lines(random: Random) -> tuple[list[str], list[str]]:
    """Lines of an ignore file, and paths to ask about."""
    some = [random.sample(GLOBS, random.randint(1, 4)) for _ in range(random.randint(1, 6))]
    lines = ["".join(random.choice(letters) for _ in range(random.choice((2, 6, 30, 300)))) for letters in some]
    parts = ("a" * 250, "a", "b", "ab", "a.py", "ä", ".a", "a" * 40, " ", "a\n")
    return lines, ["/".join(random.choices(parts, k=random.choice((1, 2, 5, 15)))) for _ in range(4)]


def ignore(value: tuple[list[str], list[str]]) -> None:
    """Every line is a rule or none, and every path gets an answer."""
    lines, paths = value
    rules = Rules(lines)
    for path in paths:
        hold(rules.reaches(path) in (None, True, False), "no answer")
        if rules.names(path, folder=True) is not None:
            hold(rules.reaches(path + "/x") is not None, "a folder is named, and nothing in it reached")


SETTINGS = (
    b'jobs = 2\nmax_file_size = "1 MB"\nlanguages = { inc = "php" }\n',
    b'[project]\nname = "x"\n[tool.te]\njobs = 1\n[tool.te.languages]\n"*.x" = "python"\n',
    b"jobs = 0x" + b"f" * 5000,
    b"jobs = " + b"9" * 5000,
    b'jobs = "' + b"9" * 5000 + b'"',
    b"[tool.te]\nmax_file_size = 1e999\na = 2020-13-45T99:99:99Z\n",
    b"a = " + b"[" * 3000 + b"]" * 3000,
    b"a." * 3000 + b"b = 1\n",
)


def settings(data: bytes) -> None:
    """A project's settings are taken, or refused with a sentence."""
    for name in ("te.toml", "pyproject.toml"):
        folder = written(f"{name}.d/{name}", data).parent
        try:
            found = settings_for_indexing(str(folder), Options(environment={}))
        except TeError as error:
            hold(error.message, "an error without a sentence")
        else:
            hold(found.index_dir == found.root / ".te", "a project moved its index")
            hold(found.max_file_bytes <= 64 << 20, "a project asked for more than it may")


# What a person, or another tool, asks

QUERIES = (
    b'where are "expired sessions" removed lang:go kind:class path:src/** -test module:net.http',
    b'Traceback (most recent call last):\n  File "a/b.py", line 3, in f\n    x()\nValueError: no\n',
    b"goroutine 1 [running]:\nmain.(*T).f(0x1)\n\t/a/b.go:12 +0x1d\n",
    b"Exception in thread main java.lang.Error: x\n\tat a.b.C$1.f(C.java:10)\n\tat a.b.C.<init>(C.java)\n",
    b"thread 'main' panicked at 'x', src/main.rs:3:5\n   3: a::b::<impl X for Y>::f\n             at src/main.rs:9\n",
    b"   at A.B.<>c.<F>b__0(Int32 x) in C:\\a\\b.cs:line 12\n#0 0x1 in f (x=1) at a.c:3\nf@http://x/a.js:1:2\n",
    b"a/b.rb:3:in `block in f'\n    (app 1.0) lib/a.ex:3: A.f/2\n#0 /a/b.php(3): f()\n    at f [as g] (a.js:1:2)\n",
    b'getUserById --flag -- path:/x "\xe2\x80\x9ccurly\xe2\x80\x9d" `code` a::b->c.d#e f() C:\\x\\y.py:3',
)


def question(text: str) -> None:
    """There is an analysis of any text, and it can be stored and compared."""
    said = typed(text)
    for each in (text, said.text):
        query = analyse(each)
        hold(len(query.frames) <= MAX_FRAMES and len(frames(each)) <= MAX_FRAMES, "too many frames")
        hash(query)


@cache
def asked() -> Index:
    """The index of a small tree, some of which is hostile."""
    tree = home() / "tree"
    for language in ("python", "go", "markdown", "ruby"):
        for number, sample in enumerate(fuzz_inputs.samples(language)):
            written(f"tree/{language}{number}.{language[:2]}", sample)
    written("tree/\x1b[31m\n\u202ered.py", b"def red():\n    '\x1b]0;title\x07 \xe2\x80\xae'\n")
    index = open_index(tree, index_dir=str(home() / "index"), jobs=1)
    index.update()
    return index


def ask(text: str) -> None:
    """A search ends in hits, in none or in a sentence, and its JSON is read again as it was."""
    try:
        result = asked().answer(text, k=5, refresh="never")
    except TeError as error:
        hold(error.message, "an error without a sentence")
        return
    printed(result)


def printed(result: SearchResult) -> None:
    """JSON is ASCII and can be read by anyone; plain lines hold nothing that a terminal obeys."""
    text = machine.text_of(machine.search(result))
    hold(text.isascii(), "JSON is not ASCII")
    again = json.loads(text)
    json.dumps(again, ensure_ascii=False).encode()  # as strict readers do: half a surrogate pair is no text
    hold(len(again["results"]) == len(result.hits), "hits are lost")
    for line in plain.search(result, source=True).split("\n"):
        hold(
            line.isprintable() or not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", line), line
        )


def hostile_result(random: Random) -> SearchResult:
    """A result whose every text is hostile."""

    def word() -> str:
        letters = (
            chr(random.choice((random.randrange(0x20), random.randrange(0x110000), 0x202E, 0x1B, 0xDC80)))
            for _ in "x" * 6
        )
        return "".join(letters) + random.choice(fuzz_inputs.TOKENS)

    symbols = [Symbol(word(), word(), word(), word(), word(), word(), 1, 9) for _ in range(3)]
    hits = tuple(
        Hit(
            n,
            word(),
            word(),
            symbol,
            random.random(),
            parent=symbols[0],
            alike=(Alike(word(), symbol),),
            snippet=word(),
        )
        for n, symbol in enumerate(symbols)
    )
    return SearchResult(word(), word(), "fresh", 1, 1, 0.1, hits, word())


def safe(result: SearchResult) -> None:
    """What is printed of a hostile result."""
    printed(result)
    for text in (result.query, result.root, *(hit.snippet or "" for hit in result.hits)):
        one_line(text).encode()
        many_lines(text).encode()


QUESTIONS = (
    (
        b'{"query": "how are sessions expired", "gold": "src/session.py"}\n'
        b'{"query": "x", "gold": ["a", {"path": "b", "start_line": 1, "end_line": 3}]}\n'
    ),
    (
        b'{"schema": "te.eval/1", "results": [{"line": 1, "query": "x", "gold": ["a"], '
        b'"score": {"ndcg": 1.0, "mrr": 1, "recall": 1}}]}'
    ),
    b'{"query": "\\ud800", "gold": 1e999}\n{"query": ' + b"[" * 5000,
    b'{"query": "x", "gold": ' + b"9" * 5000 + b"}",
)  # fmt: skip


def evaluation(data: bytes) -> None:
    """A file of questions, or a report, is read or refused with a sentence."""
    path = str(written("questions.jsonl", data))
    for read in (read_questions, read_report):
        try:
            read(path)
        except TeError as error:
            hold(error.message, "an error without a sentence")


def bytes_of(*pieces: bytes) -> Callable[[Random], bytes]:
    """Mutations of ``pieces``."""
    return partial(fuzz_inputs.mutated, pieces=pieces)


def text_of(*pieces: bytes) -> Callable[[Random], str]:
    """The same, as text."""
    return partial(fuzz_inputs.text, pieces=pieces)


def targets() -> dict[str, Target]:
    """Every target by its name."""
    languages = {
        f"extract:{language}": Target(bytes_of(*fuzz_inputs.samples(language)), partial(extract, language))
        for language in EXTRACTED
    }
    return {
        "query": Target(text_of(*QUERIES), question),
        "ask": Target(text_of(*QUERIES), ask),
        "bytes": Target(any_bytes, read_bytes),
        "ignore": Target(ignore_lines, ignore),
        "settings": Target(bytes_of(*SETTINGS), settings),
        "eval": Target(bytes_of(*QUESTIONS), evaluation),
        "references": Target(fuzz_stored.packed, fuzz_stored.unpacked),
        "folder": Target(fuzz_stored.folder_files, fuzz_stored.folder),
        "model": Target(fuzz_stored.model_files, fuzz_stored.model),
        "json": Target(hostile_result, safe),
        **languages,
    }
