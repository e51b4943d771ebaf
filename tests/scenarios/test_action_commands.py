"""Commands in a loop: refused with a reason, answered each, and not the whole journal (behaviour.md 7, 8)."""

from __future__ import annotations

import pytest
from words.builders import an_input, settings_of
from words.story import Story

from bridge.core import facts
from bridge.core.effects import Answer, DeleteJob, RunAction, RunLinkage

EQUIPPED = {
    "cameras": {"gate": {"snapshot": "http://127.0.0.1/a.jpg", "stream": "rtsp://127.0.0.1/main"}},
    "email": {"host": "mail.example.org", "sender": "a@example.org", "recipients": ["b@example.org"], "min_gap_s": 60},
    "ftp": {"host": "nas.example.org"},
    "recording": {"folder": "/mnt/sd"},
    "audio": {"folder": "/srv/sounds"},
}


def equipped():
    story = Story(settings_of(an_input("door", email=True, debounce_ms=0, quiet_s=0), **EQUIPPED))
    story.wait(10)
    story.forget()
    return story


def ask(story, kind, **fields):
    """Whether it runs; else the reason."""
    story.tell(facts.ActionRequested(kind=kind, origin=facts.Origin(by="mqtt", request=object()), **fields))
    faults = story.all(Answer)[-1].faults
    return faults[0].message if faults else True


@pytest.mark.parametrize("kind", ["snapshot", "ftp", "record", "audible"])
def test_an_action_in_a_loop_is_refused_with_a_reason_and_told(kind):
    story = equipped()
    assert {ask(story, kind) for _ in range(10)} == {True}
    assert ask(story, kind) == "more than 10 times in 10 s"
    assert len(story.all(RunAction)) == 10
    assert story.journal()[-1].kind == "refused"
    story.wait(10)
    assert ask(story, kind) is True


def test_a_sound_can_be_stopped_however_often_one_was_asked_for():
    story = equipped()
    for _ in range(20):
        ask(story, "audible")
    assert ask(story, "audible", stop=True) is True


def test_what_cannot_be_done_does_not_count():
    story = equipped()
    for _ in range(20):
        assert ask(story, "snapshot", input="nowhere") == "there is no input nowhere"
    assert ask(story, "snapshot", input="door") is True


def test_a_thousand_mails_by_command_neither_go_nor_keep_an_alarms_mail_from_going():
    story = equipped()
    asked = [ask(story, "email", text="hello") for _ in range(1000)]
    assert asked.count(True) == 20
    assert asked[-1] == "more than 20 mails by command, or 30 in all, an hour"
    story.connect("door")
    assert [linkage.channels for linkage in story.all(RunLinkage)] == [("email",)]
    story.wait(3600)
    assert ask(story, "email") is True


def test_a_mail_by_command_keeps_no_gap_to_an_alarms():
    story = equipped()
    story.connect("door")
    assert ask(story, "email", input="door") is True


def test_a_flood_of_refused_commands_is_answered_and_is_a_few_entries():
    story = equipped()
    for _ in range(600):
        story.tell(facts.CommandRejected(origin=facts.Origin(by="mqtt"), topic="d/output/siren/set", message="no JSON"))
        assert ask(story, "snapshot", input="nowhere") == "there is no input nowhere"
        story.wait(0.29)
    story.wait(60)
    refused = story.journal("refused")
    assert len(refused) == 2 * (20 + 3)
    assert len(story.all(Answer)) == 600
    repeated = [entry for entry in refused if entry.reason == "repeated"]
    assert {(entry.path, entry.cause, entry.error) for entry in repeated} == {
        ("d/output/siren/set", None, "no JSON"),
        (None, "snapshot", "there is no input nowhere"),
    }
    assert sum(entry.held_back or 1 for entry in refused) == 1200


def test_what_was_held_back_of_a_flood_is_said_before_the_end():
    story = equipped()
    for _ in range(30):
        ask(story, "snapshot", input="nowhere")
    story.tell(facts.StopBegun())
    assert [(entry.kind, entry.held_back) for entry in story.journal()[-2:]] == [("refused", 10), ("stop", None)]


def test_a_job_is_deleted_in_the_order_in_which_it_was_closed_also_while_the_program_stops():
    story = equipped()
    for _ in range(2):
        story.tell(facts.ActionEnded(kind="email", reason="sent", input="door"))
        effects = story.tell(facts.JobClosed(job="email-7-1"))
        assert effects == [DeleteJob(job="email-7-1")]
        assert story.journal()[-1].kind in ("email", "stop")
        story.tell(facts.StopBegun())
