"""The one database file: open, migrate, read whole, write. Only the store imports this folder."""
