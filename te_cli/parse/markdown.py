"""Sections of a Markdown document, read line by line: headings, front matter and fences are all that counts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

MAX_HEADINGS: Final = 20_000
"""Headings of one document that are told apart; what follows belongs to the last of them."""

MAX_HEADING: Final = 1_000
"""Characters of a line that are looked at: a heading is shorter, and matching a line is not linear in its length."""

_ATX: Final = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$")
_SETEXT: Final = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_FENCE: Final = re.compile(r" {0,3}(`{3,}|~{3,})(.*)$")
_NO_PARAGRAPH: Final = re.compile(r"\s*$| {0,3}(?:[>|]|[-*+] |\d+[.)] )| {4}|\t")
_LINK: Final = re.compile(r"!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])")
_MARKS: Final = re.compile(r"[`*]+|\{#[^}]*\}|<[^>]*>")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: the row it starts on (from 0), its level (1 to 6), its plain text, and its line as written."""

    row: int
    level: int
    text: str
    line: str


def headings(lines: list[str]) -> list[Heading]:
    """The ATX (``## Title``) and setext (underlined) headings outside front matter and fenced code."""
    found: list[Heading] = []
    fence = ""
    for row in range(_front_matter(lines), len(lines)):
        line = lines[row][:MAX_HEADING].rstrip("\r")
        if len(found) >= MAX_HEADINGS:
            break
        if fence:
            closing = _FENCE.match(line)
            if closing and closing[1].startswith(fence) and not closing[2].strip():
                fence = ""
        elif line[:4].strip()[:1] in ("`", "~") and (opening := _FENCE.match(line)):
            if opening[1][0] == "~" or "`" not in opening[2]:
                fence = opening[1]
        elif "#" in line[:4] and (atx := _ATX.match(line)):
            found.append(_heading(row, len(atx[1]), atx[2] or "", line))
        elif line[:4].strip()[:1] in ("=", "-") and (setext := _SETEXT.match(line)):
            before = lines[row - 1][:MAX_HEADING].rstrip("\r") if row else ""
            if not _NO_PARAGRAPH.match(before) and (not found or found[-1].row < row - 1):
                found.append(_heading(row - 1, 1 if setext[1][0] == "=" else 2, before, before))
    return found


def _heading(row: int, level: int, text: str, line: str) -> Heading:
    plain = _MARKS.sub("", _LINK.sub(r"\1", text)).strip()
    return Heading(row, level, " ".join(plain.split()) or text.strip() or line.strip(), " ".join(line.split()))


def _front_matter(lines: list[str]) -> int:
    """The row after the front matter (between ``---`` or ``+++`` lines at the very top), 0 when there is none."""
    marker = lines[0].rstrip() if lines else ""
    if marker not in ("---", "+++"):
        return 0
    for row in range(1, len(lines)):
        if lines[row].rstrip() in (marker, "..."):
            return row + 1
    return 0
