"""A text of code in two: the code without its comments, and the comments without their markers.

By the lexical shape of each family of languages alone: what comes here may be half a function at an old commit, and a
comment taken for code, or code for a comment, costs one training pair in thousands.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

SLASHES = r"//[^\n]*|/\*.*?(?:\*/|\Z)"
HASH = r"(?<![$\w{])#(?![{\[<])[^\n]*"
DOUBLE = r'"(?:\\.|[^"\\\n])*"'
SINGLE = r"'(?:\\.|[^'\\\n])*'"
TRIPLE = r'"""(?:\\.|.)*?(?:"""|\Z)|' + r"'''(?:\\.|.)*?(?:'''|\Z)"

COMMENTS = {
    "python": HASH,
    "ruby": HASH + r"|^=begin\b.*?^=end",
    "bash": HASH,
    "perl": HASH + r"|^=[a-z]\w*\b.*?(?:^=cut|\Z)",
    "r": HASH,
    "julia": r"#=.*?=#|#(?!=)[^\n]*",
    "elixir": HASH,
    "gdscript": HASH,
    "jupyter": HASH,
    "php": SLASHES + r"|#(?!\[)[^\n]*",
    "hcl": SLASHES + "|" + HASH,
    "lua": r"--\[(=*)\[.*?(?:\]\1\]|\Z)|--[^\n]*",
    "sql": r"--[^\n]*|/\*.*?(?:\*/|\Z)",
    "haskell": r"\{-.*?(?:-\}|\Z)|--[^\n]*",
    "erlang": r"%[^\n]*",
    "clojure": r";[^\n]*",
    "ocaml": r"\(\*.*?(?:\*\)|\Z)",
    "ocaml_interface": r"\(\*.*?(?:\*\)|\Z)",
}
"""How comments look; a language that is not here has those of C."""

_SINGLE_IS_A_STRING = {
    *("python", "ruby", "bash", "perl", "r", "elixir", "gdscript", "jupyter", "php", "lua", "sql", "javascript"),
    *("typescript", "jsx", "tsx", "vue", "svelte", "dart"),
}
_WITH_DOCSTRINGS = {"python", "julia", "elixir", "gdscript", "jupyter"}
_OPENING = r"^[ \t]*(?://[/!]?|/\*+!?|\*+/?|#+'?!?|--+\[*=*\[*\|?|%+|;+|\{-+\|?|\(\*+)[ \t]?"
_CLOSING = r"[ \t]*(?:\*+/|-\}|\*+\)|\]=*\])?[ \t]*$"
_MARKER = re.compile(f"{_OPENING}|{_CLOSING}", re.MULTILINE)
_PROSE = re.compile(r"[A-Za-z][a-z']+")
_CODE = re.compile(
    r"[;{}]\s*$|^\s*(?:return|if|for|import|from|var|let|const|def|print)\b.*[(=:]|\w\(\w*\)|[=<>!]=|->|::"
)

BESIDE = -2
"""The last line of a comment beside code: nothing below continues it."""

MIN_WORDS = 4
MAX_WORDS = 40


class Split(NamedTuple):
    """``code`` keeps its lines; each comment stands with the 0-based line that it begins on."""

    code: str
    comments: list[tuple[int, str]]


_PATTERNS: dict[str, re.Pattern[str]] = {}


def split(text: str, language: str) -> Split:
    """``text`` without comments and docstrings, and its comments, those on consecutive lines joined."""
    found: list[tuple[int, int, str]] = []
    kept: list[str] = []
    end = line = 0
    for match in spans(text, language):
        before = text[end : match.start()]
        line += before.count("\n")
        kept.append(before)
        height = match[0].count("\n")
        kept.append("\n" * height)
        if match.lastgroup == "comment":
            own = not text[text.rfind("\n", 0, match.start()) + 1 : match.start()].strip()
            found.append((line, line + height if own else BESIDE, _bare(match[0])))
        line += height
        end = match.end()
    kept.append(text[end:])
    return Split("".join(kept), _joined(found))


def spans(text: str, language: str) -> Iterator[re.Match[str]]:
    """Where the comments and docstrings of ``text`` are, in order; the group of a comment is ``comment``."""
    pattern = _PATTERNS.get(language) or _PATTERNS.setdefault(language, _compile(language))
    for match in pattern.finditer(text):
        if match.lastgroup == "comment" or (match.lastgroup == "block" and _alone(text, match.start())):
            yield match


def is_prose(comment: str) -> bool:
    """Whether a comment says something in English, at a length at which a question is asked."""
    words = _PROSE.findall(comment)
    return (
        MIN_WORDS <= len(words) <= MAX_WORDS and sum(map(len, words)) > 0.6 * len(comment) and not _CODE.search(comment)
    )


def _compile(language: str) -> re.Pattern[str]:
    strings = [DOUBLE] + ([SINGLE] if language in _SINGLE_IS_A_STRING else [])
    block = f"(?P<block>{TRIPLE})|" if language in _WITH_DOCSTRINGS else ""
    comment = COMMENTS.get(language, SLASHES).replace(r"(=*)", "(?P<level>=*)").replace(r"\1", "(?P=level)")
    return re.compile(f"{block}(?P<string>{'|'.join(strings)})|(?P<comment>{comment})", re.DOTALL | re.MULTILINE)


def _alone(text: str, place: int) -> bool:
    """Whether a string is a statement of its own, as docstrings are."""
    before = text[max(0, place - 80) : place].rpartition("\n")[2].strip()
    return before in {"", "@doc", "@moduledoc", "r", "u"}


def _bare(comment: str) -> str:
    return _MARKER.sub("", comment).strip()


def _joined(found: list[tuple[int, int, str]]) -> list[tuple[int, str]]:
    joined: list[tuple[int, str]] = []
    last = -2
    for start, end, words in found:
        if joined and end != BESIDE and start == last + 1:
            joined[-1] = (joined[-1][0], f"{joined[-1][1]}\n{words}")
        else:
            joined.append((start, words))
        last = end
    return [(line, " ".join(words.split())) for line, words in joined]
