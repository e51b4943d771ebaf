from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bridge.core.facts import (
    ActionRequested,
    ArmingRequested,
    InputTriggerRequested,
    Origin,
    OutputStartRequested,
    OutputStopRequested,
    OutputToggleRequested,
    SilenceRequested,
)
from bridge.errors import CommandRefused
from bridge.mqtt.commands.payload import expires_of, fact_of, read
from bridge.mqtt.topics import CommandKind, CommandTopic

ORIGIN = Origin(by="mqtt")
MADE = {
    CommandKind.OUTPUT_SET: (OutputStartRequested, OutputStopRequested, OutputToggleRequested),
    CommandKind.INPUT_TRIGGER: (InputTriggerRequested,),
    CommandKind.ACTION_RUN: (ActionRequested,),
    CommandKind.SILENCE: (SilenceRequested,),
    CommandKind.ARMED_SET: (ArmingRequested,),
}


def understood(kind, payload, target="x"):
    opened = read(kind, payload)
    expires_of(opened)
    return fact_of(CommandTopic(kind=kind, target=target), opened, ORIGIN)


def set_output(**fields):
    return understood(CommandKind.OUTPUT_SET, json.dumps(fields).encode())


@pytest.mark.parametrize(
    ("payload", "kind"),
    [(b"ON", OutputStartRequested), (b"OFF", OutputStopRequested), (b"TOGGLE", OutputToggleRequested)],
)
def test_a_word_is_a_command(payload, kind):
    assert understood(CommandKind.OUTPUT_SET, payload) == kind(output="x", origin=ORIGIN)


@pytest.mark.parametrize("word", ["ON", "TOGGLE"])
def test_a_word_is_taken_in_any_case_with_what_programs_leave_around_it(word):
    wanted = understood(CommandKind.OUTPUT_SET, word.encode())
    for written in (
        word.lower(),
        word.title(),
        f"{word}\n",
        f" {word} \r\n",
        f"\t{word}",
        f"{word}\0",
        f"\ufeff{word}",
    ):
        assert understood(CommandKind.OUTPUT_SET, written.encode()) == wanted
        assert set_output(state=written) == wanted
    with_spaces = f' \n{{"state": "{word.lower()}"}}\n\0'
    assert understood(CommandKind.OUTPUT_SET, with_spaces.encode()) == wanted


@pytest.mark.parametrize("payload", [b'"ON"', b"O N", b"on!", b"1", b"true", b'{"state":true}', b'{"state":1}', b"yes"])
def test_what_may_mean_something_else_starts_nothing(payload):
    with pytest.raises(CommandRefused):
        understood(CommandKind.OUTPUT_SET, payload)


@pytest.mark.parametrize(
    "payload",
    [
        b"OFF\n", b"off", b" Off \r\n", b"OFF\0", b'"OFF"', b"'off'", b"\xef\xbb\xbfOFF",
        b'{"state":"off"}', b'{"state":"OFF "}', b'\n{"state":"OFF"}\n', b'{"state":"OFF","duration_ms":-1}',
        b'{"state":"OFF","duration":"x","duration_ms":5}', b'{"state":"OFF","transition":2}', b'{"state":"OFF","id":5}',
        b'{"state":"OFF","id":"","expires":"soon","mode":null,"tone":null}',
    ],
)  # fmt: skip
def test_a_stop_is_understood_however_it_is_spelt_and_whatever_else_it_says(payload):
    assert understood(CommandKind.OUTPUT_SET, payload) == OutputStopRequested(output="x", origin=ORIGIN)
    assert understood(CommandKind.ACTION_RUN, payload, "audible") == ActionRequested(
        kind="audible", origin=ORIGIN, stop=True
    )
    assert read(CommandKind.OUTPUT_SET, payload).stops


