"""Commands over a real Mosquitto: each is answered once, and only the right ones are done."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from fakes.mqtt_bridge import STARTED, Bridge, D, an_entry, on_port
from programs.mqtt_client import MqttClient, retained, until
from servers.old_broker import OldBroker

from bridge.core.effects import Answer, PublishClock
from bridge.core.facts import InputTriggerRequested, OutputStartRequested, OutputStopRequested, SilenceRequested
from bridge.errors import Fault

pytestmark = pytest.mark.e2e
SET = f"{D}/output/siren/set"
RESPONSE = f"{D}/response"


async def told(broker, *commands, answers=None, prepare=None, **settings):
    """Publish these to a running bridge; gives the bridge and the answers, of which no more are to come."""
    async with Bridge(on_port(broker.port, **settings)).running() as bridge:
        if prepare is not None:
            prepare(bridge)
        with MqttClient(broker.port, RESPONSE, "test/#") as client:
            for topic, payload, *options in commands:
                client.publish(topic, payload, **(options[0] if options else {}))
            await until(lambda: len(client.heard) >= (len(commands) if answers is None else answers))
            return bridge, await all_until_mark(client)


async def all_until_mark(client):
    """What came before the answer to a question behind everything else."""
    client.publish(f"{D}/journal/get", "", response_topic="test/mark")
    await until(lambda: client.on("test/mark"), what="the answer to the last question")
    return [one for one in client.heard if one.topic != "test/mark"]


async def test_a_start_is_done_and_answered(broker):
    bridge, heard = await told(broker, (SET, '{"state": "ON", "duration_ms": 1500, "mode": "pulse", "id": "a1"}'))
    (start,) = bridge.commands
    assert isinstance(start, OutputStartRequested)
    assert (start.output, start.duration_ms, start.mode, start.origin.by) == ("siren", 1500, "pulse", "mqtt")
    (answer,) = heard
    assert answer.json == {
        "id": "a1", "ok": True, "error": None, "topic": SET, "time": STARTED.isoformat(timespec="milliseconds"),
    }  # fmt: skip
    assert not answer.stored


async def test_a_flood_of_refused_commands_is_answered_and_does_not_flood_the_log(broker, caplog):
    with caplog.at_level("INFO"):
        bridge, heard = await told(broker, *[(SET, '{"state": "ON", "x": 1}')] * 100)
    assert len(heard) == len(bridge.rejections) == 100
    assert [one.message for one in caplog.records if "refused" in one.message] == []


async def test_a_response_topic_and_its_correlation_data_are_honoured(broker):
    asked = {"response_topic": "test/answers", "correlation": b"\x00\xff42"}
    _, heard = await told(broker, (SET, "OFF", asked))
    assert [(one.topic, one.correlation) for one in heard] == [("test/answers", b"\x00\xff42")]


@pytest.mark.parametrize(
    "unwelcome", [f"{D}/silence", f"{D}/output/siren/state", "homeassistant/device/front-gate/config", "$SYS/broker"]
)
async def test_nobody_makes_the_bridge_command_or_overwrite_itself_by_a_response_topic(broker, unwelcome):
    bridge, heard = await told(broker, (SET, "ON", {"response_topic": unwelcome}))
    assert bridge.commands == []
    assert [(one.topic, one.json["ok"]) for one in heard] == [(RESPONSE, False)]


@pytest.mark.parametrize(
    "payload",
    [
        b"", b"o n", b"1", b"null", b"[]", b'"ON"', b"{", b"{}", b"\xff\xfe", b'{"state": "ON"', b'{"state": 1}',
        b'{"state": "ON", "duration_ms": NaN}', b'{"state": "ON", "duration_ms": Infinity}',
        b'{"state": "ON", "duration_ms": 1e999}', b'{"state": "ON", "duration_ms": -1}',
        b'{"state": "ON", "duration_ms": 0}', b'{"state": "ON", "duration_ms": true}',
        b'{"state": "ON", "duration_ms": "5"}', b'{"state": "ON", "duration_ms": 86400001}',
        b'{"state": "ON", "duration": 0}', b'{"state": "ON", "volume_level": 2}', b'{"state": "ON", "tone": "fire"}',
        b'{"state": "ON", "color": "red"}', b'{"state": "ON", "state": "OFF"}', b'{"state": "ON", "id": 5}',
        b'{"state": "ON", "expires": "2026-03-04T05:06:08"}', b'{"state": "ON", "duration": 1, "duration_ms": 1000}',
        b'{"state": "ON", "id": "' + b"x" * 65 + b'"}', b'{"state": "ON", "id": "' + b"x" * 1_000_000 + b'"}',
        b'{"state": ' * 20_000,
    ],
)  # fmt: skip
async def test_what_is_not_exactly_a_command_is_refused_counted_and_not_done(broker, payload):
    bridge, heard = await told(broker, (SET, payload))
    (answer,) = heard
    assert answer.json["ok"] is False
    assert answer.json["error"][0]["message"]
    assert bridge.commands == []
    assert bridge.adapter.rejected_commands == 1
    (rejection,) = bridge.rejections
    assert (rejection.topic, rejection.origin.by, rejection.origin.request) == (SET, "mqtt", None)


async def test_home_assistants_siren_form_is_understood(broker):
    bridge, _ = await told(broker, (SET, '{"state":"ON","duration":12,"tone":"pulse","volume_level":0.5}'))
    (start,) = bridge.commands
    assert (start.duration_ms, start.mode) == (12_000, "pulse")


async def test_a_retained_command_is_refused_cleared_and_answered_after_a_connect(broker):
    with MqttClient(broker.port) as early:
        early.publish(SET, "ON", retain=True)
        early.publish(f"{D}/input/door/trigger", "{}", retain=True)
    with MqttClient(broker.port, RESPONSE, "test/#") as client:
        async with Bridge(on_port(broker.port)).running() as bridge:
            await until(lambda: len(client.heard) == 2)
            assert {one.json["ok"] for one in client.heard} == {False}
            assert bridge.commands == []
            await until(lambda: retained(broker.port, f"{D}/output/siren/set", f"{D}/input/door/trigger") == {})
            assert len(await all_until_mark(client)) == 2
            assert bridge.adapter.rejected_commands == 2


async def test_a_live_command_that_is_published_retained_is_refused_too(broker):
    bridge, heard = await told(broker, (SET, "ON", {"retain": True}))
    assert [one.json["ok"] for one in heard] == [False]
    assert bridge.commands == []
    assert retained(broker.port, SET) == {}


async def test_a_command_that_has_expired_is_refused(broker):
    late = (STARTED - timedelta(seconds=1)).isoformat()
    bridge, heard = await told(broker, (SET, json.dumps({"state": "ON", "expires": late, "id": "late"})))
    assert (heard[0].json["ok"], heard[0].json["id"]) == (False, "late")
    assert bridge.commands == []


@pytest.mark.parametrize(("clock", "done"), [("require_sync", True), ("trust", False)])
async def test_while_the_clock_is_not_set_nothing_counts_as_expired(broker, clock, done):
    """A kernel that calls its clock unsynchronised matters only to who asked for that."""
    late = (STARTED - timedelta(seconds=1)).isoformat()
    bridge, heard = await told(
        broker,
        (SET, json.dumps({"state": "OFF", "expires": late})),
        prepare=lambda bridge: bridge.adapter.perform(PublishClock(synchronised=False)),
        device={"clock": clock},
    )
    assert heard[0].json["ok"] is done
    assert [type(fact) for fact in bridge.commands] == [OutputStopRequested] * done


async def test_a_repeat_is_answered_again_and_not_done_again(broker):
    toggle = (SET, '{"state": "TOGGLE", "id": "t1"}')
    bridge, heard = await told(broker, toggle, toggle, toggle)
    assert len(bridge.commands) == 1
    assert [one.json["id"] for one in heard] == ["t1"] * 3
    assert {one.payload for one in heard} == {heard[0].payload}


async def test_a_repeat_of_a_command_at_work_waits_for_the_same_answer(broker):
    async with Bridge(on_port(broker.port)).running() as bridge:
        bridge.answers = False
        with MqttClient(broker.port, RESPONSE, "test/#") as client:
            client.publish(SET, '{"state": "ON", "id": "slow"}')
            client.publish(SET, '{"state": "ON", "id": "slow"}', response_topic="test/second")
            await until(lambda: bridge.commands)
            assert await all_until_mark(client) == []
            client.heard.clear()
            fault = Fault(path="", message="too many starts")
            bridge.adapter.perform(Answer(origin=bridge.commands[0].origin, faults=(fault,)))
            await until(lambda: len(client.heard) == 2)
            assert {one.topic for one in client.heard} == {RESPONSE, "test/second"}
            error = [{"path": "", "message": "too many starts"}]
            assert all(one.json["error"] == error for one in client.heard)
            assert len(bridge.commands) == 1
            assert bridge.adapter.rejected_commands == 1


async def test_trigger_and_silence_are_done(broker):
    bridge, heard = await told(
        broker,
        (f"{D}/input/door/trigger", ""),
        (f"{D}/input/door/trigger", '{"duration_ms": 250}'),
        (f"{D}/silence", b"\xff anything"),
    )
    first, second, silence = bridge.commands
    assert isinstance(first, InputTriggerRequested)
    assert (first.duration_ms, second.duration_ms) == (1000, 250)
    assert isinstance(silence, SilenceRequested)
    assert [one.json["ok"] for one in heard] == [True] * 3


async def test_what_nothing_here_takes_is_refused_as_not_available(broker):
    _, heard = await told(
        broker,
        (f"{D}/settings/set", "{}"),
        (f"{D}/input/door/settings/set", '{"debounce_ms": 5}'),
    )
    assert all("not available" in one.json["error"][0]["message"] for one in heard)


async def test_rejections_show_in_the_status(broker):
    async with Bridge(on_port(broker.port)).running() as bridge:
        with MqttClient(broker.port, f"{D}/status") as client:
            client.publish(SET, "nonsense")
            await until(lambda: client.heard and client.heard[-1].json["rejected_commands"] == 1)
            assert client.heard[-1].json == {
                "version": "0", "started": "2026-03-04T05:06:07.890+00:00", "clock_synchronised": True,
                "rejected_commands": 1, "journal_unsent": 0, "problems": {},
            }  # fmt: skip
            assert bridge.adapter.connected


@pytest.mark.parametrize("manner", ["answers that it does not know version 5", "hangs up on version 5"])
async def test_a_broker_of_3_1_1_is_spoken_to_in_3_1_1(broker, manner):
    async with OldBroker(broker.port, hangs_up="hangs up" in manner) as old:
        async with Bridge(on_port(old.port)).running() as bridge:
            with MqttClient(broker.port, RESPONSE, f"{D}/input/door/state") as client:
                client.publish(SET, "ON")
                await until(lambda: client.on(RESPONSE))
                assert len(bridge.commands) == 1
                old.cut()
                await until(lambda: len(bridge.comings_and_goings) == 3)
        assert old.versions == [5, 4, 4]


async def test_under_3_1_1_clearing_a_retained_trigger_triggers_nothing(broker):
    topic = f"{D}/input/door/trigger"
    with MqttClient(broker.port) as early:
        early.publish(topic, "{}", retain=True)
    async with OldBroker(broker.port, hangs_up=False) as old:
        with MqttClient(broker.port, RESPONSE) as client:
            async with Bridge(on_port(old.port)).running() as bridge:
                await until(lambda: client.heard)
                await until(lambda: retained(broker.port, topic) == {})
                client.publish(f"{D}/silence", "mark")
                await until(lambda: len(client.heard) == 2)
                assert [type(fact) for fact in bridge.commands] == [SilenceRequested]


async def test_past_entries_are_answered_again_for_the_same_id_and_nothing_is_handed_on(broker):
    async with Bridge(on_port(broker.port)).running() as bridge:
        for seq in range(1, 4):
            bridge.record(an_entry(seq))
        with MqttClient(broker.port, f"{D}/journal/entries", RESPONSE) as client:
            for _ in range(2):
                client.publish(f"{D}/journal/get", '{"after": 1, "id": "q1"}')
            client.publish(f"{D}/journal/get", '{"after": "x"}')
            await until(lambda: len(client.heard) == 3)
    answers = [one.json for one in client.on(f"{D}/journal/entries")]
    assert [[entry["seq"] for entry in answer["entries"]] for answer in answers] == [[2, 3], [2, 3]]
    (refused,) = client.on(RESPONSE)
    assert refused.json["error"][0]["path"] == "after"
    assert bridge.commands == []
