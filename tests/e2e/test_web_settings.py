"""The forms of alarm in and alarm out in a real browser, on the real program and its file."""

import json
import re

import pytest
from programs.bridge import Ear
from programs.browser import PHONE, Watched, overflows
from programs.page import PagedBridge
from ruamel.yaml import YAML
from servers.mosquitto import Mosquitto
from servers.process import wait_until
from words.builders import an_input, an_output

pytestmark = pytest.mark.e2e

PARTS = {
    "inputs": [an_input("garage-door", name="Garage door"), an_input("side-gate", name="Side gate")],
    "outputs": [an_output("siren", name="Siren"), an_output("strobe", name="Strobe")],
    "schedules": {"nights": {"mon-fri": ["18:00-07:00"]}},
}


@pytest.fixture
def bridge(tmp_path):
    bridge = PagedBridge(tmp_path, **PARTS)
    document = YAML(typ="safe").load(bridge.file.read_text())
    with bridge.file.open("w") as file:
        file.write("# the house of the example\n")
        YAML().dump(document, file)
    with bridge as running:
        yield running


def open_page(browser, bridge, path, **context):
    watched = Watched(browser.new_context(**context).new_page())
    watched.page.goto(bridge.url + path)
    watched.page.locator("form[data-target]").wait_for()
    return watched.page


def written(bridge):
    return YAML(typ="safe").load(bridge.file.read_text())


def apply(page):
    page.get_by_role("button", name="Apply").click()


def fault(page, path):
    return page.locator(f'[data-field="{path}"] .fault')


def test_what_is_set_on_the_page_is_in_the_file_and_in_another_browser_and_nothing_else_changed(browser, bridge):
    page = open_page(browser, bridge, "alarm-in?input=garage-door")
    other = open_page(browser, bridge, "alarm-in?input=garage-door")
    before = written(bridge)
    page.get_by_label("Name").fill("Garage, left")
    page.get_by_label("Trigger Mode").select_option("Disconnect")
    page.get_by_label("Status").select_option("Disable")
    page.get_by_label("Debounce (ms)").fill("250")
    page.get_by_label("Siren").check()
    page.get_by_label("Schedule", exact=True).select_option("nights")
    apply(page)
    page.get_by_text("Applied.").wait_for()
    after = written(bridge)
    expected = {
        **before["inputs"][0],
        "name": "Garage, left",
        "trigger_mode": "disconnect",
        "enabled": False,
        "debounce_ms": 250,
        "schedule": "nights",
        "linkage": {"outputs": ["siren"]},
    }
    assert after == {**before, "inputs": [expected, before["inputs"][1]]}
    assert bridge.file.read_text().startswith("# the house of the example\n")
    wait_until(lambda: other.get_by_label("Name").input_value() == "Garage, left", what="the other browser")
    assert other.get_by_label("Siren").is_checked()
    assert other.get_by_label("Status").input_value() == "false"
    other.get_by_text("Disabled").first.wait_for()


def test_an_input_becomes_a_stop_button_that_starts_nothing_or_a_key_and_is_always_armed(browser, bridge):
    page = open_page(browser, bridge, "alarm-in?input=garage-door")
    stop = page.get_by_role("group", name="Stop button").get_by_label("Enable")
    page.get_by_label("Siren").check()
    stop.check()
    apply(page)
    fault(page, "linkage.outputs").filter(has_text="whose alarm only stops").wait_for()
    page.get_by_label("Siren").uncheck()
    apply(page)
    page.get_by_text("Applied.").wait_for()
    assert written(bridge)["inputs"][0]["linkage"]["silence"] is True
    stop.uncheck()
    page.get_by_role("group", name="Key switch").get_by_label("Enable").check()
    page.get_by_label("Always armed").select_option("Enable")
    apply(page)
    page.get_by_text("Applied.").wait_for()
    wait_until(lambda: written(bridge)["inputs"][0]["linkage"].get("disarm") is True, what="the key switch")
    door = written(bridge)["inputs"][0]
    assert door["always_armed"] is True
    assert door["linkage"].get("silence", False) is False
    bridge.board("connect garage-door")
    page.locator('#armed[aria-checked="false"]').wait_for()


