#!/usr/bin/env python3
"""te's symbols against those of universal-ctags, language by language, on real trees.

    compare_ctags.py TREE… [--language NAME]… [--missed] [--sample N [--seed S]] [--clone FOLDER]

Each file that te would index is read by both: by te's parser (what ``te outline`` shows) and by ctags, told which
language it is. A tag counts as found where te has a symbol of its name whose lines hold the tag's line. Two tables:

    recall      of ctags' functions, methods, classes, types (structs, enums, interfaces, traits, unions, aliases),
                modules, macros and constants; "as read" leaves out the ``wrong`` lines of
                ctags/LANGUAGE.tsv, each of which says why ctags is wrong there
    kinds       how often both call it the same

``--missed`` lists what te lacks; ``--sample N`` lists N symbols of te's a language for reading by eye, chosen at random
by ``--seed``, with a mark where ctags has the same. ``--clone FOLDER`` clones the ``tree`` lines of those files, at
their commits, into FOLDER (owner+name), and compares each for the languages that it is pinned for.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from te_cli.config import DEFAULT_MAX_FILE_BYTES
from te_cli.model import Skipped
from te_cli.parse import parse
from te_cli.walk.content import read
from te_cli.walk.files import scan

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from te_cli.model import Symbol

NOTES = Path(__file__).parent / "ctags"
"""A file a language: ``tree`` lines name its pinned repositories, ``wrong`` lines the tags that are ctags' mistakes."""

CTAGS = {
    "bash": "Sh", "c": "C", "clojure": "Clojure", "cpp": "C++", "csharp": "C#", "elixir": "Elixir", "erlang": "Erlang",
    "go": "Go", "haskell": "Haskell", "java": "Java", "javascript": "JavaScript", "jsx": "JavaScript",
    "julia": "Julia", "kotlin": "Kotlin", "lua": "Lua", "make": "Make", "objc": "ObjectiveC", "ocaml": "OCaml",
    "perl": "Perl", "php": "PHP", "python": "Python", "r": "R", "ruby": "Ruby", "rust": "Rust", "sql": "SQL",
    "tsx": "TypeScript", "typescript": "TypeScript",
}  # fmt: skip
"""What ctags calls the languages that both know."""

GROUPS = ("functions", "methods", "classes", "types", "modules", "macros", "constants")

KINDS = {
    "functions": "function func subr subroutine procedure generator operator guard delegate callback test",
    "methods": "method methodSpec singletonMethod getter setter classMethod constructor",
    "classes": "class object exception",
    "types": "struct enum interface trait union typedef type alias typealias protocol record annotation table view",
    "modules": "module namespace package implementation category",
    "macros": "macro define",
    "constants": "constant const enumerator enumConstant",
}
"""ctags' names of kinds by group; all others (variables, fields, imports …) are not compared."""

OTHERWISE = {
    ("objc", "implementation"): "classes",
    ("objc", "interface"): "classes",
    ("rust", "implementation"): "",
    ("elixir", "macro"): "macros",
    ("elixir", "implementation"): "",
    ("elixir", "test"): "",
    ("ruby", "alias"): "methods",
    ("php", "alias"): "",
    ("php", "namespace"): "",
    ("perl", "class"): "modules",  # a package, which ctags lists as both
    ("bash", "alias"): "",
    ("go", "package"): "",
    ("java", "package"): "",
    ("kotlin", "package"): "",
    ("csharp", "namespace"): "",
    ("csharp", "typedef"): "",  # using Name = Type;
    ("kotlin", "object"): "classes",
    ("make", "macro"): "",
    ("clojure", "namespace"): "",
    ("erlang", "module"): "",
    ("haskell", "module"): "",
    ("ocaml", "Constructor"): "constants",
    ("python", "member"): "methods",
    ("python", "namespace"): "",  # a module of elsewhere, imported under another name
    ("objc", "class"): "methods",  # those of the class
}
"""Where a language's kind means something else; empty: not compared, as te names it in the module of what it holds."""

OURS = {
    "functions": "function method constructor macro property",
    "methods": "method constructor function property",
    "classes": "class struct interface trait enum",
    "types": "struct enum interface trait union type class",
    "modules": "namespace module class trait",
    "macros": "macro function",
    "constants": "constant variable field property function method class",  # const f = () => …
}
"""te's kinds that agree with a group."""


