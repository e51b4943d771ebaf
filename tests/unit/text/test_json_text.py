"""Strict JSON in, compact JSON and instants out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from bridge.errors import CommandRefused
from bridge.text.json_text import LARGEST_PAYLOAD, as_json, instant, object_of, read_instant, text_of

BERLIN = timezone(timedelta(hours=2))


def test_json_is_compact_and_in_utf_8():
    assert as_json({"name": "Tür", "on": True, "parts": [1, 2.5, None]}) == (
        '{"name":"Tür","on":true,"parts":[1,2.5,null]}'.encode()
    )


def test_a_file_name_that_is_no_unicode_is_written_all_the_same():
    assert as_json({"path": "clip-\udcff.mp4"}) == b'{"path":"clip-?.mp4"}'


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_never_leaves(value):
    with pytest.raises(ValueError, match="JSON"):
        as_json({"seconds": value})


def test_an_instant_has_milliseconds_and_its_offset():
    assert instant(datetime(2026, 6, 1, 14, tzinfo=BERLIN)) == "2026-06-01T14:00:00.000+02:00"
    assert instant(None) is None


@pytest.mark.parametrize(
    "when", [datetime(2026, 6, 1, 14, 0, 1, 5000, tzinfo=BERLIN), datetime(1999, 1, 1, tzinfo=UTC)]
)
def test_an_instant_is_read_back(when):
    assert read_instant(instant(when)) == when


@pytest.mark.parametrize(
    "written",
    [None, 5, "", "soon", "2026-06-01T14:00:00", "0001-01-01T00:00:00+00:00", "0001-01-01T00:00:00+14:00",
     "9999-12-31T23:59:59-12:00"],
)  # fmt: skip
def test_a_time_without_offset_or_beyond_some_zone_is_no_instant(written):
    assert read_instant(written) is None


@pytest.mark.parametrize(
    ("text", "path", "message"),
    [
        ("", "", "is not JSON"),
        ('{"a": 1', "", "is not JSON"),
        ("[1]", "", "must be a JSON object"),
        ("null", "", "must be a JSON object"),
        ('{"a": NaN}', "", "NaN is no number"),
        ('{"a": 1e999}', "", "holds a number that is too large"),
        ('{"a": %s}' % ("9" * 5000), "", "holds a number that is too long"),
        ("[" * 100_000, "", "is nested too deeply"),
        ('{"a": 1, "a": 1}', "a", "stands there twice"),
        ('{"b": {"a": 1, "a": 1}}', "a", "stands there twice"),
    ],
)  # fmt: skip
def test_everything_else_than_one_object_is_refused_with_its_reason(text, path, message):
    with pytest.raises(CommandRefused) as refused:
        object_of(text)
    assert (refused.value.path, refused.value.message) == (path, message)


def test_a_payload_is_text_of_a_bounded_size():
    assert text_of("Tür".encode()) == "Tür"
    for payload in (b"\xff", b"x" * (LARGEST_PAYLOAD + 1)):
        with pytest.raises(CommandRefused):
            text_of(payload)
