"""The Linux GPIO character device (uAPI v2): with `gpiod_polled` and `gpiod_errors` all that knows the gpiod package.

Importing it imports the package, so programs that can do without real lines import it late. Levels are
electrical: `active_low` is never used. Each exception of a request or a chip becomes a `LineError`.
"""

from __future__ import annotations

import errno
import os
import re
import select
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import gpiod
from gpiod.line import Bias, Direction, Drive, Value
from gpiod.line import Edge as Detection

from bridge.core.contact import Level, demanded_contact, level_of
from bridge.core.definitions.settings import InputSettings, LineByName, LineByOffset, OutputSettings
from bridge.errors import LineBusy, LineError, LineMissing, LineWithoutInterrupt
from bridge.lines.gpio.gpiod_errors import LIBRARY_ERRORS, line_error, line_errors
from bridge.lines.gpio.gpiod_polled import GpiodPolledChip, GpiodPolledLine
from bridge.lines.gpio.kernel import MOST_EDGES, Edge, Home
from bridge.lines.gpio.line_lookup import FoundLine, SeenChip, SeenLine, find_line

Requested = TypeVar("Requested")
CONSUMER = "alarm2mqtt"
EVENT_BUFFER = 1024
"""Edges that the kernel buffers for us: its limit."""
_EVENT_BYTES = 48
"""Size of the kernel's `struct gpio_v2_line_event`."""
_BIAS = {"pull_up": Bias.PULL_UP, "pull_down": Bias.PULL_DOWN, "disabled": Bias.DISABLED, "as_is": Bias.AS_IS}
_DRIVE = {"push_pull": Drive.PUSH_PULL, "open_drain": Drive.OPEN_DRAIN, "open_source": Drive.OPEN_SOURCE}
_VALUE = {Level.HIGH: Value.ACTIVE, Level.LOW: Value.INACTIVE}
_LEVEL = {value: level for level, value in _VALUE.items()}
_PULL = {Level.HIGH: Bias.PULL_UP, Level.LOW: Bias.PULL_DOWN}
_EDGE_LEVEL = {gpiod.EdgeEvent.Type.RISING_EDGE: Level.HIGH, gpiod.EdgeEvent.Type.FALLING_EDGE: Level.LOW}
_REFUSALS = (ValueError, NotImplementedError)


class KernelLine:
    """A held line: one request of its own, so that the loss of a line takes no other along."""

    def __init__(
        self, *, terminal: str, request: gpiod.LineRequest, found: FoundLine, config: gpiod.LineSettings | None
    ) -> None:
        self._terminal = terminal
        self._config = config
        self._request = request
        self._offset = found.offset
        self._place = f"line {found.offset} of {found.chip}"
        self.fd = request.fd
        self.home = found.home
        os.set_blocking(self.fd, False)

    def level(self) -> Level:
        """Returns the present level. Raises LineError."""
        with line_errors(self._terminal, self._place):
            return _LEVEL[self._request.get_value(self._offset)]

    def drive(self, level: Level) -> None:
        """Drives an output to a level. Raises LineError."""
        with line_errors(self._terminal, self._place):
            self._request.set_value(self._offset, _VALUE[level])

    def redrive(self, settings: OutputSettings, level: Level) -> None:
        """Applies an output's new settings without releasing the line, and drives it to a level. Raises LineError."""
        with line_errors(self._terminal, self._place):
            _with_pull(settings, level, lambda config: self._request.reconfigure_lines({self._offset: config}))

    def edges(self) -> Sequence[Edge]:
        """Returns the edges that wait, `MOST_EDGES` at most, perhaps none.

        Raises LineError; `LineMissing` if the chip is gone.
        """
        try:
            events = self._request.read_edge_events(MOST_EDGES)
        except BlockingIOError:
            return ()
        except LIBRARY_ERRORS as error:
            raise line_error(self._terminal, self._place, error) from error
        return [
            Edge(level=_EDGE_LEVEL[event.event_type], at=event.timestamp_ns / 1e9, number=event.line_seqno)
            for event in events
        ]

    def edges_wait(self) -> bool:
        """Returns whether edges wait. Uses poll: the library's own wait fails for descriptors from 1024 on."""
        poll = select.poll()
        poll.register(self.fd, select.POLLIN)
        return bool(poll.poll(0))

    def discard_edges(self) -> int:
        """Reads the edges that wait in one system call, and drops them. Returns their number. Raises LineError.

        The library would make an object of each.
        """
        with line_errors(self._terminal, self._place):
            try:
                return len(os.read(self.fd, EVENT_BUFFER * _EVENT_BYTES)) // _EVENT_BYTES
            except BlockingIOError:
                return 0

    def debounce(self, period_s: float) -> bool:
        """Sets the kernel's debounce period of an input; 0 ends it.

        Returns False if the kernel cannot, and for an output. Raises LineMissing if the line is gone.
        """
        if self._config is None:
            return False
        config = replace(self._config, debounce_period=timedelta(seconds=period_s))
        try:
            with line_errors(self._terminal, self._place):
                self._request.reconfigure_lines({self._offset: config})
        except LineMissing:
            raise
        except LineError:
            return False
        return True

    def release(self) -> None:
        """Releases the line, also when it is gone already."""
        with suppress(*LIBRARY_ERRORS):
            self._request.release()


