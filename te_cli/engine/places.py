"""From settings to the two things every verb needs: where the index is, and which model made its vectors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from te_cli.config import CATALOG, INDEX_FOLDER
from te_cli.errors import ConfigError, IndexDamaged, NoIndex, nearest
from te_cli.store.folder import Place

if TYPE_CHECKING:
    from te_cli.config import Settings
    from te_cli.store.reader import Reader

RECIPE = "9"
"""Raised when parsing, word splitting or document fields change: what was derived with another recipe is made anew."""


CHEAP_MS = 100.0
"""A look at the whole tree that took less than this is repeated before each answer; a longer one would be felt."""

NO_INDEX = {
    "absent": "There is no index",
    "foreign": "There is no index that you built",
    "moved": "There is only an index of another folder",
    "older": "There is only an index of an older format",
}
"""What stands in the way of reading, by the state of the index folder."""


def place_of(settings: Settings) -> Place:
    """Where the index of these settings lives."""
    return Place(settings.index_dir, settings.root, given=settings.index_dir_given, trusted=settings.trust_index)


def siblings_of(settings: Settings) -> list[Place]:
    """Where the other work trees of a repository have the index of this root, which has none yet in its usual place."""
    root = settings.root
    if settings.index_dir != root / INDEX_FOLDER or (settings.index_dir / CATALOG).exists():
        return []
    from te_cli.walk.worktree import Git  # only for the first run

    tops = [Path(top) for top in Git(str(root)).work_trees(str(root))]
    own = max((top for top in tops if root.is_relative_to(top)), key=lambda top: len(top.parts), default=None)
    others = [top / root.relative_to(own) for top in tops if top != own] if own else []
    return [Place(other / INDEX_FOLDER, other) for other in others]


def languages_of(settings: Settings) -> dict[str, str]:
    """What the project says of the languages of its files, by extension or name.

    Raises:
        ConfigError: one of them is no language.
    """
    if not settings.languages:
        return {}
    from te_cli.walk.languages import LANGUAGES

    for _, language in settings.languages:
        if language not in LANGUAGES:
            near = nearest(language.lower(), sorted(LANGUAGES))
            source = dict(settings.sources)["languages"]
            hint = f"Did you mean '{near}'?" if near else "`te languages` lists them all."
            raise ConfigError(f"{source}: languages names '{language}', which is no language.", hint)
    return {name.lower(): language for name, language in settings.languages} | dict(settings.languages)


def is_cheap(walk_ms: float) -> bool:
    """Whether a look at the whole tree that took so long is worth repeating before each answer."""
    return walk_ms <= CHEAP_MS


def recipe_of(settings: Settings) -> str:
    """What the index is made by: this te's recipe, and what the project says of languages."""
    return ";".join([RECIPE, *(f"{name}={language}" for name, language in settings.languages)])


def open_reader(settings: Settings) -> Reader:
    """The index for reading.

    Raises:
        NoIndex: there is none, or none that may be opened.
        StoreError: what is there is refused or does not check out.
    """
    place = place_of(settings)
    state = place.state()
    place.refuse(state)
    if state == "damaged":
        raise IndexDamaged("The catalog of the index cannot be read, or is not its own.", "Run `te doctor --repair`.")
    if state != "ready":
        raise NoIndex(f"{NO_INDEX[state]} for {settings.root}.", "Run `te index` first.")
    from te_cli.store.whole import open_whole  # numpy, as all that reads an index

    return open_whole(place)
