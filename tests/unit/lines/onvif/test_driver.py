"""Lines in cameras against a process that the test plays: what they report, and what they order."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest
from words.builders import an_input, an_output, settings_of
from words.line_facts import Reports

from bridge.core.contact import Level
from bridge.lines.onvif.driver import OnvifLines
from bridge.lines.onvif.messages import (
    AnswerIgnored,
    CameraFailed,
    CameraReached,
    CameraSubscribed,
    ContactSeen,
    LeaveCamera,
    Order,
    RelaySeen,
    RelaySet,
    Report,
    SetRelay,
    WatchCamera,
    decode,
    encode,
)
from bridge.lines.surroundings import Surroundings

pytestmark = pytest.mark.virtual_time
LOW, HIGH = Level.LOW, Level.HIGH
CAMERAS = {"gate": {"onvif": "http://gate/onvif", "username": "cam", "password": "secret"}}
MOTION = an_input("moves", line={"kind": "onvif_event", "camera": "gate", "event": "motion"})
RELAY = {"kind": "onvif_relay", "camera": "gate", "token": "RO_1"}


class Process:
    """The keeper of a process that does nothing; the test reports in its place."""

    def __init__(
        self, *, report: Callable[[Report], None], began: Callable[[], None], ended: Callable[[], None]
    ) -> None:
        self.report, self.began, self.ended = report, began, ended
        self.orders: list[Order] = []
        self.is_open = False
        self.obeys = False
        """Whether each order of a relay is carried out at once."""

    def start(self) -> None:
        self.is_open = True
        self.began()

    def order(self, order: Order) -> None:
        if self.is_open:
            found = decode(encode(order))
            assert found == order
            self.orders.append(order)
            if self.obeys and isinstance(order, SetRelay):
                asyncio.get_running_loop().call_soon(self.report, RelaySet(number=order.number))

    def close(self) -> None:
        self.is_open = False


class Rig:
    """The driver, and what it has reported and ordered."""

    def __init__(self, *terminals: dict[str, Any], **top: Any) -> None:
        self.settings = settings_of(*terminals, **{"cameras": CAMERAS, **top})
        self.surroundings = Surroundings(self.settings)
        self.process: Process = None  # type: ignore[assignment]
        self.lines = OnvifLines(self.surroundings, child_of=self._made)
        self._reports = Reports()
        for each in self.settings.inputs:
            self.lines.request_input(each)
        for each in self.settings.outputs:
            self.lines.request_output(each, LOW)
        self.lines.start(self._reports.put)

    def _made(self, **calls: Any) -> Any:
        self.process = Process(**calls)
        return self.process

    def says(self, *reports: Report) -> None:
        for each in reports:
            self.process.report(each)

    def ordered(self) -> list[Order]:
        orders, self.process.orders[:] = list(self.process.orders), []
        return orders

    def relays(self) -> list[SetRelay]:
        return [each for each in self.ordered() if isinstance(each, SetRelay)]

    def seen(self) -> list[str]:
        return self._reports.seen()


def failed(problem: str = "no answer", *, ago_s: float = 0.0, is_away: bool = True) -> CameraFailed:
    return CameraFailed(camera="gate", at=time.monotonic() - ago_s, problem=problem, is_away=is_away)


def contact(state: str, *, is_event: bool = True) -> ContactSeen:
    return ContactSeen(terminal="moves", contact=state, is_event=is_event, time="2026-11-30T17:00:00+00:00")


# Inputs


async def test_the_process_gets_each_camera_with_its_log_in_and_its_lines():
    rig = Rig(MOTION)
    (order,) = rig.ordered()
    assert isinstance(order, WatchCamera)
    assert (order.camera, order.onvif, order.username, order.password) == ("gate", "http://gate/onvif", "cam", "secret")
    assert [(each.terminal, each.event) for each in order.lines] == [("moves", "motion")]
    assert "secret" not in repr(order)
    assert "http" not in repr(order)


async def test_an_input_is_unknown_until_its_camera_says_something():
    rig = Rig(MOTION)
    assert rig.seen() == ["found", "unknown state"]
    rig.says(CameraSubscribed(camera="gate"), contact("disconnected", is_event=False), contact("connected"))
    assert rig.seen() == ["disconnected state", "connected event"]


async def test_a_camera_that_never_answers_is_lost_after_ten_seconds():
    rig = Rig(MOTION)
    rig.says(failed("cannot be reached"))
    await asyncio.sleep(9.9)
    assert rig.seen() == ["found", "unknown state"]
    await asyncio.sleep(0.2)
    assert rig.seen() == ["lost: camera gate: cannot be reached"]


async def test_a_short_absence_is_nothing_and_a_long_one_a_loss_after_which_the_last_contact_stands_again():
    rig = Rig(MOTION)
    rig.says(CameraSubscribed(camera="gate"), contact("connected"))
    rig.seen()
    rig.says(failed())
    await asyncio.sleep(9)
    rig.says(CameraSubscribed(camera="gate"))
    await asyncio.sleep(9)
    assert rig.seen() == []
    rig.says(failed(ago_s=3))
    await asyncio.sleep(4)
    rig.says(failed())
    await asyncio.sleep(3.1)
    assert rig.seen() == ["lost: camera gate: no answer"]
    rig.says(CameraSubscribed(camera="gate"))
    assert rig.seen() == ["found", "connected state"]


async def test_without_the_process_cameras_are_lost_and_another_gets_every_order_again():
    rig = Rig(MOTION, an_output("siren", line=RELAY))
    rig.says(CameraSubscribed(camera="gate"), contact("connected"))
    before = rig.ordered()
    rig.seen()
    rig.process.ended()
    await asyncio.sleep(10.1)
    assert "lost: camera gate: no answer" not in rig.seen()
    rig.process.began()
    again = rig.ordered()
    assert [type(each) for each in again] == [type(each) for each in before] == [WatchCamera, SetRelay]


async def test_an_answer_that_means_nothing_is_counted_at_the_cameras_inputs():
    rig = Rig(MOTION, an_input("other", line={"kind": "onvif_input", "camera": "gate", "token": "DI_1"}))
    rig.seen()
    rig.says(AnswerIgnored(camera="gate"))
    assert rig.seen() == ["ignored", "ignored"]


async def test_the_absence_of_a_camera_is_no_fault_of_the_input_that_is_about_it():
    rig = Rig(an_input("moves", line={"kind": "camera_lost", "camera": "gate"}))
    rig.says(failed())
    await asyncio.sleep(20)
    assert rig.seen() == ["found", "unknown state"]
    rig.says(contact("connected", is_event=False))
    assert rig.seen() == ["connected state"]


async def test_a_camera_that_moves_or_leaves_the_settings_is_watched_anew_or_left():
    rig = Rig(MOTION)
    rig.ordered()
    moved = settings_of(MOTION, cameras={"gate": {**CAMERAS["gate"], "onvif": "http://other/onvif"}})
    rig.surroundings.change_settings(moved)
    (order,) = rig.ordered()
    assert isinstance(order, WatchCamera)
    assert order.onvif == "http://other/onvif"
    rig.lines.release("moves")
    rig.ordered()
    rig.surroundings.change_settings(settings_of())
    assert rig.ordered() == [LeaveCamera(camera="gate")]


# Relays


async def test_a_line_that_is_added_while_its_camera_is_away_is_lost_too():
    rig = Rig(MOTION)
    await asyncio.sleep(11)
    rig.seen()
    rig.lines.request_input(rig.settings.inputs[0])
    rig.says(contact("disconnected", is_event=False))  # the process remembers what the camera said long ago
    assert rig.seen() == ["found", "unknown state", "lost: camera gate has not answered yet"]
    rig.says(CameraSubscribed(camera="gate"))
    assert rig.seen() == ["found", "disconnected state"]


async def test_a_relay_gets_its_idle_contact_once_and_then_what_is_left_of_its_demand():
    rig = Rig(an_output("siren", line=RELAY))
    (idle,) = rig.relays()
    assert (idle.token, idle.active, idle.monostable_s) == ("RO_1", False, 60)
    now = asyncio.get_running_loop().time()
    rig.lines.drive("siren", HIGH, until=now + 9.2)
    rig.lines.drive("siren", HIGH, until=now + 9.2)
    rig.lines.drive("siren", HIGH, until=now + 20)
    assert [(each.active, each.monostable_s) for each in rig.relays()] == [(True, 10), (True, 20)]


async def test_a_demand_without_an_end_is_begun_anew_each_half_minute_until_it_ends():
    rig = Rig(an_output("siren", line=RELAY))
    rig.relays()
    rig.process.obeys = True
    rig.lines.drive("siren", HIGH)
    await asyncio.sleep(61)
    orders = rig.relays()
    assert [(each.active, each.monostable_s) for each in orders] == [(True, 60)] * 3
    rig.lines.drive("siren", LOW)
    await asyncio.sleep(61)
    assert [each.active for each in rig.relays()] == [False]


async def test_a_bistable_relay_is_ordered_once_and_stays():
    rig = Rig(an_output("siren", line={**RELAY, "mode": "bistable"}))
    rig.relays()
    rig.process.obeys = True
    rig.lines.drive("siren", HIGH)
    await asyncio.sleep(61)
    assert [(each.active, each.monostable_s) for each in rig.relays()] == [(True, None)]


async def test_a_relay_out_of_reach_is_lost_and_gets_the_contact_that_holds_when_its_camera_is_back():
    rig = Rig(an_output("siren", line={**RELAY, "mode": "bistable"}))
    rig.relays()
    rig.lines.drive("siren", HIGH)
    (order,) = rig.relays()
    rig.says(RelaySet(number=order.number, problem="no answer within 5 s"))
    assert rig.seen() == ["lost: no answer within 5 s"]
    rig.says(CameraReached(camera="gate"))
    (again,) = rig.relays()
    rig.says(RelaySet(number=order.number), RelaySet(number=again.number))
    assert rig.seen() == ["found"], "an older order's result means nothing"
    rig.says(CameraReached(camera="gate"))
    assert rig.relays() == []


async def test_a_relay_that_fails_while_its_camera_is_there_is_ordered_again_later():
    rig = Rig(an_output("siren", line={**RELAY, "mode": "bistable"}))
    (order,) = rig.relays()
    for wait_s in (5, 10, 20, 40, 60, 60):
        rig.says(RelaySet(number=order.number, problem="answers with status 503"))
        await asyncio.sleep(wait_s - 0.1)
        assert rig.relays() == []
        await asyncio.sleep(0.2)
        (order,) = rig.relays()
        assert not order.active
    assert rig.seen() == ["lost: answers with status 503"]
    rig.says(RelaySet(number=order.number))
    await asyncio.sleep(300)
    assert (rig.seen(), rig.relays()) == (["found"], [])


async def test_a_refused_order_is_not_tried_again_for_its_contact():
    rig = Rig(an_output("siren", line=RELAY))
    (order,) = rig.relays()
    rig.says(RelaySet(number=order.number, problem="the camera refuses: no such token"))
    rig.says(CameraReached(camera="gate"))
    assert (rig.relays(), rig.seen()) == ([], ["lost: the camera refuses: no such token"])


async def test_an_order_that_nobody_answers_is_given_up():
    rig = Rig(an_output("siren", line=RELAY))
    rig.process.is_open = False
    await asyncio.sleep(7.1)
    assert rig.seen() == ["lost: camera gate could not be commanded for 7 s"]


async def test_the_cameras_word_for_its_relay_stands_until_the_camera_is_lost():
    rig = Rig(an_output("siren", line=RELAY), MOTION)
    (order,) = rig.relays()
    rig.says(RelaySet(number=order.number), CameraSubscribed(camera="gate"))
    rig.seen()
    rig.says(RelaySeen(camera="gate", token="RO_1", active=True), RelaySeen(camera="gate", token="RO_2", active=False))
    assert rig.seen() == ["does connected"]
    rig.says(failed())
    await asyncio.sleep(10.1)
    assert rig.seen() == ["lost: camera gate: no answer", "does unknown"]
