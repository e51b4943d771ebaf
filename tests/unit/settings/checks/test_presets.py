"""Presets of known devices, on the payloads that their makers document."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bridge.core.contact import Contact
from bridge.core.definitions.document import as_document
from bridge.core.definitions.mqtt_lines import MqttSink, MqttSource
from bridge.lines.mqtt.matching import NOT_THERE, contact_in, value_in
from bridge.lines.mqtt.mqtt_input import is_offline
from bridge.lines.mqtt.mqtt_output import payload_for
from bridge.settings.checks.check import check
from bridge.settings.json_schema import schema
from bridge.settings.presets.known_devices import FOLDER, presets, written_line

TOPIC = "home/garden/device"
ADDRESS = "http://192.168.1.30"
PLACES = {"{topic}": TOPIC, "{parent}": "home/garden", "{grandparent}": "home", "{address}": ADDRESS}
HTTP = {name for name, preset in presets("outputs").items() if preset["kind"] == "http"}
CASES = [
    pytest.param(section, name, proof, id=f"{name}-{number}")
    for section in ("inputs", "outputs")
    for name, preset in presets(section).items()
    for number, proof in enumerate(preset["proven_on"])
]


def a_document(section: str, name: str, **line: Any) -> dict[str, Any]:
    base = {"kind": "http", "address": f"{ADDRESS}/"} if name in HTTP else {"kind": "mqtt", "topic": TOPIC}
    terminal = {"id": "it", "line": {**base, "preset": name, **line}}
    return {"device": {"id": "gate"}, "lines": {"driver": "simulated"}, section: [terminal]}


@pytest.mark.parametrize(
    ("section", "name"), sorted({(section, name) for section, name, _ in (p.values for p in CASES)})
)
def test_the_topic_that_was_written_is_found_again(section: str, name: str) -> None:
    line = as_document(line_of(section, name))
    assert written_line(line, section).get("topic") == (None if name in HTTP else TOPIC)
    assert written_line({"topic": "a", "preset": None}, section) == {"topic": "a", "preset": None}


def line_of(section: str, name: str, **line: Any) -> Any:
    settings, findings = check(a_document(section, name, **line))
    assert (findings, settings is not None) == ([], True)
    return getattr(settings, section)[0].line


def placed(topic: str) -> str:
    for place, value in PLACES.items():
        topic = topic.replace(place, value)
    return topic


@pytest.mark.parametrize(("section", "name", "proof"), CASES)
def test_a_preset_does_with_documented_payloads_what_it_says(section: str, name: str, proof: dict[str, Any]) -> None:
    line = line_of(section, name)
    if name in HTTP:
        request = line.connected if proof["contact"] == "connected" else line.disconnected
        body = "" if request.body is None else request.body.reveal()
        assert f"{request.verb} {request.url.reveal()} {body}" == placed(proof["request"])
        return
    topic, payload = placed(proof["topic"]), proof["payload"].encode()
    if section == "outputs" and "contact" in proof:
        assert isinstance(line, MqttSink)
        assert (line.topic, payload_for(line, Contact(proof["contact"]), left_s=proof.get("seconds"))) == (
            topic,
            payload,
        )
    elif section == "outputs":
        assert line.state is not None
        value = value_in(payload, line.state.path)
        contact = contact_in(value, line.state.connected, line.state.disconnected)
        assert (line.state.topic, contact) == (topic, proof["confirms"])
    elif proof["contact"] == "lost":
        assert (line.availability, is_offline(payload)) == (topic, True)
    else:
        assert isinstance(line, MqttSource)
        value = value_in(payload, line.path)
        contact = None if value is NOT_THERE else contact_in(value, line.connected, line.disconnected)
        assert (line.topic, contact) == (topic, proof["contact"])


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.json")), ids=lambda file: file.stem)
def test_a_preset_is_proven_on_both_contacts_and_listed_in_the_documents(file: Any) -> None:
    preset = json.loads(file.read_text())
    assert {"connected", "disconnected"} <= {proof.get("contact") for proof in preset["proven_on"]}
    documents = FOLDER.parents[2] / "docs" / "sources.md"
    assert f"| `{file.stem}` | {preset['device']} |" in documents.read_text()


def test_what_is_written_beside_a_preset_wins() -> None:
    line = line_of("inputs", "zigbee2mqtt_contact", connected=True, disconnected=False, availability="elsewhere")
    assert (line.connected, line.disconnected, line.availability) == (True, False, "elsewhere")
    assert line.preset == "zigbee2mqtt_contact"


def test_a_misspelt_preset_is_told_with_the_one_that_was_meant() -> None:
    _, findings = check(a_document("inputs", "zigbee2mqtt_contct"))
    found = {finding.loc: finding for finding in findings}
    finding = found["inputs", 0, "line", "preset"]
    assert finding.message == "is no preset; did you mean zigbee2mqtt_contact?"
    assert finding.allowed is not None
    assert "frigate_person" in finding.allowed


def test_a_preset_for_outputs_is_none_for_inputs() -> None:
    _, findings = check(a_document("inputs", "zigbee2mqtt_siren"))
    assert "preset" in {finding.loc[-1] for finding in findings}


def test_the_schema_takes_a_preset_instead_of_its_keys_and_demands_them_without_one() -> None:
    validator = Draft202012Validator(schema())
    assert validator.is_valid(a_document("inputs", "frigate_person"))
    without = a_document("inputs", "frigate_person")
    del without["inputs"][0]["line"]["preset"]
    assert not validator.is_valid(without)


@pytest.mark.parametrize(("name", "base"), [("zigbee2mqtt_siren", "topic"), ("axis_output", "address")])
def test_a_preset_needs_its_topic_or_its_address(name: str, base: str) -> None:
    document = a_document("outputs", name)
    del document["outputs"][0]["line"][base]
    _, findings = check(document)
    assert ("outputs", 0, "line", base) in {finding.loc for finding in findings}
    assert not Draft202012Validator(schema()).is_valid(document)
