"""What a SQL script names: tables where it reads, changes or ties to them, and functions and procedures that it calls.

Read by the words before and behind a name, in the bodies of routines too; names that ``WITH`` gives are left out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from te_cli.parse.places import Places, blanked
from te_cli.parse.sql import ALTER, CREATE, NAME, REMARK, unquoted

if TYPE_CHECKING:
    from te_cli.model import Reference, ReferenceKind
    from te_cli.parse.parts import Part

_PATH: Final = rf"(?:{NAME}\s*+\.\s*+){{0,8}}+{NAME}"
"""A name with what it lies in: no server has more than four levels, and a row of a hundred thousand is no name."""

_UNREAD: Final = re.compile(
    rf"(?i:{REMARK})"
    r"|--[^\n]*|/\*.*?(?:\*/|\Z)|\b[eE]'(?:[^'\\]|\\.|'')*+(?:'|\Z)|'[^']*+(?:'|\Z)",
    re.DOTALL | re.MULTILINE,
)
_CONDITION: Final = r"(?:if\s+(?:not\s+)?exists\s+)?(?:only\s+|concurrently\s+)?"
_TABLES: Final = re.compile(
    r"(?<![\w$.@#])(?:(?P<list>from|using)|join|(?:insert|merge|replace)\s+(?:ignore\s+)?into|insert\s+overwrite"
    r"|insert(?=\s+(?!into\b)(?:[\[#]|[\w.]{1,200}\s*\())"
    r"|(?P<update>update)|references|(?:alter|drop|truncate|lock|on|describe)\s+table|(?:add|drop)\s+function|truncate|delete\s+from"
    r"|(?:alter|drop|comment\s+on|refresh|on)\s+(?:(?:foreign|materialized)\s+)*(?:view|function|procedure|type|domain"
    r"|trigger|index|sequence|aggregate)|copy(?=[^;(]{0,300}\s(?:from|to)\b)"
    r"|create\s+(?:unique\s+|fulltext\s+|clustered\s+|nonclustered\s+)*index\b[^;()]{0,200}?\son"
    r"|create\s+(?:or\s+replace\s+)?(?:constraint\s+)?trigger\b[^;()]{0,300}?\son|create\s+policy\s+\S+\s+on"
    r"|(?:grant|revoke)\s[\w\s,]{1,80}?\son)"
    rf"\s+{_CONDITION}:?(?P<name>{_PATH})",
)
_MORE: Final = re.compile(
    rf"(?:\s+(?:as\s+)?(?!where\b|on\b)\w+)?\s*,\s*(?:only\s+|lateral\s+)?(?P<name>{_PATH})",
)
_CALLS: Final = re.compile(rf"(?<![\w$.@#&\"`\])])(?P<name>{_PATH})\s*\(")
_RUNS: Final = re.compile(
    rf"(?<![\w$.@#])(?:exec|call|execute\s+(?:procedure|function)|perform)\s+(?:@\w+\s*=\s*)?(?P<name>{_PATH})",
)
_PARENTS: Final = re.compile(rf"\)\s*inherits\s*\(\s*(?P<name>{_PATH})")
_TYPES: Final = (
    ("::", re.compile(rf"::\s*(?P<name>{_PATH})")),
    ("returns", re.compile(rf"returns\s+(?:setof\s+)?(?P<name>{_PATH})")),
    ("cast", re.compile(rf"cast\s*\([^()]*\sas\s+(?P<name>{_PATH})")),
    ("type", re.compile(rf"(?<![\w.&$#@])(?P<name>{_PATH})%(?:row)?type\b")),
)
"""Patterns for types, each with a text without which it need not be tried."""

_LOCAL: Final = re.compile(
    rf"(?:\bwith\s+(?:recursive\s+)?|,\s*)({NAME})\s*(?:\([^()]*\)\s*)?as\s+(?:(?:not\s+)?materialized\s+)?\(",
)
_MAX_TABLES: Final = 50
"""Tables behind one FROM; a longer list is none."""

_NO_TABLE: Final = frozenset(
    "from join select values set where on of or and only lateral unnest as table default cascade null each statement"
    " row current_user session_user public stdin stdout all schema database function procedure new old inserted deleted"
    " dual if exists not in to is view index sequence type domain trigger skip locked nowait".split()
)  # fmt: skip
_NO_CALL: Final = frozenset(
    "all and any array as asc between by case check cluster constraint content cube default desc distinct else"
    " elsif end except exclude exists explain filter for foreign from generated group grouping having if in include"
    " index inherits insert intersect into is join key language lateral like limit materialized not nothing null of"
    " offset on only or order over partition primary range references replace return returning returns rollup row"
    " select set sets setof some table then to type union unique update using values view when where while window"
    " with within xor ilike similar add column columns execute begin declare do conflict engine identity elseif"
    " until loop call exec perform ordinality nvarchar nchar char character varchar varying varchar2 nvarchar2"
    " number numeric decimal dec float double real int integer bigint smallint tinyint mediumint bit varbit binary"
    " varbinary text blob enum time timestamp timestamptz timetz datetime datetime2 datetimeoffset interval"
    " precision string raw clob vector bpchar fts5 fts4 datetime64 fixedstring lowcardinality nullable"
    " exception_init than operator storage lob list hash subpartition".split()
)  # fmt: skip
_PRIMITIVE: Final = _NO_CALL | frozenset(
    "table trigger void boolean bool json jsonb uuid date bytea oid regclass regproc regprocedure regtype regrole name"
    " int2 int4 int8 serial bigserial float4 float8 money xml inet cidr record anyelement anyarray event_trigger citext"
    " opaque internal cstring hstore unknown signed unsigned".split()
)  # fmt: skip
_NOT_BEFORE_UPDATE: Final = re.compile(r"\b(?:for|on|after|before|or|do|of|no\s+key)\s+$|,\s*$")
_NOT_BEFORE_FROM: Final = re.compile(
    r"\bdistinct\s+$|\brevoke\s[^;]*$|\b(?:extract|substring|trim|overlay|position)\s*\([^()]*(?:\([^()]*\)[^()]*)*$",
)
_NAMES_NEXT: Final = frozenset("as using constraint key index into recursive with".split())


def references(lines: list[str], parts: list[Part]) -> tuple[Reference, ...]:
    """Every reference of the script, in the order of its text."""
    return _Script(lines, parts).references()


class _Script:
    """One script: its text less comments and strings, in lower case to be searched."""

    def __init__(self, lines: list[str], parts: list[Part]) -> None:
        self.text = _UNREAD.sub(lambda found: blanked(found[0]), "\n".join(lines))
        lower = self.text.lower()
        self.lower = lower if len(lower) == len(self.text) else self.text
        self.places = Places(lines, parts)
        self.local = {unquoted(name) for name in _LOCAL.findall(lower)} if "with" in lower else set()
        self.taken = {found.start(2) for pattern in (CREATE, ALTER) for found in pattern.finditer(self.text)}

    def references(self) -> tuple[Reference, ...]:
        """The strongest kinds first: a name is taken once."""
        lower = self.lower
        for found in _PARENTS.finditer(lower):
            self._take("inherit", found)
        for found in _TABLES.finditer(lower):
            self._tables(found)
        for found in _RUNS.finditer(lower):
            if found["name"] not in _NO_CALL:
                self._take("call", found)
        for found in _CALLS.finditer(lower):
            start, name = found.start(), found["name"]
            if not (start in self.taken or name in _NO_CALL or name in self.local):
                before = lower[max(0, start - 20) : start].split()
                if not before or before[-1] not in _NAMES_NEXT:
                    self._take("call", found)
        for text, pattern in _TYPES:
            for found in pattern.finditer(lower) if text in lower else ():
                if found["name"] not in _PRIMITIVE:
                    self._take("type", found)
        return self.places.references()

    def _tables(self, found: re.Match[str]) -> None:
        """The table behind a word that takes one, and those behind commas; a function in its place is a call."""
        start, listed, lower = found.start(), found["list"], self.lower
        if found["update"] and _NOT_BEFORE_UPDATE.search(lower, max(0, start - 20), start):
            return
        if listed and _NOT_BEFORE_FROM.search(lower, max(0, start - 200), start):
            return
        more: re.Match[str] | None = found
        for _ in range(_MAX_TABLES):
            if more is None:
                return
            name = more["name"]
            is_call = bool(listed) and lower[more.end() : more.end() + 20].lstrip()[:1] == "("
            if name in _NO_TABLE or (listed == "using" and is_call):
                return
            if unquoted(name) not in self.local and not is_call and more.start("name") not in self.taken:
                self._take("use", more)
            more = _MORE.match(lower, more.end()) if listed and not is_call else None

    def _take(self, kind: ReferenceKind, found: re.Match[str]) -> None:
        """Note a name with what stands before it."""
        start, end = found.span("name")
        self.taken.add(start)
        whole = self.text[start:end]
        if whole.isidentifier():
            self.places.add(kind, start, whole)
            return
        names = list(re.finditer(NAME, whole))
        qualifier = ".".join(unquoted(name[0]) for name in names[:-1])
        self.places.add(kind, start + names[-1].start(), unquoted(names[-1][0]), qualifier)
