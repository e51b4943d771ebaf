"""Lines of every kind on the page, in a real browser on the real program and its file."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest
from programs.browser import PHONE, Watched, grave_faults, overflows
from programs.page import PagedBridge
from ruamel.yaml import YAML
from servers.onvif_camera import OnvifCamera
from words.builders import an_input, an_output
from words.lines_of_every_kind import CAMERAS, INPUT_LINES, OUTPUT_LINES
from words.waiting import wait_until

from bridge.core.definitions.document import as_document
from bridge.settings.edits import edits
from bridge.settings.load import load, validate

pytestmark = pytest.mark.e2e


def every_line(lines: dict[str, tuple[dict[str, Any], ...]], make: Any, begin: str = "") -> list[dict[str, Any]]:
    """A terminal for each line; those on GPIO lines are the simulated board's."""
    return [
        make(f"{begin}{kind}-{number}".replace("_", "-"), **({} if kind == "gpio" else {"line": line})).copy()
        for kind, each in lines.items()
        for number, line in enumerate(each)
    ]


@pytest.fixture(scope="module")
def bridge(tmp_path_factory):
    parts = {
        "cameras": {
            "gate": {
                **CAMERAS["gate"],
                "snapshot": "http://127.0.0.1:9/a.jpg?user=me",
                "stream": "rtsp://127.0.0.1:9/a",
            }
        },
        "inputs": every_line(INPUT_LINES, an_input),
        "outputs": every_line(OUTPUT_LINES, an_output, "out-"),
    }
    email = {"host": "127.0.0.1", "sender": "a@example.org", "recipients": ["b@example.org"]}
    with PagedBridge(tmp_path_factory.mktemp("lines"), email=email, **parts) as running:
        yield running


def open_page(browser, bridge, path, **context):
    watched = Watched(browser.new_context(**context).new_page())
    watched.page.goto(bridge.url + path)
    watched.page.locator("form[data-target]").wait_for()
    return watched.page


def written(bridge) -> Any:
    return YAML(typ="safe").load(bridge.file.read_text())


def means(document: Any) -> Any:
    """The cameras and lines that a document means, secrets included."""
    settings = validate(document)
    cameras = {name: (as_document(each), revealed(each.password)) for name, each in settings.cameras.items()}
    return (
        cameras,
        [(each.id, each.line) for each in settings.inputs],
        [(each.id, each.line) for each in settings.outputs],
    )


def revealed(secret: Any) -> str | None:
    return None if secret is None else str(secret.reveal())


def apply(page) -> None:
    page.get_by_role("button", name="Apply").click()


def test_what_each_form_shows_is_what_the_file_says(browser, bridge):
    """Sent as it is shown, as if all of it were new, no setting becomes another."""
    document = written(bridge)
    makes = {"inputs": edits.patch_input, "outputs": edits.patch_output}
    addresses = [
        (f"alarm-{kind}?{kind}put={each['id']}", partial(makes[f"{kind}puts"], each["id"]))
        for kind in ("in", "out")
        for each in document[f"{kind}puts"]
        if "line" in each
    ]
    addresses.append(("cameras?camera=gate", lambda patch: edits.patch_rest({"cameras": {"gate": patch}})))
    page = open_page(browser, bridge, "alarm-in")
    sent: list[Any] = []

    def take(route: Any) -> None:
        if route.request.method != "PATCH":
            route.continue_()
            return
        sent.append(route.request.post_data_json)
        route.fulfill(json={"ok": True})

    page.route("**/api/**", take)
    for address, edit in addresses:
        page.goto(bridge.url + address)
        apply(page)
        page.get_by_text("Nothing was changed.").wait_for()
        if address.endswith("out-http-0"):
            continue  # its preset fills in whole requests, of which the addresses are not shown
        page.evaluate(
            "(document.querySelector('[data-line]') ?? document.querySelector('form.form')).dataset.fresh = ''"
        )
        apply(page)
        page.get_by_text("Applied.").wait_for()
        assert means(edit(sent[-1]).make(document).document) == means(document), (address, sent[-1])
    assert len(sent) == len(addresses) - 1


def test_no_page_of_a_line_sticks_out_or_has_a_serious_accessibility_fault(browser, bridge):
    paths = ["alarm-in?add&kind=combined", "alarm-out?output=out-http-1", "cameras?camera=gate"]
    for path in paths:
        page = Watched(browser.new_context(viewport=PHONE).new_page()).page
        page.goto(bridge.url + path)
        page.locator("main").wait_for()
        assert overflows(page) == [], path
        assert grave_faults(page) == [], path
        page.context.close()


