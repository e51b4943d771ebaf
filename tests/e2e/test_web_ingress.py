"""The add-on's page, with the addresses that Home Assistant's Supervisor gives: no one is believed but its proxy."""

import json
import re

import pytest
from programs.bridge import Bridge
from programs.browser import Watched, chromium
from servers.network import OwnNetwork
from servers.prefix_proxy import PrefixProxy
from servers.process import wait_until
from words.builders import an_input, an_output

pytestmark = pytest.mark.e2e

PROXY, ADDON, OTHER_ADDON, HOST = "172.30.32.2", "172.30.33.5", "172.30.33.6", "172.30.32.1"
PORT = 8099
PARTS = {"inputs": [an_input("door", outputs=["siren"])], "outputs": [an_output("siren")]}
THROUGH = {
    "Host": "homeassistant.local:8123",
    "X-Ingress-Path": "/api/hassio_ingress/tok3n",
    "X-Forwarded-For": "192.0.2.9, 172.30.32.1",
    "X-Forwarded-Host": "homeassistant.local:8123",
    "X-Forwarded-Proto": "https",
}
OWN = {**THROUGH, "Origin": "https://homeassistant.local:8123", "Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="module")
def network():
    with OwnNetwork(PROXY, ADDON, OTHER_ADDON, HOST) as made:
        yield made


class AddOn(Bridge):
    """The program as the Supervisor runs it: nothing but a token says so."""

    def __init__(self, folder, network, **web):
        self.before = network.inside
        self.network = network
        super().__init__(folder, 1, web=web, **PARTS)

    def start(self):
        super().start()
        wait_until(lambda: self.ask(PROXY, "/healthz") == (200, "ok\n"), what=f"the page; log:\n{self.said()}")
        return self

    def ask(self, come_from, path, **more):
        return self.network.ask(come_from, ADDON, PORT, path, **more)


@pytest.fixture(autouse=True)
def supervised(monkeypatch):
    monkeypatch.setenv("SUPERVISOR_TOKEN", "t0ken")


def test_the_page_is_the_proxys_without_a_password_and_nobody_elses(tmp_path, network):
    with AddOn(tmp_path, network) as bridge:
        status, page = bridge.ask(PROXY, "/", headers=THROUGH)
        assert status == 200
        token = {"X-CSRF-Token": re.search('name="csrf-token" content="([0-9a-f]{64})"', page)[1]}
        start = {"path": "/api/outputs/siren/start", "method": "POST"}
        assert bridge.ask(PROXY, **start, headers=OWN)[0] == 403
        assert bridge.ask(PROXY, **start, headers={**OWN, **token})[0] == 200
        assert bridge.contact("siren") == "connected"
        for other in (OTHER_ADDON, HOST, ADDON):
            for path in ("/", "/healthz", "/api/state", "/events", "/static/page.css"):
                assert bridge.ask(other, path, headers=THROUGH)[0] == "closed", (other, path)
        said = bridge.said()
        assert said.count("refused connections from other machines") == 1
        assert "t0ken" not in said


def test_the_container_itself_may_ask_whether_it_is_well(tmp_path, network):
    with AddOn(tmp_path, network):
        assert network.ask("127.0.0.1", "127.0.0.1", PORT, "/healthz") == (200, "ok\n")
        assert network.ask("127.0.0.1", "127.0.0.1", PORT, "/", headers=THROUGH)[0] == 403


def test_with_a_password_and_an_address_others_are_asked_for_it_and_the_proxy_is_not(tmp_path, network):
    with AddOn(tmp_path, network, host="0.0.0.0", password="sesame") as bridge:  # noqa: S104
        assert bridge.ask(PROXY, "/api/state", headers=THROUGH)[0] == 200
        known = {"Host": f"{ADDON}:{PORT}"}
        assert bridge.ask(OTHER_ADDON, "/api/state", headers=known)[0] == 401
        assert bridge.ask(OTHER_ADDON, "/api/state", headers={**known, "Authorization": "Bearer sesame"})[0] == 200
        said_so = {**known, "X-Forwarded-For": PROXY, "X-Ingress-Path": "/api/hassio_ingress/tok3n"}
        assert bridge.ask(OTHER_ADDON, "/api/state", headers=said_so)[0] == 401


def test_a_password_alone_opens_the_page_to_nobody_else(tmp_path, network):
    with AddOn(tmp_path, network, port=8000, password="sesame") as bridge:
        assert bridge.ask(PROXY, "/api/state", headers=THROUGH)[0] == 200
        assert bridge.ask(OTHER_ADDON, "/api/state")[0] == "closed"
        assert network.ask(OTHER_ADDON, ADDON, 8000, "/")[0] == "nobody listens"
        assert network.ask("127.0.0.1", "127.0.0.1", 8000, "/api/state")[0] == 401


def test_outside_an_add_on_that_address_is_anybodys(tmp_path, network, monkeypatch):
    monkeypatch.delenv("SUPERVISOR_TOKEN")
    with AddOn(tmp_path, network, host="0.0.0.0", password="sesame") as bridge:  # noqa: S104
        assert bridge.ask(PROXY, "/api/state", headers={**THROUGH, "Host": ADDON})[0] == 401


def test_in_home_assistants_sidebar_everything_works(tmp_path, network):
    with AddOn(tmp_path, network) as bridge, chromium() as browser:
        says = {**THROUGH, "Accept-Encoding": None}
        del says["Host"]  # what the browser said is Home Assistant's own
        proxy = PrefixProxy(
            PORT,
            THROUGH["X-Ingress-Path"],
            says=says,
            connect=lambda: network.connection(PROXY, ADDON, PORT),
        )
        with proxy:
            watched = Watched(browser.new_context().new_page())
            page = watched.page
            page.goto(proxy.url)
            assert page.get_by_role("button", name="Log out").count() == 0
            page.get_by_role("button", name="Start siren").click()
            page.locator('[data-part="siren"][data-mood="on"]').wait_for()
            bridge.board("connect door")
            page.locator('[data-part="door"][data-mood="alarm"]').wait_for()
            page.goto(f"{proxy.url}alarm-in?input=door")
            page.get_by_label("Status").select_option("Disable")
            page.get_by_role("button", name="Apply").click()
            page.get_by_text("Applied.").wait_for()
            assert all(url.startswith(proxy.url) for url in watched.requests), watched.requests
            assert watched.complaints == []
        assert not json.loads(bridge.file.read_text())["inputs"][0]["enabled"]
