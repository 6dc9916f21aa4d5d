"""Typed arguments without pydantic, which typer would import (60 ms, as much as all else of it) for every verb.

Verbs take text, numbers, switches and lists of text only. Where a later typer does this otherwise, the
attribute set here is not looked at, and its own way applies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable

NUMBERS = {int: "whole number", float: "number"}


class Plain:
    """Turns the text of one parameter into its type, with the method that typer's parameters call for it."""

    def __init__(self, annotation: Any, least: float | None = None) -> None:
        self.annotation = annotation
        self.least = least

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """``value`` as the parameter's type; raises typer's own error when it cannot be."""
        if value is None:
            return [] if self.annotation == list[str] else None
        if self.annotation == list[str]:
            return [str(item) for item in value]
        if self.annotation not in NUMBERS:
            return self.annotation(value)
        try:
            number = self.annotation(value)
        except ValueError:
            message = f"'{value}' is not a {NUMBERS[self.annotation]}."
            raise typer.BadParameter(message, ctx=ctx, param=param) from None
        if self.least is not None and not number >= self.least:  # what is no number is not large enough either
            raise typer.BadParameter(f"'{value}' is not at least {self.least}.", ctx=ctx, param=param)
        return number


def without_pydantic(params: Iterable[Any]) -> None:
    """Give every parameter of a simple type the plain way of turning text into it."""
    for param in params:
        annotation = getattr(getattr(param, "type_descriptor", None), "annotation", None)
        if annotation in (str, int, float, bool, list[str]) and getattr(param, "_runtime_param", param) is None:
            param._runtime_param = Plain(annotation, getattr(param, "min", None))  # noqa: SLF001 - there is no public way, and a test watches it
