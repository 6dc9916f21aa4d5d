"""Settings: where the parts of a TOML, INI, YAML or JSON file begin, and what they are called.

Read line by line, by indentation: what a grammar would add is not worth a tree for every lock file.
"""

from __future__ import annotations

import re
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING, Final

from te_cli.parse import blocks
from te_cli.parse.parts import MAX_LINE, MAX_NAME, Part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LANGUAGES: Final = frozenset(("toml", "ini", "yaml", "json"))
"""The languages whose parts have names."""

_SMALL: Final = 5
"""Lines of a key with its value from which on it is a block of its own; smaller neighbours share one."""

_WHOLE: Final = 20
"""Lines of a file that stays whole: it is about one thing, or each of its parts says too little."""

_LISTS: Final = frozenset(("jobs", "services", "paths", "resources"))
"""Keys that hold things which people call by name, each a part of its own however short it is."""

_TABLE: Final = re.compile(r"\[\[?\s*([\w.\"' :/*@+$~-]+?)\s*\]\]?\s*(?:[#;].*)?$")
_QUOTES: Final = re.compile(r"\"{3}|'{3}")
_ASSIGNED: Final = re.compile(r"([\w.\"-]+)\s*[=:]")
_YAML_KEY: Final = re.compile(r"(\s*)(?![#\s-])([\"']?)([^:#\"'{}\[\]]+)\2\s*:(?:\s|$)")
_JSON_KEY: Final = re.compile(r"(\s*)()\"([^\"\\]+)\"\s*:")
_NAMED: Final = re.compile(r"  ?(?:  )?name:\s+(\S+)")
_COMMENT: Final = re.compile(r"\s*(?:#|;|//)")


def parts(language: str, lines: list[str]) -> list[Part]:
    """The file's parts, none much longer than a block; none at all for a file that is short enough to stay whole."""
    if len(lines) <= _WHOLE:
        return []
    if language == "yaml" and (manifests := _manifests(lines)):
        cut = manifests
    elif language in ("toml", "ini"):
        cut = _joined(_tables(lines), _same_table)
    else:
        pattern = _YAML_KEY if language == "yaml" else _JSON_KEY
        top = _small_together(_keys(lines, 0, len(lines) - 1, pattern))
        cut = [part for whole in top for part in _below(whole, lines, pattern)]
    return [piece for part in cut for piece in _cut(part, lines)]


def _tables(lines: list[str]) -> list[Part]:
    """A part for each table, the comment above its header included; what stands above all has its first key's name."""
    starts = [(row, found[1].strip()) for row, line in _outside_strings(lines) if (found := _TABLE.match(line))]
    above = lines[: starts[0][0]] if starts else lines
    keys = ((row, found[1]) for row, line in enumerate(above) if (found := _ASSIGNED.match(line[:MAX_LINE])))
    first = next(keys, None)
    if first is None and not starts:
        return [Part(0, len(lines) - 1, "")]
    return _between([first, *starts] if first is not None else starts, 0, len(lines) - 1, lines)


def _outside_strings(lines: list[str]) -> Iterator[tuple[int, str]]:
    """The rows, and how their lines begin, that do not start inside one of TOML's strings of several lines."""
    quotes = ""
    for row, whole in enumerate(lines):
        line = whole[:MAX_LINE]
        if not quotes:
            yield row, line
        for found in _QUOTES.finditer(line):
            if not quotes or quotes == found[0]:
                quotes = "" if quotes else found[0]


