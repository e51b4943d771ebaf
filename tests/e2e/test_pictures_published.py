"""What lies on the picture's topics: the last alarm's picture or nothing, and never more than is allowed."""

from __future__ import annotations

import pytest
from programs.bridge import Bridge, Ear
from programs.mqtt_client import retained
from servers.camera import SnapshotCamera, note_of
from servers.mosquitto import Mosquitto
from servers.process import wait_until
from words.builders import an_input

from bridge.actions.camera.jpeg import measure
from bridge.mqtt.publishing.publisher import LARGEST_SNAPSHOT

pytestmark = pytest.mark.e2e
pytest.importorskip("av", reason="pictures are made smaller by PyAV, of the extra `media`")

D = "alarm2mqtt/front-gate"


def large(jpeg):
    """The same picture with 600 kB of comments in it."""
    comment = b"\xff\xfe" + (60_000).to_bytes(2, "big") + bytes(59_998)
    return jpeg[:2] + 10 * comment + jpeg[2:]


def absurd(jpeg):
    """One that claims to be too large to be decoded here."""
    jpeg = bytearray(large(jpeg))
    at = jpeg.rindex(b"\xff\xc0")
    jpeg[at + 5 : at + 9] = (16_000).to_bytes(2, "big") * 2
    return bytes(jpeg)


def test_a_large_picture_is_made_smaller_and_one_that_cannot_be_leaves_nothing_old_behind(tmp_path):
    with (
        Mosquitto(tmp_path / "broker") as broker,
        SnapshotCamera() as camera,
        Bridge(
            tmp_path,
            broker.port,
            inputs=[an_input("door", quiet_s=0)],
            cameras={"gate": {"snapshot": camera.url, "username": "viewer", "password": "pw"}},
        ) as bridge,
        Ear(broker.port, f"{D}/#") as ear,
    ):
        ear.wait_for(f"{D}/availability", b"online")

        def pictures(count):
            topic = f"{D}/snapshot/door"
            wait_until(lambda: len(ear.on(topic)) == count, what=f"picture {count}; log:\n{bridge.said()}")
            return ear.on(topic)[-1].payload

        def trip():
            bridge.board("connect door")
            ear.wait_for(f"{D}/input/door/alarm", b"ON")
            bridge.board("disconnect door")
            ear.wait_for(f"{D}/input/door/alarm", b"OFF")

        def begins():
            return [one.json["id"] for one in ear.on(f"{D}/journal") if one.json["kind"] == "alarm_begin"]

        whose = f"{D}/input/door/picture"
        trip()
        assert note_of(pictures(1)) == "1"
        ear.wait_for_json(whose, lambda picture: [picture["alarm"]] == begins())
        camera.body = large
        trip()
        small = pictures(2)
        assert len(small) == measure(small).length < LARGEST_SNAPSHOT
        assert set(retained(broker.port, f"{D}/snapshot/#").values()) == {small}
        ear.wait_for_json(whose, lambda picture: picture["alarm"] == begins()[1])
        camera.body = absurd
        trip()
        assert pictures(3) == b""
        assert retained(broker.port, f"{D}/snapshot/#") == {}
        ear.wait_for_json(whose, lambda picture: picture == {"alarm": None})
        told = wait_until(
            lambda: [one.json for one in ear.on(f"{D}/journal") if one.json.get("reason") == "not_shown"],
            what="the journal's word of it",
        )
        assert (told[0]["kind"], told[0]["input"]) == ("snapshot", "door")
        assert "16000 x 16000 pixels" in told[0]["error"]
        assert "is not shown" in bridge.said()
