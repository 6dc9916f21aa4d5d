"""What a repository says, made safe to print: names, paths and snippets come from anyone."""

from __future__ import annotations

_BIDIRECTIONAL = (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C)
"""Marks that reorder what is shown, so that code reads otherwise than it runs."""

_LINE_ENDS = (0x2028, 0x2029)

_UNSEEN = (0x00AD, 0x200B, 0xFEFF, *range(0x2060, 0x2065), *range(0xFFF9, 0xFFFC), *range(0xE0000, 0xE0080))
"""Characters without a shape: two names that look the same are not, and tags write a text that only machines read.
The joiners of scripts and of emoji are left as they are."""

_NAMED = {0x09: "\\t", 0x0A: "\\n", 0x0D: "\\r", 0x1B: "\\e"}


def _written(code: int) -> str:
    digits = f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
    return _NAMED.get(code, digits)


_CONTROLS = (*range(0x20), *range(0x7F, 0xA0), *_BIDIRECTIONAL, *_LINE_ENDS, *_UNSEEN)
_ONE_LINE = {code: _written(code) for code in _CONTROLS}
_MANY_LINES = {code: text for code, text in _ONE_LINE.items() if code not in (0x09, 0x0A)}


def one_line(text: str) -> str:
    """``text`` with all control characters spelled out, line ends among them, and so are bytes that are no text."""
    return bytes_spelled(text.translate(_ONE_LINE))


def many_lines(text: str) -> str:
    """``text`` with its lines and tabs kept and every other control character spelled out."""
    return bytes_spelled(text.replace("\r\n", "\n").translate(_MANY_LINES))


def bytes_spelled(text: str) -> str:
    """``text`` with each lone surrogate spelled out.

    That is how Python carries a byte of a path that is not valid text, and no terminal can print one.
    """
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
