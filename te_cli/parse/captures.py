"""From a query's matches to what was found: definitions, scopes, comments and what else the queries name.

What the captures mean, in every ``queries/*.scm``, where those that begin with ``_`` serve predicates only:

``@definition.KIND``   a definition, whole; ``@name`` is its name, ``@owner`` the type that it names as its own
                       (``func (s *Server) Serve``), ``@body`` is no part of its signature (else the field ``body``,
                       of the definition or of ``@held``, the function or class that it is the name of)
``@declarator``         in place of ``@name`` (C, C++): the name is at the end of its chain of declarators; a variable
                       or field whose declarator is a function's is the prototype of a function
``@declaration.KIND``  the same, but it yields to a definition of that name in the same file (prototypes, overloads)
``@parameters``        beside a definition: it holds as many named nodes as there are arguments, in which clauses agree
``@end``               beside a definition: a later node, with which it ends (Dart's bodies stand behind signatures)
``@scope``             lends its ``@name`` (or ``@module``) to what it encloses, and is no unit itself (Rust's ``impl``)
``@local``             an unnamed function: values and methods right inside it are local, so they are no units
``@anonymous``         an unnamed class: its methods are units even inside a function, whose name they then bear
``@module``            the package or namespace that everything below it belongs to, up to the end of ``@within``
``@ignore``            its ``@name`` is no definition, whatever patterns further down say; without a name: this function
                       is not ``@local`` (modules that are functions called at once)
``@elsewhere``         a pattern: the names in it are defined elsewhere (cheaper than to ``@ignore`` each of many)
``@comment``           a comment; ``@filedoc`` a comment or string about the whole file
``@selector``          beside a definition or a reference: the node whose words, each before a colon, make up the name
``@documented``        a definition whose documentation is the string ``@doc``
``@attribute``         a decorator, annotation or attribute
``@modifier``          what belongs to the definition right behind it as an attribute does, and to its signature, too
``@wrapper``           begins before the definition it holds, ``@wrapped`` (``export``), and ends later or with ``@end``

Where several patterns take the same name, the one that stands first in the file wins. ``(#set! transparent)``: the
definition lends no name to what it encloses; ``(#set! prefix "operator ")``: so begins its name; ``(#set! lift …)``: it
is named after something farther out than what encloses it: nothing ("file"), what encloses the type it stands in
("namespace"), or the nearest type ("type"). ``(#set! shown …)``: it is a unit inside functions, too, those that have
a name ("named") or all ("anywhere"). ``(#set! clauses ";")``: such definitions of one name are one where the one above
ends so (Erlang), or, without a text, where nothing but comments stands between (Haskell). ``(#set! arity)``: its
qualified name ends with the number of its arguments, ``f/2``. ``(#set! extends)``: it is named ``OWNER+NAME``, and what
it holds is the owner's (Objective-C). ``(#set! words)``: the name is a list of them. ``(#set! quoted)``: it begins
behind a quote. ``(#set! apart)``: empty lines may stand below such a comment. ``(#set! nested ".")`` joins a module to
that around it. ``(#set! either)``: such an attribute may be about the definition above it as well as the one below it.
``(#set! whole)``: the grammar may have seen no more than the end of the name.

``@reference.KIND``    a name that is defined elsewhere: :mod:`te_cli.parse.references` says more of those patterns

Where its fields alone tell what a node is, patterns say ``_`` in place of its kind: for each kind with children in a
pattern tree-sitter walks the whole parse table (Zig's up to a second), and each new process waits for that.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from te_cli.parse.declarators import declared
from te_cli.parse.names import MAX_NAME, selector, text_of, whole_name

if TYPE_CHECKING:
    from tree_sitter import Node

    from te_cli.parse.references import Mentions
    from te_cli.parse.source import Source
    from te_cli.parse.syntax import Match

Role = Literal["definition", "declaration", "scope", "local", "anonymous"]

MAX_FOUND: Final = 20_000
"""Definitions read from one file. Past that it is data: the rest of its lines belong to the module unit."""

_VALUES: Final = frozenset(("variable", "constant", "field"))
_BLANK_LINE: Final = re.compile(rb"[ \t\r]*\n[ \t\r]*\n")
_WORD: Final = re.compile(r"[^\s,]+")
_CLOSERS: Final = b"})],; \t\r"


@dataclass(slots=True)
class Found:
    """One thing that a query captured. Offsets are bytes, rows count from 0 and are inclusive.

    ``node`` is the captured node's own range; ``start`` and ``start_row`` move up to a wrapper's and to attributes'.
    """

    role: Role
    kind: str
    name: str
    start: int
    end: int
    start_row: int
    end_row: int
    node: tuple[int, int]
    pattern: int
    name_start: int = 0
    body: tuple[int, int] = (0, 0)
    owner: str = ""
    prefix: str = ""
    parameters: int = 0
    arity: bool = False
    transparent: bool = False
    shown: str = ""
    lift: str = ""
    extends: str = ""
    module: str = ""
    doc_start: int = -1
    doc_row: int = -1

    @property
    def first_row(self) -> int:
        """The row on which it begins, its documentation included."""
        return self.start_row if self.doc_row < 0 else self.doc_row


class Comment(NamedTuple):
    """A comment: its bytes, its rows, its column, whether it stands alone on its lines, and whether at a line's end.

    ``apart``: empty lines may stand between it and what it speaks of.
    """

    start: int
    end: int
    start_row: int
    end_row: int
    column: int
    alone: bool
    trailing: bool
    apart: bool = False


class Wrapper(NamedTuple):
    """What a definition takes in around it: bytes and rows; ``node`` is the wrapper's range, which may end later."""

    start: int
    end: int
    start_row: int
    end_row: int
    node: tuple[int, int]


