"""The one entrance of the room: from a file's text to its units and references."""

from __future__ import annotations

from typing import TYPE_CHECKING

from te_cli.parse.grammars import GRAMMARS
from te_cli.parse.source import Source, count_lines

if TYPE_CHECKING:
    from te_cli.model import Parsed

__all__ = ["count_lines", "parse", "prepare"]


def prepare(language: str) -> None:
    """Read and compile what :func:`parse` needs for ``language``, before the first file comes."""
    if language in GRAMMARS:
        from te_cli.parse import syntax
        from te_cli.parse.code import read_code  # noqa: F401 - all that it imports

        syntax.prepare(language)


def parse(path: str, language: str, text: str) -> Parsed:
    """The units of one file, the ``module`` unit (line 1 to the last) first, and its references.

    ``path`` is relative to the indexed root. Any text is accepted, empty and malformed too; where the grammar of
    ``language`` gives nothing, or there is none, long files are cut into blocks.
    """
    source = Source(text)
    if language in GRAMMARS:
        from te_cli.parse.code import read_code  # only now: it loads tree-sitter

        read = read_code(path, language, source)
        if read is not None:
            return read
    from te_cli.parse import documents  # only now: of the files that change most are code

    return documents.read(path, language, source)
