"""From a parsed file to what is stored: a document and a vector for each unit.

A module unit stands for its file: its document has the words of the whole file, its vector is the mean of the
vectors of the file's symbols as they are stored, so that those that an edit leaves need not be made again (its own
text's, where there are none).
"""

from __future__ import annotations

from itertools import accumulate, islice, pairwise
from typing import TYPE_CHECKING

from te_cli.document import Document, Stretched, cut_up
from te_cli.embed.port import mean_directions, says
from te_cli.store.levels import filled, levelled

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from te_cli.document import Stretches
    from te_cli.embed.port import Embedder, Vector, Vectors
    from te_cli.engine.reading import ParsedFile
    from te_cli.model import Symbol


def documents_of(parsed: ParsedFile) -> list[tuple[Symbol, Document]]:
    """Each unit's symbol and document, the module unit first."""
    bodies = _cut_up(parsed) if max(parsed.places) >= 0 else [()] * len(parsed.units)  # else nothing is split yet
    shared = Stretched()
    return [
        (
            symbol := unit.symbol,
            Document(
                parsed.path,
                symbol.kind,
                symbol.name,
                symbol.qualified_name,
                symbol.signature,
                symbol.doc,
                parsed.whole_text if position == 0 else unit.text,
                body,
                shared,
            ),
        )
        for position, (unit, body) in enumerate(zip(parsed.units, bodies, strict=True))
    ]


def _cut_up(parsed: ParsedFile) -> list[Stretches]:
    """The stretches of the file's text that each unit's is; of the module unit's, which stands for the file, all."""
    spans = [
        None if at < 0 else (at, at + len(unit.text)) for unit, at in zip(parsed.units, parsed.places, strict=True)
    ]
    whole, own = cut_up(parsed.whole_text, spans)
    return [whole, *own[1:]]


def vectors_of(
    files: Sequence[list[tuple[Symbol, Document]]], model: Embedder, known: Iterable[Sequence[Vector | None]] = ()
) -> list[list[Vector | None]]:
    """The stored vectors of each file's units; None for a unit whose text says nothing to the model.

    ``known``: of each file's units the vectors that they had before, as they were stored (zeros for one that says
    nothing), and None for those to be embedded. Without it all are. All files are encoded together, and equal documents
    once. A file's whole text is read only where none of its symbols has a vector.
    """
    documents = [document for units in files for _, document in units[1:]]
    before = [vector for vectors in known for vector in vectors[1:]] or [None] * len(documents)
    wanted = [document for document, vector in zip(documents, before, strict=True) if vector is None]
    distinct: dict[Document, int] = {}
    places = [distinct.setdefault(document, len(distinct)) for document in wanted]
    stored = filled(before, model.embed_documents(list(distinct))[places])
    sizes = [len(units) - 1 for units in files]
    said = says(stored)
    telling = [[at for at in range(*span) if said[at]] for span in pairwise([0, *accumulate(sizes)])]
    wholes = mean_directions(stored, sizes)
    if mute := [number for number, rows in enumerate(telling) if not rows]:
        wholes[mute] = model.embed_documents([files[number][0][1] for number in mute])
    modules = levelled(wholes)
    for number, rows in enumerate(telling):
        if len(rows) == 1:  # rounded twice, it would say something else than the symbol
            modules[number] = stored[rows[0]]
    firsts, others = map(iter, (_spoken(modules), _spoken(stored)))
    return [[next(firsts), *islice(others, size)] for size in sizes]


def _spoken(stored: Vectors) -> list[Vector | None]:
    return [row if told else None for row, told in zip(stored, says(stored), strict=True)]