def test_every_setting_of_an_output_is_in_the_file(browser, bridge):
    page = open_page(browser, bridge, "alarm-out?output=strobe")
    for label, choice in (
        ("Valid Signal", "Disconnect"),
        ("Alarm Output Mode", "Pulse Mode"),
        ("Follow Source", "Enable"),
        ("An alarm while it is on", "Changes nothing"),
        ("Timing Alarm Output", "Enable"),
        ("Schedule", "Never"),
        ("Kind", "Strobe"),
        ("Comes back after a restart", "Enable"),
    ):
        page.get_by_label(label, exact=True).select_option(choice)
    for label, text in (
        ("Pulse on (ms)", "200"),
        ("Pulse off (ms)", "300"),
        ("Alarm Time (ms) (0: Continuous)", "4000"),
        ("Cut off after (s)", "60"),
        ("Broker lost: stop after (s)", "30"),
    ):
        page.get_by_label(label).fill(text)
    apply(page)
    page.get_by_text("Applied.").wait_for()
    strobe = written(bridge)["outputs"][1]
    assert strobe == {
        "id": "strobe",
        "name": "Strobe",
        "valid_signal": "disconnect",
        "mode": "pulse",
        "follow_source": True,
        "retrigger": "ignore",
        "timing": {"enabled": True, "schedule": "never"},
        "kind": "strobe",
        "restore_latched": True,
        "pulse": {"on_ms": 200, "off_ms": 300},
        "alarm_time_ms": 4000,
        "max_active_s": 60,
        "on_broker_loss": {"stop_after_s": 30},
    }
    page.get_by_label("Broker lost: stop after (s)").fill("")
    page.get_by_label("Cut off after (s)").fill("")
    apply(page)
    page.get_by_text("Applied.").wait_for()
    wait_until(lambda: written(bridge)["outputs"][1].get("on_broker_loss", "keep") == "keep", what="keep")
    assert "max_active_s" not in written(bridge)["outputs"][1]


@pytest.mark.parametrize(
    ("label", "path", "wrong", "reason"),
    [
        ("Alarm Time (ms) (0: Continuous)", "alarm_time_ms", "50", "too short"),
        ("Alarm Time (ms) (0: Continuous)", "alarm_time_ms", "soon", "number"),
        ("Pulse on (ms)", "pulse.on_ms", "1", "50"),
        ("Name", "name", "x" * 64 + "\t", ""),
    ],
)
def test_a_wrong_value_is_refused_beside_its_field_and_nothing_changes(browser, bridge, label, path, wrong, reason):
    page = open_page(browser, bridge, "alarm-out?output=siren")
    before = bridge.file.read_text()
    page.get_by_label(label).evaluate(
        "(input, text) => { input.removeAttribute('maxlength'); input.value = text; }", wrong
    )
    if path == "name":
        page.get_by_label(label).evaluate("(input) => { input.value = 'x'.repeat(65); }")
    page.get_by_label("Valid Signal").select_option("Disconnect")
    apply(page)
    fault(page, path).filter(has_text=re.compile(".")).wait_for()
    assert reason in fault(page, path).inner_text()
    assert page.get_by_label(label).get_attribute("aria-invalid") == "true"
    assert bridge.file.read_text() == before
    assert bridge.contact("siren") == "disconnected"
    page.get_by_role("button", name="Undo").click()
    assert fault(page, path).inner_text() == ""
    assert page.get_by_label("Valid Signal").input_value() == "close"


def test_two_who_edit_at_once_keep_each_others_changes(browser, bridge):
    one = open_page(browser, bridge, "alarm-in?input=garage-door")
    other = open_page(browser, bridge, "alarm-in?input=garage-door")
    one.get_by_label("Siren").check()
    one.get_by_label("Name").fill("One")
    other.get_by_label("Strobe").check()
    other.get_by_label("Quiet period (s)").fill("7")
    apply(one)
    one.get_by_text("Applied.").wait_for()
    wait_until(lambda: other.get_by_label("Name").input_value() == "One", what="the first one's name")
    assert other.get_by_label("Strobe").is_checked(), "what is being edited stays"
    apply(other)
    other.get_by_text("Applied.").wait_for()
    door = written(bridge)["inputs"][0]
    assert (door["name"], door["quiet_s"], sorted(door["linkage"]["outputs"])) == ("One", 7, ["siren", "strobe"])


def test_a_change_in_the_file_is_on_the_page(browser, bridge):
    page = open_page(browser, bridge, "alarm-out?output=siren")
    bridge.file.write_text(bridge.file.read_text().replace("name: Siren", "name: Horn"))
    wait_until(lambda: page.get_by_label("Name").input_value() == "Horn", what="the name of the file")


def test_an_input_is_added_and_removed_on_the_page(browser, bridge):
    page = open_page(browser, bridge, "alarm-in")
    page.get_by_text("Add an alarm input").click()
    page.get_by_label("Id", exact=True).fill("Back Door")
    page.get_by_role("button", name="Add").click()
    fault(page, "id").filter(has_text="is no id").wait_for()
    page.get_by_label("Id", exact=True).fill("back-door")
    page.get_by_role("button", name="Add").click()
    page.wait_for_url("**/alarm-in?input=back-door")
    assert "back-door" in [part["id"] for part in written(bridge)["inputs"]]
    assert bridge.board("contacts")["inputs"]["back-door"] == "disconnected"
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Remove back-door").click()
    page.wait_for_url(re.compile(r"/alarm-in\??$"))
    assert "back-door" not in json.dumps(written(bridge))


