"""The languages whose definitions are read, one row each: grammar, query files, and how names and documents look."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

DocStyle = Literal["comment", "docstring", "xml", "below"]
"""Where documentation stands: comments above; a string inside, then comments above; comments above with XML tags;
comments above or right below."""


@dataclass(frozen=True, slots=True)
class Grammar:
    """How one language is read.

    ``queries`` are the files under ``queries/`` that are read one after the other as one query. ``separator`` joins
    qualified names. ``closer`` is the word that ends a definition without a body and is no part of its signature.
    ``overloads``: callers see the declarations of a function, and not the signature of its definition.
    ``links`` are what joins a member to its owner in this language alone, with spaces between; ``-`` before what does
    so in others.
    ``primitives`` are types that the grammar takes for names like any other, and that nobody looks for.
    ``keywords`` are the names that look like calls and are forms of the language.
    ``preprocessed``: what a preprocessor takes away would keep the grammar from reading the rest.
    ``module``: a file is a module named after its path, or after its name; else its text tells.
    ``literate`` is how the names of files end in which code stands out of text.
    ``unread`` matches what the grammar stumbles over and no query needs; it is blanked before the grammar sees it.
    """

    name: str
    queries: tuple[str, ...]
    separator: Literal[".", "::"] = "."
    doc: DocStyle = "comment"
    closer: str = ""
    overloads: bool = False
    preprocessed: bool = False
    links: str = ""
    primitives: frozenset[str] = frozenset()
    keywords: frozenset[str] = frozenset()
    unread: re.Pattern[bytes] | None = None
    literate: str = ""
    module: Literal["", "path", "file"] = ""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PYTHON = _words("bool bytes complex dict float frozenset int list object set str tuple type None")
_GO = _words(
    "any bool byte comparable complex64 complex128 error float32 float64 int int8 int16 int32 int64 rune string"
    " uint uint8 uint16 uint32 uint64 uintptr"
)
_ERLANG = _words(
    "any arity atom binary bitstring bool boolean byte char dynamic float function identifier integer iodata iolist"
    " list map maybe_improper_list mfa module neg_integer nil no_return node nonempty_binary nonempty_bitstring"
    " nonempty_improper_list nonempty_list nonempty_maybe_improper_list nonempty_string none non_neg_integer number"
    " pid port pos_integer record reference string term timeout tuple"
)
_KOTLIN = _words(
    "Any Boolean Byte Char Double Float Int Long Nothing Short String UByte UInt ULong UShort Unit dynamic"
)
_SCALA = _words("* Any AnyRef AnyVal Boolean Byte Char Double Float Int Long Nothing Null Short String Unit")
_SWIFT = _words(
    "Any AnyObject Bool Character Double Float Int Int8 Int16 Int32 Int64 Never Self String"
    " UInt UInt8 UInt16 UInt32 UInt64 Void"
)
_BASH = _words("@test { } [ [[ : true false return exit break continue shift set unset")
_JULIA = _words(
    "Any Bool Char Float16 Float32 Float64 Int Int8 Int16 Int32 Int64 Int128 Nothing String Symbol"
    " UInt UInt8 UInt16 UInt32 UInt64 UInt128"
)
_DART = _words("Never Null Object String bool double dynamic int num void")
_CLOJURE = _words(
    "+ - * / = == < > <= >= not= not -> ->> . .. and as-> binding case catch comment cond cond-> cond->> condp"
    " declare def definterface defmacro defmethod defmulti defn defn- defonce defprotocol defrecord deftest deftype"
    " do doseq dosync dotimes doto extend-protocol extend-type finally fn fn* for gen-class go go-loop if if-let"
    " if-not if-some import in-ns let let* letfn loop loop* monitor-enter monitor-exit new ns or proxy quote recur"
    " refer reify require set! some-> some->> throw try use var when when-first when-let when-not when-some while"
    " with-open with-redefs"
)
_ELIXIR = _words(
    "__MODULE__ alias and case cond def defdelegate defexception defguard defguardp defimpl defmacro defmacrop"
    " defmodule defoverridable defp defprotocol defstruct else fn for if import in not or quote raise receive"
    " require reraise super throw try unless unquote unquote_splicing use when with"
)

_PHP = _words("self static parent")
_GDSCRIPT = _words("Array Dictionary String StringName Variant bool float int void")
_PERL_UNREAD = re.compile(
    rb"^[ \t]*sub[ \t]{1,40}[\w:']{1,200}[ \t]{0,40}(?:\([^()\n]{0,40}\))?[ \t]{0,40}"
    rb"(?::[ \t]{0,9}\w{1,40}[ \t]{0,9}){0,4};"
    rb"|->(?=/)",
    re.MULTILINE,
)
"""Forward declarations, and a dereference before a slash: the end of a replacement, for nothing is divided there."""
_OCAML = _words(
    "array bool bytes char exn float format format4 format6 in_channel int int32 int64 lazy_t list nativeint option"
    " out_channel ref result string unit"
)
_OCAML_KEYWORDS = _words("Error None Ok Some")
_HASKELL = _words(
    "Bool Char Double Float IO Int Int16 Int32 Int64 Int8 Integer String Type Word Word16 Word32 Word64 Word8"
)
_HASKELL_KEYWORDS = _words("Just Nothing Left Right True False otherwise :")
_DIRECTIVE = re.compile(
    rb"^#[ \t]*(?:if|ifdef|ifndef|elif|else|endif|define|undef|include|error|warning)\b.*$", re.MULTILINE
)
"""A C preprocessor's line: without it the grammar reads both branches."""

