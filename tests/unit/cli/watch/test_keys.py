"""Single keys of a real pseudo terminal."""

from __future__ import annotations

import os
import termios
from collections.abc import Iterator

import pytest
from words.waiting import until

from bridge.cli.watch.keys import Keys


@pytest.fixture
def hand(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Where keys are pressed; standard input is the other side."""
    ours, theirs = os.openpty()
    with os.fdopen(theirs, "r") as terminal:
        monkeypatch.setattr("sys.stdin", terminal)
        yield ours
    os.close(ours)


def is_echoed(hand: int) -> bool:
    return bool(termios.tcgetattr(hand)[3] & termios.ECHO)


async def test_a_key_counts_without_the_enter_key_and_is_not_echoed_meanwhile(hand):
    pressed = []
    with Keys(pressed.append):
        assert not is_echoed(hand)
        os.write(hand, "qä".encode())
        await until(lambda: len(pressed) == 2)
    assert pressed == ["q", "ä"]
    assert is_echoed(hand)


async def test_the_terminal_can_be_given_back_and_taken_again(hand):
    pressed = []
    keys = Keys(pressed.append)
    for key in "ab":
        with keys:
            os.write(hand, key.encode())
            await until(lambda: pressed[-1:] == [key])  # noqa: B023 - now
    assert is_echoed(hand)


async def test_an_input_that_is_no_terminal_has_no_keys(monkeypatch):
    reading, writing = os.pipe()
    with os.fdopen(reading, "r") as pipe:
        monkeypatch.setattr("sys.stdin", pipe)
        os.write(writing, b"q")
        with Keys(pytest.fail):
            pass
    os.close(writing)
