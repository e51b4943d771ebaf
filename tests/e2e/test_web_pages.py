"""The other pages in a real browser, on the real program: log, pictures, system, logging in, below a prefix."""

import csv
import io
import json
import re
from contextlib import contextmanager

import pytest
from programs.browser import DESKTOP, PHONE, Watched, grave_faults, overflows
from programs.page import PagedBridge
from servers.camera import SnapshotCamera
from servers.prefix_proxy import PrefixProxy
from servers.process import wait_until
from servers.sound_card import write_tone
from words.builders import an_input, an_output

pytestmark = pytest.mark.e2e

PARTS = {
    "inputs": [an_input("door", name="Garage door", outputs=["siren"]), an_input("gate", name="Side gate")],
    "outputs": [an_output("siren", name="Siren", follow_source=True)],
    "schedules": {"nights": {"mon-fri": ["18:00-07:00"], "special": {"2026-12-24": []}}},
}
PAGES = [
    "",
    "alarm-in",
    "alarm-out",
    "cameras",
    "schedules",
    "pictures",
    "log",
    "system",
    "setup",
    "setup?part=mqtt",
    "setup?part=archive",
    "start?step=4",
]
CLIP = "2026-11-23/110000_door.mp4"


@pytest.fixture
def rich_bridge(tmp_path):
    with rich(tmp_path) as running:
        yield running


@pytest.fixture(scope="module")
def shown_bridge(tmp_path_factory):
    """The same, for tests that only look at it."""
    with rich(tmp_path_factory.mktemp("shown")) as running:
        running.board("connect door")
        yield running


@contextmanager
def rich(tmp_path):
    """With a camera, a card with a clip on it, and a loudspeaker with a sound."""
    (tmp_path / "sounds").mkdir()
    write_tone(tmp_path / "sounds" / "dog.wav", seconds=0.2)
    (tmp_path / "sd" / CLIP).parent.mkdir(parents=True)
    (tmp_path / "sd" / CLIP).write_bytes(b"no real film" * 1000)
    with (
        SnapshotCamera(auth="none") as camera,
        PagedBridge(
            tmp_path,
            **PARTS,
            cameras={"gate": {"snapshot": camera.url}},
            recording={"folder": str(tmp_path / "sd"), "reserve_mb": 0, "keep_days": 0},
            audio={"folder": str(tmp_path / "sounds")},
        ) as running,
    ):
        yield running


def open_page(browser, address, **context):
    watched = Watched(browser.new_context(**context).new_page())
    watched.page.goto(address)
    watched.page.locator("main").wait_for()
    return watched


def test_the_log_is_followed_filtered_and_taken_away(browser, bridge):
    page = open_page(browser, f"{bridge.url}log").page
    bridge.board("connect door")
    page.locator("ol.log .incident", has_text="Garage door").wait_for()
    page.get_by_label("Kind").select_option("Alarm begins")
    page.wait_for_url("**kind=alarm_begin**")
    assert page.locator("ol.log li[data-kind]").count() == 1
    page.get_by_label("Follow").uncheck()
    bridge.board("connect gate")
    page.get_by_role("button", name="Show 1 new").click()
    assert page.locator("ol.log li[data-kind]").first.inner_text().count("Side gate") == 1
    page.get_by_label("Text").fill("GARAGE")
    page.get_by_role("button", name="Filter").click()
    page.wait_for_url("**text=GARAGE**")
    assert page.locator("ol.log li[data-kind]").count() == 1
    with page.expect_download() as download:
        page.get_by_role("link", name="Export as CSV").click()
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text())))
    assert [row["kind"] for row in rows][:1] == ["start"]
    assert {"door", "gate"} <= {row["input"] for row in rows}
    with page.expect_download() as download:
        page.get_by_role("link", name="Export as JSON lines").click()
    entries = [json.loads(line) for line in download.value.path().read_text().splitlines()]
    assert [entry["seq"] for entry in entries] == sorted(int(row["seq"]) for row in rows)


def test_a_picture_is_taken_and_shown(browser, rich_bridge):
    page = open_page(browser, f"{rich_bridge.url}pictures").page
    page.get_by_role("button", name="Take a picture").click()
    page.locator("#pictures img").wait_for()
    wait_until(
        lambda: page.locator("#pictures img").evaluate("(image) => image.naturalWidth") == 16, what="the picture"
    )


