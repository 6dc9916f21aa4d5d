"""Did a person write this file? A false "no" hides somebody's work, so only clear marks count.

A generator signs at the top of the file, in a comment of its own; a minifier leaves lines that nobody would read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from te_cli.model import SkipReason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from te_cli.model import Content

LOCK_FILES = frozenset(
    (
        "package-lock.json",
        "npm-shrinkwrap.json",
        "yarn.lock",
        "pnpm-lock.yaml",
        "bun.lock",
        "deno.lock",
        "Cargo.lock",
        "poetry.lock",
        "uv.lock",
        "pdm.lock",
        "Pipfile.lock",
        "go.sum",
        "go.work.sum",
        "composer.lock",
        "Gemfile.lock",
        "mix.lock",
        "pubspec.lock",
        "Podfile.lock",
        "flake.lock",
        "packages.lock.json",
        "gradle.lockfile",
        "Package.resolved",
        ".terraform.lock.hcl",
    )
)
"""What package managers write down for themselves."""

SIGNED_WITHIN = 2048
"""Characters of a file in which a generator's signature stands: it comes before or right after a license line."""

MIN_MINIFIED = 10_000
"""Characters below which a file is worth reading whatever its shape: a one-line fixture, a small data table."""

MINIFIED_MEAN = 300
"""Mean line length of minified code and data; hand-written code stays under 60, and no formatter leaves over 120."""

ENDLESS_LINE = 5_000
"""A line longer than this was not typed."""

_SPAN = ENDLESS_LINE // 2

ENDLESS_SHARE = 0.9
"""How much of a file endless lines must make up for it to be data. The rest would be code around an embedded blob."""

_MINIFIED_NAME = re.compile(r"[.-]min\.(?:js|mjs|cjs|css)$")
_SOURCE_MAP = re.compile(r"\.(?:js|mjs|cjs|css|ts)\.map$")
_MINIFIABLE = frozenset({"javascript", "jsx", "typescript", "css", "json", "xml", "html"})
_PROSE = frozenset({"markdown", "rst", "asciidoc", "org", "latex", "typst", "textile", "mediawiki", "jupyter"})
"""What people write with long lines in it: paragraphs, and the pictures that a notebook has put out."""

_STARTERS = frozenset({"gitignore", "gitattributes"})
"""Files that a generator may begin, and that people go on with."""

_SIGNATURE = re.compile(
    r"""
      code\ generated\b.*\bdo\ not\ edit
    | @generated\b
    | (?:this\ (?:file|code)\ (?:is|was)\ )?(?:automatically\ )?@generated\ by\b
    | <auto-?generated\b
    | (?:this\ (?:header|module|class)\ (?:is|was|has\ been)\ )?(?:automatically\ |auto-?\ ?)generated
      \ (?:by\b|from\b|with\b|using\b|(?:file|code)\W+do\ not\b)
    | this\ (?:file|code)\ (?:is|was|has\ been)\ (?:automatically\ |auto-?\ ?)?generated\b
    | (?:automatically\ |auto-?\ ?)?generated\ (?:by|from|with|using)\b.*\bdo\ not\ (?:edit|modify)
    | do\ not\ (?:edit|modify)\b.*\bgenerated\ (?:by|from)\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""How generators sign, matched where a comment's text begins: a sentence about such files seldom begins so."""

_COMMENT = re.compile(
    r"""\s*(?://+!?|\#+(?=\W|$)|/\*+!?|\*(?!/)|--+\[*|;+|<!--|%+|\"\"\"|'''|\(\*|\{-|@?rem\b|dnl\b|'(?!use\b))[\s*=\-#/]*(.*)""",
    re.IGNORECASE,
)
_OPENERS = {"/*": "*/", "<!--": "-->", '"""': '"""', "'''": "'''", "(*": "*)", "{-": "-}", "--[[": "]]"}
_OPENING = tuple(_OPENERS)
_PREAMBLE = re.compile(r"\s*(?:$|<\?|#!|[\"']use \w+[\"'];?$|@charset\b|\ufeff)")


def machine_made_name(path: str) -> SkipReason | None:
    """What the name alone gives away."""
    name = path.rpartition("/")[2]
    if name in LOCK_FILES or _SOURCE_MAP.search(name):
        return SkipReason.GENERATED
    return SkipReason.MINIFIED if _MINIFIED_NAME.search(name) else None


def machine_made(text: str, language: str, content: Content) -> SkipReason | None:
    """What the text gives away, for a file of that language."""
    if _minified(text, language):
        return SkipReason.MINIFIED
    return SkipReason.GENERATED if language not in _STARTERS and _signed(text, content) else None


def _minified(text: str, language: str) -> bool:
    if len(text) < MIN_MINIFIED or language in _PROSE:
        return False
    lines = 1 + max(text.count("\n"), text.count("\r"))
    if language in _MINIFIABLE and len(text) / lines > MINIFIED_MEAN:
        return True
    if len(text) / lines < MINIFIED_MEAN and lines > len(text) * (1 - ENDLESS_SHARE):
        return False
    if all("\n" in text[start : start + _SPAN] for start in range(0, len(text) - _SPAN + 1, _SPAN)):
        return False  # an endless line has one of these stretches all to itself
    endless = sum(length for length in map(len, text.splitlines()) if length > ENDLESS_LINE)
    return endless > ENDLESS_SHARE * len(text)


def _signed(text: str, content: Content) -> bool:
    # In prose a heading looks like a comment, and may well speak of generated files.
    comments = _comments(text[:SIGNED_WITHIN], only_markup=content == "docs")
    return any(_SIGNATURE.match(comment) for comment in comments)


def _comments(head: str, *, only_markup: bool) -> Iterator[str]:
    """The text of each comment line before the first line that is none."""
    closer = ""
    for line in head.splitlines():
        found = _COMMENT.match(line)
        if closer:
            yield found[1] if found else line.strip()
            closer = "" if closer in line else closer
        elif found and not (only_markup and "<!--" not in line):
            yield found[1]
            closer = _left_open(line)
        elif not _PREAMBLE.match(line):
            return


def _left_open(line: str) -> str:
    """What closes the block comment that ``line`` opens and leaves open; empty if it does not."""
    bare = line.strip()
    if not bare.startswith(_OPENING):
        return ""
    for opener, closer in _OPENERS.items():
        if bare.startswith(opener) and closer not in bare[len(opener) :]:
            return closer
    return ""
