"""Under which licence is a repository? By the words of its own licence files, as an SPDX identifier."""

from __future__ import annotations

import re

UNCLEAR = "NOASSERTION"
"""SPDX's word for a licence that nobody has told yet."""

_KNOWN = tuple(
    (name, re.compile(words))
    for name, words in (
        ("Artistic-1.0-Perl OR GPL-1.0-or-later", r"same terms as (?:the )?perl|terms of perl itself"),
        ("Apache-2.0", r"apache license,? version 2|licensed under the apache license"),
        ("AGPL-3.0", r"gnu affero general public license,? version 3"),
        ("LGPL-3.0", r"gnu lesser general public license,? (?:version|v) ?3"),
        ("LGPL-2.1", r"gnu lesser general public license,? (?:version|v) ?2\.1"),
        ("LGPL-2.0", r"gnu library general public license,? (?:version|v) ?2"),
        ("GPL-3.0", r"gnu general public license,? (?:version|v) ?3"),
        ("GPL-2.0", r"gnu general public license,? (?:version|v) ?2"),
        ("MPL-2.0", r"mozilla public license,? (?:version|v\.?) ?2"),
        ("EPL-2.0", r"eclipse public license -? ?(?:version|v) ?2"),
        ("EPL-1.0", r"eclipse public license -? ?(?:version|v) ?1"),
        ("BSL-1.0", r"boost software license -? ?version 1"),
        ("BUSL-1.1", r"business source license"),
        ("Artistic-2.0", r"artistic license 2\.0"),
        ("CC0-1.0", r"cc0 1\.0 universal"),
        ("CC-BY-SA-4.0", r"attribution-sharealike 4\.0"),
        ("CC-BY-NC-ND-4.0", r"attribution-noncommercial-noderivatives 4\.0"),
        ("CC-BY-NC-SA-4.0", r"attribution-noncommercial-sharealike 4\.0"),
        ("CC-BY-4.0", r"attribution 4\.0 international"),
        ("PSF-2.0", r"python software foundation license"),
        ("OFL-1.1", r"sil open font license,? version 1\.1"),
        ("WTFPL", r"do what the fuck you want"),
        ("Unlicense", r"this is free and unencumbered software"),
        ("MS-PL", r"microsoft public license"),
        ("MIT", r"permission is hereby granted, free of charge, to any person obtaining"),
        ("Zlib", r"provided ['\"]as-is['\"], without any express or implied warranty\. in no event"),
        ("PostgreSQL", r"software and its documentation for any purpose, without fee, and without a written agreement"),
        ("HPND", r"software and its (?:associated )?documentation for any purpose and without fee is hereby granted"),
        (
            "curl",
            r"for any purpose with or without fee is hereby granted, .{60,1200}except as contained in this notice",
        ),
        ("ISC", r"for any purpose with or without fee is hereby granted, provided that"),
        ("0BSD", r"for any purpose with or without fee is hereby granted\."),
        ("BSD", r"redistribution and use in source and binary forms, with or without modification"),
    )
)
"""What each licence says and no other. The one that begins first is the repository's, later ones are of its parts."""

_ADVERTISING = re.compile(r"all advertising materials")
_ENDORSEMENT = re.compile(r"endorse or promote")
_BSD_LENGTH = 2_500
"""Characters of a BSD licence, within which its third and fourth clauses stand."""

_MARK = re.compile(r"SPDX-License-Identifier: ([\w.+-]+(?: (?:AND|OR|WITH) [\w.+-]+)*)")
_MARKED_WITHIN = 600
"""Characters before which the mark is the repository's own: further down it is that of a part."""

_FILE = re.compile(r"licen[sc]es?|copying|copyright", re.IGNORECASE)
_PLAIN = re.compile(r"(?:licen[sc]e|copying)(?:\.\w+)?", re.IGNORECASE)
_OF_PARTS = re.compile(r"header|third|3rd|logo|borders|note|font|docs|plugin|list", re.IGNORECASE)
_ALTERNATIVE = re.compile(r"licen[sc]e[-_.](?:apache|mit|bsd|gpl|isc|zlib|unlicense)|unlicense", re.IGNORECASE)


def licence_of(text: str) -> str:
    """The SPDX identifier of a licence's text; ``UNCLEAR`` where no known words are in it.

    Texts of the GNU licences say no more than a version: whether a later one may be chosen stands elsewhere.
    """
    if marked := _MARK.search(text, 0, _MARKED_WITHIN):
        return marked[1]
    plain = re.sub(r"[\s*#>|`_=/]+", " ", text.lower())
    found = [(match.start(), name) for name, words in _KNOWN if (match := words.search(plain))]
    if not found:
        return UNCLEAR
    start, name = min(found, key=lambda each: each[0])
    if name != "BSD":
        return name
    clauses = plain[start : start + _BSD_LENGTH]
    if _ADVERTISING.search(clauses):
        return "BSD-4-Clause"
    return "BSD-3-Clause" if _ENDORSEMENT.search(clauses) else "BSD-2-Clause"


def is_licence_file(name: str) -> bool:
    """Whether a file at the top of a repository is named as the licence of all of it."""
    return bool(_FILE.search(name)) and not _OF_PARTS.search(name)


def licence_of_files(files: dict[str, str]) -> str:
    """The licence that a repository's licence files (name to text) give together.

    A file with a plain name is believed first; files named for a licence each are a choice (``Apache-2.0 OR MIT``).
    """
    told = {name: licence for name, text in sorted(files.items()) if (licence := licence_of(text)) != UNCLEAR}
    lesser = [licence for name, licence in told.items() if licence.startswith("LGPL") and "lesser" in name.lower()]
    plain = [licence for name, licence in told.items() if _PLAIN.fullmatch(name)]
    first = (lesser or plain or list(told.values()))[:1]
    choices = {licence for name, licence in told.items() if _ALTERNATIVE.match(name)}
    return " OR ".join(sorted({*choices, *first})) or UNCLEAR