def test_clips_are_listed_downloaded_played_and_deleted(browser, rich_bridge):
    page = open_page(browser, f"{rich_bridge.url}pictures").page
    with page.expect_download() as download:
        page.get_by_role("link", name="Download 2026-11-23 11:00:00 Garage door").click()
    assert download.value.path().read_bytes() == b"no real film" * 1000
    assert download.value.suggested_filename == "2026-11-23_110000_door.mp4"
    page.get_by_role("button", name="Play 2026-11-23 11:00:00 Garage door").click()
    assert page.locator("video").get_attribute("src") == f"api/clips/{CLIP}"
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Delete 2026-11-23 11:00:00 Garage door").click()
    wait_until(lambda: not (rich_bridge.folder / "sd" / CLIP).exists(), what="the clip deleted")


def test_a_sound_is_uploaded_only_when_it_is_one_and_linked_ones_stay(browser, rich_bridge, tmp_path):
    page = open_page(browser, f"{rich_bridge.url}pictures").page
    page.get_by_label("A WAV file").set_input_files({"name": "cat.wav", "mimeType": "audio/wav", "buffer": b"meow"})
    page.get_by_role("button", name="Upload").click()
    page.locator("#file-fault").filter(has_text="not a WAV file").wait_for()
    write_tone(tmp_path / "cat.wav", seconds=0.1)
    page.get_by_label("A WAV file").set_input_files(tmp_path / "cat.wav")
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("button", name="Delete cat.wav").wait_for()
    assert sorted(path.name for path in (rich_bridge.folder / "sounds").iterdir()) == ["cat.wav", "dog.wav"]
    form = open_page(browser, f"{rich_bridge.url}alarm-in?input=door").page
    form.get_by_label("cat.wav").check()
    form.get_by_label("Volume (%)").fill("40")
    form.get_by_role("button", name="Apply").click()
    form.get_by_text("Applied.").wait_for()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Delete cat.wav").click()
    page.get_by_text("is the sound of Garage door").wait_for()
    form.get_by_label("cat.wav").uncheck()
    form.get_by_role("button", name="Apply").click()
    form.get_by_text("Applied.").wait_for()
    page.get_by_role("button", name="Delete cat.wav").click()
    wait_until(lambda: not (rich_bridge.folder / "sounds" / "cat.wav").exists(), what="the sound deleted")


def test_the_system_page_says_what_is_wrong_and_changes_the_device(browser, rich_bridge):
    page = open_page(browser, f"{rich_bridge.url}system").page
    broker = page.locator('[data-service="broker"]')
    broker.get_by_text("Problem").wait_for()
    assert "no connection to the broker" in broker.inner_text()
    page.get_by_role("button", name="Test MQTT broker").click()
    page.locator("#toast .bad").filter(has_text="127.0.0.1:1").wait_for()
    assert "set up SMTP" in page.locator('[data-service="email"]').inner_text()
    page.locator('[data-service="card"]').get_by_text("All right").wait_for()
    page.goto(f"{rich_bridge.url}setup?part=device")
    page.get_by_label("Name").fill("Back gate")
    page.get_by_label("Time zone").fill("Europe/Nowhere")
    page.get_by_role("button", name="Apply").click()
    page.locator('[data-field="device.timezone"] .fault').filter(has_text="is no time zone").wait_for(timeout=5000)
    page.get_by_label("Time zone").fill("Europe/Paris")
    page.get_by_role("button", name="Apply").click()
    page.get_by_text("Applied.").wait_for()
    text = rich_bridge.file.read_text()
    assert "Europe/Paris" in text
    assert "Back gate" in text
    page.reload()
    assert page.locator("header").get_by_text("Back gate").is_visible()


def test_the_page_asks_for_its_password_and_lets_go_again(browser, tmp_path):
    with PagedBridge(tmp_path, web={"password": "open sesame"}, **PARTS) as bridge:
        watched = open_page(browser, bridge.url)
        page = watched.page
        page.get_by_label("Password").fill("sesame")
        page.get_by_role("button", name="Log in").click()
        page.get_by_text("That is not the password.").wait_for()
        page.get_by_label("Password").fill("open sesame")
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Start Siren").click()
        page.locator('[data-part="siren"][data-mood="on"]').wait_for()
        bridge.kill()
        bridge.start()
        page.get_by_label("Password").wait_for(timeout=20_000)
        page.get_by_label("Password").fill("open sesame")
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Log out").click()
        page.get_by_label("Password").wait_for()
        page.goto(f"{bridge.url}log")
        page.get_by_label("Password").wait_for()


