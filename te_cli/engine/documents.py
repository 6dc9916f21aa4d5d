"""From a parsed file to what is stored: a document and a vector for each unit.

A module unit stands for its file: its document has the words of the whole file, its vector is the mean of the
vectors of the file's symbols (its own text's, where there are none).
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from te_cli.document import Document
from te_cli.embed.port import mean_direction
from te_cli.store.levels import levelled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from te_cli.embed.port import Embedder, Vector
    from te_cli.model import ParsedFile, Symbol


def documents_of(parsed: ParsedFile) -> list[tuple[Symbol, Document]]:
    """Each unit's symbol and document, the module unit first."""
    return [
        (
            unit.symbol,
            Document(
                path=parsed.path,
                kind=unit.symbol.kind,
                name=unit.symbol.name,
                qualified_name=unit.symbol.qualified_name,
                signature=unit.symbol.signature,
                doc=unit.symbol.doc,
                body=parsed.whole_text if position == 0 else unit.text,
            ),
        )
        for position, unit in enumerate(parsed.units)
    ]


def vectors_of(files: Sequence[list[tuple[Symbol, Document]]], model: Embedder) -> list[list[Vector | None]]:
    """The stored vectors of each file's units; None for a unit whose text says nothing to the model.

    All files are encoded together, and equal documents once. A file's whole text is read only where none of its symbols
    has a vector.
    """
    documents = [document for units in files for _, document in units[1:]]
    distinct = {document: number for number, document in enumerate(dict.fromkeys(documents))}
    rows = model.encode_documents(list(distinct))[[distinct[document] for document in documents]]
    ends = list(accumulate(len(units) - 1 for units in files))
    owns = [rows[end - len(units) + 1 : end] for end, units in zip(ends, files, strict=True)]
    mute = [number for number, own in enumerate(owns) if not own.any()]
    texts = [files[number][0][1] for number in mute]
    said = dict(zip(mute, model.encode_documents(texts), strict=True)) if mute else {}
    found: list[list[Vector | None]] = []
    for number, own in enumerate(owns):
        whole = said[number] if number in said else mean_direction(own)
        found.append([vector if vector.any() else None for vector in (levelled(whole), *levelled(own))])
    return found
