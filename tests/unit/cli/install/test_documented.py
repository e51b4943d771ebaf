"""What the page about installing quotes is what the program says, and the places that it names are those it uses."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from words.pages import ROOT, section

from bridge.cli.install import places

PAGE = "docs/install.md"


def said() -> list[str]:
    """Every text in the sources of the installation."""
    sources = (ROOT / "bridge/cli/install").glob("*.py")
    trees = [ast.parse(path.read_text()) for path in sources]
    texts = (node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return [text for text in texts if isinstance(text, str)]


def first_column(title: str) -> list[str]:
    return re.findall(r"^\| `([^`]+)`", section(PAGE, title), re.MULTILINE)


def test_each_message_that_is_explained_is_one_of_the_programs():
    messages = first_column("When it cannot")
    assert len(messages) > 4
    for message in messages:
        for part in filter(None, (part.strip() for part in message.split("…"))):
            assert any(part in text for text in said()), part


def test_the_places_that_are_listed_are_all_that_there_are():
    listed = {Path(text) for text in first_column("What it makes") if text.startswith("/")}
    assert listed == {*places.contents(), places.PROGRAM, places.LINK, places.SETTINGS, places.STATE}
