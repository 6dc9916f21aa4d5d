"""Documentation: which comments or strings speak of a definition, and what they say without their markers."""

from __future__ import annotations

import inspect
import re
from bisect import bisect_left
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from te_cli.parse.captures import Captures, Comment, Found
    from te_cli.parse.source import Source

MAX_DOC: Final = 2_000
"""Characters of documentation that are kept; the text of the unit's file is searched whole anyway."""

_MAX_RUN: Final = 400
"""Comments on consecutive lines that are read as one."""

_WORDS_BEFORE_LICENCE: Final = 3
"""Words of a line above a licence that say something about the file; fewer are its name."""

_MAX_GAP: Final = 400
"""Bytes between an attribute and what it belongs to, or between the comments at the top of a file."""

_OPENING: Final = re.compile(
    r"\A\s*(?:/\*[*!]?<?|//[/!]?<?|#+'?|=begin|--\[\[|--+(?: ?[|^])?|\{-+ ?[|^]?|\(\*+|%+|;+|\"\"\"|<!--)[ \t]?"
)
_LINE_MARKER: Final = re.compile(r"^[ \t]*(?://[/!]?|--+|;+|%+)[ \t]?")
_ATTRIBUTE: Final = re.compile(r"[@-]\w+[\s(]+(?=[~\"])")
_HEADING: Final = re.compile(r"^=head\d[ \t]*(.*)$", re.MULTILINE)
_POD_ORDER: Final = re.compile(r"^=[a-z]\w*[ \t]*.*$", re.MULTILINE)
_POD_CODE: Final = re.compile(r"[A-Z]<+ ?(?:[^<>|\n]{0,200}\|)?([^<>]{0,400}?) ?>+")
_CLOSINGS: Final = ("*/", "=end", "]]", "-->", "*)", "-}")
_STAR: Final = re.compile(r"^\s*\*+(?:[ \t]|$)")
_BACKWARD: Final = (b"/*<", b"/**<", b"/*!<")
_BELOW: Final = (b"(**", b"-- ^", b"--^", b"{-^", b"{- ^")
_NAMED: Final = re.compile(r"[\w}]")
_DOC_MARKED: Final = ("/**", "///", "/*!", "//!")
_STRING: Final = re.compile(r"\A[~a-zA-Z]{0,2}(\"\"\"|'''|\"|')(.*)\1\Z", re.DOTALL)
_NOISE: Final = re.compile(
    r"^\s*(?:eslint|prettier-ignore|@ts-|tslint|istanbul|c8 ignore|noqa|type: ?ignore|pylint:|fmt: (?:on|off)"
    r"|rubocop:|frozen_string_literal|-\*-|vim?:|go:|\+build|nolint|clang-format|NOLINT|phpcs|@codingStandards|#!|[@#]__[A-Z_]+__).*$",
)
_RULE: Final = re.compile(r"^[\W_]*$")
_LICENCE: Final = re.compile(
    r"copyright|\(c\)\s*\d{4}|licen[cs]ed? (?:under|to)|SPDX-|all rights reserved|permission is hereby|"
    r"redistribution and use|@licen[cs]e",
    re.IGNORECASE,
)
_OF_LICENCES: Final = ("copyright", "(c)", "licen", "spdx-", "all rights", "permission is", "redistribution and")
"""One of these is part of whatever that finds."""

_XML_REFERENCE: Final = re.compile(
    r"<(?:see|seealso|paramref|typeparamref)\b[^<>]*?(?:cref|name|langword)=\"([^\"]*)\"\s*/>"
)
_XML_TAG: Final = re.compile(r"</?[a-zA-Z][^<>]*>")
_PREAMBLE: Final = re.compile(
    r"(?:\s|<\?php|\ufeff|#!.*|['\"]use strict['\"];?|package [\w.]+;?|#(?:ifndef|ifdef|define) \w+$|#pragma once"
    r"|declare\([^)]*\);|namespace [\w\\.]+;)*",
    re.MULTILINE,
)


