"""`python -m bridge.lines.onvif.inquiry_process`: one question about cameras, in a process of its own.

A search, or what one camera has; asked by a JSON object on standard input, answered by one on standard output. Its
parsing and its memory touch no alarm, and are gone with it.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from bridge.errors import ActionError, CameraRefused, MessageMalformed
from bridge.lines.onvif.client import Access
from bridge.lines.onvif.offer import camera_id, offered_inputs, offered_output
from bridge.lines.onvif.search import search
from bridge.lines.onvif.survey import survey
from bridge.text.printable import printable

MOST_TERMINALS: Final = 256
"""Limit of each list of an answer, whatever a camera says."""


async def answer(question: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the cameras that were found, what one has, or the problem with it. Passwords are in none of them."""
    if question["do"] == "search":
        return {"found": [{"address": each.address, "name": printable(each.name)} for each in await search()]}
    password = question["password"]
    ca_file = None if question["ca_file"] is None else Path(question["ca_file"])
    try:
        found = await survey(
            question["address"], Access(username=question["username"], password=password, ca_file=ca_file)
        )
    except (ActionError, MessageMalformed) as error:
        is_login = isinstance(error, CameraRefused) and error.is_login
        return {"problem": printable(str(error), hide=[password]), "is_login": is_login}
    taken = set(question["taken"])
    title = printable(found.model)
    camera = question["camera"] or camera_id(title, taken)
    return {
        "camera": camera,
        "title": title,
        "inputs": [asdict(each) for each in offered_inputs(camera, found, taken)][:MOST_TERMINALS],
        "outputs": [asdict(offered_output(camera, each, taken)) for each in found.relays[:MOST_TERMINALS]],
        "has_picture": found.snapshot is not None,
        "has_stream": found.stream is not None,
        "missing": [printable(each, hide=[password]) for each in found.missing],
    }


def main() -> None:
    """Answers the one question."""
    sys.stdout.write(json.dumps(asyncio.run(answer(json.load(sys.stdin)))))


if __name__ == "__main__":
    main()
