# ruff: noqa: INP001 - a script, no package
"""The site's hooks: pages of the project's top belong to it as well, and every page is in the menu.

`docs/` links to `../SECURITY.md` and the like, which is right where the project is read as files.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File

ROOT = Path(__file__).parents[1]
PROJECT = "project"
NAMES = ("README.md", "CHANGELOG.md", "SECURITY.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "packaging/README.md")
TOP = {name: f"{PROJECT}/{name.replace('/', '-').lower()}" for name in NAMES}
"""Pages outside of docs/, with the pages of the site that they become."""
LINK = re.compile(r"\]\(([^)\s#]+)((?:#[^)\s]*)?)\)")


def on_config(config: Any) -> Any:
    """Adds the pages that the menu does not name."""
    named = set(re.findall(r"[\w-]+\.md", str(config.nav)))
    others = sorted(page.name for page in Path(config.docs_dir).glob("*.md") if page.name not in named)
    config.nav = [*config.nav, *others, {"The project": list(TOP.values())}]
    return config


def on_files(files: Any, config: Any) -> Any:
    """Adds the pages of the project's top, and the examples to download."""
    for name, page in TOP.items():
        files.append(File.generated(config, page, content=(ROOT / name).read_text(encoding="utf-8")))
    for path in (ROOT / "examples").rglob("*.*"):
        files.append(File.generated(config, str(path.relative_to(ROOT)), content=path.read_text(encoding="utf-8")))
    return files


def on_page_markdown(markdown: str, page: Any, **_others: Any) -> str:
    """Returns the page with links that lead within the site; one to a file that is not in it becomes its words."""
    here = page.file.src_uri
    source = next((name for name, target in TOP.items() if target == here), f"docs/{here}")

    def within(found: re.Match[str]) -> str:
        target, anchor = found[1], found[2]
        if "://" in target or target.startswith("mailto:"):
            return found[0]
        wanted = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
        inside = TOP.get(wanted) or (wanted.removeprefix("docs/") if wanted.startswith("docs/") else None)
        if inside is None and wanted.startswith("examples/") and (ROOT / wanted).is_file():
            inside = wanted
        if inside is None:
            return "]()"
        return f"]({posixpath.relpath(inside, posixpath.dirname(here) or '.')}{anchor})"

    return re.sub(r"\[([^\]]*)\]\(\)", r"\1", LINK.sub(within, markdown))