def test_everything_works_below_a_prefix(browser, bridge):
    with PrefixProxy(bridge.port_of_page, "/api/hassio_ingress/tok3n") as proxy:
        watched = open_page(browser, proxy.url)
        page = watched.page
        page.get_by_role("switch", name="Contact of Garage door with G").click()
        page.locator('[data-part="siren"][data-mood="on"]').wait_for()
        for name in ("Alarm in", "Alarm out", "Schedules", "Pictures and clips", "Log", "System", "Set up", "Live"):
            page.get_by_role("navigation").get_by_role("link", name=name).click()
            page.get_by_role("heading", name=name, level=1).wait_for()
        page.goto(f"{proxy.url}alarm-in?input=gate")
        page.get_by_label("Status").select_option("Disable")
        page.get_by_role("button", name="Apply").click()
        page.get_by_text("Applied.").wait_for()
        assert all(url.startswith(proxy.url) for url in watched.requests), watched.requests
        assert watched.complaints == []


@pytest.mark.parametrize("path", PAGES)
def test_no_page_sticks_out_complains_or_has_a_serious_accessibility_fault(browser, shown_bridge, path):
    for size in (DESKTOP, PHONE):
        for theme in ("light", "dark"):
            watched = open_page(browser, shown_bridge.url + path, viewport=size, color_scheme=theme)
            page = watched.page
            page.wait_for_timeout(200)  # transitions of colours
            assert grave_faults(page) == [], (size, theme)
            assert overflows(page) == [], (size, theme)
            assert watched.complaints == [], (size, theme)
            page.context.close()


def test_labels_are_the_words_of_a_cameras_page(browser, bridge):
    told = open_page(browser, f"{bridge.url}alarm-in").page.locator("main").inner_text()
    assert "set up FTP" in told
    for word in (
        "Alarm input", "Name", "Trigger Mode", "Status", "Output Channel", "Audible Alarm", "Alarm Record", "SMTP",
        "FTP Upload", "Schedule",
    ):  # fmt: skip
        assert word in told
    told = open_page(browser, f"{bridge.url}alarm-out").page.locator("main").inner_text()
    for word in (
        "Alarm output", "Name", "Valid Signal", "Alarm Output Mode", "Follow Source", "Alarm Time (ms) (0: Continuous)",
        "Event Actions", "Timing Alarm Output", "Manual Control", "Start", "Stop", "Apply",
    ):  # fmt: skip
        assert word in told
    assert re.search(r"\bN[OC]\b", told) is None


def test_what_has_the_keyboards_focus_is_seen(browser, shown_bridge):
    for path in ("alarm-in", "alarm-out", "setup?part=mqtt"):
        page = open_page(browser, shown_bridge.url + path, viewport=PHONE).page
        seen = 0
        for _ in range(60):
            page.keyboard.press("Tab")
            hidden = page.evaluate(
                """() => {
                    const one = document.activeElement;
                    if (one === document.body) return null;
                    const { left, top, width, height } = one.getBoundingClientRect();
                    const there = document.elementFromPoint(left + width / 2, top + Math.min(height, 40) / 2);
                    return one.contains(there) || there?.closest("label")?.contains(one) ? "" : one.outerHTML;
                }"""
            )
            assert not hidden, (path, hidden)
            seen += hidden is not None
        assert seen > 20


def test_behind_a_proxy_that_holds_back_what_has_no_end_the_page_is_live_still(browser, bridge):
    with PrefixProxy(bridge.port_of_page, "/api/hassio_ingress/tok3n", holds_back=True) as proxy:
        page = open_page(browser, f"{proxy.url}log?kind=alarm_begin").page
        bridge.board("connect door")
        begin = page.locator('ol.log li[data-kind="alarm_begin"]')
        begin.wait_for(timeout=15_000)
        page.get_by_text("In alarm: Garage door").wait_for()
        bridge.board("disconnect door")
        page.get_by_text("In alarm: Garage door").wait_for(state="detached")
        bridge.board("connect door")
        page.locator('ol.log li[data-kind="alarm_begin"] >> nth=1').wait_for()
        assert begin.count() == 2
        assert not page.get_by_text("No connection to the device").is_visible()


def test_a_log_that_was_not_looked_at_for_a_while_has_everything_again(browser, bridge):
    page = open_page(browser, f"{bridge.url}log").page
    follow = page.get_by_label("Follow")
    assert follow.is_checked()
    show = """(hidden) => {
        Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
    }"""
    page.evaluate(show, True)
    bridge.board("connect door")
    wait_until(lambda: bridge.contact("siren") == "connected", what="the siren")
    page.evaluate(show, False)
    page.locator("ol.log .incident").get_by_text("Siren on").wait_for()
    page.get_by_text(re.compile("[0-9] entries")).click()
    page.locator('ol.log li[data-kind="alarm_begin"]').wait_for()
    page.locator('ol.log li[data-kind="output_on"]').first.wait_for()