def test_apply_is_in_sight_and_names_what_will_change_while_something_is_changed(browser, bridge):
    page = open_page(browser, bridge, "alarm-in?input=garage-door", viewport=PHONE)
    button = page.get_by_role("button", name="Apply")
    in_sight = "(button) => button.getBoundingClientRect().bottom <= innerHeight"
    assert not button.evaluate(in_sight)
    page.get_by_label("Name").fill("Barn door")
    page.get_by_text("1 change, not applied yet.").wait_for()
    assert button.evaluate(in_sight)
    page.get_by_label("Siren").check()
    page.get_by_label("Status").select_option("Disable")
    page.get_by_text("Wiring").click()
    page.get_by_label("Bias").select_option("Pull-down")
    page.get_by_text("4 changes, not applied yet.").wait_for()
    assert page.locator(".changes li").all_inner_texts() == [
        "Name: Garage door → Barn door",
        "Status: Enable → Disable",
        "Output Channel: none → Siren",
        "and 1 more",
    ]
    assert overflows(page) == []
    page.get_by_role("button", name="Undo").click()
    assert page.locator(".changes li").count() == 0
    assert page.locator(".bar").evaluate("(bar) => getComputedStyle(bar).position") == "static"


def test_a_phone_folds_the_rarer_sections_and_a_refused_field_unfolds_its_own(browser, bridge):
    page = open_page(browser, bridge, "alarm-in?input=garage-door", viewport=PHONE)
    debounce = page.get_by_label("Debounce (ms)")
    assert not debounce.is_visible()
    page.locator("summary", has_text="More").focus()
    page.keyboard.press("Enter")
    debounce.fill("soon")
    page.keyboard.press("Tab")
    page.locator("summary", has_text="More").click()
    assert not debounce.is_visible()
    assert page.locator("summary", has_text="More").inner_text().endswith("1 changed")
    apply(page)
    fault(page, "debounce_ms").filter(has_text="number").wait_for()
    assert debounce.evaluate("(control) => control === document.activeElement")
    assert open_page(browser, bridge, "alarm-in?input=garage-door").get_by_label("Debounce (ms)").is_visible()


def test_removing_stands_apart_and_asks_first(browser, bridge):
    page = open_page(browser, bridge, "alarm-out?output=siren", viewport=PHONE)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    removal = page.get_by_role("button", name="Remove Siren")
    gap = removal.bounding_box()["y"] - page.get_by_role("button", name="Apply").bounding_box()["y"]
    assert gap > 100
    removal.click()
    assert asked == ["Remove Siren, with all its settings?"]
    assert [part["id"] for part in written(bridge)["outputs"]] == ["siren", "strobe"]


def test_on_a_phone_nothing_sticks_out_of_the_forms(browser, bridge):
    for path in ("alarm-in", "alarm-out"):
        assert overflows(open_page(browser, bridge, path, viewport=PHONE)) == []


def test_what_is_set_on_the_page_is_driven_at_once_and_told_over_mqtt(browser, tmp_path):
    with (
        Mosquitto(tmp_path / "broker") as broker,
        PagedBridge(tmp_path, broker=broker.port, **PARTS) as bridge,
        Ear(broker.port, "alarm2mqtt/front-gate/#") as ear,
    ):
        ear.wait_for("alarm2mqtt/front-gate/availability", b"online")
        page = open_page(browser, bridge, "alarm-out?output=siren")
        page.goto(f"{bridge.url}system")
        page.get_by_role("button", name="Test MQTT broker").click()
        page.get_by_text("The broker lets us in").wait_for()
        page.goto(f"{bridge.url}alarm-out?output=siren")
        page.get_by_label("Valid Signal").select_option("Disconnect")
        apply(page)
        page.get_by_text("Applied.").wait_for()
        assert bridge.contact("siren") == "connected", "idle is connected now"
        topic = "alarm2mqtt/front-gate/output/siren/settings"
        ear.wait_for_json(topic, lambda told: told["valid_signal"] == "disconnect")
        ear.publish(f"{topic}/set", b'{"name": "Horn", "alarm_time_ms": 5000}')
        wait_until(lambda: page.get_by_label("Name").input_value() == "Horn", what="the name set over MQTT")
        assert page.get_by_label("Alarm Time").input_value() == "5000"


@pytest.mark.parametrize("path", ["alarm-in", "schedules?of=nights"])
def test_what_was_not_applied_yet_is_not_lost_by_a_click_beside_it(browser, bridge, path):
    page = browser.new_context().new_page()
    page.goto(bridge.url + path)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    if path == "alarm-in":
        page.get_by_label("Name").fill("Barn door")
    else:
        page.locator("[data-at='2 20'][data-open]").click()
    said = page.get_by_text(re.compile("hanged?, not applied yet"))
    said.wait_for()
    log = page.get_by_role("navigation").get_by_role("link", name="Log")
    log.click(no_wait_after=True)
    wait_until(lambda: page.evaluate("1") and asked, what="the question")
    assert asked == ["beforeunload"]
    said.wait_for()
    apply(page)
    page.get_by_text("Applied.").wait_for()
    log.click()
    page.get_by_role("heading", name="Log", level=1).wait_for()
    assert asked == ["beforeunload"]
