"""Source code: the units of a file in a language that has a grammar."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from te_cli.model import Parsed, Symbol, Unit
from te_cli.parse import blocks, syntax
from te_cli.parse.captures import Captures, Found, collect
from te_cli.parse.docs import Comments, clean_comment, clean_string
from te_cli.parse.ends import trim
from te_cli.parse.grammars import GRAMMARS, Grammar
from te_cli.parse.literate import as_program
from te_cli.parse.nesting import Placed, place
from te_cli.parse.references import Mentions
from te_cli.parse.signatures import signature, tidy
from te_cli.parse.source import Source
from te_cli.parse.texts import texts_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from te_cli.parse.captures import Comment

_BESIDE: Final = frozenset(("field", "constant", "variable", "property", "type"))
"""Kinds that are often documented by a comment at the end of their line."""

_PARTS: Final = frozenset(("constructor", "field"))
"""Kinds that are parts of a type: what stands below the last of them is about the type."""

_HEADER_BYTES: Final = 2_000
"""How far into a definition without a body comments are looked for, to leave them out of its signature."""

_TELLING_WORDS: Final = 3
"""Words from which on the documentation of a definition is kept although a declaration of it has its own."""

_SOURCE_FOLDERS: Final = ("src", "lib", "python")
"""Leading folders that are no part of a Python module's name."""


def read_code(path: str, language: str, source: Source) -> Parsed | None:
    """The module unit, the file's definitions and its references; None where the grammar takes too long."""
    grammar = GRAMMARS[language]
    if grammar.literate and path.endswith(grammar.literate):
        source = Source(as_program(source.text))
    try:
        matches, macros = syntax.matches(language, source.data)
    except syntax.ParserTimedOut:
        return None
    mentions = Mentions(source, grammar.links, grammar.primitives, grammar.keywords)
    captures = collect(matches, syntax.lone(language), syntax.settings(language), source, mentions)
    captures.add_attributes(macros, source)
    trim(captures, source)
    _unwrap(captures)
    module = _NAMED[grammar.module](path)
    placed = place(captures, grammar.separator, module)
    return _File(path, source, captures, grammar, module).parsed(placed, mentions)


def module_path(path: str) -> str:
    """The dotted name under which Python would import a file: ``src/pkg/sub/mod.py`` is ``pkg.sub.mod``."""
    parts = list(PurePosixPath(path).with_suffix("").parts)
    if len(parts) > 1 and parts[0] in _SOURCE_FOLDERS:
        parts = parts[1:]
    if len(parts) > 1 and parts[-1] == "__init__":
        parts.pop()
    return ".".join(parts)


def _file_module(path: str) -> str:
    """What OCaml calls a file's module: ``src/lwt_io.ml`` is ``Lwt_io``."""
    stem = PurePosixPath(path).name.partition(".")[0]
    return stem[:1].upper() + stem[1:]


_NAMED: Final = {"": lambda _path: "", "path": module_path, "file": _file_module}


def _unwrap(captures: Captures) -> None:
    """Let each definition begin where what wraps it begins."""
    wrappers = captures.wrappers
    if not wrappers:
        return
    for found in captures.found:
        around = wrappers.get(found.node)
        whole = True
        while around is not None:
            found.start, found.start_row = around.start, around.start_row
            if whole:
                found.end, found.end_row = around.end, around.end_row
            whole = whole and around.end == around.node[1]
            around = wrappers.get(around.node)


