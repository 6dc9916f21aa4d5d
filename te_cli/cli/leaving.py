"""The end of the process. What it holds (libraries, an index, a vocabulary) is left to the operating system.

Python takes every object apart before it ends, which is a twelfth of what a search from the shell costs. What others
have asked to be done at the end is done, and what was printed is sent off; nothing else has anything to lose.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading


def leave(code: object) -> None:
    """End the process with ``code``. Comes back where that is Python's own business: somebody is still watching it."""
    others = (thread for thread in threading.enumerate() if thread is not threading.main_thread())
    if not isinstance(code, int | None) or _observed() or any(not thread.daemon for thread in others):
        return
    atexit._run_exitfuncs()  # noqa: SLF001 - there is no public way, and a test watches it
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except (OSError, ValueError):  # closed, or nobody reads it: Python has an answer to that
        return
    os._exit(code or 0)


def _observed() -> bool:
    """Whether a debugger or a profiler looks on, or whoever started Python wants to know how it ends."""
    monitoring = getattr(sys, "monitoring", None)  # from Python 3.12 on
    tools = map(monitoring.get_tool, range(6)) if monitoring else ()
    return bool(sys.gettrace() or sys.getprofile() or any(tools) or sys.flags.inspect or sys.flags.dev_mode)