@dataclass(slots=True)
class Captures:
    """All that a file's matches say, each list in no particular order; ``claimed`` are the offsets of names."""

    found: list[Found] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    attributes: list[Comment] = field(default_factory=list)
    modifiers: set[int] = field(default_factory=set)
    file_docs: list[Comment] = field(default_factory=list)
    docs: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    wrappers: dict[tuple[int, int], Wrapper] = field(default_factory=dict)
    modules: list[tuple[int, str]] = field(default_factory=list)
    claimed: frozenset[int] = frozenset()

    def add_attributes(self, spans: list[tuple[int, int]], source: Source) -> None:
        """Macros count as attributes of what follows them directly."""
        row, counted = 0, 0
        for start, end in spans:
            row += source.data.count(b"\n", counted, start)
            counted = start
            if not _BLANK_LINE.match(source.data, end):
                self.attributes.append(Comment(start, end, row, row, source.column(start), alone=False, trailing=False))
        if spans:
            self.attributes.sort(key=_start)

    def attributes_in(self, start: int, end: int) -> list[Comment]:
        """The attributes between two offsets that are no modifiers; matches come in source order, and so do they."""
        first = bisect_left(self.attributes, start, key=_start)
        last = bisect_left(self.attributes, end, lo=first, key=_start)
        return [each for each in self.attributes[first:last] if each.start not in self.modifiers]


def _start(comment: Comment) -> int:
    return comment.start


