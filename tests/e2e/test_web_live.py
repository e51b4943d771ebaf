"""The live page in a real browser, on the real program."""

import signal
import statistics

import pytest
from programs.browser import PHONE, Watched, overflows
from servers.process import wait_until
from words.builders import an_input, an_output

pytestmark = pytest.mark.e2e

PARTS = {
    "inputs": [
        an_input("garage-door", name="Garage door", outputs=["siren", "strobe"]),
        an_input("side-gate", name="Side gate", trigger_mode="disconnect", enabled=False),
    ],
    "outputs": [
        an_output("siren", name="Siren", kind="siren", mode="pulse", alarm_time_ms=60_000),
        an_output("strobe", name="Strobe", follow_source=True),
    ],
}


def open_live(browser, bridge, **context):
    watched = Watched(browser.new_context(**context).new_page())
    watched.page.goto(bridge.url)
    watched.page.wait_for_selector("body:not([data-stale])")
    watched.page.locator('[data-part="garage-door"][data-mood]:not([data-mood="unknown"])').wait_for()
    return watched


def mood(page, part):
    return page.locator(f'[data-part="{part}"]').get_attribute("data-mood")


def test_a_click_on_a_contact_lights_the_siren_in_two_browsers_and_stop_puts_it_out(browser, bridge):
    one, other = open_live(browser, bridge), open_live(browser, bridge)
    contact = one.page.get_by_role("switch", name="Contact of Garage door with G")
    contact.click()
    for page in (one.page, other.page):
        page.locator('[data-part="siren"][data-mood="pulse"]').wait_for()
        siren = page.locator('[data-part="siren"]')
        assert "Alarm: Garage door" in siren.inner_text()
        assert "s more)" in siren.inner_text()
        page.locator('[data-part="garage-door"][data-mood="alarm"]').wait_for()
    assert contact.get_attribute("aria-checked") == "true"
    other.page.get_by_role("button", name="Stop Siren").click()
    one.page.locator('[data-part="siren"][data-mood="off"]').wait_for()
    assert "Stopped by the page" in one.page.locator('[data-part="siren"]').inner_text()
    assert mood(one.page, "strobe") == "on"
    one.page.get_by_role("button", name="Silence").click()
    other.page.locator('[data-part="strobe"][data-mood="off"]').wait_for()
    assert one.complaints + other.complaints == []


