"""The request that polled lines of a chip share, on a chip of the library made of software."""

from __future__ import annotations

import errno
from types import SimpleNamespace
from typing import Any, Self

import pytest

gpiod = pytest.importorskip("gpiod")

from gpiod.line import Direction, Edge, Value  # noqa: E402 - the package may be missing

from bridge.core.contact import Level  # noqa: E402
from bridge.core.definitions.settings import InputSettings, LineByOffset  # noqa: E402
from bridge.errors import LineBusy, LineError, LineMissing, LineWithoutInterrupt  # noqa: E402
from bridge.lines.gpio.gpiod_kernel import GpioDevices  # noqa: E402
from bridge.lines.gpio.gpiod_polled import CONSUMER, GpiodPolledChip, GpiodPolledLine  # noqa: E402
from bridge.lines.gpio.kernel import Home  # noqa: E402
from bridge.lines.gpio.line_lookup import FoundLine, SeenChip  # noqa: E402

CONFIG = gpiod.LineSettings(direction=Direction.INPUT)


class Chip:
    """An open chip: like the kernel it gives each line to one request only, and reads as many as are asked for."""

    def __init__(self) -> None:
        self.active: set[int] = set()
        self.taken: set[int] = set()
        self.error: int | None = None
        self.reads: list[list[int]] = []
        self.closed = False

    def request_lines(self, config: dict[Any, Any], consumer: str, **_: object) -> Request:
        self.check()
        if any(line.edge_detection is not Edge.NONE for line in config.values()):
            raise OSError(errno.ENXIO, "No such device or address")
        assert consumer == CONSUMER
        if self.taken & set(config):
            raise OSError(errno.EBUSY, "Device or resource busy")
        self.taken |= set(config)
        return Request(self, list(config))

    def get_info(self) -> SimpleNamespace:
        return SimpleNamespace(name="gpiochip7", label="pcf8574", num_lines=8)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def close(self) -> None:
        self.closed = True

    def check(self) -> None:
        if self.error is not None:
            raise OSError(self.error, "the chip's error")


class Request:
    def __init__(self, chip: Chip, offsets: list[int]) -> None:
        self.chip = chip
        self.offsets = offsets

    def get_values(self, lines: list[int]) -> list[Value]:
        assert set(lines) <= set(self.offsets)
        self.chip.check()
        self.chip.reads.append(lines)
        return [Value.ACTIVE if line in self.chip.active else Value.INACTIVE for line in lines]

    def release(self) -> None:
        self.chip.taken -= set(self.offsets)


def found(offset: int) -> FoundLine:
    chip = SeenChip(path="/dev/gpiochip7", name="gpiochip7", label="pcf8574", lines=8)
    return FoundLine(chip=chip, offset=offset, home=Home(label="pcf8574", alone=True))


def joined(*offsets: int) -> tuple[Chip, GpiodPolledChip, list[GpiodPolledLine]]:
    chip = Chip()
    polled = GpiodPolledChip(chip, name="gpiochip7 [pcf8574]")
    return chip, polled, [polled.join(f"in{offset}", found(offset), CONFIG) for offset in offsets]


def test_all_lines_are_read_in_one_call_and_one_by_itself() -> None:
    chip, polled, (first, second) = joined(3, 5)
    chip.active = {5}
    assert dict(polled.levels()) == {first: Level.LOW, second: Level.HIGH}
    assert chip.reads == [[3, 5]]
    assert second.level() is Level.HIGH


def test_a_released_line_is_free_and_the_others_are_held() -> None:
    chip, polled, (first, second, third) = joined(3, 5, 6)
    second.release()
    second.release()
    assert chip.taken == {3, 6}
    assert [line for line, _ in polled.levels()] == [first, third]
    first.release()
    assert not polled.closed
    third.release()
    assert (chip.taken, chip.closed, polled.closed) == (set(), True, True)
    assert polled.levels() == []


def test_a_line_that_is_refused_leaves_the_others_held() -> None:
    chip, polled, (first,) = joined(3)
    chip.taken.add(5)
    with pytest.raises(OSError, match="busy"):
        polled.join("in5", found(5), CONFIG)
    assert [line for line, _ in polled.levels()] == [first]


def test_the_first_line_that_is_refused_closes_the_chip() -> None:
    chip = Chip()
    chip.taken.add(5)
    polled = GpiodPolledChip(chip, name="gpiochip7")
    with pytest.raises(OSError, match="busy"):
        polled.join("in5", found(5), CONFIG)
    assert chip.closed
    assert polled.closed


@pytest.mark.parametrize(("number", "error"), [(errno.ENODEV, LineMissing), (errno.EIO, LineError)])
def test_a_failed_read_is_a_line_error_and_releases_all(number: int, error: type[LineError]) -> None:
    chip, polled, (first, second) = joined(3, 5)
    chip.error = number
    with pytest.raises(error, match="gpiochip7"):
        first.level()
    with pytest.raises(error, match=r"gpiochip7 \[pcf8574\]"):
        polled.levels()
    assert polled.closed
    assert (chip.taken, chip.closed) == (set(), True)
    first.release()
    second.release()
    assert polled.levels() == []


def test_lines_that_cannot_be_held_on_after_a_release_are_reported_by_the_next_read() -> None:
    chip, polled, (first, second) = joined(3, 5)
    chip.error = errno.ENODEV
    first.release()
    assert chip.taken == set()
    with pytest.raises(LineMissing):
        polled.levels()
    second.release()
    assert polled.closed


@pytest.fixture
def expander(monkeypatch: pytest.MonkeyPatch) -> Chip:
    """The chip that the library opens at each path; the kernel refuses edges of its lines with ENXIO."""
    chip = Chip()
    monkeypatch.setattr(gpiod, "is_gpiochip_device", lambda _: True)
    monkeypatch.setattr(gpiod, "Chip", lambda _: chip)
    return chip


def test_edges_that_the_kernel_refuses_are_a_line_without_interrupt_and_its_lines_are_requested_together(
    expander: Chip,
) -> None:
    devices = GpioDevices()
    doors = [InputSettings(id=f"in{at}", line=LineByOffset(chip="/dev/expander", offset=at)) for at in (3, 5)]
    with pytest.raises(LineWithoutInterrupt, match=r"in3: line 3 of gpiochip7 \[pcf8574\] has no interrupt"):
        devices.take_input(doors[0], None)
    first, second = (devices.take_polled(door, None) for door in doors)
    assert first.chip is second.chip
    assert dict(first.chip.levels()) == {first: Level.LOW, second: Level.LOW}
    assert expander.reads == [[3, 5]]
    expander.error = errno.EIO
    with pytest.raises(LineError):
        first.chip.levels()
    expander.error = None
    again = devices.take_polled(doors[0], None)
    assert again.chip is not first.chip
    assert again.level() is Level.LOW


def test_a_polled_line_that_another_program_holds_is_busy(expander: Chip) -> None:
    expander.taken.add(3)
    with pytest.raises(LineBusy, match="line 3 of gpiochip7"):
        GpioDevices().take_polled(InputSettings(id="in3", line=LineByOffset(chip="/dev/expander", offset=3)), None)
