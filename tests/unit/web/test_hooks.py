"""Calls over HTTP on the page's port, whatever they bring along."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from fakes.page_bridge import page_bridge
from words.builders import an_input, settings_of

from bridge.core.contact import Contact
from bridge.core.definitions.field_types import Secret
from bridge.lines.hook_port import Hook, HookPort

BASIC = {"Authorization": "Basic " + base64.b64encode(b"camera:t0ken").decode()}
BEARER = {"Authorization": "Bearer t0ken"}


class Bell:
    """The hook of an input, and what it was called with."""

    def __init__(self) -> None:
        self.port = HookPort()
        self.calls: list[str | None] = []
        self.ignored = 0
        self.port.wait("bell", Hook(token=Secret("t0ken"), call=self._call, ignore=self._ignore))

    def _call(self, contact: Contact | None) -> None:
        self.calls.append(None if contact is None else str(contact))

    def _ignore(self) -> None:
        self.ignored += 1


def a_page(tmp_path: Any, bell: Bell, *, password: str | None = None, **how: Any) -> Any:
    web = {} if password is None else {"web": {"password": password}}
    return page_bridge(tmp_path, settings_of(an_input("bell"), **web), hooks=bell.port, **how)


async def ask(bridge: Any, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, str]:
    async with bridge.client.request(method, f"{bridge.url}{path}", data=body, headers=headers) as answer:
        return answer.status, await answer.text()


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "/hook/bell?token=t0ken", {}),
        ("POST", "/hook/bell?token=t0ken", {}),
        ("GET", "/hook/bell", BEARER),
        ("POST", "/hook/bell", BASIC),
    ],
)
@pytest.mark.parametrize("password", [None, "of the page"])
async def test_a_call_with_its_token_is_an_event_whatever_the_pages_password(tmp_path, method, path, headers, password):
    bell = Bell()
    async with a_page(tmp_path, bell, password=password) as bridge:
        assert await ask(bridge, method, path, **headers) == (204, "")
    assert bell.calls == [None]


async def test_a_call_comes_from_another_host_and_by_another_name(tmp_path):
    bell = Bell()
    async with a_page(tmp_path, bell) as bridge:
        odd = {**BEARER, "Host": "nvr.example", "X-Forwarded-For": "10.0.0.1", "Origin": "http://camera.example"}
        assert (await ask(bridge, "POST", "/hook/bell", **odd))[0] == 204


@pytest.mark.parametrize(
    ("query", "body", "kind", "call"),
    [
        ("?contact=connected", None, None, "connected"),
        ("?contact=disconnected", None, None, "disconnected"),
        ("", b"contact=connected", "application/x-www-form-urlencoded", "connected"),
        ("", b'{"contact": "disconnected", "of": "door"}', "application/json", "disconnected"),
        ("", b'{"of": "door"}', "application/json", None),
        ("", b'["contact"]', "application/json", None),
        ("", b'{"contact": ', "application/json", None),
        ("", b"\xff\xfe", "application/json", None),
        ("", b"[" * 50_000, "application/json", None),
        ("", b"<EventNotificationAlert/>", "application/xml", None),
        ("", b"contact=connected", "text/plain", None),
        ("", b'{"x": "' + b"y" * 3_000_000 + b'"}', "application/json", None),
        ("", b"\xff\xd8" + b"y" * 3_000_000, "image/jpeg", None),
    ],
)
async def test_a_contact_is_said_in_query_form_or_json_and_all_else_is_an_event(tmp_path, query, body, kind, call):
    bell = Bell()
    async with a_page(tmp_path, bell) as bridge:
        kinds = {} if kind is None else {"Content-Type": kind}
        assert await ask(bridge, "POST", f"/hook/bell{query}", body, **BEARER, **kinds) == (204, "")
    assert bell.calls == [call]


@pytest.mark.parametrize(("query", "body"), [("?contact=open", None), ("", b'{"contact": 1}')])
async def test_another_word_is_refused_and_counted(tmp_path, query, body):
    bell = Bell()
    async with a_page(tmp_path, bell) as bridge:
        kind = {"Content-Type": "application/json"}
        status, text = await ask(bridge, "POST", f"/hook/bell{query}", body, **BEARER, **kind)
        assert (status, text) == (400, "contact is connected or disconnected.\n")
    assert (bell.calls, bell.ignored) == ([], 1)


async def test_wrong_tokens_are_refused_ever_more_slowly_and_never_repeated(tmp_path, caplog):
    bell, now = Bell(), [0.0]
    async with a_page(tmp_path, bell, monotonic=lambda: now[0]) as bridge:
        for wrong in ({}, {"Authorization": "Bearer wr0ng"}, {"Authorization": "Basic §"}):
            status, text = await ask(bridge, "GET", "/hook/bell", **wrong)
            assert (status, text) == (401, "That is not the token.\n")
        assert (await ask(bridge, "GET", "/hook/bell", **BEARER))[0] == 429
        now[0] += 1.5
        assert (await ask(bridge, "GET", "/hook/bell", **BEARER))[0] == 204
    assert bell.calls == [None]
    assert "wr0ng" not in caplog.text


async def test_what_is_no_hook_is_not_found_and_a_head_or_a_put_is_no_call(tmp_path):
    bell = Bell()
    async with a_page(tmp_path, bell) as bridge:
        assert (await ask(bridge, "GET", "/hook/door", **BEARER))[0] == 404
        assert (await ask(bridge, "GET", "/hook/", **BEARER))[0] == 404
        assert (await ask(bridge, "HEAD", "/hook/bell", **BEARER))[0] == 405
        assert (await ask(bridge, "PUT", "/hook/bell", **BEARER))[0] == 405
    assert bell.calls == []


async def test_hooks_are_described_with_the_inputs_that_have_one(tmp_path):
    bell = Bell()
    async with a_page(tmp_path, bell) as bridge:
        described = json.loads((await ask(bridge, "GET", "/api/openapi.json"))[1])
    hook = described["paths"]["/hook/{input}"]
    assert set(hook) == {"get", "post"}
    assert hook["post"]["parameters"][0]["schema"]["enum"] == ["bell"]
