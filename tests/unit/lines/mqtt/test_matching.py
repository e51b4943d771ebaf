"""What a message means by the values that a line names."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.core.contact import Contact
from bridge.core.definitions.mqtt_lines import Limits
from bridge.errors import MessageMalformed
from bridge.lines.mqtt.matching import LARGEST_BYTES, NOT_THERE, contact_in, matches, value_in

ON, OFF, UNKNOWN = Contact.CONNECTED, Contact.DISCONNECTED, Contact.UNKNOWN
JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("contact", False),
        ("deep.0.name", "a"),
        (("deep", 0, "name"), "a"),
        (("with.dot", "x"), 5),
        ("deep.1.name", NOT_THERE),
        ("deep.name", NOT_THERE),
        ("contact.name", NOT_THERE),
        ("nothing", NOT_THERE),
        ("null", None),
    ],
)
def test_a_path_leads_by_names_and_numbers_to_a_value_or_nowhere(path, value):
    payload = b'{"contact": false, "deep": [{"name": "a"}], "with.dot": {"x": 5}, "null": null}'
    assert value_in(payload, path) is value or value_in(payload, path) == value


def test_without_a_path_the_payload_itself_counts_without_white_space_around_it():
    assert value_in(b" ON\n", None) == "ON"


@pytest.mark.parametrize(
    ("payload", "path"),
    [(b"\xff\xfe", None), (b"{", "a"), (b"[" * 100_000, "a"), (b" " * (LARGEST_BYTES + 1), None), (b"", "a")],
)
def test_what_cannot_be_read_is_malformed(payload, path):
    with pytest.raises(MessageMalformed):
        value_in(payload, path)


@pytest.mark.parametrize(
    ("value", "wanted", "does"),
    [
        ("ON", "ON", True),
        ("on", "ON", False),
        ("ON", ("OPEN", "ON"), True),
        (1, 1.0, True),
        ("1", 1.0, True),
        ("1.0", "1", True),
        ("1e0", 1.0, True),
        (True, True, True),
        ("true", True, True),
        (True, "true", True),
        (True, 1.0, False),
        (1, True, False),
        ("yes", True, False),
        (5, Limits(at_least=5), True),
        (5, Limits(above=5), False),
        ("4.9", Limits(below=5, at_least=0), True),
        (5.1, Limits(at_most=5), False),
        ("many", Limits(at_least=0), False),
        (True, Limits(at_least=0), False),
        ([], "ON", False),
        ("nan", Limits(at_least=0), False),
        ("1" * 400, Limits(at_least=0), False),
    ],
)
def test_numbers_count_by_value_and_text_exactly(value, wanted, does):
    assert matches(value, wanted) is does


@pytest.mark.parametrize(
    ("value", "connected", "disconnected", "contact"),
    [
        (False, False, True, ON),
        (True, False, True, OFF),
        ("odd", False, True, UNKNOWN),
        ("odd", "open", None, OFF),
        ("", "open", None, UNKNOWN),
        (None, "open", None, UNKNOWN),
        ("open", "open", "open", ON),
    ],
)
def test_everything_that_is_not_connected_is_disconnected_unless_that_is_named_too(
    value, connected, disconnected, contact
):
    assert contact_in(value, connected, disconnected) is contact


@given(JSON, st.lists(st.text(min_size=1, max_size=4) | st.integers(0, 3), min_size=1, max_size=4))
def test_any_json_and_any_path_give_a_value_or_nothing_and_never_an_error(document, path):
    value = value_in(json.dumps(document).encode(), tuple(path))
    assert contact_in(value, "ON", None) in Contact
