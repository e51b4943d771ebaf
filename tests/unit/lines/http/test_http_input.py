"""An input that is called over HTTP, by calls that the test makes at its port."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from words.line_facts import Reports

from bridge.core.contact import Contact
from bridge.core.definitions.field_types import Secret
from bridge.core.definitions.http_lines import HttpSource
from bridge.core.definitions.inputs import InputSettings
from bridge.lines.hook_port import HookPort
from bridge.lines.http.driver import HttpLines

pytestmark = pytest.mark.virtual_time
AT_FIRST = ["found", "unknown state", "disconnected state"]


class Door:
    """The port of calls, and what the driver has reported."""

    def __init__(self) -> None:
        self.port = HookPort()
        self.lines = HttpLines(self.port)
        self.reports = Reports()
        self.lines.start(self.reports.put)
        self.lines.request_input(InputSettings(id="bell", line=HttpSource(token=Secret("t0ken"))))

    def call(self, contact: Contact | None = None) -> None:
        self.port.call("bell", contact)

    def seen(self) -> list[str]:
        return self.reports.seen()


@pytest.fixture
def door() -> Iterator[Door]:
    made = Door()
    yield made
    made.lines.close()


async def test_it_is_disconnected_before_the_first_call_and_an_event_counts_for_a_while(door):
    assert door.seen() == AT_FIRST
    door.call()
    await asyncio.sleep(4)
    assert door.seen() == ["connected event"]
    await asyncio.sleep(2)
    assert door.seen() == ["disconnected event"]


async def test_each_further_event_counts_from_its_own_instant(door):
    door.call()
    await asyncio.sleep(4)
    door.call()
    await asyncio.sleep(4)
    assert door.seen() == [*AT_FIRST, "connected event", "connected event"]
    await asyncio.sleep(2)
    assert door.seen() == ["disconnected event"]


async def test_a_contact_that_is_said_holds_until_another_is_and_an_event_does_not_end_it(door):
    door.call(Contact.CONNECTED)
    await asyncio.sleep(100)
    door.call()
    await asyncio.sleep(100)
    assert door.seen() == [*AT_FIRST, "connected event"]
    door.call(Contact.DISCONNECTED)
    assert door.seen() == ["disconnected event"]


async def test_an_event_is_ended_by_a_contact_that_is_said(door):
    door.call()
    door.call(Contact.DISCONNECTED)
    await asyncio.sleep(10)
    assert door.seen() == [*AT_FIRST, "connected event", "disconnected event"]


async def test_a_call_that_means_nothing_is_counted_and_logged_once_until_a_good_one_comes(door, caplog):
    door.port.ignore("bell")
    door.port.ignore("bell")
    assert door.seen() == [*AT_FIRST, "ignored", "ignored"]
    assert len(caplog.records) == 1
    door.call()
    door.port.ignore("bell")
    assert len(caplog.records) == 2


async def test_only_its_own_token_is_admitted_and_after_its_release_none(door):
    assert door.port.admits("bell", "t0ken")
    assert not any(door.port.admits("bell", wrong) for wrong in ("", "t0ke", "t0ken ", "\udcff"))
    assert not door.port.admits("other", "t0ken")
    assert not door.port.admits("other", "")
    door.lines.release("bell")
    assert not door.port.knows("bell")
    assert not door.port.admits("bell", "t0ken")
