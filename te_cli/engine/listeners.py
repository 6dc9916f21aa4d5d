"""A program's callback: what it raises is the program's own, whatever its type, and comes out as it was raised.

On its way it passes generators, which make another error of a ``StopIteration``, and code that mends what te itself
calls ``IndexDamaged`` or tries again: so it travels as something that nobody on the way knows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Told = TypeVar("Told")


class Ended(BaseException):
    """A listener raised ``error``."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error


class Listener(Generic[Told]):
    """Calls the program's function; what that raises leaves as :class:`Ended`."""

    def __init__(self, function: Callable[[Told], object]) -> None:
        self._function = function

    def __call__(self, value: Told) -> None:
        """Tell ``value``."""
        try:
            self._function(value)
        except BaseException as error:
            raise Ended(error) from error
