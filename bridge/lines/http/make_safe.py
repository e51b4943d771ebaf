"""Devices over HTTP that are commanded to be idle, without a daemon."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bridge.core.contact import Contact
from bridge.core.definitions.http_lines import HttpSink
from bridge.core.definitions.outputs import OutputSettings
from bridge.errors import ActionError, ActionRefused
from bridge.lines.http.client import HttpClient
from bridge.lines.made_safe import MadeSafe, idle_contact, made_safe
from bridge.lines.reach import LONGEST_S

AGAIN_S = 0.2


def make_safe(outputs: Sequence[OutputSettings]) -> list[MadeSafe]:
    """Commands each device to its idle contact, all at once. Returns one result each, in their order."""
    return asyncio.run(_all_safe(outputs))


async def _all_safe(outputs: Sequence[OutputSettings]) -> list[MadeSafe]:
    problems = await asyncio.gather(*(_problem(output) for output in outputs))
    return [made_safe(output, problem) for output, problem in zip(outputs, problems, strict=True)]


async def _problem(output: OutputSettings) -> str | None:
    """Commands a device, again and again within the time that `safe` has. Returns None, or why it was not done."""
    line = output.line
    assert isinstance(line, HttpSink)  # noqa: S101 - the registry sends no other here
    client = HttpClient(line)
    request = line.connected if idle_contact(output) is Contact.CONNECTED else line.disconnected
    problem = f"{client.shown(request)} does not answer"
    try:
        async with asyncio.timeout(LONGEST_S - 0.2):
            while True:
                try:
                    await client.send(request)
                except ActionRefused as refused:
                    return str(refused)
                except ActionError as error:
                    problem = str(error)
                else:
                    return None
                await asyncio.sleep(AGAIN_S)
    except TimeoutError:
        return problem
