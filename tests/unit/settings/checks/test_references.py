"""What ties parts of the settings together."""

from __future__ import annotations

from typing import Any

import pytest

CAMERAS = {"gate": {"snapshot": "http://cam/a.jpg", "stream": "rtsp://cam/1"}, "yard": {"snapshot": "http://b/c"}}


def simulated(*, inputs: list[dict[str, Any]], outputs: list[dict[str, Any]] | None = None, **top: Any) -> Any:
    return {"lines": {"driver": "simulated"}, "inputs": inputs, "outputs": outputs or [], **top}


def linked(**linkage: Any) -> list[dict[str, Any]]:
    return [{"id": "door", "linkage": linkage}]


BROKEN = [
    (simulated(inputs=[{"id": "a"}, {"id": "b"}, {"id": "a"}]), "inputs[2].id", "is used by inputs[0] as well"),
    (simulated(inputs=[{"id": "a"}], outputs=[{"id": "a"}]), "outputs[0].id", "is used by inputs[0] as well"),
    (simulated(inputs=[{"id": "a"}, {"id": "test"}]), "inputs[1].id", "is a name that is taken"),
    (
        simulated(inputs=linked(outputs=["siren", "bell"]), outputs=[{"id": "siren"}]),
        "inputs[0].linkage.outputs[1]",
        "names an output that does not exist",
    ),
    (simulated(inputs=linked(outputs=["bell"])), "inputs[0].linkage.outputs[0]", "names an output that does not exist"),
    (
        simulated(inputs=[{"id": "a", "schedule": "nights"}]),
        "inputs[0].schedule",
        "names a schedule that does not exist",
    ),
    (
        simulated(inputs=[], outputs=[{"id": "a", "timing": {"schedule": "nights"}}], schedules={"days": "always"}),
        "outputs[0].timing.schedule",
        "names a schedule that does not exist",
    ),
    ({"schedules": {"always": "never"}}, "schedules.always", "is a name that is taken"),
    ({"schedules": {"never": {}}}, "schedules.never", "is a name that is taken"),
    (
        simulated(inputs=linked(camera="gete"), cameras=CAMERAS),
        "inputs[0].linkage.camera",
        "names a camera that does not exist",
    ),
    ({"cameras": {"gate": {"username": "me"}}}, "cameras.gate", "has neither onvif nor snapshot nor stream"),
    (
        simulated(inputs=linked(record=True, camera="yard"), cameras=CAMERAS, recording={"folder": "/mnt"}),
        "inputs[0].linkage.record",
        "needs a stream of camera yard, which has none",
    ),
    (
        simulated(inputs=linked(silence=True, outputs=["bell"]), outputs=[{"id": "bell"}]),
        "inputs[0].linkage.outputs",
        "is started by no input with linkage.silence, whose alarm only stops",
    ),
    (
        simulated(inputs=linked(silence=True, record=True), cameras=CAMERAS, recording={"folder": "/mnt"}),
        "inputs[0].linkage.record",
        "is started by no input with linkage.silence, whose alarm only stops",
    ),
    (simulated(inputs=linked(email=True)), "inputs[0].linkage.email", "needs the section email, which is missing"),
    (
        simulated(inputs=linked(ftp=True), cameras=CAMERAS),
        "inputs[0].linkage.ftp",
        "needs the section ftp, which is missing",
    ),
    (
        simulated(inputs=linked(ftp="yes"), ftp={"host": "nas"}),
        "inputs[0].linkage.ftp",
        "needs the section cameras, which is missing",
    ),
    (
        simulated(inputs=linked(record=True), cameras=CAMERAS),
        "inputs[0].linkage.record",
        "needs the section recording, which is missing",
    ),
    (
        simulated(inputs=linked(audible={"clips": ["a.wav"]})),
        "inputs[0].linkage.audible",
        "needs the section audio, which is missing",
    ),
    (
        simulated(inputs=linked(camera="gate"), cameras={}),
        "inputs[0].linkage.camera",
        "needs the section cameras, which is missing",
    ),
    ({"inputs": [{"id": "door"}]}, "inputs[0].line", "is missing"),
    ({"outputs": [{"id": "siren", "line": None}]}, "outputs[0].line", "is missing"),
    (
        {
            "inputs": [{"id": "a", "line": {"chip": "gpiochip0", "offset": 4}}],
            "outputs": [{"id": "b", "line": {"chip": "/dev/gpiochip0", "offset": 4}}],
        },
        "outputs[0].line",
        "is the line of inputs[0] as well",
    ),
    (
        {
            "inputs": [{"id": "a", "line": {"chip": "gpiochip0", "offset": 4}}],
            "outputs": [{"id": "b", "line": {"chip": "gpiochip0", "offset": 4.0}}],
        },
        "outputs[0].line",
        "is the line of inputs[0] as well",
    ),
    (
        {"inputs": [{"id": "a", "line": {"name": "IN1"}}, {"id": "b", "line": {"name": "IN1", "chip": "x"}}]},
        "inputs[1].line",
        "is the line of inputs[0] as well",
    ),
    ({"device": {"timezone": "Europe/Berln"}}, "device.timezone", "is no time zone; did you mean Europe/Berlin?"),
    ({"device": {"timezone": "../../etc/passwd"}}, "device.timezone", "is no time zone"),
    ({"device": {"timezone": "Europe"}}, "device.timezone", ...),
    ({"mqtt": {"host": "unix:mosquitto.sock"}}, "mqtt.host", "is no path of a socket"),
    ({"mqtt": {"host": "mqtt://broker"}}, "mqtt.host", "is no host"),
    (
        {"mqtt": {"host": "ws://broker:9001"}},
        "mqtt.host",
        "is a WebSocket address, and this bridge speaks MQTT over TCP alone",
    ),
    (
        {"mqtt": {"host": "WSS://broker/mqtt"}},
        "mqtt.host",
        "is a WebSocket address, and this bridge speaks MQTT over TCP alone",
    ),
    ({"mqtt": {"host": "broker:1883"}}, "mqtt.host", "is no host"),
    ({"mqtt": {"host": "me:secret@broker:1883"}}, "mqtt.host", "is no host"),
    ({"ftp": {"host": "ftp://nas"}}, "ftp.host", "is no host"),
    ({"mqtt": {"host": "my broker"}}, "mqtt.host", "is no host"),
    ({"mqtt": {"host": "unix:/run/m.sock", "tls": {}}}, "mqtt.tls", "does not go with a unix: host"),
    ({"mqtt": {"tls": {"cert_file": "/a"}}}, "mqtt.tls.cert_file", "needs key_file"),
    ({"mqtt": {"tls": {"key_file": "/a", "cert_file": None}}}, "mqtt.tls.key_file", "needs cert_file"),
    ({"web": {"host": "0.0.0.0"}}, "web.host", "is not this machine alone, so the page needs a password"),  # noqa: S104
    ({"web": {"host": "http://0.0.0.0", "password": "x"}}, "web.host", "is no host"),
    ({"web": {"names": ["gate.example.org"]}}, "web.names", "are for other machines, so the page needs a password"),
    ({"web": {"host": "gate.local"}}, "web.host", "is not this machine alone, so the page needs a password"),
]


