"""`python -m bridge.lines.onvif.process`: all cameras' ONVIF, apart from the bridge.

Its parsing and its waiting touch no alarm. It follows the bridge's orders and decides nothing. When its input ends (the
bridge is gone) it finishes what makes relays inactive, gives its subscriptions back and exits. SIGTERM it ignores: a
service manager sends it to both at once, and the bridge's last orders make relays inactive.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from bridge.lines.onvif.messages import (
    LONGEST_LINE,
    Beat,
    LeaveCamera,
    Noted,
    RelaySet,
    Report,
    SetRelay,
    WatchCamera,
    decode,
    encode,
)
from bridge.lines.onvif.relay_commands import TRIED_S
from bridge.lines.onvif.watched_camera import WatchedCamera

BEAT_S: Final = 2.0
FINISH_S: Final = 1.2
AGAIN_S: Final = 5.0


class OnvifProcess:
    """The cameras of one process; `run` ends with its input."""

    def __init__(self) -> None:
        self._cameras: dict[str, tuple[WatchedCamera, asyncio.Task[None]]] = {}
        self._leaving: set[asyncio.Task[None]] = set()

    async def run(self, orders: asyncio.StreamReader) -> None:
        """Executes orders until they end, then gives everything back."""
        beat = asyncio.create_task(self._beat(), name="beat")
        while line := await orders.readline():
            match decode(line):
                case WatchCamera() as order:
                    self._watch(order)
                case LeaveCamera(camera=camera):
                    self._leave(camera)
                case SetRelay() as order:
                    self._set_relay(order)
                case _:
                    pass  # a report is no order
        beat.cancel()
        await self._finish()

    def _watch(self, order: WatchCamera) -> None:
        """Begins to watch a camera; one that only has other lines goes on.

        What another address or log-in interrupts at its relays is carried out with those.
        """
        unfinished: list[SetRelay] = []
        if order.camera in self._cameras:
            camera, _ = self._cameras[order.camera]
            if replace(camera.settings, lines=order.lines) == order:
                camera.settings = order
                camera.follow(order.lines)
                return
            if order.onvif is not None:
                unfinished = camera.give_up_orders()
            self._leave(order.camera)
        camera = WatchedCamera(order, report=_report)
        task = asyncio.create_task(self._keep(camera), name=f"camera {order.camera}")
        self._cameras[order.camera] = camera, task
        for each in unfinished:
            camera.set_relay(each)

    def _leave(self, name: str) -> None:
        """Watches a camera no more; an order on its way that makes a relay inactive is still carried out."""
        if name in self._cameras:
            camera, task = self._cameras.pop(name)
            task.cancel()
            leaving = asyncio.create_task(camera.finish_orders(TRIED_S), name=f"last orders of {name}")
            self._leaving.add(leaving)
            leaving.add_done_callback(self._leaving.discard)

    def _set_relay(self, order: SetRelay) -> None:
        if order.camera in self._cameras:
            self._cameras[order.camera][0].set_relay(order)
        else:
            _report(RelaySet(number=order.number, problem=f"there is no camera {order.camera}"))

    async def _keep(self, camera: WatchedCamera) -> None:
        """Runs a camera; a fault inside is reported by its kind, and the camera begun anew."""
        while True:
            try:
                await camera.run()
            except* Exception as group:  # noqa: BLE001 - reported; its text may hold an address
                words = ", ".join(sorted({type(each).__name__ for each in _leaves(group)}))
                _report(Noted(camera=camera.settings.camera, words=f"met a fault inside ({words}); begun anew"))
            await asyncio.sleep(AGAIN_S)

    async def _finish(self) -> None:
        """Finishes orders that make relays inactive, and gives subscriptions back, both within `FINISH_S`."""
        cameras = list(self._cameras.values())
        left = [asyncio.wait(self._leaving, timeout=FINISH_S)] if self._leaving else []
        await asyncio.gather(*(camera.finish_orders(FINISH_S) for camera, _ in cameras), *left)
        for _, task in cameras:
            task.cancel()
        if cameras:
            await asyncio.wait([task for _, task in cameras], timeout=FINISH_S)

    async def _beat(self) -> None:
        while True:
            _report(Beat())
            await asyncio.sleep(BEAT_S)


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    return [
        leaf
        for each in group.exceptions
        for leaf in (_leaves(each) if isinstance(each, BaseExceptionGroup) else [each])
    ]


def _report(report: Report) -> None:
    """Writes a report to the bridge; ignored if the bridge is gone, for then the input ends too."""
    with suppress(BrokenPipeError):
        sys.stdout.buffer.write(encode(report))
        sys.stdout.buffer.flush()


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    orders = asyncio.StreamReader(limit=LONGEST_LINE)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    await OnvifProcess().run(orders)


def main() -> None:
    """Runs the process: orders on standard input, reports on standard output, until the input ends."""
    # Both are for the bridge, which then ends our input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with suppress(OSError):  # some containers forbid it; the kernel then chooses by size
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    asyncio.run(_serve())
    os._exit(0)  # a connection that hangs keeps nobody


if __name__ == "__main__":
    main()
