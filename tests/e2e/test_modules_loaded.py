"""A library that the settings have no use for is never loaded: memory is small, and outputs are to be idle soon."""

import pytest
from programs.bridge import Bridge, Ear
from servers.mosquitto import Mosquitto
from servers.process import wait_until
from words.builders import an_input, an_output

pytestmark = pytest.mark.e2e

PARTS = {"inputs": [an_input("door", outputs=["siren"])], "outputs": [an_output("siren")]}
NEVER = {"aioftp", "aiohttp", "aiosmtplib", "av", "gpiod", "pydantic", "pydantic_settings", "rich", "yarl"}


def modules_of(bridge):
    """Every module that it has loaded, in this order; Python writes each into the log."""
    return [line.rpartition("|")[2].strip() for line in bridge.said().splitlines() if line.startswith("import time:")]


def test_a_bridge_without_actions_and_page_loads_no_library_of_theirs(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPROFILEIMPORTTIME", "1")
    with Mosquitto(tmp_path / "broker") as broker, Bridge(tmp_path, broker.port, **PARTS) as bridge:
        with Ear(broker.port, "#") as ear:
            ear.wait_for("alarm2mqtt/front-gate/availability", b"online")
        bridge.board("connect door")
        wait_until(lambda: bridge.contact("siren") == "connected", what="the siren")
        loaded = modules_of(bridge)
    assert "paho.mqtt.client" in loaded
    assert NEVER.intersection(loaded) == set()


def test_the_line_driver_is_there_before_the_libraries_of_broker_and_store(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPROFILEIMPORTTIME", "1")
    with Bridge(tmp_path, 1, **PARTS) as bridge:
        wait_until(lambda: "paho.mqtt.client" in modules_of(bridge), what="the library for the broker")
        loaded = modules_of(bridge)
    driver = loaded.index("bridge.lines.simulated.driver")
    late = ("sqlite3", "paho.mqtt.client", "ha_discovery", "bridge.mqtt.adapter", "bridge.store.store")
    assert {name: loaded.index(name) > driver for name in late if name in loaded} == dict.fromkeys(late, True)
