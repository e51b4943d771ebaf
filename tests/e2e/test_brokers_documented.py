"""The configurations that `docs/brokers.md` shows, each with a real Mosquitto."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

import pytest
from fakes.mqtt_bridge import Bridge, D, an_input_view, on_port
from programs.mqtt_client import MqttClient, until
from servers.mosquitto import Mosquitto
from servers.process import free_port

from bridge.core.effects import PublishInput

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(60)]

PAGE = Path(__file__).parents[2] / "docs" / "brokers.md"
STATE = f"{D}/input/door/state"
SET = f"{D}/output/siren/set"


def shown(part):
    """The one configuration on the page that has this line in it."""
    found = [block for block in re.findall(r"```conf\n(.*?)```", PAGE.read_text(), re.DOTALL) if part in block]
    assert len(found) == 1
    return found[0]


async def obeyed(owner, bridge, payload, before):
    """Commands until it is obeyed: the link stands before it has subscribed, and nothing is kept for it."""
    for _ in range(15):
        owner.publish(SET, payload)
        with suppress(AssertionError):
            await until(lambda: len(bridge.commands) > before, within_s=1)
            return
    message = "the command was not obeyed"
    raise AssertionError(message)


async def test_with_the_two_lines_of_rights_every_bridge_has_all_it_needs_and_none_commands_another(tmp_path):
    acl = tmp_path / "acl"
    acl.write_text(shown("pattern") + shown("user homeassistant"))
    users = {"front-gate": "a", "back-gate": "b", "homeassistant": "c"}
    extra = f"acl_file {acl}"
    with (
        Mosquitto(tmp_path / "broker", users=users, extra=extra) as broker,
        MqttClient(broker.port, "#", username="homeassistant", password="c") as owner,
        MqttClient(broker.port, username="back-gate", password="b") as other,
    ):
        settings = on_port(broker.port, username="front-gate", password="a")
        async with Bridge(settings).running() as bridge:
            await until(lambda: owner.on("homeassistant/device/front-gate/config"), what="the description")
            await until(lambda: not bridge.adapter.unfinished_messages, what="everything being published")
            other.publish(SET, b"ON")
            owner.publish(SET, b"OFF")
            await until(lambda: bridge.commands, what="the owner being obeyed")
            assert len(bridge.commands) == 1
            assert bridge.adapter.problem is None


async def test_a_second_broker_has_every_state_and_its_commands_are_obeyed_but_not_old_ones(tmp_path):
    local_port = free_port()
    with Mosquitto(tmp_path / "second", users={"front-gate": "secret", "owner": "o"}, persistence=True) as second:
        lines = shown("connection second")
        for line, instead in (
            ("listener 1883 127.0.0.1", f"listener {local_port} 127.0.0.1"),
            ("broker.example.org:8883", f"127.0.0.1:{second.port}"),
            ("bridge_capath /etc/ssl/certs\n", "restart_timeout 1\n"),
            ("persistence_location /var/lib/mosquitto/", ""),
            ("persistence true\n", ""),
        ):
            assert line in lines
            lines = lines.replace(line, instead)
        with (
            Mosquitto(tmp_path / "local", persistence=True, extra=lines) as local,
            MqttClient(second.port, f"{D}/#", "link/#", username="owner", password="o") as owner,
        ):
            async with Bridge(on_port(local_port)).running() as bridge:
                await until(lambda: owner.last(f"{D}/availability") == b"online", within_s=15, what="online")
                await until(lambda: owner.last(STATE) == b"OFF", within_s=15, what="the state")
                await obeyed(owner, bridge, b"ON", 0)
                await until(lambda: owner.last("link/front-gate") == b"1", within_s=15, what="the connection")
                before = len(bridge.commands)
                bridge.adapter.perform(PublishInput(view=an_input_view(tripped=True)))
                await until(lambda: owner.last(STATE) == b"ON", within_s=15, what="the next state")
                assert len(bridge.commands) == before
                local.stop()
                await until(lambda: owner.last("link/front-gate") == b"0", within_s=15, what="the lost connection")
                owner.publish(SET, b"ON")
                local.start()
                await until(lambda: owner.last("link/front-gate") == b"1", within_s=15, what="the connection")
                await until(lambda: bridge.adapter.connected, within_s=15, what="a session")
                await obeyed(owner, bridge, b"OFF", before)
                assert {type(one).__name__ for one in bridge.commands[before:]} == {"OutputStopRequested"}