_GROUPS = {kind: group for group, kinds in reversed(KINDS.items()) for kind in kinds.split()}
_UNNAMED = ("<lambda>", "__anon", "anonymousFunction", "AnonymousFunction", "AnonymousClass", "anonFunc")
_ECMASCRIPT = ("javascript", "jsx", "typescript", "tsx")
OPERATOR = re.compile(r"\boperator\b(?!\s*$).*")
CATEGORY = re.compile(r"\w+\+\w+")
OPERATOR_SPACE = re.compile(r"(?<=\W) | (?=\W)")


class Tag(NamedTuple):
    """One of ctags' tags that is compared."""

    path: str
    line: int
    name: str
    group: str
    kind: str


@dataclass(slots=True)
class Read:
    """What both found in the files of one language of one tree."""

    tree: str
    language: str
    files: int
    symbols: list[tuple[str, Symbol]]
    tags: list[Tag]


def read_tree(tree: Path, wanted: set[str]) -> Iterator[Read]:
    """Both readings of a tree, language by language."""
    symbols: dict[str, dict[str, list[Symbol]]] = defaultdict(dict)
    for file in scan(tree, tree / ".te", DEFAULT_MAX_FILE_BYTES).files:
        text = read(tree, file)
        if isinstance(text, Skipped) or text.language not in wanted:
            continue
        symbols[text.language][file.path] = [
            unit.symbol for unit in parse(file.path, text.language, text.text).units[1:]
        ]
    for language, files in sorted(symbols.items()):
        tags = list(tags_of(tree, language, files)) if language in CTAGS else []
        listed = [(path, symbol) for path, found in files.items() for symbol in found if symbol.kind != "block"]
        yield Read(tree.name, language, len(files), listed, tags)


def tags_of(tree: Path, language: str, paths: Iterable[str]) -> Iterator[Tag]:
    """What ctags has of the files, as far as they are compared."""
    command = [
        "ctags",
        "--output-format=json",
        "--fields=+neKl",
        f"--language-force={CTAGS[language]}",
        "-L",
        "-",
        "-f",
        "-",
    ]
    listed = "".join(f"{path}\n" for path in paths)
    done = subprocess.run(command, cwd=tree, input=listed, capture_output=True, text=True, check=True, errors="replace")
    tags = [json.loads(line) for line in done.stdout.split("\n")[:-1]]
    if language == "objc":
        tags = _merged(tags)
    for tag in tags:
        name = tag.get("name", "")
        if language == "lua":
            name = name.rpartition(":")[2].strip("[]'\"")
        if name and not name.startswith(_UNNAMED) and (group := _group(tag, language)):
            yield Tag(tag["path"], tag["line"], name, group, tag["kind"])


def _merged(tags: list[dict[str, str]]) -> list[dict[str, str]]:
    """The tags less those that te merges on purpose, in Objective-C.

    An interface yields to the implementation in the same file; a category has one unit, where ctags has a tag for its
    class, too (and takes the attributes of properties for categories); a class extension has none.
    """
    places = ("implementation", "category")
    defined = {(tag["path"], tag["name"]) for tag in tags if "implementation" in (tag["kind"], tag.get("scopeKind"))}
    defined |= {(tag["path"], tag["name"]) for tag in tags if "@implementation" in tag["pattern"]}
    kept: list[dict[str, str]] = []
    for tag in tags:
        kind, pattern = tag["kind"], tag["pattern"]
        at_class = re.match(r"/\^\s*@(?:interface|implementation)\b", pattern)
        if kind in ("interface", *places):
            if not at_class or (kind == "category") != bool(re.search(r"\(\s*\w", pattern)):
                continue
            if kind == "interface" and "(" in pattern:
                continue
        declared = "@interface" in pattern or (kind in ("method", "class") and tag.get("scopeKind") not in places)
        if not declared or (tag["path"], tag["name"]) not in defined:
            kept.append(tag)
    return kept


