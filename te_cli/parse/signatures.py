"""The header of a definition as a reader would write it: one line, without decorators, comments and body."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from te_cli.parse.captures import Found
    from te_cli.parse.source import Source

MAX_SIGNATURE: Final = 300
"""Characters of a signature that are kept: a long parameter list, not a table of constants."""

_PADDING: Final = re.compile(r" (?:(?<=[(\[] )|(?=[)\],;]))|,(?= ?[)\]])")
_OTHER_BRANCHES: Final = re.compile(
    r"^[ \t]*#[ \t]*(?:else|elif)\b.*?(?=^[ \t]*#[ \t]*endif\b|\Z)", re.MULTILINE | re.DOTALL
)
_DIRECTIVE: Final = re.compile(r"^[ \t]*#[ \t]*(?:if|ifdef|ifndef|endif)\b[^\n]*", re.MULTILINE)
_TAIL: Final = " ={:;,\\"


def signature(found: Found, source: Source, left_out: list[tuple[int, int]], closer: str) -> str:
    """The text of ``found`` up to its body, less the byte ranges in ``left_out``.

    A body that stands before the name (``typedef struct { … } name``) is left out, and what follows is not.
    """
    body, after = found.body
    end = body if body > found.name_start else found.end
    if 0 < body < found.name_start:
        left_out = [*left_out, (body, after)]
    position = found.start
    end = min(end, position + 8 * MAX_SIGNATURE + sum(stop - start for start, stop in left_out))
    pieces: list[str] = []
    for start, stop in sorted(left_out):
        if position <= start < end:
            pieces.append(source.between(position, start))
            position = stop
    pieces.append(source.between(position, end) if position < end else "")
    text = " ".join(pieces)
    if "#" in text:
        text = _DIRECTIVE.sub("", _OTHER_BRANCHES.sub("", text))
    return tidy(text, "" if body else closer)


def tidy(text: str, closer: str = "") -> str:
    """``text`` on one line: blanks collapsed, none inside brackets, no opening brace, ``=>`` or ``:`` at the end."""
    line = _PADDING.sub("", " ".join(text.split())).strip()
    line = _without_tail(line) or line
    if closer and line.endswith(closer):
        line = _without_tail(line.removesuffix(closer)) or line
    return line[:MAX_SIGNATURE].rstrip()


def _without_tail(line: str) -> str:
    line = line.rstrip(_TAIL)
    while line.endswith("=>"):
        line = line[:-2].rstrip(_TAIL)
    return line
