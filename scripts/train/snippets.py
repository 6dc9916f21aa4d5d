"""Examples in documents: what is said right before a piece of code, and the code.

Markdown fences, reStructuredText code blocks, and notebooks' cells. They are the nearest thing in a repository to a
question somebody asked and the code that answers it.
"""

from __future__ import annotations

import json
import re
from typing import NamedTuple

FENCE = re.compile(r"^[ \t]*(```+|~~~+)[ \t]*\{?\.?([\w+#-]*)[^\n]*\n(.*?)^[ \t]*\1[ \t]*$", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(
    r"^([ \t]*)\.\. (?:code-block|code|sourcecode|ipython)::[ \t]*(\w*)[^\n]*\n((?:[ \t]*\n|\1[ \t]+[^\n]*\n)+)",
    re.MULTILINE,
)
HEADING = re.compile(
    r"^#{1,6}[ \t]+(.+?)[ \t#]*$|^([^\n]{3,80})\n(?:={3,}|-{3,}|~{3,})[ \t]*$|^title: *(.+)$", re.MULTILINE
)
NAMES = {"py": "python", "python3": "python", "pycon": "python", "js": "javascript", "ts": "typescript", "sh": "bash",
         "shell": "bash", "rb": "ruby", "rs": "rust", "cs": "csharp", "c++": "cpp", "kt": "kotlin", "hs": "haskell",
         "ex": "elixir", "objective-c": "objc", "golang": "go", "jl": "julia", "console": "bash"}  # fmt: skip
NOT_CODE = {"text", "txt", "diff", "json", "yaml", "yml", "toml", "xml", "html", "css", "mermaid", "output", "ini", ""}


class Snippet(NamedTuple):
    """``said`` before ``code``, under ``heading``."""

    said: str
    heading: str
    code: str
    language: str


def snippets(text: str, language: str) -> list[Snippet]:
    """The examples of a document in ``language``: markdown, rst or jupyter."""
    if language == "jupyter":
        return _cells(text)
    pattern = FENCE if language == "markdown" else BLOCK
    found = []
    end = 0
    heading = ""
    for match in pattern.finditer(text):
        before = text[end : match.start()]
        for title in HEADING.finditer(before):
            heading = next(filter(None, title.groups()))
        end = match.end()
        kind = match[2].lower()
        if kind not in NOT_CODE:
            found.append(Snippet(_last(before), heading, match[3], NAMES.get(kind, kind)))
    return found


def _last(text: str) -> str:
    """The last paragraph, less the heading where it is all there is."""
    paragraphs = [part.strip() for part in re.split(r"\n[ \t]*\n", HEADING.sub("\n\n", text)) if part.strip()]
    return " ".join(paragraphs[-1].split()) if paragraphs else ""


def _cells(text: str) -> list[Snippet]:
    try:
        cells = json.loads(text)["cells"]
    except (ValueError, KeyError, TypeError):
        return []
    found = []
    said = heading = ""
    for cell in cells:
        source = cell.get("source", "")
        source = "".join(source) if isinstance(source, list) else str(source)
        if cell.get("cell_type") == "markdown":
            for title in HEADING.finditer(source):
                heading = next(filter(None, title.groups()))
            said = _last(source)
        elif cell.get("cell_type") == "code":
            if said:
                found.append(Snippet(said, heading, source, "python"))
            said = ""
    return found