class GpioDevices:
    """The `Kernel` of this machine: all of `/dev/gpiochip*`."""

    def __init__(self) -> None:
        self._polled: dict[str, GpiodPolledChip] = {}

    def chips(self, *, also: str | None = None) -> list[SeenChip]:
        """Returns all chips by number, each once, and the chip at the path `also` if that is another."""
        paths = {os.path.realpath(path): str(path) for path in Path("/dev").glob("gpiochip*") if not path.is_symlink()}
        if also is not None and also.startswith("/"):
            paths.setdefault(os.path.realpath(also), also)
        chips = map(_seen_chip, sorted(paths.values(), key=_by_number))
        return [chip for chip in chips if chip is not None]

    def lines(self, chip: SeenChip) -> list[SeenLine]:
        """Returns all lines of a chip; an empty list if the chip may not be opened, or is gone."""
        try:
            with gpiod.Chip(chip.path) as opened:
                return [_seen_line(opened.get_line_info(offset)) for offset in range(chip.lines)]
        except LIBRARY_ERRORS:
            return []

    def take_input(self, settings: InputSettings, home: Home | None) -> KernelLine:
        """Requests an input with edge detection on both edges, stamped with the monotonic clock. Returns it.

        Raises LineError; `LineWithoutInterrupt` if the chip reports no edges of the line.
        """
        config = gpiod.LineSettings(direction=Direction.INPUT, edge_detection=Detection.BOTH, bias=_BIAS[settings.bias])
        found = self._find(settings, home)
        return _request_line(settings.id, found, lambda chip: _request(chip, found.offset, config), config)

    def take_polled(self, settings: InputSettings, home: Home | None) -> GpiodPolledLine:
        """Requests an input without edge detection, together with all other such lines of its chip. Returns it.

        Raises LineError.
        """
        config = gpiod.LineSettings(direction=Direction.INPUT, bias=_BIAS[settings.bias])
        found = self._find(settings, home)
        place = f"line {found.offset} of {found.chip}"
        with line_errors(settings.id, place):
            polled = self._polled.get(found.chip.path)
            if polled is None or polled.closed:
                polled = GpiodPolledChip(gpiod.Chip(found.chip.path), name=str(found.chip))
                self._polled[found.chip.path] = polled
            return polled.join(settings.id, found, config)

    def take_output(self, settings: OutputSettings, level: Level, home: Home | None) -> KernelLine:
        """Requests an output that is at a level from the request on. Returns it. Raises LineError."""
        found = self._find(settings, home)
        return _request_line(
            settings.id,
            found,
            lambda chip: _with_pull(settings, level, lambda config: _request(chip, found.offset, config)),
        )

    def _find(self, settings: InputSettings | OutputSettings, home: Home | None) -> FoundLine:
        """Returns the line of a terminal's settings. Raises LineError."""
        line = settings.line if isinstance(settings.line, LineByOffset | LineByName) else None
        also = line.chip if line is not None else None
        return find_line(settings.id, line, home=home, chips=self.chips(also=also), lines_of=self.lines)


