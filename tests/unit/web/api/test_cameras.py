"""Cameras over HTTP: what is answered holds no password, and what is refused says why."""

from __future__ import annotations

from typing import Any

import pytest
from fakes.page_bridge import page_bridge
from words.builders import settings_of

from bridge.errors import ActionFailed, CameraRefused, Fault
from bridge.web.api.cameras import is_open
from bridge.web.camera_desk import CameraOffer, FoundCamera

SETTINGS = settings_of(
    cameras={
        "gate": {"onvif": "http://10.0.0.2/onvif", "username": "cam", "password": "secret"},
        "yard": {"snapshot": "http://10.0.0.3/a.jpg?pwd=secret", "stream": "rtsp://me:secret@10.0.0.3/a"},
    }
)
OFFER = CameraOffer(
    address="http://10.0.0.9/onvif",
    camera="eye",
    is_known=False,
    title="Eye",
    inputs=(),
    outputs=(),
    has_picture=True,
    has_stream=False,
    missing=(),
)


class Cameras:
    """Answers from what a test puts in."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.error: Exception | None = None

    async def search(self) -> Any:
        return self._given([FoundCamera(address="http://10.0.0.9/onvif", name="Eye", known_as=None)])

    async def survey(self, address: str, *, username: str | None, password: str) -> Any:
        self.asked.append((address, username, password))
        return self._given(OFFER)

    async def survey_known(self, camera: str) -> Any:
        self.asked.append((camera,))
        return self._given(OFFER)

    async def picture(self, camera: str) -> Any:
        return self._given(b"\xff\xd8 a picture of " + camera.encode())

    def online(self) -> dict[str, bool]:
        return {"gate": True}

    def _given(self, answer: Any) -> Any:
        if self.error is not None:
            raise self.error
        return answer


class Desk:
    """Refuses what a test says, and keeps what it was asked."""

    def __init__(self) -> None:
        self.faults: tuple[Fault, ...] = ()
        self.asked: list[Any] = []

    async def patch_rest(self, patch: Any, by: str) -> tuple[Fault, ...]:
        assert by == "http"
        self.asked.append(patch)
        return self.faults

    async def take_over(self, found: Any, by: str) -> tuple[Fault, ...]:
        assert by == "http"
        self.asked.append(found)
        return self.faults


def served(folder):
    return page_bridge(folder, SETTINGS, cameras=Cameras(), desk=Desk())


async def test_cameras_are_answered_without_passwords(tmp_path):
    async with served(tmp_path) as bridge:
        status, body = await bridge.get("/api/cameras")
        assert status == 200
        assert "secret" not in str(body)
        assert [(key, each["online"], each["password"]) for key, each in body["cameras"].items()] == [
            ("gate", True, "***"),
            ("yard", None, None),
        ]
        assert (await bridge.get("/api/cameras/yard"))[1]["snapshot"] == "***"
        assert (await bridge.get("/api/cameras/gate"))[1]["onvif"] == "http://10.0.0.2/onvif"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/cameras/none"),
        ("PATCH", "/api/cameras/none"),
        ("DELETE", "/api/cameras/none"),
        ("POST", "/api/cameras/none/survey"),
        ("POST", "/api/cameras/none/picture"),
        ("GET", "/api/cameras/gate/picture"),
    ],
)
async def test_what_does_not_exist_is_404(tmp_path, method, path):
    async with served(tmp_path) as bridge:
        assert (await bridge.send(method, path, {} if method == "PATCH" else None))[0] == 404


async def test_cameras_of_the_network_and_what_one_has(tmp_path):
    async with served(tmp_path) as bridge:
        status, body = await bridge.post("/api/found-cameras")
        assert (status, body["found"]) == (200, [{"address": "http://10.0.0.9/onvif", "name": "Eye", "known_as": None}])
        asked = {"address": "10.0.0.9", "username": "cam", "password": "x"}
        status, body = await bridge.post("/api/found-cameras/survey", asked)
        assert (status, body["camera"]) == (200, "eye")
        await bridge.post("/api/cameras/gate/survey")
        assert bridge.ports.cameras.asked == [("10.0.0.9", "cam", "x"), ("gate",)]


@pytest.mark.parametrize(
    ("error", "path", "words"),
    [
        (ValueError("is no host"), "address", "is no host"),
        (CameraRefused("Sender not authorized", is_login=True), "username", "did not take the log-in"),
        (ActionFailed("no answer within 5 s"), "address", "no answer"),
    ],
)
async def test_a_camera_that_cannot_be_asked_is_refused_with_the_reason(tmp_path, error, path, words):
    async with served(tmp_path) as bridge:
        bridge.ports.cameras.error = error
        status, body = await bridge.post("/api/found-cameras/survey", {"address": "10.0.0.9"})
        assert (status, body["error"][0]["path"]) == (422, path)
        assert words in body["error"][0]["message"]


async def test_a_picture_is_taken_and_kept_to_be_looked_at(tmp_path):
    async with served(tmp_path) as bridge:
        assert (await bridge.post("/api/cameras/gate/picture"))[0] == 200
        async with bridge.client.get("/api/cameras/gate/picture") as response:
            assert (response.content_type, await response.read()) == ("image/jpeg", b"\xff\xd8 a picture of gate")
        bridge.ports.cameras.error = ActionFailed("http://10.0.0.2: no answer")
        assert (await bridge.post("/api/cameras/gate/picture"))[0] == 422


async def test_changes_are_edits_whose_faults_stand_at_the_cameras_own_keys(tmp_path):
    async with served(tmp_path) as bridge:
        desk = bridge.ports.settings
        assert (await bridge.post("/api/cameras", {"id": "eye", "onvif": "http://e/"}))[0] == 200
        assert (await bridge.send("PATCH", "/api/cameras/gate", {"username": "me"}))[0] == 200
        assert (await bridge.send("DELETE", "/api/cameras/gate"))[0] == 200
        found = {"cameras": {"eye": {"onvif": "http://e/"}}, "inputs": [{"id": "a"}], "outputs": []}
        assert (await bridge.post("/api/found-cameras/take-over", found))[0] == 200
        assert desk.asked == [
            {"cameras": {"eye": {"onvif": "http://e/"}}},
            {"cameras": {"gate": {"username": "me"}}},
            {"cameras": {"gate": None}},
            found,
        ]
        desk.faults = (
            Fault(path="cameras.gate.onvif", message="is wrong"),
            Fault(path="cameras.gate", message="is odd"),
            Fault(path="inputs[0].line.camera", message="names none"),
        )
        status, body = await bridge.send("PATCH", "/api/cameras/gate", {"onvif": "x"})
        assert status == 422
        assert [each["path"] for each in body["error"]] == ["onvif", "id", "inputs[0].line.camera"]
        assert (await bridge.post("/api/cameras", {"onvif": "http://e/"}))[0] == 422


@pytest.mark.parametrize(
    ("address", "is_shown"),
    [
        ("http://10.0.0.2/a.jpg", True),
        ("rtsp://10.0.0.2:554/Streaming/Channels/101", True),
        ("http://10.0.0.2/a.jpg?user=a", False),
        ("rtsp://a:b@10.0.0.2/", False),
        ("rtsp://10.0.0.2/user=a_password=b", False),
    ],
)
def test_an_address_that_may_hold_a_password_is_not_shown(address, is_shown):
    assert is_open(address) is is_shown
