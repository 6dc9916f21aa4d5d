"""Which definition encloses which, and what each is called in full.

One walk over what was found, in source order, with a stack: nothing recurses, so depth is no danger.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from te_cli.parse.captures import Captures, Found

MAX_NESTING: Final = 24
"""Named definitions inside one another that are told apart; what lies deeper belongs to the last of them."""

_FUNCTIONS: Final = frozenset(("function", "method", "constructor", "property", "macro"))
_CONTAINERS: Final = frozenset(("class", "struct", "union", "enum", "interface", "trait"))
_LOCAL_KINDS: Final = frozenset(("variable", "constant", "field", "property", "method"))
_VALUES: Final = frozenset(("variable", "constant", "field"))
_IN_CONTAINER: Final = {"function": "method", "variable": "field"}

_GENERICS: Final = re.compile(r"<[^<>]*>")
_NOT_NAME: Final = re.compile(r"^(?:@(?=\")|[\s'\"`:+&*\[])+|:\s+$|[\s'\"`\]]+$")
_OPERATOR: Final = re.compile(r"(?:^|::|\.)(operator\b(?!\w|\.|$))")
_SPACE: Final = re.compile(r"\s+")


@dataclass(slots=True)
class Placed:
    """A definition with its place: full name, module, and the position of the definition that encloses it.

    ``owner`` is the position of the type that it belongs to and stands outside of; ``declared`` are the declarations
    that yielded to it, in source order.
    """

    found: Found
    kind: str
    name: str
    qualified_name: str
    module: str
    parent: int | None
    owner: int | None = None
    declared: list[Found] = field(default_factory=list)


@dataclass(slots=True)
class _Level:
    """One enclosing thing: where it ends, and what it lends to what stands inside.

    ``hides``: what stands inside is local, but for methods where ``shows_methods``; ``unnamed``: to a function that
    has no name.
    """

    node: tuple[int, int]
    end: int
    prefix: str
    module: str
    position: int | None
    depth: int
    hides: bool
    contains: bool
    shows_methods: bool = False
    unnamed: bool = False
    body_end: int = -1


def place(captures: Captures, separator: str, module: str) -> list[Placed]:
    """The file's definitions in source order, each with its name in full, less what is local to a function."""
    walk = _Walk(captures, separator, module)
    for found in sorted(captures.found, key=_source_order):
        walk.meet(found)
    return _without_declared_twice(walk.placed)


def _source_order(found: Found) -> tuple[int, int, int, int]:
    return found.start, -found.end, found.name_start, found.pattern


class _Walk:
    """The walk over a file's findings: the levels that are open, and what was placed so far."""

    def __init__(self, captures: Captures, separator: str, module: str) -> None:
        self.placed: list[Placed] = []
        self._separator = separator
        self._module = module
        self._modules = sorted(captures.modules)
        self._offsets = [offset for offset, _ in self._modules]
        self._stack = [_Level((-1, -1), 1 << 62, "", module, None, 0, hides=False, contains=False)]
        self._last = self._stack[0]
        self._types: dict[str, int] = {}
        self._namespaces: set[str] = set()

    def meet(self, found: Found) -> None:
        """Take in the next finding: close what ends before it, place it, open its level."""
        stack = self._stack
        while stack[-1].end < found.end or stack[-1].node == found.node:
            stack.pop()
        above = stack[-1]
        if above.position is None and not above.prefix and self._modules:
            at = bisect_right(self._offsets, found.start)
            if at and above.module == self._module:
                above = self._in_module(above, self._modules[at - 1][1])
        level = self._enter(found, above)
        if level is not None:
            stack.append(level)

    def _in_module(self, above: _Level, module: str) -> _Level:
        """The file's own level, below a line that names a module."""
        if self._last.module != module or self._last.node != above.node:
            self._last = replace(above, module=module, depth=0)
        return self._last

    def _enter(self, found: Found, above: _Level) -> _Level | None:
        """Place one finding below ``above``; the level it opens, None when it is no unit."""
        if found.role == "local":
            named = above.hides and above.body_end == found.end
            return _Level(  # what "replace" says at three times the price, and most of what is found is of this sort
                found.node,
                found.end,
                above.prefix,
                above.module,
                above.position,
                above.depth,
                hides=True,
                contains=False,
                unnamed=not named,
                body_end=above.body_end,
            )
        if found.role == "anonymous":
            return replace(above, node=found.node, end=found.end, shows_methods=True)
        if found.role == "scope" and found.module:
            return replace(
                above,
                node=found.node,
                end=found.end,
                module=found.module,
                position=None,
                depth=0,
                hides=False,
                contains=False,
            )
        name = found.prefix + clean_name(found.name, self._separator)
        if not name or (name == "_" and found.kind not in _FUNCTIONS) or above.depth >= MAX_NESTING:
            return None
        naming = self._naming(found, above)
        qualified, owned = self._qualified(found, naming, name)
        if found.role == "scope":
            return replace(
                above, node=found.node, end=found.end, prefix=qualified, depth=above.depth + 1, contains=True
            )
        if naming.hides and (found.role == "declaration" or _is_local(found, naming)):
            return None
        return self._place(found, above, naming, qualified, name, owned=owned)

    def _naming(self, found: Found, above: _Level) -> _Level:
        """The level that a definition takes its name from: what encloses it, unless its pattern lifts it out."""
        if found.lift == "file":
            return self._stack[0]
        if found.lift == "namespace":
            return next(level for level in reversed(self._stack) if not level.contains)
        if found.lift == "type":
            return next((level for level in reversed(self._stack) if level.contains), above)
        return above

    def _qualified(self, found: Found, naming: _Level, name: str) -> tuple[str, bool]:
        """The name in full, and whether it is that of a type's member."""
        separator = self._separator
        owner = clean_name(found.owner, separator) if found.owner else ""
        known = naming.prefix == owner or naming.prefix.endswith(separator + owner)
        qualified = separator.join(part for part in (naming.prefix, "" if known else owner, name) if part)
        brings_path = separator == "::" and separator in name
        in_namespace = brings_path and qualified.rpartition(separator)[0] in self._namespaces
        return qualified, naming.contains or bool(owner) or (brings_path and not in_namespace)

    def _place(
        self, found: Found, above: _Level, naming: _Level, qualified: str, name: str, *, owned: bool
    ) -> _Level:  # fmt: skip
        separator = self._separator
        kind = _IN_CONTAINER.get(found.kind, found.kind) if owned or naming.shows_methods else found.kind
        path, _, simple = qualified.rpartition(separator)
        if not any(map(str.isalnum, name)):  # an operator may hold dots
            path, simple = qualified[: -len(name)].removesuffix(separator), name
        elif "operator" in name and (operator := _OPERATOR.search(qualified)):
            path, simple = qualified[: operator.start()], qualified[operator.start(1) :]
        if not simple:  # a text for a name, that ends as a path goes on
            path, simple = qualified[: -len(name)].removesuffix(separator), name
        if kind == "method" and separator == "::" and simple == path.rpartition(separator)[2]:
            kind = "constructor"
        position = naming.position if found.lift == "type" else above.position
        module = naming.module if path == naming.prefix else self._namespace_of(path) or naming.module
        inside = position is not None and self.placed[position].kind in _CONTAINERS
        owner = None if inside else self._types.get(path)
        full_name = f"{qualified}/{found.parameters}" if found.arity else qualified
        self.placed.append(Placed(found, kind, simple, full_name, module, position, owner))
        if kind in _CONTAINERS or kind == "type":
            self._types.setdefault(qualified, len(self.placed) - 1)
        elif kind == "namespace":
            self._know_namespace(qualified)
        return _Level(
            found.node,
            found.end,
            found.extends or (above.prefix if found.transparent else qualified),
            self._inner_module(qualified) if kind == "namespace" else naming.module,
            len(self.placed) - 1,
            above.depth + 1,
            hides=kind in _FUNCTIONS or (above.hides and kind in _VALUES),
            contains=kind in _CONTAINERS,
            body_end=found.body[1],
        )

    def _inner_module(self, qualified: str) -> str:
        """A namespace's name in full: the file's own module holds it, or the one that the line above it names."""
        outer = self._last.module if self._modules else self._module
        return f"{outer}{self._separator}{qualified}" if outer else qualified

    def _know_namespace(self, qualified: str) -> None:
        while qualified and qualified not in self._namespaces:
            self._namespaces.add(qualified)
            qualified = qualified.rpartition(self._separator)[0]

    def _namespace_of(self, path: str) -> str:
        """The longest beginning of a qualified name that is a namespace of this file."""
        while path and path not in self._namespaces:
            path = path.rpartition(self._separator)[0]
        return path


