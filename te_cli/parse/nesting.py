"""Which definition encloses which, and what each is called in full.

One walk over what was found, in source order, with a stack: nothing recurses, so depth is no danger.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from te_cli.parse.captures import Captures, Found

MAX_NESTING: Final = 24
"""Named definitions inside one another that are told apart; what lies deeper belongs to the last of them."""

_FUNCTIONS: Final = frozenset(("function", "method", "constructor", "property", "macro"))
_CONTAINERS: Final = frozenset(("class", "struct", "union", "enum", "interface", "trait"))
_LOCAL_KINDS: Final = frozenset(("variable", "constant", "field", "property", "method"))
_IN_CONTAINER: Final = {"function": "method", "variable": "field"}

_GENERICS: Final = re.compile(r"<[^<>]*>")
_NOT_NAME: Final = re.compile(r"^[\s'\"`:&*\[]+|[\s'\"`\]]+$")
_SPACE: Final = re.compile(r"\s+")


@dataclass(slots=True)
class Placed:
    """A definition with its place: full name, module, and the position of the definition that encloses it."""

    found: Found
    kind: str
    name: str
    qualified_name: str
    module: str
    parent: int | None


@dataclass(slots=True)
class _Level:
    """One enclosing thing: where it ends, and what it lends to what stands inside."""

    node: tuple[int, int]
    end: int
    prefix: str
    module: str
    position: int | None
    depth: int
    hides: bool
    contains: bool


def place(captures: Captures, separator: str, module: str) -> list[Placed]:
    """The file's definitions in source order, each with its name in full, less what is local to a function."""
    modules = sorted(captures.modules)
    offsets = [offset for offset, _ in modules]
    placed: list[Placed] = []
    stack = [_Level((-1, -1), 1 << 62, "", module, None, 0, hides=False, contains=False)]
    for found in sorted(captures.found, key=_source_order):
        while stack[-1].end < found.end or stack[-1].node == found.node:
            stack.pop()
        above = stack[-1]
        if above.position is None and not above.prefix and modules:
            at = bisect_right(offsets, found.start)
            if at and stack[-1].module == module:
                above = _Level(above.node, above.end, "", modules[at - 1][1], None, 0, above.hides, above.contains)
        level = _enter(found, above, separator, placed)
        if level is not None:
            stack.append(level)
    return _without_declared_twice(placed)


def _source_order(found: Found) -> tuple[int, int, int, int]:
    return found.start, -found.end, found.name_start, found.pattern


def _enter(found: Found, above: _Level, separator: str, placed: list[Placed]) -> _Level | None:
    """Place one finding below ``above``; the level it opens, None when it is no unit."""
    if found.role == "local":
        return _Level(
            found.node, found.end, above.prefix, above.module, above.position, above.depth, hides=True, contains=False
        )
    if found.role == "scope" and found.module:
        return _Level(found.node, found.end, above.prefix, found.module, None, 0, hides=False, contains=False)
    name = found.prefix + clean_name(found.name, separator)
    if not name or name == "_" or above.depth >= MAX_NESTING:
        return None
    owner = clean_name(found.owner, separator) if found.owner else ""
    known = above.prefix == owner or above.prefix.endswith(separator + owner)
    qualified = separator.join(part for part in (above.prefix, "" if known else owner, name) if part)
    if found.role == "scope":
        return _Level(
            found.node, found.end, qualified, above.module, above.position, above.depth + 1, above.hides, contains=True
        )
    if above.hides and (found.kind in _LOCAL_KINDS or found.role == "declaration"):
        return None
    owned = above.contains or bool(owner) or (separator == "::" and separator in name)
    kind = _IN_CONTAINER.get(found.kind, found.kind) if owned else found.kind
    path, _, simple = qualified.rpartition(separator)
    if kind == "method" and separator == "::" and simple == path.rpartition(separator)[2]:
        kind = "constructor"
    placed.append(Placed(found, kind, simple, qualified, above.module, above.position))
    return _Level(
        found.node,
        found.end,
        above.prefix if found.transparent else qualified,
        qualified if kind == "namespace" else above.module,
        len(placed) - 1,
        above.depth + 1,
        hides=kind in _FUNCTIONS,
        contains=kind in _CONTAINERS,
    )


def clean_name(text: str, separator: str) -> str:
    """A name without generic arguments, quotes and sigils: ``Vec<T>`` is ``Vec``, ``:title`` is ``title``."""
    if text.isidentifier() or not any(map(str.isalnum, text)):
        return text
    owner, operator, rest = text.partition("operator") if "operator" in text else (text, "", "")
    before = ""
    while before != owner:
        before, owner = owner, _GENERICS.sub("", owner)
    text = owner + operator + (rest if rest.startswith("(") else rest.partition("(")[0])
    text = _SPACE.sub(" ", _NOT_NAME.sub("", text))
    return text.replace(" :: ", "::") if separator == "::" else text.removesuffix(".prototype")


def _without_declared_twice(placed: list[Placed]) -> list[Placed]:
    """Leave out the declarations whose definition is in the same file, keeping parents' positions right."""
    defined = {item.qualified_name for item in placed if item.found.role == "definition"}
    if all(item.found.role == "definition" for item in placed):
        return placed
    kept: list[Placed] = []
    moved: list[int | None] = []
    for item in placed:
        parent = None if item.parent is None else moved[item.parent]
        if item.found.role == "declaration" and item.qualified_name in defined:
            moved.append(parent)
            continue
        item.parent = parent
        moved.append(len(kept))
        kept.append(item)
    return kept
