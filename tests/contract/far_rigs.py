"""Far terminals with an outside that tests can touch, in virtual time: a broker, devices over HTTP, and a camera.

The outside is played at the ports through which drivers reach the other rooms; beyond them real servers have tests of
their own. Inputs at rest are disconnected, which is high by their default.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, ClassVar

from fakes.camera_process import CameraProcess
from words.builders import settings_of

from bridge.core.contact import Contact, Level, contact_of, level_of
from bridge.core.definitions.field_types import Secret
from bridge.core.definitions.http_lines import HttpRequest, HttpSink, HttpSource
from bridge.core.definitions.inputs import InputSettings
from bridge.core.definitions.mqtt_lines import MqttSink, MqttSource
from bridge.core.definitions.onvif_lines import OnvifInput, OnvifRelay
from bridge.core.definitions.outputs import OutputSettings
from bridge.errors import ActionFailed
from bridge.lines.hook_port import HookPort
from bridge.lines.http.driver import HttpLines
from bridge.lines.message_port import MessagePort, Sent
from bridge.lines.mqtt.driver import MqttLines
from bridge.lines.onvif.driver import OnvifLines
from bridge.lines.onvif.messages import CameraFailed, CameraReached, CameraSubscribed, Order, RelaySet, SetRelay
from bridge.lines.onvif.notifications import Notification
from bridge.lines.surroundings import Surroundings

TRIED_S = 5.0


class FarRig:
    """What all far rigs have: contacts outside, and the contact that each device was commanded last."""

    is_far = True
    at_request: ClassVar[list[str]] = []
    late_s = 0.05

    def __init__(self) -> None:
        self.contacts: dict[str, Contact] = {}
        self.commanded: dict[str, Contact] = {}
        self.commands: list[tuple[str, Contact]] = []
        self.is_away = False
        self.when_commanded: Callable[[Contact], object] = lambda _: None

    def contact(self, terminal: str) -> Contact:
        """The contact of an input, outside."""
        return self.contacts.get(terminal, Contact.DISCONNECTED)

    async def put(self, terminal: str, *levels: Level, gap_s: float = 0) -> None:
        for level in levels:
            self.contacts[terminal] = contact_of(level, Level.LOW)
            if not self.is_away:
                self.says(terminal)
            if gap_s:
                await asyncio.sleep(gap_s)

    def says(self, terminal: str) -> None:
        """The input's device says its contact."""
        raise NotImplementedError

    async def driven(self, terminal: str) -> Level:
        await asyncio.sleep(0.01)  # virtual: commands have gone out
        return level_of(self.commanded[terminal], Level.HIGH)

    def obeys(self, terminal: str, contact: Contact) -> None:
        """An output's device takes a command."""
        self.commanded[terminal] = contact
        self.commands.append((terminal, contact))
        self.when_commanded(contact)

    def close(self) -> None:
        return


class MqttRig(FarRig):
    """Devices whose messages are retained, on a broker."""

    def __init__(self) -> None:
        super().__init__()
        self.port = MessagePort()
        self.port.when_wanted(self._wanted)

    def driver(self) -> MqttLines:
        if not self.is_away:
            self._connect()
        return MqttLines(self.port)

    def input(self, terminal: str, **settings: Any) -> InputSettings:
        line = MqttSource(topic=terminal, connected="connected", disconnected="disconnected")
        return InputSettings(id=terminal, line=line, **settings)

    def output(self, terminal: str, **settings: Any) -> OutputSettings:
        line = MqttSink(topic=terminal, connected="connected", disconnected="disconnected")
        return OutputSettings(id=terminal, line=line, **settings)

    def says(self, terminal: str, *, retained: bool = False) -> None:
        self.port.take(terminal, self.contact(terminal).value.encode(), retained=retained)

    async def lose(self, terminal: str) -> None:
        del terminal
        self.is_away = True
        self.port.lost()

    async def heal(self, terminal: str) -> None:
        del terminal
        self.is_away = False
        self._connect()
        self._subscribe(self.port.topics)

    def _connect(self) -> None:
        self.port.found(self._take)

    def _take(self, topic: str, payload: bytes, sent: Sent) -> None:
        self.obeys(topic, Contact(payload.decode()))
        sent(None)

    def _wanted(self, topics: frozenset[str]) -> None:
        if not self.is_away:
            asyncio.get_running_loop().call_soon(self._subscribe, topics)

    def _subscribe(self, topics: frozenset[str]) -> None:
        self.port.subscribed(topics)
        for topic in topics:
            if topic.startswith("in"):
                self.says(topic, retained=True)


