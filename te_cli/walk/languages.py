"""What language is a file written in, and is it code, prose or settings? By its name, then by its first bytes.

Names are those of the tree-sitter grammars where there is one. A file whose name says nothing is ``text``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from te_cli.model import Content


@dataclass(frozen=True, slots=True)
class Language:
    """One row of the table. Extensions are lower-case without the dot; file names and shebang commands are exact."""

    name: str
    content: Content
    extensions: tuple[str, ...] = ()
    filenames: tuple[str, ...] = ()
    shebangs: tuple[str, ...] = ()


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _row(content: Content, name: str, extensions: str = "", filenames: str = "", shebangs: str = "") -> Language:
    return Language(name, content, tuple(extensions.split()), tuple(filenames.split()), tuple(shebangs.split()))


_ROWS = (
    _row("code", "python", "py pyi pyw", "SConstruct SConscript wscript", "python python2 python3 pypy pypy3 uv"),
    _row("code", "cython", "pyx pxd pxi"),
    _row("code", "javascript", "js mjs cjs es6", "Jakefile", "node nodejs bun"),
    _row("code", "jsx", "jsx"),
    _row("code", "typescript", "ts mts cts", "", "deno ts-node tsx"),
    _row("code", "tsx", "tsx"),
    _row("code", "coffeescript", "coffee"),
    _row("code", "go", "go"),
    _row("code", "rust", "rs", "", "rust-script"),
    _row("code", "java", "java jav"),
    _row("code", "c", "c h"),
    _row("code", "cpp", "cc cpp cxx c++ hh hpp hxx h++ ipp tpp inl ixx cppm cu cuh ino"),
    _row("code", "csharp", "cs csx cake"),
    _row(
        "code",
        "ruby",
        "rb rake gemspec ru podspec jbuilder rbi",
        "Rakefile Gemfile Guardfile Capfile Vagrantfile Podfile Brewfile Fastfile Appfile Thorfile Dangerfile",
        "ruby rake jruby",
    ),
    _row("code", "php", "php php3 php4 php5 php7 phtml phpt", "artisan", "php"),
    _row("code", "kotlin", "kt kts"),
    _row("code", "scala", "scala sc sbt", "", "scala amm"),
    _row("code", "groovy", "groovy gradle gvy", "Jenkinsfile", "groovy"),
    _row("code", "swift", "swift", "", "swift"),
    _row("code", "objc", "m mm"),
    _row("code", "elixir", "ex exs", "", "elixir"),
    _row("code", "erlang", "erl hrl escript", "rebar.config", "escript"),
    _row("code", "gleam", "gleam"),
    _row("code", "haskell", "hs hsc lhs", "", "runhaskell runghc stack"),
    _row("code", "purescript", "purs"),
    _row("code", "elm", "elm"),
    _row("code", "ocaml", "ml", "", "ocaml"),
    _row("code", "ocaml_interface", "mli"),
    _row("code", "fsharp", "fs fsx"),
    _row("code", "fsharp_signature", "fsi"),
    _row("code", "clojure", "clj cljs cljc edn bb", "", "clojure bb"),
    _row("code", "commonlisp", "lisp lsp cl asd", "", "sbcl"),
    _row("code", "elisp", "el", ".emacs"),
    _row("code", "scheme", "scm ss sld", "", "guile"),
    _row("code", "racket", "rkt", "", "racket"),
    _row("code", "lua", "lua rockspec", ".luacheckrc", "lua luajit"),
    _row("code", "luau", "luau"),
    _row("code", "fennel", "fnl"),
    _row(
        "code",
        "bash",
        "sh bash zsh ksh ash bats command ebuild",
        ".bashrc .bash_profile .bash_aliases .profile .zshrc .zprofile .zshenv PKGBUILD",
        "sh bash zsh ksh dash ash bats",
    ),
    _row("code", "fish", "fish", "", "fish"),
    _row("code", "nushell", "nu", "", "nu"),
    _row("code", "powershell", "ps1 psm1 psd1", "", "pwsh powershell"),
    _row("code", "batch", "bat cmd"),
    _row("code", "vim", "vim", ".vimrc _vimrc .gvimrc"),
    _row("code", "zig", "zig zon"),
    _row("code", "nim", "nim nims nimble"),
    _row("code", "crystal", "cr", "", "crystal"),
    _row("code", "d", "d di"),
    _row("code", "odin", "odin"),
    _row("code", "v", "v vsh"),
    _row("code", "dart", "dart", "", "dart"),
    _row("code", "r", "r", ".Rprofile", "Rscript"),
    _row("code", "julia", "jl", "", "julia"),
    _row("code", "matlab", "mlx"),
    _row("code", "mathematica", "wl wls mt"),
    _row("code", "perl", "pl pm t pod psgi", "cpanfile", "perl"),
    _row("code", "prolog", "prolog", "", "swipl"),
    _row("code", "raku", "raku rakumod p6 pm6", "", "raku perl6"),
    _row("code", "tcl", "tcl tk", "", "tclsh wish expect"),
    _row("code", "awk", "awk", "", "awk gawk mawk"),
    _row("code", "fortran", "f f77 f90 f95 f03 f08 for ftn"),
    _row("code", "pascal", "pas pp dpr lpr"),
    _row("code", "ada", "adb ads ada"),
    _row("code", "cobol", "cob cbl cpy"),
    _row("code", "vb", "vb vbs bas"),
    _row("code", "haxe", "hx"),
    _row("code", "hack", "hack hhi", "", "hhvm"),
    _row("code", "gdscript", "gd"),
    _row("code", "gdshader", "gdshader"),
    _row("code", "solidity", "sol"),
    _row("code", "move", "move"),
    _row("code", "cairo", "cairo"),
    _row("code", "asm", "asm s nasm"),
    _row("code", "llvm", "ll"),
    _row("code", "wat", "wat"),
    _row("code", "glsl", "glsl vert frag geom comp tesc tese"),
    _row("code", "hlsl", "hlsl fx fxh"),
    _row("code", "wgsl", "wgsl"),
    _row("code", "metal", "metal"),
    _row("code", "verilog", "sv svh vh"),
    _row("code", "coq"),
    _row("code", "turing", "tu"),
    _row("code", "vhdl", "vhd vhdl"),
    _row("code", "sql", "sql ddl dml psql plsql pgsql"),
    _row("code", "graphql", "graphql gql graphqls"),
    _row("code", "proto", "proto"),
    _row("code", "thrift", "thrift"),
    _row("code", "capnp", "capnp"),
    _row("code", "smithy", "smithy"),
    _row("code", "prisma", "prisma"),
    _row("code", "vue", "vue"),
    _row("code", "svelte", "svelte"),
    _row("code", "astro", "astro"),
    _row("code", "jupyter", "ipynb"),
    _row("code", "html", "html htm xhtml"),
    _row("code", "embeddedtemplate", "erb ejs rhtml"),
    _row("code", "twig", "twig j2 jinja jinja2 njk liquid mustache hbs handlebars tmpl gotmpl tpl"),
    _row("code", "heex", "heex eex leex"),
    _row("code", "haml", "haml slim pug jade"),
    _row("code", "razor", "cshtml razor"),
    _row("code", "css", "css pcss postcss"),
    _row("code", "scss", "scss sass less styl"),
    _row("code", "nix", "nix"),
    _row("code", "rego", "rego"),
    _row("code", "starlark", "bzl star", "BUILD BUILD.bazel WORKSPACE WORKSPACE.bazel MODULE.bazel Tiltfile"),
    _row("config", "make", "mk mak", "Makefile makefile GNUmakefile Makefile.am Makefile.in Kbuild", "make"),
    _row("config", "just", "just", "justfile Justfile .justfile", "just"),
    _row("config", "cmake", "cmake", "CMakeLists.txt"),
    _row("config", "meson", "", "meson.build meson_options.txt meson.options"),
    _row("config", "dockerfile", "dockerfile containerfile", "Dockerfile Containerfile"),
    _row("docs", "markdown", "md markdown mdown mkd mdx qmd rmd"),
    _row("docs", "rst", "rst rest"),
    _row("docs", "asciidoc", "adoc asciidoc asc"),
    _row("docs", "org", "org"),
    _row("docs", "latex", "tex ltx sty cls"),
    _row("docs", "bibtex", "bib"),
    _row("docs", "typst", "typ"),
    _row("docs", "gherkin", "feature"),
    _row("docs", "mermaid", "mmd mermaid"),
    _row("docs", "plantuml", "puml plantuml"),
    _row("docs", "dot", "dot gv"),
    _row("docs", "textile", "textile"),
    _row("docs", "mediawiki", "mediawiki wiki"),
    _row("docs", "man", "1 2 3 4 5 6 7 8 man roff"),
    _row("docs", "po", "po pot"),
    _row("docs", "diff", "diff patch"),
    _row("docs", "csv", "csv"),
    _row("docs", "tsv", "tsv"),
    _row("docs", "text", "txt text log", "README LICENSE COPYING NOTICE AUTHORS CHANGELOG CHANGES NEWS TODO INSTALL"),
    _row(
        "config",
        "json",
        "json jsonc json5 jsonl ndjson geojson webmanifest avsc code-workspace",
        ".prettierrc .eslintrc .babelrc .jshintrc .swcrc composer.lock Pipfile.lock flake.lock deno.lock",
    ),
    _row("config", "yaml", "yaml yml cff", ".clang-format .clang-tidy .clangd .gemrc pubspec.lock Podfile.lock"),
    _row("config", "toml", "toml", "Cargo.lock poetry.lock uv.lock pdm.lock Pipfile Gopkg.lock"),
    _row(
        "config",
        "ini",
        "ini cfg conf cnf inf desktop service timer socket editorconfig",
        ".editorconfig .gitconfig .gitmodules .npmrc .flake8 .pylintrc pylintrc .coveragerc .condarc .pypirc",
    ),
    _row("config", "properties", "properties env", ".env .env.example .env.local .env.test .env.sample"),
    _row("config", "xml", "xml xsd xsl xslt svg plist csproj fsproj vbproj vcxproj props targets resx xaml wsdl"),
    _row("config", "dtd", "dtd"),
    _row("config", "hcl", "hcl tf tfvars nomad"),
    _row("config", "jsonnet", "jsonnet libsonnet"),
    _row("config", "cue", "cue"),
    _row("config", "kdl", "kdl"),
    _row("config", "ron", "ron"),
    _row("config", "pkl", "pkl"),
    _row("config", "kconfig", "", "Kconfig"),
    _row("config", "nginx", "nginxconf", "nginx.conf"),
    _row("config", "requirements", "", "requirements.txt constraints.txt"),
    _row("config", "gomod", "", "go.mod go.work"),
    _row("config", "gosum", "", "go.sum go.work.sum"),
    _row("config", "gitignore", "gitignore", ".gitignore .teignore .dockerignore .npmignore .prettierignore"),
    _row("config", "gitattributes", "", ".gitattributes CODEOWNERS"),
    _row("config", "pem", "pem crt cer key"),
)

LANGUAGES: dict[str, Language] = {row.name: row for row in _ROWS}
"""Every language known by name."""

UNKNOWN: tuple[str, Content] = ("text", "docs")
"""What a text file is whose name and head say nothing."""

BINARY_EXTENSIONS = _words("""
    png jpg jpeg jpe gif bmp ico icns webp tif tiff psd ai eps heic avif jxl cur dds tga exr hdr xcf sketch fig
    mp3 mp4 m4a m4v mov avi mkv webm ogg oga ogv opus wav flac aac wma wmv flv mid mpg mpeg
    zip gz tgz bz2 tbz xz txz zst lz lz4 lzma 7z rar tar
    jar war ear aar apk ipa deb rpm dmg iso img cab msi nupkg whl egg crx
    exe dll so dylib a o ko pdb class pyc pyo pyd elc beam wasm rlib rmeta
    pdf doc docx xls xlsx ppt pptx odt ods odp epub mobi djvu
    woff woff2 ttf otf eot ttc pfb
    db sqlite sqlite3 mdb parquet arrow feather avro orc npy npz h5 hdf5 pickle
    pt pth onnx safetensors ckpt tflite gguf bin jks p12 pfx keystore der mo gmo swf blend fbx glb stl usdz pcap nib
    """)
"""Extensions of formats that are never text. Kept to those that nobody writes by hand under the same extension."""

_BY_EXTENSION = {extension: row for row in _ROWS for extension in row.extensions}
_BY_NAME = {name: row for row in _ROWS for name in row.filenames}
_BY_SHEBANG = {command: row for row in _ROWS for command in row.shebangs}

_NAME_PREFIXES = (
    ("Dockerfile.", "dockerfile"),
    ("Containerfile.", "dockerfile"),
    ("Makefile.", "make"),
    (".env.", "properties"),
)
"""Names whose last part says for what, not in which language."""

_SHEBANG = re.compile(rb"#![ \t]*(?:\S*/)?(env[ \t]+(?:-\S+[ \t]+|\w+=\S*[ \t]+)*)?(?:\S*/)?([\w.+-]+)")
_COMMENTS = re.compile(rb"/\*.*?(?:\*/|\Z)|//[^\n]*", re.DOTALL)
_CPP_LINE = re.compile(
    rb"^[ \t]*(?:template\s*<|(?:inline\s+)?namespace(?:\s+[\w:]+)?\s*(?:\{|$)|class\s+\w[\w\s]{0,300}(?:[;:{]|$)"
    rb"|(?:public|private|protected)\s*:|using\s+(?:namespace\s+)?[\w:]+\s*[=;]|#\s*include\s*<[a-z_]+>)",
    re.MULTILINE,
)
_OBJC_LINE = re.compile(rb"^[ \t]*(?:@(?:interface|protocol|class|import|end)\b|#\s*import\b)", re.MULTILINE)
_PERL_LINE = re.compile(
    rb"^[ \t]*(?:use|package|require|my|our|sub|BEGIN)\b[^.\n]*[;{]|^#!.*perl|^=\w+\b", re.MULTILINE
)
_SHARED = {
    "pl": (
        ("perl", _PERL_LINE),
        ("prolog", re.compile(
            rb"^:-\s|^[a-z]\w*(?:\([^\n]*\))?[ \t]*(?:-->|:-)|^[a-z]\w*\([^\n]*\)\.[ \t\r]*$", re.MULTILINE
        )),
    ),
    "t": (
        ("perl", _PERL_LINE),
        ("text", re.compile(rb"^  \$ \S", re.MULTILINE)),  # sessions of a shell, as Mercurial tests itself
        ("turing", re.compile(rb"^[ \t]*(?:put|get|var|const|proc(?:edure)?|fcn|function)\s+\w[^;\n]*$", re.MULTILINE)),
    ),
    "v": (
        ("verilog", re.compile(
            rb"^[ \t]*(?:`\w+|(?:macro)?module\s+\w+\s*[#(;]|endmodule|primitive\s|always\s*@|(?:assign|wire|reg)\s)",
            re.MULTILINE,
        )),
        ("coq", re.compile(
            rb"^[ \t]*(?:\(\*|(?:From\s+\S+\s+)?Require\b|(?:Theorem|Lemma|Definition|Inductive|Fixpoint|Record|Section"
            rb"|Notation|Axiom|Hypothesis|Variables?|Open Scope|Set|Export|Import)\s[^{;\n]*$)", re.MULTILINE
        )),
    ),
}  # fmt: skip
"""Lines that tell the languages of one extension apart, the likeliest first; where there is none, it is the table's."""

