"""Opening an index to answer from it: built where there is none, brought up to date where that is cheap or wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

from te_cli.engine.embedding import check, comparable, is_quick, made_alike, refuse, source_for
from te_cli.engine.keeping import Readers
from te_cli.engine.places import is_cheap, place_of
from te_cli.errors import IndexBusy, IndexDamaged, NoIndex, NotWritable
from te_cli.store.attendance import kept_fresh
from te_cli.timings import OFF

if TYPE_CHECKING:
    from collections.abc import Callable

    from te_cli.config import Settings
    from te_cli.engine.looking import Compared
    from te_cli.model import Freshness, IndexReport, Progress, Refresh
    from te_cli.store.reader import Reader
    from te_cli.timings import Clock

Answer = TypeVar("Answer")

SLOW_BYTES = 64 << 10
"""What a transformer embeds in some seconds: to search is not to wait for more."""

SLOW_MODEL = "Much has changed, and the model is slow: `te index` brings the index up to date."

OTHER_MODEL = "Another model made the vectors of this index: answered by words and names alone."


class Updater:
    """The verb ``indexing.update``, imported only when a search needs it."""

    def __init__(
        self,
        settings: Settings,
        progress: Callable[[Progress], None] | None,
        announce: Callable[[str], None] | None,
    ) -> None:
        self._settings, self._progress, self._announce = settings, progress, announce

    def __call__(self, sentence: str = "", *, full: bool = False) -> IndexReport:
        """Update; ``sentence`` is said once the update is under way, not when somebody else holds the lock."""
        from te_cli.engine.indexing import update

        said = [sentence] if sentence and self._announce else []

        def tell(step: Progress) -> None:
            while said and self._announce:
                self._announce(said.pop())
            if self._progress:
                self._progress(step)

        return update(self._settings, full=full, progress=tell)


def read_fresh(
    settings: Settings,
    refresh: Refresh,
    update: Updater,
    answer: Callable[[Reader, bool], Answer],
    readers: Readers | None = None,
    clock: Clock = OFF,
    *,
    by_meaning: bool = False,
) -> tuple[Answer, Freshness, str | None]:
    """What ``answer`` says of an open index (and whether that was checked), how fresh it is, and what to tell of that.

    An index that turns out to be damaged is built anew, and asked again. ``readers``: where a reader comes from, and
    goes back to; by default it is opened and closed. ``by_meaning``: the vectors are wanted, and with them their model.

    Raises:
        OtherModel, ModelError: its model is not the one that was asked for, or is gone.
        StoreError: the index cannot be read, and cannot be built.
    """
    readers = readers or Readers(settings)
    try:
        opened = _open_fresh(settings, refresh, readers, update, clock, by_meaning=by_meaning)
        return _asked(readers, opened, answer), opened.freshness, opened.note
    except IndexDamaged as error:
        if place_of(settings).read_only:
            raise
        readers.close()
        update(f"{error.message} Building it anew.", full=True)
        return _asked(readers, _Opened(readers.take(), "fresh"), answer), "fresh", None


class _Opened(NamedTuple):
    """A reader, how fresh it is, and what to tell about that."""

    reader: Reader
    freshness: Freshness
    note: str | None = None


def _asked(readers: Readers, opened: _Opened, answer: Callable[[Reader, bool], Answer]) -> Answer:
    """What ``answer`` says of an opened reader, which then goes back."""
    try:
        found = answer(opened.reader, opened.freshness == "fresh")
    except BaseException:
        readers.discard(opened.reader)
        raise
    readers.give_back(opened.reader)
    return found


def _open_fresh(
    settings: Settings, refresh: Refresh, readers: Readers, update: Updater, clock: Clock, *, by_meaning: bool
) -> _Opened:
    """The index, built where there is none, and brought up to date where that was asked for or is cheap.

    Where a watcher says that it has dealt with everything, there is nothing to compare.
    """
    place = place_of(settings)
    read_only = place.read_only
    # Asked before opening: what a watcher has dealt with by now is in the index that is opened next.
    with clock.stage("checking"):
        watched = refresh == "auto" and kept_fresh(place.folder)
    try:
        with clock.stage("opening"):
            reader = readers.take()
    except (NoIndex, IndexDamaged) as error:
        if read_only:
            raise
        with clock.stage("updating"):
            update(f"{error.message} Building it{' anew' if isinstance(error, IndexDamaged) else ''}.")
        return _Opened(readers.take(), "fresh")
    try:
        with clock.stage("model"):
            fault = check(settings, reader)
            if by_meaning:
                refuse(fault)
            alike = made_alike(settings, reader, fault)
        if fault is not None:  # an update would make all vectors anew, with another model
            return _Opened(reader, "unchecked", fault.message)
        if watched and alike:
            return _Opened(reader, "fresh")
        with clock.stage("checking"):
            usable = comparable(reader)
            note = None if usable else OTHER_MODEL
            slow = not is_cheap(float(reader.note("walk_ms", "0")))
            if refresh == "never" or read_only or (refresh == "auto" and slow and usable):
                return _Opened(reader, "unchecked", note)
            if refresh == "auto" and not alike and usable and not is_quick(reader.note("model_source")):
                return _Opened(reader, "unchecked", SLOW_MODEL)  # all of it is to be derived anew, by another te
            found = _compared(settings, reader) if alike else None
            if found is not None and not found.plan:
                return _Opened(reader, "fresh")
            if refresh == "auto" and found is not None and _takes_long(settings, reader, found):
                return _Opened(reader, "unchecked", SLOW_MODEL)
        with clock.stage("updating"):
            return _updated(refresh, readers, reader, update, note)
    except BaseException:
        readers.discard(reader)
        raise


def _compared(settings: Settings, reader: Reader) -> Compared:
    """What an update would have to do."""
    from te_cli.engine.looking import compare  # with all that knows of files: a large tree is not looked at

    return compare(settings, reader.catalog)


def _takes_long(settings: Settings, reader: Reader, found: Compared) -> bool:
    """Whether to embed what has changed would be felt by whoever waits for an answer."""
    if is_quick(source_for(settings, reader.note("model_source"))):
        return False
    from te_cli.engine.looking import differs

    left = SLOW_BYTES
    for file in found.plan.read:
        left -= file.fingerprint.size if differs(settings, file, found.known.get(file.path)) else 0
        if left < 0:
            return True
    return False


def _updated(refresh: Refresh, readers: Readers, reader: Reader, update: Updater, note: str | None) -> _Opened:
    """A reader of the index that an update left; of the old one, where another te is writing."""
    readers.discard(reader)
    readers.close()  # the last to close the catalog's log folds it in, and that is to be the writer
    try:
        update("Another model made this index. Building it anew." if note else "")
    except (IndexBusy, NotWritable) as error:
        if refresh == "always":
            raise
        return _Opened(readers.take(), "unchecked", note or error.message)
    return _Opened(readers.take(), "fresh")
