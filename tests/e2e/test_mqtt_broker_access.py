"""Getting to the broker: passwords, TLS, Unix sockets; and no secret is ever said."""

from __future__ import annotations

import logging

import pytest
from fakes.mqtt_bridge import Bridge, D, on_port
from programs.mqtt_client import MqttClient, retained, until
from servers.mosquitto import BrokerCertificates, Mosquitto
from servers.process import free_port
from servers.relay import Relay

from bridge.core.facts import BrokerFound

pytestmark = pytest.mark.e2e
SECRET = "correct horse"


async def connects(settings, within_s=5.0):
    async with Bridge(settings).running(connected=False) as bridge:
        await until(lambda: bridge.adapter.connected, within_s=within_s)
        return bridge.comings_and_goings == [BrokerFound]


async def stays_out(settings, caplog, *, why):
    """Tries, says why, and does not connect."""
    with caplog.at_level(logging.DEBUG):
        async with Bridge(settings).running(connected=False) as bridge:
            await until(lambda: why in caplog.text, what=f"{why!r} in the log")
            assert not bridge.adapter.connected


async def test_a_password_opens_the_broker_and_is_in_no_log_and_on_no_topic(tmp_path, caplog):
    with Mosquitto(tmp_path, users={"gate": SECRET}) as broker, caplog.at_level(logging.DEBUG):
        async with Bridge(on_port(broker.port, username="gate", password=SECRET)).running():
            with MqttClient(broker.port, "#", username="gate", password=SECRET) as client:
                await until(lambda: client.last(f"{D}/availability") == b"online")
                assert not [one for one in client.heard if SECRET.encode() in one.payload]
    assert SECRET not in caplog.text


async def test_a_password_file_is_read_for_each_connection(tmp_path, caplog):
    file = tmp_path / "password"
    with Mosquitto(tmp_path / "broker", users={"gate": SECRET}) as broker:
        settings = on_port(broker.port, username="gate", password_file=file)
        async with Bridge(settings).running(connected=False) as bridge:
            await until(lambda: str(file) in caplog.text, what="the missing file in the log")
            assert not bridge.adapter.connected
            file.write_text(f"{SECRET}\n")
            await until(lambda: bridge.adapter.connected)


async def test_a_wrong_password_is_said_once_and_tried_again_after_a_minute(tmp_path, caplog):
    with Mosquitto(tmp_path, users={"gate": "another"}) as broker:
        settings = on_port(broker.port, username="gate", password=SECRET)
        await stays_out(settings, caplog, why="trying again in 60 s")
        assert broker.log().count("New connection") == 1
    assert len([record for record in caplog.records if record.levelno >= logging.WARNING]) == 1
    assert SECRET not in caplog.text


async def test_tls_with_the_right_host_name_connects(tmp_path):
    certificates = BrokerCertificates(tmp_path / "tls", "localhost")
    with Mosquitto(tmp_path / "broker", certificates=certificates) as broker:
        tls = {"ca_file": certificates.authority}
        assert await connects(on_port(broker.port, host="localhost", tls=tls))


async def test_much_goes_over_tls_in_both_directions(tmp_path):
    """More than TLS hands out in one reading, and more than a socket takes in one writing."""
    certificates = BrokerCertificates(tmp_path / "tls", "localhost")
    plain = free_port()
    with Mosquitto(tmp_path, certificates=certificates, extra=f"listener {plain} 127.0.0.1") as broker:
        tls = {"ca_file": certificates.authority}
        with MqttClient(plain, f"{D}/snapshot/door", f"{D}/response") as client:
            async with Bridge(on_port(broker.port, host="localhost", tls=tls)).running() as bridge:
                bridge.adapter.snapshot("door", bytes(512 * 1024))
                for _ in range(20):
                    client.publish(f"{D}/silence", b"x" * 100_000)
                await until(lambda: len(client.on(f"{D}/response")) == 20)
                await until(lambda: client.last(f"{D}/snapshot/door") == bytes(512 * 1024))
                assert len(bridge.commands) == 20


async def test_a_certificate_for_another_host_is_not_accepted(tmp_path, caplog):
    certificates = BrokerCertificates(tmp_path / "tls", "another.example")
    with Mosquitto(tmp_path / "broker", certificates=certificates) as broker:
        settings = on_port(broker.port, host="localhost", tls={"ca_file": certificates.authority})
        await stays_out(settings, caplog, why="Hostname mismatch")


async def test_a_certificate_of_an_unknown_authority_is_not_accepted(tmp_path, caplog):
    certificates = BrokerCertificates(tmp_path / "tls", "localhost")
    with Mosquitto(tmp_path / "broker", certificates=certificates) as broker:
        await stays_out(
            on_port(broker.port, host="localhost", tls={}),
            caplog,
            why="the certificate of its authority",
        )


