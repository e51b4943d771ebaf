"""64 inputs and 64 outputs in a real Home Assistant, which starts again while they are there.

The log must hold no warning and no error, of any logger, after each test (`ha`).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from programs.bridge import Bridge
from words.builders import an_input, an_output
from words.home_assistant_devices import areas, devices, left_nothing

pytestmark = [pytest.mark.homeassistant, pytest.mark.timeout(400)]

COUNT = 64
ID = "north-gate"
DEVICE = {"id": ID, "name": "North gate", "area": "Yard", "startup_grace_s": 0}
INPUTS = [an_input(f"in-{one}", name=f"Door {one}", area=f"Room {one}", outputs=["out-1"]) for one in range(COUNT)]
OUTPUTS = [an_output(f"out-{one}", name=f"Lamp {one}") for one in range(COUNT)]


def test_each_of_many_is_a_device_in_its_area_and_comes_back_with_home_assistant(
    ha: Any, off: Callable[[], AbstractContextManager[None]], tmp_path: Path
) -> None:
    port = ha.rig["broker_port"]
    try:
        with Bridge(tmp_path, port, device=DEVICE, inputs=INPUTS, outputs=OUTPUTS) as bridge:
            are_there(ha)
            found = areas(ha, ID)
            assert (found[ID], found[f"{ID}_in-7"], found[f"{ID}_out-7"]) == ("Yard", "Room 7", "Yard")
            with off():
                pass
            are_there(ha)
            bridge.board("connect in-7")
            ha.wait_state("binary_sensor.north_gate_in_7_alarm", "on")
            call = {"entity_id": "text.north_gate_in_7_links", "value": "out-1, out-63"}
            ha.call("text", "set_value", call)
            ha.wait_state("text.north_gate_in_7_links", "out-1, out-63")
            assert ha.problems() == []
    finally:
        left_nothing(ha, port, ID)


def are_there(ha: Any) -> None:
    """All devices, behind the bridge's, with their entities in use."""
    ha.wait(lambda: len(devices(ha, ID)) == 2 * COUNT + 1, 120, every=1, label="the devices")
    found = devices(ha, ID)
    assert {one["via_device_id"] for key, one in found.items() if key != ID} == {found[ID]["id"]}
    mains = [f"binary_sensor.north_gate_in_{one}" for one in range(COUNT)]
    mains += [f"switch.north_gate_out_{one}" for one in range(COUNT)]
    in_use = {"on", "off"}

    def all_in_use() -> bool:
        states = ha.states()
        return all(one in states and states[one]["state"] in in_use for one in mains)

    ha.wait(all_in_use, 120, every=1, label="all in use")
