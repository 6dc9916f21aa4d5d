"""What a preprocessor would take away before C and C++ are read, blanked so that every byte keeps its place.

``#ifdef A … if(x) { … #else … if(y) { … #endif`` has one brace too many for a grammar, which then may understand
nothing of the rest of the file: blanking all branches but one, as a compiler does, lets it read on. A macro in the
head of a class (``class API Name : Base {``) makes a function of it; one behind a function's parameters takes its name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_QUIET: Final = re.compile(rb"/\*.*?(?:\*/|\Z)|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL)
_DIRECTIVE: Final = re.compile(rb"[ \t]*#[ \t]*(\w+)[ \t]*([^\n]*)")
_BRACKET: Final = re.compile(rb"[(){}]")
_NOT_LINE_FEEDS: Final = re.compile(rb"[^\n]")
_HEAD_MACRO: Final = re.compile(
    rb"\b(?:class|struct|union|enum)[ \t]+([A-Z][A-Z0-9_]{2,}(?:\([^()\n]{0,100}\))?)"
    rb"(?=\s+[A-Za-z_]\w*(?:\s*::\s*\w+)*\s*(?:<[^;{}()]{0,200}>)?\s*(?:final\s*)?(?::[^;{}()]{1,500})?\{)"
    rb"|\bclass[ \t]+([A-Z][A-Z0-9_]{2,}(?:\([^()\n]{0,100}\))?)(?=\s+[A-Za-z_]\w*\s*;)"
)
_TAIL_MACRO: Final = re.compile(
    rb"^[ \t]*(?!return\b|if\b|for\b|while\b|switch\b|else\b)[A-Za-z_~][\w:<>,*&~ \t]{0,200}\([^;={}()\n]{0,300}\)"
    rb"(?:[ \t]*(?:const|noexcept|override|final|&&?))*[ \t]+([A-Z][A-Z0-9]*_[A-Z0-9_]*(?:\([^()\n]{0,100}\))?)"
    rb"(?=\s*[;{])"
    rb"|^[ \t]+(Q_OBJECT|Q_GADGET)(?=[ \t\r]*$)"
    rb"|^(_*(?:[A-Z0-9]+_)*(?:BEGIN|END)(?:_[A-Z0-9]+)*)(?=[ \t\r]*$)",
    re.MULTILINE,
)
_OPENING: Final = (b"if", b"ifdef", b"ifndef")
_FURTHER: Final = (b"else", b"elif", b"elifdef", b"elifndef")


@dataclass(slots=True)
class _Group:
    """One ``#if`` to its ``#endif``: its directives' rows, and how many brackets are open around it and inside."""

    rows: list[int]
    condition: bytes
    before: int
    after_first: int
    lowest: int
    uneven: bool = False


def without_macros(data: bytes) -> bytes:
    """``data``, byte for byte as long, less macros in heads of classes, behind parameters, and alone as brackets."""
    return _TAIL_MACRO.sub(_blanked, _HEAD_MACRO.sub(_blanked, data))


def _blanked(found: re.Match[bytes]) -> bytes:
    start, end = (offset - found.start() for offset in found.span(found.lastindex or 0))
    return found[0][:start] + b" " * (end - start) + found[0][end:]


def one_branch_only(data: bytes) -> bytes:
    """``data``, byte for byte as long, with one branch left of each conditional inside code or across its brackets."""
    quiet = _QUIET.sub(lambda found: _NOT_LINE_FEEDS.sub(b" ", found[0]), data).split(b"\n")
    lines = data.split(b"\n")
    for row, last in _rows_to_blank(quiet):
        for blank in range(row, last + 1):
            lines[blank] = b" " * len(lines[blank])
    return b"\n".join(lines)


def _rows_to_blank(lines: list[bytes]) -> list[tuple[int, int]]:
    """The runs of rows that go: directives, and branches that are not taken."""
    blank: list[tuple[int, int]] = []
    open_groups: list[_Group] = []
    level, continued = 0, False
    for row, line in enumerate(lines):
        directive = None if continued else _DIRECTIVE.match(line)
        if directive is None:
            if not continued:
                level = _level_after(line, level, open_groups)
            continued = continued and line.rstrip().endswith(b"\\")
            continue
        continued = line.rstrip().endswith(b"\\")
        word = directive[1]
        if word in _OPENING:
            open_groups.append(_Group([row], word + b" " + directive[2].strip(), level, level, level))
        elif open_groups and word in _FURTHER:
            _end_branch(open_groups[-1], row, level)
            level = open_groups[-1].before
        elif open_groups and word == b"endif":
            group = open_groups.pop()
            _end_branch(group, row, level)
            level = _close(group, blank)
            if open_groups:
                open_groups[-1].lowest = min(open_groups[-1].lowest, group.lowest)
    return blank


def _level_after(line: bytes, level: int, open_groups: list[_Group]) -> int:
    """How many brackets are open after a line; the innermost conditional learns how few were open on the way."""
    lowest = level
    for bracket in _BRACKET.finditer(line):
        if bracket[0] in b"({":
            level += 1
        else:
            level -= 1
            lowest = min(lowest, level)
    if open_groups:
        open_groups[-1].lowest = min(open_groups[-1].lowest, lowest)
    return level


def _end_branch(group: _Group, row: int, level: int) -> None:
    if len(group.rows) == 1:
        group.after_first = level
    group.uneven = group.uneven or level != group.before
    group.rows.append(row)


def _close(group: _Group, blank: list[tuple[int, int]]) -> int:
    """List what goes of a conditional that has come to its end; the brackets that are open after it."""
    crossed = group.uneven or group.lowest < group.before
    if b"__cplusplus" in group.condition and crossed:
        blank.append((group.rows[0], group.rows[-1]))  # extern "C" { … }
        return group.before
    if crossed or group.before > 0:
        blank.append((group.rows[0], group.rows[0]))
        blank.append((group.rows[1], group.rows[-1]))
        return group.after_first
    return group.before
