"""The one database file: opened, migrated, read whole and written. Only the store imports this folder."""
