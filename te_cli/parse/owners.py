"""What a name belongs to: the ``a.b`` of ``a.b.name``, read from the text, backwards from the name."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tree_sitter import Node

    from te_cli.parse.source import Source

MAX_QUALIFIER: Final = 120
"""Bytes before a name that are looked at."""

_LINKS: Final = (".?", ".!!", ".!", ".&", "::", ".", "\\")
"""What joins a member to its owner in any language, read backwards."""

_MEMBERS: Final = frozenset(("field_identifier", "property_identifier"))
"""Names that always follow a link, if need be on the line before."""

_NARROW: Final = {".": r"\.(?!\.)", "\\": r"\\(?!\s)"}
"""Links that are none beside another, or behind a blank, as patterns that are read backwards."""

_MAX_LINES: Final = 600
_COMMENTED: Final = re.compile(r"(?:^|(?<=\s))(?://|#[^\S\n]|--[^\S\n]|;;|%[^\S\n]).*", re.MULTILINE)
"""A comment at the end of one of the lines before a name, of which that many bytes are looked at."""

_COMMENT_MARKS: Final = ("//", "#", "--", ";;", "%")

_NO_OWNERS: Final = frozenset(("await", "case", "else", "return", "throw", "try", "yield"))
"""Words before a name that begins with a link: Swift's and Zig's ``return .some(value)``."""

_JOINTS: Final = ".?!&:>-\\/$@"
_BLANKS: Final = frozenset(b" \t\n\r\v\f")


class Owners:
    """What stands before the names of one file."""

    def __init__(self, source: Source, links: str) -> None:
        self._source = source
        self._pattern, self._links = _chains(links)
        self._backwards = source.text[::-1] if source.is_ascii else ""
        self.leads: Final = self._links | _BLANKS
        """Bytes: a name behind any other belongs to nothing."""

    def of(self, node: Node, start: int) -> str:
        """What stands before a name: ``a.b`` of ``a.b.name``; ``?`` where that is, or begins with, an expression."""
        data = self._source.data
        last = data[start - 1] if start else -1
        if last not in self._links and not (last in _BLANKS and node.type in _MEMBERS):
            return ""
        if self._source.is_ascii:
            before, at = self._backwards, len(data) - start
        else:
            before, at = data[max(0, start - MAX_QUALIFIER) : start].decode("utf-8", "ignore")[::-1], 0
        beyond = at + MAX_QUALIFIER
        found = self._pattern.match(before, at, beyond)
        if found is None:
            return ""
        chain, more, expression = found.groups()
        if "\n" in found[0] or (not chain and before[found.end() : beyond][:1].isspace()):
            found = self._pattern.match(self._without_comments(start))
            if found is None:
                return ""
            chain, more, expression = found.groups()
        return _owner(chain, more, expression)

    def _without_comments(self, start: int) -> str:
        """The text before an offset, backwards, where it has several lines: no comment on them holds an owner."""
        text = self._source.data[max(0, start - _MAX_LINES) : start].decode("utf-8", "ignore")
        if any(mark in text for mark in _COMMENT_MARKS):
            above, end, line = text.rpartition("\n")
            text = _COMMENTED.sub("", above) + end + line
        return text[-MAX_QUALIFIER:][::-1]


@lru_cache(maxsize=1 << 12)
def _owner(chain: str | None, more: str | None, expression: str | None) -> str:
    """An owner as it is kept, from what :func:`_chains` matched: a file has few, and names them again and again."""
    chain = "".join((chain or "")[::-1].split())
    first, _, rest = chain.partition(".")
    owner = (rest if first in _NO_OWNERS else chain).rstrip(_JOINTS)
    if "<" in owner:
        owner += ">" * (owner.count("<") > owner.count(">"))
    return f"?{more[::-1].strip()}{owner}" if more else owner or ("?" if expression else "")


@cache
def _chains(links: str) -> tuple[re.Pattern[str], frozenset[int]]:
    """What matches a chain of owners read backwards, and the bytes that can stand right before a name it belongs to.

    ``links`` are what joins names in one language alone, beside :data:`_LINKS`, with spaces between; a ``-`` stands
    before one of those that joins nothing there.
    """
    own = links.split()
    left_out = {link for link in _LINKS if f"-{link[::-1]}" in own}
    every = [link[::-1] for link in own if link[:0:-1] not in left_out]
    every += [link for link in _LINKS if link not in left_out]
    link = "(?:" + "|".join(_NARROW.get(each) or re.escape(each) for each in every) + ")"
    owner = rf"{link}\s*(?:>[^<>()]{{0,60}}<(?:::)?)?[\w$]+#?"
    expression = r"\s*[)\]}\"'`>?!]"
    pattern = rf"\s*(?:(?P<chain>(?:{owner})+)(?P<more>\s*{link}(?={expression}))?|{link}(?P<expression>{expression})?)"
    return re.compile(pattern), frozenset(ord(each[0]) for each in every)
