"""Every route there is, as somebody sees it who should not: none is forgotten, since the routes are asked for."""

import asyncio
import json
import re
from contextlib import asynccontextmanager

import pytest
from fakes.page_bridge import page_bridge, until
from words.builders import an_input, an_output, settings_of

PASSWORD = "s3cret-of-the-page"
SECRETS = {
    "email": {"host": "mail.example", "sender": "a@b.example", "recipients": ["c@d.example"], "password": "s3cret-a"},
    "cameras": {"gate": {"snapshot": "http://me:s3cret-b@cam.example/x", "password": "s3cret-c"}},
    "mqtt": {"password": "s3cret-d"},
    "ftp": {"host": "nas.example", "password": "s3cret-e"},
}
PARTS = (an_input("door", outputs=["siren"]), an_output("siren"))
GUARDED = settings_of(*PARTS, web={"password": PASSWORD}, metrics={"enabled": True}, **SECRETS)
OPEN = settings_of(*PARTS, metrics={"enabled": True})
FOR_EVERYBODY = {"/healthz", "/login", "/static/{name}"}


class Desk:
    """Changes nothing, and knows that it was asked."""

    def __init__(self):
        self.asked = []

    async def _note(self, *asked):
        self.asked.append(asked)
        return ()

    patch_input = patch_output = patch_rest = add = remove = _note

    async def origins(self):
        return {"mqtt.password": "ALARM2MQTT_MQTT__PASSWORD"}


async def no_broker():
    return None


@asynccontextmanager
async def serving(folder, settings=GUARDED):
    desk = Desk()
    async with page_bridge(folder, settings, desk=desk, try_broker=no_broker) as bridge:
        bridge.desk = desk
        yield bridge


def routes(bridge, *, unsafe):
    """Method and path of each, its variables filled in."""
    filled = {"input": "door", "output": "siren", "terminal": "door", "action": "snapshot", "name": "page.css"}
    for route in bridge.site.app.router.routes():
        if (route.method not in ("GET", "HEAD")) is unsafe and route.method != "HEAD":
            path = route.resource.canonical
            yield route.method, path, re.sub(r"\{(\w+)\}", lambda found: filled.get(found[1], "x"), path)


async def log_in(bridge):
    async with bridge.client.post("/login", data={"password": PASSWORD}, allow_redirects=False) as answer:
        assert answer.status == 303
        return answer.cookies[f"alarm2mqtt_{bridge.port}"].value


async def token(bridge):
    return re.search('name="csrf-token" content="([0-9a-f]{64})"', (await bridge.get("/"))[1])[1]


def untouched(bridge):
    return not bridge.live.outputs["siren"].on and not bridge.desk.asked and bridge.live.inputs["door"].alarms == 0


async def test_without_the_password_no_route_tells_or_does_anything(tmp_path):
    async with serving(tmp_path) as bridge:
        seen = 0
        for unsafe in (False, True):
            for method, path, address in routes(bridge, unsafe=unsafe):
                if path in FOR_EVERYBODY or path == "/logout":
                    continue
                status, answer = await bridge.send(method, address)
                assert status == 401 or (status == 303 and not path.startswith("/api")), (method, path, status)
                assert "siren" not in str(answer), path
                seen += 1
        assert seen > 35
        assert untouched(bridge)


@pytest.mark.parametrize("settings", [OPEN, GUARDED], ids=["open", "guarded"])
@pytest.mark.parametrize(
    "said",
    [
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Host": "evil.example"},
    ],
    ids=str,
)
async def test_a_foreign_page_changes_nothing_by_any_route_with_session_and_token(tmp_path, settings, said):
    async with serving(tmp_path, settings) as bridge:
        if settings is GUARDED:
            await log_in(bridge)
        sent = {"X-CSRF-Token": await token(bridge), **said}
        seen = 0
        for method, path, address in routes(bridge, unsafe=True):
            assert (await bridge.send(method, address, **sent))[0] == 403, (method, path)
            seen += 1
        assert seen > 15
        assert untouched(bridge)
        if settings is GUARDED:
            assert (await bridge.get("/api/state"))[0] == 200, "it was logged out"


@pytest.mark.parametrize("settings", [OPEN, GUARDED], ids=["open", "guarded"])
async def test_no_route_does_anything_for_a_browser_without_the_pages_token(tmp_path, settings):
    async with serving(tmp_path, settings) as bridge:
        if settings is GUARDED:
            await log_in(bridge)
        own = {"Origin": bridge.url, "Sec-Fetch-Site": "same-origin"}
        for method, path, address in routes(bridge, unsafe=True):
            if path in ("/login", "/logout"):
                continue
            for shown in ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": "0" * 64}):
                assert (await bridge.send(method, address, **own, **shown))[0] == 403, (method, path)
        assert untouched(bridge)


