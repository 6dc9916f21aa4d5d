"""Documentation to code: the first sentence that is said of a definition asks for it, without what is said of it.

The candidates are all definitions of a repository, their documentation taken away; the queries are first sentences of
at least four words. A sentence that a few definitions share asks for all of them; one that many share is boilerplate.
"""

from __future__ import annotations

import random
import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from te_cli.words import words_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from searched import File

    from te_cli.document import Document

KINDS = frozenset(("function", "method", "constructor", "class", "struct", "interface", "trait", "enum"))
"""The definitions that are candidates."""

LEAST_WORDS = 4
MOST_WORDS = 60
"""Words of a sentence that asks for something."""

BUILT = frozenset(("dist",))
"""Folders of what was built from the rest: everything in them would be there several times."""

MOST_SHARED = 4
"""Definitions that one sentence may stand above."""

MOST_QUERIES = 2_000
"""Queries of one repository, drawn by a fixed seed."""

_TAG = re.compile(
    r"^\s*(?:[@\\:][a-zA-Z]|-{3,}|={3,}|#+\s|```|(?:Args|Parameters|Arguments|Returns|Raises|Examples?)\s*:?\s*$)"
)
_BRIEF = re.compile(r"^\s*[@\\](?:brief|short|description|summary|desc|details)\s+")
_SENTENCE = re.compile(r"(?<!\be\.g)(?<!\bi\.e)(?<!\bvs)[.!?](?=\s|$)|;(?=\s*$)|:(?=\s*$)")
_MARKUP = re.compile(r"\{@\w+\s+([^}]*)\}|</?[a-zA-Z][^<>]*>|`+|\[([^\]]*)\]\([^)]*\)")
_DOCSTRING = re.compile(r'("""|\'\'\').*?\1', re.DOTALL)
_GAP = 400
"""Characters between two lines of documentation: the comment's markers and a stretch that was left out."""


class Query(NamedTuple):
    """A sentence, the positions of the candidates that it stands above, and the language of the first of them."""

    text: str
    targets: tuple[int, ...]
    language: str


class Asked(NamedTuple):
    """A repository's candidates, without documentation, and its queries."""

    documents: list[Document]
    queries: list[Query]


def thinned(asked: Asked, sample: int | None) -> Asked:
    """The same queries, their targets among ``sample`` other candidates; all of them for None."""
    if sample is None:
        return asked
    targets = sorted({target for query in asked.queries for target in query.targets})
    others = sorted(set(range(len(asked.documents))).difference(targets))
    drawn = random.Random(0).sample(others, min(sample, len(others)))  # noqa: S311 - a sample, no secret
    place = {position: number for number, position in enumerate([*targets, *drawn])}
    queries = [query._replace(targets=tuple(place[target] for target in query.targets)) for query in asked.queries]
    return Asked([asked.documents[position] for position in place], queries)


def first_sentence(doc: str) -> str:
    """The first sentence of a documentation, markup removed; empty where there is none of words."""
    paragraph: list[str] = []
    for line in _BRIEF.sub("", doc.strip()).split("\n"):
        if not line.strip() or _TAG.match(line):
            if paragraph:
                break
            if line.strip():
                return ""
            continue
        paragraph.append(line.strip())
    text = _MARKUP.sub(lambda found: found[1] or found[2] or "", " ".join(paragraph))
    return " ".join(_SENTENCE.split(text, maxsplit=1)[0].split())


def without_doc(document: Document) -> Document:
    """The document with nothing of what is said of it: the field, and the comment or string inside the text."""
    lines = [line.strip() for line in document.doc.split("\n") if line.strip()]
    if not lines:
        return document
    body = document.body
    quoted = next((found for found in _DOCSTRING.finditer(body) if lines[0] in found[0]), None)
    if quoted:
        body = body[: quoted.start()] + body[quoted.end() :]
    elif len(lines[0].split()) >= LEAST_WORDS:
        position = body.find(lines[0])
        for line in lines if position >= 0 else ():
            found = body.find(line, position, position + len(line) + _GAP)
            if found >= 0:
                body = body[:found] + body[found + len(line) :]
                position = found
    return replace(document, doc="", body=body)


def asked(files: Iterable[File]) -> Asked:
    """The candidates and queries of one repository."""
    documents: list[Document] = []
    above: dict[str, list[int]] = {}
    said: dict[str, tuple[str, str]] = {}
    for file in files:
        if file.content != "code" or BUILT.intersection(file.path.split("/")):
            continue
        for symbol, document in file.units:
            if symbol.kind not in KINDS:
                continue
            sentence = first_sentence(symbol.doc)
            spelled = words_of(sentence)
            bare = without_doc(document)
            if LEAST_WORDS <= len(spelled) <= MOST_WORDS and len(sentence.split()) >= LEAST_WORDS:
                key = " ".join(spelled)
                if key not in " ".join(words_of(bare.body)):
                    above.setdefault(key, []).append(len(documents))
                    said.setdefault(key, (sentence, file.language))
            documents.append(bare)
    queries = [
        Query(said[key][0], tuple(targets), said[key][1])
        for key, targets in above.items()
        if len(targets) <= MOST_SHARED
    ]
    if len(queries) > MOST_QUERIES:
        queries = random.Random(0).sample(queries, MOST_QUERIES)  # noqa: S311 - a sample, no secret
    return Asked(documents, queries)