def _manifests(lines: list[str]) -> list[Part]:
    """The documents of a YAML file that each say what they are (``Deployment.web``); none where one does not."""
    rows = [-1, *(row for row, line in enumerate(lines) if line.rstrip() == "---"), len(lines)]
    found: list[Part] = []
    for before, after in pairwise(rows):
        written = [line[:MAX_LINE].rstrip() for line in lines[before + 1 : after]]
        if not any(line and not _COMMENT.match(line) for line in written):
            continue
        kind = next((line[6:].strip() for line in written if line.startswith("kind: ")), "")
        top = written.index("metadata:") if "metadata:" in written else len(written)
        inside = takewhile(lambda line: not line or line[0] in " #", written[top + 1 :])
        name = next((named[1] for line in inside if (named := _NAMED.match(line))), "")
        if not kind or not name:
            return []
        found.append(Part(before + 1, after - 1, f"{_unquoted(kind)}.{_unquoted(name)}"[:MAX_NAME]))
        found[-1].header = f"kind: {kind}, name: {name}"
    return found


def _keys(lines: list[str], first: int, last: int, pattern: re.Pattern[str]) -> list[Part]:
    """A part for each key that is indented like the first one."""
    starts: list[tuple[int, str]] = []
    indent = None
    for row in range(first, last + 1):
        found = pattern.match(lines[row][:MAX_LINE])
        if found is not None and indent in (None, found[1]):
            indent = found[1]
            starts.append((row, found[3].strip()))
    return _between(starts, first, last, lines)


def _between(starts: list[tuple[int, str]], first: int, last: int, lines: list[str]) -> list[Part]:
    """From where each part starts to where the next does; the comment above a part is its own."""
    found: list[Part] = []
    for row, name in starts:
        start = row
        while start > first and _COMMENT.match(lines[start - 1]):
            start -= 1
        if found:
            found[-1].last = start - 1
        header = lines[row][:MAX_LINE].strip()
        found.append(Part(start if found else first, last, _unquoted(name)[:MAX_NAME], header=header))
    return found or [Part(first, last, "")]


def _unquoted(name: str) -> str:
    return name[1:-1] if name[:1] in ("'", '"') and name[1:-1] and name[0] == name[-1] else name


def _same_table(left: Part, right: Part) -> bool:
    """Whether the right is the left's next element or a table inside it."""
    return right.name == left.name or right.name.startswith(left.name + ".")


def _small_together(single: list[Part]) -> list[Part]:
    """Neighbours that are small as one part, under the first one's name, while that stays short."""
    found: list[Part] = []
    was_small = False
    for part in single:
        small = part.rows < _SMALL and part.name.lower() not in _LISTS
        if small and was_small and found[-1].rows + part.rows <= _WHOLE:
            found[-1].last = part.last
        else:
            found.append(part)
        was_small = small
    return found


def _joined(single: list[Part], belong: Callable[[Part, Part], bool]) -> list[Part]:
    """Neighbours that belong together as one part, under the first one's name, while that is no longer than a block."""
    found: list[Part] = []
    for part in single:
        if found and found[-1].rows + part.rows <= blocks.BLOCK_LINES and belong(found[-1], part):
            found[-1].last = part.last
        else:
            found.append(part)
    return found


def _below(part: Part, lines: list[str], pattern: re.Pattern[str]) -> list[Part]:
    """A long part as its keys' parts: ``jobs.build``, ``jobs.test``."""
    listed = part.name.lower() in _LISTS
    if not part.name or (part.rows <= blocks.UNCUT_LINES and not listed):
        return [part]
    head = next((row for row in range(part.first, part.last) if pattern.match(lines[row][:MAX_LINE])), part.first)
    inside = _keys(lines, head + 1, part.last, pattern)
    inside = inside if listed else _small_together(inside)
    inside[0].first = part.first
    for inner in inside:
        inner.name = f"{part.name}.{inner.name}"[:MAX_NAME] if inner.name else part.name
    return inside


def _cut(part: Part, lines: list[str]) -> list[Part]:
    """A part that is too long even so, in pieces: the first bears the name, the others the line as well."""
    pieces = [(part.first, part.last)]
    if part.rows > blocks.UNCUT_LINES:
        pieces = blocks.cut(lines, part.first, part.last)
    named = [Part(first, last, f"{part.name}:{first + 1}" if part.name else "") for first, last in pieces]
    if named:
        named[0].name, named[0].header = part.name, part.header
    return named