def _seen_chip(path: str) -> SeenChip | None:
    """Returns a chip as far as it can be read; None if there is no GPIO chip at the path any more."""
    try:
        if not gpiod.is_gpiochip_device(path):
            return None
        with gpiod.Chip(path) as opened:
            info = opened.get_info()
    except PermissionError:
        return SeenChip(path=path, name=Path(path).name, denied=True)
    except LIBRARY_ERRORS:
        return None
    return SeenChip(path=path, name=info.name, label=info.label, lines=info.num_lines)


def _seen_line(info: gpiod.LineInfo) -> SeenLine:
    """Returns the library's description of a line as ours."""
    return SeenLine(
        offset=info.offset,
        name=info.name or "",
        direction="output" if info.direction is Direction.OUTPUT else "input",
        bias=info.bias.name.lower(),
        used=info.used,
        consumer=info.consumer or "",
    )


def _by_number(path: str) -> tuple[int, str]:
    """Returns a sort key for paths of chips: by number, those without one first."""
    digits = re.search(r"\d+$", path)
    return int(digits[0]) if digits else -1, path


def _request(chip: gpiod.Chip, offset: int, config: gpiod.LineSettings) -> gpiod.LineRequest:
    """Requests one line and returns it. Raises OSError if the kernel refuses."""
    return chip.request_lines({offset: config}, consumer=CONSUMER, event_buffer_size=EVENT_BUFFER)


def _request_line(
    terminal: str,
    found: FoundLine,
    request: Callable[[gpiod.Chip], gpiod.LineRequest],
    config: gpiod.LineSettings | None = None,
) -> KernelLine:
    """Requests a line of a chip and returns it; `config` is an input's, for debouncing it later, None for an output.

    Raises:
        LineBusy: another program holds it; the message has the holder's name.
        LineWithoutInterrupt: it is an input, and the chip reports no edges of it.
        LineError: it cannot be requested for another reason.
    """
    place = f"line {found.offset} of {found.chip}"
    with line_errors(terminal, place), gpiod.Chip(found.chip.path) as chip:
        try:
            return KernelLine(terminal=terminal, request=request(chip), found=found, config=config)
        except OSError as error:
            if error.errno == errno.ENXIO and config is not None:
                raise LineWithoutInterrupt(terminal, f"{place} has no interrupt") from error
            if error.errno != errno.EBUSY:
                raise
            holder = chip.get_line_info(found.offset).consumer
            who = repr(holder) if holder else "a program that does not say its name"
            raise LineBusy(terminal, f"{place} is held by {who}") from error


def _with_pull(settings: OutputSettings, level: Level, request: Callable[[gpiod.LineSettings], Requested]) -> Requested:
    """Returns the result of `request` for an output at a level, pulled towards its idle level if the chip can.

    Many boards turn a line into an input when its holder dies. The pull, which is nothing against the driven level,
    then keeps the contact idle until `safe` or the next start. Lines that are not driven to both sides have pulls of
    their own outside: they are left alone.
    """
    idle = level_of(demanded_contact(active=False, valid_signal=settings.valid_signal), settings.connected_level)
    config = gpiod.LineSettings(direction=Direction.OUTPUT, drive=_DRIVE[settings.drive], output_value=_VALUE[level])
    if settings.drive == "push_pull":
        try:
            return request(replace(config, bias=_PULL[idle]))
        except _REFUSALS:
            return request(config)
    return request(config)
