"""Filters as people write them: ``{"language": "go", "year": {"$gte": 2020}, "$or": [...]}`` becomes a condition.

A name alone means that its value equals; several of them, that all hold. A name may have operators: ``$eq``, ``$ne``,
``$in``, ``$nin``, ``$gt``, ``$gte``, ``$lt``, ``$lte``, ``$exists``. ``$and`` and ``$or`` take lists of filters, and
``$not`` takes one. Values of different kinds are never equal and never compared (``True`` is not 1, nor is ``"1"``, but
1.0 is), and ``$ne`` and ``$nin`` are true of records without that name, as all that is not so is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from te_cli.backend.checking import name_of, scalar_of
from te_cli.errors import UnknownName, UsageError
from te_cli.store.conditions import ALWAYS, Among, Compared, Every, Has, Not, Some, kind_of

if TYPE_CHECKING:
    from te_cli.store.conditions import Condition, Order, Scalar

ORDERS: Final[dict[str, Order]] = {"$gt": ">", "$gte": ">=", "$lt": "<", "$lte": "<="}

OPERATORS: Final = ("$eq", "$ne", "$in", "$nin", *ORDERS, "$exists")

JOINING: Final = ("$and", "$or", "$not")

DEEPEST = 32
"""Filters inside filters: nobody writes more, and every one is a call within a call."""


def condition_of(where: object, depth: int = 0) -> Condition:
    """What a filter means; None and an empty one are true of everything.

    Raises:
        UsageError: it makes no sense: an operator that there is not, a value of the wrong type.
    """
    if where is None and depth == 0:
        return ALWAYS
    if not isinstance(where, Mapping):
        raise UsageError(f"A filter is a {type(where).__name__}.", "Give a mapping, as in {'language': 'go'}.")
    if depth > DEEPEST:
        raise UsageError(f"The filter has filters inside filters more than {DEEPEST} deep.")
    parts = tuple(_part(name, value, depth) for name, value in where.items())
    return parts[0] if len(parts) == 1 else Every(parts) if parts else ALWAYS


def _part(name: object, value: object, depth: int) -> Condition:
    if isinstance(name, str) and name.startswith("$"):
        return _joined(name, value, depth)
    name = name_of(name)
    if not isinstance(value, Mapping):
        return _equal(name, "$eq", value)
    if not value:
        raise UsageError(f"The filter says nothing of '{name}'.", f"Known operators: {', '.join(OPERATORS)}.")
    parts = tuple(_operator(name, operator, wanted) for operator, wanted in value.items())
    return parts[0] if len(parts) == 1 else Every(parts)


def _joined(name: str, value: object, depth: int) -> Condition:
    if name not in JOINING:
        raise UnknownName.among("operator for filters", name, JOINING)
    if name == "$not":
        return Not(condition_of(value, depth + 1))
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        raise UsageError(f"{name} needs a list of filters.", f"As in {{'{name}': [{{'a': 1}}, {{'b': 2}}]}}.")
    parts = tuple(condition_of(part, depth + 1) for part in value)
    if not parts:
        raise UsageError(f"{name} needs at least one filter.")
    return Every(parts) if name == "$and" else Some(parts)


def _operator(name: str, operator: object, wanted: object) -> Condition:
    if not isinstance(operator, str) or operator not in OPERATORS:
        raise UnknownName.among("operator", str(operator), OPERATORS)
    if operator in {"$eq", "$in"}:
        return _equal(name, operator, wanted)
    if operator in {"$ne", "$nin"}:
        return Not(_equal(name, operator, wanted))
    if operator == "$exists":
        if not isinstance(wanted, bool):
            raise UsageError(f"$exists of '{name}' has to be True or False.")
        return Has(name) if wanted else Not(Has(name))
    value = scalar_of(name, wanted)
    if value is None or isinstance(value, bool):
        raise UsageError(f"{operator} of '{name}' needs a number or a text to compare with, not {value}.")
    return Compared(name, ORDERS[operator], value)


def _equal(name: str, operator: str, wanted: object) -> Condition:
    if operator in {"$eq", "$ne"}:
        if isinstance(wanted, list | tuple | set | frozenset):
            raise UsageError(f"'{name}' is compared with several values.", "Say {'$in': [...]}.")
        return Among(name, frozenset([_kinded(name, wanted)]))
    if isinstance(wanted, str | bytes | Mapping) or not isinstance(wanted, Iterable):
        raise UsageError(f"{operator} of '{name}' needs a list of values.", f"As in {{'{operator}': [1, 2]}}.")
    return Among(name, frozenset(_kinded(name, value) for value in wanted))


def _kinded(name: str, wanted: object) -> tuple[int, Scalar]:
    value = scalar_of(name, wanted)
    return kind_of(value), value
