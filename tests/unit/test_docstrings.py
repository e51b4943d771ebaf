"""The rules for words (CONTRIBUTING), as far as they can be held mechanically, for every docstring of the product.

A docstring begins with its subject, never with a relative word. A function that may
return None says when, and one that raises an exception itself names it.
"""

import ast
import re
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RELATIVE = re.compile(
    r"(what|who|whom|whose|which|where|when|how|that|why|(who|what|which|where|when|how)ever)\b", re.IGNORECASE
)
OF_NONE = re.compile(r"\b(None|nobody|none|nothing|no|unknown|without)\b", re.IGNORECASE)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
FOR_A_LIBRARY = {"AssertionError": "a bug of ours", "BlockingIOError": "the sign of a socket that has no data"}
"""Exceptions that no caller of ours handles, each with what it is."""


def docstrings(tree):
    """Yields line and text of the docstrings of module, classes, functions and fields."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, *FUNCTIONS)) and is_text(node.body[0]):
            yield node.body[0].lineno, node.body[0].value.value
        body = getattr(node, "body", None)
        for before, text in pairwise(body) if isinstance(body, list) else ():
            if isinstance(before, (ast.Assign, ast.AnnAssign)) and is_text(text):
                yield text.lineno, text.value.value


def is_text(node):
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def begins_with_a_relative_word(tree):
    return [line for line, text in docstrings(tree) if RELATIVE.match(text.strip())]


def functions(tree):
    """Yields each function that has a docstring, with this docstring and that of its class."""
    for outer in ast.walk(tree):
        for node in ast.iter_child_nodes(outer):
            if isinstance(node, FUNCTIONS) and (text := ast.get_docstring(node)):
                yield (node, text, (ast.get_docstring(outer) or "") if isinstance(outer, ast.ClassDef) else "")


def is_silent_about_none(tree):
    """Returns the functions whose result may be None, without a word of it."""
    return [node.name for node, text, _ in functions(tree) if may_be_none(node.returns) and not OF_NONE.search(text)]


def may_be_none(annotation):
    """Returns whether None is one of several results; not for a function that returns nothing."""
    return isinstance(annotation, ast.BinOp) and any(
        may_be_none(side) or (isinstance(side, ast.Constant) and side.value is None)
        for side in (annotation.left, annotation.right)
    )


def does_not_name_what_it_raises(tree):
    """Returns the public functions that raise an exception which neither they nor their class name."""
    return [
        (node.name, error)
        for node, text, of_class in functions(tree)
        if not node.name.startswith("_")
        for error in raised(node.body)
        if error not in FOR_A_LIBRARY and not re.search(rf"\b{error}\b", text + " " + of_class)
    ]


def raised(nodes):
    """Yields the exceptions that statements raise by name, and that no handler around them catches by that name."""
    for node in nodes:
        if isinstance(node, ast.Raise) and node.exc is not None:
            error = last_name(node.exc.func if isinstance(node.exc, ast.Call) else node.exc)
            if error[:1].isupper():
                yield error
        elif isinstance(node, ast.Try):
            types = [handler.type for handler in node.handlers if handler.type is not None]
            caught = {last_name(part) for kind in types for part in getattr(kind, "elts", [kind])}
            yield from (error for error in raised(node.body) if error not in caught)
            yield from raised([*node.handlers, *node.orelse, *node.finalbody])
        elif not isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            yield from raised(ast.iter_child_nodes(node))


def last_name(node):
    return ast.unparse(node).rpartition(".")[2]


def found_in(look):
    """Returns the findings of a rule by file."""
    paths = sorted([*ROOT.joinpath("bridge").rglob("*.py"), *ROOT.joinpath("ha_discovery").rglob("*.py")])
    return {str(path.relative_to(ROOT)): found for path in paths if (found := look(ast.parse(path.read_text())))}


def test_every_docstring_begins_with_its_subject():
    found = found_in(begins_with_a_relative_word)
    assert found == {}, "begin with the subject, see CONTRIBUTING.md, Words"


def test_every_docstring_says_when_the_result_is_none():
    assert found_in(is_silent_about_none) == {}, "say when the result is None, or for what it stands"


def test_every_public_docstring_names_the_exceptions_that_the_function_raises():
    assert found_in(does_not_name_what_it_raises) == {}, "name the exception, and say when it is raised"


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
def test_module_class_function_and_field_are_all_looked_at(source, lines):
    assert begins_with_a_relative_word(ast.parse(source)) == lines


@pytest.mark.parametrize(
    ("result", "text", "found"),
    [
        ("int | None", "Returns the port.", True),
        ("None | int", "Returns the port.", True),
        ("int | str | None", "Returns the port.", True),
        ("int | None", "Returns the port, or None for the usual one.", False),
        ("int | None", "Returns the port; no port means the usual one.", False),
        ("int | None", "Returns the nominal port.", True),
        ("int", "Returns the port.", False),
        ("None", "Closes the port.", False),
        ("list[int | None]", "Returns the ports.", False),
    ],
)
def test_none_among_the_results_is_to_be_said(result, text, found):
    source = f'def f() -> {result}:\n    """{text}"""'
    assert is_silent_about_none(ast.parse(source)) == ["f"] * found


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("raise LineError(x)", ["LineError"]),
        ("raise errors.LineError from error", ["LineError"]),
        ("if x:\n    raise LineError", ["LineError"]),
        ("try:\n    raise LineError\nexcept LineError:\n    return", []),
        ("try:\n    raise LineError\nexcept (OSError, errors.LineError):\n    return", []),
        ("try:\n    work()\nexcept OSError as error:\n    raise LineError from error", ["LineError"]),
        ("try:\n    work()\nexcept OSError:\n    raise", []),
        ("raise self._error", []),
        ("def inner():\n    raise LineError", []),
        ("raise AssertionError", []),
        ("raise NamedHere", []),
        ("raise OfTheClass", []),
    ],
)
def test_an_exception_that_a_public_function_raises_itself_is_to_be_named(body, names):
    for function, found in (("f", [("f", name) for name in names]), ("_f", [])):
        inner = "\n".join(f"        {line}" for line in body.splitlines())
        method = f'    def {function}():\n        """Raises NamedHere."""\n{inner}'
        source = f'class A:\n    """May raise OfTheClass."""\n{method}'
        assert does_not_name_what_it_raises(ast.parse(source)) == found
