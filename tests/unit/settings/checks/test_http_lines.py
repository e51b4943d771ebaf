"""What may not be called or commanded over HTTP."""

from __future__ import annotations

import pytest

from bridge.core.definitions.document import as_document
from bridge.settings.load import validate

URL = "http://plug.local/on?user=me&pwd=s3cret"


def an_input(web=None, **line):
    parts = {"device": {"id": "gate"}, "lines": {"driver": "simulated"}}
    bell = {"id": "bell", "line": {"kind": "http", "token": "t0ken", **line}}
    return {**parts, "inputs": [bell], "web": web or {}}


def an_output(**line):
    parts = {"device": {"id": "gate"}, "lines": {"driver": "simulated"}}
    plug = {"kind": "http", "connected": {"url": URL}, "disconnected": {"url": "https://plug.local/off"}, **line}
    return {**parts, "outputs": [{"id": "plug", "line": plug}]}


def test_a_hook_needs_a_token_and_a_page(faults_of):
    assert faults_of(an_input()) == {}
    assert faults_of(an_input(token=None, token_file="/run/secrets/hook")) == {}
    ((path, fault),) = faults_of(an_input(token="")).items()
    assert (path, fault.message) == ("inputs[0].line", "needs a token, which every call has")
    ((path, fault),) = faults_of(an_input(web={"enabled": False})).items()
    assert (path, fault.message.partition(",")[0]) == ("inputs[0].line.kind", "needs the page")


@pytest.mark.parametrize(
    ("line", "place", "message"),
    [
        ({"connected": {"url": "plug.local/on?pwd=s3cret"}}, "connected.url", "is no address of HTTP"),
        ({"connected": {"url": "rtsp://plug.local/s3cret"}}, "connected.url", "is no address of HTTP"),
        ({"connected": {"url": "http:///s3cret"}}, "connected.url", "is no address of HTTP"),
        ({"connected": {"url": "http://plug:99999/s3cret"}}, "connected.url", "is no address of HTTP"),
        ({"connected": {}}, "connected.url", "is missing"),
        ({"connected": {"url": URL, "method": "HEAD"}}, "connected.method", "is not a choice"),
        ({"connected": {"url": URL, "body": 5}}, "connected.body", "is no text"),
        ({"connected": {"url": URL, "headers": {"X-Key": "s3cret\n"}}}, "connected.headers.X-Key", "is no header"),
        ({"connected": {"url": URL, "headers": {"X Key": "s3cret"}}}, 'connected.headers["X Key"]', "is no name"),
        ({"disconnected": None}, "disconnected", "is empty"),
    ],
)
def test_what_is_wrong_with_a_request_is_told_with_its_place_and_without_its_secret(faults_of, line, place, message):
    ((path, fault),) = faults_of(an_output(**line)).items()
    assert path == f"outputs[0].line.{place}"
    assert fault.message.startswith(message)
    assert "s3cret" not in str(fault)


def test_no_document_of_the_settings_shows_a_token_an_address_a_body_or_a_header():
    request = {"url": URL, "body": "s3cret", "headers": {"X-Key": "s3cret"}}
    shown = as_document(validate(an_output(connected=request, username="me", password="s3cret")).outputs[0])
    assert shown["line"]["connected"] == {"url": "***", "method": None, "body": "***", "headers": {"X-Key": "***"}}
    assert shown["line"]["password"] == "***"
    assert as_document(validate(an_input()).inputs[0])["line"]["token"] == "***"
