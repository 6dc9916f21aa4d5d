"""What was asked: the words, the names among them, and whether a name is all there is.

Whatever the text, there is an analysis: nothing here can fail, and nothing is handed to a parser.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from te_cli.words import identifiers, parts, words_of

Intent = Literal["name", "words", "task", "issue"]
"""What is wanted, and so which weights rank: a name (or a path) typed as the query; words about this code base; a task,
asked as one asks the web, by naming the language; or the text of an issue, pasted."""

LONGEST_QUESTION = 300
"""Characters above which a text was pasted rather than typed; one of several lines was anyhow."""

STOP_WORDS = frozenset(
    """a about all also am an and any are as at be been being but by can could did do does doing done each else few for
    from had has have having how i if in into is it its itself just let like may me might more most my no nor not of on
    once one only onto or other our out over own shall she should so some such than that the their them then there
    these they this those through to too under until up us use used uses using very via was we were what when where
    which while who whom whose why will with within without would you your""".split()
)
"""English words that say nothing about code. They are dropped unless nothing else is left."""

LANGUAGE_WORDS = frozenset(
    """bash c cpp csharp elixir golang java javascript js kotlin lua perl php py python python2 python3 ruby rust scala
    swift ts typescript""".split()
)
"""Names of languages: in a question they say where the asker is, not what is looked for."""

MAX_NAMES = 24
"""Names looked up for one query: a pasted log holds hundreds, and the first ones matter most."""

MAX_WORDS = 400
"""Distinct words of a query that are looked at."""

_QUALIFIED = re.compile(r"[^\W\d]\w*(?:(?:\.|::|->|#|/|\\)\w+)*(?:\(\))?[!?]?")
_CODE_LIKE = re.compile(r"[^\W\d]\w*(?:(?:\.|::|->|#)\w+)+|\w+(?=\()|`([^`\s]+)`")

_PATH = re.compile(
    r"""(?<![\w@])((?:[\w.@+~-]*[/\\])*[\w.@+-]*\w\.[A-Za-z][\w+]{0,9})(?:(?::|"?,\ line\ )(\d+))?(?![\w/\\])"""
)

MAX_PATHS = 16
"""Files named by one query that are looked up: a stack trace's last frames."""

TEST_WORDS = frozenset({"test", "tests", "testing", "spec", "specs", "fixture", "fixtures", "mock", "mocks"})
EXAMPLE_WORDS = frozenset({"example", "examples", "sample", "samples", "demo", "demos", "tutorial", "benchmark"})
"""A query with one of these wants what is otherwise ranked lower."""


@dataclass(frozen=True, slots=True)
class Query:
    """An analysed query.

    ``identifiers`` are the raw runs of letters and digits that carry meaning (for the lexical index); ``words`` their
    lowered parts, distinct; ``names`` what may be the name of a symbol, as typed, qualifiers removed; ``qualifiers``
    the names before a dot or ``::``. ``paths`` are what may be files, with the line named after each, if any.
    """

    text: str
    identifiers: tuple[str, ...]
    words: tuple[str, ...]
    names: tuple[str, ...]
    qualifiers: tuple[str, ...]
    paths: tuple[tuple[str, int | None], ...]
    intent: Intent
    wants_tests: bool
    wants_examples: bool


def analyse(text: str) -> Query:
    """Analyse ``text``; an empty one gives an empty query."""
    stripped = text.strip()
    raw = list(dict.fromkeys(identifiers(stripped)))[:MAX_WORDS]
    telling = [word for word in raw if word.lower() not in STOP_WORDS] or raw
    meant = [word for word in telling if word.lower() not in LANGUAGE_WORDS] or telling
    words = tuple(dict.fromkeys(part for word in meant for part in parts(word)))[:MAX_WORDS]
    names, qualifiers = _names(stripped, meant)
    everything = set(words_of(stripped))
    return Query(
        text=stripped,
        identifiers=tuple(meant),
        words=words,
        names=names,
        qualifiers=qualifiers,
        paths=_paths(stripped),
        intent=_intent(stripped, everything),
        wants_tests=bool(everything & TEST_WORDS),
        wants_examples=bool(everything & EXAMPLE_WORDS),
    )


def _intent(text: str, words: set[str]) -> Intent:
    if _QUALIFIED.fullmatch(text) or _PATH.fullmatch(text):
        return "name"
    if len(text) > LONGEST_QUESTION or "\n" in text:
        return "issue"
    return "task" if words & LANGUAGE_WORDS and len(words) > 2 else "words"


def _names(text: str, meant: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What may name a symbol: what looks like code first, then the other words; and the qualifiers before them."""
    if "." in text and _PATH.fullmatch(text) and (":" in text or "/" in text):
        return (), ()
    if _QUALIFIED.fullmatch(text):
        chain = identifiers(text)
        return tuple(chain[-1:]), tuple(chain[:-1])
    found: list[str] = []
    qualifiers: list[str] = []
    for match in _CODE_LIKE.finditer(text):
        chain = identifiers(match.group(1) or match.group(0))
        found += chain[-1:]
        qualifiers += chain[:-1]
    looks = [word for word in meant if len(parts(word)) > 1]
    rest = [word for word in meant if len(word) > 2]
    names = tuple(dict.fromkeys(found + looks + qualifiers + rest))[:MAX_NAMES]
    return names, tuple(dict.fromkeys(qualifiers))[:MAX_NAMES]


def _paths(text: str) -> tuple[tuple[str, int | None], ...]:
    """What looks like a file, with its line: as typed, as compilers say it and as Python's traces do."""
    found = [(path.replace("\\", "/"), int(line[:9]) if line else None) for path, line in _PATH.findall(text)]
    return tuple(dict.fromkeys(found))[-MAX_PATHS:]


@lru_cache(maxsize=1 << 14)
def fold(word: str) -> str:
    """A word without its commonest English endings, so that ``routes``, ``routed`` and ``routing`` are one."""
    for ending, least in (("ations", 4), ("ation", 4), ("ings", 4), ("ing", 4), ("ies", 3), ("ied", 3), ("ers", 4)):
        if word.endswith(ending) and len(word) - len(ending) >= least - 1:
            return word[: -len(ending)]
    for ending in ("es", "ed", "er", "or", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            return word[: -len(ending)]
    return word


def alike(first: str, second: str) -> bool:
    """Whether two folded words are the same or one begins with the other (``auth``, ``authenticat``)."""
    if first == second:
        return True
    short, long = sorted((first, second), key=len)
    return len(short) >= 3 and long.startswith(short)
