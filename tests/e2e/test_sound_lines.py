"""A microphone as an input: ALSA's own arecord, on a recording that its file plugin plays."""

from __future__ import annotations

import array
import math
import shutil
from pathlib import Path

import pytest
from programs.bridge import Bridge, Ear
from servers.mosquitto import Mosquitto
from servers.process import wait_until
from words.builders import an_input, an_output

pytestmark = pytest.mark.e2e
D = "alarm2mqtt/front-gate"
RATE_HZ = 16_000
CONFIGURATION = """
</usr/share/alsa/alsa.conf>
pcm.!default {{ type plug slave {{ pcm "recording" format S16_LE rate 16000 channels 1 }} }}
pcm.recording {{ type file file "/dev/null" infile "{file}" format "raw" slave.pcm "nowhere" }}
pcm.nowhere {{ type null }}
ctl.!default {{ type hw card 0 }}
"""


def seconds(count: float, amplitude: int) -> array.array[int]:
    return array.array("h", (round(amplitude * math.sin(at * 0.3)) for at in range(round(count * RATE_HZ))))


def faults(ear: Ear) -> list[dict[str, str]]:
    return [heard.json for heard in ear.on(f"{D}/journal") if heard.json["kind"] == "fault"]


@pytest.mark.skipif(shutil.which("arecord") is None, reason="NOT TESTED: arecord is not installed (alsa-utils)")
def test_a_glass_that_breaks_is_an_alarm_and_a_missing_microphone_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording, configuration = tmp_path / "recording.raw", tmp_path / "asound.conf"
    recording.write_bytes((seconds(2, 200) + seconds(2, 20_000) + seconds(2, 200)).tobytes())
    configuration.write_text(CONFIGURATION.format(file=recording))
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(configuration))
    glass = an_input("glass", line={"kind": "sound", "level_db": -20, "for_ms": 100}, outputs=["lamp"], quiet_s=0)
    deaf = an_input("deaf", line={"kind": "sound", "device": "hw:31"})
    with (
        Mosquitto(tmp_path / "broker") as broker,
        Ear(broker.port, f"{D}/#") as ear,
        Bridge(
            tmp_path, broker.port, inputs=[glass, deaf], outputs=[an_output("lamp", alarm_time_ms=60_000)]
        ) as bridge,
    ):
        wait_until(lambda: bridge.contact("lamp") == "connected", what=f"the alarm; log:\n{bridge.said()}")
        ear.wait_for(f"{D}/input/deaf/availability", b"offline")
        wait_until(lambda: faults(ear), what="the fault")
        assert [fault["input"] for fault in faults(ear)] == ["deaf"]
        assert faults(ear)[0]["error"].startswith("microphone hw:31: ")
