"""Inputs for ``fuzz.py``: what people write, mutated. Each is a function of a target and a number."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

CASES = Path(__file__).resolve().parents[1] / "fixtures" / "parse"
"""Real pieces of every language that te reads."""

LONGEST = 60_000
"""Bytes of an input: enough for what is superlinear to show, few enough for thousands of inputs a minute."""

TOKENS: tuple[str, ...] = (
    *"()[]{}<>\"'`#\n\t \\\0$@=;|&%~\x85",
    *('"""', "'''", "/*", "*/", "//", "--", "<!--", "-->", "\r\n", "\\\n", "\x1b[2J", "\u2028", "\u202e", "\u200b"),
    *(
        "e\u0301",
        "\ufb00",
        "\u0130",
        "ß",
        "\U0001f600",
        "\U000e0041",
        "\ufeff",
        "${",
        "#{",
        "{{",
        "}}",
        "::",
        "->",
        "=>",
    ),
    *("<<EOF", "EOF", "$$", "<<<", "0x", "1e999", "9" * 400, "a" * 5000, "\\u{110000}", "\\ud800", "\\$", "\r", "\f"),
    *(
        "class ",
        "def ",
        "function ",
        "if ",
        "else ",
        "end ",
        "begin ",
        "module ",
        "template<",
        "operator ",
        "fn ",
        "let ",
    ),
    *("```", "===", "---", "+++", "- ", "* ", "> ", "| a | b |", "[x]: ", "![", "](", ".. ", "::\n", "%%", "SELECT "),
)
"""What opens, closes, joins or breaks something in one language or another."""


class BrokenError(AssertionError):
    """An answer that is not as it must be."""


def hold(truth: object, what: str) -> None:
    """Raise unless ``truth``."""
    if not truth:
        raise BrokenError(what)


@cache
def home() -> Path:
    """A folder of this process's own; whoever starts the process removes it."""
    return Path(os.environ.get("TE_FUZZ_HOME") or mkdtemp(prefix="te-fuzz-"))


def written(name: str, data: bytes) -> Path:
    """A file of the home folder with ``data`` in it."""
    path = home() / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


@cache
def samples(language: str) -> tuple[bytes, ...]:
    """The pieces of ``language`` that lie under ``fixtures/parse``."""
    return tuple(path.read_bytes() for path in sorted((CASES / language).glob("*/input.*")))


def mutated(random: Random, pieces: tuple[bytes, ...]) -> bytes:
    """One of ``pieces`` after a few mutations; now and then as it is, now and then nothing but noise."""
    data = random.choice(pieces) if pieces and random.random() < 0.97 else random.randbytes(random.randint(0, 300))
    for _ in range(random.choice((0, 1, 1, 1, 2, 2, 3, 5, 8))):
        data = random.choice(MUTATIONS)(random, data, pieces)[:LONGEST]
    return data


def text(random: Random, pieces: tuple[bytes, ...]) -> str:
    """The same as text."""
    return mutated(random, pieces).decode("utf-8", random.choice(("replace", "ignore", "surrogateescape")))


def _place(random: Random, data: bytes) -> int:
    return random.randint(0, len(data))


def _stretch(random: Random, data: bytes, longest: int) -> tuple[int, int]:
    start = _place(random, data)
    return start, min(len(data), start + random.randint(0, longest))


def _flip(random: Random, data: bytes, _: tuple[bytes, ...]) -> bytes:
    """Bits of a few bytes."""
    changed = bytearray(data)
    for _turn in range(random.randint(1, 8)):
        if changed:
            changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    return bytes(changed)


def _splice(random: Random, data: bytes, pieces: tuple[bytes, ...]) -> bytes:
    """A stretch of another piece, in the middle of this one."""
    other = random.choice(pieces) if pieces else data
    start, end = _stretch(random, other, 2_000)
    at = _place(random, data)
    return data[:at] + other[start:end] + data[at + random.choice((0, 0, end - start)) :]


def _truncate(random: Random, data: bytes, _: tuple[bytes, ...]) -> bytes:
    at = _place(random, data)
    return random.choice((data[:at], data[at:]))


def _cut(random: Random, data: bytes, _: tuple[bytes, ...]) -> bytes:
    start, end = _stretch(random, data, 200)
    return data[:start] + data[end:]


def _insert(random: Random, data: bytes, _: tuple[bytes, ...]) -> bytes:
    """One token, or the same one a few times over."""
    at = _place(random, data)
    token = random.choice(TOKENS).encode("utf-8", "surrogatepass")
    return data[:at] + token * random.choice((1, 1, 1, 2, 3, 50)) + data[at:]


def _repeat(random: Random, data: bytes, _: tuple[bytes, ...]) -> bytes:
    """A token, a line or any stretch, thousands of times over."""
    start, end = _stretch(random, data, random.choice((2, 8, 40, 200)))
    token = random.choice((data[start:end], random.choice(TOKENS).encode("utf-8", "surrogatepass"))) or b"("
    times = min(random.choice((100, 1_000, 5_000, 20_000)), LONGEST // len(token))
    at = random.choice((_place(random, data), end))
    return data[:at] + token * times + data[at:]


def _nest(random: Random, data: bytes, _: tuple[bytes, ...]) -> bytes:
    """A stretch inside itself: its beginning many times, then its end as often, or never."""
    start, end = _stretch(random, data, 400)
    middle = random.randint(start, end)
    times = min(random.choice((30, 300, 3_000)), LONGEST // (end - start + 1))
    closing = data[middle:end] * random.choice((times, times, 0))
    return data[:start] + data[start:middle] * times + closing + data[end:]


def _brackets(random: Random, data: bytes, _: tuple[bytes, ...]) -> bytes:
    opening, closing = random.choice((("(", ")"), ("[", "]"), ("{", "}"), ("<", ">")))
    depth = random.choice((20, 200, 2_000, 20_000))
    at = _place(random, data)
    return data[:at] + (opening * depth + closing * random.choice((depth, 0, depth - 1))).encode() + data[at:]


def _lines(random: Random, data: bytes, _: tuple[bytes, ...]) -> bytes:
    """Lines in another order, doubled, indented or joined."""
    lines = data.split(b"\n")
    what = random.randrange(4)
    if what == 0:
        random.shuffle(lines)
    elif what == 1:
        lines = [each for line in lines for each in (line,) * random.randint(0, 3)]
    elif what == 2:
        lines = [b" " * random.randrange(12) + line for line in lines]
    return (b"" if what == 3 else b"\n").join(lines)


def _ends(random: Random, data: bytes, _: tuple[bytes, ...]) -> bytes:
    """Other line ends."""
    return data.replace(b"\n", random.choice((b"\r\n", b"\r", b"\n\n", b"\x0c", b"\xe2\x80\xa8")))


MUTATIONS: tuple[Callable[[Random, bytes, tuple[bytes, ...]], bytes], ...] = (
    *(_flip, _splice, _splice, _truncate, _cut, _insert, _insert, _insert),
    *(_repeat, _nest, _brackets, _lines, _ends),
)
