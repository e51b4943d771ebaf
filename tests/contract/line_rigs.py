"""Terminals with an outside that tests can touch: one rig for each thing the line drivers run on.

Every rig has the inputs `in0`, `in1` and the outputs `out0`, `out1`, whose lines are at rest high
outside and low when driven nowhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, Protocol

from fakes.fake_kernel import FakeKernel
from servers import usb_expander
from servers.gpio_sim import SimChip
from servers.usb_expander import UsbExpander
from words import waiting

from bridge.core.contact import Contact, Level, contact_of, level_of
from bridge.core.definitions.settings import InputSettings, LineByOffset, OutputSettings
from bridge.core.facts import ContactReported, EdgesSeen, LineChanged
from bridge.core.line_driver import LineDriver, LineFact
from bridge.lines.gpio.driver import GpiodLines
from bridge.lines.gpio.polled_lines import PERIOD_S
from bridge.lines.simulated.client import BoardClient
from bridge.lines.simulated.driver import SimulatedLines
from bridge.lines.terminal_lines import TerminalLines

PATIENCE_S = 10.0


class LineRig(Protocol):
    """What stands outside a driver's lines."""

    is_far: bool
    """Whether the lines are in other devices."""
    at_request: list[str]
    """What is reported of an output when it is requested."""
    late_s: float
    """So much later than its cause a change may be stamped."""

    def driver(self) -> LineDriver: ...
    def input(self, terminal: str, **settings: Any) -> InputSettings: ...
    def output(self, terminal: str, **settings: Any) -> OutputSettings: ...
    async def put(self, terminal: str, *levels: Level, gap_s: float = 0) -> None:
        """Bring an input's line to levels, one after the other."""

    async def driven(self, terminal: str) -> Level:
        """The level that an output's line is driven to, as seen from outside."""

    async def lose(self, terminal: str) -> None: ...
    async def heal(self, terminal: str) -> None: ...
    def close(self) -> None: ...


class LocalRig:
    """What all lines of this machine have."""

    is_far = False
    at_request: ClassVar[list[str]] = ["found"]
    late_s = 0.05


