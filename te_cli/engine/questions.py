"""The files that ``te eval`` reads: questions with their gold, and what an earlier run said of some."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from te_cli.errors import NotReadable, UsageError
from te_cli.evaluation import SCHEMA, Gold, Measured, Question
from te_cli.rank.measures import FIGURES

EXAMPLE = 'For example: {"query": "how are sessions expired", "gold": "src/session.py"}'

MAX_BYTES = 64 << 20
"""No list of questions is larger: what is, was named by a slip."""


def read_questions(name: str) -> tuple[Question, ...]:
    """The questions of a file of JSON lines, in its order; blank lines are skipped, and so are further keys.

    Raises:
        NotReadable: there is no such file, or it cannot be read.
        UsageError: it holds no question, or a line is none; the sentence has its number.
    """
    lines = enumerate(_text_of(name).split("\n"), start=1)
    found = tuple(_question(name, number, line) for number, line in lines if line.strip())
    if not found:
        raise UsageError(f"'{name}' holds no question.", EXAMPLE)
    return found


def read_report(name: str) -> Measured:
    """What an earlier ``te eval --json`` said of each question.

    Raises:
        NotReadable: there is no such file, or it cannot be read.
        UsageError: it is no such report.
    """
    text = _text_of(name)
    no_report = UsageError(f"'{name}' is no report of `te eval --json`.", "Make one: te eval FILE --json > REPORT")
    try:
        report = json.loads(text)
        if report["schema"] == SCHEMA:
            return Measured(name, tuple((_asked(row), _score(row)) for row in report["results"]))
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise no_report from error
    raise no_report


def _text_of(name: str) -> str:
    try:
        with Path(name).open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # a name with a null byte is a ValueError
        reason = error.strerror if isinstance(error, OSError) else error
        raise NotReadable(f"'{name}' cannot be read: {reason}.", "Name the file that holds the questions.") from error
    if len(data) > MAX_BYTES:
        raise NotReadable(f"'{name}' is larger than 64 MiB.", "Name the file that holds the questions.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotReadable(f"'{name}' is not valid UTF-8.", "Name the file that holds the questions.") from error


def _question(name: str, number: int, line: str) -> Question:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        raise _bad(name, number, "is not JSON") from None
    if not isinstance(row, dict):
        raise _bad(name, number, "is not a JSON object")
    if not _sound(row):
        raise _bad(name, number, "holds half a character, which is no text")
    query: Any = row.get("query")
    gold: Any = row.get("gold")
    if not isinstance(query, str) or not query.strip():
        raise _bad(name, number, 'has no text as its "query"')
    wanted = gold if isinstance(gold, list) else [gold]
    if gold is None or not wanted:
        raise _bad(name, number, 'has no "gold"')
    for each in wanted:
        if fault := _fault(each):
            raise _bad(name, number, fault)
    return Question(number, query, tuple(Gold(each) for each in wanted))


def _sound(value: Any) -> bool:
    """Whether all text in ``value`` is Unicode: JSON can spell half a pair of surrogates."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _bad(name: str, number: int, fault: str) -> UsageError:
    return UsageError(f"'{name}', line {number} {fault}.", EXAMPLE)


def _fault(gold: Any) -> str:
    """What is wrong with one gold; nothing where nothing is."""
    if isinstance(gold, str):
        return "" if gold.strip() else "has an empty gold"
    if not isinstance(gold, dict) or not isinstance(gold.get("path"), str) or not gold["path"].strip():
        return 'has a gold that is neither a text nor an object with a "path"'
    first = gold.get("start_line")
    last = gold.get("end_line", first)
    if first is None:
        return "" if last is None else 'has a gold with an "end_line" and no "start_line"'
    if not (_whole(first) and _whole(last) and 1 <= first <= last):
        return "has a gold whose lines are no range, counted from 1"
    return ""


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _asked(row: Any) -> Question:
    return Question(int(row["line"]), str(row["query"]), tuple(Gold(each) for each in row["gold"]))


def _score(row: Any) -> dict[str, float]:
    score = {figure: float(row["score"][figure]) for figure in FIGURES}
    if not all(map(math.isfinite, score.values())):
        raise ValueError(score)
    return score
