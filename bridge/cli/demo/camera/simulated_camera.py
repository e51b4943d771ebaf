"""A simulated camera: motion, alarm inputs and relays, which clients follow and command by ONVIF."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Self

from bridge.cli.demo.camera import answers
from bridge.cli.demo.camera.http_plug import HttpPlug, Reply
from bridge.cli.demo.camera.http_plug import Request as HttpRequest
from bridge.cli.demo.camera.pull_points import PullPoints
from bridge.cli.demo.camera.soap import Call, call_in, envelope, fault
from bridge.errors import MessageMalformed
from bridge.lines.onvif.requests import seconds_of

MOTION: Final = "RuleEngine/CellMotionDetector/Motion"
INPUT: Final = "Device/Trigger/DigitalInput"
RELAY: Final = "Device/Trigger/Relay"
DEFAULT_S: Final = 60.0
"""The time of a subscription whose client asks for none."""


@dataclass
class Relay:
    """A relay; a monostable one falls back after its delay (Core 8.5)."""

    active: bool = False
    mode: str = "Bistable"
    delay: str = "PT0S"
    timer: threading.Timer | None = None


class SimulatedCamera:
    """A camera on a port of loopback; 0 lets the system choose. `with` starts and stops it.

    `bound` is a socket that has the port already, for the first start.
    `picture` returns a JPEG of this moment. Requests are answered on threads of their own.
    """

    def __init__(
        self,
        *,
        picture: Callable[[], bytes],
        inputs: Iterable[str],
        relays: Iterable[str],
        port: int = 0,
        bound: socket.socket | None = None,
    ) -> None:
        self.motion_is = False
        self.inputs = dict.fromkeys(inputs, False)
        self.relays = {token: Relay() for token in relays}
        self.subscriptions = PullPoints(self.present)
        self._plug = HttpPlug(answer=self.answer, picture=picture, port=port, bound=bound)
        self._operations: Mapping[str, Callable[[Call], str | None]] = self.operations()

    @property
    def port(self) -> int:
        """The port that it answers at; the chosen one once it was started."""
        return self._plug.port

    @property
    def address(self) -> str:
        """The address of its device service."""
        return self.address_at("/onvif/device_service")

    @property
    def is_plugged(self) -> bool:
        """Whether it can be reached."""
        return self._plug.is_in

    # The world around it

    def start(self) -> Self:
        """Begins to answer. Raises OSError if the port is taken."""
        self._plug.start()
        return self

    def stop(self) -> None:
        """Answers no more, and gives the port back."""
        self._plug.stop()
        self.subscriptions.drop_all()

    def plug(self) -> None:
        """Plugs its network cable in again."""
        self._plug.plug()

    def unplug(self) -> None:
        """Unplugs its network cable: connections break, and subscriptions are forgotten."""
        self._plug.unplug()
        self.subscriptions.drop_all()

    def motion(self, active: bool, operation: str = "Changed") -> None:  # noqa: FBT001 - as one sets a switch
        """Begins or ends motion before the camera."""
        self.motion_is = active
        self.subscriptions.emit(self._motion(operation))

    def set_input(self, token: str, active: bool) -> None:  # noqa: FBT001 - as one sets a switch
        """Makes an alarm input active or inactive."""
        self.inputs[token] = active
        self.subscriptions.emit(self._input(token, "Changed"))

    def set_relay(self, token: str, active: bool) -> None:  # noqa: FBT001 - as one sets a switch
        """Makes a relay active or inactive; an active monostable one falls back after its delay."""
        relay = self.relays[token]
        if relay.timer is not None:
            relay.timer.cancel()
            relay.timer = None
        relay.active = active
        if active and relay.mode == "Monostable":
            relay.timer = threading.Timer(seconds_of(relay.delay) or 0.0, self.set_relay, (token, False))
            relay.timer.daemon = True
            relay.timer.start()
        self.subscriptions.emit(self._relay(token, "Changed"))

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    # Messages

    def present(self) -> list[str]:
        """Returns the messages of what is so now."""
        return [
            *(self._input(token, "Initialized") for token in self.inputs),
            self._motion("Initialized"),
            *(self._relay(token, "Initialized") for token in self.relays),
        ]

    def message(self, topic: str, source: Mapping[str, str], data: Mapping[str, str], operation: str) -> str:
        """Returns a message as this camera writes it."""
        return answers.notification(f"tns1:{topic}", source, data, operation=operation, now=self.clock())

    def _motion(self, operation: str) -> str:
        return self.message(MOTION, {"Rule": "1"}, {"IsMotion": str(self.motion_is).lower()}, operation)

    def _input(self, token: str, operation: str) -> str:
        data = {"LogicalState": str(self.inputs[token]).lower()}
        return self.message(INPUT, {"InputToken": token}, data, operation)

    def _relay(self, token: str, operation: str) -> str:
        state = "active" if self.relays[token].active else "inactive"
        return self.message(RELAY, {"RelayToken": token}, {"LogicalState": state}, operation)

    # Requests

    def answer(self, request: HttpRequest) -> Reply:
        """Returns the answer to a request, or the fault that refuses it."""
        try:
            call = call_in(request.body, request.path)
        except MessageMalformed as error:
            return Reply(status=400, text=fault("ter:WellFormed", f"The request {error}"))
        operation = self._operations.get(call.name)
        content = None if operation is None else operation(call)
        if content is None:
            return Reply(status=400, text=fault("ter:InvalidArgVal", f"{call.name} is refused"))
        return Reply(status=200, text=envelope(content))

    def operations(self) -> dict[str, Callable[[Call], str | None]]:
        """Returns the operations by name; each returns its answer, or None for a refusal."""
        return {
            "GetSystemDateAndTime": lambda _: answers.clock(self.clock()),
            "GetServices": self.get_services,
            "GetDeviceInformation": lambda _: answers.information("alarm2mqtt", "simulated camera"),
            "GetEventProperties": lambda _: answers.event_properties(self.topics()),
            "GetProfiles": lambda _: answers.profiles(["P1"]),
            "GetSnapshotUri": lambda _: answers.media_address("GetSnapshotUri", self.address_at("/snapshot.jpg")),
            "GetDigitalInputs": lambda _: answers.digital_inputs(self.inputs),
            "GetRelayOutputs": self.get_relay_outputs,
            "SetRelayOutputSettings": self.set_relay_output_settings,
            "SetRelayOutputState": self.set_relay_output_state,
            "CreatePullPointSubscription": self.create_pull_point_subscription,
            "PullMessages": self.pull_messages,
            "SetSynchronizationPoint": self.set_synchronization_point,
            "Renew": self.renew,
            "Unsubscribe": self.unsubscribe,
        }

    def clock(self) -> datetime:
        """Returns the camera's time."""
        return datetime.now(UTC)

    def address_at(self, path: str) -> str:
        """Returns the address of one of its paths, as it gives them."""
        return f"http://127.0.0.1:{self.port}{path}"

    def topics(self) -> list[str]:
        """Returns the descriptions of the topics of its messages."""
        return [
            answers.topic(f"tns1:{INPUT}", "LogicalState"),
            answers.topic(f"tns1:{RELAY}", "LogicalState", "tt:RelayLogicalState"),
            answers.topic(f"tns1:{MOTION}", "IsMotion"),
        ]

    def seconds(self, duration: str | None) -> float:
        """Returns the seconds of a subscription's time as the camera reads it."""
        return seconds_of(duration) or DEFAULT_S

    def get_services(self, _: Call) -> str:
        """Returns the addresses of its services."""
        return answers.services({name: self.address_at(f"/onvif/{name}_service") for name in answers.SERVICES})

    def get_relay_outputs(self, _: Call) -> str:
        """Returns its relays with their settings."""
        return answers.relay_outputs(
            answers.relay_output(token, relay.mode, relay.delay) for token, relay in self.relays.items()
        )

    def set_relay_output_settings(self, call: Call) -> str | None:
        """Changes the mode and the delay of a relay; None if it has no such relay."""
        relay = self.relays.get(call.values.get("RelayOutputToken", ""))
        if relay is None:
            return None
        relay.mode, relay.delay = call.values.get("Mode", relay.mode), call.values.get("DelayTime", relay.delay)
        return "<tds:SetRelayOutputSettingsResponse/>"

    def set_relay_output_state(self, call: Call) -> str | None:
        """Makes a relay active or inactive; None if it has no such relay."""
        token = call.values.get("RelayOutputToken", "")
        if token not in self.relays:
            return None
        self.set_relay(token, call.values.get("LogicalState") == "active")
        return "<tds:SetRelayOutputStateResponse/>"

    def create_pull_point_subscription(self, call: Call) -> str:
        """Begins a subscription."""
        granted_s = self.seconds(call.values.get("InitialTerminationTime"))
        name = self.subscriptions.create(granted_s)
        return answers.subscription(self.address_at(f"/onvif/point/{name}"), self.clock(), granted_s)

    def pull_messages(self, call: Call) -> str | None:
        """Returns the messages that came, after the time asked for none; None without such a subscription."""
        messages = self.subscriptions.pull(point_of(call), seconds_of(call.values.get("Timeout")) or 0.0)
        if messages is None:
            return None
        times = answers.times(self.clock(), DEFAULT_S)
        return f"<tev:PullMessagesResponse>{times}{''.join(messages)}</tev:PullMessagesResponse>"

    def set_synchronization_point(self, call: Call) -> str | None:
        """Repeats the messages of what is so now; None without such a subscription."""
        is_done = self.subscriptions.synchronise(point_of(call))
        return "<tev:SetSynchronizationPointResponse/>" if is_done else None

    def renew(self, call: Call) -> str | None:
        """Prolongs a subscription; None without such a one."""
        granted_s = self.seconds(call.values.get("TerminationTime"))
        is_done = self.subscriptions.renew(point_of(call), granted_s)
        return f"<wsnt:RenewResponse>{answers.times(self.clock(), granted_s)}</wsnt:RenewResponse>" if is_done else None

    def unsubscribe(self, call: Call) -> str:
        """Ends a subscription."""
        self.subscriptions.drop(point_of(call))
        return "<wsnt:UnsubscribeResponse/>"


def point_of(call: Call) -> str:
    """Returns the name of the subscription that a call was sent to."""
    return call.path.rpartition("/")[2]
