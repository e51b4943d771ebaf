"""The device's armed switch over HTTP."""

from __future__ import annotations

from bridge.core.facts import ArmingRequested
from bridge.web.api.control import Commands
from bridge.web.api.routes import Call, Param, Reply, Route
from bridge.web.live import Live
from bridge.web.ports import Ports

PATH = "/api/armed"
ARMED = Param(
    name="armed",
    schema={"type": "boolean"},
    says="False: no input alarms but those that are always armed.",
    required=True,
)


def routes(live: Live, ports: Ports) -> tuple[Route, ...]:
    """Returns the routes of the armed switch."""
    arming = Arming(live=live, ports=ports)
    answers = {"$ref": "#/components/schemas/Armed"}
    return (
        Route(
            method="GET",
            path=PATH,
            says="Whether the device is armed",
            work=arming.read,
            tag="device",
            answers=answers,
        ),
        Route(
            method="POST",
            path=PATH,
            says="Arm or disarm the whole device",
            work=arming.move,
            tag="device",
            body=(ARMED,),
            refuses=True,
        ),
    )


class Arming:
    """The handlers of the armed switch."""

    def __init__(self, *, live: Live, ports: Ports) -> None:
        self._live = live
        self._commands = Commands(ports.submit)

    async def read(self, call: Call) -> Reply:
        """Replies with the armed switch."""
        del call
        return Reply(body={"armed": self._live.armed})

    async def move(self, call: Call) -> Reply:
        """Arms or disarms the device. Replies with a refusal to arm while a key switch holds it disarmed."""
        armed = call.body["armed"]
        return await self._commands.ask(call.by, lambda origin: ArmingRequested(armed=armed, origin=origin))
