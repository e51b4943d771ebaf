"""The product's source as a whole: imports run in one direction, and long files say why they are long."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("bridge", "ha_discovery")
SOURCES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
LONG = 300


def circle_in(imports: dict[str, set[str]]) -> list[str]:
    """Modules of which each imports the next, the last the first; empty when there is no circle."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return list(reversed(error.args[1]))
    return []


def test_no_module_imports_itself_by_way_of_others_not_even_for_types_or_later():
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    assert len(graph.modules) == len(SOURCES)
    assert circle_in({module: graph.find_modules_directly_imported_by(module) for module in graph.modules}) == []


def test_a_circle_is_found():
    assert set(circle_in({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}})) == {"a", "b", "c"}
    assert circle_in({"a": {"b"}, "b": {"c"}, "d": {"a"}}) == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_above_300_lines_says_in_its_docstring_why(path):
    text = path.read_text(encoding="utf-8")
    if len(text.splitlines()) > LONG:
        assert f"Above {LONG} lines, since " in (ast.get_docstring(ast.parse(text)) or "")


def test_tls_contexts_of_clients_are_made_in_one_file():
    """A second one would accept other certificates, as Python's default does from 3.13 on."""
    makers = ("create_default_context", "_create_unverified_context", "ssl.SSLContext(", "load_verify_locations(")
    found = {str(path.relative_to(ROOT)) for path in SOURCES if any(maker in path.read_text() for maker in makers)}
    assert found == {"bridge/system/tls.py"}
