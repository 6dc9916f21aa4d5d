"""What each unit of source code is found by: its own text, with headers in place of the definitions it encloses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from te_cli.parse.nesting import Placed
    from te_cli.parse.source import Source

_WHOLE: Final = frozenset(("function", "method", "constructor", "macro", "property", "field"))
"""Kinds whose text is their whole source, even where they enclose other units."""

_MAX_SHARED: Final = 2_000
"""Bytes of text that each further definition of one statement is found by: a thousand names may share a long one."""

_BLANKS: Final = re.compile(r"\n\s*\n\s*\n+")
_CRUMBS: Final = re.compile(r"^[\s{}()\[\];,]*$")


def texts_of(placed: list[Placed], headers: list[str], source: Source) -> list[str]:
    """The text of each unit, and last the text that no definition covers."""
    children: list[list[int]] = [[] for _ in range(len(placed) + 1)]
    for position, item in enumerate(placed):
        children[-1 if item.parent is None else item.parent].append(position)
    texts = []
    for position, item in enumerate(placed):
        found = item.found
        if item.kind in _WHOLE or not children[position]:
            shared = position > 0 and (placed[position - 1].found.start, placed[position - 1].found.end)
            end = min(found.end, found.start + _MAX_SHARED) if shared == (found.start, found.end) else found.end
            texts.append(source.between(found.start, end))
        else:
            texts.append(_outline(found.start, found.end, children[position], placed, headers, source))
    texts.append(_outline(0, len(source.data), children[-1], placed, None, source))
    return texts


def _outline(
    start: int, end: int, inside: list[int], placed: list[Placed], headers: list[str] | None, source: Source
) -> str:
    """The source between two offsets, each definition inside (and its comment) replaced by its header or by nothing."""
    pieces: list[str] = []
    for position in inside:
        found = placed[position].found
        begin = found.doc_start if found.doc_start >= 0 else found.start
        if begin > start:
            pieces.append(source.between(start, begin))
        if headers is not None:
            pieces.append(headers[position])
        start = max(start, found.end)
    pieces.append(source.between(start, end))
    kept = "\n".join(line for line in "".join(pieces).split("\n") if not line or not _CRUMBS.match(line))
    return _BLANKS.sub("\n\n", kept).strip()
