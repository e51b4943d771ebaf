"""A YAML text is changed only where its values change."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from bridge.settings.yaml.edit import edited, same
from bridge.settings.yaml.inline import flow
from bridge.settings.yaml.parse import parse


def read(text: str) -> Any:
    document, twice = parse(text, Path("a.yaml"))
    assert not twice
    return document


def change(text: str, wanted: Any) -> str:
    """The text afterwards, which means what was wanted."""
    result = edited(text, wanted, read)
    assert same(read(result), wanted), result
    return result


@pytest.mark.parametrize(
    ("text", "wanted", "result"),
    [
        ("a: 1   # one\n", {"a": 2}, "a: 2   # one\n"),
        ("a: 1   # one\n", {"a": 20000}, "a: 20000 # one\n"),
        ("a: 10000 # one\n", {"a": 1}, "a: 1     # one\n"),
        ("a: 1\nb: 2 # b\n", {"b": 2}, "b: 2 # b\n"),
        ("a: 1\n# about c\n\nc: 3\n", {"a": 1, "c": 3, "d": "x y"}, "a: 1\n# about c\n\nc: 3\nd: x y\n"),
        ("a: 'one'\n", {"a": "it's"}, "a: 'it''s'\n"),
        ('a: "one"\n', {"a": "two"}, 'a: "two"\n'),
        ("a: one\n", {"a": "yes"}, 'a: "yes"\n'),
        ("a: one\n", {"a": "18:00-06:00"}, 'a: "18:00-06:00"\n'),
        ("a:\n", {"a": 1}, "a: 1\n"),
        ("a:   # to be set\nb: 1\n", {"a": True, "b": 1}, "a: true # to be set\nb: 1\n"),
        ("a: {b: 1, c: 2}\n", {"a": {"c": 2}}, "a: {c: 2}\n"),
        ("a: {b: 1, c: 2}\n", {"a": {"b": 1}}, "a: {b: 1}\n"),
        ("a: {b: 1, c: 2}\n", {"a": {"b": 1, "c": 2, "d": [1]}}, "a: {b: 1, c: 2, d: [1]}\n"),
        ("a: {b: , c: 2}\n", {"a": {"b": 5, "c": 2}}, "a: {b: 5 , c: 2}\n"),
        ("a: {}\n", {"a": {"b": 1}}, "a: {b: 1}\n"),
        ("a: [x, y, z]   # three\n", {"a": ["x", "z"]}, "a: [x, z]   # three\n"),
        ("a: [x]\n", {"a": ["x", "z"]}, "a: [x, z]\n"),
        ("a: [x, y]\n", {"a": []}, "a: []\n"),
        ("a: [x, y]\n", {"a": ["p", "q"]}, "a: [p, q]\n"),
        ("a:\n- x\n# y follows\n- y\n", {"a": ["x", "y", "z"]}, "a:\n- x\n# y follows\n- y\n- z\n"),
        ("a:\n  - x\n  - y # why\nb: 1\n", {"a": ["x"], "b": 1}, "a:\n  - x\nb: 1\n"),
        ("a:\n  - x\nb: 1\n", {"a": [], "b": 1}, "a: []\nb: 1\n"),
        ("a:\n  b: 1\n  # c\nd: 1\n", {"a": "x", "d": 1}, "a: x\n  # c\nd: 1\n"),
        ("a: &x 1 # x\nb: *x\n", {"a": 2, "b": 1}, "a: &x 2 # x\nb: 1\n"),
        ("a: &x {k: 1}\nb: *x\n", {"a": {"k": 1}, "b": {"k": 2}}, "a: &x {k: 1}\nb: {k: 2}\n"),
        ("a: &x {k: 1}\nb: *x\n", {"a": {"k": 3}, "b": {"k": 1}}, "a: &x {k: 3}\nb: {k: 1}\n"),
        ("a: &x\n  k: 1\nb:\n  <<: *x\n", {"a": {"k": 1}, "b": {"k": 2}}, "a: &x\n  k: 1\nb:\n  <<: *x\n  k: 2\n"),
        ("a: &x\n  k: 1\nb:\n  <<: *x\n", {"a": {"k": 1}, "b": {}}, None),
        ("l:\n  - id: a   # A\n    n: 1\n", {"l": [{"id": "a"}]}, "l:\n  - id: a   # A\n"),
        ("l:\n  - n: 1\n    id: a   # A\n", {"l": [{"id": "a"}]}, "l:\n  - n:\n    id: a   # A\n"),
        ("l: []\n", {"l": [{"id": "a", "m": {"b": 1}}]}, "l:\n  - id: a\n    m: {b: 1}\n"),
        ("# nothing yet", {"a": 1}, "# nothing yet\na: 1\n"),
        ("", {"a": 1}, "a: 1\n"),
        ('{"a": 1,\n "b": "x"}\n', {"a": 1, "b": "y", "c": "z"}, '{"a": 1,\n "b": "y", "c": "z"}\n'),
        ("a: 1\r\nb: 2\r\n", {"a": 1, "b": 2, "c": 3}, "a: 1\r\nb: 2\r\nc: 3\r\n"),
        ("a: 1\r\nb: 2\r\n", {"b": 2}, "b: 2\r\n"),
        ("a: |\n  long\n  text\nb: 1\n", {"a": "short", "b": 1}, "a: short\nb: 1\n"),
        ("a: >-\n  long\n  text\n\n# end\n", {"a": "short"}, "a: short\n\n# end\n"),
        ("a: 1", {"a": 1, "b": 2}, "a: 1\nb: 2"),
        ("a: {b: 1, # one\n    c: 2}\n", {"a": {"b": 1}}, None),
        ("a: {b: 1, # one\n    c: 2}\n", {"a": {"c": 2}}, None),
        ("? a\n: 1\n", {"a": 2}, None),
    ],
)
def test_one_change(text: str, wanted: Any, result: str | None) -> None:
    changed = change(text, wanted)
    assert result is None or changed == result


def test_what_is_as_wanted_already_is_not_touched() -> None:
    text = "a:    1\nb: {c: ,d : 'x'}   # odd\n\n\n# end"
    assert change(text, {"a": 1, "b": {"d": "x"}}) == text


VALUES = (
    st.none()
    | st.booleans()
    | st.integers(-9, 10**6)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
    | st.sampled_from(
        ("yes", "null", "1", "0x1f", "1e3", "- a", "a: b", "#", " a", "a ", "~", "'", '"', "é", "2026-12-24")
    )
)


@given(value=VALUES | st.lists(VALUES, max_size=3) | st.dictionaries(st.text("ab:#é ", max_size=3), VALUES, max_size=3))
@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize("quote", ["", "'", '"'])
def test_any_value_is_read_back_as_itself(value: Any, as_json: bool, quote: str) -> None:
    assert same(read(f"a: {flow(value, as_json=as_json, quote=quote)}"), {"a": value})
    assert same(read(f"a: [{flow(value, as_json=as_json, quote=quote)}]"), {"a": [value]})


NAMES = st.sampled_from(("a", "b", "c d", "é", "18:00"))
SCALARS = st.booleans() | st.integers(0, 99) | st.sampled_from(("x", "yes", "it's", 'say "x"', "", "a: b", "# no"))
TREES = st.recursive(
    SCALARS,
    lambda part: (
        st.lists(SCALARS, max_size=3)
        | st.dictionaries(NAMES, part, max_size=3)
        | st.lists(st.builds(lambda rest, name: {"id": name, **rest}, st.dictionaries(NAMES, part, max_size=2),
                             st.sampled_from("pqr")), max_size=3, unique_by=lambda item: item["id"])
    ),
    max_leaves=8,
)  # fmt: skip
DOCUMENTS = st.dictionaries(NAMES, TREES, max_size=4)


def block(value: Any, indent: str, comments: list[str]) -> str:
    """A value in lines of its own, each mapping's key with a comment line before it."""

    def remark() -> str:
        comments.append(f"{indent}# remark {len(comments)}")
        return f"\n{comments[-1]}"

    if isinstance(value, dict) and value:
        return "".join(
            f"{remark()}\n{indent}{flow(key)}:{block(part, indent + '  ', comments)}" for key, part in value.items()
        )
    if isinstance(value, list) and value:
        lines = ""
        for item in value:
            if isinstance(item, dict):
                inner = [f"{flow(key)}:{block(part, indent + '    ', comments)}" for key, part in item.items()]
                lines += f"\n{indent}- " + f"\n{indent}  ".join(inner)
            else:
                lines += f"\n{indent}- {flow(item)}   # item"
        return lines
    return f" {flow(value)}   # beside"


@limits(max_examples=300)
@given(DOCUMENTS, DOCUMENTS)
def test_any_document_becomes_any_other(before: Any, after: Any) -> None:
    comments: list[str] = []
    text = block(before, "", comments).lstrip("\n") + "\n"
    assert same(read(text) if before else {}, before)
    change(text if before else "", after)
    change(flow(before) + "\n", after)
    change(flow(before, as_json=True) + "\n", after)


@limits(max_examples=300)
@given(DOCUMENTS, st.data())
def test_a_changed_value_leaves_every_other_line_as_it_is(before: dict[str, Any], data: st.DataObject) -> None:
    places = [key for key, value in before.items() if not isinstance(value, dict | list)]
    if not places:
        return
    text = block(before, "", []).lstrip("\n") + "\n"
    key = data.draw(st.sampled_from(places))
    new = change(text, {**before, key: data.draw(SCALARS)})
    changed = [(one, other) for one, other in zip(text.splitlines(), new.splitlines(), strict=True) if one != other]
    assert len(changed) <= 1
    assert all(one.startswith(f"{flow(key)}:") and other.endswith(" # beside") for one, other in changed)
