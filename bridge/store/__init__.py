"""State that survives a restart: one SQLite database, one writer."""