_CPP_GUARD = re.compile(
    rb"^[ \t]*#[ \t]*if(?:def[ \t]+|[ \t]+defined[ \t(]+)__cplusplus.{0,20000}?^[ \t]*#[ \t]*(?:endif|else)",
    re.MULTILINE | re.DOTALL,
)


def classify(path: str, head: bytes = b"") -> tuple[str, Content] | None:
    """The language and content of the file at ``path``; None where neither its name nor its ``head`` says.

    ``head`` is the beginning of the file, as much as is at hand: it decides between the languages that share an
    extension, and names the language of a script.
    """
    row = _by_name(path.rpartition("/")[2])
    if row is None:
        row = _by_shebang(head) if head.startswith(b"#!") else None
    elif head:
        row = _by_head(row, path, head)
    return (row.name, row.content) if row is not None else None


def declared(path: str, languages: Mapping[str, str]) -> Language | None:
    """The language that the settings give to the file's name or its extension, if they do."""
    name = path.rpartition("/")[2]
    found = languages.get(name) or languages.get(name.rpartition(".")[2].lower() if "." in name else "")
    return LANGUAGES[found] if found else None


def is_binary_name(path: str) -> bool:
    """Whether the extension is one of a format that is never text."""
    _, dot, extension = path.rpartition(".")
    return bool(dot) and extension.lower() in BINARY_EXTENSIONS


