"""Cameras on the page: found in the network, taken over with a click, tried, changed and removed."""

from __future__ import annotations

from typing import Any

import pytest
from programs.browser import Watched
from programs.page import PagedBridge
from ruamel.yaml import YAML
from servers.camera_search import CameraSearch, matches
from servers.onvif_camera import OnvifCamera
from words.builders import an_output
from words.waiting import wait_until

from bridge.settings.load import load

pytestmark = pytest.mark.e2e

PASSWORD = "correct-horse"


def open_cameras(browser, bridge, path: str = "cameras") -> Any:
    watched = Watched(browser.new_context().new_page())
    watched.page.goto(bridge.url + path)
    watched.page.get_by_role("heading", name="Cameras", level=1).wait_for()
    return watched.page


def written(bridge) -> Any:
    return YAML(typ="safe").load(bridge.file.read_text())


def test_a_camera_is_found_and_taken_over_and_its_motion_begins_an_alarm(browser, tmp_path):
    with (
        OnvifCamera(password=PASSWORD) as camera,
        PagedBridge(tmp_path, outputs=[an_output("siren")]) as bridge,
    ):
        page = open_cameras(browser, bridge)
        with CameraSearch([matches(camera.address, endpoint="urn:uuid:1")]):
            page.get_by_role("button", name="Find cameras").click()
            page.get_by_text("1 camera found.").wait_for()
        page.get_by_text("did not take the log-in").wait_for()
        page.get_by_label("User name").fill("cam")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Ask Gate again").click()
        page.get_by_label("event motion").wait_for()
        page.get_by_label("relay RO_2").uncheck()
        page.get_by_label("Its id").fill("gate")
        page.get_by_role("button", name="Take over").click()
        page.get_by_text("Lines of").wait_for()
        page.get_by_text("Starts nothing yet: ").wait_for()
        assert (
            page.get_by_role("link", name="Motion (gate)").get_attribute("href") == "alarm-in?input=acme-eye-3-motion"
        )
        found = written(bridge)
        assert found["cameras"]["gate"]["onvif"] == camera.address
        assert {each["line"]["camera"] for each in [*found["inputs"], *found["outputs"][1:]]} == {"gate"}
        assert [each["line"].get("token") or each["line"]["event"] for each in found["inputs"]] == [
            "DI_1", "DI_2", "motion", "line_crossing",
        ]  # fmt: skip
        assert [each["line"]["token"] for each in found["outputs"][1:]] == ["RO_1"]
        settings = load(bridge.file).settings
        assert settings.cameras["gate"].password.reveal() == PASSWORD
        assert PASSWORD not in page.content()
        page.goto(bridge.url)
        page.get_by_text("Normal").first.wait_for()
        camera.motion(True)
        page.get_by_text("In alarm: Motion (gate)").wait_for()
        page.goto(f"{bridge.url}cameras")
        page.get_by_text("Online").wait_for()
        page.get_by_role("button", name="Test picture of gate").click()
        page.locator("#toast").get_by_text("The camera gave a picture").wait_for()
        image = page.locator("img[data-picture]")
        wait_until(lambda: image.evaluate("(image) => image.naturalWidth") == 16, what="the picture")
        page.get_by_label("User name").fill("")
        with CameraSearch([matches(camera.address, endpoint="urn:uuid:1")]):
            page.get_by_role("button", name="Find cameras").click()
            page.get_by_text("gate in the settings").wait_for()
        page.get_by_text("acme-eye-3-motion already").wait_for()
        assert page.get_by_label("relay RO_2").is_checked(), "the one that was left"


def test_a_camera_is_added_changed_and_removed_but_not_while_a_line_is_in_it(browser, tmp_path):
    with PagedBridge(tmp_path, inputs=[{"id": "door"}]) as bridge:
        page = open_cameras(browser, bridge, "cameras?add")
        page.get_by_label("Id", exact=True).fill("yard")
        page.get_by_label("Snapshot").fill("ftp://127.0.0.1/a.jpg")
        page.get_by_role("button", name="Add").click()
        page.locator('[data-field="snapshot"] .fault').filter(has_text="no address of a picture").wait_for()
        page.get_by_label("Snapshot").fill("http://127.0.0.1:9/a.jpg?user=me&pwd=secret")
        page.get_by_role("button", name="Add").click()
        page.wait_for_url("**/cameras?camera=yard")
        assert "secret" not in page.content()
        page.get_by_label("Stream").fill("rtsp://127.0.0.1:9/main")
        page.get_by_role("button", name="Apply").click()
        page.get_by_text("Applied.").wait_for()
        address = "http://127.0.0.1:9/a.jpg?user=me&pwd=secret"
        assert written(bridge)["cameras"] == {"yard": {"snapshot": address, "stream": "rtsp://127.0.0.1:9/main"}}
        page.get_by_role("button", name="Test picture of yard").click()
        page.locator("[data-tried]").filter(has_text="127.0.0.1:9").wait_for()
        page.goto(f"{bridge.url}alarm-in?input=door")
        page.get_by_label("Kind of line").select_option("Camera lost")
        page.get_by_label("Camera", exact=True).first.select_option("yard")
        page.get_by_role("button", name="Apply").click()
        page.get_by_text("Applied.").wait_for()
        page.goto(f"{bridge.url}cameras?camera=yard")
        page.on("dialog", lambda dialog: dialog.accept())
        page.get_by_role("button", name="Remove yard").click()
        page.get_by_text("names a camera that does not exist").wait_for()
        assert "yard" in written(bridge)["cameras"]