def _group(tag: dict[str, str], language: str) -> str:
    """In which group a tag is compared; empty where it is not."""
    kind, pattern = tag.get("kind", ""), tag.get("pattern", "")
    if language == "rust" and kind == "module" and re.search(r";\s*(//.*)?\$/$", pattern):
        return ""  # "mod x;" says that there is a file x: no definition, but an import
    group = OTHERWISE.get((language, kind), _GROUPS.get(kind, ""))
    if language == "kotlin" and kind == "method" and ("`" in pattern or not re.search(r"\bfun\b", pattern)):
        return ""  # a parameter of a lambda, a variable of a loop; a name in backquotes, which comes out garbled
    if language in _ECMASCRIPT:
        if group == "constants" and (pattern[2:3].isspace() or "require(" in pattern):
            return ""  # local to an unnamed function, for which ctags has no scope; or what is defined elsewhere
        if kind == "alias" and not set("=<") & set(pattern):
            return ""  # import { type Name }
        if kind == "class" and not re.search(r"\bclass\b", pattern):
            constructs = re.search(rf"\bfunction\s+{re.escape(tag['name'])}\b|=\s*function\b", pattern)
            return "functions" if constructs and ".prototype" not in pattern else ""  # an object is none
    scope = tag.get("scopeKind", "")
    if group == "constants" and scope in ("function", "method"):
        return ""  # local
    inside = scope in ("class", "struct", "interface", "trait", "enum", "object")
    return "methods" if group == "functions" and inside else group


def match(tag: Tag, by_name: dict[tuple[str, str], list[Symbol]]) -> Symbol | None:
    """The symbol of the tag's name on the tag's line; the smallest, and of an agreeing kind before others."""
    held = [s for s in by_name.get((tag.path, plain(tag.name)), []) if s.start_line <= tag.line <= s.end_line]
    held.sort(key=lambda s: (s.kind not in OURS[tag.group].split(), s.end_line - s.start_line))
    return held[0] if held else None


def plain(name: str) -> str:
    """A name's last part: ``Foo::bar`` and ``Foo.bar`` are ``bar``, ``f/2`` is ``f``, ``A{T}`` is ``A``.

    ``operator ==`` has no blank.
    """
    if "operator" in name and (operator := OPERATOR.search(name)):
        return OPERATOR_SPACE.sub("", operator[0])
    if CATEGORY.fullmatch(name):
        return name.partition("+")[2]
    last = name.rstrip("'").replace("::", ".").rpartition(".")[2] or name
    if len(head := last.rpartition("/")[0]) and last.rpartition("/")[2].isdigit():
        last = head
    last = last.partition("{")[0] or last
    return last.strip("'\"`:#") or last


def noted(first: str) -> list[tuple[str, ...]]:
    """The lines of the committed notes that begin with ``first``, by column, and last the language."""
    return [
        (*columns[1:], path.stem)
        for path in sorted(NOTES.glob("*.tsv"))
        for columns in (line.split("\t") for line in path.read_text("utf-8").splitlines())
        if columns[0] == first
    ]


def explained(tag: Tag, tree: str, wrong: list[tuple[str, ...]]) -> bool:
    """Whether the list says why ctags is wrong here."""
    values = (tree, tag.path, str(tag.line), tag.name)
    return any(all(map(fnmatchcase, values, row)) for row in wrong)  # the reason comes last


