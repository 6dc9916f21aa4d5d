"""Where definitions end whose grammar lets them go on, over blanks and comments, to the next word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from te_cli.parse.captures import Captures, Comment, Found
    from te_cli.parse.source import Source

_MAX_COMMENTS: Final = 50
"""Comments behind a definition that are taken off it."""

_MAX_BLANK: Final = 2_000
"""Bytes of blanks in a row that are taken off."""


def trim(captures: Captures, source: Source) -> None:
    """Let what an indentation ends, in some grammars only at the next word, end with its own last word.

    Comments that are indented no deeper than a definition stand behind it.
    """
    blank = [found for found in captures.found if source.data[found.end - 1 : found.end].isspace()]
    comments = {comment.end: comment for comment in captures.comments} if blank else {}
    for found in blank:
        _trim(found, comments, source)


def _trim(found: Found, comments: dict[int, Comment], source: Source) -> None:
    data, column = source.data, source.column(found.start)
    row = found.end_row + data.endswith(b"\n", found.start, found.end)
    end = found.end
    for _ in range(_MAX_COMMENTS):
        piece = data[max(found.start, end - _MAX_BLANK) : end]
        kept = len(piece.rstrip())
        row -= piece.count(b"\n", kept)
        end -= len(piece) - kept
        comment = comments.get(end)
        if comment is None or not comment.alone or comment.column > column or comment.start <= found.start:
            break
        end, row = comment.start, comment.start_row
    found.end, found.end_row = end, row
