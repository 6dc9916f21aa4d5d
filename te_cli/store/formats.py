"""The version of what is on disk, and what each version changed.

An index of an older format is built anew (saying so); one of a newer format is refused.

    1   files, units, vectors as base and delta; two text indexes (units and files)
    2   references
"""

from __future__ import annotations

FORMAT = 2
"""The format that this te writes and reads."""
