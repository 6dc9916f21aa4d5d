"""Literate programs: text in which code stands out, and not comments in which text does."""

from __future__ import annotations

import re
from typing import Final

_OPEN: Final = re.compile(r"\s*\\begin\{code\}\s*\Z")
_CLOSE: Final = re.compile(r"\s*\\end\{code\}\s*\Z")


def as_program(text: str) -> str:
    r"""``text``, line for line, with the text as comments and the code as it stands (Haskell 2010, section 10.4).

    Code is what stands behind ``>``, or between ``\begin{code}`` and ``\end{code}``.
    """
    lines: list[str] = []
    inside = False
    for line in text.split("\n"):
        if inside and not _CLOSE.match(line):
            lines.append(line)
        elif not inside and line.startswith(">"):
            lines.append(" " + line[1:])
        elif inside or _OPEN.match(line):
            inside = not inside
            lines.append("")
        else:
            lines.append("-- " + line if line.strip() else "")
    return "\n".join(lines)
