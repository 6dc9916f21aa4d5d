"""One file's text beside its bytes: grammars count in bytes, readers in characters and lines."""

from __future__ import annotations

from typing import Final

_MAX_INDENT: Final = 200
"""Bytes of indentation; without a limit every definition on a very long line would look for that line's start."""

_MAX_BRACKET: Final = 2_000
"""Bytes in round brackets that are followed to their end."""


def count_lines(text: str) -> int:
    """Lines of ``text``: a line ends at a line feed, and at nothing else. An empty text has one line."""
    return max(1, text.count("\n") + (not text.endswith("\n")))


class Source:
    """The text of one file and the bytes that the grammar sees. What has no UTF-8 form becomes a question mark."""

    __slots__ = ("data", "is_ascii", "lines", "text")

    def __init__(self, text: str) -> None:
        try:
            self.data = text.encode("utf-8")
        except UnicodeEncodeError:
            self.data = text.encode("utf-8", "replace")
            text = self.data.decode("utf-8")
        self.text = text
        self.lines = count_lines(text)
        self.is_ascii = len(self.data) == len(text)

    def between(self, start: int, end: int) -> str:
        """The text between two byte offsets."""
        if self.is_ascii:
            return self.text[start:end]
        return self.data[start:end].decode("utf-8", "replace")

    def characters(self, start: int, end: int) -> int:
        """How many characters lie between two byte offsets."""
        return end - start if self.is_ascii else len(self.data[start:end].decode("utf-8", "replace"))

    def starts_line(self, start: int, column: int) -> bool:
        """Whether nothing but blanks stands before ``start``, which is ``column`` bytes into its line."""
        return column <= _MAX_INDENT and not self.data[start - column : start].strip()

    def rest_of_line(self, end: int) -> bytes:
        """What stands on the line after ``end``, or the beginning of that; nothing when ``end`` is past the line."""
        if self.data[end - 1 : end] == b"\n":
            return b""
        return self.data[end : end + _MAX_INDENT].partition(b"\n")[0].strip()

    def column(self, start: int) -> int:
        """How many bytes into its line ``start`` is, as far as an indentation goes."""
        return start - (self.data.rfind(b"\n", max(0, start - _MAX_INDENT), start) + 1)

    def leads_line(self, start: int) -> bool:
        """Whether ``start`` is where its line's text begins; farther back than an indentation nobody looks."""
        line = self.data.rfind(b"\n", max(0, start - _MAX_INDENT), start) + 1
        return (line > 0 or start <= _MAX_INDENT) and not self.data[line:start].strip()

    def past_bracket(self, end: int) -> int:
        """``end``, or where the round bracket that opens right there is closed, if that is not far."""
        if self.data[end : end + 1] != b"(":
            return end
        depth = 0
        for offset, byte in enumerate(self.data[end : end + _MAX_BRACKET], start=end + 1):
            depth += (byte == 0x28) - (byte == 0x29)
            if not depth:
                return offset
        return end

    def row_starts(self) -> list[int]:
        """The byte offset at which each row begins, and last the offset after the end."""
        starts = [0]
        for line in self.data.split(b"\n"):
            starts.append(starts[-1] + len(line) + 1)
        return starts
