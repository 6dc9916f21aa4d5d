"""How is it called? The name of what a query captured, read from the text."""

from __future__ import annotations

from string import ascii_letters
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tree_sitter import Node

    from te_cli.parse.source import Source

MAX_NAME: Final = 200
"""Characters of a name that are kept."""

_LETTERS: Final = b"_0123456789" + ascii_letters.encode()


def text_of(node: Node, source: Source) -> str:
    """What stands in the text where ``node`` is, as far as a name may reach."""
    start, end = node.byte_range
    if end - start <= MAX_NAME:
        return source.text[start:end] if source.is_ascii else source.between(start, end)
    return source.between(start, min(end, start + 4 * MAX_NAME))[:MAX_NAME]


def selector(first: Node, around: Node, source: Source) -> str:
    """The name whose words and colons are children of ``around``, from ``first`` on: ``foo:bar:``."""
    words: list[str] = []
    field = ""
    for at, child in enumerate(around.children):
        if child.start_byte < first.start_byte:
            continue
        if child.start_byte == first.start_byte:
            field = around.field_name_for_child(at) or ""
        if child.type == first.type and (around.field_name_for_child(at) or "") == field:
            words.append(text_of(child, source))
        elif source.data.startswith(b":", child.start_byte):
            words.append(":")
    return "".join(words)[:MAX_NAME]


def whole_name(end: str, start: int, at: int, source: Source) -> str:
    """The whole word of which ``end`` is the end: that is at byte ``at``, and nothing of the word before ``start``.

    A bracket that may stand behind the word is no part of it.
    """
    before = source.data[start:at]
    return source.between(start + len(before.rstrip(_LETTERS)), at) + end.rstrip(")")
