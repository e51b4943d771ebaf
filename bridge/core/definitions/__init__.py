"""Definitions of what a person may set: frozen dataclasses of the standard library, read by the core and every room.

Marks at the fields say what is allowed, the docstring under a field what it means. `settings.checks` reads the
marks from the annotations, which are therefore no text: no file here has `from __future__ import annotations`.
"""
