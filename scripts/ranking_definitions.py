"""Definitions as answers: to what is said of them, in a tree where nobody says it; and to their names.

The first sentence of a documentation asks for its definition. The index holds documentation, which would make that
trivial, so such queries are asked of a *bare* tree: every definition's documentation is blanked in it, not only that of
the wanted ones, or what lacks documentation would always be the answer. Lines stay where they were.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from comments import spans
from documented import BUILT, KINDS, LEAST_WORDS, MOST_SHARED, MOST_WORDS, first_sentence
from ranking_commits import Query
from trees import NOT_DEFINITIONS

from te_cli.parse import parse
from te_cli.rank.roles import role_of
from te_cli.words import words_of

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from te_cli.model import Parsed, Symbol
    from te_cli.walk.content import FileText

KEY_WORDS = 8
"""Words by whose first occurrence a documentation is known in a comment."""

LEAST_REFERRED = 3
"""Files that refer to a name that is worth asking for."""

LEAST_LETTERS = 4
QUALIFIED = 0.3
"""How often a member is asked for by its qualified name."""

_QUOTES = re.compile(r"^\w*(\"\"\"|''')")


class Source(NamedTuple):
    """A file of code, what its text holds, and its text without what documents its definitions."""

    file: FileText
    parsed: Parsed
    bare: str


def source_of(file: FileText) -> Source | None:
    """A file of code; None for others, and where the parser fails, for one file is no matter."""
    if file.content != "code":
        return None
    try:
        parsed = parse(file.path, file.language, file.text)
    except Exception:  # noqa: BLE001 - whatever a file does to the parser, the others go on
        return None
    return Source(file, parsed, undocumented(file.text, file.language, [unit.symbol.doc for unit in parsed.units[1:]]))


def undocumented(text: str, language: str, docs: Sequence[str]) -> str:
    """``text`` with the comments and docstrings blanked that say what one of ``docs`` says; its lines stay."""
    keys = {" ".join(words_of(doc)[:KEY_WORDS]) for doc in docs} - {""}
    kept: list[str] = []
    end = 0
    for block in _blocks(text, language) if keys else ():
        said = " ".join(word for match in block for word in words_of(match[0]))
        if any(said.startswith(key) or (key.count(" ") >= LEAST_WORDS - 1 and key in said) for key in keys):
            for match in block:
                kept += [text[end : match.start()], _blanked(match)]
                end = match.end()
    return "".join([*kept, text[end:]])


def _blocks(text: str, language: str) -> list[list[re.Match[str]]]:
    """Comments, those on consecutive lines together."""
    blocks: list[list[re.Match[str]]] = []
    for match in spans(text, language):
        between = text[blocks[-1][-1].end() : match.start()] if blocks else "code"
        joined = blocks and match.lastgroup == blocks[-1][-1].lastgroup == "comment"
        if joined and not between.strip() and between.count("\n") <= 1:
            blocks[-1].append(match)
        else:
            blocks.append([match])
    return blocks


def _blanked(match: re.Match[str]) -> str:
    lines = "\n" * match[0].count("\n")
    quotes = _QUOTES.match(match[0]) if match.lastgroup == "block" else None  # a body may be nothing but its docstring
    return f"{quotes[0]}{lines}{quotes[1]}" if quotes else lines


def told(sources: Sequence[Source], draw: random.Random, most: int) -> list[Query]:
    """Queries of the kind ``doc``: first sentences, and the lines that their definitions have in the bare tree.

    A sentence that is said elsewhere too, or of many definitions, asks for nothing in particular.
    """
    above: dict[str, list[tuple[Source, Symbol]]] = defaultdict(list)
    for source in sources:
        if role_of(source.file.path) in ("source", "compat") and not BUILT.intersection(source.file.path.split("/")):
            for unit in source.parsed.units[1:]:
                wanted = unit.symbol.kind in KINDS and not unit.symbol.name.lower().startswith("test")
                text = sentence(unit.symbol) if wanted else ""
                if text:
                    above[text].append((source, unit.symbol))
    few = [(text, places) for text, places in above.items() if len(places) <= MOST_SHARED]
    draw.shuffle(few)
    everything = [" ".join(words_of(source.bare)) for source in sources]
    found: list[Query] = []
    for text, places in few:
        gold = [_bare_lines(source, symbol) for source, symbol in places]
        key = " ".join(words_of(text))
        if all(gold) and not any(key in other for other in everything):
            found.append(Query("doc", text, tuple(lines for lines in gold if lines)))
        if len(found) == most:
            break
    return found


def sentence(symbol: Symbol) -> str:
    """What is first said of a definition, less its name in front, as some languages want it; empty if too little."""
    text = first_sentence(symbol.doc)
    text = re.sub(
        rf"^(?:(?:the|an?)\s+)?{re.escape(symbol.name)}(?:\(\))?(?!\w)[\s:,-]*", "", text, flags=re.IGNORECASE
    )
    enough = LEAST_WORDS <= len(words_of(text)) <= MOST_WORDS and len(text.split()) >= LEAST_WORDS
    return text if enough else ""


def _bare_lines(source: Source, symbol: Symbol) -> dict[str, str | int] | None:
    """Where a definition is in the bare file; None where it still is documented, or is not found."""
    units = parse(source.file.path, source.file.language, source.bare).units
    same = [
        unit.symbol
        for unit in units[1:]
        if (unit.symbol.kind, unit.symbol.qualified_name) == (symbol.kind, symbol.qualified_name)
    ]
    nearest = min(same, key=lambda other: abs(other.end_line - symbol.end_line), default=None)
    if nearest is None or nearest.doc:
        return None
    return {"path": source.file.path, "start_line": nearest.start_line, "end_line": nearest.end_line}


def named(sources: Sequence[Source], draw: random.Random, most: int) -> list[Query]:
    """Queries of the kind ``name``: names that one definition alone has to the letter, and that others are near to.

    Near are namesakes in tests and examples, those of another case, and names that begin with it: without any of them
    there is nothing to rank. Members are asked for by their qualified name now and then.
    """
    defined: dict[str, list[tuple[str, Symbol]]] = defaultdict(list)
    rivals: Counter[str] = Counter()
    referred: Counter[str] = Counter()
    for source in sources:
        referred.update({reference.name for reference in source.parsed.references})
        symbols = [unit.symbol for unit in source.parsed.units if unit.symbol.kind not in NOT_DEFINITIONS]
        for symbol in symbols:
            lowered = symbol.name.lower()
            rivals.update({lowered[:size] for size in range(LEAST_LETTERS, len(lowered) + 1)})
            if role_of(source.file.path) == "source" and symbol.kind in KINDS:
                defined[symbol.name].append((source.file.path, symbol))
    wanted = [
        (name, *places[0])
        for name, places in sorted(defined.items())
        if len(places) == 1 and _worth_asking(name) and referred[name] >= LEAST_REFERRED and rivals[name.lower()] > 1
    ]
    draw.shuffle(wanted)
    return [
        Query(
            "name",
            symbol.qualified_name if draw.random() < QUALIFIED else name,
            ({"path": path, "start_line": symbol.start_line, "end_line": symbol.end_line},),
        )
        for name, path, symbol in wanted[:most]
    ]


def _worth_asking(name: str) -> bool:
    return len(name) >= LEAST_LETTERS and name[0].isalpha() and name.isidentifier()
