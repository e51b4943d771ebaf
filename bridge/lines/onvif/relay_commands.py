"""Commands to the relays of one camera, each tried until it is done or given up (Core 8.5)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from bridge.errors import ActionError, CameraRefused, MessageMalformed
from bridge.lines.onvif.client import CameraClient
from bridge.lines.onvif.messages import SetRelay
from bridge.lines.onvif.requests import RELAYS, Relay, relays_in, set_relay, set_relay_mode

TRIED_S: Final = 5.0
ANSWER_S: Final = 2.5
PAUSE_S: Final = 0.5


class RelayCommand:
    """One relay of one camera, over a connection of its own: a siren waits for no event.

    `note` takes words for the log.
    """

    def __init__(self, client: CameraClient, *, address: str, token: str, note: Callable[[str], None]) -> None:
        self._client = client
        self._address = address
        self._token = token
        self._note = note
        self._known: Relay | None = None
        self._keeps_its_own = False

    def set_clock(self, offset_s: float | None) -> None:
        """Takes the camera's clock against ours, in seconds; None: it is not known yet."""
        if offset_s is not None:
            self._client.clock_offset_s = offset_s

    async def carry_out(self, order: SetRelay) -> str | None:
        """Carries an order out within `TRIED_S`. Returns None, or the problem; a fault is not tried again."""
        loop = asyncio.get_running_loop()
        end = loop.time() + TRIED_S
        while True:
            try:
                await self._once(order, end)
            except CameraRefused as refused:
                return f"the camera refuses: {refused}"
            except (ActionError, MessageMalformed) as error:
                if loop.time() + PAUSE_S >= end:
                    return str(error)
                await asyncio.sleep(PAUSE_S)
            else:
                return None

    def close(self) -> None:
        """Closes the connection."""
        self._client.close()

    async def _once(self, order: SetRelay, end: float) -> None:
        if order.active:
            await self._time_it(order.monostable_s, end)
        await self._client.call(self._address, set_relay(self._token, active=order.active), within_s=_left(end))
        if self._known is None:
            with suppress(ActionError, MessageMalformed):  # for the next order, which then needs a request less
                await self._know(end)

    async def _time_it(self, monostable_s: float | None, end: float) -> None:
        """Sets the relay's mode and delay where they are others; a camera that refuses keeps its own, noted once."""
        if self._keeps_its_own:
            return
        try:
            relay = self._known or await self._know(end)
            mode = "Bistable" if monostable_s is None else "Monostable"
            if relay.mode == mode and (monostable_s is None or relay.delay_s == monostable_s):
                return
            await self._client.call(
                self._address, set_relay_mode(relay, monostable_s=monostable_s), within_s=_left(end)
            )
            self._known = Relay(token=relay.token, mode=mode, delay_s=monostable_s, idle=relay.idle)
        except CameraRefused as refused:
            if refused.is_login:
                raise
            self._keeps_its_own = True
            self._note(f"refuses to time relay {self._token} ({refused}); it keeps its own delay and mode")

    async def _know(self, end: float) -> Relay:
        """Returns the relay as it is set in the camera. Raises CameraRefused if there is none of its name."""
        found = await self._client.call(self._address, RELAYS, within_s=_left(end))
        relays = [] if found is None else relays_in(found)
        known = next((each for each in relays if each.token == self._token), None)
        if known is None:
            names = ", ".join(each.token for each in relays) or "none"
            message = f"it names no relay {self._token} (but {names})"
            raise CameraRefused(message)
        self._known = known
        return known


def _left(end: float) -> float:
    return max(0.1, min(ANSWER_S, end - asyncio.get_running_loop().time()))
