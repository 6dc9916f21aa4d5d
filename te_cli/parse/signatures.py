"""The header of a definition as a reader would write it: one line, without decorators, comments and body."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from te_cli.parse.captures import Found
    from te_cli.parse.source import Source

MAX_SIGNATURE: Final = 300
"""Characters of a signature that are kept: a long parameter list, not a table of constants."""

_SPACE: Final = re.compile(r"\s+")
_PADDING: Final = re.compile(r"(?<=[(\[]) | (?=[)\],;])|,(?= ?[)\]])")
_TAIL: Final = re.compile(r"(?:\s|=>|[={:;,])+$")


def signature(found: Found, source: Source, left_out: list[tuple[int, int]], closer: str) -> str:
    """The text of ``found`` up to its body, less the byte ranges in ``left_out`` (in order)."""
    body = found.body if found.body > found.name_start else 0
    end = min(body or found.end, found.start + 8 * MAX_SIGNATURE)
    pieces: list[str] = []
    position = found.start
    for start, stop in left_out:
        if position <= start < end:
            pieces.append(source.between(position, start))
            position = stop
    pieces.append(source.between(position, end) if position < end else "")
    return tidy(" ".join(pieces), closer if not body else "")


def tidy(text: str, closer: str = "") -> str:
    """``text`` on one line: blanks collapsed, none inside brackets, no opening brace, ``=>`` or ``:`` at the end."""
    line = _PADDING.sub("", _SPACE.sub(" ", text)).strip()
    line = _TAIL.sub("", line) or line
    if closer and line.endswith(closer):
        line = _TAIL.sub("", line.removesuffix(closer)) or line
    return line[:MAX_SIGNATURE].rstrip()