def test_a_line_becomes_one_of_another_kind_and_back_and_a_wrong_key_is_named_beside_its_field(browser, tmp_path):
    parts = {"inputs": [an_input("door", bias="pull_down"), an_input("gate")], "outputs": [an_output("siren")]}
    with PagedBridge(tmp_path, **parts) as bridge:
        page = open_page(browser, bridge, "alarm-in?input=door")
        page.get_by_label("Kind of line").select_option("MQTT")
        page.get_by_label("Topic", exact=True).first.fill("hall/+/sensor")
        page.get_by_label("Connected").first.fill('["open", 1]')
        apply(page)
        page.locator('[data-field="line.topic"] .fault').filter(has_text="no single topic").wait_for()
        page.get_by_label("Topic", exact=True).first.fill("hall/sensor")
        apply(page)
        page.get_by_text("Applied.").wait_for()
        door = written(bridge)["inputs"][0]
        assert door["line"] == {"kind": "mqtt", "topic": "hall/sensor", "connected": ["open", 1]}
        assert "bias" not in door, "a line elsewhere has no electrical level"
        page.get_by_label("Kind of line").select_option("Combined")
        page.get_by_role("group", name="Of").get_by_label("gate").check()
        apply(page)
        page.locator('[data-field="line.of"] .fault').filter(has_text="one input alone").wait_for()
        page.get_by_role("button", name="Undo").click()
        page.locator('[data-line="mqtt"]').wait_for()
        assert page.get_by_label("Topic", exact=True).first.input_value() == "hall/sensor"
        page.get_by_label("Kind of line").select_option("Terminal of the simulated board")
        page.locator('[data-line="gpio"]').wait_for()
        apply(page)
        page.get_by_text("Applied.").wait_for()
        assert "line" not in written(bridge)["inputs"][0]
        wait_until(lambda: "door" in bridge.board("contacts")["inputs"], what="the board's terminal")


def test_an_input_and_an_output_elsewhere_are_added(browser, tmp_path):
    with PagedBridge(tmp_path, inputs=[an_input("door")]) as bridge:
        page = open_page(browser, bridge, "alarm-out")
        page.get_by_label("Id", exact=True).fill("hall-siren")
        page.get_by_label("Kind of line").select_option("MQTT")
        page.get_by_label("Preset").select_option("zigbee2mqtt_siren")
        page.get_by_label("Topic", exact=True).first.fill("zigbee2mqtt/hall-siren")
        page.get_by_role("button", name="Add").click()
        page.wait_for_url("**/alarm-out?output=hall-siren")
        line = {"kind": "mqtt", "preset": "zigbee2mqtt_siren", "topic": "zigbee2mqtt/hall-siren"}
        assert written(bridge)["outputs"] == [{"id": "hall-siren", "line": line}]
        assert "warning" in page.get_by_label("Connected").first.input_value(), "what the preset fills in is shown"
        page.goto(f"{bridge.url}alarm-in?add&kind=http")
        page.get_by_label("Id", exact=True).fill("bell")
        page.get_by_role("button", name="Add").click()
        page.get_by_text("needs a token").wait_for()
        page.get_by_label("Token").fill("a-long-token")
        page.get_by_role("button", name="Add").click()
        page.wait_for_url("**/alarm-in?input=bell")
        assert "a-long-token" not in page.content()
        assert load(bridge.file).settings.inputs[1].line.token.reveal() == "a-long-token"


def test_a_camera_says_what_it_offers(browser, tmp_path):
    with OnvifCamera() as camera:
        cameras = {"gate": {"onvif": camera.address, "username": "cam", "password": "pw"}}
        with PagedBridge(tmp_path, cameras=cameras, inputs=[an_input("door")]) as bridge:
            page = open_page(browser, bridge, "alarm-in?input=door")
            page.get_by_label("Kind of line").select_option("ONVIF input")
            page.get_by_role("button", name="Ask the camera").click()
            page.get_by_text("2 alarm inputs, 2 events").wait_for()
            known = page.locator('[data-offered="inputs"] option')
            assert [each.get_attribute("value") for each in known.all()] == ["DI_1", "DI_2"]
            page.get_by_label("Token").fill("DI_2")
            apply(page)
            page.get_by_text("Applied.").wait_for()
            assert written(bridge)["inputs"][0]["line"] == {"kind": "onvif_input", "camera": "gate", "token": "DI_2"}
            camera.set_input("DI_2", True)
            page.get_by_text("In alarm: door").wait_for()
            page.get_by_label("Kind of line").select_option("ONVIF event")
            page.get_by_role("button", name="Ask the camera").click()
            page.get_by_label("Event").locator("option", has_text="motion (the camera has it)").wait_for(
                state="attached"
            )
            assert json.dumps(written(bridge)).count("pw") == 0 or "password" in written(bridge)["cameras"]["gate"]