class HttpRig(FarRig):
    """Devices that call, and devices that are asked."""

    def __init__(self) -> None:
        super().__init__()
        self.hooks = HookPort()

    def driver(self) -> HttpLines:
        return HttpLines(self.hooks, client_of=lambda _: self)

    def input(self, terminal: str, **settings: Any) -> InputSettings:
        return InputSettings(id=terminal, line=HttpSource(token=Secret("a secret token")), **settings)

    def output(self, terminal: str, **settings: Any) -> OutputSettings:
        line = HttpSink(
            connected=HttpRequest(url=Secret(f"http://{terminal}/connected")),
            disconnected=HttpRequest(url=Secret(f"http://{terminal}/disconnected")),
        )
        return OutputSettings(id=terminal, line=line, **settings)

    def says(self, terminal: str) -> None:
        self.hooks.call(terminal, self.contact(terminal))

    @staticmethod
    def shown(request: HttpRequest) -> str:
        return request.url.reveal()

    async def send(self, request: HttpRequest) -> None:
        """The device's part, as `Client` is one."""
        if self.is_away:
            message = "no answer"
            raise ActionFailed(message)
        terminal, contact = request.url.reveal().removeprefix("http://").split("/")
        self.obeys(terminal, Contact(contact))

    async def lose(self, terminal: str) -> None:
        del terminal
        self.is_away = True

    async def heal(self, terminal: str) -> None:
        del terminal
        self.is_away = False


class OnvifRig(FarRig):
    """A camera with two inputs and two relays, behind a process that is played."""

    def __init__(self) -> None:
        super().__init__()
        camera = {"gate": {"onvif": "http://gate.invalid/onvif"}}
        self.surroundings = Surroundings(settings_of({"id": "x", "linkage": {}}, cameras=camera))
        self.process: RelayProcess | None = None

    def driver(self) -> OnvifLines:
        return OnvifLines(self.surroundings, child_of=self._made)  # type: ignore[arg-type]

    def _made(self, **calls: Any) -> RelayProcess:
        self.process = RelayProcess(rig=self, **calls)
        return self.process

    def input(self, terminal: str, **settings: Any) -> InputSettings:
        return InputSettings(id=terminal, line=OnvifInput(camera="gate", token=terminal), **settings)

    def output(self, terminal: str, **settings: Any) -> OutputSettings:
        return OutputSettings(id=terminal, line=OnvifRelay(camera="gate", token=terminal, mode="bistable"), **settings)

    def says(self, terminal: str, operation: str = "Changed") -> None:
        assert self.process is not None
        state = "true" if self.contact(terminal) is Contact.CONNECTED else "false"
        topic = "Device/Trigger/DigitalInput"
        self.process.take(
            Notification(topic=topic, source={"T": terminal}, data={"LogicalState": state}, operation=operation)
        )

    async def lose(self, terminal: str) -> None:
        del terminal
        assert self.process is not None
        self.is_away = True
        self.process.report(CameraFailed(camera="gate", at=time.monotonic(), problem="no answer", is_away=True))

    async def heal(self, terminal: str) -> None:
        del terminal
        self.is_away = False
        self.subscribe()

    def subscribe(self) -> None:
        """The camera's subscription stands, and says the present values."""
        assert self.process is not None
        self.process.report(CameraReached(camera="gate"))
        self.process.report(CameraSubscribed(camera="gate"))
        for each in ("in0", "in1"):
            self.says(each, "Initialized")


class RelayProcess(CameraProcess):
    """The process, whose relays answer at once, or not within their time."""

    def __init__(self, *, rig: OnvifRig, **calls: Callable[..., None]) -> None:
        super().__init__(**calls)
        self.rig = rig
        self.orders: dict[str, asyncio.TimerHandle] = {}

    def start(self) -> None:
        super().start()
        if not self.rig.is_away:
            asyncio.get_running_loop().call_soon(self.rig.subscribe)

    def order(self, order: Order) -> None:
        super().order(order)
        if isinstance(order, SetRelay) and self.is_running:
            wait_s = TRIED_S if self.rig.is_away else 0.0
            if order.token in self.orders:  # a newer order of the same relay replaces it
                self.orders[order.token].cancel()
            self.orders[order.token] = asyncio.get_running_loop().call_later(wait_s, self.answer, order)

    def answer(self, order: SetRelay) -> None:
        """The relay's result, by how its camera is now."""
        if not self.is_running:
            return
        if self.rig.is_away:
            self.report(RelaySet(number=order.number, problem="no answer"))
        else:
            self.rig.obeys(order.token, Contact.CONNECTED if order.active else Contact.DISCONNECTED)
            self.report(RelaySet(number=order.number))