@pytest.mark.parametrize(
    ("document", "path", "message"), BROKEN, ids=[f"{path}-{nth}" for nth, (_, path, _) in enumerate(BROKEN)]
)
def test_what_does_not_fit_together_is_one_fault(faults_of, document, path, message):
    faults = faults_of(document)
    assert list(faults) == [path]
    if message is not ...:
        assert faults[path].message == message


SOUND = [
    simulated(inputs=[{"id": "test-1"}], outputs=[{"id": "test"}]),
    simulated(inputs=linked(outputs=["siren"]), outputs=[{"id": "siren"}]),
    simulated(inputs=linked(email=True), email={"host": "a", "sender": "a@b", "recipients": ["c@d"]}),
    simulated(inputs=linked(record=True), cameras=CAMERAS, recording={"folder": "/mnt"}),
    simulated(inputs=[{"id": "a", "schedule": "nights"}], schedules={"nights": {"mon": ["1:00-2:00"]}}),
    simulated(inputs=[{"id": "a", "schedule": "never"}, {"id": "b", "schedule": {"mon": ["1:00-2:00"]}}]),
    {"inputs": [{"id": "a", "line": {"name": "IN1", "chip": "a"}}, {"id": "b", "line": {"name": "IN1", "chip": "b"}}]},
    {"inputs": [{"id": "a", "line": {"chip": "a", "offset": 1}}, {"id": "b", "line": {"chip": "b", "offset": 1}}]},
    {"mqtt": {"host": "::1"}}, {"mqtt": {"host": "unix:/run/m.sock"}},
    {"mqtt": {"tls": {"cert_file": "/a", "key_file": "/b"}}},
    {"web": {"host": "127.9.9.9"}}, {"web": {"host": "::1"}}, {"web": {"host": "0.0.0.0", "password": "x"}},  # noqa: S104
    {"web": {"host": "0.0.0.0", "enabled": False}}, {"web": {"host": "0.0.0.0", "enabled": "no"}},  # noqa: S104
    {"device": {"timezone": "UTC"}},
]  # fmt: skip


