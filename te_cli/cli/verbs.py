"""The verbs, each imported and built when it is asked for: the options of one are no other's business."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand

from te_cli.cli.coercion import without_pydantic
from te_cli.render import screen

HOMES = {
    "search": "search",
    "refs": "refs",
    "outline": "outline",
    "index": "index",
    "watch": "watch",
    "status": "status",
    "doctor": "doctor",
    "languages": "languages",
    "models": "models",
    "cache": "cache",
    "config": "settings",
    "eval": "eval",
}
"""The module of each verb, beside this one."""

FUNCTIONS = {"eval": "evaluate"}
"""What a verb's function is called where that is not the verb: it would hide Python's own."""


class Verb(TyperCommand):
    """A command whose own help may be cut short by a pager, and whose arguments cost no pydantic."""

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Parse the verb's arguments, or print its help."""
        with screen.printed_by_others():
            return super().make_context(info_name, args, parent, **extra)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Turn arguments into values."""
        without_pydantic(self.get_params(ctx))
        return super().parse_args(ctx, args)


def verb(name: str) -> Any:
    """The command of a verb."""
    module = import_module(f"te_cli.cli.{HOMES[name]}")
    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.command(name, cls=Verb)(getattr(module, FUNCTIONS.get(name, name)))
    return typer.main.get_command(app)
