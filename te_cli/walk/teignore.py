"""What does ``.teignore`` say of a path, over what git says? The nearest file decides.

A ``.teignore`` has gitignore's syntax and may be in any folder; in the file nearest to a path the last line that
matches the path or a folder above it decides. An ordinary line leaves a file out; a ``!`` line brings it in, even
one that git ignores. A ``.teignore`` that git itself ignores does not count, except the one at the root.
"""

from __future__ import annotations

from te_cli.walk.boundary import ancestors
from te_cli.walk.rules import Rules, teignore_rules

NAME = ".teignore"


class Overrides:
    """The ``.teignore`` files of one root, added as they are found, outermost first for any one path."""

    def __init__(self) -> None:
        self._rules: dict[str, Rules] = {}
        self._chains: dict[str, tuple[tuple[int, Rules], ...]] = {}
        self.forces = False
        """Whether any of them has a ``!`` line."""

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._rules)

    def add(self, folder: str, absolute: str) -> None:
        """Read the ``.teignore`` at ``absolute``, which holds for ``folder`` (relative, ``""`` is the root)."""
        if folder in self._rules:
            return
        rules = teignore_rules(absolute)
        if rules is not None:
            self._rules[folder] = rules
            self._chains.clear()
            self.forces = self.forces or rules.forces

    def verdict(self, path: str) -> bool | None:
        """True: leave ``path`` out. False: bring it in. None: nothing is said of it."""
        if not self._rules:
            return None
        for skip, rules in self._chain(path.rpartition("/")[0]):
            said = rules.reaches(path[skip:])
            if said is not None:
                return said
        return None

    def may_force(self, folder: str) -> bool:
        """Whether a ``!`` line could bring in something below ``folder``."""
        return self.forces and any(rules.forces for _, rules in self._chain(folder))

    def _chain(self, folder: str) -> tuple[tuple[int, Rules], ...]:
        """The rules that hold in ``folder``, nearest first, each with the length of what to cut from a path."""
        known = self._chains.get(folder)
        if known is not None:
            return known
        chain: tuple[tuple[int, Rules], ...] = ()
        for part in ancestors(folder):
            if part not in self._chains:
                own = self._rules.get(part)
                self._chains[part] = chain if own is None else ((len(part) + 1 if part else 0, own), *chain)
            chain = self._chains[part]
        return chain