class Comments:
    """A file's comments and attributes, ready to be asked which stand above or beside a definition."""

    def __init__(self, captures: Captures, source: Source, *, xml: bool) -> None:
        self._source = source
        self._xml = xml
        self._alone = {comment.end_row: comment for comment in captures.comments if comment.alone}
        self._starting = {comment.start_row: comment for comment in captures.comments if comment.alone}
        self._beside = {comment.start_row: comment for comment in captures.comments if comment.trailing}
        self._attributes = captures.attributes
        self._ordered = sorted(captures.comments, key=_start)
        self._continuing = _continuing(self._ordered)
        if self._ordered and source.data.startswith(b"#!"):
            del self._ordered[0]  # it tells the system, not the reader
        self._starts = [comment.start for comment in self._ordered]
        self._attribute_starts = [attribute.start for attribute in captures.attributes]

    def above(self, found: Found) -> str:
        """Documentation above ``found``, whose range is moved up to take in the attributes there."""
        run: list[Comment] = []
        row, start = found.start_row, found.start
        while True:
            attribute = self._attribute_before(start)
            if attribute is not None:
                row, start = attribute.start_row, attribute.start
                found.start, found.start_row = start, row
                continue
            comment = self._comment_before(row, start)
            if comment is None or len(run) >= _MAX_RUN or (self._is_block(run[-1:]) and self._read(run[-1:])):
                break
            run.append(comment)
            row, start = comment.start_row, comment.start
        if not run or self._source.data.startswith(_BELOW[1:], run[-1].start):
            return ""
        found.doc_start, found.doc_row = start, row
        return self._read(run[::-1])

    def beside(self, found: Found, *, marked: bool = False) -> str:
        """The comment at the end of the last line of ``found``, where nothing else is named between the two.

        ``marked``: only one that says that it documents what stands before it.
        """
        comment = self._beside.get(found.end_row)
        if comment is None or not 0 <= comment.start - found.end <= _MAX_GAP:
            return ""
        if marked and not self._source.data.startswith(_BELOW, comment.start):
            return ""
        between = self._source.between(found.end, comment.start)
        return "" if _NAMED.search(between) else self._read([comment])

    def below(self, found: Found) -> str:
        """The comment right below the last line of ``found`` that is marked as its documentation.

        OCaml's has a blank line below; without that it may as well belong to what follows.
        """
        first = self._starting.get(found.end_row + 1)
        if first is None or not self._source.data.startswith(_BELOW, first.start):
            return ""
        run = [first]
        if not self._is_block(run):
            while (comment := self._starting.get(run[-1].end_row + 1)) is not None:
                run.append(comment)
            return self._read(run)
        rest = self._source.data[first.end : first.end + _MAX_GAP].lstrip(b" \t")
        return self._read(run) if rest[:2] in (b"", b"\n", b"\n\n") or rest.startswith(b"\nend") else ""

    def of_file(self, before: int) -> tuple[str, list[Comment]]:
        """What the comments at the top of the file say, above byte ``before``; a licence is passed over.

        With them, the comments that were read for it.
        """
        at, position = 0, 0
        passed: list[Comment] = []
        while at < len(self._ordered) and self._ordered[at].start < before:
            first = at
            until = self._ordered[first].start
            if until - position > _MAX_GAP or not _PREAMBLE.fullmatch(self._source.between(position, until)):
                break
            while at + 1 < len(self._ordered) and self._continues(at):
                at += 1
            run = self._ordered[first : at + 1]
            passed += run
            doc = self._read(run)
            if doc and run[-1].end <= before:
                return doc, passed
            position = run[-1].end
            at += 1
        return "", passed

    def inside(self, start: int, end: int) -> list[tuple[int, int]]:
        """The byte ranges of the comments between two offsets."""
        first = bisect_left(self._starts, start)
        last = bisect_left(self._starts, end, lo=first)
        return [(comment.start, comment.end) for comment in self._ordered[first:last]]

    def _attribute_before(self, start: int) -> Comment | None:
        """The attribute that ends where ``start`` begins, but for blanks."""
        at = bisect_left(self._attribute_starts, start) - 1
        if at < 0:
            return None
        attribute = self._attributes[at]
        gap = start - attribute.end
        blank = 0 <= gap <= _MAX_GAP and not self._source.data[attribute.end : start].strip()
        return attribute if blank else None

    def _comment_before(self, row: int, start: int) -> Comment | None:
        """The comment that ends right before ``start``, on its line or, when that leads its line, on the one above."""
        if self._source.leads_line(start) or self._heads_item(start):
            comment = self._alone.get(row - 1) or self._apart(start)
            if comment is None or comment.end > start:
                return None
            apart = comment.start in self._continuing and comment.column > self._source.column(start)
            return None if apart else comment
        at = bisect_left(self._starts, start) - 1
        if at < 0 or self._ordered[at].end_row != row or not 0 <= start - self._ordered[at].end <= _MAX_GAP:
            return None
        comment = self._ordered[at]
        blank = not self._source.data[comment.end : start].strip()
        return comment if blank and not self._source.data.startswith(_BACKWARD, comment.start) else None

    def _apart(self, start: int) -> Comment | None:
        """The comment above ``start``, empty lines between them, if it is of a sort that may stand so."""
        at = bisect_left(self._starts, start) - 1
        if at < 0 or not self._ordered[at].apart or start - self._ordered[at].end > _MAX_GAP:
            return None
        comment = self._ordered[at]
        return None if self._source.data[comment.end : start].strip() else comment

    def _heads_item(self, start: int) -> bool:
        """Whether nothing but what separates one item of a type from another stands before ``start`` on its line."""
        begin = max(0, start - _MAX_GAP)
        _, line, before = self._source.data[begin:start].rpartition(b"\n")
        return bool(line or not begin) and before.strip() in (b"|", b",", b"=", b"{")

    def _continues(self, at: int) -> bool:
        this, following = self._ordered[at], self._ordered[at + 1]
        return following.alone and following.start_row == this.end_row + 1 and not self._is_block([following])

    def _is_block(self, comments: list[Comment]) -> bool:
        return bool(comments) and self._source.data.startswith((b"/*", b"=begin", b"--[[", b"(*"), comments[0].start)

    def _read(self, run: list[Comment]) -> str:
        run = run[:_MAX_RUN]
        texts = [self._source.between(comment.start, min(comment.end, comment.start + 8 * MAX_DOC)) for comment in run]
        marked = [text for text in texts if text.startswith(_DOC_MARKED)]
        return clean_comment(marked or texts, xml=self._xml)


