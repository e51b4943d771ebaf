"""The tests of services that the System page offers."""

from __future__ import annotations

import re

import pytest

from bridge.web.pages.system_page import SERVICES, _test, service_card


def button(key, sound="dog.wav"):
    name, action = next((name, action) for each, name, action, _ in SERVICES if each == key)
    made = _test(name, action, sound)
    return made and dict(re.findall(r'(data-post|data-body|aria-label)="([^"]*)"', str(made)))


@pytest.mark.parametrize(
    ("key", "sent", "body"),
    [
        ("broker", "api/broker/test", None),
        ("email", "api/actions/email", "{&quot;text&quot;: &quot;A test from the page.&quot;}"),
        ("ftp", "api/actions/ftp", None),
        ("card", "api/actions/record", None),
        ("audio", "api/actions/audible", "{&quot;clip&quot;: &quot;dog.wav&quot;}"),
    ],
)
def test_a_service_is_tested_by_a_button_that_says_what_it_tests(key, sent, body):
    found = button(key)
    assert found.pop("aria-label").startswith("Test ")
    assert found == {"data-post": sent} | ({"data-body": body} if body else {})


def test_without_a_clip_there_is_no_test_of_the_loudspeaker_and_the_store_has_none():
    assert button("audio", sound=None) is None
    assert button("store") is None


def test_the_name_of_a_clip_cannot_end_its_quotes():
    assert button("audio", sound='a"b')["data-body"] == "{&quot;clip&quot;: &quot;a\\&quot;b&quot;}"


@pytest.mark.parametrize(
    ("key", "words"), [("email", "SMTP"), ("ftp", "FTP"), ("card", "recording"), ("audio", "audio")]
)
def test_a_service_that_is_missing_is_called_as_on_the_page_of_an_input(key, words):
    _, name, action, section = next(row for row in SERVICES if row[0] == key)
    assert f">set up {words}</a>" in str(service_card(key, name, None, action, section, None))
