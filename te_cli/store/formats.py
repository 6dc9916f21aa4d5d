"""The version of what is on disk, and what each version changed.

An index of an older format is built anew (saying so); one of a newer format is refused.

    1   files, units, vectors as base and delta; two text indexes (units and files)
    2   references
    3   a checksum on every row of the catalog, and on the vectors' base
    4   what units were cut to, and earlier versions of files
    5   vectors as rows with their signs rather than as a graph
    6   of what units were cut to, the places; five bits for each number of a vector;
        the scope of a qualified name; marks of the names that are referred to
"""

from __future__ import annotations

FORMAT = 6
"""The format that this te writes and reads."""
