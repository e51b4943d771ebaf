"""Loudness: of tones whose level is known, and the contact that it makes."""

from __future__ import annotations

import array
import math

import pytest

from bridge.core.contact import Contact
from bridge.core.definitions.sound_lines import SoundSource
from bridge.lines.sound.loudness import RATE_HZ, SILENCE_DB, WINDOW_BYTES, LoudnessGate, level_db

ON, OFF = Contact.CONNECTED, Contact.DISCONNECTED


def tone(amplitude: float) -> bytes:
    """A window of a 1 kHz tone."""
    samples = (round(32_767 * amplitude * math.sin(2 * math.pi * 1000 * at / RATE_HZ)) for at in range(800))
    return array.array("h", samples).tobytes()


@pytest.mark.parametrize(("amplitude", "level"), [(1.0, -3.0), (0.1, -23.0), (0.01, -43.0)])
def test_a_tone_has_the_level_of_its_amplitude_less_three_decibels(amplitude, level):
    assert len(tone(amplitude)) == WINDOW_BYTES
    assert level_db(tone(amplitude)) == pytest.approx(level, abs=0.1)


def test_silence_has_a_level_too():
    assert level_db(bytes(WINDOW_BYTES)) == SILENCE_DB


def contacts(levels: list[float], **line: float) -> list[Contact | None]:
    gate = LoudnessGate(SoundSource(**line))  # type: ignore[arg-type]
    return [gate.feed(level) for level in levels]


def test_it_is_connected_once_it_was_loud_for_so_long_and_until_it_is_quiet():
    assert contacts([-60, -10, -10, -10, -60, -10, -60], level_db=-20, for_ms=100) == [
        OFF, None, ON, None, OFF, None, None,
    ]  # fmt: skip


def test_a_single_loud_window_is_enough_for_fifty_milliseconds_and_the_level_itself_is_loud():
    assert contacts([-20, -20.1], level_db=-20, for_ms=50) == [ON, OFF]


def test_after_a_reset_the_first_window_makes_a_contact_again():
    gate = LoudnessGate(SoundSource())
    assert [gate.feed(-60), gate.feed(-60)] == [OFF, None]
    gate.reset()
    assert gate.feed(-60) is OFF
