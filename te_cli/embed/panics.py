"""What goes wrong in the tokenizers library on a model's files is a fault of theirs, a panic in Rust included."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from te_cli.embed.advice import advice
from te_cli.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def tokenizing(path: Path) -> Iterator[None]:
    """Raise a :class:`ModelError` that names the tokenizer's file for whatever the library raises."""
    try:
        yield
    except Exception as error:  # the library raises bare Exception
        raise ModelError(f"The tokenizer in {path} cannot be read: {error}.", advice(path)) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # which is no Exception, and has no name of its own to import
            raise
        raise ModelError(
            f"The tokenizer in {path} makes the tokenizers library panic: {error}.", advice(path)
        ) from error
