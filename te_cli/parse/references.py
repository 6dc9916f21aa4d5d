"""References: where a file names what is defined, here or elsewhere, and inside of which definition it does so.

A query's ``@reference.KIND`` captures the name itself; what stands before it (``os.path.`` in ``os.path.join(…)``) is
read from the text, backwards, so that a language needs one short pattern a form. Names that a definition of the file
claims are no references: a pattern may take every name of a type.

``@reference.call``       what is called: functions, methods, constructors by their class, macros, decorators that run
``@reference.inherit``    what a declaration extends or embeds; ``@reference.implement`` an interface that it implements
``@reference.type``       a type where it is used, annotations too; ``@reference.use`` anything else that is named
``@reference.import``     what is brought in: a name, with the module as ``@from`` where that stands apart, or a whole
                          path (its last part is the name); ``@alias`` is what it is called here
``@reference.none``       no reference, whatever other patterns say; ``@reference.bound``: nor is that name anywhere in
                          the definition around it, unless something stands before it (type parameters, local variables)
``@reference.types``      a stretch of types: what looks like a call there is a type (``t()`` of Erlang and Elixir)
``@selector``             beside a reference: the node whose words, each before a colon, make up the name
``@qualifier``            beside a reference: what it is a member of, where that does not stand right before the name

``(#set! bare)``: what stands right before the name is no owner of it (``Argument::type()`` of Erlang).
``(#set! before "(")``: only where that text follows right behind the name (a pattern's anchor passes over signs).
``(#set! name "default")``: so is the thing called that is imported; the captured text is its alias.
``(#set! path "scoped_use_list")``: the ``path`` of each node of that type around an import belongs in front of it.
``(#set! words)``: the text is a list of names with blanks between; ``(#set! dotted)``: a quoted import is no file name.
"""

from __future__ import annotations

import re
from functools import cache, partial
from itertools import islice
from typing import TYPE_CHECKING, Final

from te_cli.model import Reference
from te_cli.parse.names import MAX_NAME, selector, text_of
from te_cli.parse.owners import Owners
from te_cli.parse.places import MAX_REFERENCES

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator

    from tree_sitter import Node

    from te_cli.parse.source import Source
    from te_cli.parse.syntax import Match

    Nodes = dict[str, list[Node]]
    Said = dict[str, str | None]
    Mention = tuple[int, str, Node, Nodes, Said]
    """A match that takes a name: how strongly, as what, and all that it says. No class: there are ten a unit."""

_PARTS: Final = frozenset(
    "name selector declarator owner body held doc wrapped end parameters from alias qualifier within".split()
)
"""Captures that are never what a match is about."""

_NOTHING: Final[dict[str, str | None]] = {}
_MAX_WORDS: Final = 1_000

_STRENGTH: Final = {"none": 0, "import": 1, "inherit": 2, "implement": 3, "call": 4, "type": 5, "use": 6}
"""What a name captured more than once is: the first of these; of one kind, by the pattern that stands first."""

_PATTERNS: Final = 1 << 16
"""More than the patterns of any query: kinds are compared first, then patterns."""

_CLAIMABLE: Final = 4 * _PATTERNS
"""From this kind on a name that a definition claims is no reference."""

_PATH: Final = re.compile(r"[\w$&*]+(?:(?:\.|->|::)[\w$]+)*")
_BINDABLE: Final = frozenset(("call", "type"))
_KEYWORDS: Final = frozenset(("call", "use"))
_SIGNS: Final = frozenset(("constructor_operator",))
"""Names that are made of signs, dots and colons too."""

_WORD: Final = re.compile(r"[^\s,]+")

_BARE_PATHS: Final = frozenset(("word", "concatenation", "simple_expansion"))
"""A shell's paths need no quotes."""

_QUOTES: Final = "\"'`<>"


_reference: Final[Callable[[tuple[str, str, str, str, int, int, int]], Reference]] = partial(tuple.__new__, Reference)
"""A reference of all its fields: by name it takes three times as long to make, and there are ten a unit."""


