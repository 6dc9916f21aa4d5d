"""The grammar at work: one parser and one query a language, kept for the life of the process.

Nothing here recurses over a tree: the parser, the query and the release of a tree are loops in tree-sitter, and the
depth at which a definition may start is bounded.
"""

from __future__ import annotations

import re
import time
import zlib
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tree_sitter import Parser, Query, QueryCursor
from tree_sitter_language_pack import get_language

from te_cli.parse.grammars import GRAMMARS
from te_cli.parse.mending import mended, prepared
from te_cli.parse.preprocessor import one_branch_only, without_macros

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node, Point, Tree

    Match = tuple[int, dict[str, list[Node]]]

PARSE_SECONDS: Final = 5.0
"""The longest one file may occupy the parser. Ordinary files take milliseconds; only made-up ones come near."""

MAX_BYTES: Final = 4 << 20
"""Longer files are data, whatever their name: a query over them takes seconds, and nobody wrote them by hand."""

_WINDOW: Final = 1 << 16
_WORTH_A_LOOK: Final = 1 << 12
_SAMPLE: Final = 1 << 10
_MOSTLY: Final = 4

_REPEATED: Final = 0.015
"""What a text that is one piece over and over is compressed to (of 12,351 real files none came below 0.05). Recovering
from the errors in such a text takes tree-sitter gigabytes and minutes, and it answers to no deadline meanwhile: where
a quarter of a sample cannot be read, the rest is not tried."""

MAX_DEPTH: Final = 400
"""How deep in the tree a definition may start. People's code stays under 100; a query's cost grows with depth."""

MAX_PIECES: Final = 20_000
"""Nodes side by side in what the grammar could make nothing of. A query takes a second for so many, four for twice."""

_NEVER_ENDING: Final = frozenset(("perl",))
"""Languages whose scanner looks for ever for a comment's end where that is the file's: ``return # x``."""

_CHUNK: Final = 1 << 12
"""Bytes handed over at a time while a file is parsed."""

_GLANCE: Final = 64
"""The same once the tree is there: a query's predicates ask again for each name they look at, and names are short."""

_MUCH_UNREAD: Final = 40
"""Bytes that the grammar could make nothing of, from which on a file for a preprocessor is read a second time."""

_CAPTURED: Final = re.compile(r"\"(?:\\.|[^\"\\])*\"|;.*|@([\w.-]+)")
"""A query's strings and comments, and the names of its captures."""

QUERIES: Final = Path(__file__).with_name("queries")


class ParserTimedOut(Exception):
    """The parser took longer than ``PARSE_SECONDS`` over one file, or the file is one over which it would."""


@cache
def _parser(language: str) -> Parser:
    return Parser(get_language(GRAMMARS[language].name))  # type: ignore[arg-type]


@cache
def _query(language: str) -> Query:
    return Query(get_language(GRAMMARS[language].name), _text(language))  # type: ignore[arg-type]


@cache
def _text(language: str) -> str:
    return "\n".join((QUERIES / f"{name}.scm").read_text("utf-8") for name in GRAMMARS[language].queries)


@cache
def _errors(language: str) -> Query:
    return Query(get_language(GRAMMARS[language].name), "(ERROR) @error (MISSING) @missing")  # type: ignore[arg-type]


@cache
def settings(language: str) -> dict[int, dict[str, str | None]]:
    """What ``(#set! …)`` says of the patterns that have it, by their position in the query."""
    query = _query(language)
    every = {index: query.pattern_settings(index) for index in range(query.pattern_count)}
    return {index: said for index, said in every.items() if said}


@cache
def lone(language: str) -> tuple[str, ...]:
    """What each pattern of the query captures, by its position, where that is one thing and no more is said of it."""
    query, said = _query(language), settings(language)
    text = _text(language).encode()
    starts = [query.start_byte_for_pattern(index) for index in range(query.pattern_count)]
    patterns = [text[start:end].decode() for start, end in pairwise([*starts, len(text)])]
    captured = [set(filter(None, _CAPTURED.findall(pattern))) for pattern in patterns]
    return tuple(names.pop() if len(names) == 1 and index not in said else "" for index, names in enumerate(captured))


def prepare(language: str) -> None:
    """Compile what a language's files are asked: for some a fifth of a second, in which their first would wait."""
    _query(language)


