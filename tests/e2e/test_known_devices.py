"""Known devices, as the presets describe them, on a real broker: retained and live, in every order of start."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from programs.bridge import Bridge, Ear
from programs.mqtt_client import MqttClient
from servers.mosquitto import Mosquitto
from servers.process import wait_until
from words.builders import an_input, an_output

from bridge.settings.checks.presets import presets

pytestmark = pytest.mark.e2e
D = "alarm2mqtt/front-gate"
ORDERS = ("device broker bridge", "bridge broker device", "device broker gone bridge")
INPUTS = [name for name, preset in presets("inputs").items() if preset["kind"] == "mqtt"]
OUTPUTS = [name for name, preset in presets("outputs").items() if preset["kind"] == "mqtt"]


def base(name: str) -> str:
    """The device's base topic."""
    return f"home/{name}/device" if not name.startswith("tasmota") else name


def placed(name: str, topic: str) -> str:
    for place, value in {"{topic}": base(name), "{parent}": f"home/{name}", "{grandparent}": "home"}.items():
        topic = topic.replace(place, value)
    return topic


def ids(name: str) -> str:
    return name.replace("_", "-")


def parts() -> dict[str, Any]:
    return {
        "inputs": [
            an_input(ids(name), line={"kind": "mqtt", "preset": name, "topic": base(name)}, quiet_s=0)
            for name in INPUTS
        ],
        "outputs": [
            an_output(ids(name), line={"kind": "mqtt", "preset": name, "topic": base(name)}) for name in OUTPUTS
        ],
    }


def proofs(section: str, names: list[str], key: str, value: Any) -> Iterator[tuple[str, str, str]]:
    """Name, topic and payload of what the presets are proven on."""
    for name in names:
        for proof in presets(section)[name]["proven_on"]:
            if key in proof and proof[key] == value:
                yield name, placed(name, proof["topic"]), proof["payload"]


def say(client: MqttClient, contact: str | None, *, retain: bool) -> list[str]:
    """Each device says one of its payloads that mean a contact. Returns the inputs."""
    found = list(proofs("inputs", INPUTS, "contact", contact))
    for _, topic, payload in found:
        client.publish(topic, payload, retain=retain)
    return [ids(name) for name, _, _ in found]


def wait_for_contacts(ear: Ear, inputs: list[str], contact: str) -> None:
    for each in inputs:
        ear.wait_for_json(f"{D}/input/{each}/attributes", lambda it: it["contact"] == contact)


def causes(ear: Ear, kind: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for heard in ear.on(f"{D}/journal"):
        if heard.json["kind"] == kind:
            found.setdefault(heard.json["input"], set()).add(heard.json["cause"])
    return found


@pytest.mark.parametrize("order", ORDERS)
def test_a_device_is_followed_whoever_starts_first_and_only_news_is_an_event(tmp_path: Path, order: str) -> None:
    broker = Mosquitto(tmp_path / "broker", persistence=True)
    with ExitStack() as running:
        if order.startswith("device"):
            running.callback(broker.stop)
            broker.start()
            with MqttClient(broker.port) as devices:
                say(devices, "connected", retain=True)
        if "gone" in order:
            broker.save()
            broker.stop()
        bridge = running.enter_context(Bridge(tmp_path, broker.port, **parts()))
        if order in ("bridge broker device", "device broker gone bridge"):
            running.callback(broker.stop)
            broker.start()
        ear = running.enter_context(Ear(broker.port, f"{D}/#"))
        ear.wait_for(f"{D}/availability", b"online")
        devices = running.enter_context(MqttClient(broker.port))
        is_retained = order.startswith("device")
        known = INPUTS if is_retained else []
        wait_for_contacts(ear, [ids(name) for name in known], "connected")
        inputs = say(devices, "connected", retain=False)
        wait_for_contacts(ear, inputs, "connected")
        assert set(inputs) == {ids(name) for name in INPUTS}
        wait_until(lambda: len(causes(ear, "alarm_begin")) == len(INPUTS), what=f"each begin; log:\n{bridge.said()}")
        assert causes(ear, "alarm_begin") == {each: {"initial" if is_retained else "input"} for each in inputs}
        say(devices, None, retain=False)  # something else, which changes nothing
        say(devices, "disconnected", retain=False)
        wait_for_contacts(ear, inputs, "disconnected")
        wait_until(lambda: len(causes(ear, "alarm_end")) == len(INPUTS), what="each end")
        assert causes(ear, "alarm_end") == {each: {"restored"} for each in inputs}
        wait_for_contacts(ear, say(devices, "unknown", retain=False), "unknown")
        for each in say(devices, "lost", retain=False):
            ear.wait_for(f"{D}/input/{each}/availability", b"offline")


def test_devices_that_obey_get_what_their_makers_document_and_confirm_it(tmp_path: Path) -> None:
    topics = {topic for name in OUTPUTS for _, topic, _ in proofs("outputs", [name], "contact", "connected")}
    with (
        Mosquitto(tmp_path / "broker") as broker,
        Ear(broker.port, f"{D}/#", *topics) as ear,
        Bridge(tmp_path, broker.port, **parts()),
    ):
        for contact, word in (("disconnected", b""), ("connected", b"ON"), ("disconnected", b"OFF")):
            for name in OUTPUTS:
                proof = next(each for each in presets("outputs")[name]["proven_on"] if each.get("contact") == contact)
                if word:
                    command: dict[str, Any] = {"state": word.decode()}
                    command |= {"duration": proof["seconds"]} if "seconds" in proof else {}
                    ear.publish(f"{D}/output/{ids(name)}/set", json.dumps(command))
                ear.wait_for(placed(name, proof["topic"]), proof["payload"].encode())
                for _, topic, payload in proofs("outputs", [name], "confirms", contact):
                    ear.publish(topic, payload)
                    ear.wait_for_json(
                        f"{D}/output/{ids(name)}/attributes",
                        lambda it: it["confirmed"] is True and it["contact"] == contact,  # noqa: B023 - at once
                    )
