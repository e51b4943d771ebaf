"""The armed switch above every page, in a real browser on the real program."""

import http.client
import json

import pytest
from programs.browser import DESKTOP, PHONE, Watched, grave_faults, overflows
from servers.process import wait_until
from words.builders import an_input, an_output

pytestmark = pytest.mark.e2e

PARTS = {
    "inputs": [an_input("door", name="Garage door", outputs=["siren"]), an_input("key", name="Key", disarm=True)],
    "outputs": [an_output("siren", name="Siren", follow_source=True)],
}
SAID = "Disarmed: only inputs that are always armed can alarm."


def open_page(browser, bridge, path="", **context):
    watched = Watched(browser.new_context(**context).new_page())
    watched.page.goto(bridge.url + path)
    watched.page.wait_for_selector("body:not([data-stale])")
    return watched


def switch(page):
    return page.get_by_role("switch", name="Armed", exact=True)


def is_shown(page, *, armed):
    page.locator(f'#armed[aria-checked="{str(armed).lower()}"]').wait_for()
    page.get_by_text(SAID).wait_for(state="hidden" if armed else "visible")


def arm(bridge, *, armed):
    connection = http.client.HTTPConnection("127.0.0.1", bridge.port_of_page, timeout=10)
    body = json.dumps({"armed": armed})
    connection.request("POST", "/api/armed", body, {"Content-Type": "application/json"})
    assert connection.getresponse().read() == b'{"ok":true}'


def test_switched_off_the_alarm_ends_and_the_device_stays_disarmed_over_a_restart(browser, bridge):
    one, other = open_page(browser, bridge), open_page(browser, bridge, "log")
    bridge.board("connect door")
    one.page.locator('[data-part="siren"][data-mood="on"]').wait_for()
    switch(one.page).click()
    for page in (one.page, other.page):
        is_shown(page, armed=False)
    one.page.locator('[data-part="siren"][data-mood="off"]').wait_for()
    one.page.locator('[data-part="door"][data-mood="tripped"]').get_by_text(
        "Not armed: the device is disarmed"
    ).wait_for()
    assert bridge.contact("siren") == "disconnected"
    other.page.locator('ol.log li[data-kind="disarmed"]', has_text="by the page").wait_for()
    bridge.kill()
    bridge.start()
    page = open_page(browser, bridge).page
    is_shown(page, armed=False)
    page.locator('[data-part="door"][data-mood="tripped"]').wait_for()
    assert bridge.contact("siren") == "disconnected"
    switch(page).click()
    is_shown(page, armed=True)
    page.locator('[data-part="siren"][data-mood="on"]').wait_for()


def test_the_switch_is_moved_by_keyboard_and_keeps_the_focus(browser, bridge):
    page = open_page(browser, bridge).page
    switch(page).focus()
    page.keyboard.press("Space")
    is_shown(page, armed=False)
    wait_until(lambda: page.evaluate("document.activeElement.id") == "armed", what="the focus")
    page.keyboard.press("Enter")
    is_shown(page, armed=True)


def test_a_key_that_holds_the_device_disarmed_is_named_when_it_cannot_be_armed(browser, bridge):
    page = open_page(browser, bridge).page
    bridge.board("connect key")
    is_shown(page, armed=False)
    switch(page).click()
    page.locator("#toast .bad").filter(has_text="the key switch key holds the device disarmed").wait_for()
    is_shown(page, armed=False)
    bridge.board("disconnect key")
    is_shown(page, armed=True)


@pytest.mark.parametrize("slow", ["page.js", "live.js"])
def test_a_click_before_the_scripts_have_come_asks_for_what_the_page_showed(browser, bridge, slow):
    context = browser.new_context()
    held = []
    context.route(f"**/static/{slow}", lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks what it calls, and cannot mark a builtin
    watched = Watched(context.new_page())
    page = watched.page
    page.goto(bridge.url, wait_until="commit")
    wait_until(lambda: page.wait_for_timeout(10) or held, what=f"the request for {slow}")
    switch(page).click()
    arm(bridge, armed=False)  # somebody else was quicker: this must not become a click that arms
    page.wait_for_timeout(200)  # a stream that was opened too early would have moved the switch by now
    with page.expect_response("**/api/armed") as answered:
        held[0].continue_()
    assert json.loads(answered.value.request.post_data) == {"armed": False}
    is_shown(page, armed=False)
    assert watched.complaints == []


@pytest.mark.parametrize("path", ["", "alarm-in", "log"])
def test_a_disarmed_page_sticks_out_nowhere_and_has_no_serious_accessibility_fault(browser, bridge, path):
    arm(bridge, armed=False)
    for size in (DESKTOP, PHONE):
        for theme in ("light", "dark"):
            watched = open_page(browser, bridge, path, viewport=size, color_scheme=theme)
            watched.page.wait_for_timeout(200)  # transitions of colours
            assert grave_faults(watched.page) == [], (size, theme)
            assert overflows(watched.page) == [], (size, theme)
            assert watched.complaints == [], (size, theme)
            watched.page.context.close()
