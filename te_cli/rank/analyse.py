"""What was asked: the words, the names among them, and what shape the text has.

Whatever the text, there is an analysis: nothing here can fail, and nothing is handed to a parser.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from te_cli.rank.traces import Frame, frames
from te_cli.words import identifiers, parts, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable

Intent = Literal["name", "words", "task", "issue"]
"""What is wanted, and so which weights rank: a name (or a path) typed as the query; words about this code base; a task,
asked as one asks the web, by naming the language; or the text of an issue, pasted."""

LONGEST_QUESTION = 300
"""Characters above which a text was pasted rather than typed; one of several lines was anyhow."""

Shape = Literal["name", "question", "trace", "issue"]
"""A name, a line that somebody typed, a stack trace, or the text of a bug report, which may have a trace in it."""

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
_CODE_LIKE = re.compile(r"(?<!\w)(?:[^\W\d]\w*+(?:(?:\.|::|->|#)\w++)++|\w++(?=\())|`([^`\s]++)`")

_PATH = re.compile(
    r"""(?<![\w@])((?:[\w.@+~-]*[/\\])*[\w.@+-]*\w\.[A-Za-z][\w+]{0,9})(?:(?::|"?,\ line\ )(\d+))?(?![\w/\\])"""
)

_ENDLESS = re.compile(r"[\w.@+~/\\-]{400,}")
"""No path: in a row of twenty thousand dots one would be looked for from each of them to the end."""

MAX_PATHS = 16
"""Files named by one query that are looked up: a stack trace's innermost frames, and those named last."""

MAX_PHRASES = 4
"""Quoted phrases that are looked for; a bug report quotes strings by the dozen."""

MAX_TITLE = 300
"""Characters of a line that is taken for a title or for what an error says."""

MAX_ERRORS = 4
"""Messages of errors that weigh more than the text around them."""

_QUOTED = re.compile(r'"([^"\n]{3,200})"|“([^”\n]{3,200})”')

_ERROR = (
    r"(?m)^[ \t>|E]{0,12}(?:[\w.:]{0,100}(?:Error|Exception|Warning|Fault|Failure)|panic|fatal(?: error)?"
    r"|error(?:\[\w+\])?)(?:: |:$| in | - ).{0,300}$"
)
"""A line that says what went wrong, as languages and compilers say it."""

_TRACE = (
    r"Traceback \(most|Exception in thread|Caused by: |Unhandled |goroutine \d|panic: |thread '|stack backtrace"
    r"|==\d+==|\s*at |#0 |  File \"|[\w.]+(?:Error|Exception)\b"
)
"""How a pasted stack trace begins."""

TEST_WORDS = frozenset({"test", "tests", "testing", "spec", "specs", "fixture", "fixtures", "mock", "mocks"})
EXAMPLE_WORDS = frozenset({"example", "examples", "sample", "samples", "demo", "demos", "tutorial", "benchmark"})
"""A query with one of these wants what is otherwise ranked lower."""


_CHANGED = r"(?:changed|modified|edited|touched|updated|added|written|rewritten|committed|introduced|fixed|renamed)"

_RECENT = re.compile(
    rf"\b(?:(?:recently|lately|newly)[ -]{_CHANGED}|{_CHANGED} (?:recently|lately|today|yesterday|this week|last week)"
    r"|(?:most )?recent (?:changes?|edits?|work|commits?|additions?)(?: (?:to|in|on|of|about))?)\b",
    re.IGNORECASE,
)
"""Words that ask for what changed last. `recently used` and `last modified` are names of things."""


@dataclass(frozen=True, slots=True)
class Query:
    """An analysed query.

    ``identifiers`` are the raw runs of letters and digits that carry meaning (for the lexical index); ``words`` their
    lowered parts, distinct; ``names`` what may be the name of a symbol, as typed, qualifiers removed; ``qualifiers``
    the names before a dot or ``::``. ``paths`` are what may be files, with the line named after each, if any, a trace's
    frames first. ``phrases`` are what stood in quotes. ``stressed`` are the identifiers that weigh more than the others
    of a long text. ``wants_recent``: it asks for what changed last; the words that say so are not among the others.
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
    shape: Shape = "question"
    phrases: tuple[str, ...] = ()
    frames: tuple[Frame, ...] = ()
    stressed: tuple[str, ...] = ()
    wants_recent: bool = False


def analyse(text: str) -> Query:
    """Analyse ``text``; an empty one gives an empty query."""
    stripped = text.strip()
    intent = _intent(stripped, set(words_of(stripped)))
    traced = () if intent == "name" else frames(stripped)
    shape = _shape(stripped, intent, traced)
    title, stressed = _stressed(stripped, shape)
    what = _RECENT.sub(" ", stripped) if shape == "question" else stripped
    wants_recent = what != stripped
    raw = list(dict.fromkeys(identifiers(what) or identifiers(stripped)))[:MAX_WORDS]
    telling = [word for word in raw if word.lower() not in STOP_WORDS] or raw
    meant = [word for word in telling if word.lower() not in LANGUAGE_WORDS] or telling
    words = tuple(dict.fromkeys(part for word in meant for part in parts(word)))[:MAX_WORDS]
    names, qualifiers = _names(stripped, meant, title, traced)
    asked = set(words_of(title))
    return Query(
        text=stripped,
        identifiers=tuple(meant),
        words=words,
        names=names,
        qualifiers=qualifiers,
        paths=_paths(stripped, traced),
        intent=intent,
        wants_tests=bool(asked & TEST_WORDS),
        wants_examples=bool(asked & EXAMPLE_WORDS),
        shape=shape,
        phrases=_phrases(stripped),
        frames=traced,
        stressed=stressed,
        wants_recent=wants_recent,
    )


def _intent(text: str, words: set[str]) -> Intent:
    if _QUALIFIED.fullmatch(text) or _PATH.fullmatch(text):
        return "name"
    if len(text) > LONGEST_QUESTION or "\n" in text:
        return "issue"
    return "task" if words & LANGUAGE_WORDS and len(words) > 2 else "words"


def _shape(text: str, intent: Intent, traced: tuple[Frame, ...]) -> Shape:
    if intent == "name":
        return "name"
    lines = sum(1 for line in text.splitlines() if line.strip())
    if traced and (re.match(_TRACE, text) or 3 * len(traced) >= lines):
        return "trace"
    return "issue" if intent == "issue" else "question"


def _stressed(text: str, shape: Shape) -> tuple[str, tuple[str, ...]]:
    """The line that says what a text is about, and the identifiers that weigh more than the rest of it.

    Of a bug report that is its first line; of a trace, and besides, what the errors in it say.
    """
    if shape in ("name", "question"):
        return text, ()
    title = text.partition("\n")[0][:MAX_TITLE]
    errors = [match[0] for match, _ in zip(re.finditer(_ERROR, text), range(MAX_ERRORS), strict=False)]
    said = [*errors, title] if shape == "trace" else [title, *errors]
    return said[0], tuple(dict.fromkeys(word for line in said for word in identifiers(line[:MAX_TITLE])))


def _phrases(text: str) -> tuple[str, ...]:
    """What stands in quotes and has more than one word; one word is looked up as any other."""
    quoted = dict.fromkeys(match[1] or match[2] for match in _QUOTED.finditer(text))
    return tuple(phrase for phrase in quoted if len(identifiers(phrase)) > 1)[:MAX_PHRASES]


def _names(
    text: str, meant: list[str], title: str, traced: tuple[Frame, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What may name a symbol: what looks like code first, then the other words; and the qualifiers before them.

    What the title says comes first, then the functions of a trace, then the text in its order.
    """
    if "." in text and _PATH.fullmatch(text) and (":" in text or "/" in text):
        return (), ()
    if _QUALIFIED.fullmatch(text):
        chain = identifiers(text)
        return tuple(chain[-1:]), tuple(chain[:-1])
    found: list[str] = []
    qualifiers: list[str] = []
    titled = len(title) if text.startswith(title) else 0
    running = [name for frame in traced for name in (frame.function, frame.owner) if name and len(name) > 2]
    for start, end in ((0, titled), (titled, len(text))):
        for match in _CODE_LIKE.finditer(text, start, end):
            chain = identifiers(match.group(1) or match.group(0))
            found += chain[-1:]
            qualifiers += chain[:-1]
        if not start:
            found += running[: MAX_NAMES // 2]
    looks = [word for word in meant if len(parts(word)) > 1]
    rest = [word for word in meant if len(word) > 2]
    names = tuple(dict.fromkeys(found + looks + qualifiers + rest))[:MAX_NAMES]
    return names, tuple(dict.fromkeys(qualifiers))[:MAX_NAMES]


def _paths(text: str, traced: tuple[Frame, ...]) -> tuple[tuple[str, int | None], ...]:
    """What looks like a file, with its line: those of a trace's frames, then as typed and as compilers say it."""
    called = dict.fromkeys((frame.path, frame.line) for frame in traced)
    text = _ENDLESS.sub(" ", text)
    found = [(path.replace("\\", "/"), int(line[:9]) if line else None) for path, line in _PATH.findall(text)]
    others = [each for each in dict.fromkeys(found) if not _is_among(each, called)]
    room = max(MAX_PATHS - len(called), MAX_PATHS // 2)
    return (*tuple(called)[: MAX_PATHS - min(room, len(others))], *others[-room:])


def _is_among(place: tuple[str, int | None], called: Iterable[tuple[str, int | None]]) -> bool:
    """Whether a frame names the place: what looks like a path in it may be only the end of its path."""
    return any(path.endswith(place[0]) and line in (place[1], None) for path, line in called)


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


LEAST_ALIKE = 3
"""Letters that a word needs to be the beginning of another one like it."""


def alike(first: str, second: str) -> bool:
    """Whether two folded words are the same or one begins with the other (``auth``, ``authenticat``)."""
    return (
        first == second
        or (len(first) >= LEAST_ALIKE and second.startswith(first))
        or (len(second) >= LEAST_ALIKE and first.startswith(second))
    )
