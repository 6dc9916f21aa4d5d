"""What a program hands over, made sure of: each value before anything is opened.

A program hands over anything. What is not what the public face's types say is a :class:`~te_cli.errors.UsageError`, as
a bad flag is: its author reads one sentence instead of a traceback from five rooms below.
"""

from __future__ import annotations

import os
from operator import index

from te_cli.errors import UsageError

LONGEST_WAIT = 1e9
"""Seconds, some thirty years: waiting does not take more."""


def text(name: str, value: object) -> str:
    """``value``, which must be text."""
    if not isinstance(value, str):
        raise wrong(name, value, "text")
    return str.__str__(value)  # of an enumeration the value, not its name


def folder(name: str, value: object) -> str:
    """A path as text."""
    try:
        path = os.fspath(value)  # type: ignore[call-overload]  # that is what is asked here
    except TypeError:
        path = value
    if not isinstance(path, str):
        raise wrong(name, value, "a path")
    if not path:
        raise UsageError(f"{name} is empty.", "'.' is the current folder.")
    if "\0" in path:
        raise UsageError(f"{name} holds a null character, which no path does.")
    return path


def whole(name: str, value: object, least: int, most: int | None = None) -> int:
    """A whole number of at least ``least``, also one of NumPy's."""
    try:
        number = None if isinstance(value, bool) else index(value)  # type: ignore[arg-type]  # that is what is asked
    except TypeError:
        number = None
    if number is None:
        raise wrong(name, value, "a whole number")
    if number < least:
        raise UsageError(f"{name} is {_shown(number)}, but must be at least {least}.", f"For example: {least + 4}")
    if most is not None and number > most:
        raise UsageError(f"{name} is {_shown(number)}, but must be at most {most:,}.")
    return number


def seconds(name: str, value: object) -> float:
    """A time of at least nothing."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong(name, value, "a number of seconds")
    if not value >= 0:  # what is no number is not large enough either
        raise UsageError(f"{name} is {value}, but must be at least 0.", "For example: 10")
    return float(min(value, LONGEST_WAIT))


def switch(name: str, value: object) -> bool:
    """True or False, and nothing that merely counts as one: ``"no"`` would mean yes."""
    if not isinstance(value, bool):
        raise wrong(name, value, "True or False")
    return value


def listener(name: str, value: object) -> None:
    """Refuse what cannot be called."""
    if not callable(value):
        raise wrong(name, value, "something to call")


def wrong(name: str, value: object, wanted: str, hint: str = "") -> UsageError:
    """What to say of a value: its type, for the value itself may be anything."""
    return UsageError(f"{name} is of the type {type(value).__name__}, but must be {wanted}.", hint)


def _shown(number: int) -> str:
    """A number, unless it has more digits than Python writes."""
    return f"{number:,}" if number.bit_length() < 256 else "a number of hundreds of digits"
