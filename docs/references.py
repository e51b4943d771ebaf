# ruff: noqa: INP001 - a script, no package
"""Writes what is made of the code into the pages of this folder: `python docs/references.py`.

A person writes what stands above a page's mark; what is below it is made, and a test compares.
"""

from __future__ import annotations

from pathlib import Path

from entities_reference import entities_reference
from routes_reference import routes_reference
from settings_reference import settings_reference

MARK = "<!-- Below this line the page is made by docs/references.py. -->\n"
MADE = {"settings.md": settings_reference, "home-assistant.md": entities_reference, "page.md": routes_reference}
FOLDER = Path(__file__).parent


def made_anew(name: str) -> str:
    """A page with its reference as the code is now; what a person wrote stays."""
    head, mark, _ = (FOLDER / name).read_text(encoding="utf-8").partition(MARK)
    if not mark:
        message = f"{name} has lost its mark"
        raise ValueError(message)
    return f"{head}{MARK}\n{MADE[name]()}"


if __name__ == "__main__":
    for page in MADE:
        (FOLDER / page).write_text(made_anew(page), encoding="utf-8")