def test_a_stop_keeps_its_own_id_and_date_where_they_are_right():
    opened = read(CommandKind.OUTPUT_SET, b'{"state":"off","id":"s1","expires":"2026-03-04T05:06:07Z","why":1}')
    assert (opened.id, opened.stops) == ("s1", True)
    assert expires_of(opened).isoformat() == "2026-03-04T05:06:07+00:00"


@pytest.mark.parametrize("written", ["5000", "5000.0", "5e3", "5E+3", "50000e-1", "5000.000"])
def test_a_whole_number_is_one_in_every_notation_of_json(written):
    start = f'{{"state":"ON","duration_ms":{written}}}'.encode()
    trigger = f'{{"duration_ms":{written}}}'.encode()
    started = understood(CommandKind.OUTPUT_SET, start)
    assert (started.duration_ms, type(started.duration_ms)) == (5000, int)
    triggered = understood(CommandKind.INPUT_TRIGGER, trigger)
    assert (triggered.duration_ms, type(triggered.duration_ms)) == (5000, int)


@pytest.mark.parametrize(
    "written", ["1500.5", "-5.0", "0.0", "1e9", "1e400", '"5000"', '"5e3"', "true", "[5000]", "NaN"]
)
@pytest.mark.parametrize("kind", [CommandKind.OUTPUT_SET, CommandKind.INPUT_TRIGGER])
def test_what_is_no_whole_number_in_range_is_refused(kind, written):
    state = '"state":"ON",' if kind is CommandKind.OUTPUT_SET else ""
    with pytest.raises(CommandRefused):
        understood(kind, f'{{{state}"duration_ms":{written}}}'.encode())


@pytest.mark.parametrize("payload", [b"", b"\n", b" \r\n", b"\0"])
def test_a_line_end_alone_is_an_empty_payload(payload):
    assert understood(CommandKind.INPUT_TRIGGER, payload) == InputTriggerRequested(input="x", origin=ORIGIN)
    assert understood(CommandKind.ACTION_RUN, payload, "snapshot") == ActionRequested(kind="snapshot", origin=ORIGIN)


def test_a_start_can_say_how_long_and_in_which_mode():
    wanted = OutputStartRequested(output="x", origin=ORIGIN, duration_ms=86_400_000, mode="switch")
    assert set_output(state="ON", duration_ms=86_400_000, mode="switch") == wanted


def test_home_assistants_seconds_and_tones_mean_the_same():
    wanted = OutputStartRequested(output="x", origin=ORIGIN, duration_ms=1500, mode="pulse")
    assert set_output(state="ON", duration=1.5, tone="pulse", volume_level=1) == wanted


def test_a_stop_that_says_how_long_is_a_stop():
    assert set_output(state="OFF", duration_ms=5) == OutputStopRequested(output="x", origin=ORIGIN)


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"duration_ms": 1}, "state"),
        ({"state": None}, "state"),
        ({"state": "o n"}, "state"),
        ({"state": "ON", "duration_ms": 1.5}, "duration_ms"),
        ({"state": "ON", "duration_ms": None}, "duration_ms"),
        ({"state": "ON", "duration": True}, "duration"),
        ({"state": "ON", "duration": 86_401}, "duration"),
        ({"state": "ON", "mode": "loud"}, "mode"),
        ({"state": "ON", "mode": "pulse", "tone": "pulse"}, "tone"),
        ({"state": "ON", "volume_level": -0.1}, "volume_level"),
        ({"state": "ON", "id": ""}, "id"),
        ({"state": "ON", "id": "a\nb"}, "id"),
        ({"state": "ON", "id": "\ud800"}, "id"),
        ({"state": "ON", "expires": 1}, "expires"),
        ({"state": "ON", "expires": "tomorrow"}, "expires"),
        ({"state": "ON", "expires": "0001-01-01T00:00:00+14:00"}, "expires"),
        ({"state": "ON", "colour\n": "red"}, "colour\\n"),
    ],
)
def test_a_refusal_names_the_place(fields, path):
    with pytest.raises(CommandRefused) as refused:
        set_output(**fields)
    assert refused.value.path == path


