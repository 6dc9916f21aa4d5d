"""From git repositories to training pairs: what people wrote about code, and the code they wrote it about.

    python scripts/train/pairs.py --mirrors DIR --measured FILE --out DIR [--jobs N]

For each repository one ``owner+name.jsonl.gz``: a line a pair, ``{"kind", "language", "query", and the document's
fields}``, all as lowered words joined by blanks. Everything is read through te's own parser, so that a document here
is what ``te index`` would embed. The kinds:

doc       the first sentence of a definition's documentation; the definition, without that sentence
detail    a later sentence of the documentation; the definition, without that sentence
comment   a comment inside a function; the function, without its comments
commit    a commit's subject, or subject and message; the definitions that it changed
test      a test's name and documentation; the definition that it calls and is named after
section   the first sentence of a section of a document; the section, without that sentence
snippet   what a document says before an example, or the heading above it; the example
"""

from __future__ import annotations

import argparse
import gzip
import json
import multiprocessing
import random
import re
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from changes import Change, changes
from comments import is_prose, split
from corpus import git_dir, read_corpus
from measured import load as load_measured
from objects import Objects
from snippets import snippets
from trees import listing, readable

from te_cli.parse import parse
from te_cli.walk.languages import classify
from te_cli.words import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from measured import Measured

    from te_cli.model import Parsed, Unit

MAX_FILES = {"code": 2500, "docs": 300}
"""Files read of one repository."""

MAX_BYTES = 150_000
MAX_CHANGED_BYTES = 60_000
"""Of a file that a commit changed: each is parsed for the sake of one or two of its functions."""

MAX_PAIRS = {
    "doc": 12_000, "detail": 4000, "comment": 5000, "commit": 900, "test": 600, "section": 1000, "snippet": 1500,
}  # fmt: skip
"""Pairs of a kind kept of one repository, drawn at random: no project teaches the model its own dialect alone."""

MAX_COMMITS = 150
LONG_SHARE = 0.5
"""Of the commits whose whole message is asked for as well, as a long report would be."""

MAX_BODY_WORDS = 300
MAX_QUERY_WORDS = 48
MAX_MESSAGE_WORDS = 120
MAX_FIELD_WORDS = 100
MIN_BODY_WORDS = 8
SHORT = 5
"""Words of a sentence before an example that say little without the heading."""

VENDORED = re.compile(
    r"(?:^|/)(?:vendor|vendored|_vendor|third[_-]?party|node_modules|external|deps|dist|minified|locale|l10n|i18n)/"
)
TESTS = re.compile(
    r"(?:^|/)(?:tests?|specs?|__tests__|testing)/|[._-](?:test|spec)s?\.\w+$|(?:^|/)test_\w+\.|Tests?\.\w+$"
)
DEFINITIONS = {
    "function",
    "method",
    "constructor",
    "class",
    "struct",
    "interface",
    "trait",
    "enum",
    "macro",
    "property",
    "type",
    "module",
}
FUNCTIONS = {"function", "method", "constructor", "property", "macro"}


class File(NamedTuple):
    """One parsed file of a repository."""

    path: str
    language: str
    content: str
    text: str
    parsed: Parsed


class Pair(NamedTuple):
    """Words about a definition, and the definition's fields (each a text of lowered words)."""

    kind: str
    language: str
    query: str
    name: str
    scope: str
    path: str
    signature: str
    doc: str
    body: str


