"""The store's trouble is seen where people look, while it lasts: on MQTT, and with it in Home Assistant."""

from __future__ import annotations

import pytest
from programs.bridge import Bridge, Ear
from servers.mosquitto import Mosquitto
from servers.process import wait_until
from servers.small_disk import fill, small_disk
from words.builders import an_input

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

STATUS = "alarm2mqtt/front-gate/status"


def test_a_full_disk_is_a_problem_of_the_device_until_there_is_room_again(tmp_path):
    with (
        Mosquitto(tmp_path / "broker") as broker,
        small_disk(tmp_path / "disk", "1500k") as disk,
        Ear(broker.port, "alarm2mqtt/#") as ear,
    ):
        bridge = Bridge(tmp_path, broker.port, inputs=[an_input("door")], store={"folder": str(disk)})
        bridge.folder = disk  # the board is beside the store
        with bridge:
            ear.wait_for_json(STATUS, lambda status: status["problems"] == {})
            fill(disk / "ballast")

            def full() -> bool:
                bridge.board("connect door")
                bridge.board("disconnect door")
                return b"full" in (ear.last(STATUS) or b"")

            wait_until(full, what="the disk's problem in the status")
            ear.wait_for_json(STATUS, lambda status: "the disk is full" in status["problems"].get("store", ""))
            (disk / "ballast").unlink()
            ear.wait_for_json(STATUS, lambda status: status["problems"] == {})
