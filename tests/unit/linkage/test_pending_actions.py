"""Actions that a kill cut short are reported at the next start, each once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bridge.core.facts import ActionEnded, Now
from bridge.linkage.pending_actions import CUT_SHORT, PendingActions
from bridge.store.outbox import Outbox
from bridge.store.outbox_pictures import Pictures
from bridge.store.writer.handover import Handover
from bridge.store.writer.memory import Memory

NOW = Now(monotonic=1.0, local=datetime(2026, 11, 1, 12, tzinfo=UTC))


@pytest.fixture
def outbox() -> Outbox:
    return Outbox(Handover(Memory()), Pictures(Path("/nonexistent")))


def a_run(outbox: Outbox) -> tuple[PendingActions, list[ActionEnded]]:
    told: list[ActionEnded] = []
    return PendingActions(outbox=outbox, now=lambda: NOW, report=told.append), told


@pytest.mark.parametrize("kind", CUT_SHORT)
def test_an_action_without_an_outcome_is_reported_at_the_next_start_and_then_forgotten(outbox: Outbox, kind: str):
    a_run(outbox)[0].begin(kind, seq=7, input="door", by="mqtt")
    for reported in ([ActionEnded(kind=kind, reason="failed", input="door", by="mqtt", error=CUT_SHORT[kind])], []):
        pending, told = a_run(outbox)
        pending.report_cut_short()
        assert told == reported
    assert outbox.jobs() == ()


def test_an_action_that_has_ended_is_not_reported_again(outbox: Outbox):
    before, _ = a_run(outbox)
    before.end(before.begin("snapshot", seq=7, input="door"))
    pending, told = a_run(outbox)
    pending.report_cut_short()
    assert told == []


def test_an_action_of_this_run_is_not_cut_short(outbox: Outbox):
    pending, told = a_run(outbox)
    pending.begin("snapshot", seq=7, input="door")
    pending.report_cut_short()
    assert told == []
    assert len(outbox.jobs()) == 1


def test_jobs_of_mail_and_upload_are_left_to_their_queues(outbox: Outbox):
    pending, told = a_run(outbox)
    pending.begin("snapshot", seq=7, input="door")
    mail = replace(outbox.jobs()[0], id="email-7-1", kind="email")
    outbox.put(mail)
    later, told = a_run(outbox)
    later.report_cut_short()
    assert outbox.jobs() == (mail,)
    assert len(told) == 1


def test_a_row_that_cannot_be_read_is_reported_without_its_input(outbox: Outbox):
    pending, _ = a_run(outbox)
    pending.begin("clip", seq=7, input="door")
    outbox.put(replace(outbox.jobs()[0], body="{"))
    later, told = a_run(outbox)
    later.report_cut_short()
    assert [(each.kind, each.input) for each in told] == [("clip", None)]
