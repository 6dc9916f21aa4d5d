"""What a repository says, made safe to print: names, paths and snippets come from anyone."""

from __future__ import annotations

_BIDIRECTIONAL = (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C)
"""Marks that reorder what is shown, so that code reads otherwise than it runs."""

_LINE_ENDS = (0x2028, 0x2029)

_NAMED = {0x09: "\\t", 0x0A: "\\n", 0x0D: "\\r", 0x1B: "\\e"}


def _written(code: int) -> str:
    return _NAMED.get(code) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")


_CONTROLS = (*range(0x20), *range(0x7F, 0xA0), *_BIDIRECTIONAL, *_LINE_ENDS)
_ONE_LINE = {code: _written(code) for code in _CONTROLS}
_MANY_LINES = {code: text for code, text in _ONE_LINE.items() if code not in (0x09, 0x0A)}


def one_line(text: str) -> str:
    """``text`` with all control characters spelled out, line ends among them, and so are bytes that are no text."""
    return _bytes_spelled(text.translate(_ONE_LINE))


def many_lines(text: str) -> str:
    """``text`` with its lines and tabs kept and every other control character spelled out."""
    return _bytes_spelled(text.replace("\r\n", "\n").translate(_MANY_LINES))


def _bytes_spelled(text: str) -> str:
    """A lone surrogate is how Python carries a byte of a path that is not valid text: no terminal can print one."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join(_surrogate_spelled(character) for character in text)
    return text


def _surrogate_spelled(character: str) -> str:
    code = ord(character)
    if not 0xD800 <= code <= 0xDFFF:
        return character
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"
