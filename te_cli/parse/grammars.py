"""The languages whose definitions are read, one row each: grammar, query files, and how names and documents look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DocStyle = Literal["comment", "docstring", "xml"]
"""Where documentation stands: comments above; a string inside, then comments above; comments above with XML tags."""


@dataclass(frozen=True, slots=True)
class Grammar:
    """How one language is read.

    ``queries`` are the files under ``queries/`` that are read one after the other as one query. ``separator`` joins
    qualified names. ``closer`` is the word that ends a definition without a body and is no part of its signature.
    ``overloads``: callers see the declarations of a function, and not the signature of its definition.
    ``preprocessed``: what a preprocessor takes away would keep the grammar from reading the rest.
    """

    name: str
    queries: tuple[str, ...]
    separator: Literal[".", "::"] = "."
    doc: DocStyle = "comment"
    closer: str = ""
    overloads: bool = False
    preprocessed: bool = False


GRAMMARS: dict[str, Grammar] = {
    "python": Grammar("python", ("python",), doc="docstring"),
    "javascript": Grammar("javascript", ("ecmascript", "javascript")),
    "typescript": Grammar("typescript", ("ecmascript", "typescript"), overloads=True),
    "tsx": Grammar("tsx", ("ecmascript", "typescript"), overloads=True),
    "go": Grammar("go", ("go",)),
    "rust": Grammar("rust", ("rust",), separator="::"),
    "java": Grammar("java", ("java",)),
    "c": Grammar("c", ("c",), preprocessed=True),
    "cpp": Grammar("cpp", ("cpp", "c"), separator="::", preprocessed=True),
    "csharp": Grammar("csharp", ("csharp",), doc="xml"),
    "ruby": Grammar("ruby", ("ruby",), separator="::", closer="end"),
    "php": Grammar("php", ("php",), separator="::"),
    "kotlin": Grammar("kotlin", ("kotlin",)),
    "swift": Grammar("swift", ("swift",)),
    "lua": Grammar("lua", ("lua",), closer="end"),
    "elixir": Grammar("elixir", ("elixir",)),
    "bash": Grammar("bash", ("bash",)),
    "scala": Grammar("scala", ("scala",)),
    "dart": Grammar("dart", ("dart",)),
    "zig": Grammar("zig", ("zig",)),
    "haskell": Grammar("haskell", ("haskell",), overloads=True),
    "ocaml": Grammar("ocaml", ("ocaml",)),
    "ocaml_interface": Grammar("ocaml_interface", ("ocaml",)),
    "erlang": Grammar("erlang", ("erlang",), doc="docstring"),
    "clojure": Grammar("clojure", ("clojure",), doc="docstring"),
    "gdscript": Grammar("gdscript", ("gdscript",)),
    "julia": Grammar("julia", ("julia",), closer="end"),
    "r": Grammar("r", ("r",), separator="::"),
    "perl": Grammar("perl", ("perl",), separator="::"),
    "objc": Grammar("objc", ("objc", "c"), preprocessed=True),
}
