"""The check of a document: `check.check` returns settings, or every finding with its location."""
