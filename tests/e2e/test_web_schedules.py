"""The schedule's grid, painted with mouse and keyboard in a real browser, on the real program and its file."""

import json
import re

import pytest
from programs.browser import PHONE, Watched, overflows
from ruamel.yaml import YAML
from servers.process import wait_until
from words.builders import an_input, an_output

from bridge.core.schedule_text import read_schedule

pytestmark = pytest.mark.e2e

NIGHTS = {"mon-fri": ["18:00-07:00"], "special": {"2026-12-24": []}}
PARTS = {
    "inputs": [an_input("door", name="Door", schedule="nights")],
    "outputs": [an_output("lamp", name="Lamp")],
    "schedules": {"nights": NIGHTS},
}


def open_page(browser, bridge, of="nights", **context):
    watched = Watched(browser.new_context(**context).new_page())
    watched.page.goto(f"{bridge.url}schedules?of={of}")
    watched.page.locator("[data-at='6 47'][data-open]").wait_for()
    assert watched.complaints == []
    return watched.page


def document(bridge):
    return YAML(typ="safe").load(bridge.file.read_text())


def week(bridge, name="nights"):
    return read_schedule(document(bridge)["schedules"][name]).week


def cell(page, day, slot):
    return page.locator(f"[data-at='{day} {slot}']")


def drag(page, begin, end):
    boxes = [cell(page, *at).bounding_box() for at in (begin, end)]
    points = [(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) for box in boxes]
    page.mouse.move(*points[0])
    page.mouse.down()
    page.mouse.move(*points[1], steps=8)
    page.mouse.up()


def apply(page):
    page.get_by_role("button", name="Apply").click()
    page.get_by_text("Applied.").wait_for()


def test_the_grid_shows_the_week(browser, bridge):
    page = open_page(browser, bridge)
    assert cell(page, 0, 36).get_attribute("data-open") == "yes"
    assert cell(page, 0, 13).get_attribute("data-open") == "no"
    assert cell(page, 1, 13).get_attribute("data-open") == "yes"
    assert cell(page, 5, 20).get_attribute("data-open") == "no"
    assert cell(page, 1, 13).get_attribute("aria-label") == "Tuesday 06:30 to 07:00"


def test_painting_with_the_mouse_opens_and_closes_half_hours_over_several_days(browser, bridge):
    page = open_page(browser, bridge)
    drag(page, (5, 20), (6, 23))
    drag(page, (0, 36), (0, 47))
    apply(page)
    days = week(bridge)
    assert days[5] == ((0, 420), (600, 720))
    assert days[6] == ((600, 720),)
    assert days[0] == ()
    assert days[1] == ((0, 420), (1080, 1440))


def test_painting_with_the_keyboard(browser, bridge):
    page = open_page(browser, bridge)
    page.locator("[role=gridcell][tabindex='0']").focus()
    page.keyboard.press("Home")
    for _ in range(6):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    for _ in range(3):
        page.keyboard.press("Shift+ArrowRight")
    assert page.evaluate("document.activeElement.dataset.at") == "6 3"
    apply(page)
    assert week(bridge)[6] == ((0, 120),)


def test_a_day_is_edited_to_the_minute_and_copied(browser, bridge):
    page = open_page(browser, bridge)
    page.get_by_label("Day", exact=True).select_option("Wednesday")
    page.get_by_label("Wednesday, period 2, from").fill("17:45")
    page.get_by_label("Wednesday, period 2, from").press("Enter")
    assert cell(page, 2, 35).get_attribute("data-open") == "part"
    page.get_by_label("Wednesday, period 1, to").fill("25:00")
    page.get_by_label("Wednesday, period 1, to").press("Enter")
    assert page.get_by_label("Wednesday, period 1, to").get_attribute("aria-invalid") == "true"
    page.get_by_label("Wednesday, period 1, to").fill("6:59")
    page.get_by_label("Copy this day to").select_option("Saturday and Sunday")
    page.get_by_role("button", name="Copy").click()
    apply(page)
    days = week(bridge)
    assert days[2] == days[5] == days[6] == ((0, 419), (1065, 1440))
    assert days[3] == ((0, 420), (1080, 1440))


