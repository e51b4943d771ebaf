"""What is kept over a restart: one SQLite database, one writer."""