class Extraction:
    """The pairs of one repository at one commit."""

    def __init__(self, git: Path, commit: str, measured: Measured | None, seed: str) -> None:
        self._objects = Objects(git)
        self._git, self._commit = git, commit
        self._measured = measured
        self._random = random.Random(seed)  # noqa: S311 - a draw of pairs
        self._copies: set[int] = set()
        self.counts: Counter[str] = Counter()

    def pairs(self) -> list[Pair]:
        """All pairs that are kept, in a random order."""
        with closing(self._objects):
            found = self._found()
        self._random.shuffle(found)
        kept: Counter[str] = Counter()
        seen: set[tuple[str, str]] = set()
        asked: Counter[str] = Counter()
        chosen = []
        for pair in found:
            if kept[pair.kind] >= MAX_PAIRS[pair.kind] or asked[pair.query] >= 2 or (pair.query, pair.name) in seen:
                continue
            kept[pair.kind] += 1
            asked[pair.query] += 1
            seen.add((pair.query, pair.name))
            chosen.append(pair)
        self.counts.update(kept)
        return chosen

    def _found(self) -> list[Pair]:
        files = list(self._files())
        self._mark([unit for file in files if file.content == "code" for unit in file.parsed.units[1:]])
        found: list[Pair] = []
        for file in files:
            found += self._sections(file) if file.content == "docs" else self._documented(file)
            found += self._snippets(file)
        found += self._tests(files)
        found += self._commits()
        return found

    def _mark(self, units: Sequence[Unit]) -> None:
        """Note which of ``units`` copy what is measured."""
        defined = [unit for unit in units if unit.symbol.kind in DEFINITIONS]
        self.counts["definitions"] += len(defined)
        if self._measured is not None:
            held = self._measured.holds_many([unit.text for unit in defined])
            self._copies.update(id(unit) for unit, copied in zip(defined, held, strict=True) if copied)
            self.counts["copies"] += int(held.sum())

    def _files(self) -> Iterator[File]:
        listed = [entry for entry in listing(self._git, self._commit) if not VENDORED.search(entry[0])]
        self._random.shuffle(listed)
        left = dict(MAX_FILES)
        for path, blob in listed:
            language = classify(path)
            if language is None or left.get(language[1], 0) <= 0:
                continue
            file = self._parsed(path, self._objects.read(blob))
            if file is not None and file.content in left:
                left[file.content] -= 1
                self.counts["files"] += 1
                yield file

    def _parsed(self, path: str, data: bytes | None) -> File | None:
        text = readable(path, data) if data and len(data) <= MAX_BYTES else None
        if text is None:
            return None
        return File(path, text.language, text.content, text.text, parse(path, text.language, text.text))

    def _documented(self, file: File) -> Iterator[Pair]:
        testing = bool(TESTS.search(file.path))
        for unit in file.parsed.units[1:]:
            if unit.symbol.kind not in DEFINITIONS or id(unit) in self._copies:
                continue
            code, comments = split(unit.text, file.language)
            first, rest = sentence(unit.symbol.doc)
            if first and not testing:
                yield from self._pair("doc", file, unit, first, doc=rest, body=code)
                later = [said for said in _LATER.split(rest) if is_prose(" ".join(said.split())) and sentence(said)[0]]
                if later:
                    said = self._random.choice(later)
                    yield from self._pair(
                        "detail", file, unit, said, doc=f"{first} {rest.replace(said, ' ')}", body=code
                    )
            if unit.symbol.kind in FUNCTIONS:
                asked = [words for _, words in comments if is_prose(words) and words[:20] not in unit.symbol.doc]
                for words in asked[:3]:
                    yield from self._pair("comment", file, unit, words, doc=unit.symbol.doc, body=code)

    def _sections(self, file: File) -> Iterator[Pair]:
        for unit in file.parsed.units[1:]:
            lines = unit.text.strip().split("\n", 1)
            first, rest = sentence(lines[1] if len(lines) > 1 else "")
            if first and len(rest) > 40:
                yield from self._pair("section", file, unit, first, doc="", body=rest)

    def _snippets(self, file: File) -> Iterator[Pair]:
        if file.language not in {"markdown", "rst", "jupyter"}:
            return
        for said, heading, code, language in snippets(file.text, file.language):
            first = sentence(said)[0]
            asked = first if len(first.split()) >= SHORT else f"{heading} {first}"
            query, text = words_of(asked, MAX_QUERY_WORDS), words_of(code, MAX_BODY_WORDS)
            if len(query) >= 3 and len(text) >= MIN_BODY_WORDS and asked.isascii():
                yield Pair("snippet", language, " ".join(query), "", "", "", "", "", " ".join(text))

    def _tests(self, files: list[File]) -> Iterator[Pair]:
        defined: dict[str, list[tuple[File, Unit]]] = {}
        for file in files:
            if file.content == "code" and not TESTS.search(file.path):
                for unit in file.parsed.units[1:]:
                    if unit.symbol.kind in DEFINITIONS and id(unit) not in self._copies:
                        defined.setdefault(unit.symbol.name, []).append((file, unit))
        for file in files:
            if file.content != "code" or not TESTS.search(file.path):
                continue
            called: dict[int, set[str]] = {}
            for reference in file.parsed.references:
                if reference.kind == "call":
                    called.setdefault(reference.unit, set()).add(reference.name)
            for number, names in called.items():
                yield from self._tested(file.parsed.units[number], names, defined)

    def _tested(self, test: Unit, names: set[str], defined: dict[str, list[tuple[File, Unit]]]) -> Iterator[Pair]:
        said = [word for word in words_of(test.symbol.name) if word not in {"test", "tests", "should", "it"}]
        asked = " ".join((*said, sentence(test.symbol.doc)[0]))
        best: list[tuple[int, str]] = sorted(
            (-len(set(words_of(name)) & set(said)), name) for name in names if 1 <= len(defined.get(name, ())) <= 2
        )
        if len(said) >= 3 and best and best[0][0] < 0:
            file, unit = defined[best[0][1]][0]
            yield from self._pair("test", file, unit, asked, doc=unit.symbol.doc, body=unit.text)

    def _commits(self) -> list[Pair]:
        asked: list[tuple[str, File, Unit]] = []
        for change in changes(self._git, self._commit, MAX_COMMITS, self._random):
            message = " ".join(words_of(change.message)[:MAX_MESSAGE_WORDS])
            said = dict.fromkeys((change.subject, message if self._random.random() < LONG_SHARE else ""))
            changed = self._changed(change)
            asked += [(words, file, unit) for words in said if words for file, unit in changed]
        self._mark([unit for _, _, unit in asked])
        return [
            pair
            for words, file, unit in asked
            if id(unit) not in self._copies
            for pair in self._pair("commit", file, unit, words, unit.symbol.doc, unit.text, MAX_MESSAGE_WORDS)
        ]

    def _changed(self, change: Change) -> list[tuple[File, Unit]]:
        found: list[tuple[File, Unit]] = []
        for path, lines in change.files:
            data = self._objects.read(f"{change.commit}:{path}") or b""
            file = self._parsed(path, data) if len(data) <= MAX_CHANGED_BYTES else None
            if file is None or file.content != "code":
                continue
            touched: Counter[int] = Counter()
            for number, unit in enumerate(file.parsed.units):
                symbol = unit.symbol
                if number and symbol.kind in FUNCTIONS:
                    touched[number] = sum(symbol.start_line <= line <= symbol.end_line for line in lines)
            found += [(file, file.parsed.units[number]) for number, count in touched.most_common(2) if count]
        return found

    def _pair(
        self, kind: str, file: File, unit: Unit, asked: str, doc: str, body: str, most: int = MAX_QUERY_WORDS
    ) -> Iterator[Pair]:
        query = words_of(asked, most)
        text = words_of(body, MAX_BODY_WORDS)
        symbol = unit.symbol
        if len(query) < 3 or len(text) < MIN_BODY_WORDS or not asked.isascii():
            return
        yield Pair(
            kind=kind,
            language=file.language,
            query=" ".join(query),
            name=_words(symbol.name),
            scope=_words(symbol.qualified_name.removesuffix(symbol.name)),
            path=_words(file.path),
            signature=_words(symbol.signature),
            doc=_words(doc),
            body=" ".join(text),
        )


