"""Behind Home Assistant's ingress proxy: believed by its address alone, and nobody has to log in twice."""

import re
from contextlib import asynccontextmanager

from fakes.page_bridge import page_bridge
from servers.process import free_port
from words.builders import an_input, an_output, settings_of

from bridge.web.access.policy import INGRESS, Ingress
from bridge.web.application import ANY_ADDRESS, listen_addresses

SETTINGS = settings_of(an_input("door", outputs=["siren"]), an_output("siren"), web={"password": "s3cret"})
THROUGH = {
    "Host": "homeassistant.example:8123",
    "X-Forwarded-For": "192.0.2.9",
    "X-Ingress-Path": "/api/hassio_ingress/tok3n",
}


@asynccontextmanager
async def serving(folder, **parts):
    async with page_bridge(folder, SETTINGS, **parts) as bridge:
        yield bridge


async def test_who_comes_through_it_is_logged_in_already_and_needs_the_pages_token_still(tmp_path):
    async with serving(tmp_path, ingress=Ingress(peer="127.0.0.1", port=free_port())) as bridge:
        status, page = await bridge.get("/", **THROUGH)
        assert status == 200
        token = re.search('name="csrf-token" content="([0-9a-f]{64})"', page)[1]
        own = {**THROUGH, "Origin": "https://homeassistant.example:8123", "Sec-Fetch-Site": "same-origin"}
        assert (await bridge.post("/api/outputs/siren/start", **own))[0] == 403
        assert (await bridge.post("/api/outputs/siren/start", **own, **{"X-CSRF-Token": token}))[0] == 200
        foreign = {**own, "Sec-Fetch-Site": "cross-site", "X-CSRF-Token": token}
        assert (await bridge.post("/api/outputs/siren/stop", **foreign))[0] == 403


async def test_whoever_only_says_so_is_not_believed(tmp_path):
    async with serving(tmp_path, ingress=INGRESS) as bridge:
        for said in (THROUGH, {**THROUGH, "Host": "127.0.0.1", "X-Forwarded-For": "172.30.32.2"}):
            status, _ = await bridge.get("/api/state", **said)
            assert status in (401, 403)


async def test_every_address_in_a_page_is_relative(tmp_path):
    async with serving(tmp_path, ingress=Ingress(peer="127.0.0.1", port=free_port())) as bridge:
        for path in ("/", "/alarm-in", "/alarm-out", "/schedules", "/pictures", "/log", "/system"):
            _, page = await bridge.get(path, **THROUGH)
            addresses = re.findall(r'(?:href|src|action|data-post|data-target|data-remove)="([^"]*)"', page)
            assert len(addresses) > 10
            assert not [one for one in addresses if one.startswith("/") or ":" in one], path


def test_the_page_listens_where_ingress_looks_for_it_and_where_the_settings_say():
    assert listen_addresses("127.0.0.1", 8099, None) == (("127.0.0.1", 8099),)
    assert listen_addresses("127.0.0.1", 8099, INGRESS) == ((ANY_ADDRESS, 8099),)
    assert listen_addresses("0.0.0.0", 8099, INGRESS) == ((ANY_ADDRESS, 8099),)  # noqa: S104 - what a person may write
    assert listen_addresses("127.0.0.1", 8000, INGRESS) == ((ANY_ADDRESS, 8099), ("127.0.0.1", 8000))
