"""The life of one subscription: made, synchronised, pulled from, renewed, given back (Core 9.1)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final, Protocol
from xml.etree.ElementTree import Element

from bridge.errors import ActionError, CameraRefused, MessageMalformed
from bridge.lines.onvif.envelope import Request
from bridge.lines.onvif.notifications import Notification, notifications_in
from bridge.lines.onvif.requests import (
    Subscription,
    create_pull_point,
    granted_s,
    pull_messages,
    renew,
    subscription_in,
    synchronise,
    unsubscribe,
)

SUBSCRIBED_S: Final = 60
SHORTEST_S: Final = 3.0
"""A subscription counts as having at least this, however little a camera says."""
PULL_S: Final = 2
"""So long a camera may wait for an event before it answers: each answer is a sign of life."""
GRACE_S: Final = 3.0
"""So much later an answer may come before the connection is given up."""
ANSWER_S: Final = 5.0
GOODBYE_S: Final = 1.0
PAUSE_S: Final = 0.25
"""The shortest time between two pulls without an event, for cameras that do not wait."""
LARGEST_PULL: Final = 256 * 1024


class Call(Protocol):
    """One request to an address; as `CameraClient.call`."""

    def __call__(
        self, address: str, request: Request, *, within_s: float, largest: int = ...
    ) -> Awaitable[Element | None]:
        """Sends the request. Returns its answer, None for an empty one; raises as `CameraClient.call`."""


class PullPoint:
    """A subscription; `mend` mends addresses that the camera gives.

    `take` gets each message, `ignored` the fault of an answer that means nothing; `answered` is called for each answer.
    """

    def __init__(
        self,
        call: Call,
        *,
        mend: Callable[[str], str],
        take: Callable[[Notification], None],
        ignored: Callable[[str], None],
        answered: Callable[[], None],
    ) -> None:
        self._call = call
        self._mend = mend
        self._take = take
        self._ignored = ignored
        self._answered = answered
        self._subscription: Subscription | None = None
        self._address = ""
        self._renew_at = 0.0
        self._is_synchronised = False
        self.due: float | None = None
        """The instant (of the loop's clock) by which the camera's next answer is due."""
        self.answered_at: float | None = None
        """The instant of the last answer to a pull."""
        self.opened_at = 0.0

    async def open(self, events: str) -> None:
        """Makes the subscription at the service's address, and asks for the present values.

        Raises as `Call`, and MessageMalformed for a subscription without an address.
        """
        self.opened_at = self._now()
        self.due = self.opened_at + ANSWER_S
        found = await self._call(events, create_pull_point(SUBSCRIBED_S), within_s=ANSWER_S)
        if found is None:
            message = "answers a subscription with nothing"
            raise MessageMalformed(message)
        self._subscription = subscription_in(found)
        try:
            self._address = self._mend(self._subscription.address)
        except ValueError:
            message = "names an address of the subscription that is none"
            raise MessageMalformed(message) from None
        self._granted(self._subscription.granted_s)
        await self._synchronise()

    async def run(self) -> None:
        """Pulls until a call fails, and raises its error: CameraRefused if the camera forgot the subscription."""
        assert self._subscription is not None  # noqa: S101 - it is open
        while True:
            if self._now() >= self._renew_at:
                await self._renew(self._subscription)
            begun = self._now()
            self.due = begun + PULL_S
            messages = await self._pull(self._subscription)
            self.answered_at = self._now()
            self._answered()
            for message in messages:
                self._take(message)
            if not messages and self.answered_at < begun + PAUSE_S:
                await asyncio.sleep(begun + PAUSE_S - self.answered_at)

    async def close(self) -> None:
        """Gives the subscription back, within `GOODBYE_S`; a camera that does not take it lets it run out."""
        if self._subscription is not None:
            with suppress(ActionError, MessageMalformed):
                await self._call(self._address, unsubscribe(self._subscription), within_s=GOODBYE_S)
            self._subscription = None

    async def _pull(self, subscription: Subscription) -> list[Notification]:
        """Returns the next events; none for an answer that means nothing, after which all values are asked for once."""
        try:
            found = await self._call(
                self._address, pull_messages(subscription, PULL_S), within_s=PULL_S + GRACE_S, largest=LARGEST_PULL
            )
        except MessageMalformed as malformed:
            self._ignored(str(malformed))
            if self._is_synchronised:
                self._is_synchronised = False
                await self._synchronise()
            return []
        self._is_synchronised = True
        return [] if found is None else notifications_in(found)

    async def _synchronise(self) -> None:
        """Asks for the present value of every property; cameras that cannot say, say it with the next change."""
        assert self._subscription is not None  # noqa: S101 - it was made before
        with suppress(CameraRefused, MessageMalformed):
            await self._call(self._address, synchronise(self._subscription), within_s=ANSWER_S)

    async def _renew(self, subscription: Subscription) -> None:
        self.due = self._now() + ANSWER_S
        try:
            found = await self._call(self._address, renew(subscription, SUBSCRIBED_S), within_s=ANSWER_S)
        except MessageMalformed as malformed:
            self._ignored(str(malformed))
            found = None
        self._granted(None if found is None else granted_s(found))

    def _granted(self, seconds: float | None) -> None:
        """Plans the renewal at two thirds of the time that the camera grants."""
        granted = SUBSCRIBED_S if seconds is None else min(max(seconds, SHORTEST_S), SUBSCRIBED_S)
        self._renew_at = self._now() + granted * 2 / 3

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
