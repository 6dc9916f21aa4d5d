"""Sections of an AsciiDoc document: ``== Title`` and underlined titles, outside delimited blocks."""

from __future__ import annotations

import re
from typing import Final

from te_cli.parse.markdown import MAX_HEADING, MAX_HEADINGS, Heading

_TITLE: Final = re.compile(r"(={1,6}|#{1,6})[ \t]+(\S.*)$")
_DELIMITER: Final = re.compile(r"(?:-{4,}|\.{4,}|\+{4,}|/{4,}|={4,}|\*{4,}|_{4,}|`{3,}\w*|[|,:!]={3,})$")
_UNDERLINE: Final = re.compile(r"([=~^+-])\1{2,}$")
_LEVELS: Final = "=-~^+"
_NO_TITLE: Final = re.compile(r"\s*$|[\s.\[|:*-]|//|\W+$")
_BEFORE_TITLE: Final = re.compile(r"\s*$|\[.*\]$|//|:[^:]+:|ifdef::|ifndef::|endif::")
_MARKS: Final = re.compile(r"\[\[[^\]]*\]\]|[`*]+|(?<!\w)_+|_+(?!\w)|\+{2,3}")


def headings(lines: list[str]) -> list[Heading]:
    """The titles outside listings, examples, comments and tables."""
    cut = [line[:MAX_HEADING].rstrip() for line in lines]
    last_seen = {line: row for row, line in enumerate(cut) if _DELIMITER.match(line)}
    found: list[Heading] = []
    delimiter = ""
    for row, line in enumerate(cut):
        if len(found) >= MAX_HEADINGS:
            break
        if delimiter:
            delimiter = "" if line == delimiter else delimiter
        elif title := _TITLE.match(line):
            found.append(_heading(row, len(title[1]), _without_closing(title[2], title[1]), line))
        elif (underline := _UNDERLINE.match(line)) and _is_title(cut, row, found):
            found.append(_heading(row - 1, _LEVELS.index(underline[1]) + 1, cut[row - 1], cut[row - 1]))
        elif line in last_seen:
            closing = line[:3] if line[:3] == "```" else line
            delimiter = closing if last_seen.get(closing, 0) > row else ""
    return found


def _is_title(lines: list[str], row: int, found: list[Heading]) -> bool:
    """Whether the line above ``row`` is a title: about as long as its underline, and the first of its paragraph."""
    title = lines[row - 1] if row else ""
    if abs(len(title) - len(lines[row])) > 1 or _NO_TITLE.match(title):
        return False
    if found and found[-1].row == row - 1:
        return False
    return row < 2 or bool(_BEFORE_TITLE.match(lines[row - 2])) or bool(found and found[-1].row >= row - 3)


def _without_closing(text: str, marker: str) -> str:
    """``Title ==`` without the marks that may close it."""
    return text.removesuffix(marker).rstrip() or text if text.endswith(" " + marker) else text


def _heading(row: int, level: int, text: str, line: str) -> Heading:
    plain = " ".join(_MARKS.sub("", text).split())
    return Heading(row, level, plain or text.strip() or line, " ".join(line.split()))
