"""Logging in, tokens, and what every answer says to browsers; over HTTP."""

import re
from contextlib import asynccontextmanager

import pytest
from fakes.page_bridge import page_bridge
from words.builders import an_input, an_output, settings_of

PARTS = (an_input("door", outputs=["siren"]), an_output("siren"))
OPEN = settings_of(*PARTS)
GUARDED = settings_of(*PARTS, web={"password": "s3cret-of-the-page"}, metrics={"enabled": True})
LOGIN = {"Content-Type": "application/x-www-form-urlencoded"}


@asynccontextmanager
async def serving(folder, settings=GUARDED, **parts):
    async with page_bridge(folder, settings, **parts) as bridge:
        yield bridge


async def log_in(bridge, password="s3cret-of-the-page"):  # noqa: S107 - made up
    async with bridge.client.post("/login", data={"password": password}, allow_redirects=False) as answer:
        return answer.status, answer.headers, await answer.text()


async def token(bridge):
    _, page = await bridge.get("/")
    return re.search('name="csrf-token" content="([0-9a-f]{64})"', page)[1]


def browser(bridge, **more):
    """What a browser sends with a request of a page of ours."""
    return {"Origin": bridge.url, "Sec-Fetch-Site": "same-origin", **more}


async def test_without_logging_in_there_is_nothing_to_see(tmp_path):
    async with serving(tmp_path) as bridge:
        for path in ("/", "/alarm-in", "/log", "/system", "/pictures", "/schedules", "/picture?of=door"):
            async with bridge.client.get(path, allow_redirects=False) as answer:
                assert (answer.status, answer.headers["Location"]) == (303, "login"), path
        for path in (
            "/api/state",
            "/api/journal",
            "/api/openapi.json",
            "/events",
            "/metrics",
            "/api/inputs/door/settings",
        ):
            assert (await bridge.get(path))[0] == 401, path
        assert (await bridge.post("/api/outputs/siren/start"))[0] == 401
        assert not bridge.live.outputs["siren"].on
        assert (await bridge.get("/healthz"))[0] == 200
        assert (await bridge.get("/static/page.css"))[0] == 200


async def test_the_password_opens_a_session_in_a_cookie_that_scripts_and_other_sites_do_not_get(tmp_path):
    async with serving(tmp_path) as bridge:
        status, headers, _ = await log_in(bridge)
        assert status == 303
        cookie = headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert (await bridge.get("/"))[0] == 200
        assert (await bridge.get("/api/state"))[0] == 200


async def test_logging_out_ends_the_session(tmp_path):
    async with serving(tmp_path) as bridge:
        await log_in(bridge)
        async with bridge.client.post("/logout", allow_redirects=False) as answer:
            assert answer.status == 303
        assert (await bridge.get("/api/state"))[0] == 401


async def test_guessing_is_slowed_and_the_right_password_does_not_help_who_is_too_quick(tmp_path):
    async with serving(tmp_path, monotonic=lambda: 1000.0) as bridge:
        said = [await log_in(bridge, f"guess {number}") for number in range(4)]
        assert [status for status, *_ in said] == [401, 401, 401, 429]
        assert "Wait" in said[-1][2]
        assert (await log_in(bridge))[0] == 429
        status, answer = await bridge.get("/api/state", Authorization="Bearer s3cret-of-the-page")
        assert (status, answer["error"][0]["message"][:4]) == (429, "Wait")


async def test_a_machine_sends_the_password_as_a_bearer_token(tmp_path):
    async with serving(tmp_path) as bridge:
        right = {"Authorization": "Bearer s3cret-of-the-page"}
        assert (await bridge.post("/api/outputs/siren/start", **right)) == (200, {"ok": True})
        assert bridge.live.outputs["siren"].by == "http"
        assert "alarm2mqtt_output_on" in (await bridge.get("/metrics", **right))[1]
        assert (await bridge.get("/api/state", Authorization="Bearer wrong"))[0] == 401


async def test_a_session_alone_changes_nothing_without_the_pages_token(tmp_path):
    async with serving(tmp_path) as bridge:
        await log_in(bridge)
        assert (await bridge.post("/api/outputs/siren/start"))[0] == 403
        assert (await bridge.post("/api/outputs/siren/start", **browser(bridge)))[0] == 403
        assert (await bridge.post("/api/outputs/siren/start", **browser(bridge, **{"X-CSRF-Token": "0" * 64})))[
            0
        ] == 403
        right = browser(bridge, **{"X-CSRF-Token": await token(bridge)})
        assert (await bridge.post("/api/outputs/siren/start", **right))[0] == 200
        assert bridge.live.outputs["siren"].by == "page"


@pytest.mark.parametrize("settings", [OPEN, GUARDED], ids=["open", "guarded"])
@pytest.mark.parametrize(
    "said",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Host": "evil.example"},
        {"Host": "evil.example", "Origin": "http://evil.example"},
    ],
    ids=str,
)
async def test_a_form_of_another_site_is_refused_even_with_session_and_token(tmp_path, settings, said):
    async with serving(tmp_path, settings) as bridge:
        if settings is GUARDED:
            await log_in(bridge)
        sent = {"X-CSRF-Token": await token(bridge), **said}
        for path in ("/api/outputs/siren/start", "/api/silence", "/api/board/door", "/login", "/logout"):
            assert (await bridge.post(path, {"do": "connect"} if "board" in path else None, **sent))[0] == 403, path
        assert not bridge.live.outputs["siren"].on