def _is_local(found: Found, naming: _Level) -> bool:
    """Whether a definition inside a function is of no interest outside of it."""
    if found.shown == "anywhere" or (found.shown == "named" and not naming.unnamed):
        return False
    return found.kind in _LOCAL_KINDS and not (naming.shows_methods and found.kind == "method")


def clean_name(text: str, separator: str) -> str:
    """A name without generic arguments, quotes and sigils: ``Vec<T>`` is ``Vec``, ``:title`` is ``title``."""
    if text.isidentifier() or not any(map(str.isalnum, text)):
        return text
    owner, operator, rest = text.partition("operator") if "operator" in text else (text, "", "")
    before = ""
    while before != owner:
        before, owner = owner, _GENERICS.sub("", owner)
    if operator and not rest[:1].isalnum():
        return (owner + operator + _operator(rest)).lstrip("&* ")
    text = owner + operator + rest.partition("(")[0]
    primes = "" if text.lstrip().startswith(("'", ":")) else "'" * (len(text) - len(text.rstrip("'")))  # foldl'
    text = _SPACE.sub(" ", _NOT_NAME.sub("", text)) + primes
    return text.replace(" :: ", "::") if separator == "::" else text.removesuffix(".prototype")


def _operator(text: str) -> str:
    """What follows the word ``operator`` in a name, without parameters: ``[]``, `` bool``, `` Pair<int(char)>``."""
    text = _SPACE.sub(" ", text).strip()
    if not (text[:1].isalpha() or text.startswith(":")):
        return text if text.startswith("(") else text.partition("(")[0].rstrip()
    depth = 0
    for at, letter in enumerate(text):
        depth += (letter == "<") - (letter == ">")
        if letter == "(" and depth <= 0:
            return " " + text[:at].rstrip()
    return " " + text


def _without_declared_twice(placed: list[Placed]) -> list[Placed]:
    """Hand the declarations whose definition is in the same file over to it, keeping positions right."""
    defined = {item.qualified_name: item for item in reversed(placed) if item.found.role == "definition"}
    if all(item.found.role == "definition" for item in placed):
        return placed
    kept: list[Placed] = []
    moved: list[int | None] = []
    for item in placed:
        parent = None if item.parent is None else moved[item.parent]
        definition = defined.get(item.qualified_name)
        same = definition is not None and (item.kind == definition.kind or item.kind not in _CONTAINERS)
        if definition is not None and same and item.found.role == "declaration":
            definition.declared.append(item.found)
            moved.append(parent)
            continue
        item.parent = parent
        item.owner = None if item.owner is None else moved[item.owner]
        moved.append(len(kept))
        kept.append(item)
    return kept
