"""An output over HTTP, on a device that the test plays, in time that jumps."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from words.line_facts import Reports

from bridge.core.contact import Contact
from bridge.core.definitions.field_types import Secret
from bridge.core.definitions.http_lines import HttpRequest, HttpSink
from bridge.errors import ActionFailed, ActionRefused
from bridge.lines.http.http_output import HttpOutput

pytestmark = pytest.mark.virtual_time
ON, OFF = Contact.CONNECTED, Contact.DISCONNECTED
LINE = HttpSink(
    connected=HttpRequest(url=Secret("http://plug/on")), disconnected=HttpRequest(url=Secret("http://plug/off"))
)


class Plug:
    """A device that obeys, fails, refuses or is silent; each try has its instant."""

    def __init__(self) -> None:
        self.fails: Exception | None = None
        self.is_silent = False
        self.tries: list[tuple[float, str]] = []
        self.reports = Reports()
        self.output = HttpOutput("plug", LINE, client=self, put=self.reports.put)

    def shown(self, request: HttpRequest) -> str:
        del request
        return "http://plug"

    async def send(self, request: HttpRequest) -> None:
        self.tries.append((asyncio.get_running_loop().time(), request.url.reveal().rpartition("/")[2]))
        if self.is_silent:
            await asyncio.sleep(1000)
        if self.fails is not None:
            raise self.fails

    def done(self) -> list[str]:
        tries, self.tries[:] = list(self.tries), []
        return [what for _, what in tries]


@pytest.fixture
def plug() -> Iterator[Plug]:
    made = Plug()
    yield made
    made.output.close()


async def opened(plug: Plug) -> None:
    plug.output.set(OFF, None)
    plug.output.open()
    await asyncio.sleep(0.1)


async def test_it_is_commanded_to_be_idle_once_and_then_on_each_change(plug):
    await opened(plug)
    assert plug.done() == ["off"]
    plug.output.drive(OFF, None)
    plug.output.drive(ON, None)
    await asyncio.sleep(0.1)
    plug.output.drive(ON, 1000.0)
    await asyncio.sleep(100)
    assert plug.done() == ["on"]
    assert plug.reports.seen() == []


async def test_a_failing_device_is_tried_for_five_seconds_then_lost_and_tried_again_ever_more_rarely(plug):
    await opened(plug)
    plug.done()
    plug.fails = ActionFailed("http://plug: answered with status 503")
    begun = asyncio.get_running_loop().time()
    plug.output.drive(ON, None)
    await asyncio.sleep(4)
    assert plug.reports.seen() == []
    await asyncio.sleep(350)
    assert plug.reports.seen() == ["lost: http://plug: answered with status 503"]
    starts = [at - begun for at, _ in plug.tries]
    rounds = [at for at, before in zip(starts[1:], starts, strict=False) if at - before > 1]
    pauses = [round(at - before) for at, before in zip(rounds, [4.5, *[each + 4.5 for each in rounds]], strict=False)]
    assert pauses[:6] == [5, 10, 20, 40, 60, 60]


async def test_the_contact_that_holds_then_is_set_when_the_device_is_back(plug):
    await opened(plug)
    plug.fails = ActionFailed("away")
    plug.output.drive(ON, None)
    await asyncio.sleep(6)
    plug.output.drive(OFF, None)
    await asyncio.sleep(6)
    plug.done()
    plug.fails = None
    await asyncio.sleep(11)
    assert plug.done() == ["off"]
    assert plug.reports.seen() == ["lost: away", "found"]
    await asyncio.sleep(200)
    assert plug.done() == []


async def test_a_refusal_is_dropped_at_once_and_not_tried_again_for_this_contact(plug):
    await opened(plug)
    plug.done()
    plug.fails = ActionRefused("http://plug: answered with status 404")
    plug.output.drive(ON, None)
    await asyncio.sleep(300)
    assert plug.done() == ["on"]
    assert plug.reports.seen() == ["lost: http://plug: answered with status 404"]
    plug.fails = None
    plug.output.drive(OFF, None)
    await asyncio.sleep(1)
    assert (plug.done(), plug.reports.seen()) == (["off"], ["found"])


async def test_a_device_that_never_answers_is_lost_after_five_seconds(plug):
    await opened(plug)
    plug.is_silent = True
    plug.output.drive(ON, None)
    await asyncio.sleep(5.5)
    assert plug.reports.seen() == ["lost: http://plug did not answer for 5 s"]


async def test_only_the_newest_contact_is_sent_after_a_try_that_failed(plug):
    await opened(plug)
    plug.done()
    plug.fails = ActionFailed("away")
    plug.output.drive(ON, None)
    await asyncio.sleep(0.1)
    plug.output.drive(OFF, None)
    plug.fails = None
    await asyncio.sleep(30)
    assert plug.done() == ["on", "off"]
    assert plug.reports.seen() == []


async def test_after_its_close_nothing_is_sent(plug):
    await opened(plug)
    plug.done()
    plug.fails = ActionFailed("away")
    plug.output.drive(ON, None)
    await asyncio.sleep(6)
    plug.done()
    plug.output.close()
    await asyncio.sleep(100)
    assert plug.done() == []


async def test_an_output_that_is_driven_idle_and_released_in_one_step_turns_its_device_off(plug):
    await opened(plug)
    plug.output.drive(ON, None)
    await asyncio.sleep(0.1)
    plug.output.drive(OFF, None)
    plug.output.close()
    await asyncio.sleep(100)
    assert plug.done() == ["off", "on", "off"]


async def test_a_release_while_a_command_is_under_way_sends_the_one_after_it_and_reports_nothing_more(plug):
    await opened(plug)
    plug.is_silent = True
    plug.output.drive(ON, None)
    await asyncio.sleep(0.1)
    plug.is_silent = False
    plug.output.drive(OFF, None)
    plug.output.close()
    await asyncio.sleep(100)
    assert (plug.done(), plug.reports.seen()) == (["off", "on", "off"], [])
