"""What a C or C++ declaration declares: the name that stands at the end of its chain of declarators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tree_sitter import Node

_DECLARED_NAMES: Final = frozenset(("identifier", "field_identifier", "type_identifier", "qualified_identifier"))
_UNNAMED_LINKS: Final = frozenset(("parenthesized_declarator", "reference_declarator", "attributed_declarator"))


def declared(node: Node) -> tuple[Node, bool]:
    """The name at the end of a chain of declarators, and whether it is declared to be a function.

    A conversion operator has no name of its own: its node starts with ``operator TYPE``. Where a macro stands before
    the type (``API int (name)(int x)``) the grammar takes the type for a function and ``name`` for its parameter.
    """
    is_function = False
    while node.type not in _DECLARED_NAMES:
        inner = node.child_by_field_name("declarator")
        if inner is None and node.type in _UNNAMED_LINKS and node.named_child_count:
            inner = node.named_child(node.named_child_count - 1)
        if inner is None or node.type == "operator_cast":
            return node, is_function or node.type == "operator_cast"
        if is_function and node.type == "function_declarator":
            parameters = node.child_by_field_name("parameters")
            if parameters is not None and parameters.named_child_count:
                inner = parameters.named_child(parameters.named_child_count - 1)
                return inner.child_by_field_name("type") or inner, True
        around = is_function and node.type == "parenthesized_declarator"
        is_function = around or node.type == "function_declarator"
        node = inner
    return node, is_function