class Mentions:
    """The references of one file on their way, by the offset of their names."""

    def __init__(self, source: Source, links: str, primitives: frozenset[str], keywords: frozenset[str]) -> None:
        self._source = source
        self._primitives = primitives
        self._keywords = keywords
        self._owners = Owners(source, links)
        self._found: dict[int, Mention] = {}
        self._bound: dict[int, str] = {}
        self._types: list[tuple[int, int]] = []

    def others(
        self, matches: Iterable[Match], lone: tuple[str, ...], settings: dict[int, Said]
    ) -> Iterator[tuple[str, int, Nodes]]:
        """Take in the matches of ``@reference.…`` patterns; the others, each with what it is about.

        ``lone``: what each pattern captures that captures one thing, as most of those that match do.
        """
        found, plain = self._found, _plain(lone)
        for pattern, nodes in matches:
            if (known := plain[pattern]) is not None:
                (every,) = nodes.values()
                rank, kind = known
                for node in every:
                    start = node.start_byte
                    if (start not in found or rank < found[start][0]) and len(found) < MAX_REFERENCES:
                        found[start] = (rank, kind, node, nodes, _NOTHING)
                continue
            key = lone[pattern] or _subject(tuple(nodes))
            if key.startswith("reference."):
                self._note(key, pattern, nodes, settings.get(pattern, _NOTHING))
            else:
                yield key, pattern, nodes

    def _note(self, key: str, pattern: int, nodes: Nodes, said: Said) -> None:
        """Take in one match of a ``@reference.…`` pattern; the strongest kind keeps the name."""
        found, role = self._found, key[10:]
        rank = _rank(role, pattern)
        before = (said.get("before") or "").encode() if said else b""
        for node in nodes[key]:
            start = node.start_byte
            if before and not self._source.data.startswith(before, node.end_byte):
                continue
            if role == "types":
                self._types.append(node.byte_range)
                continue
            if role == "bound":
                self._bound[start] = self._source.between(*node.byte_range)
            known = found.get(start)
            if (known is None or rank < known[0]) and len(found) < MAX_REFERENCES:
                found[start] = (rank, role, node, nodes, said)

    def _imported(self, node: Node, text: str, origin: str, said: dict[str, str | None]) -> tuple[str, str]:
        """The name and the origin of an import."""
        around = said.get("path")
        data, (start, end) = self._source.data, node.byte_range
        before = data[start - 1 : start]
        quoted = text[:1] in _QUOTES or (before in (b'"', b"'", b"`") and data[end : end + 1] == before)
        quoted = quoted or node.type in _BARE_PATHS
        quoted = quoted and "dotted" not in said
        path, separator, name = _parted(text.strip(_QUOTES) if text[:1] in _QUOTES else text, quoted=quoted)
        outer = [_text([found], self._source) for found in _paths_around(node, around)] if around else []
        front = [part for part in (origin.strip(_QUOTES), *outer, path) if part]
        return name, ("::" if outer else separator or ".").join(front)

    def settle(self, spans: Iterable[tuple[int, int, int]], claimed: Container[int]) -> tuple[Reference, ...]:
        """The references in source order, each in the smallest of ``spans`` (start, end, position) around it.

        ``claimed`` are the offsets of the names of definitions.
        """
        every = sorted(spans, key=lambda span: (span[0], -span[1]))
        walk = _Spans(every)
        bound = {(self._bound[at], walk.around(at)) for at in sorted(self._bound)}
        bound_names = frozenset(name for name, _ in bound)
        walk = _Spans(every)
        types = _Spans([(start, end, 1) for start, end in sorted(self._types)])
        settled: list[Reference] = []
        source, owners, primitives = self._source, self._owners, self._primitives
        data, leads, has_types = source.data, owners.leads, bool(self._types)
        for start in sorted(self._found):
            mention = self._found[start]
            rank, kind, node, nodes, said = mention
            if rank < _PATTERNS or (rank >= _CLAIMABLE and start in claimed):
                continue
            position = walk.around(start)
            if has_types and kind == "call" and types.around(start):
                kind = "type"
            name = "" if said or len(nodes) > 1 or kind == "import" else text_of(node, source)
            if name.isidentifier():  # a match that captured one word and says no more, as nearly all do
                if kind == "type" and name in primitives:
                    continue
                row, column = node.start_point
                if not source.is_ascii:
                    column = source.characters(start - column, start)
                qualifier = owners.of(node, start) if data[start - 1] in leads else ""
                reference = _reference((kind, name, qualifier, "", row + 1, column + 1, position))
            else:
                reference = self._reference(start, kind, mention, position)
                name, qualifier = reference.name, reference.qualifier
                if "words" in said:
                    settled += _each_word(reference, source.between(*node.byte_range))
                    continue
                if not name or (kind == "type" and name in primitives):
                    continue
            if not qualifier:
                if name in self._keywords and kind in _KEYWORDS:
                    continue
                if name in bound_names and kind in _BINDABLE and any((name, at) in bound for at in walk.open()):
                    continue
            settled.append(reference)
        return tuple(settled)

    def _reference(self, start: int, kind: str, mention: Mention, position: int) -> Reference:
        source, node = self._source, mention[2]
        name = text_of(node, source)
        if name.startswith('@"'):  # Zig's names in quotes
            name = name[2:].removesuffix('"')
        signs = node.type in _SIGNS
        if kind != "import" and not signs:
            name = name.strip(".") or name  # Clojure's .method and Type.
        name = name[1:] if name[:1] == ":" != name[1:2] and not signs else name  # Ruby's symbols
        if kind == "import":
            name, qualifier, alias = self._brought_in(start, name, mention)
        else:
            (name, qualifier), alias = self._named(start, name, mention), ""
        row, column = node.start_point
        column = source.characters(start - column, start) + 1
        return Reference(kind, name, qualifier, alias, row + 1, column, position)  # type: ignore[arg-type]

    def _brought_in(self, start: int, name: str, mention: Mention) -> tuple[str, str, str]:
        """An import's name, origin and alias; of a list of names the origin alone, as what each is is told later."""
        _, _, node, nodes, said = mention
        alias = _text(nodes.get("alias"), self._source)
        wanted = said.get("name")
        if wanted:
            alias = alias or name
        whence = nodes.get("from", [])
        front = self._owners.of(*((whence[0], whence[0].start_byte) if whence else (node, start)))
        origin = ".".join(filter(None, (front, _text(whence, self._source))))
        if "words" in said:
            return "", origin, alias
        return *self._imported(node, wanted or name, origin, said), alias

    def _named(self, start: int, name: str, mention: Mention) -> tuple[str, str]:
        """The name of what is used, and what it is a member of."""
        _, _, node, nodes, said = mention
        qualifier = _text(nodes["qualifier"], self._source).rstrip(".") if "qualifier" in nodes else ""
        if "selector" in nodes:
            name = selector(node, nodes["selector"][0], self._source)
            qualifier = qualifier if _PATH.fullmatch(qualifier) else "?"
        if not qualifier and "bare" not in said:
            qualifier = self._owners.of(node, start)
        whole = "::" in name
        path, _, last = name.rpartition("::" if whole else ".")
        if last and (path or whole) and node.type not in _SIGNS:  # a path that the grammar takes for one name
            return last, f"{qualifier}.{path}" if qualifier and not whole else path
        return name, qualifier


