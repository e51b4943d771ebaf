"""Set up in a real browser, on the real program: servers and passwords, without an editor."""

import http.client
import json
import re
import stat

import pytest
from programs.bridge import Ear
from programs.browser import PHONE, Watched, grave_faults, overflows
from programs.page import PagedBridge
from ruamel.yaml import YAML
from servers.mosquitto import Mosquitto
from servers.process import wait_until
from servers.smtp import MisbehavingMailServer
from servers.sound_card import write_tone
from words.builders import an_input, an_output

pytestmark = pytest.mark.e2e

PARTS = {"inputs": [an_input("door")], "outputs": [an_output("siren")]}
SECRET = "correct horse battery"


def open_part(browser, bridge, part):
    page = Watched(browser.new_context().new_page()).page
    page.goto(f"{bridge.url}setup?part={part}")
    page.locator("form[data-target]").wait_for()
    return page


def apply(page, button="Apply"):
    page.get_by_role("button", name=button, exact=True).click()
    page.get_by_text("Applied.").wait_for()


def fault(page, path):
    return page.locator(f'[data-field="{path}"] .fault')


def written(bridge):
    return YAML(typ="safe").load(bridge.file.read_text())


def everything_said(bridge):
    """The log, and all that the page and its API answer."""
    paths = ("setup?part=mqtt", "api/settings", "api/settings/origins", "api/status", "api/journal", "system")
    return "\n".join([bridge.said(), *(asked(bridge, "GET", path)[1] for path in paths)])


