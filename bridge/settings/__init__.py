"""The way from a file to settings, and from an edit to the file. The definitions are in `core/definitions/`."""
