"""Asks the engine, and waits for its one answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bridge.core.facts import Command, Origin
from bridge.errors import Fault
from bridge.web.api.routes import DONE, Reply, refusal
from bridge.web.ports import Submit

PATIENCE_S = 5.0


class Commands:
    """Commands as requests with an answer."""

    def __init__(self, submit: Submit) -> None:
        self._submit = submit

    async def ask(self, by: str, command: Callable[[Origin], Command]) -> Reply:
        """Done, or refused with all reasons. A browser that leaves does not take the answer's place away."""
        answer: asyncio.Future[tuple[Fault, ...]] = asyncio.get_running_loop().create_future()
        self._submit(command(Origin(by=by, request=answer)))
        await asyncio.wait({answer}, timeout=PATIENCE_S)
        if not answer.done():
            return refusal((Fault(path="", message="no answer in time; it may still be done"),), status=504)
        faults = answer.result()
        return refusal(faults) if faults else DONE
