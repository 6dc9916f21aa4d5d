"""Content digests and keyed marks. The only importer of blake3."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blake3 import blake3

if TYPE_CHECKING:
    from collections.abc import Iterable

KEY_BYTES = 32
"""Length of a key for :func:`keyed_mark`, fixed by BLAKE3."""


def digest(data: bytes) -> bytes:
    """The 32-byte BLAKE3 digest of ``data``."""
    return blake3(data).digest()


def digest_fields(fields: Iterable[str]) -> bytes:
    """A 16-byte digest of a list of strings; lengths are part of it, so fields cannot run into each other."""
    texts = list(fields)
    lengths = " ".join(map(str, map(len, texts)))
    return blake3("".join([lengths, "\n", *texts]).encode("utf-8", "surrogatepass")).digest(length=16)


def keyed_mark(key: bytes, message: bytes) -> str:
    """A hexadecimal message authentication code: BLAKE3 in keyed mode (a PRF, so no HMAC construction is needed)."""
    return blake3(message, key=key).hexdigest()