async def test_a_client_certificate_is_shown_where_it_is_asked_for(tmp_path, caplog):
    certificates = BrokerCertificates(tmp_path / "tls", "localhost")
    certificate, key = certificates.client
    with Mosquitto(tmp_path / "broker", certificates=certificates, client_certificates=True) as broker:
        tls = {"ca_file": certificates.authority}
        await stays_out(on_port(broker.port, host="localhost", tls=tls), caplog, why="certificate")
        with_own = tls | {"cert_file": certificate, "key_file": key}
        assert await connects(on_port(broker.port, host="localhost", tls=with_own))


async def test_a_unix_socket_is_a_way_in(tmp_path):
    with Mosquitto(tmp_path, unix=True) as broker:
        assert await connects(on_port(broker.port, host=f"unix:{broker.socket}"))


async def test_a_plain_connection_to_a_port_of_tls_is_no_reason_to_stop_trying(tmp_path, caplog):
    certificates = BrokerCertificates(tmp_path / "tls", "localhost")
    with Mosquitto(tmp_path / "broker", certificates=certificates) as broker:
        await stays_out(on_port(broker.port), caplog, why="trying again")


async def test_a_host_that_does_not_exist_is_tried_for_ever(caplog):
    await stays_out(on_port(1883, host="no-such-host.invalid"), caplog, why="trying again")


async def test_what_the_broker_forbids_is_said_once_and_the_rest_goes_on(tmp_path, caplog):
    acl = tmp_path / "acl"
    acl.write_text("topic readwrite alarm2mqtt/#\ntopic readwrite test/#\n")
    acl.chmod(0o600)
    with Mosquitto(tmp_path / "broker", extra=f"acl_file {acl}") as broker:
        async with Bridge(on_port(broker.port)).running():
            await until(lambda: "may not publish" in caplog.text)
            await until(lambda: retained(broker.port, f"{D}/availability"))
    warnings = [record.message for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(warnings) == 1
    assert (
        "may not publish on homeassistant/device/front-gate/config and 2 more beside it (Not authorized)" in warnings[0]
    )


class Rights:
    """The access rules of a broker for the bridge's user, changed while it runs."""

    def __init__(self, folder):
        folder.mkdir()
        self._file = folder / "acl"
        self.set("readwrite")

    def set(self, own):
        self._file.write_text(
            f"user gate\ntopic {own} alarm2mqtt/#\ntopic readwrite homeassistant/#\nuser tap\ntopic readwrite #\n"
        )
        self._file.chmod(0o600)

    @property
    def settings(self):
        return f"acl_file {self._file}"


@pytest.mark.parametrize(
    ("right", "missing"), [("write", "may not read"), ("read", "may not publish on"), ("none", "may not publish on")]
)
@pytest.mark.parametrize("version", [5, 4])
async def test_a_missing_right_is_a_problem_once_and_everything_comes_when_it_is_there(
    tmp_path, caplog, right, missing, version
):
    rights = Rights(tmp_path / "rights")
    rights.set("deny" if right == "none" else right)
    users = {"gate": "g", "tap": "t"}
    with (
        Mosquitto(tmp_path / "broker", users=users, extra=rights.settings) as broker,
        MqttClient(broker.port, f"{D}/#", username="tap", password="t") as tap,
    ):
        async with (
            Relay(broker.port, old=version == 4) as relay,
            Bridge(on_port(relay.port, username="gate", password="g"), ask_again_s=1.0).running() as bridge,
        ):
            await until(lambda: bridge.adapter.problem, within_s=10, what="a problem")
            assert missing in bridge.adapter.problem
            assert f"{D}/#" in bridge.adapter.problem
            asked = broker.log().count("Received SUBSCRIBE")
            await until(lambda: broker.log().count("Received SUBSCRIBE") > asked, within_s=10, what="another try")
            if right == "write":
                await until(lambda: b"may not read" in (tap.last(f"{D}/status") or b""), within_s=5)
            rights.set("readwrite")
            broker.reload()
            await until(lambda: bridge.adapter.problem is None, within_s=15, what="no problem")
            await until(lambda: tap.last(f"{D}/availability") == b"online")
            await until(lambda: tap.on(f"{D}/input/door/settings"))
            tap.publish(f"{D}/output/siren/set", b"OFF")
            await until(lambda: bridge.commands)
            await until(lambda: b'"problems":{}' in tap.last(f"{D}/status"))
    warnings = [record.message for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(warnings) == 1, warnings
