"""Commit messages as queries: what was asked for, and the files of code that were changed to do it.

A *subject* reads like a task or a search line. A whole message with a body of :data:`LONG_BODY` characters reads like
an issue. What no user types is taken out: trailers, links, and (half of the time, for users paste those too) the number
of the pull request and the prefix that some projects write.
"""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING, NamedTuple

from changes import NOT_TELLING, TRAILER
from trees import git

from te_cli.rank.roles import role_of
from te_cli.walk.languages import classify
from te_cli.words import words_of

if TYPE_CHECKING:
    from collections.abc import Container, Iterator
    from pathlib import Path

WINDOW = 600
"""Commits of the main line between the base, whose tree is searched, and the newest one."""

MOST_FILES = 3
"""Files of code that a commit about one thing changes; tests do not count."""

MOST_NAMES = 14
"""Files of any sort that it changes."""

LEAST_WORDS = 4
"""Words of a subject that asks for something."""

LONG_BODY = 200
LONGEST = 25_000
"""Characters of a message's body from which on it is like an issue, and those that are kept."""

KEPT = 0.5
"""How often what machines and conventions add to a subject stays in it."""

UNTITLED = 0.25
"""How often an issue is asked by its body alone."""

BOILERPLATE = re.compile(
    r"^(?:merge|bump|release|version|revert|typo|format|lint|prepare|backport|upgrade|downgrade|pin|changelog|readme|wip"
    r"|apply suggestions|address|(?:update|fix|add|improve|tweak)\s+(?:the\s+)?(?:changelog|change log|readme|release"
    r"|dep(?:endenc|s\b)|copyright|lock|snapshot|lint|format|typo|docs?\b|documentation|comments?\b|build\b|ci\b|version))"
    r"|\b(?:typos?|linte?r?s?|linting|changelogs?|white ?space|code ?style|clang-format|prettier|rubocop|pre-commit"
    r"|dependabot|renovate|eslint|gofmt|rustfmt|clippy|readme|formatting|reformat(?:ted)?|cherry.picked)\b"
    r"|\[(?:skip ci|ci skip)\]",
    re.IGNORECASE,
)
"""Subjects that say nothing of the code: beside ``changes.NOT_TELLING``, wherever they say it."""

TEST_WORDS = re.compile(r"\b(?:tests?|testing|specs?|fixtures?|mocks?)\b", re.IGNORECASE)

_PREFIX = re.compile(r"^(?:\w+(?:\([\w .,/*-]+\))?!?: +|\[[^\]]*\]\s*)+")
_NUMBER = re.compile(
    r"\s*\(?(?:(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?|refs?|see):?\s+)?(?:(?:GH|PR)-?\s?)?#\d+\)?\.?"
    r"|\s*\((?:GH|PR)-?\d+\)",
    re.IGNORECASE,
)
_ORNAMENT = re.compile(r"^[^\w\[`\"'(<@#$]+")
_LINK = re.compile(r"\[([^\]\n]*)\]\([^)\s]*\)|<?https?://\S+")
_STEP = re.compile(r"^[*-] (?:\S+ ?){1,4}$\n?", re.MULTILINE)
_ROBOT = re.compile(r"\[bot\]|dependabot|renovate|greenkeeper|translat|weblate", re.IGNORECASE)
_SIGNED = re.compile(
    r"^\s*(?:(?:[A-Z][\w-]+-by|On-behalf-of|Change-Id|Reviewed-on|PR-URL|git-svn-id|fixup|cc)\s*:.*"
    r"|\(?(?:closes?|fix(?:es)?|resolves?|refs?|see|part of)[:\s]+[\w/-]*#\d+[\s,.)]*|---+)$",
    re.IGNORECASE | re.MULTILINE,
)


class Commit(NamedTuple):
    """A commit: its message, who wrote it, and the status (``A``, ``M``, ``D``) and path of each file it changed."""

    name: str
    author: str
    message: str
    files: tuple[tuple[str, str], ...]