_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z@:\[`\"'*-])|\n\s*\n|\n\s*(?=[@:\\-]\w|Args|Returns|Parameters|Example)")
_LATER = re.compile(r"(?<=[.!?])\s+(?=[A-Z])|\n\s*\n|\n(?=\s*[@:\\-])")
_NOT_SAID = re.compile(
    r"^\s*(?:@\w+|:\w+|\\\w+|TODO|FIXME|XXX|See\b|Deprecated|Copyright|Last updated|\W*$)", re.IGNORECASE
)
_MARKUP = re.compile(r"\{@\w+ ([^}]*)\}|:\w+:`~?([^`]*)`|\[([^\]]*)\]\([^)]*\)|https?://\S+|<[^>]{1,40}>|!\[[^\]]*\]")


def sentence(text: str) -> tuple[str, str]:
    """The first sentence of a documentation and the rest; ("", text) where it says nothing in words."""
    plain = _MARKUP.sub(lambda match: " ".join(filter(None, match.groups())), text.strip())
    first, _, rest = _cut(plain)
    words = re.findall(r"[A-Za-z]{2,}", first)
    if _NOT_SAID.match(first) or len(words) < 3 or first.count("=") > 2:
        return "", plain
    return first, rest


def _words(text: str) -> str:
    return " ".join(words_of(text, MAX_FIELD_WORDS))


def _cut(text: str) -> tuple[str, str, str]:
    match = _SENTENCE.search(text, 12)
    return (text[: match.start()], "", text[match.end() :]) if match else (text, "", "")


def _extract(job: tuple[str, Path, str, str | None, Path]) -> tuple[str, dict[str, int], float]:
    name, git, commit, measured, out = job
    started = time.monotonic()
    extraction = Extraction(git, commit, load_measured(Path(measured)) if measured else None, name)
    target = out / (name.replace("/", "+") + ".jsonl.gz")
    with gzip.open(target.with_suffix(".part"), "wt", compresslevel=1) as lines:
        for pair in extraction.pairs():
            lines.write(json.dumps(pair._asdict()) + "\n")
    target.with_suffix(".part").rename(target)
    return name, dict(extraction.counts), time.monotonic() - started


def main() -> None:
    """Extract what is not extracted yet."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--mirrors", type=Path, required=True, help="folder of git repositories")
    parser.add_argument("--measured", help="fingerprints of the measured repositories' functions (measured.py)")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--corpus", type=Path, default=Path(__file__).with_name("corpus.tsv"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    jobs: list[Any] = [
        (row.name, git_dir(options.mirrors, row.name), row.commit, options.measured, options.out)
        for row in read_corpus(options.corpus)
        if row.share == "train" and not (options.out / (row.name.replace("/", "+") + ".jsonl.gz")).exists()
    ]
    total: Counter[str] = Counter()
    with multiprocessing.get_context("spawn").Pool(options.jobs, maxtasksperchild=10) as pool:
        for done, (name, counts, seconds) in enumerate(pool.imap_unordered(_extract, jobs), 1):
            total.update(counts)
            print(f"{done}/{len(jobs)} {name} {seconds:.0f} s {counts}", flush=True)
    print(dict(total))


if __name__ == "__main__":
    main()