def collect(
    matches: list[Match],
    lone: tuple[str, ...],
    settings: dict[int, dict[str, str | None]],
    source: Source,
    mentions: Mentions,
) -> Captures:
    """Sort the matches by what they are about; ``mentions`` takes those of references."""
    captures = Captures()
    named: dict[int, Found | None] = {}
    ranks: dict[int, int] = {}
    passed: dict[str, set[tuple[int, int]]] = {"ignore": set(), "elsewhere": set()}
    asides = {"comment": captures.comments, "attribute": captures.attributes, "filedoc": captures.file_docs}
    for key, pattern, nodes in mentions.others(matches, lone, settings):
        if key == "modifier":
            captures.attributes.append(_comment(nodes[key][0], source))
            captures.modifiers.add(captures.attributes[-1].start)
        elif key in asides:
            aside = _comment(nodes[key][0], source)
            said = settings.get(pattern, _NOTHING)
            if "either" not in said or _is_about_next(aside, captures, source):
                asides[key].append(aside._replace(apart=True) if "apart" in said else aside)
        elif key == "documented":
            captures.docs[nodes["documented"][0].byte_range] = nodes["doc"][0].byte_range
        elif key == "wrapper":
            _wrap(captures, nodes)
        elif key in ("local", "anonymous"):
            captures.found.append(_found(key, "", nodes[key][0], pattern))  # type: ignore[arg-type]
        elif key in passed and _NAMES.isdisjoint(nodes):
            passed[key].add(nodes[key][0].byte_range)
        elif key == "module":
            _enter_module(captures.modules, nodes, settings.get(pattern, _NOTHING).get("nested") or "", source)
        elif key == "scope" and "module" in nodes:
            scope = _found("scope", "", nodes["scope"][0], pattern)
            scope.module = text_of(nodes["module"][0], source)
            captures.found.append(scope)
        else:
            _claim(named, ranks, key, pattern, nodes, source)
    captures.found = [item for item in captures.found if item.role != "local" or item.node not in passed["ignore"]]
    captures.comments.sort(key=_start)
    defined = _defined_here([found for found in named.values() if found is not None], sorted(passed["elsewhere"]))
    captures.found += _settled(defined, settings, captures, source)
    captures.claimed = frozenset(named)
    return captures


def _defined_here(claimed: list[Found], elsewhere: list[tuple[int, int]]) -> list[Found]:
    """The definitions whose names do not lie in one of the ranges."""
    if not elsewhere:
        return claimed
    starts = [start for start, _ in elsewhere]

    def outside(found: Found) -> bool:
        at = bisect_left(starts, found.name_start) - 1
        return at < 0 or elsewhere[at][1] <= found.name_start

    return [found for found in claimed if outside(found)]


def _is_about_next(aside: Comment, captures: Captures, source: Source) -> bool:
    """Whether no empty line follows an attribute, and no code stands on the line above it."""
    if _BLANK_LINE.match(source.data, aside.end):
        return False
    above = source.data[max(0, aside.start - 200) : aside.start].split(b"\n")[-2:]
    beside = (each[-1].end_row for each in (captures.comments, captures.attributes) if each)
    return not above[0].strip() or aside.start_row - 1 in beside


def _settled(
    claimed: list[Found], settings: dict[int, dict[str, str | None]], captures: Captures, source: Source
) -> list[Found]:
    """The definitions with what their patterns set; the further clauses of one are joined to its first."""
    kept: list[Found] = []
    last: Found | None = None
    for found in claimed:
        said = settings.get(found.pattern, {})
        if "clauses" in said:
            if last is not None and _goes_on(last, found, captures, source, said["clauses"] or ""):
                if last.body == (0, 0):
                    last.body = (last.end, last.end)
                last.end, last.end_row = found.end, found.end_row
                continue
            last = found
        found.transparent, found.prefix = "transparent" in said, said.get("prefix") or ""
        found.shown, found.lift, found.arity = said.get("shown") or "", said.get("lift") or "", "arity" in said
        if "extends" in said:
            found.name, found.extends, found.owner = f"{found.owner}+{found.name}", found.owner, ""
        if "whole" in said:
            found.name = whole_name(found.name, found.start, found.name_start, source)
        if "quoted" in said:
            found.name = re.split("[\"']", found.name, maxsplit=1)[-1]
        kept += _each_word(found) if "words" in said else [found]
    return kept


def _each_word(found: Found) -> list[Found]:
    """A definition for each of the names in the one that was captured."""
    words = _WORD.finditer(found.name)
    return [replace(found, name=word[0], name_start=found.name_start + word.start()) for word in words]


def _enter_module(modules: list[tuple[int, str]], nodes: dict[str, list[Node]], front: str, source: Source) -> None:
    """Note where a module begins and, if it ends with a block, what goes on there; ``front`` joins it to the outer."""
    start, block = nodes["module"][0].start_byte, nodes.get("within")
    around = max((module for module in modules[-64:] if module[0] < start), default=(0, ""))[1]  # one near is enough
    if block is not None:
        modules.append((block[0].end_byte, around))
    outer = around[:MAX_NAME] + front if around and front else ""
    modules.append((start, outer + text_of(nodes["module"][0], source)))