class Query(NamedTuple):
    """A labelled query: its kind, its text, and its gold, paths or ``{"path", "start_line", "end_line"}``."""

    kind: str
    text: str
    gold: tuple[str | dict[str, str | int], ...]


def base_of(repository: Path, head: str, window: int = WINDOW) -> str:
    """The commit of the main line ``window`` before ``head``; half of the line where it is shorter than twice that."""
    line = git(repository, "rev-list", "--first-parent", head).decode().split()
    return line[min(window, len(line) // 2)]


def commits(repository: Path, base: str, head: str) -> Iterator[Commit]:
    """What came after ``base``, the oldest first: the tree of ``base`` is nearest to theirs."""
    span = f"{base}..{head}" if base != head else head
    shape = ("--format=%x01%H%x00%an%x00%B%x00", "--name-status", "--no-renames", "-z")
    listed = git(repository, "log", "--no-merges", "--reverse", *shape, span).decode("utf-8", "replace")
    for row in listed.split("\1")[1:]:
        name, author, message, *rest = row.split("\0")
        fields = [field.strip("\n") for field in rest if field.strip("\n")]
        yield Commit(name, author, message.strip(), tuple(zip(fields[::2], fields[1::2], strict=False)))


def changed(commit: Commit, there: Container[str]) -> tuple[str, ...]:
    """The files of code that a commit is about; none where it is about too many, or about some that are not ``there``.

    Its tests are left out, unless it is about nothing else and says so.
    """
    if len(commit.files) > MOST_NAMES:
        return ()
    code = [path for _, path in commit.files if (classify(path) or ("", ""))[1] == "code"]
    asked = [path for path in code if role_of(path) != "test"]
    if not asked and TEST_WORDS.search(commit.message.partition("\n")[0]):
        asked = code
    whole = 1 <= len(asked) <= MOST_FILES and all(path in there for path in asked)
    return tuple(asked) if whole else ()


def subject(message: str, draw: random.Random) -> str:
    """A message's first line as a query; empty where it says nothing of the code."""
    line = _ORNAMENT.sub("", message.partition("\n")[0].strip())
    bare = _NUMBER.sub("", _PREFIX.sub("", line)).strip()
    dull = NOT_TELLING.match(line) or NOT_TELLING.match(bare) or BOILERPLATE.search(bare)
    if dull or BOILERPLATE.match(line) or len(words_of(bare)) < LEAST_WORDS or len(bare.split()) < LEAST_WORDS:
        return ""
    if draw.random() >= KEPT:
        line = _PREFIX.sub("", line)
    if draw.random() >= KEPT:
        line = _NUMBER.sub("", line)
    return " ".join(line.split())


def body(message: str) -> str:
    """A message without its first line, signatures, links, and steps of a few words (``* whoops``)."""
    rest = _SIGNED.sub("", TRAILER.sub("", message.partition("\n")[2]))
    rest = _STEP.sub("", _LINK.sub(lambda found: found[1] or "", rest))
    lines = [line.rstrip() for line in rest.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()[:LONGEST]


def asked(found: Iterator[Commit], there: Container[str], most: dict[str, int]) -> list[Query]:
    """Queries of the kinds ``commit`` and ``issue``, at most ``most[kind]`` of each, in the order of the commits."""
    queries: dict[str, list[Query]] = {"commit": [], "issue": []}
    said: set[str] = set()
    for commit in found:
        if all(len(queries[kind]) >= most[kind] for kind in queries):
            break
        draw = random.Random(commit.name)  # noqa: S311 - the same choices each time, no secret
        gold, line = changed(commit, there), subject(commit.message, draw)
        if not gold or not line or line in said or _ROBOT.search(commit.author):
            continue
        said.add(line)
        queries["commit"].append(Query("commit", line, gold))
        text = body(commit.message)
        if len(text) >= LONG_BODY:
            titled = draw.random() >= UNTITLED
            queries["issue"].append(Query("issue", f"{line}\n\n{text}" if titled else text, gold))
    return [query for kind, own in queries.items() for query in own[: most[kind]]]