class _File:
    """One file on its way from captures to units."""

    def __init__(self, path: str, source: Source, captures: Captures, grammar: Grammar, module: str) -> None:
        self.stem = PurePosixPath(path).stem
        self.source = source
        self.captures = captures
        self.grammar = grammar
        self.module = module or next((name for _, name in sorted(captures.modules)), "")
        self.full_name = module or self.stem
        self.comments = Comments(captures, source, xml=grammar.doc == "xml")

    def parsed(self, placed: list[Placed], mentions: Mentions) -> Parsed:
        """The module unit, the definitions, and blocks where long stretches of code define nothing; the references."""
        docs = {id(item): self._doc_of(item) for item in placed}
        file_doc, at_top = self._file_doc(placed)
        if self.grammar.overloads:
            for item in placed:
                self._take_in_overloads(item)
        placed = self._with_blocks(placed, at_top)
        headers = [self._header(item) for item in placed]
        texts = texts_of(placed, headers, self.source)
        module = Symbol("module", self.stem, self.full_name, self.module, "", file_doc, 1, self.source.lines)
        units = [Unit(module, texts[-1])]
        for item, header, text in zip(placed, headers, texts, strict=False):
            units.append(Unit(_symbol(item, header, docs.get(id(item), "")), text))
        return Parsed(tuple(units), mentions.settle(_spans(placed), self.captures.claimed))

    def _take_in_overloads(self, item: Placed) -> None:
        """Let a definition begin with those of its declarations that stand right above it."""
        found = item.found
        for declared in reversed(item.declared):
            if not declared.end <= found.start:
                return
            position, between = declared.end, b""
            for start, end in self.comments.inside(declared.end, found.start):
                between += self.source.data[position:start]
                position = end
            if (between + self.source.data[position : found.start]).strip(b"; \t\r\n"):
                return
            found.start, found.start_row = declared.start, declared.start_row
            found.doc_start, found.doc_row = declared.doc_start, declared.doc_row

    def _doc_of(self, item: Placed) -> str:
        """What is said of a definition, or else of the first of its declarations of which anything is said.

        Above an implementation often stands no more than that it is one.
        """
        own = self._doc(item.found)
        declared = next(filter(None, [self._doc(found) for found in item.declared]), "")
        return own if len(own.split()) >= _TELLING_WORDS or not declared else declared

    def _doc(self, found: Found) -> str:
        above = self.comments.above(found)
        string = self.captures.docs.get(found.node)
        if string is not None:
            return clean_string(self.source.between(*string))
        below = self.grammar.doc == "below"
        if not above and (below or found.kind in _BESIDE):
            above = self.comments.beside(found, marked=found.kind not in _BESIDE)
        if not above and below and found.kind not in _PARTS:
            return self.comments.below(found)
        return above

    def _header(self, item: Placed) -> str:
        found = item.found
        if item.kind == "block":
            text = self.source.between(found.start, found.end).lstrip()
            return tidy(text.partition("\n")[0][:1000])
        if self.grammar.overloads and item.declared:
            found = item.declared[0]
        attributes = self.captures.attributes_in(found.start, found.name_start)
        left_out = [(a.start, self.source.past_bracket(a.end)) for a in attributes]
        body, _ = found.body
        left_out += self.comments.inside(found.start, min(found.end, body or found.start + _HEADER_BYTES))
        return signature(found, self.source, left_out, self.grammar.closer)

    def _file_doc(self, placed: list[Placed]) -> tuple[str, list[Comment]]:
        """What the file says of itself, and the comments and strings at its top that say it."""
        founds = (found for item in placed for found in (item.found, *item.declared))
        starts = (found.doc_start if found.doc_start >= 0 else found.start for found in founds)
        before = min(starts, default=len(self.source.data))
        doc, at_top = self.comments.of_file(before)
        own = sorted(
            (piece for piece in self.captures.file_docs if piece.apart or piece.start < before),
            key=lambda piece: piece.start,
        )
        if own:
            texts = [self.source.between(piece.start, piece.end) for piece in own]
            doc = clean_string(texts[0]) if self.grammar.doc == "docstring" else clean_comment(texts)
        return doc, [*at_top, *own]

    def _with_blocks(self, placed: list[Placed], at_top: list[Comment]) -> list[Placed]:
        """The definitions, and a block for each piece of a long stretch between those at the top."""
        covered = [(comment.start_row, comment.end_row) for comment in at_top]
        for item in placed:
            if item.parent is None:
                covered += [(found.first_row, found.end_row) for found in (item.found, *item.declared)]
        stretches = _stretches(sorted(covered), self.source.lines)
        if not stretches:
            return placed
        lines = self.source.text.split("\n")
        new: list[Placed] = []
        starts = self.source.row_starts()
        for first, last in stretches:
            for start, end in blocks.cut(lines, first, last):
                name = f"{self.stem}:{start + 1}"
                begin, stop = starts[start], starts[end + 1] - 1
                found = Found("definition", "block", name, begin, stop, start, end, (begin, stop), 0)
                new.append(Placed(found, "block", name, name, self.module, None))
        return _merged(placed, new)


def _stretches(covered: list[tuple[int, int]], lines: int) -> list[tuple[int, int]]:
    """The runs of rows, long enough to be cut, that nothing covers."""
    found: list[tuple[int, int]] = []
    row = 0
    for first, last in covered:
        if first - row > blocks.UNCUT_LINES:
            found.append((row, first - 1))
        row = max(row, last + 1)
    if lines - row > blocks.UNCUT_LINES:
        found.append((row, lines - 1))
    return found


def _merged(placed: list[Placed], new: list[Placed]) -> list[Placed]:
    """Both lists as one in source order, the parents' positions put right."""
    merged = sorted([*placed, *new], key=lambda item: item.found.start)
    positions = {id(item): position for position, item in enumerate(merged)}
    for item in placed:
        if item.parent is not None:
            item.parent = positions[id(placed[item.parent])]
        if item.owner is not None:
            item.owner = positions[id(placed[item.owner])]
    return merged


def _spans(placed: list[Placed]) -> Iterator[tuple[int, int, int]]:
    """Where the units stand, with their positions; what yielded to a definition is a part of it."""
    for position, item in enumerate(placed, start=1):
        for found in (item.found, *item.declared):
            yield found.start, found.end, position


def _symbol(item: Placed, header: str, doc: str) -> Symbol:
    found = item.found
    above = item.parent if item.owner is None else item.owner
    parent = None if above is None else above + 1
    return Symbol(
        item.kind, item.name, item.qualified_name, item.module, header, doc,
        found.start_row + 1, found.end_row + 1, parent,
    )  # fmt: skip
