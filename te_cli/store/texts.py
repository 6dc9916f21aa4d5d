"""Both text indexes of an index, as its writer uses them: opened when something is first asked of them.

A run that finds nothing to do asks nothing.
"""

from __future__ import annotations

from contextlib import ExitStack
from threading import Thread
from typing import TYPE_CHECKING

from te_cli.errors import IndexDamaged

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from te_cli.document import Document
    from te_cli.model import SourceFile
    from te_cli.store.lexical import TextIndex


class Texts:
    """The text index of units and that of files; ``generation`` numbers the folder that both lie in."""

    def __init__(self, folder: Path, generation: int) -> None:
        self.generation = generation
        self._folder = folder
        self._opened: dict[bool, TextIndex] = {}
        self._given_up = False

    def both(self) -> dict[bool, TextIndex]:
        """The indexes, by whether a document stands for a file.

        Raises:
            IndexDamaged: one is missing or cannot be read.
        """
        if not self._opened and not self._given_up:
            self._use(self.generation, create=False)
        return self._opened

    def readable(self) -> bool:
        """Whether both can be opened."""
        try:
            self.both()
        except IndexDamaged:
            return False
        return True

    def give_up(self) -> None:
        """They are damaged: nothing is asked of them any more, and new ones will be made."""
        self.close()
        self._given_up = True

    def begin_anew(self) -> None:
        """Make new ones in the next generation, and use those.

        Raises:
            NotWritable: they cannot be made.
        """
        self.generation += 1
        self._use(self.generation, create=True)

    def add(self, file_id: int, file: SourceFile, units: Sequence[tuple[int, Document]]) -> None:
        """Add the documents of a file, each under its id."""
        from te_cli.store.lexical import file_words, unit_words

        for is_file, words in ((True, file_words), (False, unit_words)):
            told = [(row_id, each.kind, words(each)) for row_id, each in units if (each.kind == "module") is is_file]
            self.both()[is_file].add(file_id, file.language, file.content, told)

    def delete(self, unit_ids: Iterable[int]) -> None:
        """Delete documents by id."""
        for text in self.both().values():
            text.delete(unit_ids)

    def delete_range(self, first: int, last: int) -> None:
        """Delete every document whose id lies in the range, both ends included."""
        for text in self.both().values():
            text.delete_range(first, last)

    def commit(self, point: str) -> None:
        """Make durable what was added and deleted; ``point`` names it among :data:`te_cli.store.faults.POINTS`.

        Both at once: to lay out an index is the work of one thread, a tenth of a second for twenty thousand units.
        """
        if not self._opened:
            return
        failed: list[BaseException] = []

        def commit_files() -> None:
            try:
                self._opened[True].commit(point)
            except BaseException as error:  # noqa: BLE001 - raised again below
                failed.append(error)

        beside = Thread(target=commit_files)
        beside.start()
        try:
            self._opened[False].commit(point)  # here, where Ctrl-C waits for it
        finally:
            beside.join()
        if failed:
            raise failed[0]

    def close(self) -> None:
        """Let go of both; what was not committed is dropped."""
        opened, self._opened = self._opened, {}
        with ExitStack() as stack:  # each, whatever becomes of the other
            for text in opened.values():
                stack.callback(text.close)

    def _use(self, generation: int, *, create: bool) -> None:
        from te_cli.store.lexical import TextIndex  # tantivy

        folder = self._folder / str(generation)
        units = TextIndex(folder / "units", create=create)
        files = TextIndex(folder / "files", create=create)
        self.close()
        self._opened = {False: units, True: files}