async def test_without_a_password_a_browser_needs_the_pages_token_and_a_program_does_not(tmp_path):
    async with serving(tmp_path, OPEN) as bridge:
        assert (await bridge.post("/api/silence", **browser(bridge)))[0] == 403
        assert (await bridge.post("/api/silence", **browser(bridge, **{"X-CSRF-Token": await token(bridge)})))[0] == 200
        assert (await bridge.post("/api/silence"))[0] == 200


async def test_a_body_that_a_foreign_form_can_send_is_not_taken(tmp_path):
    async with (
        serving(tmp_path, OPEN) as bridge,
        bridge.client.post(
            "/api/board/door", data='{"do": "connect"}', headers={"Content-Type": "text/plain"}
        ) as answer,
    ):
        assert answer.status == 415


@pytest.mark.parametrize(
    "path", ["/", "/login", "/static/page.js", "/api/state", "/nowhere", "/healthz", "/api/nowhere"]
)
async def test_every_answer_tells_browsers_to_be_strict(tmp_path, path):
    async with serving(tmp_path, OPEN) as bridge, bridge.client.get(path) as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_no_secret_is_in_any_page_or_answer(tmp_path):
    secrets = {
        "email": {
            "host": "mail.example",
            "sender": "a@b.example",
            "recipients": ["c@d.example"],
            "password": "s3cret-mail",
        },
        "cameras": {"gate": {"snapshot": "http://me:s3cret-camera@cam.example/x", "password": "s3cret-camera2"}},
        "mqtt": {"password": "s3cret-mqtt"},
        "ftp": {"host": "nas.example", "password": "s3cret-ftp"},
    }
    settings = settings_of(*PARTS, web={"password": "s3cret-of-the-page"}, **secrets)
    async with serving(tmp_path, settings) as bridge:
        await log_in(bridge)
        for path in (
            "/", "/alarm-in", "/alarm-out", "/schedules", "/pictures", "/log", "/system", "/api/settings",
            "/api/inputs/door/settings", "/api/state", "/api/status", "/api/openapi.json", "/api/journal",
        ):  # fmt: skip
            status, answer = await bridge.get(path)
            assert status == 200, path
            assert "s3cret" not in str(answer), path


@pytest.mark.parametrize(
    "path",
    [
        "/static/../site.py", "/static/%2e%2e/site.py", "/static/..%2fsite.py", "/static/%2fetc%2fpasswd",
        "/picture?of=../../etc/passwd", "/api/clips/..%2f..%2fetc/passwd", "/api/clips/2026-01-01/..%2f..%2fx.mp4",
        "/api/sounds/..%2f..%2fetc%2fpasswd",
    ],
)  # fmt: skip
async def test_no_path_leads_anywhere_else(tmp_path, path):
    async with serving(tmp_path, OPEN) as bridge:
        from yarl import URL  # noqa: PLC0415 - to send the address exactly as it stands

        async with bridge.client.get(URL(bridge.url + path, encoded=True)) as answer:
            assert answer.status in (404, 405)


async def test_refusals_do_not_fill_the_log(tmp_path, caplog):
    async with serving(tmp_path, OPEN) as bridge:
        for _ in range(20):
            assert (await bridge.get("/", Host="evil.example"))[0] == 403
        for _ in range(20):
            assert (await bridge.post("/api/silence", Origin="http://evil.example"))[0] == 403
    assert len([record for record in caplog.records if record.levelname == "WARNING"]) == 2


async def test_behind_a_proxy_the_page_works_by_its_name_there_and_the_cookie_is_for_https_alone(tmp_path):
    named = settings_of(*PARTS, web={"password": "s3cret-of-the-page", "names": ["Gate.example.org"]})
    through = {"Host": "gate.example.org", "X-Forwarded-For": "192.0.2.9"}
    own = {**through, "Origin": "https://gate.example.org", "Sec-Fetch-Site": "same-origin"}
    async with serving(tmp_path, named) as bridge:
        password = {"password": "s3cret-of-the-page"}
        async with bridge.client.post("/login", data=password, headers=own, allow_redirects=False) as answer:
            assert answer.status == 303
            cookie = answer.headers["Set-Cookie"]
            assert "Secure" in cookie
        known = {"Cookie": cookie.partition(";")[0]}
        _, page = await bridge.get("/", **through, **known)
        shown = {"X-CSRF-Token": re.search('name="csrf-token" content="([0-9a-f]{64})"', page)[1]}
        assert (await bridge.post("/api/outputs/siren/start", **own, **known, **shown))[0] == 200
        foreign = {**own, "Origin": "https://www.example.org"}
        assert (await bridge.post("/api/outputs/siren/stop", **foreign, **known, **shown))[0] == 403
        assert (await bridge.get("/", **{**through, "Host": "www.example.org"}, **known))[0] == 403


@pytest.mark.parametrize("said", ["Forwarded", "Via", "X-Real-IP", "X-Forwarded-For", "X-Forwarded-Host"])
async def test_without_a_password_whatever_a_proxy_passes_on_is_refused(tmp_path, said):
    async with serving(tmp_path, OPEN) as bridge:
        assert (await bridge.get("/", **{said: "192.0.2.9"}))[0] == 403
        assert (await bridge.get("/"))[0] == 200


async def test_without_a_password_a_login_leads_to_the_page_and_opens_no_session(tmp_path):
    async with (
        page_bridge(tmp_path, settings_of(an_input("door"))) as bridge,
        bridge.client.post("/login", data={"password": "words"}, allow_redirects=False) as answer,
    ):
        assert (answer.status, answer.headers["Location"]) == (303, "./")
        assert not answer.cookies
