"""What does the user see? The only room that knows rich; verbs hand it values, and it prints.

Data goes to standard output, everything else to standard error. ``plain`` is for pipes and imports nothing heavy,
``human`` is for terminals, ``machine`` is the versioned JSON.
"""
