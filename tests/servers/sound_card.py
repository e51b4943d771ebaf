"""A sound card that is a file: ALSA's `file` plugin writes into a pipe whose reader takes its time.

The reader takes as many bytes a second as a loudspeaker would, so a sound of 3 s takes 3 s and a
stop in its middle can be seen. What a killed player left in the pipe is still played, beside the next
player's sound; every use of the card has a file of its own. 48 kHz, mono, signed 16 bits; ALSA's `plug` converts.
"""

from __future__ import annotations

import array
import itertools
import math
import sys
import wave
from pathlib import Path

RATE_HZ = 48_000

_CONFIGURATION = """
</usr/share/alsa/alsa.conf>
pcm.!default {{ type plug slave {{ pcm "card" format S16_LE rate {rate} channels 1 }} }}
pcm.card {{ type file file "{target}" format "raw" slave.pcm "nowhere" }}
pcm.nowhere {{ type null }}
ctl.!default {{ type hw card 0 }}
"""
_ABSENT = "</usr/share/alsa/alsa.conf>\npcm.!default { type hw card 31 }\n"
_READER = """
import os, sys, time
begin, taken = time.monotonic(), 0
with open(f"{sys.argv[1]}/{time.monotonic_ns():020}.raw", "xb", buffering=0) as file:
    while data := os.read(0, 4096):
        file.write(data)
        taken += len(data)
        time.sleep(max(0.0, begin + taken / 96_000 - time.monotonic()))
"""


class SoundCard:
    """Give `configuration` to ALSA as `ALSA_CONFIG_PATH`; `absent` is a card that is not there."""

    def __init__(self, folder: Path, *, absent: bool = False) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        reader = folder / "reader.py"
        reader.write_text(_READER)
        self.configuration = folder / "asound.conf"
        target = f"| exec {sys.executable} {reader} {folder}"
        self.configuration.write_text(_ABSENT if absent else _CONFIGURATION.format(target=target, rate=RATE_HZ))

    def samples(self) -> array.array[int]:
        """All that was played, one use of the card after the other."""
        data = b"".join(file.read_bytes() for file in sorted(self._folder.glob("*.raw")))
        return array.array("h", data[: len(data) // 2 * 2])

    def heard_s(self) -> float:
        """From the first loud sample to the last."""
        loud = [at for at, sample in enumerate(self.samples()) if abs(sample) > 200]
        return (loud[-1] - loud[0]) / RATE_HZ if loud else 0.0

    def loudest(self) -> int:
        return max(map(abs, self.samples()), default=0)

    def frequency_hz(self, *, last_s: float = 1e9) -> float:
        """Of the tone in the last seconds that were heard, by its zero crossings."""
        samples = self.samples()
        loud = [at for at, sample in enumerate(samples) if abs(sample) > 200]
        part = samples[max(loud[0], loud[-1] - int(last_s * RATE_HZ)) : loud[-1]]
        return sum(a < 0 <= b for a, b in itertools.pairwise(part)) * RATE_HZ / len(part)


def write_tone(path: Path, *, hz: int = 880, seconds: float = 0.5, rate_hz: int = 16_000, channels: int = 1) -> Path:
    """A 16-bit WAV file of a sine at half amplitude."""
    samples = array.array("h")
    for at in range(int(rate_hz * seconds)):
        samples.extend([round(16_384 * math.sin(2 * math.pi * hz * at / rate_hz))] * channels)
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, 2, rate_hz, 0, "NONE", ""))
        file.writeframes(samples.tobytes())
    return path