def _by_name(name: str) -> Language | None:
    row = _BY_NAME.get(name)
    if row is not None:
        return row
    stem, dot, extension = name.rpartition(".")
    if not dot:
        return None
    for prefix, language in _NAME_PREFIXES:
        if name.startswith(prefix):
            return LANGUAGES[language]
    if not stem:
        return None  # a hidden file: what follows its dot is a name, not an extension
    return _BY_EXTENSION.get(extension.lower())


def _by_shebang(head: bytes) -> Language | None:
    found = _SHEBANG.match(head)
    if found is None:
        return None
    command = found[2].decode("ascii", "replace")
    return _BY_SHEBANG.get(command) or _BY_SHEBANG.get(command.rstrip("0123456789."))


def _by_head(row: Language, path: str, head: bytes) -> Language:
    """The row that ``head`` shows, where several languages share an extension."""
    extension = path.rpartition(".")[2].lower()
    if extension == "h":
        return _header(head)
    if extension in ("ts", "xml", "props") and head.lstrip().startswith((b"<?xml", b"<!DOCTYPE")):
        return LANGUAGES["xml"]  # Qt keeps its translations in .ts files
    if extension == "m" and re.search(rb"^[ \t]*(?:%|function\b)", head, re.MULTILINE) and not _OBJC_LINE.search(head):
        return LANGUAGES["matlab"]
    if extension == "m" and head.lstrip().startswith(b"(*"):
        return LANGUAGES["mathematica"]
    for language, line in _SHARED.get(extension, ()):
        if line.search(head):
            return LANGUAGES[language]
    return row


def _header(head: bytes) -> Language:
    """A ``.h`` file is C unless a line outside comments, and outside what C compilers do not see, is not."""
    bare = _CPP_GUARD.sub(b"", _COMMENTS.sub(b"", head))
    if _OBJC_LINE.search(bare):
        return LANGUAGES["objc"]
    return LANGUAGES["cpp" if _CPP_LINE.search(bare) else "c"]
