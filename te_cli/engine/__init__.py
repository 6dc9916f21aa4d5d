"""The story of each command. No third-party import: the rooms below do the work, this one says in which order."""