GRAMMARS: dict[str, Grammar] = {
    "python": Grammar("python", ("python",), doc="docstring", module="path", primitives=_PYTHON),
    "javascript": Grammar("javascript", ("ecmascript", "javascript", "jsx")),
    "jsx": Grammar("javascript", ("ecmascript", "javascript", "jsx")),
    "typescript": Grammar(
        "typescript", ("ecmascript", "typescript"), overloads=True, primitives=_words("bigint const")
    ),
    "tsx": Grammar("tsx", ("ecmascript", "typescript", "jsx"), overloads=True, primitives=_words("bigint const")),
    "go": Grammar("go", ("go",), primitives=_GO, keywords=_GO),
    "rust": Grammar("rust", ("rust",), separator="::", primitives=_words("Self _"), keywords=_words("all any not")),
    "java": Grammar("java", ("java",)),
    "c": Grammar("c", ("c",), preprocessed=True, links="->"),
    "cpp": Grammar("cpp", ("cpp", "c"), separator="::", preprocessed=True, links="->"),
    "csharp": Grammar("csharp", ("csharp",), doc="xml", primitives=_words("dynamic nint nuint notnull unmanaged")),
    "ruby": Grammar("ruby", ("ruby",), separator="::", closer="end"),
    "php": Grammar("php", ("php",), separator="::", links="?-> -> -.", primitives=_PHP, keywords=_PHP),
    "kotlin": Grammar("kotlin", ("kotlin",), primitives=_KOTLIN),
    "swift": Grammar("swift", ("swift",), primitives=_SWIFT, keywords=_words("defer")),
    "lua": Grammar("lua", ("lua",), closer="end", links=":"),
    "elixir": Grammar(
        "elixir", ("elixir",), primitives=_ERLANG | {"optional", "required", "keyword"}, keywords=_ELIXIR
    ),
    "bash": Grammar("bash", ("bash",), keywords=_BASH),
    "scala": Grammar("scala", ("scala",), primitives=_SCALA),
    "dart": Grammar("dart", ("dart",), links="..", primitives=_DART),
    "zig": Grammar("zig", ("zig",), links=".*. .?.", primitives=_words("Self")),
    "haskell": Grammar(
        "haskell",
        ("haskell",),
        overloads=True,
        doc="below",
        unread=_DIRECTIVE,
        literate=".lhs",
        links="-.",
        primitives=_HASKELL,
        keywords=_HASKELL_KEYWORDS,
    ),
    "ocaml": Grammar("ocaml", ("ocaml",), doc="below", module="file", primitives=_OCAML, keywords=_OCAML_KEYWORDS),
    "ocaml_interface": Grammar("ocaml_interface", ("ocaml",), doc="below", module="file", primitives=_OCAML),
    "erlang": Grammar("erlang", ("erlang",), doc="docstring", links=":", primitives=_ERLANG),
    "clojure": Grammar("clojure", ("clojure",), doc="docstring", keywords=_CLOJURE),
    "gdscript": Grammar("gdscript", ("gdscript",), primitives=_GDSCRIPT),
    "julia": Grammar("julia", ("julia",), closer="end", links=".@ -::", primitives=_JULIA),
    "r": Grammar("r", ("r",), separator="::", links="$ @ :::"),
    "perl": Grammar("perl", ("perl",), separator="::", links="-> -.", unread=_PERL_UNREAD),
    "objc": Grammar(
        "objc",
        ("objc", "c"),
        preprocessed=True,
        links="->",
        primitives=_words("BOOL Class IMP SEL instancetype nonnull nullable null_unspecified"),
    ),
}