def _continuing(ordered: list[Comment]) -> set[int]:
    """Where the comments start that go on, line below line, with one that stands behind code."""
    found: set[int] = set()
    for this, following in pairwise(ordered):
        behind = this.trailing or this.start in found
        if behind and following.alone and (this.column, this.end_row + 1) == (following.column, following.start_row):
            found.add(following.start)
    return found


def _start(comment: Comment) -> int:
    return comment.start


def clean_comment(texts: list[str], *, xml: bool = False) -> str:
    """What comments say: markers, rulers, linters' orders and licences left out."""
    lines: list[str] = []
    for text in texts:
        said = _unmarked(text)
        rows = said.split("\n")
        lines += [_STAR.sub("", row).rstrip() for row in rows] if "*" in said else map(str.rstrip, rows)
    licensed = _may_licence("\n".join(lines))
    kept: list[str] = []
    for line in lines:
        if licensed and _LICENCE.search(line):
            kept = kept if any(len(said.split()) >= _WORDS_BEFORE_LICENCE for said in kept) else []
            break
        if not line or not (_RULE.match(line) or _NOISE.match(line)):
            kept.append(line)
    doc = "\n".join(kept)
    if xml:
        doc = _XML_TAG.sub("", _XML_REFERENCE.sub(r"\1", doc))
    return _cleaned(doc)


def _may_licence(text: str) -> bool:
    """Whether a line of ``text`` may be of a licence: looked at as a whole, since few are."""
    lower = text.lower()
    return any(word in lower for word in _OF_LICENCES) or not text.isascii()


def _cleaned(doc: str) -> str:
    """``doc`` without the indentation of its lines, as far as it is kept."""
    if "\n" not in doc:
        return doc.expandtabs().strip()[:MAX_DOC]
    return inspect.cleandoc(doc).strip()[:MAX_DOC]


def _unmarked(comment: str) -> str:
    """A comment without what opens and closes it."""
    body = comment.rstrip()
    if body.startswith("=") and not body.startswith("=begin\n"):
        return _of_manual(body)
    if attribute := _ATTRIBUTE.match(body):
        return clean_string(body[attribute.end() :].rstrip(").\n "))
    for closing in _CLOSINGS:
        if body.endswith(closing):
            body = body.removesuffix(closing).rstrip("* \t\r\n")
    if "\n" in body and _LINE_MARKER.match(body):  # a run of lines, each with its marker, that is one comment
        first, _, rest = body.partition("\n")
        return "\n".join([_OPENING.sub("", first, count=1), *(_LINE_MARKER.sub("", line) for line in rest.split("\n"))])
    return _OPENING.sub("", body, count=1)


def _of_manual(text: str) -> str:
    """What Perl's documentation says below its heading ``NAME``, or else below the last of its headings."""
    sections = _HEADING.split(text.removesuffix("=cut"))
    named = next(
        (said for name, said in zip(sections[1::2], sections[2::2], strict=True) if name.strip() == "NAME"), ""
    )
    return _POD_CODE.sub(r"\1", _POD_ORDER.sub("", named or sections[-1])).strip()


def clean_string(text: str) -> str:
    """What a documentation string says, without quotes and indentation."""
    if text.lstrip().startswith(("//", "--")):
        return clean_comment([text])
    quoted = _STRING.match(text)
    return _cleaned(quoted[2] if quoted else text)
