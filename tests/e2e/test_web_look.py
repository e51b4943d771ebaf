"""What is looked at instead of read, in a real browser: incidents, the last day, cameras, the head of every page."""

import re

import pytest
from programs.bridge import Ear
from programs.browser import PHONE, Watched, overflows
from programs.page import PagedBridge
from servers.camera import SnapshotCamera
from servers.mosquitto import Mosquitto
from servers.process import wait_until
from words.builders import an_input, an_output

pytestmark = pytest.mark.e2e

PARTS = {
    "inputs": [an_input("door", name="Garage door", outputs=["siren"]), an_input("gate", name="Side gate")],
    "outputs": [an_output("siren", name="Siren", follow_source=True)],
}
HIDE = """(hidden) => {
    Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
}"""
BEYOND = """(bars) => {
    const end = document.querySelector(".chart svg").getBoundingClientRect().right;
    return bars.map((bar) => bar.getBoundingClientRect().right - end).filter((pixels) => pixels > 0.5);
}"""


@pytest.fixture
def camera():
    with SnapshotCamera(auth="none") as camera:
        yield camera


@pytest.fixture
def bridge(tmp_path, camera):
    with PagedBridge(tmp_path, **PARTS, cameras={"gate": {"snapshot": camera.url}}) as running:
        yield running


def open_page(browser, address, **context):
    watched = Watched(browser.new_context(**context).new_page())
    watched.page.goto(address)
    watched.page.locator("main").wait_for()
    return watched


def test_an_alarm_is_one_card_that_follows_it_and_stays_unfolded(browser, bridge):
    watched = open_page(browser, f"{bridge.url}log")
    page = watched.page
    bridge.board("connect door")
    card = page.locator(".incident")
    card.get_by_text("In alarm").wait_for()
    card.get_by_text("Siren on").wait_for()
    card.get_by_role("img", name="Picture of the alarm of Garage door").wait_for()
    card.locator("summary").focus()
    page.keyboard.press("Enter")
    card.locator('li[data-kind="alarm_begin"]').wait_for()
    bridge.board("disconnect door")
    card.get_by_text(re.compile("^Alarm for ")).wait_for()
    card.locator('li[data-kind="alarm_end"]').wait_for()
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    bridge.board("connect gate")
    page.locator(".incident", has_text="Side gate").wait_for()
    titles = page.locator("ol.days > li h4, ol.days > li h3").all_inner_texts()
    assert titles[1:] == ["Side gate", "Garage door"], titles
    before = page.locator("ol.days").inner_text()
    page.reload()
    assert page.locator("ol.days > li h3").count() == 1
    page.locator(".incident", has_text="Garage door").locator("summary").click()
    assert page.locator("ol.days").inner_text() == before, "what the script has put together is what the device makes"
    assert watched.complaints == []


def test_the_last_day_is_drawn_zoomed_and_leads_to_the_entry(browser, bridge):
    bridge.board("connect door")
    bridge.board("disconnect door")
    watched = open_page(browser, bridge.url, viewport=PHONE)
    page = watched.page
    page.get_by_role("button", name="10 min").click()
    alarm = page.locator('.chart .span[data-kind="alarm"]')
    wait_until(lambda: alarm.count() == 1 and page.locator('.chart .span[data-kind="on"]').count() == 1, what="bars")
    wide = page.locator(".chart .time").all_text_contents()
    page.locator(".chart").focus()
    page.keyboard.press("+")
    wait_until(lambda: page.locator(".chart .time").all_text_contents() != wide, what="a closer picture")
    page.keyboard.press("-")
    page.get_by_role("button", name="Earlier").click()
    alarm.wait_for(state="detached")
    page.get_by_role("button", name="Now", exact=True).click()
    alarm.wait_for()
    page.locator(".chart").focus()
    page.keyboard.press("ArrowRight")
    page.locator(".chosen", has_text="Garage door: in alarm").wait_for()
    page.keyboard.press("Escape")
    page.locator(".chart .span.chosen").wait_for(state="detached")
    at = alarm.evaluate(
        """(bar) => {
            const [one, chart] = [bar, bar.closest(".chart")].map((each) => each.getBoundingClientRect());
            return { x: one.left - chart.left - 6, y: one.top - chart.top + one.height / 2 };
        }"""
    )
    page.locator(".chart").click(position=at)
    page.locator(".chosen", has_text="Garage door: in alarm").get_by_role("link", name="in the log").click()
    page.wait_for_url("**/log?at=*")
    found = page.locator("#looked-up")
    found.locator('li[data-kind="alarm_end"]').wait_for()
    assert overflows(page) == []
    page.goto(f"{bridge.url}alarm-out?output=siren")
    page.locator('[data-timeline][data-drawn="1"]').wait_for()
    page.get_by_text("As a list").click()
    assert "Siren: on" in page.locator(".spans li").inner_text()
    bridge.board("connect door")
    page.locator('[data-timeline][data-drawn="2"]').wait_for()
    assert page.locator(".span").evaluate_all(BEYOND) == [], "what began just now is seen"
    assert watched.complaints == []


def test_cameras_are_asked_only_while_somebody_looks(browser, bridge):
    page = browser.new_context().new_page()
    page.clock.install()
    watched = Watched(page)
    page.goto(bridge.url)
    picture = page.get_by_role("img", name="Camera gate")
    wait_until(lambda: page.evaluate("1") and picture.count() and picture.is_visible(), what="the picture")
    assert picture.evaluate("(image) => image.naturalWidth") == 16

    def asked():
        page.evaluate("1")
        return sum("/camera?" in url for url in watched.requests)

    before = asked()
    page.evaluate(HIDE, True)
    page.clock.fast_forward(60_000)
    assert asked() == before, "nobody looks"
    page.evaluate(HIDE, False)
    wait_until(lambda: asked() > before, what="a new picture")
    page.clock.fast_forward(300_000)
    page.get_by_text("Not renewed").wait_for()
    before = asked()
    page.clock.fast_forward(60_000)
    assert asked() == before, "nobody has touched the page"
    page.get_by_role("button", name="Go on").click()
    wait_until(lambda: asked() > before, what="a new picture")
    page.get_by_text("Not renewed").wait_for(state="hidden")


def test_the_head_says_whether_broker_and_home_assistant_are_there(browser, tmp_path):
    with (
        Mosquitto(tmp_path / "broker") as broker,
        PagedBridge(tmp_path, broker=broker.port, **PARTS) as bridge,
        Ear(broker.port, "alarm2mqtt/front-gate/#") as ear,
    ):
        ear.wait_for("alarm2mqtt/front-gate/availability", b"online")
        page = open_page(browser, f"{bridge.url}system").page
        page.get_by_text("Broker connected").wait_for()
        page.get_by_text("Home Assistant not heard yet").wait_for()
        for said in (b"online", b"offline"):
            ear.publish("homeassistant/status", said)
            page.get_by_text(f"Home Assistant {said.decode()}").wait_for()
        broker.stop()
        page.get_by_text("Broker not connected").wait_for()
        page.get_by_text("Home Assistant not heard yet").wait_for()