class Table:
    """The counts of all trees, by language."""

    def __init__(self) -> None:
        self.total: Counter[tuple[str, str]] = Counter()
        self.found: Counter[tuple[str, str]] = Counter()
        self.excused: Counter[tuple[str, str]] = Counter()
        self.agreed: Counter[tuple[str, str]] = Counter()
        self.files: Counter[str] = Counter()
        self.trees: dict[str, set[str]] = defaultdict(set)
        self.symbols: dict[str, list[tuple[str, str, Symbol, bool]]] = defaultdict(list)

    def add(self, part: Read, wrong: list[tuple[str, ...]], *, tell: bool) -> None:
        """Count one language of one tree; ``tell``: print what te lacks."""
        by_name: dict[tuple[str, str], list[Symbol]] = defaultdict(list)
        for path, symbol in part.symbols:
            by_name[path, plain(symbol.name)].append(symbol)
        self.files[part.language] += part.files
        self.trees[part.language].add(part.tree)
        seen: set[int] = set()
        own = [row for row in wrong if fnmatchcase(part.tree, row[0])]
        for tag in part.tags:
            key = part.language, tag.group
            self.total[key] += 1
            held = match(tag, by_name)
            if held is not None:
                self.found[key] += 1
                self.agreed[key] += held.kind in OURS[tag.group].split()
                seen.add(id(held))
            elif explained(tag, part.tree, own):
                self.excused[key] += 1
            elif tell:
                print(f"{part.language}\t{part.tree}\t{tag.path}\t{tag.line}\t{tag.name}\t{tag.kind}")
        for path, symbol in part.symbols:
            self.symbols[part.language].append((part.tree, path, symbol, id(symbol) in seen))

    def show(self) -> None:
        """Print recall as ctags sees it, recall as read, the tags and the agreement of kinds."""
        print(
            f"\n{'language':12s} trees  files {'te':>8s} " + " ".join(f"{group:>22s}" for group in GROUPS) + "  kinds"
        )
        for language in sorted(self.files):
            cells = [self._cell((language, group)) for group in GROUPS]
            found = sum(self.found[language, group] for group in GROUPS)
            agreed = sum(self.agreed[language, group] for group in GROUPS)
            symbols = len(self.symbols[language])
            print(
                f"{language:12s} {len(self.trees[language]):5d} {self.files[language]:6d} {symbols:8d} "
                + " ".join(f"{cell:>22s}" for cell in cells)
                + (f"  {agreed / found:.3f}" if found else "")
            )
        print("each cell: recall, recall as read, tags")

    def _cell(self, key: tuple[str, str]) -> str:
        total, found, excused = self.total[key], self.found[key], self.excused[key]
        if not total:
            return "-"
        return f"{found / total:.3f} {found / (total - excused) if total > excused else 1:.3f} {total:7,d}"

    def sample(self, count: int, seed: int) -> None:
        """Print symbols of te's to be read by eye."""
        for language, symbols in sorted(self.symbols.items()):
            chosen = random.Random(seed).sample(symbols, min(count, len(symbols)))  # noqa: S311 - a sample, no secret
            print(f"\n{language}: {len(chosen)} of {len(symbols)}; + where ctags has it too")
            for tree, path, symbol, both in sorted(chosen, key=lambda row: row[:2]):
                place = f"{tree}/{path}:{symbol.start_line}-{symbol.end_line}"
                print(
                    f"{'+' if both else ' '} {place}\t{symbol.kind}\t{symbol.qualified_name}\t{symbol.signature[:120]}"
                )


def clone(folder: Path) -> Iterator[tuple[Path, set[str]]]:
    """The pinned trees, each cloned at its commit unless it is there already, and the languages it is pinned for."""
    pinned: dict[tuple[str, str], set[str]] = defaultdict(set)
    for repository, commit, language in noted("tree"):
        pinned[repository, commit].add(language)
    for (repository, commit), languages in pinned.items():
        tree = folder / repository.replace("/", "+")
        if not tree.exists():
            url = f"https://github.com/{repository}"
            subprocess.run(["git", "clone", "--quiet", url, str(tree)], check=True)
            subprocess.run(["git", "-C", str(tree), "checkout", "--quiet", commit], check=True)
        yield tree, languages


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trees", nargs="*", type=Path)
    parser.add_argument(
        "--language", action="append", choices=sorted(CTAGS), help="only this one (more than once for more)"
    )
    parser.add_argument("--missed", action="store_true")
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--clone", type=Path)
    options = parser.parse_args()
    if not options.trees and not options.clone:
        parser.error("no tree was named")
    table, wrong, wanted = Table(), noted("wrong"), set(options.language or CTAGS)
    pinned = clone(options.clone) if options.clone else []
    for tree, languages in [*((tree, wanted) for tree in options.trees), *pinned]:
        for part in read_tree(tree.resolve(), wanted & languages):
            table.add(part, wrong, tell=options.missed)
        sys.stdout.flush()
    if options.sample:
        table.sample(options.sample, options.seed)
    table.show()


if __name__ == "__main__":
    main()
