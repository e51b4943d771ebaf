"""The port of cameras' presence and addresses: lines learn them, MQTT and the linkage use them.

A camera without an `onvif` address is never in it. Everything is called on the event loop's thread.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

AWAY_S: Final = 10.0
"""A camera that has not answered for so long is offline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraAddresses:
    """The addresses that a camera named; they may hold passwords."""

    snapshot: str | None = field(default=None, repr=False)
    stream: str | None = field(default=None, repr=False)


class CameraPort:
    """Presence and addresses by the cameras' ids; `when_changed` is called with the id of each that changed."""

    def __init__(self) -> None:
        self.is_online: dict[str, bool] = {}
        """Whether a camera answers; absent before that is known."""
        self.addresses: dict[str, CameraAddresses] = {}
        self._presence_changed: list[Callable[[str], None]] = []
        self._addresses_changed: list[Callable[[str], None]] = []
        self._leaving: dict[str, asyncio.TimerHandle] = {}

    def when_presence_changes(self, call: Callable[[str], None]) -> None:
        """Calls `call` with the id of each camera that comes or goes, from now on."""
        self._presence_changed.append(call)

    def when_addresses_change(self, call: Callable[[str], None]) -> None:
        """Calls `call` with the id of each camera whose addresses become known, from now on."""
        self._addresses_changed.append(call)

    def reached(self, camera: str) -> None:
        """A camera answered."""
        if camera in self._leaving:
            self._leaving.pop(camera).cancel()
        self._set(camera, is_online=True)

    def failed(self, camera: str, *, at: float) -> None:
        """A camera has not answered since an instant of the monotonic clock; the earliest of several counts."""
        if camera not in self._leaving:
            wait_s = max(0.0, at + AWAY_S - time.monotonic())
            self._leaving[camera] = asyncio.get_running_loop().call_later(wait_s, self._leave, camera)

    def addresses_found(self, camera: str, *, snapshot: str | None, stream: str | None) -> None:
        """A camera named its addresses."""
        found = CameraAddresses(snapshot=snapshot, stream=stream)
        if self.addresses.get(camera) != found:
            self.addresses[camera] = found
            for call in self._addresses_changed:
                call(camera)

    def _leave(self, camera: str) -> None:
        self._set(camera, is_online=False)

    def _set(self, camera: str, *, is_online: bool) -> None:
        if self.is_online.get(camera) is not is_online:
            self.is_online[camera] = is_online
            for call in self._presence_changed:
                call(camera)
