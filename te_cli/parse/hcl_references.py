"""What Terraform and other HCL name: variables, locals, modules, resources and data by their addresses, functions.

Modules and providers are brought in by their sources. A string is read where it interpolates, a
heredoc too; what ``for`` and ``dynamic`` bind is nobody's address.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from te_cli.parse.places import Places, blanked

if TYPE_CHECKING:
    from te_cli.model import Reference
    from te_cli.parse.parts import Part

_IN_CODE: Final = re.compile(r"(?:#|//)[^\n]*|/\*.*?(?:\*/|\Z)|<<[-~]?[ \t]*\"?(\w+)\"?[ \t]*(?=\n)|[{}\"]", re.DOTALL)
_IN_QUOTES: Final = re.compile(r"\\.|\$\$\{|%%\{|[$%]\{|\"|\n")
_IN_HEREDOC: Final = re.compile(r"\$\$\{|%%\{|[$%]\{|^[ \t]*(\w+)[ \t]*$", re.MULTILINE)
_ADDRESS: Final = re.compile(
    r"(?<![\w.\-/:])(?:(?P<kind>var|local|module|dependency|include)|(?P<data>(?:data|ephemeral)\s*\.\s*[A-Za-z]\w*)|(?P<resource>[A-Za-z][a-z0-9]*_\w+))"
    r"\s*\.\s*(?P<name>[A-Za-z_][\w-]*)"
)
_CALL: Final = re.compile(r"(?<![\w.\-])(?<!::)(?P<front>(?:\w+::)*)(?P<name>[A-Za-z_]\w*)\(")
_BOUND: Final = re.compile(r"\bfor\s+(\w+)(?:\s*,\s*(\w+))?\s+in\b|\bdynamic\s+\"(\w+)\"|\biterator\s*=\s*\"?(\w+)")
_NO_CALL: Final = frozenset(("in", "if", "for", "object", "optional", "list", "map", "set", "tuple"))
"""Words before a bracket, and types of variables that are made of others."""

_SOURCE: Final = re.compile(r"^[ \t]+source[ \t]*=[ \t]*\"([^\"\n]+)\"", re.MULTILINE)


def references(lines: list[str], parts: list[Part]) -> tuple[Reference, ...]:
    """Every reference of the file, in the order of its text."""
    text = "\n".join(lines)
    places = Places(lines, parts)
    sources = (part for part in parts if part.owner == "module" or (part.name == "terraform" and not part.owner))
    modules = {row for part in sources for row in range(part.first, part.last + 1)}
    bound = {name for found in _BOUND.finditer(text) for name in found.groups() if name}
    if modules:
        for found in _SOURCE.finditer(text):
            if places.row(found.start(1)) in modules:
                name, path = _module(found[1])
                if "${" not in name:
                    places.add("import", found.start(1), name, path)
    code = _expressions(text)
    for found in _ADDRESS.finditer(code):
        front = found["kind"] or found["data"] or found["resource"]
        if front not in bound:
            places.add("use", found.start("name"), found["name"], re.sub(r"\s", "", front))
    for found in _CALL.finditer(code):
        if found["name"] not in _NO_CALL:
            places.add("call", found.start("name"), found["name"], found["front"].removesuffix("::"))
    return places.references()


def _module(source: str) -> tuple[str, str]:
    """A module's name and where it lies: of the registry's ``vendor/name/system`` the middle, else the last part.

    A path that only leads upwards is its own name.
    """
    path = source.partition("?")[0].rstrip("/")
    pieces = path.split("/")
    if not path.strip("./"):
        return path, ""
    if len(pieces) in (3, 4) and path[0] != "." and "" not in pieces and ":" not in path:
        return pieces[-2], "/".join(pieces[:-2])
    return pieces[-1].removesuffix(".git"), "/".join(pieces[:-1])


def _expressions(text: str) -> str:
    """The text with blanks for comments and for what strings hold beside their interpolations."""
    kept: list[str] = []
    inside: list[str] = []  # what is open, the innermost last: "{", "${", a quote, or the word that ends a heredoc
    at = 0
    while True:
        is_code = not inside or inside[-1] in ("{", "${")
        reader = _IN_CODE if is_code else _IN_QUOTES if inside[-1] == '"' else _IN_HEREDOC
        token = reader.search(text, at)
        between = text[at : token.start() if token else len(text)]
        kept.append(between if is_code else blanked(between))
        if token is None:
            return "".join(kept)
        at = token.end()
        mark = token[0]
        kept.append(mark if mark in ("{", "}") else blanked(mark))
        if mark in ("{", "${", "%{"):
            inside.append("{" if mark == "{" else "${")
        elif inside and (mark == "}" or (not is_code and _closes(token, inside[-1]))):
            inside.pop()
        elif is_code and (mark == '"' or mark[:2] == "<<"):
            inside.append(token[1] or mark)


def _closes(token: re.Match[str], opened: str) -> bool:
    """Whether a token in a text ends it: a quoted one at its line's end at the latest, a heredoc at its own word."""
    return token[1] == opened if token.re is _IN_HEREDOC else token[0] in ("\n", '"')
