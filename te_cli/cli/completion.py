"""``te --install-completion`` and ``--show-completion``, with or without the name of a shell.

Typer's own options either look at the shell that runs them and take no name, or take a name and look at nothing.
"""

from __future__ import annotations

from typing import Any

from typer.completion import install_callback, show_callback

from te_cli.errors import UnknownName

SHELLS = ("bash", "fish", "powershell", "pwsh", "zsh")

CALLS: dict[str, Any] = {"--install-completion": install_callback, "--show-completion": show_callback}

HELP = {
    "install_completion": f"Complete in this shell, or in the one named after it: {', '.join(SHELLS)}.",
    "show_completion": "Print what that installs, to do it by hand.",
}
"""What the help says of each option."""


def answer(context: Any, args: list[str]) -> None:
    """Where the arguments are one of the two options and a name: do it for that shell, and end the process."""
    if len(args) < 2 or args[0] not in CALLS or args[1].startswith("-"):
        return
    if args[1] not in SHELLS:
        raise UnknownName.among("shell", args[1], SHELLS)
    CALLS[args[0]](context, None, args[1])
