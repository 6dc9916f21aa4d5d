"""What a SQL script creates: tables with their columns, views, routines, triggers, indexes, types.

Read token by token, not by a grammar: each database speaks SQL of its own, and a grammar of one loses the others'
procedures, quotes and delimiters, and with them what stands behind.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate
from typing import Final

from te_cli.parse.parts import MAX_NAME, Part

MAX_FOUND: Final = 5_000
"""Definitions of one file that are told apart, columns included. A dump has more; the rest are the module's."""

_KINDS: Final = {
    "table": "struct", "view": "struct", "function": "function", "procedure": "function", "proc": "function",
    "trigger": "function", "index": "block", "type": "type", "domain": "type", "sequence": "block",
    "schema": "namespace", "database": "namespace", "policy": "block", "macro": "macro", "package": "namespace",
    "aggregate": "function", "event": "function",
}  # fmt: skip
_BETWEEN: Final = r"(?:or|replace|alter|temp|temporary|global|local|unlogged|virtual|external|foreign|recursive|unique"
_BETWEEN_MORE: Final = r"|clustered|nonclustered|fulltext|spatial|materialized|constraint|body|secure|transient)"
NAME: Final = r"(?:\"[^\"\n]{1,200}\"|`[^`\n]{1,200}`|\[[^\]\n]{1,200}\]|&{1,2}\w+\.?(?=\.)|[\w$#@]+)"
CREATE: Final = re.compile(
    rf"create\s+(?:{_BETWEEN}{_BETWEEN_MORE}\s+|definer\s*=\s*\S+\s+){{0,6}}({'|'.join(_KINDS)})\s+(?:body\s+)?"
    rf"(?:concurrently\s+)?(?:if\s+not\s+exists\s+)?(?!on\s):?((?:{NAME}\s*\.\s*){{0,3}}{NAME})",
    re.IGNORECASE,
)
_GAP: Final = r"(?:\s|--[^\n]*\n|/\*.*?\*/)*+"
ALTER: Final = re.compile(
    rf"alter\s+(function|proc|procedure|trigger|view)\s+((?:{NAME}\s*\.\s*){{0,3}}{NAME})"
    rf"(?={_GAP}(?:\({_GAP})?(?:@|(?:as|with)\b|\){_GAP}returns\b|on{_GAP}{NAME}))",
    re.IGNORECASE | re.DOTALL,
)
"""A definition given anew, as scripts for SQL Server do it: parameters follow, or what it is."""

REMARK: Final = r"^(?:rem|remark|prompt)(?:[ \t][^\n]*)?$"
"""A line for whoever reads or runs an Oracle script."""

_STRING: Final = r"'(?:[^'\\]|\\.)*+(?:'|\Z|\\)"
_MARKS: Final = (
    rf"{REMARK}|"
    r"--[^\n]*|/\*.*?(?:\*/|\Z)|"
    rf"{_STRING}"
    r"|\"[^\"\n]*\"?|`[^`\n]*`?|\[[^\]'\n]*\]?|\$\w*\$|[();,]"
    r"|(?<![\w$@#.])(?:create|alter|begin|case|end(?:\s+(?:if|loop|while|repeat|for))?|go|delimiter|as|is)(?![\w$#.])"
)
_FLAGS: Final = re.IGNORECASE | re.DOTALL | re.MULTILINE
_TOKEN: Final = re.compile(_MARKS, _FLAGS)
_TOKEN_OF_BATCHES: Final = re.compile(_MARKS.replace(_STRING, r"'[^']*+(?:'|\Z)"), _FLAGS)
"""For SQL Server, where a backslash in a string is one."""

