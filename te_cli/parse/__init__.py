"""What is in this file? Definitions, sections and blocks, each with its lines, its header and its documentation.

``parse(path, language, text)`` answers with the file's units, the ``module`` unit first, and its references. A language
is one query file (``queries/<language>.scm``), one row of ``grammars.py`` and one folder of cases under
``fixtures/parse``.
"""

from __future__ import annotations

from te_cli.parse.units import count_lines, parse, prepare

__all__ = ["count_lines", "parse", "prepare"]
