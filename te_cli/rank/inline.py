"""Filters typed among the words of a query: ``lang:go kind:class path:src/** module:net.http -test``.

Only in a line that somebody typed: pasted text is text, whatever stands in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from te_cli.rank.roles import PATTERNS

Field = Literal["lang", "kind", "path", "module"]

MAX_TYPED = 200
"""Characters of a line that people type; what is longer was pasted."""

_FIELDS: dict[str, Field] = {"lang": "lang", "language": "lang", "kind": "kind", "path": "path", "module": "module"}

_TOKEN = re.compile(
    r'"[^"]*"|“[^”]*”|`[^`]*`'
    r'|(?<!\S)(?P<no>-?)(?P<field>lang|language|kind|path|module):(?P<value>"[^"]+"|[^\s":/][^\s"]*|/[^\s"/][^\s"]*)(?!\S)'
    r"|(?<!\S)-(?P<word>[^\W\d_]\w{2,})(?!\S)"
)
"""What is in quotes is never a filter. ``path:/src`` may begin with a slash, ``lang://`` is an address."""

ROLE_WORDS: dict[str, str] = {
    **dict.fromkeys(("test", "tests", "testing", "spec", "specs"), "test"),
    **dict.fromkeys(
        ("example", "examples", "sample", "samples", "demo", "demos", "benchmark", "benchmarks"), "example"
    ),
    **dict.fromkeys(("vendor", "vendored", "compat", "legacy", "deprecated"), "compat"),
    **dict.fromkeys(("doc", "docs", "documentation"), "docs"),
}
"""Words that, left out with ``-``, name what a file is for rather than a word of its name."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A query and the filters typed in it. ``wanted`` and ``unwanted`` are fields with their values, as typed.

    ``words`` are those left out, less the ones that name a role; ``roles`` what those name.
    """

    text: str
    wanted: tuple[tuple[Field, str], ...] = ()
    unwanted: tuple[tuple[Field, str], ...] = ()
    words: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()

    @property
    def role_patterns(self) -> tuple[str, ...]:
        """Patterns that the paths of :attr:`roles` fit."""
        return tuple(PATTERNS[role].pattern for role in self.roles if role in PATTERNS)


def typed(text: str) -> Typed:
    """Take the filters out of ``text``. Where nothing but ``-words`` is left, they are what is looked for."""
    line = text.strip()
    if len(line) >= MAX_TYPED or len(line.splitlines()) != 1:
        return Typed(text)
    wanted: list[tuple[Field, str]] = []
    unwanted: list[tuple[Field, str]] = []
    words: list[str] = []

    def take(match: re.Match[str]) -> str:
        if word := match["word"]:
            words.append(word)
        elif match["field"]:
            fields = unwanted if match["no"] else wanted
            fields.append((_FIELDS[match["field"]], match["value"].strip('"')))
        else:
            return match[0]
        return " "

    rest = " ".join(_TOKEN.sub(take, line).split()) if ":" in line or "-" in line else line
    if not (wanted or unwanted or words):
        return Typed(text)
    if not (wanted or unwanted) and not any(map(str.isalnum, rest)):
        return Typed(text)
    roles = dict.fromkeys(ROLE_WORDS[word.lower()] for word in words if word.lower() in ROLE_WORDS)
    others = dict.fromkeys(word for word in words if word.lower() not in ROLE_WORDS)
    return Typed(rest, tuple(wanted), tuple(unwanted), tuple(others), tuple(roles))
