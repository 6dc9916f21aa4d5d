"""What a run does once there is something to do: read what changed, put it, publish it, clear away what it replaced."""

from __future__ import annotations

import gc
import time
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING

from te_cli.engine.places import embedder
from te_cli.engine.plan import Plan, Tally, as_file
from te_cli.engine.reading import Job, Outcome, ParsedFile
from te_cli.engine.recalling import recall
from te_cli.engine.workers import COLLECTED_AFTER, read_all
from te_cli.model import Progress, Skipped
from te_cli.walk.boundary import READ_CEILING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from te_cli.config import Settings
    from te_cli.document import Document
    from te_cli.embed.port import Vector
    from te_cli.model import Symbol
    from te_cli.store.records import FileRecord
    from te_cli.store.writer import Writer
    from te_cli.timings import Clock

    Report = Callable[[Progress], None]

BATCH_UNITS = 1_024
"""Units encoded together: enough to share the tokenizer's work, few enough to hold."""

BATCH_CHARACTERS = 8 << 20
"""The same for the text of their files: a thousand units may be five hundred files of megabytes."""


class Run:
    """One run's work and its counts."""

    def __init__(
        self, settings: Settings, writer: Writer, known: dict[str, FileRecord], progress: Report | None, clock: Clock
    ) -> None:
        self._settings = settings
        self._writer = writer
        self._known = known
        self._progress = progress
        self._clock = clock
        self._tally = Tally()

    def carry_out(self, plan: Plan, notes: dict[str, object]) -> Tally:
        """Read what the plan says and publish it; gives what came of it."""
        with _few_collections():
            self._read(plan)
        writer, clock = self._writer, self._clock
        _tell(self._progress, Progress("writing", len(plan.read), len(plan.read), writer.units_written))
        with clock.stage("publishing"):
            writer.publish(self._settings.jobs, indexed_ns=time.time_ns(), **notes)
        with clock.stage("collecting"):
            writer.collect()
        return self._tally

    def _read(self, plan: Plan) -> None:
        writer = self._writer
        # A unit has at least a character of its file, and none is read past the ceiling, even if it grows meanwhile.
        writer.begin((len(plan.read) + 1) * (READ_CEILING + 1))
        for record in plan.gone:
            writer.drop(record)
            self._tally.removed += record.skip is None
        for skipped in plan.skip:
            self._skip(skipped)
        for batch in self._batches(plan):
            self._put(batch)

    def _batches(self, plan: Plan) -> Iterator[list[Outcome]]:
        """Outcomes in groups of about :data:`BATCH_UNITS` units; skips and unchanged files are noted on the way."""
        everything = self._writer.stale_recipe
        jobs = [Job(file, None if everything else self._digest(file.path)) for file in plan.read]
        batch: list[Outcome] = []
        waiting = held = 0
        root, left = self._settings.root, list[Job]()
        recalled = recall(root, jobs, self._writer.past, left)
        outcomes = chain(recalled, read_all(root, left, self._settings.jobs, meanwhile=self._prepare))
        for done, outcome in enumerate(self._awaited(outcomes), 1):
            if outcome.parsed is not None:
                batch.append(outcome)
                waiting += len(outcome.parsed.units)
                held += len(outcome.parsed.whole_text)
            elif outcome.skipped is not None:
                self._skip(outcome.skipped)
            else:
                self._writer.touch(outcome.file)
                self._tally.same += 1
            if waiting >= BATCH_UNITS or held >= BATCH_CHARACTERS:
                yield batch
                batch, waiting, held = [], 0, 0
            _tell(self._progress, Progress("reading", done, len(jobs), self._writer.units_written))
        yield batch

    def _awaited(self, outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
        """The outcomes; on the clock stands the time until each is there, in which other processes work."""
        while True:
            with self._clock.stage("waiting for parsers"):
                outcome = next(outcomes, None)
            if outcome is None:
                return
            yield outcome

    def _prepare(self) -> None:
        """What takes a tenth of a second, as a worker does to start: so they take it at the same time."""
        embedder().prepare()
        self._writer.prepare()

    def _put(self, batch: list[Outcome]) -> None:
        from te_cli.engine.documents import documents_of, vectors_of

        fresh = []
        for outcome in batch:
            if outcome.parsed is not None:
                with self._clock.stage("documents"):
                    units = documents_of(outcome.parsed)
                if not (outcome.recalled and self._write(outcome, outcome.parsed, units, None)):
                    fresh.append((outcome, outcome.parsed, units))
        with self._clock.stage("embedding"):
            vectors = vectors_of([units for _, _, units in fresh], embedder()) if fresh else []
        for (outcome, parsed, units), rows in zip(fresh, vectors, strict=True):
            self._write(outcome, parsed, units, rows)

    def _write(
        self,
        outcome: Outcome,
        parsed: ParsedFile,
        units: list[tuple[Symbol, Document]],
        vectors: list[Vector | None] | None,
    ) -> bool:
        """Put one file; without ``vectors``, only where its earlier ones are remembered."""
        with self._clock.stage("writing"):
            written = self._writer.put(
                outcome.file, parsed.digest, parsed.lines, units, vectors, outcome.references, outcome.cuts
            )
        if written:
            before = self._known.get(parsed.path)
            fresh = before is None or before.skip is not None
            self._tally.added += fresh
            self._tally.changed += not fresh
        return written

    def _skip(self, skipped: Skipped) -> None:
        before = self._known.get(skipped.path)
        self._tally.removed += before is not None and before.skip is None
        self._writer.skip(as_file(skipped), skipped.reason.value)

    def _digest(self, path: str) -> bytes | None:
        record = self._known.get(path)
        return record.digest if record is not None and record.skip is None else None


@contextmanager
def _few_collections() -> Iterator[None]:
    """Have the interpreter look for cycles less often: there are few, and each look goes through all that is held."""
    before = gc.get_threshold()
    gc.set_threshold(*COLLECTED_AFTER)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _tell(progress: Report | None, step: Progress) -> None:
    if progress is not None:
        progress(step)
