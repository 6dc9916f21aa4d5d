"""The walk answers: which files are there, what are they, and which changed.

``files`` lists a root (as git does inside a work tree, by the same rules elsewhere), ``content`` reads one file as
text, ``fingerprint`` tells unchanged files without reading them, ``changes`` waits for edits, and ``languages`` says
what a file is by its name and first bytes.
"""
