"""The boot hold: nothing begins until it is known how things stand."""

from __future__ import annotations

from types import SimpleNamespace

from bridge.core.boot_hold import LONGEST_SETTLING_S, BootHold

READ, UNREAD = SimpleNamespace(known=True), SimpleNamespace(known=False)


def a_hold(grace=5.0, *, restored=True):
    hold = BootHold()
    hold.begin(100.0, grace)
    if restored:
        hold.restored()
    return hold


def test_it_ends_with_the_grace_when_every_input_was_read():
    hold = a_hold()
    assert hold.due(100.0) == 105.0
    assert not hold.ends([READ], 104.9)
    assert hold.ends([READ], 105.0)
    assert hold.over
    assert hold.due(105.0) is None


def test_it_ends_once():
    hold = a_hold()
    assert hold.ends([], 105.0)
    assert not hold.ends([], 106.0)


def test_an_unread_input_holds_for_the_longest_debounce_and_no_longer():
    hold = a_hold()
    assert not hold.ends([READ, UNREAD], 105.0)
    assert hold.due(105.0) == 105.0 + LONGEST_SETTLING_S
    assert hold.ends([READ, UNREAD], 105.0 + LONGEST_SETTLING_S)


def test_it_never_ends_before_the_stored_state_is_known():
    hold = a_hold(restored=False)
    assert hold.due(100.0) is None
    assert not hold.ends([READ], 1000.0)
    hold.restored()
    assert hold.ends([READ], 1000.0)


def test_without_grace_it_ends_with_the_first_step():
    assert a_hold(0.0).ends([READ], 100.0)
