"""How quick is a model here? Measured on symbols of the user's own repository, embedded with no cache."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

from te_cli.digest import digest
from te_cli.engine.documents import documents_of
from te_cli.engine.looking import look
from te_cli.engine.reading import Job
from te_cli.engine.workers import read_all
from te_cli.errors import UsageError
from te_cli.model import Progress
from te_cli.state import Speed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from te_cli.config import Settings
    from te_cli.document import Document
    from te_cli.embed.port import Embedder

    Report = Callable[[Progress], None]

SYMBOLS = 1_000
"""Symbols that each model embeds: seconds of a small transformer, and enough for a static model to be seen at all."""

OF_ONE_FILE = 25
"""Symbols taken of one file, as long as there are others: a thousand of one generated file would be all alike."""

FILES = 1_000
"""Files that are read to find them."""

MOST_SECONDS = 60.0
"""A model that needs longer is judged by what it did until then."""

QUERIES = 50
"""Queries of which the median is taken: a transformer answers as many in a second or less."""

BATCH, QUICK_BATCH = 32, SYMBOLS
"""Symbols embedded together: few, so that the bar moves; all, where nobody sees it move."""


def sample(settings: Settings, progress: Report) -> list[Document]:
    """Up to :data:`SYMBOLS` symbols of the work tree, of files chosen by the digests of their paths: always the same.

    Raises:
        NotReadable: the root cannot be listed.
        UsageError: there is no symbol.
    """
    progress(Progress("listing", 0, 0))
    files = sorted(look(settings, settings.max_file_bytes).files, key=lambda file: digest(file.path.encode()))
    jobs = [Job(file, None) for file in files[:FILES]]
    taken: list[Document] = []
    spare: list[Document] = []
    for outcome in read_all(settings.root, jobs, settings.jobs):
        if outcome.parsed is not None:
            documents = [document for _, document in documents_of(outcome.parsed)[1:]]
            taken += documents[:OF_ONE_FILE]
            spare += documents[OF_ONE_FILE : SYMBOLS + OF_ONE_FILE]
            del spare[SYMBOLS:]
        progress(Progress("reading", min(len(taken), SYMBOLS), SYMBOLS, counted="symbols"))
        if len(taken) >= SYMBOLS:
            break
    found = [*taken, *spare][:SYMBOLS]
    if not found:
        raise UsageError(f"There is no symbol in {settings.root} to measure with.", "Name another folder with -C.")
    return found


def measure(model: Embedder, documents: Sequence[Document], progress: Report, *, quick: bool) -> Speed:
    """How quick ``model`` is on ``documents``, of which there is at least one; opening it is measured apart.

    Raises:
        ModelError: it cannot be used.
    """
    phase, batch = f"embedding with {model.name}", QUICK_BATCH if quick else BATCH
    progress(Progress(phase, 0, len(documents), counted="symbols"))
    started = time.perf_counter()
    model.embed_query("what does this load")
    load = time.perf_counter() - started
    done, started, seconds = 0, time.perf_counter(), 0.0
    while done < len(documents) and seconds < MOST_SECONDS:
        done += len(model.embed_documents(documents[done : done + batch]))
        seconds = time.perf_counter() - started
        progress(Progress(phase, done, len(documents), counted="symbols"))
    times = []
    for document in documents[:: max(1, len(documents) // QUERIES)][:QUERIES]:
        started = time.perf_counter()
        model.embed_query(document.doc.partition("\n")[0] or document.name)
        times.append(time.perf_counter() - started)
    return Speed(done, round(done / seconds, 1), round(statistics.median(times) * 1000, 3), round(load, 3))
