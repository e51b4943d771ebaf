from __future__ import annotations

from fakes.fake_kernel import FakeKernel, FakeLine

from bridge.core.contact import Level
from bridge.core.definitions.settings import OutputSettings
from bridge.errors import LineBusy, LineMissing
from bridge.lines.gpio.kernel import Home
from bridge.lines.gpio.make_safe import make_safe
from bridge.lines.safe import exit_code

OUTPUTS = (
    OutputSettings(id="siren"),
    OutputSettings(id="lock", valid_signal="disconnect"),
    OutputSettings(id="lamp", connected_level="low"),
)


class Moody(FakeKernel):
    """Has a fault that nobody thought of at one line, and frees another at the third try."""

    def take_output(self, settings: OutputSettings, level: Level, home: Home | None) -> FakeLine:
        if settings.id == "siren":
            message = "a new kernel"
            raise RuntimeError(message)
        if len(self.tries) == 2:
            self.plug("lock")
        return super().take_output(settings, level, home)


def test_every_output_is_requested_at_its_idle_level_and_let_go_of() -> None:
    kernel = FakeKernel()
    results = make_safe(OUTPUTS, kernel=kernel)
    assert [(result.output, result.contact, result.problem) for result in results] == [
        ("siren", "disconnected", None),
        ("lock", "connected", None),
        ("lamp", "disconnected", None),
    ]
    assert exit_code(results) == 0
    assert kernel.requests == [("siren", Level.LOW), ("lock", Level.HIGH), ("lamp", Level.HIGH)]
    assert kernel.held == {}


def test_a_line_that_cannot_be_had_does_not_stop_the_next() -> None:
    kernel = FakeKernel()
    kernel.refuse["siren"] = LineMissing
    results = make_safe(OUTPUTS, kernel=kernel)
    assert [result.problem for result in results] == ["refused as LineMissing", None, None]
    assert exit_code(results) == 1


def test_a_line_that_stays_busy_is_told_and_the_next_is_driven() -> None:
    kernel = FakeKernel()
    kernel.refuse["lock"] = LineBusy
    results = make_safe(OUTPUTS, kernel=kernel)
    assert [result.problem for result in results] == [None, "refused as LineBusy", None]


def test_a_fault_that_nobody_thought_of_does_not_stop_the_next_nor_a_holder_that_is_dying() -> None:
    kernel = Moody()
    kernel.refuse["lock"] = LineBusy
    results = make_safe(OUTPUTS, kernel=kernel)
    assert [result.problem for result in results] == ["RuntimeError: a new kernel", None, None]
    assert [terminal for terminal, _ in kernel.tries] == ["lock", "lock", "lock", "lamp"]
