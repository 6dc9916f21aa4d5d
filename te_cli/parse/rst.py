"""Sections of a reStructuredText document: titles with a line of punctuation below, or above and below."""

from __future__ import annotations

import re
from typing import Final

from te_cli.parse.markdown import MAX_HEADING, MAX_HEADINGS, Heading

MAX_LEVEL: Final = 20
"""Kinds of adornment that are told apart. People use six; a path of more says nothing."""

_ADORNMENT: Final = re.compile(r"([!-/:-@\[-`{-~])\1*[ \t]*$")
_NO_TITLE: Final = re.compile(r"\s*$|\.\.(?:\s|$)|[-*+|] |>>> |\+[-=]|:[^:]+:(?:\s|$)")
_NO_ADORNMENT: Final = frozenset(("::", "..", "..."))
_SHORT: Final = 4
"""An underline of this length may be shorter than its title: the author mistyped."""

_ROLE: Final = re.compile(r":[\w.+-]+:(?=`)")
_TARGET: Final = re.compile(r"`([^`<>]*)<[^`<>]*>`_*")
_MARKS: Final = re.compile(r"[`*]+_{0,2}|(?<=\w)_(?=\s|$)|\|(?=\w)|(?<=\w)\|")


def headings(lines: list[str]) -> list[Heading]:
    """The titles outside indented text, each at the level at which its kind of adornment first appears."""
    found: list[Heading] = []
    styles: dict[tuple[str, bool], int] = {}
    free = 0  # the first row that is no part of the heading before
    for row in range(1, len(lines)):
        below = _adornment(lines[row])
        if not below or row - 1 < free or len(found) >= MAX_HEADINGS:
            continue
        title = lines[row - 1][:MAX_HEADING].rstrip()
        above = row - 2 >= free and _adornment(lines[row - 2]) == below
        if not _is_title(title.strip() if above else title, below):
            continue
        if not above and row - 2 >= free and not _ends_text(lines[row - 2][:MAX_HEADING]):
            continue
        level = styles.setdefault((below[0], above), min(len(styles), MAX_LEVEL) + 1)
        line = " ".join(title.split())
        found.append(Heading(row - 2 if above else row - 1, level, _plain(line), line))
        free = row + 1
    return found


def _adornment(line: str) -> str:
    """The line, if it is one punctuation character over and over; else nothing."""
    line = line[:MAX_HEADING].rstrip()
    return line if _ADORNMENT.match(line) and line not in _NO_ADORNMENT else ""


def _is_title(title: str, below: str) -> bool:
    if _NO_TITLE.match(title) or title[:1].isspace() or _ADORNMENT.match(title):
        return False
    return len(below) >= min(len(title), _SHORT)


def _ends_text(line: str) -> bool:
    """Whether a title may follow right after ``line``: it is blank, a directive or target, or indented."""
    return not line.strip() or line[0].isspace() or line.startswith("..") or bool(_adornment(line))


def _plain(line: str) -> str:
    """A title without roles, links and emphasis."""
    plain = _MARKS.sub("", _TARGET.sub(r"\1", _ROLE.sub("", line)))
    return " ".join(plain.split()) or line
