from __future__ import annotations

import array

import pytest

from bridge.actions.sound.wav import Volume, as_16_bit

SAMPLES = (0, 1, -1, 1000, -1000, 32767, -32768)


@pytest.mark.parametrize("bits", [8, 16, 24, 32])
def test_samples_of_every_width_become_the_same_16_bits(bits):
    if bits == 8:
        block = bytes((sample >> 8) + 128 for sample in SAMPLES)
        wanted = [sample >> 8 << 8 for sample in SAMPLES]
    else:
        block = b"".join((sample << (bits - 16)).to_bytes(bits // 8, "little", signed=True) for sample in SAMPLES)
        wanted = list(SAMPLES)
    assert array.array("h", as_16_bit(block, bits=bits)).tolist() == wanted


@pytest.mark.parametrize("percent", [0, 1, 50, 70, 99, 100])
def test_volume_scales_every_sample(percent):
    block = array.array("h", SAMPLES).tobytes()
    scaled = array.array("h", Volume(percent).applied(block)).tolist()
    assert scaled == [sample * percent // 100 for sample in SAMPLES]
