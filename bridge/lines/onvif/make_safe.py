"""Relays of cameras that are ordered to be idle, without a daemon and without its process."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bridge.core.contact import Contact
from bridge.core.definitions.onvif_lines import OnvifRelay
from bridge.core.definitions.outputs import OutputSettings
from bridge.core.definitions.settings import Settings
from bridge.errors import ActionError, CameraRefused, MessageMalformed
from bridge.lines.made_safe import MadeSafe, idle_contact, made_safe
from bridge.lines.onvif.client import Access, CameraClient
from bridge.lines.onvif.requests import CLOCK, clock_in, set_relay
from bridge.lines.reach import LONGEST_S

_AGAIN_S = 0.2
_TRIED_S = LONGEST_S - 0.7
"""Leaves time to import this on a busy machine, so that the reason is printed and not that nobody answered."""


def make_safe(outputs: Sequence[OutputSettings], settings: Settings) -> list[MadeSafe]:
    """Orders each relay to its idle contact, all at once. Returns one result each, in their order."""
    return asyncio.run(_all_safe(outputs, settings))


async def _all_safe(outputs: Sequence[OutputSettings], settings: Settings) -> list[MadeSafe]:
    problems = await asyncio.gather(*(_problem(each, settings) for each in outputs))
    return [made_safe(output, problem) for output, problem in zip(outputs, problems, strict=True)]


async def _problem(output: OutputSettings, settings: Settings) -> str | None:
    """Orders a relay, again and again within the time that `safe` has. Returns None, or why it was not done."""
    line = output.line
    assert isinstance(line, OnvifRelay)  # noqa: S101 - the registry sends no other here
    camera = settings.cameras.get(line.camera)
    if camera is None or camera.onvif is None:
        return f"camera {line.camera} has no ONVIF address"
    password = "" if camera.password is None else camera.password.reveal()
    client = CameraClient(Access(username=camera.username, password=password, ca_file=camera.ca_file))
    problem = f"camera {line.camera}: no answer"
    active = idle_contact(output) is Contact.CONNECTED
    try:
        async with asyncio.timeout(_TRIED_S):
            while True:
                try:
                    await _order(client, camera.onvif, line.token, active=active)
                except CameraRefused as refused:
                    return f"camera {line.camera} refuses: {refused}"
                except (ActionError, MessageMalformed) as error:
                    problem = f"camera {line.camera}: {error}"
                else:
                    return None
                await asyncio.sleep(_AGAIN_S)
    except TimeoutError:
        return problem
    finally:
        client.close()


async def _order(client: CameraClient, address: str, token: str, *, active: bool) -> None:
    """Orders a relay; a camera that refuses the log-in may have another clock, which is then asked for once.

    Raises as `CameraClient.call`.
    """
    try:
        await client.call(address, set_relay(token, active=active), within_s=LONGEST_S)
    except CameraRefused as refused:
        if not refused.is_login:
            raise
        found = await client.call(address, CLOCK, within_s=LONGEST_S, is_open=True)
        clock = None if found is None else clock_in(found)
        if clock is None:
            raise
        client.set_clock(clock)
        await client.call(address, set_relay(token, active=active), within_s=LONGEST_S)
