"""One camera in the process: its subscription, its addresses, its presence and its relays, kept up for ever."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from bridge.errors import ActionError, CameraRefused, MessageMalformed
from bridge.lines.onvif import requests
from bridge.lines.onvif.absences import Absences
from bridge.lines.onvif.address import mended
from bridge.lines.onvif.client import Access, CameraClient
from bridge.lines.onvif.media_addresses import media_addresses
from bridge.lines.onvif.messages import (
    AddressesFound,
    AnswerIgnored,
    CameraFailed,
    CameraLine,
    CameraReached,
    CameraSubscribed,
    ContactSeen,
    Noted,
    RelaySeen,
    RelaySet,
    Report,
    SetRelay,
    WatchCamera,
)
from bridge.lines.onvif.notifications import Notification
from bridge.lines.onvif.properties import Properties, Seen, relay_in
from bridge.lines.onvif.pull_point import PullPoint
from bridge.lines.onvif.relay_commands import RelayCommand
from bridge.lines.onvif.services import ANSWER_S, learn_services

AGAIN_S: Final = 1.0
"""The pause between two attempts: a camera that is back is heard of within five seconds."""
LOGIN_AGAIN_S: Final = 60.0
"""The same after a refused log-in: cameras lock out who tries again and again."""
_WORDS: Final = {True: "connected", False: "disconnected", None: "unknown"}


class WatchedCamera:
    """`run` watches the camera until it is cancelled, and then gives its subscription back.

    Orders to relays go on without it; `finish_orders` ends them.
    """

    def __init__(self, settings: WatchCamera, *, report: Callable[[Report], None]) -> None:
        self.settings = settings
        self._report = report
        ca_file = None if settings.ca_file is None else Path(settings.ca_file)
        self._access = Access(username=settings.username, password=settings.password or "", ca_file=ca_file)
        self._client = CameraClient(self._access)
        self._clock_offset_s: float | None = None
        self._services: dict[str, str] = {}
        self._learnt = asyncio.Event()
        self._properties = Properties()
        self._has_failed = self._has_complained = False
        self._relays: dict[str, RelayCommand] = {}
        self._orders: dict[str, tuple[SetRelay, asyncio.Task[None]]] = {}
        self._absences = Absences(
            [each for each in (settings.onvif, settings.snapshot, settings.stream) if each is not None],
            report=report,
        )
        self.follow(settings.lines)

    def follow(self, lines: tuple[CameraLine, ...]) -> None:
        """Replaces the lines, and reports what is known of new ones."""
        for seen in self._properties.follow(lines):
            self._seen(seen)
        self._absences.follow(lines)

    async def run(self) -> None:
        """Watches the camera for ever."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._absences.run(), name="presence")
                if self.settings.onvif is not None:
                    group.create_task(self._keep_subscribed(self.settings.onvif), name="events")
                    group.create_task(self._ask_addresses(self.settings.onvif), name="addresses")
        finally:
            self._client.close()

    # Relays

    def set_relay(self, order: SetRelay) -> None:
        """Begins to carry an order out; one before it of the same relay is given up."""
        if self.settings.onvif is None:
            self._report(RelaySet(number=order.number, problem="the camera has no ONVIF address"))
            return
        if order.token in self._orders:
            self._orders[order.token][1].cancel()
        if order.token not in self._relays:
            self._relays[order.token] = RelayCommand(
                CameraClient(self._access), address=self.settings.onvif, token=order.token, note=self._note
            )
        task = asyncio.create_task(self._carry_out(self._relays[order.token], order), name=f"relay {order.token}")
        self._orders[order.token] = order, task

    def give_up_orders(self) -> list[SetRelay]:
        """Gives up the orders that are not carried out yet, and returns them: another takes them over."""
        return [order for order, task in self._orders.values() if task.cancel()]

    async def finish_orders(self, within_s: float) -> None:
        """Waits for orders that make a relay inactive; others are given up. None may follow."""
        going = [task for order, task in self._orders.values() if not (order.active and task.cancel())]
        if going:
            await asyncio.wait(going, timeout=within_s)
        for each in self._relays.values():
            each.close()

    async def _carry_out(self, relay: RelayCommand, order: SetRelay) -> None:
        relay.set_clock(self._clock_offset_s)
        self._report(RelaySet(number=order.number, problem=await relay.carry_out(order)))

    # Events

    async def _keep_subscribed(self, address: str) -> None:
        """Keeps a subscription for ever; a failure is reported, and another one is made."""
        while True:
            point = PullPoint(
                self._client.call,
                mend=partial(mended, configured=address),
                take=self._take,
                ignored=self._ignore,
                answered=self._absences.answered,
            )
            try:
                await self._subscribe(point, address)
                await self._pull(point)
            except CameraRefused as refused:
                self._services = {}
                if point.answered_at is not None and not refused.is_login:
                    # It forgot the subscription, as many do at another client's goodbye: the next one is made at once.
                    await asyncio.sleep(max(0.0, point.opened_at + AGAIN_S - self._now()))
                    continue
                self._failed(point, str(refused), is_away=False)
                is_wrong = refused.is_login and point.answered_at is None
                await asyncio.sleep(LOGIN_AGAIN_S if is_wrong else AGAIN_S)
            except (ActionError, MessageMalformed) as error:
                self._services = {}
                self._failed(point, str(error), is_away=isinstance(error, ActionError))
                await asyncio.sleep(AGAIN_S)

    async def _subscribe(self, point: PullPoint, address: str) -> None:
        """Makes a subscription, and reports the camera as reached. Raises as `CameraClient.call`."""
        if not self._services:
            await self._learn(address)
        self._report(CameraReached(camera=self.settings.camera))
        await point.open(self._services.get(requests.EVENTS) or address)
        self._report(CameraSubscribed(camera=self.settings.camera))
        if self._has_failed:
            self._has_failed = False
            self._note("is back", is_warning=False)

    async def _pull(self, point: PullPoint) -> None:
        """Pulls until that fails; gives the subscription back when it is cancelled."""
        try:
            await point.run()
        except asyncio.CancelledError:
            await point.close()
            raise

    async def _learn(self, address: str) -> None:
        """Asks for the camera's clock and for its services. Raises as `CameraClient.call`."""
        self._services = await learn_services(self._client, address)
        self._clock_offset_s = self._client.clock_offset_s
        self._absences.answered()
        self._learnt.set()

    async def _ask_addresses(self, address: str) -> None:
        """Asks once for pictures and stream, where the settings leave them to the camera; tried until it answers."""
        if self.settings.snapshot is not None and self.settings.stream is not None:
            return
        while True:
            await self._learnt.wait()
            media = self._services.get(requests.MEDIA, address)
            client = CameraClient(self._access)
            client.clock_offset_s = self._clock_offset_s or 0.0
            try:
                snapshot, stream = await media_addresses(client, media, configured=address)
            except CameraRefused as refused:
                self._note(f"names no picture and no stream: {refused}")
                return
            except (ActionError, MessageMalformed):
                await asyncio.sleep(ANSWER_S)
            else:
                self._report(AddressesFound(camera=self.settings.camera, snapshot=snapshot, stream=stream))
                return
            finally:
                client.close()

    # Reports

    def _take(self, message: Notification) -> None:
        self._has_complained = False
        relay = relay_in(message)
        if relay is not None:
            self._report(RelaySeen(camera=self.settings.camera, token=relay[0], active=relay[1]))
        for seen in self._properties.take(message):
            self._seen(seen)

    def _seen(self, seen: Seen) -> None:
        when = None if seen.time is None else seen.time.isoformat()
        contact = _WORDS[seen.connected]
        self._report(ContactSeen(terminal=seen.terminal, contact=contact, is_event=seen.is_event, time=when))

    def _ignore(self, fault: str) -> None:
        self._report(AnswerIgnored(camera=self.settings.camera))
        if not self._has_complained:
            self._has_complained = True
            self._note(f"sent something that {fault}; ignored")

    def _failed(self, point: PullPoint, problem: str, *, is_away: bool) -> None:
        """Reports that there is no subscription, since the answer that did not come was due."""
        if is_away:
            self._absences.failed()
        now = self._now()
        since = now if point.due is None else min(now, point.due)
        at = time.monotonic() - (now - since)
        self._report(CameraFailed(camera=self.settings.camera, at=at, problem=problem, is_away=is_away))
        if not self._has_failed:
            self._has_failed = True
            self._note(problem)

    def _note(self, words: str, *, is_warning: bool = True) -> None:
        self._report(Noted(camera=self.settings.camera, words=words, is_warning=is_warning))

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
