"""The settings that a project asks for in its own ``te.toml``, or in ``[tool.te]`` of its pyproject.toml."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from te_cli.errors import ConfigError
from te_cli.planted import read_planted

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MAX_CONFIG_BYTES = 1 << 18
"""A settings file larger than this is not one."""

MAX_LANGUAGES = 1_000
"""Extensions that a project may map; nobody writes more."""

_DEEP_KEY = re.compile(r"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){24}""")
"""For each part of a key the library copies all before it: the memory for a key that fills a file is its square."""

KEYS = ("jobs", "max_file_size", "languages")
"""The settings that a project may make."""


def asked_by_project(root: Path) -> tuple[dict[str, object], str]:
    """The settings that the project itself asks for, and the file they stand in: ``te.toml`` before pyproject.toml."""
    table = _table(root / "te.toml", lambda document: document, strict=True)
    if table is not None:
        return _checked(table, "te.toml"), "te.toml"
    table = _table(root / "pyproject.toml", lambda document: _section(document, "tool", "te"), strict=False)
    return _checked(table or {}, "pyproject.toml"), "pyproject.toml"


def _table(
    path: Path, section: Callable[[dict[str, object]], dict[str, object] | None], *, strict: bool
) -> dict[str, object] | None:
    """A section of a TOML file, None where there is none; links and special files are not followed."""
    data = read_planted(path, MAX_CONFIG_BYTES + 1)
    if data is None or len(data) > MAX_CONFIG_BYTES:
        return None
    text = data.decode("utf-8", "replace")
    if not strict and not ("tool" in text and re.search(r"\bte\b", text)):
        return None
    import tomllib

    try:
        if _DEEP_KEY.search(text):
            raise ValueError("a key has more parts than anybody writes")  # noqa: TRY301 - told as the other faults are
        return section(tomllib.loads(text))
    except (ValueError, RecursionError) as error:  # a number of thousands of digits is no TOMLDecodeError
        if not strict:  # a project's own tools will say so; it is not ours to complain about
            return None
        raise ConfigError(f"{path.name} cannot be read: {error}.", f"Correct {path}.") from error


def _section(document: dict[str, object], *names: str) -> dict[str, object] | None:
    for name in names:
        inner = document.get(name)
        if not isinstance(inner, dict):
            return None
        document = inner
    return document


def _checked(table: dict[str, object], file_name: str) -> dict[str, object]:
    for key in table:
        if key not in KEYS:
            near = get_close_matches(key, KEYS, n=1)
            hint = f"Did you mean '{near[0]}'?" if near else f"Known: {', '.join(KEYS)}."
            raise ConfigError(f"{file_name} has no setting '{key}'.", hint)
    return table


def declared_languages(value: object, file_name: str) -> tuple[tuple[str, str], ...]:
    """Extensions (``.inc``, ``inc``, ``*.inc``) or file names, each with its language, in order; names are unchecked.

    Raises:
        ConfigError: it is no table of texts, or contradicts itself.
    """
    if value is None:
        return ()
    example = f'For example, in {file_name}: languages = {{ inc = "php" }}'
    if not isinstance(value, dict) or len(value) > MAX_LANGUAGES:
        raise ConfigError(f"{file_name}: languages is no table of extensions and languages.", example)
    for name, language in value.items():
        if not isinstance(language, str) or not name.lstrip("*.") or "/" in name:
            raise ConfigError(
                f"{file_name}: languages says that '{name}' is '{language}', which makes no sense.", example
            )
    declared: dict[str, str] = {}
    for written, language in value.items():
        name = written.removeprefix("*").removeprefix(".")
        if declared.setdefault(name, language) != language:
            raise ConfigError(f"{file_name}: languages says of '{name}' that it is two languages.", example)
    return tuple(sorted(declared.items()))