def _rank(role: str, pattern: int) -> int:
    """How strongly a pattern takes a name: the less, the stronger."""
    return _STRENGTH.get(role, 0) * _PATTERNS + pattern


@cache
def _plain(lone: tuple[str, ...]) -> tuple[tuple[int, str] | None, ...]:
    """The rank and the kind of each pattern that does nothing but to take a name; None for the others."""
    kinds = [key.removeprefix("reference.") for key in lone]
    return tuple(
        (_rank(kind, pattern), kind) if kind != lone[pattern] and kind in _STRENGTH else None
        for pattern, kind in enumerate(kinds)
    )


@cache
def _subject(names: tuple[str, ...]) -> str:
    """What a match is about: its one capture that is neither a part of something nor for predicates."""
    subject = ""
    for name in names:
        if name not in _PARTS and name[0] != "_":
            if name != "module":
                return name
            subject = name
    return subject


class _Spans:
    """Nested spans in source order, asked for the smallest around an offset, in rising order of the offsets."""

    def __init__(self, spans: list[tuple[int, int, int]]) -> None:
        self._spans = spans
        self._next = 0
        self._open: list[tuple[int, int]] = [(1 << 62, 0)]  # ends and positions, the outermost first
        self._position = 0
        self._until = -1  # the offset at which something begins or ends, and the position changes

    def around(self, offset: int) -> int:
        """The position of the smallest span around ``offset``; 0, the file's own, where there is none."""
        if offset >= self._until:
            self._go_to(offset)
        return self._position

    def _go_to(self, offset: int) -> None:
        while self._next < len(self._spans) and self._spans[self._next][0] <= offset:
            start, end, position = self._spans[self._next]
            self._close(start)
            self._open.append((end, position))
            self._next += 1
        self._close(offset)
        following = self._spans[self._next][0] if self._next < len(self._spans) else 1 << 62
        until, self._position = self._open[-1]
        self._until = min(following, until)

    def _close(self, offset: int) -> None:
        while self._open[-1][0] <= offset:
            self._open.pop()

    def open(self) -> list[int]:
        """The positions of all spans around the offset last asked for, the file's own first."""
        return [position for _, position in self._open]


def _each_word(reference: Reference, text: str) -> list[Reference]:
    """A reference for each of the names in the one text that was captured."""
    every: list[Reference] = []
    line, column, position = reference.line, reference.column, 0
    for word in islice(_WORD.finditer(text), _MAX_WORDS):
        gap = text[position : word.start()]
        line += gap.count("\n")
        column = len(gap) - gap.rfind("\n") if "\n" in gap else column + len(gap)
        path, _, name = word[0].removesuffix("::").rpartition("::")
        origin = reference.qualifier if reference.kind == "import" else path
        every.append(reference._replace(name=name, qualifier=origin, line=line, column=column))
        column, position = column + len(word[0]), word.end()
    return every


def _parted(text: str, *, quoted: bool) -> tuple[str, str, str]:
    """An import's path in front of its last part, what joins them, and that part."""
    for separator in ("/",) if quoted else ("::", "\\", "/", "."):
        if separator in text.strip(separator):
            return text.rstrip(separator).rpartition(separator)
    return "", "", text


def _paths_around(node: Node, kind: str) -> list[Node]:
    """The ``path`` fields of the nodes of one type around a node, the outermost first."""
    found: list[Node] = []
    above = node.parent
    while above is not None and not above.type.endswith("declaration"):
        path = above.child_by_field_name("path") if above.type == kind else None
        if path is not None and path.end_byte <= node.start_byte:
            found.insert(0, path)
        above = above.parent
    return found


def _text(nodes: list[Node] | None, source: Source) -> str:
    """The text from the first of the nodes to the last, on one line."""
    if not nodes:
        return ""
    start, end = nodes[0].start_byte, nodes[-1].end_byte
    return " ".join(source.between(start, min(end, start + 4 * MAX_NAME))[:MAX_NAME].split())
