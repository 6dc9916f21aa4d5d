"""The public class: the verbs of the command line as methods that return values.

Nothing here prints or handles signals, everything returned is frozen, and what a caller can do wrong is a
:class:`~te_cli.errors.TeError`: also a value of the wrong type. Parameters that do not exist are a ``TypeError``, as
with any function.
"""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING

from te_cli import given
from te_cli.config import Options, settings_for_asking, settings_for_indexing
from te_cli.engine import asking
from te_cli.engine.listeners import Ended, Listener
from te_cli.threads import working

if TYPE_CHECKING:
    import os
    import threading
    from collections.abc import Callable, Collection
    from types import TracebackType
    from typing import Self

    from te_cli.config import Settings
    from te_cli.embed.port import Embedder
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
    from te_cli.state import Diagnosis, Status, WatchEvent


def open_index(
    path: str | os.PathLike[str] = ".",
    *,
    index_dir: str | os.PathLike[str] | None = None,
    jobs: int | None = None,
    model: str | os.PathLike[str] | Embedder | None = None,
    build: bool = True,
) -> Index:
    """The index of the folder ``path``, which need not exist yet: the first question or update builds it.

    With ``build=False`` the nearest one there is, at or above ``path``, as the command line finds it. ``index_dir`` is
    where the index lies, by default ``.te`` in the folder; ``jobs`` the worker processes, by default one a usable core.
    ``model`` is an embedding model: its name, a folder (a path, or a text such as ``"./dir"``), or an object that
    embeds, which only this program can ask the index with afterwards. Without one an index keeps its own, and a new one
    gets the one in the package.
    The folder's settings (te.toml, pyproject.toml) and the environment are read now.

    Raises:
        NoSuchFolder, NotAFolder, NotReadable: ``path`` is not a folder that can be listed.
        NoIndex: there is none, and none is to be built.
        ConfigError: the folder's settings make no sense.
        UsageError: a value of the wrong type, or out of its range.
    """
    options = Options(
        index_dir=None if index_dir is None else given.folder("index_dir", index_dir),
        jobs=None if jobs is None else given.whole("jobs", jobs, 1),
        model=None if model is None else asking.model("model", model),
    )
    folder = given.folder("path", path)
    if given.switch("build", build):
        return Index(settings_for_indexing(folder, options))
    return Index(settings_for_asking(folder, options, build=False))


