"""Line driver of cameras that speak ONVIF (`behaviour.md` 10), through one process for all of them."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial

from bridge.core.contact import Contact, Level, contact_of
from bridge.core.definitions.inputs import InputSettings
from bridge.core.definitions.onvif_lines import CameraLost, OnvifEvent, OnvifInput, OnvifRelay
from bridge.core.definitions.outputs import OutputSettings
from bridge.core.definitions.services import CameraSettings
from bridge.core.facts import MessageIgnored
from bridge.core.line_driver import Report
from bridge.lines.contact_source import ContactSource
from bridge.lines.fact_buffer import FactBuffer
from bridge.lines.onvif.camera_states import CameraState
from bridge.lines.onvif.child import OnvifChild
from bridge.lines.onvif.messages import (
    AddressesFound,
    AnswerIgnored,
    CameraFailed,
    CameraLine,
    CameraReached,
    CameraSubscribed,
    ContactSeen,
    LeaveCamera,
    Noted,
    RelaySeen,
    RelaySet,
    SetRelay,
    WatchCamera,
)
from bridge.lines.onvif.messages import Report as ProcessReport
from bridge.lines.onvif.relay import RelayOutput
from bridge.lines.surroundings import Surroundings

SourceLine = OnvifInput | OnvifEvent | CameraLost
_LOG = logging.getLogger(__name__)


class OnvifLines:
    """The `LineDriver` port on cameras. Nothing is begun before `start`; `child_of` makes the process's keeper."""

    def __init__(self, surroundings: Surroundings, *, child_of: Callable[..., OnvifChild] = OnvifChild) -> None:
        self._surroundings = surroundings
        self._facts = FactBuffer()
        self._inputs: dict[str, tuple[SourceLine, ContactSource]] = {}
        self._relays: dict[str, tuple[RelayOutput, Level]] = {}
        """Each output, and its level that means connected."""
        self._states: dict[str, CameraState] = {}
        self._watched: dict[str, WatchCamera] = {}
        """The order of each camera that the process has."""
        self._numbers = itertools.count(1)
        self._ordered: dict[int, str] = {}
        """The output of each order that is not answered yet."""
        self._child = child_of(report=self._take, began=self._process_began, ended=self._process_ended)
        self._is_started = False
        surroundings.when_settings_change(self._settings_changed)

    @property
    def pid(self) -> int | None:
        """The process id of the process that speaks with the cameras; None while there is none."""
        return self._child.pid

    # Lines

    def request_input(self, settings: InputSettings) -> None:
        """Follows an input's event."""
        assert isinstance(settings.line, SourceLine)  # noqa: S101 - the registry sends no other here
        self.release(settings.id)
        hold_s = settings.line.hold_s if isinstance(settings.line, OnvifEvent) else None
        source = ContactSource(settings.id, put=self._facts.put, hold_s=hold_s)
        self._inputs[settings.id] = settings.line, source
        if self._is_started:
            self._open_input(settings.id)
            self._watch(settings.line.camera)

    def request_output(self, settings: OutputSettings, level: Level) -> None:
        """Orders a relay's contact once, and follows the camera's word for it."""
        assert isinstance(settings.line, OnvifRelay)  # noqa: S101 - the registry sends no other here
        self.release(settings.id)
        relay = RelayOutput(settings.id, settings.line, order=partial(self._order, settings.id), put=self._facts.put)
        relay.drive(contact_of(level, settings.connected_level), None)
        self._relays[settings.id] = relay, settings.connected_level
        if self._is_started:
            self._watch(settings.line.camera)
            relay.open()

    def drive(self, terminal: str, level: Level, *, until: float | None = None) -> None:
        """Orders an output's contact, with the end of its demand; before `start` it is ordered then.

        An unknown output is logged.
        """
        if terminal not in self._relays:
            _LOG.warning("%s is driven, but no output that was requested", terminal)
            return
        relay, connected_level = self._relays[terminal]
        relay.drive(contact_of(level, connected_level), until)

    def release(self, terminal: str) -> None:
        """Leaves a terminal's camera; unknown terminals are ignored."""
        if terminal in self._inputs:
            line, source = self._inputs.pop(terminal)
            source.close()
            self._watch(line.camera)
        if terminal in self._relays:
            relay, _ = self._relays.pop(terminal)
            relay.close()

    def start(self, report: Report) -> None:
        """Reports facts from now on, starts the process, and opens all terminals, with the event loop running."""
        self._is_started = True
        self._facts.open(report)
        for terminal in self._inputs:
            self._open_input(terminal)
        self._child.start()
        for relay, _ in self._relays.values():
            relay.open()

    def close(self) -> None:
        """Ends the process, which gives all subscriptions back; relays stay as they were ordered last."""
        for terminal in (*self._inputs, *self._relays):
            if terminal in self._inputs:
                self._inputs.pop(terminal)[1].close()
            else:
                self._relays.pop(terminal)[0].close()
        for state in self._states.values():
            state.close()
        self._child.close()

    def _open_input(self, terminal: str) -> None:
        line, source = self._inputs[terminal]
        source.begin()
        state = self._state(line.camera)
        if isinstance(line, CameraLost) or state.is_subscribed:
            return
        if state.given_up is None:
            state.failed(f"camera {line.camera} has not answered yet")
        else:
            source.lost(state.given_up)

    def _order(self, terminal: str, line: OnvifRelay, active: bool, delay_s: float | None) -> int:  # noqa: FBT001 - one command
        number = next(self._numbers)
        self._ordered = {older: each for older, each in self._ordered.items() if each != terminal}
        self._ordered[number] = terminal
        self._child.order(
            SetRelay(number=number, camera=line.camera, token=line.token, active=active, monostable_s=delay_s)
        )
        return number

    # Cameras

    def _settings_changed(self) -> None:
        """Takes the settings in force: cameras may have come, gone, or moved."""
        if self._is_started:
            for name in {*self._surroundings.settings.cameras, *self._watched}:
                self._watch(name)

    def _process_began(self) -> None:
        self._watched.clear()
        for name in self._surroundings.settings.cameras:
            self._watch(name)
        for relay, _ in self._relays.values():
            relay.process_began()

    def _process_ended(self) -> None:
        for state in self._states.values():
            state.failed("the ONVIF process is not there")

    def _watch(self, name: str) -> None:
        """Sends the order for a camera as it is set now, unless the process has it; or the order to leave it."""
        camera = self._surroundings.settings.cameras.get(name)
        lines = self._lines_of(name)
        wanted = None if camera is None or not (camera.onvif or lines) else _order_of(name, camera, lines)
        if not self._is_started or wanted == self._watched.get(name):
            return
        if wanted is None:
            self._watched.pop(name, None)
            self._child.order(LeaveCamera(camera=name))
        else:
            self._watched[name] = wanted
            self._child.order(wanted)

    def _lines_of(self, name: str) -> tuple[CameraLine, ...]:
        return tuple(_line_of(terminal, line) for terminal, (line, _) in self._inputs.items() if line.camera == name)

    def _state(self, name: str) -> CameraState:
        if name not in self._states:
            self._states[name] = CameraState(name, found=partial(self._found, name), lost=partial(self._lost, name))
        return self._states[name]

    def _found(self, name: str) -> None:
        for line, source in self._inputs.values():
            if line.camera == name and not isinstance(line, CameraLost):
                source.found()

    def _lost(self, name: str, problem: str) -> None:
        for line, source in self._inputs.values():
            if line.camera == name and not isinstance(line, CameraLost):
                source.lost(problem)
        for relay, _ in self._relays_of(name):
            relay.camera_lost()

    def _relays_of(self, name: str) -> list[tuple[RelayOutput, Level]]:
        return [each for each in self._relays.values() if each[0].line.camera == name]

    # Reports of the process

    def _take(self, report: ProcessReport) -> None:
        match report:
            case ContactSeen():
                self._seen(report)
            case RelaySet():
                terminal = self._ordered.pop(report.number, None)
                if terminal in self._relays:
                    self._relays[terminal][0].done(report.number, report.problem)
            case RelaySeen():
                self._relay_seen(report)
            case CameraReached() | CameraSubscribed() | CameraFailed() | AddressesFound():
                self._camera_changed(report)
            case AnswerIgnored(camera=name):
                self._ignored(name)
            case Noted(camera=name):
                _LOG.log(logging.WARNING if report.is_warning else logging.INFO, "camera %s %s", name, report.words)
            case _:
                pass  # a sign of life

    def _camera_changed(self, report: CameraReached | CameraSubscribed | CameraFailed | AddressesFound) -> None:
        match report:
            case CameraReached(camera=name):
                self._surroundings.cameras.reached(name)
                for relay, _ in self._relays_of(name):
                    relay.camera_reached()
            case CameraSubscribed(camera=name):
                self._state(name).subscribed()
            case CameraFailed(camera=name):
                self._state(name).failed(f"camera {name}: {report.problem}", at=report.at)
                if report.is_away:
                    self._surroundings.cameras.failed(name, at=report.at)
            case AddressesFound(camera=name):
                self._surroundings.cameras.addresses_found(name, snapshot=report.snapshot, stream=report.stream)

    def _relay_seen(self, report: RelaySeen) -> None:
        for relay, _ in self._relays_of(report.camera):
            if relay.line.token == report.token:
                relay.seen(active=report.active)

    def _ignored(self, camera: str) -> None:
        for terminal, (line, _) in self._inputs.items():
            if line.camera == camera:
                self._facts.put(MessageIgnored(terminal=terminal))

    def _seen(self, report: ContactSeen) -> None:
        if report.terminal not in self._inputs:
            return  # released meanwhile
        when = None if report.time is None else datetime.fromisoformat(report.time)
        line, source = self._inputs[report.terminal]
        contact = Contact(report.contact)
        if isinstance(line, CameraLost) or self._state(line.camera).given_up is None:
            source.seen(contact, is_event=report.is_event, source_time=when)
        else:
            source.noted(contact, is_event=report.is_event)  # what the process knew of a camera that is away


def _order_of(name: str, camera: CameraSettings, lines: tuple[CameraLine, ...]) -> WatchCamera:
    """Returns the order to watch a camera."""
    return WatchCamera(
        camera=name,
        onvif=camera.onvif,
        snapshot=camera.snapshot,
        stream=camera.stream,
        username=camera.username,
        password=None if camera.password is None else camera.password.reveal(),
        ca_file=None if camera.ca_file is None else str(camera.ca_file),
        lines=lines,
    )


def _line_of(terminal: str, line: SourceLine) -> CameraLine:
    """Returns an input's line as the process knows it."""
    match line:
        case OnvifInput():
            return CameraLine(terminal=terminal, kind=line.kind, token=line.token)
        case OnvifEvent():
            return CameraLine(
                terminal=terminal,
                kind=line.kind,
                event=line.event,
                topic=line.topic,
                item=line.item,
                source=line.source,
                holds=line.hold_s is not None,
            )
        case CameraLost():
            return CameraLine(terminal=terminal, kind=line.kind, after_s=line.after_s)