@pytest.mark.parametrize("document", SOUND)
def test_what_fits_together_is_taken(faults_of, document):
    assert faults_of(document) == {}


@pytest.mark.parametrize("word", [True, "yes", "Y", "on", "True", "1", 1, 1.0])
def test_every_way_of_saying_yes_that_is_taken_counts_for_what_it_needs(faults_of, word):
    assert list(faults_of(simulated(inputs=linked(email=word)))) == ["inputs[0].linkage.email"]
    assert faults_of({"web": {"host": "0.0.0.0", "enabled": word}})  # noqa: S104


@pytest.mark.parametrize("word", [False, "no", "N", "off", "False", "0", 0, 0.0])
def test_every_way_of_saying_no_that_is_taken_needs_nothing(faults_of, word):
    assert faults_of(simulated(inputs=linked(email=word))) == {}
    assert faults_of({"web": {"host": "0.0.0.0", "enabled": word}}) == {}  # noqa: S104


def test_a_page_cannot_listen_on_nothing_which_would_be_everywhere(faults_of):
    assert faults_of({"web": {"host": ""}})["web.host"].message == "is empty"


def test_a_missing_section_is_told_once_however_many_inputs_need_it(faults_of):
    inputs = [{"id": one, "linkage": {"email": True}} for one in ("a", "b", "c")]
    faults = faults_of(simulated(inputs=inputs))
    assert list(faults) == ["inputs[0].linkage.email"]
    assert faults["inputs[0].linkage.email"].message.endswith("(2 more inputs need it)")


@pytest.mark.parametrize(
    ("document", "misspelt"),
    [
        (simulated(inputs=linked(email=True), emial={"host": "a"}), "emial"),
        ({"inputs": [{"id": "a", "lnie": {"name": "IN1"}}]}, "inputs[0].lnie"),
        (simulated(inputs=[{"id": "a", "schedule": "nights"}], shedules={"nights": "always"}), "shedules"),
        ({"cameras": {"gate": {"snapshto": "http://a"}}}, "cameras.gate.snapshto"),
        ({"web": {"host": "0.0.0.0", "pasword": "x"}}, "web.pasword"),  # noqa: S104
        ({"mqtt": {"tls": {"cert_file": "/a", "keyfile": "/b"}}}, "mqtt.tls.keyfile"),
        (simulated(inputs=linked(outputs=["siren"]), outputs=[{"idd": "siren"}]), "outputs[0].idd"),
    ],
)
def test_a_misspelt_key_is_told_and_not_what_is_missing_because_of_it(faults_of, document, misspelt):
    assert list(faults_of(document)) == [misspelt]


def test_a_reference_into_a_part_that_is_malformed_itself_is_not_told_as_well(faults_of):
    inputs = [{"id": "a", "schedule": "nights", "linkage": {"outputs": ["siren"]}}]
    assert set(faults_of({**simulated(inputs=inputs), "outputs": 5, "schedules": [1]})) == {"outputs", "schedules"}


@pytest.mark.parametrize("line", [17, "IN1", [], {"chip": 5}, {"offset": "x", "chip": "gpiochip0"}])
def test_a_line_that_cannot_be_understood_is_told_as_that_and_never_as_shared(faults_of, line):
    found = faults_of({"inputs": [{"id": "a", "line": line}, {"id": "b", "line": line}]})
    assert found
    assert not any("as well" in str(fault) for fault in (found.values() if isinstance(found, dict) else found))
