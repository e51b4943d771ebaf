"""A siren that somebody silenced does not sound again because the program, or the power, was gone for a moment."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from programs.bridge import Bridge, Ear
from servers.mosquitto import Mosquitto
from servers.process import wait_until
from words.builders import an_input, an_output

from bridge.store.sqlite.connection import FILE_NAME

pytestmark = pytest.mark.e2e

D = "alarm2mqtt/front-gate"


def kept(folder):
    """What is on the disk of the door."""
    with closing(sqlite3.connect(folder / FILE_NAME)) as database:
        return database.execute("SELECT alarm, silenced FROM input WHERE id = 'door'").fetchone()


def test_a_silenced_siren_is_idle_after_a_kill_until_the_next_begin(tmp_path):
    door, siren = an_input("door", outputs=["siren"]), an_output("siren", follow_source=True)
    with Mosquitto(tmp_path / "broker") as broker, Ear(broker.port, f"{D}/#") as ear:
        bridge = Bridge(tmp_path, broker.port, inputs=[door], outputs=[siren])
        with bridge:
            ear.wait_for(f"{D}/availability", b"online")
            bridge.board("connect door")
            ear.wait_for(f"{D}/output/siren/state", b"ON")
            ear.publish(f"{D}/silence")
            ear.wait_for(f"{D}/output/siren/state", b"OFF")
            wait_until(lambda: kept(tmp_path) == (1, '["siren"]'), what="the silence on the disk")
            bridge.kill()
        ear.wait_for(f"{D}/availability", b"offline")
        heard = len(ear.on(f"{D}/journal"))

        def kinds():
            """What is new: entries that were sent just before a kill may come again, as replayed."""
            return [one.json["kind"] for one in ear.on(f"{D}/journal")[heard:] if one.json["boot"] != boot]

        boot = ear.on(f"{D}/journal")[0].json["boot"]
        with bridge:
            wait_until(lambda: "resumed" in kinds(), what="resumed")
            ear.wait_for(f"{D}/input/door/alarm", b"ON")
            assert bridge.contact("siren") == "disconnected"
            assert "output_on" not in kinds()
            bridge.board("disconnect door")
            ear.wait_for(f"{D}/input/door/alarm", b"OFF")
            bridge.board("connect door")
            ear.wait_for(f"{D}/output/siren/state", b"ON")
            assert bridge.contact("siren") == "connected"
