"""The public class: the verbs of the command line as methods that return values."""

from __future__ import annotations

import os
import weakref
from typing import TYPE_CHECKING

from te_cli.config import Options, settings_for_indexing
from te_cli.model import Filters, SearchRequest, UsesRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType
    from typing import Self

    from te_cli.config import Settings
    from te_cli.engine.keeping import Readers
    from te_cli.model import (
        Content,
        Hit,
        IndexReport,
        Mode,
        Outline,
        Progress,
        ReferenceKind,
        Refresh,
        SearchResult,
        Use,
    )
    from te_cli.state import Status


def open_index(path: str | os.PathLike[str] = ".", *, index_dir: str | None = None, jobs: int | None = None) -> Index:
    """The index of the folder ``path``, which need not exist yet: the first search or update builds it.

    Raises:
        NoSuchFolder, NotAFolder, NotReadable: ``path`` is not a folder that can be listed.
        ConfigError: the folder's settings make no sense.
    """
    return Index(settings_for_indexing(os.fspath(path), Options(index_dir=index_dir, jobs=jobs)))


class Index:
    """One index, to be kept and asked again: by several threads, while others write, and on both sides of a fork.

    Between questions it keeps open what it read, until :meth:`close`, the end of a ``with`` block, or its own.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._kept: Readers | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of all files. Another question opens them again."""
        if self._kept is not None:
            self._kept.close()

    @property
    def _readers(self) -> Readers:
        if self._kept is None:
            from te_cli.engine.keeping import Readers

            self._kept = Readers(self._settings, keep=True)
            weakref.finalize(self, self._kept.close)
        return self._kept

    @property
    def root(self) -> str:
        """The folder that the index describes."""
        return str(self._settings.root)

    def update(
        self, *, full: bool = False, progress: Callable[[Progress], None] | None = None, wait: float = 0.0
    ) -> IndexReport:
        """Build the index or bring it up to date; ``wait``: seconds to wait for another writer.

        Raises:
            TeError: the index is busy or cannot be written.
        """
        from te_cli.engine.indexing import update

        self.close()  # so that the catalog's log is the writer's own, and folded in at its end
        return update(self._settings, full=full, progress=progress, wait=wait)

    def search(
        self,
        text: str,
        *,
        limit: int = 10,
        languages: Sequence[str] = (),
        kinds: Sequence[str] = (),
        paths: Sequence[str] = (),
        contents: Sequence[Content] = (),
        mode: Mode = "hybrid",
        refresh: Refresh = "auto",
    ) -> tuple[Hit, ...]:
        """The best hits for ``text``, best first.

        Raises:
            EmptyQuery: there is nothing to search for.
            TeError: the index cannot be read or built.
        """
        filters = Filters(tuple(languages), tuple(kinds), tuple(paths), tuple(contents))
        return self.answer(SearchRequest(text, limit, filters, mode, refresh)).hits

    def answer(self, request: SearchRequest) -> SearchResult:
        """The whole answer to a request: hits, freshness and counts."""
        from te_cli.engine.searching import search

        return search(self._settings, request, readers=self._readers)

    def refs(
        self,
        name: str,
        *,
        kinds: Sequence[ReferenceKind] = (),
        languages: Sequence[str] = (),
        paths: Sequence[str] = (),
        refresh: Refresh = "auto",
    ) -> tuple[Use, ...]:
        """Every place that calls, imports, extends, implements or otherwise uses ``name``, by path and line.

        Raises:
            EmptyQuery: there is no name.
            TeError: the index cannot be read or built.
        """
        from te_cli.engine.referring import refs

        filters = Filters(tuple(languages), (), tuple(paths))
        request = UsesRequest(name, tuple(kinds), filters, refresh=refresh)
        return refs(self._settings, request, readers=self._readers).uses

    def outline(self, file: str) -> Outline:
        """The symbols of one file, nested.

        Raises:
            NotIndexed: the index does not hold it.
        """
        from te_cli.engine.outlining import outline

        return outline(self._settings, file)

    def status(self) -> Status:
        """What is indexed, how big and how fresh."""
        from te_cli.engine.reporting import status

        return status(self._settings)
