"""In the add-on: the Supervisor's options and broker, below the file."""

from __future__ import annotations

import json
import socket
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from bridge.settings.file.salvage import load_outputs
from bridge.settings.sources import addon
from bridge.settings.sources.addon import Supervisor, broker_layer, options_layer
from bridge.settings.sources.layers import Layer

ADDON = {"SUPERVISOR_TOKEN": "t0ken"}
SERVICE = {
    "result": "ok",
    "data": {
        "host": "core-mosquitto",
        "port": 1883,
        "ssl": False,
        "username": "addons",
        "password": "sesame",
        "protocol": "3.1.1",
        "addon": "core_mosquitto",
    },
}


class Answering:
    """A local server that answers as the Supervisor does; what it was asked is kept."""

    def __init__(self):
        self.status, self.body = 200, json.dumps(SERVICE).encode()
        self.asked = []
        outer = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self):
                outer.asked.append((self.path, self.headers["Authorization"]))
                self.send_response(outer.status)
                self.end_headers()
                self.wfile.write(outer.body)

            def log_message(self, *_):
                """Nothing on the console."""

        self.server = HTTPServer(("127.0.0.1", 0), Answer)
        self.host = f"127.0.0.1:{self.server.server_port}"
        Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()


@pytest.fixture
def supervisor():
    supervisor = Answering()
    yield supervisor
    supervisor.server.shutdown()
    supervisor.server.server_close()


@pytest.fixture
def in_addon(supervisor, tmp_path):
    """What makes `load` believe that it is in an add-on; called with options, it sets these."""
    return InAddon(Supervisor(options=tmp_path / "options.json", host=supervisor.host))


class InAddon(dict):
    """Arguments for `load`."""

    def __init__(self, supervisor):
        super().__init__(environ=ADDON, supervisor=supervisor)
        self.fill_in()

    def fill_in(self, **values):
        self["supervisor"].options.write_text(json.dumps(values))


def test_outside_an_add_on_there_is_neither(tmp_path):
    assert options_layer({}, Supervisor(options=tmp_path / "none")) == Layer(origin=addon.OPTIONS)
    assert broker_layer({}, [], Supervisor(host="127.0.0.1:1")) == Layer(origin=addon.SERVICE)


def test_the_broker_comes_from_the_supervisor_when_nobody_names_one(loaded, in_addon, supervisor):
    got = loaded("inputs: [{id: door, line: {chip: a, offset: 1}}]", **in_addon)
    mqtt = got.settings.mqtt
    assert (mqtt.host, mqtt.port, mqtt.username) == ("core-mosquitto", 1883, "addons")
    assert mqtt.password.reveal() == "sesame"
    assert mqtt.tls is None
    assert supervisor.asked == [("/services/mqtt", "Bearer t0ken")]
    assert "mqtt" not in got.document
    assert str(got.settings.store.folder) == "/data/store"
    assert not got.warnings()


@pytest.mark.parametrize("where", ["file", "environment", "options"])
def test_a_broker_that_is_named_never_gets_the_supervisors_password(loaded, in_addon, supervisor, where):
    if where == "options":
        in_addon.fill_in(mqtt={"host": "other"})
    if where == "environment":
        in_addon["environ"] = ADDON | {"ALARM2MQTT_MQTT__HOST": "other"}
    mqtt = loaded("mqtt: {host: other}" if where == "file" else "", **in_addon).settings.mqtt
    assert (mqtt.host, mqtt.username, mqtt.password) == ("other", None, None)
    assert not supervisor.asked


def test_neither_does_one_that_is_named_later(loaded, in_addon):
    got = loaded("mqtt: {keepalive_s: 41}", **in_addon)
    assert got.settings.mqtt.password is not None
    changed = got.with_document({"mqtt": {"host": "other"}})
    assert changed.settings.mqtt.password is None
    assert changed.with_document({}).settings.mqtt.host == "core-mosquitto"


def test_the_file_stands_above_the_options_and_these_above_the_broker(loaded, in_addon):
    in_addon.fill_in(
        device={"id": "cellar", "name": "Cellar"}, mqtt={"username": "mine", "password": "my"}, log={"level": ""}
    )
    settings = loaded("device: {name: From the file}", **in_addon).settings
    assert (settings.device.id, settings.device.name) == ("cellar", "From the file")
    assert (settings.mqtt.host, settings.mqtt.username) == ("core-mosquitto", "mine")
    assert settings.log.level == "info"


def test_a_fault_in_the_options_is_told_as_theirs(faults_of_file, in_addon):
    in_addon.fill_in(device={"id": "Cellar!"})
    (fault,) = faults_of_file("", **in_addon)
    assert (fault.path, fault.file) == ("device.id", "add-on options")


def test_without_a_broker_add_on_it_goes_on_and_says_what_to_do(loaded, in_addon, supervisor):
    supervisor.status = 400
    got = loaded("", **in_addon)
    assert got.settings.mqtt.host == "localhost"
    (warning,) = got.warnings()
    assert "install the Mosquitto add-on" in warning


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"data": null}', b'{"data": {"host": ""}}'])
def test_an_answer_that_is_none_is_no_broker(loaded, in_addon, supervisor, body):
    supervisor.body = body
    assert loaded("", **in_addon).settings.mqtt.host == "localhost"


def test_a_broker_with_tls_is_spoken_to_with_tls(loaded, in_addon, supervisor):
    supervisor.body = json.dumps({"data": {**SERVICE["data"], "ssl": True, "port": 8883}}).encode()
    assert loaded("", **in_addon).settings.mqtt.tls is not None


def test_a_supervisor_that_is_silent_holds_nothing_up_for_long():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        layer = broker_layer(ADDON, [], Supervisor(host=f"127.0.0.1:{silent.getsockname()[1]}", patience_s=0.05))
    assert layer.values == {}
    assert "t0ken" not in layer.warnings[0]
    assert "timed out" in layer.warnings[0]


@pytest.mark.parametrize("text", [None, "{", "[1]"])
def test_options_that_cannot_be_read_stop_nothing(loaded, in_addon, tmp_path, text):
    file = tmp_path / "options.json"
    file.unlink() if text is None else file.write_text(text)
    got = loaded("", **in_addon)
    assert str(got.settings.store.folder) == "/data/store"


def test_making_outputs_safe_asks_nobody(write, in_addon, supervisor):
    settings, faults = load_outputs(write("outputs: [{id: siren, line: {chip: a, offset: 1}}]"), **in_addon)
    assert [output.id for output in settings.outputs] == ["siren"]
    assert not faults
    assert not supervisor.asked
