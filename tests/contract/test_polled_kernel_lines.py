"""An expander without an interrupt, played to the kernel's own driver of it."""

from __future__ import annotations

import logging

import pytest
from contract.line_rigs import KernelPolledRig, Seen, until
from servers import usb_expander

from bridge.core.contact import Level
from bridge.lines.gpio.listing import list_chips

if (missing := usb_expander.absence()) is not None:
    pytest.skip(missing, allow_module_level=True)
pytestmark = pytest.mark.kernel


async def test_its_lines_are_read_together_and_log_and_listing_say_so(caplog: pytest.LogCaptureFixture) -> None:
    rig, seen = KernelPolledRig(), Seen()
    driver = rig.driver()
    with caplog.at_level(logging.INFO, logger="bridge.lines.gpio"):
        driver.request_input(rig.input("in0"))
        driver.request_input(rig.input("in1"))
    driver.start(seen)
    await rig.put("in1", Level.LOW)
    await until(lambda: seen.words("in1") == ["found", "high", "low"])
    assert seen.words("in0") == ["found", "high"]
    said = [line.partition(" [mcp2221_gpio] ")[2] for line in caplog.messages]
    assert said == ["has no interrupt: read every 25 ms"] * 2
    (listed,) = [each for each in list_chips() if each.chip.label == usb_expander.LABEL]
    assert [line.consumer for line in listed.lines] == ["alarm2mqtt (polled)"] * 2 + [""] * 2
    driver.close()
    rig.close()
