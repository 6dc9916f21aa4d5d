"""Terraform and other HCL: the blocks at the top by their labels, and the values that ``locals`` holds."""

from __future__ import annotations

import re
from typing import Final

from te_cli.parse.parts import MAX_LINE, MAX_NAME, Part

_BLOCK: Final = re.compile(r"([A-Za-z_][\w-]*)((?:\s+(?:\"[^\"]*\"|[\w.-]+))*)\s*\{")
_LABEL: Final = re.compile(r"\"([^\"]*)\"|([\w.-]+)")
_VALUE: Final = re.compile(r"(\s*)\"?([A-Za-z_][\w.-]*)\"?\s*[=:](?!=)")
_HEREDOC: Final = re.compile(r"<<[-~]?\s*\"?(\w+)\"?\s*$")
_TRAILING: Final = re.compile(r"^((?:[^\"#/]|\"(?:[^\"\\]|\\.)*+\"|/(?![/*]))*?)\s*(?:#|//|/\*).*$")
_COMMENT: Final = re.compile(r"\s*(?:#|//|/\*|\*)")


def parts(lines: list[str]) -> list[Part]:
    """The blocks and values at the margin, each up to the line that closes it, and the values inside ``locals``."""
    found: list[Part] = []
    ends = {line.strip(): row for row, line in enumerate(lines) if len(line) < MAX_NAME}
    inside: int | None = None  # the position of the block that is open
    indent = ""
    row = 0
    while row < len(lines):
        line = lines[row][:MAX_LINE].rstrip()
        last = _heredoc_end(lines, row, ends)
        if line and not line[0].isspace() and not _COMMENT.match(line):
            if line[0] in "})]" and found:
                found[-1 if inside is None else inside].last = row
                inside = None
            elif part := _part(line, row, last):
                part.doc = _above(lines, row)
                inside = len(found) if line.endswith(("{", "(", "[")) else None
                indent = ""
                found.append(part)
        elif inside is not None and found[inside].name == "locals" and line and not _COMMENT.match(line):
            value = _VALUE.match(line)
            indent = indent or (value[1] if value else "")
            if value is None or value[1] != indent:
                found[-1].last = max(found[-1].last, last)
            else:
                doc = _above(lines, row)
                found.append(Part(row, last, value[2], "variable", _shown(line), doc, owner="locals", parent=inside))
        if inside is not None and row:
            _stretch(found, inside, last if line else row - 1)
        row = last + 1
    return found


def _stretch(found: list[Part], inside: int, last: int) -> None:
    """Let what is open reach to ``last``."""
    found[inside].last = max(found[inside].last, last)


def _part(line: str, row: int, last: int) -> Part | None:
    """The block or the value that a line at the margin begins."""
    if block := _BLOCK.match(line):
        labels = [quoted or bare for quoted, bare in _LABEL.findall(block[2])]
        path = [block[1], *labels]
        kind = "variable" if block[1] == "variable" and labels else "block"
        return Part(row, last, path[-1][:MAX_NAME], kind, _shown(line), owner=".".join(path[:-1]))
    if value := _VALUE.match(line):
        return Part(row, last, value[2][:MAX_NAME], "variable", _shown(line))
    return None


def _shown(line: str) -> str:
    """The line without a comment at its end."""
    return _TRAILING.sub(r"\1", line)


def _heredoc_end(lines: list[str], row: int, ends: dict[str, int]) -> int:
    """The row on which a heredoc that begins on ``row`` ends, or ``row`` itself."""
    heredoc = _HEREDOC.search(lines[row][-MAX_NAME:].rstrip())
    if heredoc is None or ends.get(heredoc[1], 0) <= row:
        return row
    return next(below for below in range(row + 1, len(lines)) if lines[below].strip() == heredoc[1])


def _above(lines: list[str], row: int) -> str:
    """The comment right above a row, without its marks."""
    first = row
    while first and first > row - 40 and _COMMENT.match(lines[first - 1]):
        first -= 1
    return "\n".join(line.strip()[:1000].strip("#/* ") for line in lines[first:row]).strip()
