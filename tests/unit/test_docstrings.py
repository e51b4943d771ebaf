"""The rule for words (CONTRIBUTING): a docstring begins with its subject, never with a relative word."""

import ast
import re
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RELATIVE = re.compile(
    r"(what|who|whom|whose|which|where|when|how|that|why|(who|what|which|where|when|how)ever)\b", re.IGNORECASE
)


def docstrings(tree):
    """Yields line and text of the docstrings of module, classes, functions and fields."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and is_text(
            node.body[0]
        ):
            yield node.body[0].lineno, node.body[0].value.value
        body = getattr(node, "body", None)
        for before, text in pairwise(body) if isinstance(body, list) else ():
            if isinstance(before, (ast.Assign, ast.AnnAssign)) and is_text(text):
                yield text.lineno, text.value.value


def is_text(node):
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def begins_with_a_relative_word(path):
    return [line for line, text in docstrings(ast.parse(path.read_text())) if RELATIVE.match(text.strip())]


def files():
    found = [*ROOT.joinpath("bridge").rglob("*.py"), *ROOT.joinpath("ha_discovery").rglob("*.py")]
    return sorted(str(path.relative_to(ROOT)) for path in found)


def test_every_docstring_begins_with_its_subject():
    found = {file: lines for file in files() if (lines := begins_with_a_relative_word(ROOT / file))}
    assert found == {}, "begin with the subject, see CONTRIBUTING.md, Words"


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ('"""What a session is made from."""', [1]),
        ('class A:\n    """Who it is."""', [2]),
        ('async def f():\n    """\n    Where it goes."""', [2]),
        ('class A:\n    x: int\n    """How many."""', [3]),
        ('def f(self):\n    self.x = 1\n    """Whether it is."""', []),
        ('"""Whatever comes."""', [1]),
        ('"""Types of a session."""\nX = 1\n"""Whether it is known which."""', []),
    ],
)
def test_module_class_function_and_field_are_all_looked_at(tmp_path, source, lines):
    path = tmp_path / "a.py"
    path.write_text(source)
    assert begins_with_a_relative_word(path) == lines
