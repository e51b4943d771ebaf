"""A camera's clock and its services: the first questions to it, before any other."""

from __future__ import annotations

from typing import Final

from bridge.errors import CameraRefused, MessageMalformed
from bridge.lines.onvif import requests
from bridge.lines.onvif.address import mended_or
from bridge.lines.onvif.client import CameraClient

FIRST_ANSWER_S: Final = 2.5
ANSWER_S: Final = 5.0


async def learn_services(client: CameraClient, address: str) -> dict[str, str]:
    """Asks for the camera's clock, which the client takes, and for its services, with the log-in that it takes.

    Returns the addresses of services by their namespace, for the camera's own host; `{"": address}` where it names
    none. Raises as `CameraClient.call`.
    """
    try:
        found = await client.call(address, requests.CLOCK, within_s=FIRST_ANSWER_S, is_open=True)
        clock = None if found is None else requests.clock_in(found)
    except (CameraRefused, MessageMalformed):
        clock = None  # a camera that hides it takes ours
    if clock is None:
        client.clock_offset_s = 0.0
    else:
        client.set_clock(clock)
    given: dict[str, str] = {}
    for request, read in (
        (requests.SERVICES, requests.services_in),
        (requests.CAPABILITIES, requests.capabilities_in),
    ):
        try:
            found = await client.call(address, request, within_s=ANSWER_S)
        except CameraRefused as refused:
            if refused.is_login or request is requests.CAPABILITIES:
                raise
            continue
        given = {} if found is None else dict(read(found))
        if given:
            break
    return {name: mended_or(each, address) for name, each in given.items()} or {"": address}
