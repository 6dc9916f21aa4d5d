"""What a file is in its repository, judged by its path: tests, examples and the like answer few questions."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

Role = Literal["source", "test", "example", "compat", "docs"]

_TEST = re.compile(
    r"(^|/)(tests?|specs?|testing|testdata|test-data|__tests__|__mocks__|mocks?|fixtures?|e2e)(/|$)"
    r"|(^|/)(test_[^/]*|conftest\.py|[^/]*(_test|_tests|_spec|\.test|\.spec|-test|Tests?|Spec|TestCase)\.[^/.]+)$"
)
_EXAMPLE = re.compile(
    r"(^|/)(examples?|samples?|demos?|docs_src|tutorials?|bench(es|marks?)?|playground)(/|$)|\.bench\."
)
_COMPAT = re.compile(r"(^|/)(compat|legacy|deprecated|vendor|vendored|third_party|_vendor|polyfills?|shims?)([/._]|$)")
_DOCS = re.compile(
    r"(^|/)(docs?|changelogs?|locales?|i18n)(/|$)|(?i:(^|/)(changelog|changes|history|license|authors)[^/]*$)"
)

PATTERNS: dict[Role, re.Pattern[str]] = {"test": _TEST, "example": _EXAMPLE, "compat": _COMPAT, "docs": _DOCS}
"""What the paths of each role fit; where several do, the first one counts."""


@lru_cache(maxsize=4096)
def role_of(path: str) -> Role:
    """The role that a path from the indexed root suggests."""
    if _TEST.search(path):
        return "test"
    if _EXAMPLE.search(path):
        return "example"
    if _COMPAT.search(path):
        return "compat"
    return "docs" if _DOCS.search(path) else "source"
