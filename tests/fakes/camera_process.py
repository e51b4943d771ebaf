"""The ONVIF process, played: real properties and absences, and no network."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bridge.lines.onvif.absences import Absences
from bridge.lines.onvif.messages import ContactSeen, LeaveCamera, Order, Report, WatchCamera
from bridge.lines.onvif.notifications import Notification
from bridge.lines.onvif.properties import Properties, Seen


class CameraProcess:
    """The process of all cameras: real properties and absences, and no network."""

    def __init__(
        self, *, report: Callable[[Report], None], began: Callable[[], None], ended: Callable[[], None]
    ) -> None:
        self.report, self.began, self.ended = report, began, ended
        self.pid = None
        self.is_running = False
        self.properties = Properties()
        self.absences: Absences | None = None
        self.asking: asyncio.Task[None] | None = None

    def start(self) -> None:
        self.is_running, self.properties = True, Properties()
        self.absences = Absences([], report=self.report)
        self.asking = asyncio.get_running_loop().create_task(self.absences.run())
        self.began()

    def order(self, order: Order) -> None:
        if self.is_running and self.absences is not None and isinstance(order, WatchCamera | LeaveCamera):
            lines = order.lines if isinstance(order, WatchCamera) else ()
            for seen in self.properties.follow(lines):
                self.seen(seen)
            self.absences.follow(lines)

    def dies(self) -> None:
        self.close()
        self.ended()

    def close(self) -> None:
        self.is_running = False
        if self.asking is not None:
            self.asking.cancel()

    def take(self, message: Notification) -> None:
        for seen in self.properties.take(message):
            self.seen(seen)

    def seen(self, seen: Seen) -> None:
        word = {True: "connected", False: "disconnected", None: "unknown"}[seen.connected]
        self.report(ContactSeen(terminal=seen.terminal, contact=word, is_event=seen.is_event))
