"""How people ask: training queries are dressed as questions, for what is written about code is not written to find it.

A share of them begins with the words that a question begins with, and a share names the language. Both say nothing of
what is meant, and the model learns that they do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data import Words
    from numpy.typing import NDArray

OPENINGS = (
    *("how to", "how to", "how to", "how do i", "how can i", "how does", "how is", "how are", "how do you"),
    *("where is", "where are", "where do we", "where does it", "what is", "what does", "what happens when"),
    *("which function", "function to", "code to", "code that", "the code for", "a way to", "best way to"),
    *("example of", "find the", "show me"),
)

NAMES = {
    "python": ("python", "python", "python", "in python", "using python", "python 3", "py"),
    "javascript": ("javascript", "in javascript", "js", "node js"),
    "typescript": ("typescript", "in typescript", "ts"),
    "jsx": ("react", "javascript", "jsx"),
    "tsx": ("react", "typescript", "tsx"),
    "vue": ("vue", "vue js"),
    "go": ("go", "golang", "in go"),
    "cpp": ("c", "cpp", "in c"),
    "csharp": ("c", "c sharp", "csharp", "dotnet"),
    "objc": ("objective c", "objc", "ios"),
    "bash": ("bash", "shell", "in bash", "shell script"),
    "hcl": ("terraform",),
    "gdscript": ("godot", "gdscript"),
    "jupyter": ("python", "in python", "notebook"),
    "ocaml_interface": ("ocaml",),
}
"""What a language is called in a query; one that is not here goes by its own name."""

STATEMENTS = frozenset({"markdown", "rst", "asciidoc", "text"})
"""Languages that nobody names."""


class Dress:
    """Adds the tokens of openings and of languages' names to queries."""

    def __init__(self, words: Words, languages: Sequence[str], opened: float, named: float) -> None:
        self._opened, self._named = opened, named
        self._openings = [_tokens(words, text) for text in OPENINGS]
        self._names = [
            [] if language in STATEMENTS else [_tokens(words, text) for text in NAMES.get(language, (language,))]
            for language in languages
        ]

    def added(
        self, languages: NDArray[np.uint16], draw: np.random.Generator
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Tokens to add to queries about ``languages`` (n,), and to which of them each belongs."""
        rows: list[int] = []
        tokens: list[int] = []
        for share, choices_of in ((self._opened, self._opening), (self._named, self._naming)):
            for row in np.flatnonzero(draw.random(len(languages)) < share).tolist():
                choices = choices_of(int(languages[row]))
                if choices:
                    chosen = choices[int(draw.integers(len(choices)))]
                    tokens += chosen
                    rows += [row] * len(chosen)
        return np.array(rows, np.int64), np.array(tokens, np.int64)

    def _opening(self, _: int) -> list[list[int]]:
        return self._openings

    def _naming(self, language: int) -> list[list[int]]:
        return self._names[language]


def _tokens(words: Words, text: str) -> list[int]:
    counts: Any = words.counts(text)
    return list(counts.elements())
