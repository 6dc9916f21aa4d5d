"""What commits say and which lines they changed."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING, NamedTuple

from objects import git

from te_cli.walk.languages import classify

if TYPE_CHECKING:
    import random
    from pathlib import Path

LOOKED_AT = 3000
"""Commits of the history, newest first, among which some are drawn."""

MAX_FILES = 4
"""Files of code changed by a commit that is about one thing."""

MAX_NAMES = 14
"""Files of any sort that it changes."""

MAX_LINES = 200
NOT_TELLING = re.compile(
    r"^(?:merge|bump|release|version|revert|wip|typo|update (?:changelog|readme|dep)|prepare|lint|format|v?\d+\.\d+"
    r"|changelog|fix (?:typo|lint|build|ci|tests?)\b|\[?(?:ci|docs?|chore|style|build|deps?)\b)",
    re.IGNORECASE,
)
NOISE = re.compile(
    r"\(?#\d+\)?|^\w+(?:\([\w ,/-]+\))?!?: |^\[[^\]]*\]\s*|\(?(?:fixes|closes|refs?) #?\d+\)?|[0-9a-f]{10,40}",
    re.IGNORECASE,
)
TRAILER = re.compile(
    r"^(?:[A-Z][\w-]+-by|Change-Id|PR-URL|Refs?|Closes|Fixes|PiperOrigin-RevId|cc|Differential Revision"
    r"|Bug|BUG|git-svn-id|Ticket)\b.*$",
    re.MULTILINE,
)
HUNK = re.compile(r"^@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@")


class Change(NamedTuple):
    """A commit, its subject and whole message less trailers, and the new lines of each file that it changed."""

    commit: str
    subject: str
    message: str
    files: list[tuple[str, list[int]]]


def changes(repository: Path, head: str, most: int, draw: random.Random) -> list[Change]:
    """At most ``most`` commits up to ``head`` that change a few files of code and say why, drawn at random."""
    listed = _run(repository, "log", "--no-merges", "-n", str(LOOKED_AT), "--format=%x01%H%x00%s", "--name-only", head)
    about = []
    for row in listed.split("\1")[1:]:
        line, _, paths = row.partition("\n")
        commit, _, subject = line.partition("\0")
        names = paths.split("\n")
        code = sum((classify(path) or ("", ""))[1] == "code" for path in names)
        if _tells(subject) and len(names) <= MAX_NAMES and 1 <= code <= MAX_FILES:
            about.append(commit)
    draw.shuffle(about)
    if not about:
        return []
    flags = ("-U0", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames", "--diff-filter=M")
    asked = "\n".join(about[:most])
    text = _run(repository, "log", "--no-walk", "--stdin", "-p", "--format=%x01%H%x00%B%x00", *flags, given=asked)
    return [change for change in map(_change, text.split("\1")[1:]) if change.files]


def _tells(subject: str) -> bool:
    return len(NOISE.sub("", subject).split()) >= 3 and not NOT_TELLING.match(subject.strip())


def _run(repository: Path, *arguments: str, given: str = "") -> str:
    done = subprocess.run(git(repository, *arguments), input=given.encode(), capture_output=True, check=False)
    return done.stdout.decode(errors="replace")  # a history cut short says so on stderr, after what it has


def _change(text: str) -> Change:
    head, _, rest = text.partition("\0")
    message, _, diff = rest.partition("\0")
    said = TRAILER.sub("", NOISE.sub(" ", message)).strip()
    files: list[tuple[str, list[int]]] = []
    for line in diff.split("\n"):
        if line.startswith("+++ "):
            files.append((line[6:].rstrip("\t"), []))
        elif line.startswith("@@") and files and (match := HUNK.match(line)):
            start, count = int(match[1]), int(match[2] or 1)
            files[-1][1].extend(range(start, start + max(1, min(count, MAX_LINES))))
    code = [(path, lines) for path, lines in files if (classify(path) or ("", ""))[1] == "code"]
    return Change(head.strip(), said.split("\n", 1)[0].strip(), said, code)