@pytest.mark.parametrize("slow", ["page.js", "ask.js"])
def test_a_click_before_the_scripts_have_come_is_done_when_they_have(browser, bridge, slow):
    context = browser.new_context()
    held = []
    context.route(f"**/static/{slow}", lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks what it calls, and cannot mark a builtin
    watched = Watched(context.new_page())
    page = watched.page
    page.goto(bridge.url, wait_until="commit")
    wait_until(lambda: page.wait_for_timeout(10) or held, what=f"the request for {slow}")
    page.get_by_role("button", name="Start Siren").click()
    held[0].continue_()
    page.locator('[data-part="siren"][data-mood="pulse"]').wait_for()
    page.get_by_role("button", name="Stop Siren").click()
    page.locator('[data-part="siren"][data-mood="off"]').wait_for()
    assert watched.complaints == []


def test_everything_on_the_live_page_can_be_done_by_keyboard(browser, bridge):
    watched = open_live(browser, bridge)
    page = watched.page
    page.get_by_role("switch", name="Contact of Garage door with G").focus()
    page.keyboard.press("Space")
    page.locator('[data-part="siren"][data-mood="pulse"]').wait_for()
    page.get_by_role("button", name="Stop Siren").focus()
    page.keyboard.press("Enter")
    page.locator('[data-part="siren"][data-mood="off"]').wait_for()
    focused = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert focused == "Stop Siren"


def test_a_line_that_breaks_is_a_fault_on_the_page_and_heals(browser, bridge):
    page = open_live(browser, bridge).page
    page.get_by_role("button", name="Break line of Garage door").click()
    page.locator('[data-part="garage-door"][data-mood="fault"]').wait_for()
    assert "Line fault" in page.locator('[data-part="garage-door"]').inner_text()
    page.get_by_role("button", name="Mend line of Garage door").click()
    page.locator('[data-part="garage-door"][data-mood="normal"]').wait_for()


def test_a_page_says_when_the_device_is_gone_and_catches_up_when_it_is_back(browser, bridge):
    page = open_live(browser, bridge).page
    bridge.kill()
    page.get_by_text("No connection to the device").wait_for()
    bridge.start()
    bridge.board("connect garage-door")
    page.get_by_text("No connection to the device").wait_for(state="hidden")
    page.locator('[data-part="siren"][data-mood="pulse"]').wait_for()
    page.get_by_role("button", name="Stop Siren").click()
    page.locator('[data-part="siren"][data-mood="off"]').wait_for()


def test_the_first_load_is_small_and_asks_nobody_else(browser, bridge):
    page = browser.new_context().new_page()
    watched = Watched(page)
    sizes = []
    page.on("response", lambda response: "events" not in response.url and sizes.append(len(response.body())))
    page.goto(bridge.url)
    page.wait_for_selector('[data-part="siren"]')
    page.wait_for_load_state("load")
    wait_until(lambda: len(sizes) >= 5, what="all parts of the page")
    assert sum(sizes) < 100_000
    assert all(url.startswith(bridge.url) for url in watched.requests)


def test_on_a_phone_nothing_sticks_out(browser, bridge):
    watched = open_live(browser, bridge, viewport=PHONE)
    assert overflows(watched.page) == []


def test_a_click_is_on_the_lamp_within_a_tenth_of_a_second(browser, bridge):
    page = open_live(browser, bridge).page
    took_ms = page.evaluate(
        """async () => {
            const lamp = document.querySelector('[data-part="strobe"]');
            const contact = document.querySelector('[data-board="garage-door"]');
            const changed = () => new Promise((done) => {
                const watch = new MutationObserver(() => { watch.disconnect(); requestAnimationFrame(done); });
                watch.observe(lamp, { attributes: true, attributeFilter: ["data-mood"] });
            });
            const took = [];
            for (let nth = 0; nth < 40; nth += 1) {
                const begun = performance.now();
                const seen = changed();
                contact.click();
                await seen;
                took.push(performance.now() - begun);
                await new Promise((done) => setTimeout(done, 60));
            }
            return took;
        }"""
    )
    assert statistics.median(took_ms) < 100, took_ms


def test_a_device_that_says_nothing_any_more_is_not_shown_as_well(browser, bridge):
    page = browser.new_context().new_page()
    page.clock.install()
    page.goto(bridge.url)
    page.locator('[data-part="garage-door"][data-mood="normal"]').wait_for()
    page.clock.fast_forward(30_000)
    assert not page.get_by_text("No connection to the device").is_visible()
    bridge.signal(signal.SIGSTOP)
    page.clock.fast_forward(41_000)
    page.get_by_text("No connection to the device").wait_for()
    shown = page.locator('[data-part="garage-door"] .lamp').evaluate("(lamp) => getComputedStyle(lamp).backgroundColor")
    unlit = page.locator('[data-part="siren"] .lamp').evaluate("(lamp) => getComputedStyle(lamp).backgroundColor")
    assert shown == unlit
    bridge.signal(signal.SIGCONT)
    page.get_by_text("No connection to the device").wait_for(state="hidden")


def test_every_page_says_which_inputs_are_in_alarm(browser, bridge):
    page = browser.new_context(viewport=PHONE).new_page()
    page.goto(f"{bridge.url}log")
    title = page.title()
    said = page.locator("#alarms")
    page.wait_for_function("document.querySelectorAll('ol.log li').length > 0")
    assert said.inner_text() == ""
    bridge.board("connect garage-door")
    page.get_by_text("In alarm: Garage door").wait_for()
    assert page.title() == f"Alarm! {title}"
    assert overflows(page) == []
    page.goto(f"{bridge.url}system")
    page.get_by_text("In alarm: Garage door").wait_for()
    bridge.board("disconnect garage-door")
    page.get_by_text("In alarm: Garage door").wait_for(state="detached")
    assert not page.title().startswith("Alarm!")
