"""What was given, made sure of: ids, documents, metadata; what makes no sense is refused with a sentence.

Vectors are made sure of in :mod:`te_cli.embed.checked`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from te_cli.document import FIELDS, Document
from te_cli.embed.checked import MOST_COMPONENTS
from te_cli.errors import UsageError
from te_cli.given import whole

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from te_cli.store.conditions import Scalar

MOST_ID = 2**63 - 1


def ids_of(ids: Iterable[int]) -> NDArray[np.int64]:
    """Ids as an array (n,), in their order.

    Raises:
        UsageError: one of them is no whole number from 0 to 2**63 - 1.
    """
    if isinstance(ids, np.ndarray) and ids.ndim == 1 and ids.dtype.kind in "iu":
        numbers = ids
    elif isinstance(ids, str | bytes) or not isinstance(ids, Iterable):
        raise UsageError("The ids of vectors are not a list of whole numbers.", _ID_HINT)
    else:
        given = list(ids)
        whole_ones = given if set(map(type, given)) <= {int} else [_whole(each) for each in given]
        try:
            numbers = np.array(whole_ones, np.int64)
        except OverflowError as error:
            raise UsageError(_ID, _ID_HINT) from error
    if len(numbers) and (int(numbers.min()) < 0 or int(numbers.max()) > MOST_ID):
        raise UsageError(_ID, _ID_HINT)
    return numbers.astype(np.int64)


_ID = "The id of a vector is no whole number from 0 to 2**63 - 1."

_ID_HINT = "Give each vector a whole number, as in add([1, 2], vectors)."


def _whole(value: object) -> int:
    number = id_of(value)
    if number is None:
        raise UsageError(_ID, _ID_HINT)
    return number


def id_of(value: object) -> int | None:
    """The id of a vector; None where it can be none."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not 0 <= int(value) <= MOST_ID:
        return None
    return int(value)


def dimension_of(dimension: object) -> int:
    """The components of a store's vectors.

    Raises:
        UsageError: that is no whole number above 0.
    """
    return whole("dimension", dimension, 1, MOST_COMPONENTS)


def document_from(given: object) -> Document:
    """A document from what was given as one.

    Raises:
        UsageError: it is neither a text nor a document.
    """
    if isinstance(given, str):
        return Document(body=given)
    if isinstance(given, Document):
        for field in FIELDS:
            if not isinstance(getattr(given, field), str):
                raise UsageError(f"The {field} of a document is no text.")
        return given
    raise UsageError(f"A document is a {type(given).__name__}, neither a str nor a Document.")


def listed(what: str, given: object) -> Iterable[Any]:
    """What was given as several.

    Raises:
        UsageError: it is one text, or one mapping, or nothing that can be gone through.
    """
    if isinstance(given, str | bytes | Document | Mapping) or not isinstance(given, Iterable):
        raise UsageError(f"{what} have to be a list, not one {type(given).__name__}.", "Put it into a list: [...].")
    return given


def key_of(given: object) -> str:
    """The id of a record.

    Raises:
        UsageError: it is no text.
    """
    if not isinstance(given, str) or not given:
        raise UsageError(f"The id of a document is {given!r}, and has to be a text.", "As in ids=['first', 'second'].")
    return str.__str__(given)


def metadata_of(given: object) -> dict[str, Scalar]:
    """The metadata of a record.

    Raises:
        UsageError: it is no mapping of names to scalars.
    """
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise UsageError(
            f"The metadata of a document are a {type(given).__name__}.", "As in metadata=[{'language': 'go'}, ...]."
        )
    return {name_of(name): scalar_of(name, value) for name, value in given.items()}


def name_of(given: object) -> str:
    """The name of a value.

    Raises:
        UsageError: it is no text, or begins as an operator does.
    """
    if not isinstance(given, str):
        raise UsageError(f"The name of a value is {given!r}, and has to be a text.")
    if given.startswith("$"):
        raise UsageError(f"'{given}' begins with a $, as only operators do.", "Give that value another name.")
    return str.__str__(given)


def scalar_of(name: str, value: object) -> Scalar:
    """A value of metadata, or one that they are compared with.

    Raises:
        UsageError: it is no scalar of JSON, or a number that not every store can keep.
    """
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str.__str__(value)  # of an enumeration the value, not its name
    if isinstance(value, int) and -(2**63) <= value < 2**63:
        return int(value)
    if isinstance(value, float) and math.isfinite(value):
        return float(value)
    if isinstance(value, int | float):
        raise UsageError(f"'{name}' is a number that is not finite, or a whole one of more than 64 bits.")
    raise UsageError(
        f"'{name}' is a {type(value).__name__}, and has to be a str, int, float, bool or None.",
        "Write it as text, or as several values with names of their own.",
    )
