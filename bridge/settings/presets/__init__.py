"""Presets of lines: the keys that known devices need, each in a file with the payloads on which it was proven."""
