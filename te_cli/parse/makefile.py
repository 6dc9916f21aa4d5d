"""A Makefile's targets, variables and macros, read line by line."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Final

from te_cli.parse.parts import MAX_LINE, MAX_NAME, Part

_REFERENCE: Final = re.compile(r"\$[({][^(){}$]*[)}]")
_RULE: Final = re.compile(r"([^:=#\s][^:=#]*?)\s*&?::?(?![:=])(.*)$")
_SPECIAL: Final = re.compile(r"\.[A-Z_]+$|\.\w+(?:\.\w+)?$")
_ASSIGNMENT: Final = re.compile(r"(?:(?:export|override|private|unexport)\s+)*([^\s:=#?+!]+)\s*(?::{0,3}|[?!])=")
_APPENDED: Final = re.compile(r"(?:(?:export|override|private)\s+)*[^\s:=#?+!]+\s*\+=")
_DEFINE: Final = re.compile(r"(?:override\s+|export\s+)*define\s+([^\s:=?+]+)")
_FOR_TARGET: Final = re.compile(r"\s*(?:(?:export|override|private)\s+)*[^\s:=#?+!]+\s*(?::{0,3}|[?+!])=")
_CONDITIONAL: Final = re.compile(r"\s*(?:ifn?eq|ifn?def|else|endif|[-s]?include)\b")
_INLINE_DOC: Final = re.compile(r"(?:^|\s)##+\s*(.*)$")


def parts(lines: list[str]) -> list[Part]:
    """Targets as blocks with their recipes, the first assignment of each variable, and what ``define`` defines."""
    found: list[Part] = []
    variables: set[str] = set()
    ends = [row for row, line in enumerate(lines) if line.strip() == "endef"]
    rule: Part | None = None
    row = 0
    while row < len(lines):
        line, last = lines[row][:MAX_LINE].rstrip(), _logical_end(lines, row)
        if line.startswith("\t"):
            if rule is not None and line.strip():
                rule.last = last
        elif line and not line.startswith("#") and not _CONDITIONAL.match(line):
            part = _part(line, row, last, ends)
            rule = part if part is not None and part.kind == "block" else None
            if part is not None and (part.kind != "variable" or part.name not in variables):
                found.append(_documented(part, lines, found))
                variables.add(part.name)
            last = part.last if part is not None else last
        row = last + 1
    return found


def _logical_end(lines: list[str], row: int) -> int:
    """The last of the rows that backslashes at their ends make one line."""
    while row + 1 < len(lines) and lines[row].rstrip("\r").endswith("\\"):
        row += 1
    return row


def _part(line: str, row: int, last: int, ends: list[int]) -> Part | None:
    """What a line at the margin begins: a macro, a variable, a target, or nothing that has a name."""
    if defined := _DEFINE.match(line):
        below = bisect_right(ends, row)
        end = ends[below] if below < len(ends) else last
        return Part(row, max(end, last), defined[1][:MAX_NAME], "macro", line)
    if assigned := _ASSIGNMENT.match(line):
        return Part(row, last, assigned[1][:MAX_NAME], "variable", line)
    if _APPENDED.match(line):
        return None
    bare = _REFERENCE.sub(lambda found: "_" * len(found[0]), line)
    rule = _RULE.match(bare)
    if rule is None or _SPECIAL.match(rule[1]) or _FOR_TARGET.match(rule[2]):
        return None
    targets = line[: rule.end(1)]
    name = targets.split(maxsplit=1)[0] if rule[1] == targets else targets
    header = line.partition("##")[0].partition(";")[0]
    return Part(row, last, name[:MAX_NAME], "block", header)


def _documented(part: Part, lines: list[str], before: list[Part]) -> Part:
    """The part with what its line says after ``##``, or the comment above it."""
    inline = _INLINE_DOC.search(lines[part.first][:MAX_LINE]) if part.kind == "block" else None
    floor = before[-1].last + 1 if before else 0
    start = part.first
    while start > floor and lines[start - 1].startswith("#"):
        start -= 1
    above = [line[:MAX_LINE].lstrip("#").strip() for line in lines[start : part.first]]
    part.doc = inline[1].strip() if inline else "\n".join(above).strip()
    part.first = start if part.kind == "block" else part.first
    return part
