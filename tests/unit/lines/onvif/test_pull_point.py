"""The life of a subscription against a camera that answers from a list, on a clock that jumps."""

# ruff: noqa: S314 - documents that the test writes itself
from __future__ import annotations

import asyncio
from xml.etree.ElementTree import Element, fromstring

import pytest

from bridge.errors import ActionFailed, CameraRefused, MessageMalformed
from bridge.lines.onvif.envelope import Request
from bridge.lines.onvif.notifications import Notification
from bridge.lines.onvif.pull_point import PullPoint

pytestmark = pytest.mark.virtual_time

MESSAGE = (
    "<NotificationMessage><Topic>tns1:VideoSource/MotionAlarm</Topic><Message><Message><Data>"
    '<SimpleItem Name="State" Value="true"/></Data></Message></Message></NotificationMessage>'
)


class Camera:
    """Answers each request, waits as a camera does when it has no event, and fails when it should."""

    def __init__(self, *, granted_s: int = 60, waits: bool = True) -> None:
        self.calls: list[tuple[float, str]] = []
        self.granted_s = granted_s
        self.waits = waits
        self.pulls: list[Element | Exception] = []
        self.renewal: Exception | None = None
        self.addressed: list[str] = []
        self.messages: list[Notification] = []
        self.faults: list[str] = []
        self.began = asyncio.get_running_loop().time()
        self.point = PullPoint(
            self.call,
            mend=lambda address: address.replace("10.0.0.1", "camera"),
            take=self.messages.append,
            ignored=self.faults.append,
            answered=lambda: None,
        )

    async def call(self, address: str, request: Request, *, within_s: float, largest: int = 0) -> Element | None:
        assert (within_s > 0, largest >= 0) == (True, True)
        now = asyncio.get_running_loop().time() - self.began
        self.calls.append((round(now, 2), request.name))
        self.addressed.append(address)
        end = f"2020-01-01T00:00:{self.granted_s - 1:02d}.999Z"
        times = f"<CurrentTime>2020-01-01T00:00:00Z</CurrentTime><TerminationTime>{end}</TerminationTime>"
        if request.name == "CreatePullPointSubscription":
            return fromstring(
                f"<R><SubscriptionReference><Address>http://10.0.0.1/point</Address><ReferenceParameters>"
                f"<Id>7</Id></ReferenceParameters></SubscriptionReference>{times}</R>"
            )
        if request.name == "PullMessages":
            assert "<Id>7</Id>" in request.reference
            if self.pulls:
                found = self.pulls.pop(0)
                if isinstance(found, Exception):
                    raise found
                return found
            if self.waits:
                await asyncio.sleep(2)
            return None
        if request.name == "Renew" and self.renewal is not None:
            raise self.renewal
        return fromstring(f"<R>{times}</R>")

    def times(self, name: str) -> list[float]:
        return [at for at, each in self.calls if each == name]


async def run_for(camera: Camera, seconds: float) -> None:
    await camera.point.open("http://camera/events")
    running = asyncio.create_task(camera.point.run())
    await asyncio.sleep(seconds)
    running.cancel()
    await asyncio.wait([running])


async def test_a_subscription_is_synchronised_pulled_from_and_renewed_at_two_thirds_of_its_time():
    camera = Camera()
    await run_for(camera, 90)
    assert [name for _, name in camera.calls[:3]] == [
        "CreatePullPointSubscription",
        "SetSynchronizationPoint",
        "PullMessages",
    ]
    assert camera.addressed[:2] == ["http://camera/events", "http://camera/point"]
    assert camera.times("Renew") == [40, 80]
    await camera.point.close()
    assert camera.calls[-1][1] == "Unsubscribe"


async def test_the_time_that_the_camera_grants_counts_by_its_own_clock():
    camera = Camera(granted_s=12)
    await run_for(camera, 30)
    assert camera.times("Renew") == [8, 16, 24]


async def test_a_camera_that_does_not_wait_is_asked_four_times_a_second():
    camera = Camera(waits=False)
    await run_for(camera, 10)
    assert len(camera.times("PullMessages")) == 40


async def test_events_are_taken_and_the_next_are_asked_for_at_once():
    camera = Camera()
    camera.pulls = [fromstring(f"<R>{MESSAGE * 3}</R>"), fromstring(f"<R>{MESSAGE}</R>")]
    await run_for(camera, 1)
    assert len(camera.messages) == 4
    assert camera.times("PullMessages") == [0, 0, 0]


async def test_after_an_answer_that_means_nothing_all_values_are_asked_for_once():
    camera = Camera()
    camera.pulls = [fromstring("<R/>"), MessageMalformed("is no XML"), MessageMalformed("is no XML")]
    await run_for(camera, 3)
    assert camera.faults == ["is no XML", "is no XML"]
    assert len(camera.times("SetSynchronizationPoint")) == 2


@pytest.mark.parametrize("error", [CameraRefused("unknown"), ActionFailed("no answer")])
async def test_a_failure_ends_it_with_the_instant_at_which_the_answer_was_due(error: Exception):
    camera = Camera()
    camera.pulls = [error]
    await camera.point.open("http://camera/events")
    with pytest.raises(type(error)):
        await camera.point.run()
    assert camera.point.due == camera.began + 2
    assert camera.point.answered_at is None


async def test_a_renewal_that_is_refused_ends_it():
    camera = Camera()
    camera.renewal = CameraRefused("not supported")
    await camera.point.open("http://camera/events")
    with pytest.raises(CameraRefused):
        await camera.point.run()
    assert asyncio.get_running_loop().time() == camera.began + 40
