"""What a run does once there is something to do: read what changed, put it, publish it, clear away what it replaced."""

from __future__ import annotations

import gc
import threading
import time
from contextlib import closing
from dataclasses import replace
from itertools import chain
from operator import sub
from typing import TYPE_CHECKING

from te_cli.engine import calibrating
from te_cli.engine.embedding import (
    BATCH_UNITS,
    SHIPPED_SOURCE,
    SLOW_BATCH_UNITS,
    cache_counts,
    cache_trouble,
    embedder,
    is_quick,
    speller,
)
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
    from te_cli.model import SourceFile, Symbol
    from te_cli.store.records import FileRecord
    from te_cli.store.writer import Writer
    from te_cli.timings import Clock

    Report = Callable[[Progress], None]

BATCH_CHARACTERS = 8 << 20
"""Characters of text whose units are encoded together: a thousand units may be five hundred files of megabytes."""


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
        self._model = embedder(settings, writer.model.source)
        self._slow = not is_quick(writer.model.source)
        self._batch_units = SLOW_BATCH_UNITS if self._slow else BATCH_UNITS
        self._step = Progress("reading", 0, 0)
        self._encoder = self._model
        if self._slow:
            from te_cli.embed.steps import InSteps

            self._encoder = InSteps(self._model, self._count)

    def carry_out(self, plan: Plan, notes: dict[str, object]) -> Tally:
        """Read what the plan says and publish it; gives what came of it."""
        notes = {"model_name": self._model.name, **notes}
        if self._writer.stale_recipe or not self._writer.built:
            notes["cosines"] = self._cosines()
        asked = cache_counts(self._model)
        with _few_collections:
            self._read(plan)
        tally = self._tally
        tally.embedded, tally.recalled = map(sub, cache_counts(self._model), asked)
        tally.trouble = cache_trouble(self._model)
        writer, clock = self._writer, self._clock
        _tell(self._progress, Progress("writing", len(plan.read), len(plan.read), writer.units_written))
        with clock.stage("publishing"):
            writer.publish(self._settings.jobs, indexed_ns=time.time_ns(), **notes)
        with clock.stage("collecting"):
            writer.collect()
        return tally

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
        # Closed here: whoever keeps an error keeps all that its frames hold, and that would be processes at work.
        with closing(read_all(root, left, self._settings.jobs, meanwhile=self._prepare)) as read:
            for done, outcome in enumerate(self._awaited(chain(recalled, read)), 1):
                if outcome.parsed is not None:
                    batch.append(outcome)
                    waiting += len(outcome.parsed.units)
                    held += len(outcome.parsed.whole_text)
                elif outcome.skipped is not None:
                    self._skip(outcome.skipped)
                else:
                    self._writer.touch(outcome.file)
                    self._tally.same += 1
                if waiting >= self._batch_units or held >= BATCH_CHARACTERS:
                    yield batch
                    batch, waiting, held = [], 0, 0
                self._step = replace(self._step, done=done, total=len(jobs), units=self._writer.units_written)
                _tell(self._progress, self._step)
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
        if self._writer.model.source == SHIPPED_SOURCE:
            speller().prepare()
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
            known = self._known_vectors([(outcome.file, units) for outcome, _, units in fresh])
            vectors = vectors_of([units for _, _, units in fresh], self._encoder, known) if fresh else []
        for (outcome, parsed, units), rows in zip(fresh, vectors, strict=True):
            self._write(outcome, parsed, units, rows)

    def _known_vectors(
        self, files: list[tuple[SourceFile, list[tuple[Symbol, Document]]]]
    ) -> list[list[Vector | None]]:
        """What need not be embedded again. With a quick model nothing: it is asked sooner than the index."""
        if not self._slow or self._writer.stale_recipe:
            return []
        return [self._writer.past.known(file, units) for file, units in files]

    def _count(self, texts: int) -> None:
        """Tell that so many more texts are embedded: a file of a thousand symbols takes a transformer a minute."""
        self._step = replace(self._step, embedded=self._step.embedded + texts)
        _tell(self._progress, self._step)

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

    def _cosines(self) -> str:
        """How the model's cosines compare with the shipped one's, as the catalog notes it."""
        if self._writer.model.source == SHIPPED_SOURCE:
            return ""
        return calibrating.noted(calibrating.measured(self._model))

    def _skip(self, skipped: Skipped) -> None:
        before = self._known.get(skipped.path)
        self._tally.removed += before is not None and before.skip is None
        self._writer.skip(as_file(skipped), skipped.reason.value)

    def _digest(self, path: str) -> bytes | None:
        record = self._known.get(path)
        return record.digest if record is not None and record.skip is None else None


class _FewCollections:
    """Has the interpreter look for cycles less often: there are few, and each look goes through all that is held.

    The setting is the whole process's, where other threads may be in a run of their own: the last one puts it back.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs = 0
        self._before = gc.get_threshold()

    def __enter__(self) -> None:
        with self._lock:
            if not self._runs:
                self._before = gc.get_threshold()
                gc.set_threshold(*COLLECTED_AFTER)
            self._runs += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._runs -= 1
            if not self._runs:
                gc.set_threshold(*self._before)


_few_collections = _FewCollections()


def _tell(progress: Report | None, step: Progress) -> None:
    if progress is not None:
        progress(step)
