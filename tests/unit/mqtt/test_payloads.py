from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from fakes.mqtt_bridge import an_entry, an_event, an_input_view, an_output_view

from bridge.core.contact import Contact
from bridge.core.journal import JournalEntry
from bridge.core.status import BridgeStatus, BrokerStatus, QueueStatus, RecordingStatus, SoundStatus
from bridge.errors import Fault
from bridge.mqtt import payloads
from bridge.mqtt.commands.answers import Request, answer
from bridge.mqtt.publishing.status_payload import status

LOCAL = datetime(2026, 3, 4, 5, 6, 7, 890_123, tzinfo=timezone(timedelta(hours=2)))
SHOWN, SHOWN_UTC = "2026-03-04T05:06:07.890+02:00", "2026-03-04T03:06:07.890+00:00"


@pytest.mark.parametrize(("is_on", "payload"), [(True, b"ON"), (False, b"OFF"), (None, b"None")])
def test_a_state_is_on_off_or_unknown(is_on, payload):
    assert payloads.on_off(is_on) == payload


def test_an_inputs_attributes_are_what_the_contract_lists():
    view = an_input_view(contact=Contact.UNKNOWN, problem="line_fault", since=LOCAL, armed_until=LOCAL, alarms=3)
    assert json.loads(payloads.input_attributes(view)) == {
        "contact": "unknown", "armed": True, "armed_until": SHOWN, "enabled": True, "since": SHOWN, "last_alarm": None,
        "alarms": 3, "held_back": 0, "glitches": 0, "ignored": 0, "problem": "line_fault",
    }  # fmt: skip


def test_an_outputs_attributes_are_what_the_contract_lists():
    view = an_output_view(reason="alarm", sources=("a", "b"), until=LOCAL, remaining_ms=1500)
    assert json.loads(payloads.output_attributes(view)) == {
        "contact": "disconnected", "mode": "switch", "reason": "alarm", "sources": ["a", "b"], "until": SHOWN,
        "remaining_ms": 1500, "by": None, "confirmed": None, "problem": None,
    }  # fmt: skip


def test_an_event_says_whether_its_picture_will_come():
    plain = json.loads(payloads.event(an_event(seq=7)))
    assert plain == {
        "event_type": "alarm_begin", "id": "boot-7", "seq": 7, "cause": "input", "time": plain["time"],
        "contact": "connected",
    }  # fmt: skip
    assert json.loads(payloads.event(replace(an_event(seq=7), picture="taking"))) == {**plain, "picture": "taking"}


def test_a_journal_entry_leaves_out_what_does_not_apply():
    entry = JournalEntry(seq=7, id="b-7", boot="b", kind="email", time=LOCAL, input="door", seconds=1.5, held_back=0)
    assert json.loads(payloads.journal(entry, replayed=True)) == {
        "seq": 7, "id": "b-7", "boot": "b", "kind": "email", "input": "door", "seconds": 1.5, "held_back": 0,
        "time": SHOWN, "time_utc": SHOWN_UTC, "replayed": True,
    }  # fmt: skip


def test_a_name_from_somewhere_that_is_no_unicode_still_makes_json():
    entry = JournalEntry(seq=7, id="b-7", boot="b", kind="clip", time=LOCAL, path="caf\udce9.mp4", error="Größe")
    found = json.loads(payloads.journal(entry, replayed=False))
    assert (found["path"], found["error"]) == ("caf?.mp4", "Größe")


def test_an_answer_lists_every_fault():
    request = Request(topic="t", id="a", reply_to="r")
    faults = (Fault(path="quiet_s", message="must be 0 to 600"), Fault(path="", message="no"))
    assert json.loads(answer(request, faults, LOCAL)) == {
        "id": "a", "ok": False, "topic": "t", "time": SHOWN,
        "error": [{"path": "quiet_s", "message": "must be 0 to 600"}, {"path": "", "message": "no"}],
    }  # fmt: skip
    assert json.loads(answer(request, (), LOCAL))["error"] is None


def test_the_status_tells_of_what_is_configured_and_of_nothing_else():
    broker = BrokerStatus(address="localhost:1883", problem=None)
    view = BridgeStatus(version="1", started=LOCAL, broker=broker, rejected_commands=2, journal_unsent=4)
    assert json.loads(status(view, clock_synchronised=False)) == {
        "version": "1", "started": SHOWN, "clock_synchronised": False, "rejected_commands": 2, "journal_unsent": 4,
        "problems": {},
    }  # fmt: skip
    whole = BridgeStatus(
        version="1", started=LOCAL, broker=broker, rejected_commands=0, journal_unsent=0,
        queues={
            "email": QueueStatus(server="mail:587", queued=1, last_ok=LOCAL, last_error=None),
            "ftp": QueueStatus(server="ftp:21", queued=0, last_ok=None, last_error="refused"),
        },
        recording=RecordingStatus(problem=None, free_mb=900, clips=3, last_clip="a.mp4"),
        sound=SoundStatus(playing=True),
    )  # fmt: skip
    found = json.loads(status(whole, clock_synchronised=True))
    assert found["email"] == {"queued": 1, "last_ok": SHOWN, "last_error": None}
    assert found["ftp"] == {"queued": 0, "last_ok": None, "last_error": "refused"}
    assert found["audible"] == {"playing": True}
    assert found["recording"] == {"problem": None, "free_mb": 900, "clips": 3, "last_clip": "a.mp4"}


def test_what_is_wrong_with_the_bridge_itself_is_named_by_its_part():
    view = BridgeStatus(
        version="1",
        started=LOCAL,
        broker=BrokerStatus(address="localhost:1883", problem=None),
        rejected_commands=0,
        journal_unsent=0,
        problems={"store": "the disk is full"},
    )
    found = json.loads(status(view, clock_synchronised=True, broker_problem="may not read"))
    assert found["problems"] == {"store": "the disk is full", "broker": "may not read"}


def test_a_journal_entry_of_an_alarm_names_its_input():
    assert json.loads(payloads.journal(an_entry(1), replayed=False))["input"] == "door"