def test_a_trigger_takes_nothing_or_a_duration():
    assert understood(CommandKind.INPUT_TRIGGER, b"") == InputTriggerRequested(input="x", origin=ORIGIN)
    longer = understood(CommandKind.INPUT_TRIGGER, b'{"duration_ms": 2500}')
    assert longer == InputTriggerRequested(input="x", origin=ORIGIN, duration_ms=2500)


def test_a_silence_is_understood_whatever_it_says_and_its_own_id_is_kept():
    for payload in (b"", b"x" * 1_000_000, b"\xff", b'{"id": 5, "expires": "never"}'):
        assert understood(CommandKind.SILENCE, payload) == SilenceRequested(origin=ORIGIN)
    opened = read(CommandKind.SILENCE, b'{"id": "s1", "expires": "2026-03-04T05:06:07Z", "why": 1}')
    assert opened.id == "s1"
    assert expires_of(opened).isoformat() == "2026-03-04T05:06:07+00:00"


def test_the_largest_payload_is_read_and_one_byte_more_is_not():
    filler = b" " * (64 * 1024 - len(b'{"state":"ON"}'))
    assert understood(CommandKind.OUTPUT_SET, b'{"state":"ON"' + filler + b"}")
    with pytest.raises(CommandRefused, match="larger"):
        understood(CommandKind.OUTPUT_SET, b'{"state":"ON"' + filler + b" }")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
_KEYS = st.sampled_from([
    "state", "duration_ms", "duration", "mode", "tone", "volume_level", "id", "expires",
    "text", "input", "duration_s", "clip", "repeat", "volume",
])  # fmt: skip
_TARGETS = st.sampled_from(["x", "snapshot", "email", "ftp", "record", "audible"])
_WORDS = st.sampled_from(["ON", "OFF", "TOGGLE", "switch", "pulse", "2026-03-04T05:06:07Z", "dog.wav", "\ud800"])
_NEAR = st.dictionaries(_KEYS, _JSON | _WORDS).map(lambda fields: json.dumps(fields).encode("utf-8", "replace"))


@given(st.sampled_from(sorted(MADE)), _TARGETS, st.binary() | _NEAR)
@example(CommandKind.OUTPUT_SET, "x", b'{"state":' + b"[" * 60_000)
@example(CommandKind.OUTPUT_SET, "x", b'{"state":"ON","duration_ms":' + b"9" * 5000 + b"}")
@example(CommandKind.OUTPUT_SET, "x", b'{"state":"ON","duration":-Infinity}')
def test_any_bytes_are_a_fact_or_a_refusal(kind, target, payload):
    said = outcome(kind, target, payload)
    if isinstance(said, CommandRefused):
        assert said.message
        assert str(said).isprintable()
        return
    assert isinstance(said, MADE[kind])
    duration_ms = getattr(said, "duration_ms", None)
    assert duration_ms is None or (type(duration_ms) is int and 1 <= duration_ms <= 86_400_000)


def outcome(kind, target, payload):
    """The fact, or the refusal; nothing else may come."""
    try:
        return understood(kind, payload, target)
    except CommandRefused as refused:
        return refused


@pytest.mark.parametrize("written", ["{word}", " {word}\r\n", '{{"state": "{word}", "id": "a1"}}'])
@pytest.mark.parametrize(("word", "armed"), [("ON", True), ("off", False)])
def test_the_device_is_armed_by_a_word_or_a_state(written, word, armed):
    payload = written.format(word=word).encode()
    assert understood(CommandKind.ARMED_SET, payload) == ArmingRequested(armed=armed, origin=ORIGIN)


@pytest.mark.parametrize(
    "payload", ["", "TOGGLE", "1", "true", "{}", '{"state": "armed"}', '{"state": "ON", "by": "me"}']
)
def test_anything_else_neither_arms_nor_disarms(payload):
    with pytest.raises(CommandRefused):
        understood(CommandKind.ARMED_SET, payload.encode())
