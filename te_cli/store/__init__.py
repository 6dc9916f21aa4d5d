"""Where is it kept, and is it whole? One truth in SQLite, two derived indexes, publish in the middle."""
