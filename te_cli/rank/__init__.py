"""Which first, and why? Pure: it sees values, never the index."""
