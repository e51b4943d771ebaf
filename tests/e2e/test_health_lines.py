"""The device's own health as inputs, in the real program: a full disk, a broker that is away, no network."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from programs.bridge import Bridge, Ear
from servers.mosquitto import Mosquitto
from servers.network import OwnNetwork
from servers.process import wait_until
from servers.small_disk import fill, small_disk
from servers.smtp import MisbehavingMailServer
from words.builders import an_input, an_output

pytestmark = pytest.mark.e2e
D = "alarm2mqtt/front-gate"
ITS_OWN_SYS = ("unshare", "--mount", "sh", "-c", 'mount -t sysfs sysfs /sys && exec "$@"', "sh")
"""Of the network it is in; /sys of the machine has that of the machine."""


def health(what: str, **more: Any) -> dict[str, Any]:
    line = {"kind": "health", "what": what, **more.pop("line", {})}
    return an_input(what, line=line, outputs=["lamp"], quiet_s=0, **more)


def a_bridge(folder: Path, port: int, *inputs: dict[str, Any], **more: Any) -> Bridge:
    return Bridge(folder, port, inputs=list(inputs), outputs=[an_output("lamp", follow_source=True)], **more)


def mails_to(server: MisbehavingMailServer) -> dict[str, Any]:
    return {
        "host": "127.0.0.1", "port": server.port, "security": "none", "min_gap_s": 0,
        "sender": "gate@example.org", "recipients": ["me@example.org"],
    }  # fmt: skip


def test_a_disk_that_is_full_is_an_alarm_whose_mail_goes_out_and_other_alarms_go_on(tmp_path: Path) -> None:
    with (
        small_disk(tmp_path / "disk", "3m") as disk,
        Mosquitto(tmp_path / "broker") as broker,
        Ear(broker.port, f"{D}/#") as ear,
        MisbehavingMailServer() as mail,
    ):
        inputs = health("disk", email=True), an_input("door", outputs=["lamp"], email=True, quiet_s=0)
        with a_bridge(disk, broker.port, *inputs, email=mails_to(mail)) as bridge:
            ear.wait_for(f"{D}/input/disk/state", b"OFF")
            ballast = disk / "ballast"
            fill(ballast)
            ear.wait_for(f"{D}/input/disk/alarm", b"ON")
            assert bridge.contact("lamp") == "connected"
            wait_until(lambda: len(mail.inbox) == 1, what=f"the disk's mail; log:\n{bridge.said()}")
            bridge.board("connect door")
            ear.wait_for(f"{D}/input/door/alarm", b"ON")
            wait_until(lambda: len(mail.inbox) == 2, what=f"the door's mail; log:\n{bridge.said()}")
            bridge.board("disconnect door")
            ballast.unlink()
            ear.wait_for(f"{D}/input/disk/alarm", b"OFF")
            wait_until(lambda: bridge.contact("lamp") == "disconnected", what="the end of both")
        assert "disk: " in bridge.said()
        assert "full" in bridge.said()


def test_a_card_that_becomes_read_only_is_an_alarm_whose_mail_goes_out(tmp_path: Path) -> None:
    with small_disk(tmp_path / "card", "8m") as card, MisbehavingMailServer() as mail:
        clips = {"folder": str(card), "reserve_mb": 0}
        cameras = {"gate": {"stream": "rtsp://127.0.0.1:1/main"}}
        disk = health("disk", email=True)
        with a_bridge(tmp_path, 1, disk, email=mails_to(mail), recording=clips, cameras=cameras) as bridge:
            _hears(bridge, "started")
            remount(card, "ro")
            wait_until(lambda: bridge.contact("lamp") == "connected", what=f"the alarm; log:\n{bridge.said()}")
            wait_until(lambda: len(mail.inbox) == 1, what=f"its mail; log:\n{bridge.said()}")
            remount(card, "rw")
            what = f"the end, also if the recorder looked meanwhile, which does so every 30 s; log:\n{bridge.said()}"
            wait_until(lambda: bridge.contact("lamp") == "disconnected", within_s=40, what=what)
        assert f"disk: {card} is read-only" in bridge.said()


def remount(card: Path, how: str) -> None:
    """As the kernel does with a card that fails."""
    subprocess.run(["mount", "-o", f"remount,{how}", card], check=True)


def test_a_broker_that_is_away_for_long_is_an_alarm(tmp_path: Path) -> None:
    broker = Mosquitto(tmp_path / "broker")
    with a_bridge(tmp_path, broker.port, health("broker", line={"after_s": 1})) as bridge:
        with broker, Ear(broker.port, f"{D}/#") as ear:
            ear.wait_for(f"{D}/input/broker/state", b"OFF")
            assert bridge.contact("lamp") == "disconnected"
        wait_until(lambda: bridge.contact("lamp") == "connected", what="the alarm without a broker")
        with broker:
            wait_until(lambda: bridge.contact("lamp") == "disconnected", what="the end with a broker")


def test_a_machine_without_a_network_is_in_trouble_until_it_has_one(tmp_path: Path) -> None:
    with OwnNetwork() as network:
        bridge = a_bridge(tmp_path, 1, health("network", line={"after_s": 1}))
        bridge.before = (*network.inside, *ITS_OWN_SYS)
        with bridge:
            _hears(bridge, "network: no network interface has a carrier")
            network.run("ip", "link", "add", "alarm0", "type", "veth", "peer", "name", "alarm1")
            network.run("ip", "address", "add", "192.0.2.2/24", "dev", "alarm0")
            network.run("ip", "link", "set", "alarm0", "up")
            network.run("ip", "link", "set", "alarm1", "up")
            _hears(bridge, "network: there is no default route")
            network.run("ip", "route", "add", "default", "via", "192.0.2.1")
            _hears(bridge, "network: well again")
            network.run("ip", "link", "set", "alarm1", "down")
            wait_until(lambda: bridge.contact("lamp") == "connected", what=f"the alarm; log:\n{bridge.said()}")
            network.run("ip", "link", "set", "alarm1", "up")
            wait_until(lambda: bridge.contact("lamp") == "disconnected", what="the end")


def _hears(bridge: Bridge, words: str) -> None:
    wait_until(lambda: words in bridge.said(), what=f"{words}; log:\n{bridge.said()}")