_GO: Final = re.compile(r"^go[ \t\r]*$", _FLAGS)
_DOLLARS: Final = re.compile(r"\$\w*\$")
_REMARK: Final = re.compile(REMARK, re.IGNORECASE)
_DO: Final = re.compile(r"\bdo\s+(?:language\s+\w+\s+)?\Z", re.IGNORECASE)
_ROUTINES: Final = frozenset(("function", "procedure", "proc", "trigger", "package", "event"))
_NO_COLUMN: Final = re.compile(
    r"(?:constraint|primary|foreign|unique|check|exclude|like|fulltext|spatial|period)\b"
    r"|(?:key|index)\b(?!\s+(?:text|\w*char|\w*int|integer|uuid|blob|bytea|json\w*|numeric|string)\b)",
    re.IGNORECASE,
)
_COLUMN: Final = re.compile(rf"({NAME})\s+\S")
_COMMENT: Final = re.compile(r"('(?:[^'\\]|\\.)*+(?:'|\Z|\\))|--[^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
_LEADING: Final = re.compile(r"(?:\s+|--[^\n]*(?:\n|\Z)|/\*.*?(?:\*/|\Z))*+", re.DOTALL)
_MAX_HEADER: Final = 600
_MAX_DOC: Final = 40


def parts(lines: list[str]) -> list[Part]:
    """Each thing that the script creates, a table's columns after it."""
    return _Script(lines).parts()


class _Script:
    """One script on its way from tokens to definitions."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.text = "\n".join(lines)
        self.starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
        self.found: list[Part] = []
        self.current: Part | None = None
        self.position = 0  # of the current definition among those found
        self.start = 0
        self.what = ""
        self.columns_from = 0  # where the list of columns opens, if what follows is one
        self.header_ended = False
        self.depth = 0
        self.blocks = 0
        self.bare_body = False  # a routine's statements follow, and are no string
        self.done = ""  # the mark that ends the block which is done at once

    def parts(self) -> list[Part]:
        """Go over the text once."""
        text, at = self.text, 0
        tokens = _TOKEN_OF_BATCHES if _GO.search(text) else _TOKEN
        last_dollars = {found[0]: found.start() for found in _DOLLARS.finditer(text)}
        while len(self.found) < MAX_FOUND and (token := tokens.search(text, at)):
            at = token.end()
            first = token[0][0]
            if first == "$" and (token[0] == self.done or self._is_done_at_once(token.start())):
                self.done = "" if self.done else token[0]
            elif first == "$":
                self._end_header(token.start())
                if last_dollars[token[0]] >= at:
                    at = text.index(token[0], at) + len(token[0])
            elif first in "();,":
                self._punctuation(first, token.start())
            elif first.isalpha() and not _REMARK.match(token[0]):
                at = self._word(token[0].lower(), token.start(), at)
        self._end(len(text))
        return self.found

    def _is_done_at_once(self, at: int) -> bool:
        """Whether what opens is done rather than kept: what a block behind DO creates is there afterwards."""
        return self.current is None and not self.done and _DO.search(self.text, max(0, at - 60), at) is not None

    def _word(self, word: str, start: int, end: int) -> int:
        """Take in a word; where the search goes on from."""
        leads = start == self.starts[self._row(start)]
        if word in ("create", "alter"):
            created = (CREATE if word == "create" else ALTER).match(self.text, start)
            if created is not None and (self.current is None or (leads and not self.blocks)):
                return self._begin(created)
        elif word in ("go", "delimiter"):
            if leads and (word == "delimiter" or self.lines[self._row(start)].strip().lower() == word):
                self._end(start)
        elif self.what in _ROUTINES:
            self._routine_word(word, start, end)
        return end

    def _routine_word(self, word: str, start: int, end: int) -> None:
        if word in ("as", "is"):
            following = self.text[end : end + 100].lstrip()[:1]
            if self.depth == 0 and not self.header_ended and following not in ("'", "$"):
                self.bare_body = True
        elif word in ("begin", "case"):
            self.blocks += 1
            self.bare_body = False
        elif word == "end" and self.blocks:
            self.blocks -= 1
        if self.depth == 0:
            self._end_header(start)

    def _punctuation(self, mark: str, at: int) -> None:
        if mark == ";":
            if self.blocks == 0 and self.depth <= 0 and not self.bare_body:
                self._end(at + 1)
        elif mark == "(":
            if self.depth == 0 and self.columns_from and not self.text[self.columns_from : at].strip():
                self._end_header(at)
                self.columns_from = at + 1
            elif self.depth == 0:
                self.columns_from = 0
            self.depth += 1
        else:
            if self.depth == 1 and self.columns_from:
                self._column(self.columns_from, at)
                self.columns_from = at + 1 if mark == "," else 0
            self.depth -= mark == ")"

    def _begin(self, created: re.Match[str]) -> int:
        self._end(created.start())
        self.what = created[1].lower()
        names = [unquoted(name) for name in re.findall(NAME, created[2])]
        row = self._row(created.start())
        part = Part(row, row, names[-1], _KINDS[self.what], doc=_above(self.lines, row), owner=".".join(names[:-1]))
        self.current, self.start, self.position = part, created.start(), len(self.found)
        self.columns_from = created.end() if self.what == "table" else 0
        self.header_ended = False
        self.found.append(part)
        return created.end()

    def _column(self, start: int, end: int) -> None:
        start = _LEADING.match(self.text, start, end).end()  # type: ignore[union-attr]
        column = _COLUMN.match(self.text, start, end)
        if column is None or self.current is None or _NO_COLUMN.match(self.text, start, end):
            return
        owner = f"{self.current.owner}.{self.current.name}".lstrip(".")
        header = self._header(start, end)
        first, last = self._row(start), self._row(start + len(self.text[start:end].rstrip()) - 1)
        self.found.append(Part(first, last, unquoted(column[1]), "field", header, owner=owner, parent=self.position))

    def _end_header(self, at: int) -> None:
        if self.current is not None and not self.header_ended:
            self.header_ended = True
            self.current.header = self._header(self.start, at)

    def _header(self, start: int, end: int) -> str:
        return _COMMENT.sub(lambda found: found[1] or " ", self.text[start : min(end, start + _MAX_HEADER)])

    def _end(self, at: int) -> None:
        """The current definition, if any, ends before ``at``."""
        self._end_header(at)
        if self.current is not None:
            size = len(self.text[self.start : at].rstrip())
            self.current.last = max(self._row(self.start + max(size - 1, 0)), *self._last_rows())
        self.current, self.what = None, ""
        self.depth = self.blocks = self.columns_from = 0
        self.bare_body = False

    def _last_rows(self) -> tuple[int, int]:
        return self.found[-1].last, self.found[self.position].first

    def _row(self, offset: int) -> int:
        return bisect_right(self.starts, offset, hi=len(self.lines)) - 1


def unquoted(name: str) -> str:
    """A name without its quotes, whichever they are, or without the marks of a script's variable."""
    if name[0] == "&":
        return name.strip("&.")
    return (name[1:-1].strip() or name if name[0] in '"`[' else name)[:MAX_NAME]


def _above(lines: list[str], row: int) -> str:
    """The comment right above a row, without its marks."""
    first = row
    if row and lines[row - 1].rstrip().endswith("*/"):
        tops = range(row - 1, max(-1, row - 1 - _MAX_DOC), -1)
        first = next((top for top in tops if lines[top].lstrip().startswith("/*")), row)
    else:
        while first and first > row - _MAX_DOC and lines[first - 1].lstrip().startswith("--"):
            first -= 1
    return "\n".join(line.strip()[:1000].strip("-/* ") for line in lines[first:row]).strip()