def test_a_period_over_midnight_goes_on_in_the_next_day(browser, bridge):
    page = open_page(browser, bridge)
    page.get_by_label("Day", exact=True).select_option("Sunday")
    page.get_by_role("button", name="Add a period").click()
    page.get_by_label("Sunday, period 1, from").fill("22:00")
    page.get_by_label("Sunday, period 1, to").fill("06:00")
    apply(page)
    assert week(bridge)[6] == ((1320, 1440),)
    assert week(bridge)[0] == ((0, 360), (1080, 1440))


def test_special_days_come_and_go_and_a_wrong_one_changes_nothing(browser, bridge):
    page = open_page(browser, bridge)
    page.get_by_role("button", name="Add a special day").click()
    row = page.locator("#specials li").last
    row.get_by_label("first date").fill("2027-01-01")
    row = page.locator("#specials li").last
    row.get_by_label("last date").fill("2027-01-03")
    times = page.locator("#specials li").last.get_by_label("Periods of the special day")
    times.fill("late")
    times.press("Tab")
    before = bridge.file.read_text()
    page.get_by_role("button", name="Apply").click()
    page.locator("#schedule-fault").filter(has_text="late").wait_for()
    assert bridge.file.read_text() == before
    times.fill("10:00-12:00, 22:00-06:00")
    times.press("Tab")
    page.get_by_role("button", name="Remove the special day 2026-12-24").click()
    apply(page)
    special = read_schedule(document(bridge)["schedules"]["nights"]).special
    assert [day.isoformat() for day in special] == ["2027-01-01", "2027-01-02", "2027-01-03"]


def test_a_schedule_is_added_used_and_only_deleted_when_nobody_uses_it(browser, bridge):
    page = open_page(browser, bridge)
    page.get_by_text("Add a schedule").click()
    page.get_by_label("Name", exact=True).fill("Week Ends")
    page.get_by_role("button", name="Add", exact=True).click()
    page.locator("#new-fault").filter(has_text=re.compile(".")).wait_for()
    page.get_by_label("Name", exact=True).fill("week-ends")
    page.get_by_role("button", name="Add", exact=True).click()
    page.wait_for_url("**of=week-ends")
    page.locator("[data-at='6 47'][data-open]").wait_for()
    drag(page, (5, 0), (6, 47))
    apply(page)
    assert week(bridge, "week-ends")[4:] == ((), ((0, 1440),), ((0, 1440),))
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Delete this schedule").click()
    page.wait_for_url(re.compile(r"/schedules\??$"))
    wait_until(lambda: "week-ends" not in document(bridge)["schedules"], what="the file without it")
    page.locator("[data-at='6 47'][data-open]").wait_for()
    page.get_by_role("button", name="Delete this schedule").click()
    page.locator("#schedule-fault").filter(has_text="schedule").wait_for()
    assert "nights" in document(bridge)["schedules"]


def test_an_input_gets_a_schedule_of_its_own_from_the_one_it_used(browser, bridge):
    page = open_page(browser, bridge, of="inputs.door")
    assert "uses the schedule" in page.locator("#editor").inner_text()
    cell(page, 5, 0).click()
    page.get_by_role("button", name="Apply").click()
    wait_until(lambda: isinstance(document(bridge)["inputs"][0]["schedule"], dict), what="its own schedule")
    own = read_schedule(document(bridge)["inputs"][0]["schedule"])
    named = read_schedule(NIGHTS)
    assert own.week[:5] == named.week[:5]
    assert own.special == named.special
    assert json.loads(json.dumps(document(bridge)["schedules"]["nights"])) == NIGHTS


def test_two_browsers_show_the_same_week(browser, bridge):
    one, other = open_page(browser, bridge), open_page(browser, bridge)
    cell(one, 6, 20).click()
    apply(one)
    wait_until(lambda: cell(other, 6, 20).get_attribute("data-open") == "yes", what="the other browser's grid")


def test_on_a_phone_half_hours_are_tapped_and_nothing_sticks_out(browser, bridge):
    page = open_page(browser, bridge, viewport=PHONE, has_touch=True, is_mobile=True)
    assert overflows(page) == []
    cell(page, 6, 20).tap()
    apply(page)
    assert week(bridge)[6] == ((600, 630),)