def asked(bridge, method, path, body=None):
    """Status and text of an answer; status 0 while nobody listens."""
    connection = http.client.HTTPConnection("127.0.0.1", bridge.port_of_page, timeout=10)
    headers = {} if body is None else {"Content-Type": "application/json"}
    try:
        connection.request(method, f"/{path}", None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except OSError:
        return 0, ""
    finally:
        connection.close()


def test_the_broker_is_set_up_with_a_password_that_nobody_sees_again(browser, tmp_path):
    users = {"gate": SECRET}
    with Mosquitto(tmp_path / "broker", users=users) as broker, PagedBridge(tmp_path, **PARTS) as bridge:
        page = open_part(browser, bridge, "mqtt")
        card = page.locator('[data-service="broker"]')
        card.get_by_text("Problem").wait_for()
        page.get_by_label("Port", exact=True).fill("many")
        page.get_by_role("button", name="Apply").click()
        fault(page, "mqtt.port").filter(has_text=re.compile("number")).wait_for()
        page.get_by_label("Port", exact=True).fill(str(broker.port))
        page.get_by_label("User name").fill("gate")
        page.get_by_label("Password", exact=True).fill(SECRET)
        apply(page)
        assert page.get_by_label("Password", exact=True).input_value() == ""
        page.locator('[data-field="mqtt.password"] [data-set]', has_text=re.compile("^Set$")).wait_for()
        card.get_by_text("All right").wait_for(timeout=15_000)
        page.get_by_role("button", name="Test MQTT broker").click()
        page.get_by_text("The broker lets us in").wait_for()
        (file,) = (tmp_path / "secrets").iterdir()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert written(bridge)["mqtt"]["password_file"] == str(file)
        with Ear(broker.port, "#", username="gate", password=SECRET) as ear:
            ear.wait_for("alarm2mqtt/front-gate/availability", b"online")
            ear.publish("alarm2mqtt/front-gate/settings/set", b'{"mqtt": {"password": "x"}}')
            wait_until(lambda: "refused" in everything_said(bridge), what="the refusal")
            heard = b"\n".join(one.payload for one in ear.heard)
        assert SECRET.encode() not in heard
        assert SECRET not in everything_said(bridge)
        assert SECRET not in bridge.file.read_text()
        page.get_by_label("Host", exact=True).fill("localhost")
        page.get_by_role("button", name="Apply").click()
        fault(page, "mqtt.password").filter(has_text="typed again").wait_for()


def test_the_guided_start_leads_from_nothing_to_a_siren_by_keyboard_on_a_phone(browser, tmp_path):
    with Mosquitto(tmp_path / "broker") as broker, PagedBridge(tmp_path) as bridge:
        watched = Watched(browser.new_context(viewport=PHONE).new_page())
        page = watched.page
        page.goto(bridge.url)
        page.get_by_role("heading", name="Guided start: Password").wait_for()
        looked_at(page)
        by_keyboard(page, page.get_by_label("Password", exact=True), SECRET)
        page.get_by_role("button", name="Log in").wait_for(timeout=15_000)
        by_keyboard(page, page.get_by_label("Password"), SECRET)
        page.get_by_role("heading", name="Guided start: MQTT broker").wait_for()
        looked_at(page)
        by_keyboard(page, page.get_by_label("Port", exact=True), str(broker.port))
        page.locator('[data-service="broker"]').get_by_text("All right").wait_for(timeout=15_000)
        page.get_by_role("link", name="Next step").press("Enter")
        page.get_by_role("heading", name="Guided start: Alarm in").wait_for()
        looked_at(page)
        by_keyboard(page, page.get_by_label("Name"), "Größe: Garage door!")
        page.get_by_role("heading", name="Guided start: Alarm out").wait_for()
        page.get_by_text("The alarm of Größe: Garage door! sets it off.").wait_for()
        looked_at(page)
        by_keyboard(page, page.get_by_label("Name"), "Siren")
        page.get_by_role("heading", name="Guided start: Test alarm").wait_for()
        looked_at(page)
        page.get_by_role("button", name="Test alarm").press("Enter")
        page.locator('[data-part="siren"][data-mood="on"]').wait_for()
        wait_until(lambda: bridge.contact("siren") == "connected", what="the siren")
        assert written(bridge)["inputs"] == [
            {"id": "grosse-garage-door", "name": "Größe: Garage door!", "linkage": {"outputs": ["siren"]}}
        ]
        page.get_by_role("link", name="To the live page").press("Enter")
        page.get_by_role("heading", name="Live").wait_for()
        # Another site took over, and the stream of the old one ended.
        assert [line for line in watched.complaints if "401" not in line and "net::ERR" not in line] == []


def by_keyboard(page, field, text):
    field.press("Control+a")
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def looked_at(page):
    assert grave_faults(page) == []
    assert overflows(page) == []


def test_the_guided_start_is_left_and_does_not_come_back(browser, tmp_path):
    with PagedBridge(tmp_path) as bridge:
        page = Watched(browser.new_context().new_page()).page
        page.goto(bridge.url)
        page.get_by_role("link", name="Leave the guided start").click()
        page.get_by_role("heading", name="Live").wait_for()
        page.reload()
        page.get_by_role("heading", name="Live").wait_for()
        page.goto(f"{bridge.url}setup")
        page.get_by_role("link", name="Guided start").click()
        page.get_by_role("heading", name="Guided start: Password").wait_for()


def test_mail_is_added_tested_and_taken_away(browser, tmp_path):
    with MisbehavingMailServer() as server, PagedBridge(tmp_path, **PARTS) as bridge:
        page = open_part(browser, bridge, "email")
        page.get_by_role("button", name="Add", exact=True).click()
        fault(page, "email.host").filter(has_text=re.compile(".")).wait_for()
        page.get_by_label("Server").fill("127.0.0.1")
        page.get_by_label("Port", exact=True).fill(str(server.port))
        page.get_by_label("Security").select_option("none")
        page.get_by_label("Sender").fill("gate@example.org")
        page.get_by_label("Recipients").fill("me@example.org, you@example.org")
        page.get_by_role("button", name="Add", exact=True).click()
        page.get_by_role("button", name="Test SMTP").wait_for()
        assert written(bridge)["email"]["recipients"] == ["me@example.org", "you@example.org"]
        page.get_by_role("button", name="Test SMTP").click()
        page.locator("[data-outcome]", has_text="E-mail: ").wait_for(timeout=15_000)
        wait_until(lambda: server.inbox, what="the mail")
        page.on("dialog", lambda dialog: dialog.accept())
        page.get_by_role("button", name="Remove SMTP").click()
        page.get_by_role("button", name="Add", exact=True).wait_for()
        assert "email" not in written(bridge)


def test_the_pages_password_is_in_force_without_a_restart_and_the_address_stays_closed_without_one(browser, tmp_path):
    with PagedBridge(tmp_path, **PARTS) as bridge:
        page = open_part(browser, bridge, "web")
        page.get_by_label("Reachable at").fill("0.0.0.0")  # noqa: S104 - what a person types
        page.get_by_role("button", name="Apply").click()
        page.locator(".fault", has_text="password").first.wait_for()
        page.get_by_label("Password", exact=True).fill(SECRET)
        page.get_by_role("button", name="Apply").click()
        page.wait_for_url("**/login", timeout=15_000)
        page.get_by_label("Password").fill(SECRET)
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Log out").wait_for()
        wait_until(lambda: asked(bridge, "GET", "api/settings")[0] == 401, what="the API behind the password")


def test_what_comes_from_above_the_file_is_shown_and_locked(browser, tmp_path, monkeypatch):
    monkeypatch.setenv("ALARM2MQTT_MQTT__PASSWORD", SECRET)
    with PagedBridge(tmp_path, **PARTS) as bridge:
        page = open_part(browser, bridge, "mqtt")
        fault(page, "mqtt.password").filter(has_text="ALARM2MQTT_MQTT__PASSWORD").wait_for()
        assert page.get_by_label("Password", exact=True).is_disabled()
        assert SECRET not in everything_said(bridge)
        status, words = asked(
            bridge, "PATCH", "api/settings", {"ftp": {"host": "evil.example", "password_file": "/etc/hostname"}}
        )
        assert status == 422
        assert "give the password itself" in words


def test_a_whole_set_up_moves_to_another_device_with_its_passwords(browser, tmp_path):
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
    sounds = tmp_path / "old" / "sounds"
    sounds.mkdir()
    write_tone(sounds / "dog.wav", seconds=0.1)
    rest = {"mqtt": {"username": "gate", "password": SECRET}, "audio": {"folder": str(sounds)}}
    with PagedBridge(tmp_path / "old", **PARTS, **rest) as old:
        page = open_archive(browser, old)
        page.locator("#export").get_by_label("Pass phrase").fill("short")
        page.get_by_role("button", name="Export").click()
        page.locator("#export-fault").filter(has_text="8").wait_for()
        page.locator("#export").get_by_label("Pass phrase").fill("a long pass phrase: ü")
        with page.expect_download() as download:
            page.get_by_role("button", name="Export").click()
        file = tmp_path / download.value.suggested_filename
        download.value.save_as(file)
        (sounds / "dog.wav").unlink()
    assert SECRET.encode() not in file.read_bytes()
    with PagedBridge(tmp_path / "new") as new:
        page = open_archive(browser, new)
        page.on("dialog", lambda dialog: dialog.accept())
        page.get_by_label("Archive").set_input_files(file)
        page.locator("#import").get_by_label("Pass phrase").fill("not that one")
        page.get_by_role("button", name="Import").click()
        page.locator("#import-fault").filter(has_text="not the pass phrase").wait_for()
        page.locator("#import").get_by_label("Pass phrase").fill("a long pass phrase: ü")
        page.get_by_role("button", name="Import").click()
        page.get_by_text("The set-up of the archive is in force.").wait_for()
        assert [one["id"] for one in written(new)["inputs"]] == ["door"]
        (kept,) = (tmp_path / "new" / "secrets").iterdir()
        assert kept.read_text() == f"{SECRET}\n"
        assert (sounds / "dog.wav").exists()
        assert SECRET not in new.said()


def open_archive(browser, bridge):
    page = Watched(browser.new_context().new_page()).page
    page.goto(f"{bridge.url}setup?part=archive")
    page.locator("#export").wait_for()
    looked_at(page)
    return page
