"""What the ranker sees of a unit: its row and what each retriever said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from te_cli.model import Content, Symbol


class Candidate(NamedTuple):
    """A unit that some retriever found. Scores are raw: BM25 is not bounded, cosines lie between -1 and 1.

    ``file_words`` and ``file_vector`` are the scores of the whole file; ``gathered`` is what the best cosines of its
    units come to, where vectors alone rank. ``name_rank`` is the 0-based place in the list of names, None where the
    name did not match; likewise ``words_rank`` and ``vector_rank``. ``asked_for`` is 1 where the query names the unit's
    place, a share of it where the path names several files; ``phrase`` is the share of the quotes that it holds.
    ``changed_ns`` is when its file changed, where the query asks for what changed last.
    """

    id: int
    path: str
    content: Content
    symbol: Symbol
    words: float = 0.0
    vector: float = 0.0
    file_words: float = 0.0
    file_vector: float = 0.0
    gathered: float = 0.0
    words_rank: int | None = None
    vector_rank: int | None = None
    name_rank: int | None = None
    asked_for: float = 0.0
    phrase: float = 0.0
    changed_ns: int = 0

    @property
    def order(self) -> tuple[str, int, int, str, str, int]:
        """The total order that breaks ties."""
        symbol = self.symbol
        return (self.path, symbol.start_line, symbol.end_line, symbol.kind, symbol.name, self.id)
