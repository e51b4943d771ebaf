"""The menu of the site leads to pages that exist, its drawings are ours, and what `make docs` made asks nobody else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from words.pages import ROOT, text, yaml

BUILT = ROOT / "build" / "docs"
NOT_BUILT = "the site is not built: `make docs` builds it"
LOADED = re.compile(
    r"<(?:script|img|iframe|source|audio|video|embed)\b[^>]*\ssrc=[\"']?(?:https?:)?//[^\s>]*"
    r"|<link\b(?![^>]*rel=[\"']?canonical)[^>]*\shref=[\"']?(?:https?:)?//[^\s>]*"
    r"|@import\s+[^;]*//[^;]*|url\(\s*[\"']?(?:https?:)?//[^)]*"
)
"""What a browser loads by itself; a link that a person follows is none."""


def menu() -> set[str]:
    """The pages that the menu names."""
    return set(re.findall(r"[\w-]+\.md", str(yaml(re.sub(r"(?m)^hooks:.*\n", "", text("mkdocs.yml")))["nav"])))


def test_every_page_of_the_menu_exists() -> None:
    assert menu() <= {page.name for page in (ROOT / "docs").glob("*.md")}


def test_the_page_index_leads_to_every_page_of_the_menu() -> None:
    assert menu() - {"index.md"} <= set(re.findall(r"\]\(([\w-]+\.md)", text("docs/index.md")))


@pytest.mark.parametrize("drawing", sorted((ROOT / "docs" / "drawings").glob("*.svg")), ids=lambda path: path.stem)
def test_a_drawing_is_described_follows_the_theme_and_needs_nothing_else(drawing: Path) -> None:
    drawn = drawing.read_text("utf-8")
    assert "<title" in drawn
    assert "<desc" in drawn
    assert "prefers-color-scheme: dark" in drawn
    assert set(re.findall(r"https?://[^\"' )]+", drawn)) == {"http://www.w3.org/2000/svg"}
    assert any(f"drawings/{drawing.name}" in text(page) for page in (ROOT / "docs").glob("*.md"))


def test_pictures_are_small_and_each_is_shown() -> None:
    pages = "".join(text(page) for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")))
    for picture in (ROOT / "docs" / "pictures").glob("*"):
        assert picture.stat().st_size < 60_000, picture.name
        assert f"pictures/{picture.name}" in pages


@pytest.mark.parametrize(
    ("source", "is_loaded"),
    [
        ('<script src="https://cdn.example.org/a.js"></script>', True),
        ("<link rel=stylesheet href=//fonts.example.org/css>", True),
        ("@import 'https://fonts.example.org/css';", True),
        ("a { background: url(https://example.org/a.png) }", True),
        ('<a href="https://example.org/">there</a>', False),
        ("<link rel=canonical href=https://example.org/>", False),
        ('<img src="drawings/input-contact.svg">', False),
    ],
)
def test_what_a_browser_loads_by_itself_is_found(source: str, is_loaded: bool) -> None:
    assert (LOADED.search(source) is not None) == is_loaded


@pytest.mark.skipif(not (BUILT / "index.html").exists(), reason=NOT_BUILT)
def test_the_built_site_loads_nothing_from_another_address() -> None:
    files = [path for path in BUILT.rglob("*") if path.suffix in (".html", ".css")]
    assert len(files) > len(menu())
    found = {str(path.relative_to(BUILT)): LOADED.findall(path.read_text("utf-8")) for path in files}
    assert {name: loaded for name, loaded in found.items() if loaded} == {}


@pytest.mark.skipif(not (BUILT / "index.html").exists(), reason=NOT_BUILT)
def test_every_link_of_the_built_site_to_another_page_leads_somewhere() -> None:
    for page in BUILT.rglob("*.html"):
        if page.name == "404.html":
            continue
        for target in re.findall(r"<a\b[^>]*\shref=[\"']?([^\"'\s>#]+)", page.read_text("utf-8")):
            if "://" not in target and not target.startswith("mailto:"):
                assert (page.parent / target).exists(), f"{page.relative_to(BUILT)}: {target}"
