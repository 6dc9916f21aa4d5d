"""A bar on standard error while a run takes its time, and only where a person is looking.

It is drawn when the run reports and by no thread of its own: worker processes may be forked at any moment, and a
forked copy of a thread's lock is never released.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Self

from te_cli.render.screen import console, on_terminal

if TYPE_CHECKING:
    from types import TracebackType

    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from te_cli.model import Progress

PATIENCE = 0.3
"""Seconds before the bar appears: shorter runs need none, and a flash of it only disturbs."""

FRAME = 0.125
"""Seconds between two drawings: quicker than the eye needs, slow enough to cost nothing."""


class ProgressBar:
    """Call it with each :class:`~te_cli.model.Progress`; it shows counts, how many a second, and the time left."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._shown = on_terminal(sys.stderr) and not quiet
        self._started = time.monotonic()
        self._drawn = 0.0
        self._phase = ""
        self._bar: Bar | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()

    def clear(self) -> None:
        """Take the bar off the screen, so that something else can be printed; more progress draws it again."""
        if self._bar is not None:
            self._bar.stop()
        self._bar = self._task = None

    def __call__(self, progress: Progress) -> None:
        """Take in how far the run is, and draw it when it is time."""
        now = time.monotonic()
        if not self._shown or now - self._started < PATIENCE:
            return
        new_phase = progress.phase != self._phase
        if not new_phase and now - self._drawn < FRAME and progress.done < progress.total:
            return
        self._drawn = now
        self._draw(progress, new_phase=new_phase)

    def _draw(self, progress: Progress, *, new_phase: bool) -> None:
        if self._bar is None:
            self._bar = _bar()
            self._bar.start()
        if new_phase or self._task is None:
            if self._task is not None:
                self._bar.remove_task(self._task)
            self._task = self._bar.add_task(
                progress.phase, total=progress.total or None, counted=progress.counted, embedded=0
            )
            self._phase = progress.phase
        total = progress.total or None
        self._bar.update(self._task, completed=progress.done, total=total, embedded=progress.embedded)
        self._bar.refresh()


def _bar() -> Bar:
    from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
    from rich.text import Text

    class Counts(ProgressColumn):
        """How many are done, of how many, and how many a second."""

        def render(self, task: Task) -> Text:
            if not task.total:
                return Text("")
            counted, size = task.fields["counted"], 1
            if counted == "bytes":
                counted, size = "MB", 1_000_000
            rate = f"  {task.speed / size:,.0f} {counted}/s" if task.speed else ""
            of = f"{int(task.completed) // size:,} of {-(-int(task.total) // size):,} {counted}"
            embedded = task.fields["embedded"]
            return Text(f"{of}, {embedded:,} texts embedded" if embedded else f"{of}{rate}")

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=30),
        Counts(),
        TimeRemainingColumn(compact=True),
        console=console(error=True),
        auto_refresh=False,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
