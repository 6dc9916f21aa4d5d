"""Which models are there? Those on this machine, by their files; the module that runs them knows what can be had."""

from __future__ import annotations

import os
from pathlib import Path

from te_cli.embed.advice import SHIPPED
from te_cli.embed.copies import copy_of, folder_for, models_folder
from te_cli.embed.source import NAME


def downloaded() -> list[str]:
    """The names of the models that have a folder among the copies, sorted; also of one that lacks something."""
    try:
        folders = sorted(os.listdir(models_folder()))  # noqa: PTH208 - names, not paths
    except OSError:
        return []
    names = [name for folder in folders if NAME.fullmatch(name := folder.replace("--", "/", 1))]
    return [copy.name if (copy := copy_of(name)) else name for name in names]


def folder_of(source: str) -> Path:
    """Where the files of a source lie, or would."""
    if not source:
        return SHIPPED
    return Path(source) if os.path.isabs(source) else folder_for(source)  # noqa: PTH117 - a name, or a path


def bytes_in(folder: Path) -> int:
    """What the files of a folder take, each once however many names it has."""
    sizes: dict[tuple[int, int], int] = {}
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                said = os.stat(os.path.join(place, name))  # noqa: PTH116, PTH118 - a model's folder may be large
            except OSError:  # a link to nowhere, or gone by now
                continue
            sizes[said.st_dev, said.st_ino] = said.st_size
    return sum(sizes.values())