async def test_a_foreign_page_does_not_even_take_a_place_among_those_who_watch(tmp_path):
    async with serving(tmp_path, OPEN) as bridge:
        for _, path, address in routes(bridge, unsafe=False):
            if path == "/healthz":
                continue
            status, _ = await bridge.get(address, **{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"})
            assert status == 403, path
        assert bridge.live.watched_by == 0


async def test_the_token_of_one_session_is_none_of_another(tmp_path):
    async with serving(tmp_path) as bridge:
        await log_in(bridge)
        first = await token(bridge)
        await log_in(bridge)
        own = {"Origin": bridge.url, "Sec-Fetch-Site": "same-origin"}
        assert (await bridge.post("/api/silence", **own, **{"X-CSRF-Token": first}))[0] == 403
        assert (await bridge.post("/api/silence", **own, **{"X-CSRF-Token": await token(bridge)}))[0] == 200


async def test_a_session_is_of_the_devices_making_and_a_new_one_each_time(tmp_path):
    async with serving(tmp_path) as bridge:
        name = f"alarm2mqtt_{bridge.port}"
        planted = "A" * 43
        bridge.client.cookie_jar.update_cookies({name: planted})
        assert (await bridge.get("/api/state"))[0] == 401
        first = await log_in(bridge)
        second = await log_in(bridge)
        assert len({planted, first, second}) == 3
        bridge.client.cookie_jar.clear()
        assert (await bridge.get("/api/state", Cookie=f"{name}={planted}"))[0] == 401
        assert (await bridge.get("/api/state", Cookie=f"{name}={first}"))[0] == 401, "the one before goes on"
        assert (await bridge.get("/api/state", Cookie=f"{name}={second}"))[0] == 200


async def test_tries_side_by_side_are_not_more_tries(tmp_path):
    async with serving(tmp_path) as bridge:
        right = [{"Authorization": "Bearer guess"}] * 20
        said = await asyncio.gather(*(bridge.get("/api/state", **one) for one in right))
        statuses = [status for status, _ in said]
        assert set(statuses) == {401, 429}
        assert statuses.count(401) <= 3


async def test_who_has_logged_out_watches_no_longer(tmp_path):
    async with serving(tmp_path) as bridge:
        await log_in(bridge)
        async with bridge.client.get("/events") as stream:
            assert stream.status == 200
            async with bridge.client.post("/logout", allow_redirects=False) as answer:
                assert answer.status == 303
            bridge.board("connect door")
            told = await asyncio.wait_for(stream.content.read(), 5)
            # What was under way is still sent; then the stream has ended.
            assert told.count(b"event: input") <= 2
        await until(lambda: bridge.live.watched_by == 0, what="an empty place")


@pytest.mark.parametrize(("enabled", "session", "status"), [(True, False, 401), (True, True, 200), (False, True, 404)])
async def test_figures_are_for_who_is_logged_in_and_only_where_they_are_wanted(tmp_path, enabled, session, status):
    settings = settings_of(*PARTS, web={"password": PASSWORD}, metrics={"enabled": enabled})
    async with serving(tmp_path, settings) as bridge:
        if session:
            await log_in(bridge)
        assert (await bridge.get("/metrics"))[0] == status


async def test_no_secret_is_told_by_any_route_nor_given_back_with_a_refusal(tmp_path):
    async with serving(tmp_path) as bridge:
        await log_in(bridge)
        for _, path, address in routes(bridge, unsafe=False):
            if path == "/events":
                continue
            status, answer = await bridge.get(address)
            assert status in (200, 303, 404), path
            assert "s3cret" not in str(answer), path
        right = {"Authorization": f"Bearer {PASSWORD}"}
        bridge.client.cookie_jar.clear()
        for address, body in (
            ("/api/settings", {"email": {"password_file": "s3cret-x"}, "web": {"password_file": "s3cret-y"}}),
            ("/api/settings", {"mqtt": "s3cret-x"}),
            ("/api/inputs/door/settings", {"id": "s3cret-x"}),
        ):
            status, answer = await bridge.send("PATCH", address, body, **right)
            assert status == 422
            assert "s3cret" not in json.dumps(answer)


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /%0aWARNING%20forged HTTP/1.1\r\nHost: evil\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: evil\x1b[31m\r\n\r\n",
        b"FORGED / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"GE\x1b[31mT / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01forged",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer forged\x07\r\n\r\n",
        b"GET /api/state HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: a=\xff\xfe\r\nLast-Event-ID: forged\r\n\r\n",
    ],
)
async def test_nobody_writes_into_the_log_what_they_like(tmp_path, caplog, sent):
    async with serving(tmp_path) as bridge:
        reader, writer = await asyncio.open_connection("127.0.0.1", bridge.port)
        writer.write(sent)
        answer = await asyncio.wait_for(reader.read(4096), 5)
        writer.close()
        assert answer.startswith((b"HTTP/1.1 4", b"HTTP/1.0 4", b"HTTP/9.9 4", b"HTTP/1.1 303")), answer
        assert b"aiohttp" not in answer or b" 400 " in answer
        assert (await bridge.get("/healthz"))[0] == 200
    for record in caplog.records:
        line = record.getMessage()
        assert line.isprintable()
        assert "forged" not in line
        assert record.levelname != "ERROR"