class SimulatedRig(LocalRig):
    """The simulated board, over its socket; contacts of inputs are low when connected."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "board.sock"

    def driver(self) -> SimulatedLines:
        return SimulatedLines(socket=self.socket)

    def input(self, terminal: str, **settings: Any) -> InputSettings:
        return InputSettings(id=terminal, **settings)

    def output(self, terminal: str, **settings: Any) -> OutputSettings:
        return OutputSettings(id=terminal, **settings)

    async def put(self, terminal: str, *levels: Level, gap_s: float = 0) -> None:
        async with await BoardClient.open(self.socket) as board:
            for level in levels:
                connected = contact_of(level, Level.LOW) is Contact.CONNECTED
                board.post(f"{'connect' if connected else 'disconnect'} {terminal}")
                if gap_s:
                    await asyncio.sleep(gap_s)
            await board.settle()

    async def driven(self, terminal: str) -> Level:
        async with await BoardClient.open(self.socket) as board:
            return level_of((await board.contacts()).outputs[terminal], Level.HIGH)

    async def lose(self, terminal: str) -> None:
        async with await BoardClient.open(self.socket) as board:
            await board.fail(terminal)

    async def heal(self, terminal: str) -> None:
        async with await BoardClient.open(self.socket) as board:
            await board.heal(terminal)

    def close(self) -> None:
        return


class _GpioRig(LocalRig):
    """Settings for lines by chip and offset."""

    chip = "fake"

    def input(self, terminal: str, **settings: Any) -> InputSettings:
        settings = {"line": LineByOffset(chip=self.chip, offset=int(terminal[-1])), "bias": "as_is"} | settings
        return InputSettings(id=terminal, **settings)

    def output(self, terminal: str, **settings: Any) -> OutputSettings:
        settings = {"line": LineByOffset(chip=self.chip, offset=2 + int(terminal[-1]))} | settings
        return OutputSettings(id=terminal, **settings)


class FakeKernelRig(_GpioRig):
    """The GPIO driver on a kernel made of software."""

    def __init__(self) -> None:
        self.kernel = FakeKernel()

    def driver(self) -> GpiodLines:
        return GpiodLines(kernel=self.kernel)

    async def put(self, terminal: str, *levels: Level, gap_s: float = 0) -> None:
        for level in levels:
            self.kernel.outside(terminal, level)
            if gap_s:
                await asyncio.sleep(gap_s)

    async def driven(self, terminal: str) -> Level:
        return self.kernel.level(terminal)

    async def lose(self, terminal: str) -> None:
        self.kernel.unplug(terminal)

    async def heal(self, terminal: str) -> None:
        self.kernel.plug(terminal)

    def close(self) -> None:
        assert not self.kernel.held, "the driver let go of all"


class PolledRig(FakeKernelRig):
    """The same without interrupts: inputs are read every 25 ms, by a thread."""

    late_s = 1.0

    def __init__(self) -> None:
        super().__init__()
        self.kernel.without_interrupt.update(("in0", "in1"))

    def close(self) -> None:
        super().close()
        assert not self.kernel.polled, "the driver let go of all"


class MixedRig(LocalRig):
    """Lines of two kinds behind one driver: inputs on a kernel made of software, outputs on a simulated board."""

    def __init__(self, folder: Path) -> None:
        self.kernel, self.board = FakeKernelRig(), SimulatedRig(folder)

    def driver(self) -> TerminalLines:
        return TerminalLines(
            drivers={"gpio": self.kernel.driver, "simulated": self.board.driver},
            key_of=lambda terminal: "gpio" if terminal.line else "simulated",
        )

    def input(self, terminal: str, **settings: Any) -> InputSettings:
        return self.kernel.input(terminal, **settings)

    def output(self, terminal: str, **settings: Any) -> OutputSettings:
        return self.board.output(terminal, **settings)

    async def put(self, terminal: str, *levels: Level, gap_s: float = 0) -> None:
        await self.kernel.put(terminal, *levels, gap_s=gap_s)

    async def driven(self, terminal: str) -> Level:
        return await self.board.driven(terminal)

    async def lose(self, terminal: str) -> None:
        await self._rig(terminal).lose(terminal)

    async def heal(self, terminal: str) -> None:
        await self._rig(terminal).heal(terminal)

    def close(self) -> None:
        self.kernel.close()

    def _rig(self, terminal: str) -> FakeKernelRig | SimulatedRig:
        return self.kernel if terminal.startswith("in") else self.board


class KernelRig(_GpioRig):
    """The GPIO driver on real character devices; a chip is lost with all its lines."""

    chip = "contract"

    def __init__(self) -> None:
        self.sim = SimChip(self.chip, ["in0", "in1", "out0", "out1"])
        for line in ("in0", "in1"):
            self.sim.pull(line, 1)
        self._outside: dict[str, int] = {"in0": 1, "in1": 1}

    def driver(self) -> GpiodLines:
        return GpiodLines()

    async def put(self, terminal: str, *levels: Level, gap_s: float = 0) -> None:
        for level in levels:
            self._outside[terminal] = int(level is Level.HIGH)
            if self.sim.plugged:
                self.sim.pull(terminal, self._outside[terminal])
            if gap_s:
                await asyncio.sleep(gap_s)

    async def driven(self, terminal: str) -> Level:
        return Level.HIGH if self.sim.value(terminal) else Level.LOW

    async def lose(self, terminal: str) -> None:
        del terminal
        self.sim.unplug()

    async def heal(self, terminal: str) -> None:
        del terminal
        self.sim.plug()
        for line, value in self._outside.items():
            self.sim.pull(line, value)

    def close(self) -> None:
        self.sim.destroy()


class KernelPolledRig(_GpioRig):
    """The GPIO driver on a USB expander, whose lines have no interrupt; it is lost with all its lines."""

    chip = usb_expander.LABEL
    late_s = 1.0

    def __init__(self) -> None:
        self.expander = UsbExpander()

    def driver(self) -> GpiodLines:
        return GpiodLines()

    async def put(self, terminal: str, *levels: Level, gap_s: float = 0) -> None:
        for level in levels:
            self.expander.outside[int(terminal[-1])] = int(level is Level.HIGH)
            await asyncio.sleep(max(gap_s, 4 * PERIOD_S))  # a level that lasts less than a period may be missed

    async def driven(self, terminal: str) -> Level:
        return Level.HIGH if self.expander.driven[2 + int(terminal[-1])] else Level.LOW

    async def lose(self, terminal: str) -> None:
        del terminal
        await asyncio.to_thread(self.expander.unplug)

    async def heal(self, terminal: str) -> None:
        del terminal
        await asyncio.to_thread(self.expander.plug)

    def close(self) -> None:
        self.expander.unplug()


class Seen:
    """The facts that a driver reported."""

    def __init__(self) -> None:
        self.facts: list[LineFact] = []

    def __call__(self, fact: LineFact) -> None:
        self.facts.append(fact)

    def of(self, terminal: str) -> list[LineFact]:
        return [fact for fact in self.facts if fact.terminal == terminal]

    def words(self, terminal: str) -> list[str]:
        """Facts in short: `found`, `lost`, `edges lost`, `low`, `high`. What was not heard of yet is no level."""
        names = {"LineFound": "found", "LineLost": "lost", "EdgesLost": "edges lost"}
        names |= {"SinkFound": "found", "SinkLost": "lost"}
        words = []
        for fact in self.of(terminal):
            if isinstance(fact, EdgesSeen):
                words += [str(edge.level) for edge in fact.edges]
            elif isinstance(fact, ContactReported):
                words += [] if is_unheard(fact) else [str(level_of(fact.contact, Level.LOW))]
            else:
                words.append(names.get(type(fact).__name__) or str(getattr(fact, "level", None)))
        return words

    def stamps(self, terminal: str) -> list[float]:
        """The stamps of levels and edges."""
        return [
            at
            for fact in self.of(terminal)
            if isinstance(fact, LineChanged | ContactReported | EdgesSeen)
            for at in ([edge.at for edge in fact.edges] if isinstance(fact, EdgesSeen) else [fact.at])
        ]

    def clear(self) -> None:
        self.facts.clear()


def is_unheard(fact: LineFact) -> bool:
    """Whether a far source has not been heard yet."""
    return isinstance(fact, ContactReported) and fact.contact is Contact.UNKNOWN


async def until(condition: Callable[[], object]) -> None:
    """Wait for something that must come."""
    await waiting.until(condition, within_s=PATIENCE_S)


async def settled(seen: Seen, quiet_s: float = 0.1) -> None:
    """Wait until nothing has been reported for a while."""
    count = -1
    while count != len(seen.facts):
        count = len(seen.facts)
        await asyncio.sleep(quiet_s)