def matches(language: str, data: bytes) -> tuple[list[Match], list[tuple[int, int]]]:
    """Every match of the language's query in ``data``; ``ParserTimedOut`` when that takes, or would take, too long.

    With them, where macros stand that lead declarations and that the grammar did not see.
    """
    if len(data) > MAX_BYTES:
        raise ParserTimedOut
    deadline = time.thread_time() + PARSE_SECONDS
    for repeated in _repeated(data):
        if _unread(language, _tree(language, repeated, deadline)) * _MOSTLY > len(repeated):
            raise ParserTimedOut
    leading: list[tuple[int, int]] = []
    if GRAMMARS[language].preprocessed:
        data, leading = without_macros(data)
    stumbling = GRAMMARS[language].unread
    if stumbling is not None:
        data = stumbling.sub(lambda found: b" " * len(found[0]), data)
    data = prepared(language, data)
    if language in _NEVER_ENDING and not data.endswith(b"\n"):
        data += b"\n"
    tree = _tree(language, data, deadline)
    if tree.root_node.has_error and _is_rubble(tree):
        raise ParserTimedOut
    if GRAMMARS[language].preprocessed and tree.root_node.has_error:
        unread = _unread(language, tree)
        if unread >= _MUCH_UNREAD:
            other = _tree(language, one_branch_only(data), deadline)
            tree = other if 2 * _unread(language, other) < unread else tree
    elif tree.root_node.has_error:
        tree = _mended(language, data, tree, deadline)
    cursor = QueryCursor(_query(language))
    cursor.set_max_start_depth(MAX_DEPTH)
    return cursor.matches(tree.root_node), leading


def _mended(language: str, data: bytes, tree: Tree, deadline: float) -> Tree:
    """The tree of a text with what the grammar does not know taken out, where more of it can be read then."""
    other = mended(language, data)
    if other == data:
        return tree
    read = _tree(language, other, deadline)
    return read if not read.root_node.has_error or _unread(language, read) < _unread(language, tree) else tree


def _is_rubble(tree: Tree) -> bool:
    """Whether error recovery left so long a row of pieces that a query, which looks back and forth, would not end."""
    root = tree.root_node
    if root.child_count > MAX_PIECES and root.type == "ERROR":
        return True
    return any(node.type == "ERROR" and node.child_count > MAX_PIECES for node in root.children)


def _repeated(data: bytes) -> Iterator[bytes]:
    """The beginnings of those stretches of a text, if it is not short, that are the same few bytes over and over."""
    for start in range(0, len(data), _WINDOW):
        window = data[start : start + _WINDOW]
        if len(window) >= _WORTH_A_LOOK and len(zlib.compress(window, 1)) < _REPEATED * len(window):
            yield window[:_SAMPLE]


def _unread(language: str, tree: Tree) -> int:
    """How many bytes of the text the grammar could make nothing of; a brace that it had to make up counts as many."""
    cursor = QueryCursor(_errors(language))
    cursor.set_max_start_depth(MAX_DEPTH)
    found = cursor.captures(tree.root_node)
    made_up = sum(node.type == "}" for node in found.get("missing", []))
    return sum(node.end_byte - node.start_byte for node in found.get("error", [])) + _MUCH_UNREAD * made_up


def _tree(language: str, data: bytes, deadline: float) -> Tree:
    """The tree of ``data``; ``ParserTimedOut`` when it is not there at ``deadline``."""

    def read(offset: int, _point: Point) -> bytes | bytearray:
        piece = data[offset : offset + size]
        if buffer is None or len(piece) < len(buffer):
            return piece
        buffer[:] = piece
        return buffer

    def late(_offset: int, _has_error: bool) -> bool:
        return time.thread_time() > deadline

    # The binding (0.26) never lets go of what it is handed, so while it parses it gets the same object again and again:
    # a file would be held for as long as the process lives, many times over if the grammar goes back and forth in it.
    size: int = _CHUNK
    buffer: bytearray | None = bytearray(_CHUNK)
    parser = _parser(language)
    try:
        tree = parser.parse(read, progress_callback=late)
    except ValueError:
        parser.reset()
        raise ParserTimedOut from None
    except SystemError as error:  # how the binding reports an exception in a callback
        parser.reset()
        raise (error.__cause__ or error) from None
    size, buffer = _GLANCE, None  # a query's predicates have to be handed bytes
    return tree