def _goes_on(last: Found, found: Found, captures: Captures, source: Source, link: str) -> bool:
    """Whether ``found`` is one more clause of ``last``: behind ``link``, or, where that is empty, right below it."""
    if last.name != found.name or last.parameters != found.parameters:
        return False
    if link:
        return source.data.endswith(link.encode(), last.start, last.end)
    position = last.end
    first, beyond = (bisect_left(captures.comments, at, key=_start) for at in (last.end, found.start))
    for comment in captures.comments[first:beyond]:
        if source.data[position : comment.start].strip():
            break
        position = comment.end
    return not source.data[position : found.start].strip()


_NAMES: Final = frozenset(("name", "declarator"))
_NOTHING: Final[dict[str, str | None]] = {}


def _claim(
    named: dict[int, Found | None], ranks: dict[int, int], key: str, pattern: int, nodes: dict[str, list[Node]],
    source: Source,
) -> None:  # fmt: skip
    """Take the match's name for it, unless a pattern that stands earlier in the query has taken that name."""
    if len(named) >= MAX_FOUND:
        return
    role, _, kind = key.partition(".")
    if "declarator" in nodes:
        name, is_function = declared(nodes["declarator"][0])
        if is_function and kind in _VALUES:
            role, kind = "declaration", "function"
    else:
        name = nodes["name"][0]
    at = name.start_byte if key != "scope" else -1 - nodes[key][0].start_byte
    rank = ranks.get(at, pattern + 1)
    if rank < pattern or (rank == pattern and "body" not in nodes and "held" not in nodes):
        return
    ranks[at] = pattern
    if key == "ignore":
        named[at] = None
        return
    found = _found(role, kind, nodes[key][0], pattern)  # type: ignore[arg-type]
    found.name = selector(name, nodes["selector"][0], source) if "selector" in nodes else text_of(name, source)
    found.name_start = name.start_byte
    if "end" in nodes:
        found.end, found.end_row = nodes["end"][-1].end_byte, _rows(nodes["end"][-1])[1]
    if "parameters" in nodes:
        found.parameters = sum(child.type != "comment" for child in nodes["parameters"][0].named_children)
    if "owner" in nodes:
        found.owner = text_of(nodes["owner"][0], source)
    if "body" in nodes:
        found.body = nodes["body"][0].byte_range
    elif "held" in nodes or (role != "scope" and kind not in _VALUES):
        body = nodes["held" if "held" in nodes else key][0].child_by_field_name("body")
        found.body = body.byte_range if body is not None else (0, 0)
    named[at] = found


def _found(role: Role, kind: str, node: Node, pattern: int) -> Found:
    start, end = node.byte_range
    start_row, end_row = _rows(node)
    return Found(role, kind, "", start, end, start_row, end_row, (start, end), pattern)


def _rows(node: Node) -> tuple[int, int]:
    """A node's first and last row; one that takes in its line's end does not reach into the next line."""
    start_row = node.start_point[0]
    end_row, column = node.end_point
    return start_row, end_row - 1 if column == 0 and end_row > start_row else end_row


def _comment(node: Node, source: Source) -> Comment:
    start, end = node.byte_range
    start_row, end_row = _rows(node)
    if source.data[end - 1 : end].isspace():  # some grammars' comments reach into the next line
        text = source.data[start:end]
        blank = text[len(text.rstrip()) :]
        if b"\n" in blank:
            end, end_row = end - len(blank), node.end_point[0] - blank.count(b"\n")
    column = node.start_point[1]
    leads, after = source.starts_line(start, column), source.rest_of_line(end)
    return Comment(start, end, start_row, end_row, column, leads and not after, not (leads or after.strip(_CLOSERS)))


def _wrap(captures: Captures, nodes: dict[str, list[Node]]) -> None:
    wrapper, wrapped = nodes["wrapper"][0], nodes["wrapped"][0]
    last = nodes.get("end", nodes["wrapper"])[0]
    start_row, end_row = _rows(wrapper)[0], _rows(last)[1]
    around = Wrapper(wrapper.start_byte, last.end_byte, start_row, end_row, wrapper.byte_range)
    captures.wrappers[wrapped.byte_range] = around
