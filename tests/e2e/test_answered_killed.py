"""kill -9 at the instant of an answer: what was answered `ok` holds after the restart, and nothing else moves it."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

import pytest
from programs.bridge import Bridge, Ear
from programs.mqtt_client import retained
from servers.mosquitto import Mosquitto
from servers.process import wait_until
from servers.smtp import MisbehavingMailServer
from words.builders import an_input, an_output

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

D = "alarm2mqtt/front-gate"
ARMED, RESPONSE, AVAILABILITY = f"{D}/armed", f"{D}/response", f"{D}/availability"
AT_THE_ANSWER, AROUND_IT = 6, 14
LONGEST_S = 0.06
"""From a command to what is on the disk for sure, and a little more."""
PARTS = {
    "inputs": [an_input("door", outputs=["siren"], quiet_s=0)],
    "outputs": [an_output("siren", follow_source=True)],
}


@pytest.fixture
def ear(broker: Mosquitto) -> Iterator[Ear]:
    with Ear(broker.port, f"{D}/#") as listening:
        yield listening


def at_once(condition) -> None:
    """Polls so closely that what follows comes a millisecond after the condition at most."""
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.0005)


def killed(bridge: Bridge, ear: Ear) -> None:
    bridge.kill()
    ear.wait_for(AVAILABILITY, b"offline")


def answered(ear: Ear, before: int) -> bool:
    """Whether there is an answer more than `before`; each says `ok`."""
    new = ear.on(RESPONSE)[before:]
    assert all(one.json["ok"] for one in new), new
    return bool(new)


def test_a_switch_that_was_answered_is_as_it_was_answered_after_a_kill_at_that_instant(ear: Ear, broker, tmp_path):
    bridge = Bridge(tmp_path, broker.port, **PARTS)
    instants = random.Random(23)  # noqa: S311 - a seed makes it the same each time
    promised, kept = b"ON", 0
    for number in range(AT_THE_ANSWER + AROUND_IT):
        with bridge:
            ear.wait_for(AVAILABILITY, b"online")
            is_so, before = ear.last(ARMED), len(ear.on(RESPONSE))
            assert promised in (None, is_so), f"answered, and forgotten at kill {number}"
            kept += promised is not None
            wished = b"OFF" if is_so == b"ON" else b"ON"
            ear.publish(f"{D}/armed/set", wished, wait=False)
            if number < AT_THE_ANSWER:
                at_once(lambda: answered(ear, before))  # noqa: B023 - used at once
            else:
                time.sleep(instants.uniform(0, LONGEST_S))  # chosen, and not waited for
            killed(bridge, ear)
            promised = wished if answered(ear, before) else None
    with bridge:
        ear.wait_for(AVAILABILITY, b"online")
        assert promised in (None, ear.last(ARMED))
    assert kept > AT_THE_ANSWER


def test_a_device_that_was_disarmed_and_killed_alarms_for_nothing_until_it_is_armed_again(ear: Ear, broker, tmp_path):
    bridge = Bridge(tmp_path, broker.port, **PARTS)
    with bridge:
        ear.wait_for(AVAILABILITY, b"online")
        ear.publish(f"{D}/armed/set", b"OFF", wait=False)
        at_once(lambda: answered(ear, 0))
        killed(bridge, ear)
    with bridge:
        ear.wait_for(AVAILABILITY, b"online")
        bridge.board("connect door")
        ear.wait_for(f"{D}/input/door/state", b"ON")
        assert (ear.last(f"{D}/input/door/alarm"), bridge.contact("siren")) == (b"OFF", "disconnected")
        ear.publish(f"{D}/armed/set", b"ON", wait=False)
        at_once(lambda: answered(ear, 1))
        killed(bridge, ear)
    with bridge:
        ear.wait_for(AVAILABILITY, b"online")
        assert ear.last(ARMED) == b"ON"
        ear.wait_for(f"{D}/input/door/alarm", b"ON")
        assert bridge.contact("siren") == "connected"


def test_a_siren_whose_silence_was_answered_stays_idle_after_a_kill_at_that_instant(ear: Ear, broker, tmp_path):
    bridge = Bridge(tmp_path, broker.port, **PARTS)
    for number in range(5):
        with bridge:
            ear.wait_for(AVAILABILITY, b"online")
            bridge.board("disconnect door")
            ear.wait_for(f"{D}/input/door/alarm", b"OFF")
            bridge.board("connect door")
            ear.wait_for(f"{D}/output/siren/state", b"ON")
            before = len(ear.on(RESPONSE))
            ear.publish(*((f"{D}/silence", b"") if number % 2 else (f"{D}/output/siren/set", b"OFF")), wait=False)
            at_once(lambda: answered(ear, before))  # noqa: B023 - used at once
            killed(bridge, ear)
        with bridge:
            ear.wait_for(AVAILABILITY, b"online")
            ear.wait_for(f"{D}/input/door/alarm", b"ON")
            assert bridge.contact("siren") == "disconnected", f"kill {number}"


def test_a_mail_that_was_taken_on_goes_out_after_a_kill_at_that_instant(ear: Ear, broker, tmp_path):
    with MisbehavingMailServer() as mail:
        mail.faults.silent_at = "banner"
        server = {"host": "127.0.0.1", "port": mail.port, "security": "none", "sender": "gate@example.org"}
        bridge = Bridge(tmp_path, broker.port, **PARTS, email={**server, "recipients": ["me@example.org"]})
        for number in range(5):
            with bridge:
                ear.wait_for(AVAILABILITY, b"online")
                ear.publish(f"{D}/action/email/run", f'{{"text": "number {number}"}}', wait=False)
                at_once(lambda: answered(ear, number))  # noqa: B023 - used at once
                killed(bridge, ear)
        mail.faults.silent_at = None
        with bridge:
            wait_until(lambda: len(mail.inbox) == 5, what="five mails")
        texts = [taken.message.get_body().get_content() for taken in mail.inbox]
        assert all(sum(f"number {number}" in text for text in texts) == 1 for number in range(5))
    assert len({taken.message["Message-ID"] for taken in mail.inbox}) == 5


@pytest.mark.parametrize("first", ["broker", "bridge"], ids=["before the start", "while it runs"])
def test_a_retained_switch_moves_nothing_is_cleared_and_is_answered(ear: Ear, broker, tmp_path, first):
    bridge = Bridge(tmp_path, broker.port, **PARTS)
    if first == "broker":
        ear.publish(f"{D}/armed/set", b"OFF", retain=True)
    with bridge:
        ear.wait_for(AVAILABILITY, b"online")
        if first == "bridge":
            ear.publish(f"{D}/armed/set", b"OFF", retain=True)
        (refusal,) = wait_until(lambda: ear.on(RESPONSE), what="the answer")
        assert not refusal.json["ok"]
        assert "retained" in refusal.json["error"][0]["message"]
        wait_until(lambda: retained(broker.port, f"{D}/armed/set") == {}, what="the retained command to be cleared")
        assert ear.last(ARMED) == b"ON"
        ear.wait_for_json(f"{D}/status", lambda status: status["rejected_commands"] == 1)
        killed(bridge, ear)
    with bridge:
        ear.wait_for(AVAILABILITY, b"online")
        assert {one.payload for one in ear.on(ARMED)} == {b"ON"}
