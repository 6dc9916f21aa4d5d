"""A Dockerfile's stages, read line by line."""

from __future__ import annotations

import re
from typing import Final

from te_cli.parse.parts import MAX_LINE, MAX_NAME, Part

_FROM: Final = re.compile(r"\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?", re.IGNORECASE)
_HEREDOC: Final = re.compile(r"\s*(?:RUN|COPY|ADD)\b.*?<<-?[\"']?(\w+)", re.IGNORECASE)


def parts(lines: list[str]) -> list[Part]:
    """The stages, called as their ``AS`` or their image says; the comment above a stage is its own."""
    found: list[Part] = []
    ends = {line.strip(): row for row, line in enumerate(lines) if len(line) < MAX_NAME}
    row = 0
    while row < len(lines):
        line = lines[row][:MAX_LINE]
        if stage := _FROM.match(line):
            first = row
            while first > 0 and lines[first - 1].lstrip().startswith("#") and not _is_directive(lines[first - 1]):
                first -= 1
            if found:
                found[-1].last = first - 1
            found.append(Part(first, len(lines) - 1, (stage[2] or stage[1])[:MAX_NAME], header=line.strip()))
        elif (heredoc := _HEREDOC.match(line)) and ends.get(heredoc[1], 0) > row:
            row = next(below for below in range(row + 1, len(lines)) if lines[below].strip() == heredoc[1])
        while row + 1 < len(lines) and lines[row].rstrip().endswith("\\"):
            row += 1
        row += 1
    return found


def _is_directive(line: str) -> bool:
    return re.match(r"#\s*(?:syntax|escape|check)\s*=", line) is not None
