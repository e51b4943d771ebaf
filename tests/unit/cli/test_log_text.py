import json
from datetime import datetime, timedelta, timezone

from words.journal_entries import an_entry

from bridge.cli.log_text import HEADING, as_json_line, as_line

EVENING = datetime(2026, 12, 24, 18, 3, 7, 123456, timezone(timedelta(hours=1)))


def test_a_line_of_the_table_tells_when_what_where_and_why():
    entry = an_entry(42, time=EVENING, input="garage-door", cause="input", held_back=2)
    assert HEADING == "     SEQ  TIME                           KIND          TERMINAL          DETAILS"
    assert as_line(entry) == (
        "      42  2026-12-24 18:03:07.123+01:00  alarm_begin   garage-door       cause=input held_back=2"
    )


def test_a_json_line_has_the_fields_of_the_journal_on_mqtt():
    entry = an_entry(42, time=EVENING, kind="output_on", output="siren", reason="alarm")
    assert json.loads(as_json_line(entry)) == {
        "seq": 42,
        "id": "boot1-42",
        "boot": "boot1",
        "kind": "output_on",
        "output": "siren",
        "reason": "alarm",
        "time": "2026-12-24T18:03:07.123+01:00",
        "time_utc": "2026-12-24T17:03:07.123+00:00",
    }


def test_what_does_not_apply_is_left_out():
    assert as_line(an_entry(1, kind="start")).endswith("start")
    assert "null" not in as_json_line(an_entry(1, kind="start"))


def test_text_from_outside_cannot_steer_the_terminal():
    entry = an_entry(1, kind="email", error='550 no\x1b[2J\u009b1m such "user"\r\nX')
    line = as_line(entry)
    assert line.isprintable()
    assert line.endswith('error="550 no\\x1b[2J\\x9b1m such \\"user\\"\\r\\nX"')
    assert as_json_line(entry).isascii()


def test_a_value_with_spaces_stands_in_quotes_and_others_do_not():
    assert as_line(an_entry(1, error="")).endswith('error=""')
    assert as_line(an_entry(1, error="Zugang gesperrt")).endswith('error="Zugang gesperrt"')
    assert as_line(an_entry(1, by="mqtt", seconds=1.5)).endswith("by=mqtt seconds=1.5")
