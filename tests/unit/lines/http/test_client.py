"""Requests to a device that is a real server: log-ins, refusals and failures."""

from __future__ import annotations

from typing import Any

import pytest
from servers.http_device import PASSWORD, HttpDevice
from servers.process import free_port

from bridge.core.definitions.field_types import Secret
from bridge.core.definitions.http_lines import HttpRequest, HttpSink
from bridge.errors import ActionFailed, ActionRefused
from bridge.lines.http.client import HttpClient


def a_request(url: str, **more: Any) -> HttpRequest:
    body, headers = more.pop("body", None), more.pop("headers", {})
    return HttpRequest(
        url=Secret(url),
        body=None if body is None else Secret(body),
        headers={name: Secret(value) for name, value in headers.items()},
        **more,
    )


def a_client(*, username: str | None = None, password: str = PASSWORD) -> HttpClient:
    nothing = a_request("http://127.0.0.1/")
    secret = None if username is None else Secret(password)
    return HttpClient(HttpSink(connected=nothing, disconnected=nothing, username=username, password=secret))


async def test_a_request_is_a_get_or_a_post_with_its_body_and_headers():
    with HttpDevice() as device:
        client = a_client()
        await client.send(a_request(f"{device.url}/on?channel=1"))
        await client.send(a_request(f"{device.url}/rpc", body='{"on": true}', headers={"X-Key": "k"}))
        await client.send(a_request(f"{device.url}/rpc", body="<on/>", method="PUT"))
        await client.send(a_request(f"{device.url}/rpc", body="on", headers={"content-type": "text/x-own"}))
        await client.send(a_request(f"{device.url}/on", method="POST"))
    said = [
        (each.method, each.path, each.body, each.headers.get("Content-Type") or each.headers.get("content-type"))
        for each in device.asked
    ]
    assert said == [
        ("GET", "/on?channel=1", "", None),
        ("POST", "/rpc", '{"on": true}', "application/json"),
        ("PUT", "/rpc", "<on/>", "application/xml"),
        ("POST", "/rpc", "on", "text/x-own"),
        ("POST", "/on", "", None),
    ]
    assert device.asked[1].headers["X-Key"] == "k"
    assert device.asked[4].headers["Content-Length"] == "0"


@pytest.mark.parametrize("login", ["basic", "digest"])
async def test_a_log_in_is_sent_when_it_is_asked_for_and_kept(login):
    with HttpDevice(login=login) as device:
        client = a_client(username="me")
        for _ in range(3):
            await client.send(a_request(f"{device.url}/on?a=b"))
    assert (device.paths(), device.tries) == (["/on?a=b"] * 3, 4)


async def test_a_log_in_may_be_in_the_address():
    with HttpDevice(login="digest") as device:
        await a_client().send(a_request(device.url.replace("//", "//me:s3cret@") + "/on"))
    assert device.paths() == ["/on"]


async def test_an_address_may_have_places_for_the_log_in():
    with HttpDevice() as device:
        client = a_client(username="me & you", password="a/b%c")
        await client.send(a_request(device.url + "/on?user={username}&password={password}", body="[]"))
    assert device.paths() == ["/on?user=me%20%26%20you&password=a%2Fb%25c"]


async def test_an_aged_nonce_is_exchanged():
    with HttpDevice(login="digest") as device:
        client = a_client(username="me")
        await client.send(a_request(f"{device.url}/on"))
        device.nonce, device.is_stale = "n2", True
        await client.send(a_request(f"{device.url}/off"))
    assert device.paths() == ["/on", "/off"]


@pytest.mark.parametrize("login", ["basic", "digest"])
async def test_a_wrong_password_is_a_refusal_after_one_try(login):
    with HttpDevice(login=login) as device:
        with pytest.raises(ActionRefused, match=r"refuses user name or password \(401\)") as refused:
            await a_client(username="me", password="wr0ng").send(a_request(f"{device.url}/on"))
        assert device.tries == 2
    assert "wr0ng" not in str(refused.value)


async def test_a_log_in_that_nobody_gave_is_a_refusal():
    with HttpDevice(login="basic") as device, pytest.raises(ActionRefused, match="asks for a log-in"):
        await a_client().send(a_request(f"{device.url}/on"))


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        (400, ActionRefused, "answered with status 400"),
        (403, ActionRefused, "answered with status 403"),
        (302, ActionRefused, "answered with another address"),
        (500, ActionFailed, "answered with status 500"),
        (503, ActionFailed, "answered with status 503"),
    ],
)
async def test_a_status_is_a_refusal_or_a_failure_and_names_the_server_alone(status, error, words):
    with HttpDevice() as device:
        device.status = status
        with pytest.raises(error) as raised:
            await a_client().send(a_request(f"{device.url}/on?user=me&pwd=s3cret"))
        assert type(raised.value) is error
    assert str(raised.value).startswith(f"{device.url}: {words}")
    assert "s3cret" not in str(raised.value)


async def test_all_of_two_hundred_is_done():
    with HttpDevice() as device:
        device.status = 204
        await a_client().send(a_request(f"{device.url}/on"))


async def test_a_device_that_is_not_there_is_a_failure_with_its_reason():
    port = free_port()
    with pytest.raises(ActionFailed, match=f"^http://127.0.0.1:{port}: cannot be reached"):
        await a_client().send(a_request(f"http://127.0.0.1:{port}/on?pwd=s3cret"))