class Index:
    """One index, to be kept and asked again: by several threads, while others write, and on both sides of a fork.

    Between questions it keeps open what it read, until :meth:`close`, the end of a ``with`` block, or its own. Made by
    :func:`open_index`.
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

    def __repr__(self) -> str:
        return f"<Index of {self.root!r}>"

    def __reduce__(self) -> tuple[type[Index], tuple[Settings]]:
        """Another process opens the files for itself."""
        return Index, (self._settings,)

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
        """The folder that the index describes, absolute and without links."""
        return str(self._settings.root)

    @working()
    def update(
        self, *, full: bool = False, progress: Callable[[Progress], None] | None = None, wait: float = 0.0
    ) -> IndexReport:
        """Build the index or bring it up to date.

        ``full`` reads every file again. ``progress`` is called in this thread, some times a second or more; what it
        raises ends the run and is raised here, and the index stays as it was. ``wait``: seconds to wait for another
        writer.

        Raises:
            IndexBusy: somebody else is writing, and did not end in time.
            ModelError: the index's model, or the one that was asked for, is gone, is none, or failed.
            NotReadable: the folder is gone.
            NotWritable: the index cannot be written.
            StoreError: it cannot be made for another reason: a newer te wrote it, or somebody else.
        """
        if progress is not None:
            given.listener("progress", progress)
        full, wait = given.switch("full", full), given.seconds("wait", wait)
        from te_cli.engine.indexing import update

        self.close()  # so that the catalog's log is the writer's own, and folded in at its end
        listener = None if progress is None else Listener(progress)
        try:
            return update(self._settings, full=full, progress=listener, wait=wait)
        except Ended as ended:
            error = ended.error
        raise error

    def search(
        self,
        query: str,
        *,
        k: int = 10,
        language: str | Collection[str] = (),
        kind: str | Collection[str] = (),
        path: str | Collection[str] = (),
        content: Content | Collection[Content] = (),
        mode: Mode = "hybrid",
        refresh: Refresh = "auto",
        context: int | None = None,
        max_tokens: int | None = None,
        fold: bool = True,
        explain: bool = False,
    ) -> tuple[Hit, ...]:
        """The best hits for ``query``, at most ``k``, best first. What there is to know besides: :meth:`answer`.

        Args:
            query: a question in words, a name, a path or a pasted text. Filters typed in it apply.
            k: hits wanted, at most 100,000.
            language: only of these languages, such as ``"go"`` or ``["python", "go"]``.
            kind: only symbols of these kinds, such as ``"function"``.
            path: only files that one of these globs fits, such as ``"src/**/*.py"``; ``"!tests"`` leaves out.
            content: only ``"code"``, ``"docs"`` or ``"config"``.
            mode: ``"hybrid"``, ``"text"`` (by words), ``"semantic"`` (by vectors) or ``"name"``.
            refresh: update the index first? ``"auto"`` where that is cheap, ``"always"`` or ``"never"``.
            context: so many lines of source around each hit's start, instead of those that matched.
            max_tokens: fill so many tokens (of four characters): the best hits whole, then signatures.
            fold: hits that are nearly the same are one, with the others in its ``alike``.
            explain: say in each hit's ``explain`` why it stands where it does.

        Raises:
            EmptyQuery: there is nothing to search for.
            UnknownName: a language, kind, content, mode or way to refresh that does not exist.
            UsageError: a value of the wrong type, out of its range, or that contradicts another.
            OtherModel: another model than the one that was asked for made the index's vectors.
            ModelError: the model is gone, is none, or failed. ``mode="text"`` and ``"name"`` need none.
            StoreError: the index cannot be read, and cannot be built.
        """
        return self.answer(
            query,
            k=k,
            language=language,
            kind=kind,
            path=path,
            content=content,
            mode=mode,
            refresh=refresh,
            context=context,
            max_tokens=max_tokens,
            fold=fold,
            explain=explain,
        ).hits

    @working()
    def answer(
        self,
        query: str,
        *,
        k: int = 10,
        language: str | Collection[str] = (),
        kind: str | Collection[str] = (),
        path: str | Collection[str] = (),
        content: Content | Collection[Content] = (),
        mode: Mode = "hybrid",
        refresh: Refresh = "auto",
        context: int | None = None,
        max_tokens: int | None = None,
        fold: bool = True,
        explain: bool = False,
    ) -> SearchResult:
        """What :meth:`search` finds, with how fresh the index was, how the query was understood, and what was left out.

        Takes and raises what :meth:`search` does.
        """
        request = asking.search_request(
            query,
            k=k,
            language=language,
            kind=kind,
            path=path,
            content=content,
            mode=mode,
            refresh=refresh,
            context=context,
            max_tokens=max_tokens,
            fold=fold,
            explain=explain,
        )
        from te_cli.engine.searching import search

        return search(self._settings, request, readers=self._readers)

    @working()
    def refs(
        self,
        name: str,
        *,
        k: int | None = None,
        kind: ReferenceKind | Collection[ReferenceKind] = (),
        language: str | Collection[str] = (),
        path: str | Collection[str] = (),
        refresh: Refresh = "auto",
    ) -> tuple[Use, ...]:
        """Every place that calls, imports, extends, implements or otherwise uses ``name``, by path and line.

        ``name`` may bear its owner's, as in ``Writer.publish``. ``k``: no more than so many. ``kind`` is what the use
        does: ``"call"``, ``"import"``, ``"inherit"``, ``"implement"``, ``"type"`` or ``"use"``.

        Raises:
            EmptyQuery: there is no name.
            UnknownName: a language, kind or way to refresh that does not exist.
            UsageError: a value of the wrong type, or out of its range.
            StoreError: the index cannot be read, and cannot be built.
        """
        request = asking.uses_request(name, k=k, kind=kind, language=language, path=path, refresh=refresh)
        from te_cli.engine.referring import refs

        return refs(self._settings, request, readers=self._readers).uses

    @working()
    def outline(self, path: str | os.PathLike[str]) -> Outline:
        """The symbols of one file, nested; ``path`` is relative to the root, or absolute.

        Answers from the index as it is: its ``stale`` says whether the file has changed since.

        Raises:
            NoIndex: there is no index yet.
            NotIndexed: the index does not hold the file; the hint says why, where that is known.
            UsageError: ``path`` is a folder, or lies outside the root.
        """
        file = given.folder("path", path)
        from te_cli.engine.outlining import outline, relative_to_root

        root = self._settings.root
        return outline(self._settings, relative_to_root(self._settings, file, root), self._readers)

    @working()
    def status(self) -> Status:
        """What is indexed, how big and how fresh.

        Raises:
            NoIndex: there is no index yet.
            StoreError: it cannot be read.
        """
        from te_cli.engine.reporting import status

        return status(self._settings)

    def watch(
        self, tell: Callable[[WatchEvent], None], *, stop: threading.Event, poll: bool = False, once: bool = False
    ) -> None:
        """Keep the index fresh in this thread until ``stop`` is set, as ``te watch`` does, and tell of what happens.

        ``tell`` gets a :class:`Started`, an :class:`IndexReport` for each update that changed something, a
        :class:`Trouble` for what went wrong and will be tried again, and a :class:`Stopped`; what it raises ends the
        watch. ``poll``: look at all files each second, asking no system for notices. ``once``: catch up, wait for the
        present burst to end, and return.

        Raises:
            AlreadyWatched: somebody else keeps this index fresh.
            NoSuchFolder: the root is gone.
            StoreError: the index cannot be written, and never will.
        """
        given.listener("tell", tell)
        poll, once = given.switch("poll", poll), given.switch("once", once)
        if not callable(getattr(stop, "is_set", None)):
            raise given.wrong("stop", stop, "a threading.Event")
        from te_cli.engine.watching import watch

        try:
            return watch(self._settings, tell=Listener(tell), stop=stop, poll=poll, once=once)
        except Ended as ended:
            error = ended.error
        raise error

    @working()
    def doctor(self, *, repair: bool = False, wait: float = 0.0) -> Diagnosis:
        """Check every part of the index; with ``repair``, mend it and check again.

        Raises:
            NoIndex: there is nothing to check.
            StoreError: the repair is refused.
        """
        repair, wait = given.switch("repair", repair), given.seconds("wait", wait)
        from te_cli.engine.healing import diagnose

        self.close()
        return diagnose(self._settings, repair=repair, wait=wait)
