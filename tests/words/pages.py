"""The project's pages, and what a test looks for in them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
PAGES = [page for folder in (".", "docs", "packaging", "addon") for page in sorted((ROOT / folder).glob("*.md"))]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def text(page: Path | str) -> str:
    """A page, which may be named as it is in the project."""
    return (ROOT / page).read_text(encoding="utf-8")


def prose(page: Path | str) -> str:
    """Without its blocks of code."""
    return BLOCK.sub("", text(page))


def blocks(page: Path | str, language: str) -> list[str]:
    """Its blocks of code in a language."""
    return [body for tag, body in BLOCK.findall(text(page)) if tag == language]


def examples(language: str) -> list[Any]:
    """The blocks of all pages, as parameters of a test."""
    return [
        pytest.param(block, id=f"{page.name}-{number}")
        for page in PAGES
        for number, block in enumerate(blocks(page, language), 1)
    ]


def section(page: Path | str, title: str) -> str:
    """What stands below a heading, up to the next one of its rank or a higher one."""
    whole = text(page)
    found = re.search(rf"^(#+) {re.escape(title)}$", whole, re.MULTILINE)
    assert found is not None, title
    rest = whole[found.end() :]
    end = re.search(rf"^#{{1,{len(found.group(1))}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def yaml(block: str) -> Any:
    """A block's value."""
    return YAML(typ="safe", pure=True).load(block)
