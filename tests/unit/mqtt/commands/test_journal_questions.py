"""Questions for past entries: what an answer holds, and what is refused."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from fakes.journal_source import MemoryJournal
from fakes.mqtt_bridge import D, an_entry
from programs.mqtt_client import until

from bridge.core.facts import Origin
from bridge.errors import CommandRefused
from bridge.mqtt import payloads
from bridge.mqtt.commands.answers import Request
from bridge.mqtt.commands.journal_questions import LARGEST, MOST_WAITING, PATIENCE_S, JournalQuestions, entries_answer
from bridge.mqtt.topics import CommandKind, CommandTopic, Topics

TOPICS = Topics(base="alarm2mqtt", device_id="front-gate", prefix="homeassistant")
ASKED = CommandTopic(kind=CommandKind.JOURNAL_GET)


class Desk:
    def __init__(self, *entries):
        self.journal = MemoryJournal(*entries)
        self.sent, self.refused = [], []
        self.questions = JournalQuestions(
            source=self.journal,
            topics=lambda: TOPICS,
            send=self.sent.append,
            refuse=lambda origin, fault: self.refused.append((origin.request.id, fault.message)),
        )

    def ask(self, command_id="q1", reply_to=TOPICS.response, correlation=None, **fields):
        request = Request(topic=f"{D}/journal/get", id=command_id, reply_to=reply_to, correlation=correlation)
        self.questions(ASKED, fields, Origin(by="mqtt", request=request))

    @asynccontextmanager
    async def open(self):
        task = asyncio.create_task(self.questions.run())
        try:
            yield
            assert not task.done(), task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def answered(self, **fields):
        async with self.open():
            self.ask(**fields)
            await until(lambda: self.sent)
        return json.loads(self.sent.pop().payload)


def entries(count):
    return [an_entry(seq) for seq in range(1, count + 1)]


@pytest.mark.parametrize(
    ("asked", "seqs", "more"),
    [
        ({}, range(151, 251), False),
        ({"limit": 3}, [248, 249, 250], False),
        ({"after": 0}, range(1, 101), True),
        ({"after": 247}, [248, 249, 250], False),
        ({"after": 247.0, "limit": 3}, [248, 249, 250], False),
        ({"after": 246, "limit": 3}, [247, 248, 249], True),
        ({"after": 250}, [], False),
        ({"after": 9999}, [], False),
        ({"kinds": ["fault"]}, [], False),
        ({"kinds": ["alarm_begin", "fault"], "limit": 1}, [250], False),
    ],
)
async def test_past_entries_come_oldest_first_and_say_whether_there_are_more(asked, seqs, more):
    answer = await Desk(*entries(250)).answered(**asked)
    assert [entry["seq"] for entry in answer["entries"]] == list(seqs)
    assert (answer["id"], answer["ok"], answer["more"]) == ("q1", True, more)


async def test_an_entry_is_as_on_the_journals_own_topic():
    answer = await Desk(an_entry(1)).answered()
    assert answer["entries"] == [json.loads(payloads.journal(an_entry(1), replayed=True))]


def test_an_answer_is_never_larger_than_64_kb_and_asking_on_brings_every_entry_once():
    found = [replace(an_entry(seq), error="ü" * 500) for seq in range(1, 301)]
    seen = []
    while True:
        content = entries_answer("q" * 64, [entry for entry in found if entry.seq > len(seen)], 1000)
        assert len(content) <= LARGEST
        answer = json.loads(content)
        seen += [entry["seq"] for entry in answer["entries"]]
        if not answer["more"]:
            break
    assert seen == list(range(1, 301))


def test_an_entry_that_is_too_large_by_itself_still_comes():
    answer = json.loads(entries_answer(None, [replace(an_entry(1), error="x" * LARGEST), an_entry(2)], 100))
    assert ([entry["seq"] for entry in answer["entries"]], answer["more"]) == ([1], True)


async def test_the_answer_goes_to_its_own_topic_or_to_the_response_topic_with_its_correlation():
    desk = Desk(an_entry(1))
    async with desk.open():
        desk.ask()
        desk.ask(reply_to="mine/answers", correlation=b"42")
        await until(lambda: len(desk.sent) == 2)
    assert [(one.topic, one.correlation, one.retained) for one in desk.sent] == [
        (f"{D}/journal/entries", None, False),
        ("mine/answers", b"42", False),
    ]


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        ({"after": -1}, "after"),
        ({"after": "7"}, "after"),
        ({"after": 1.5}, "after"),
        ({"after": True}, "after"),
        ({"limit": 0}, "limit"),
        ({"limit": 1001}, "limit"),
        ({"limit": None}, "limit"),
        ({"kinds": "alarm_begin"}, "kinds"),
        ({"kinds": []}, "kinds"),
        ({"kinds": ["alarm_begin", "siren"]}, "kinds.1"),
        ({"kinds": [["alarm_begin"]]}, "kinds.0"),
        ({"since": 3}, "since"),
    ],
)
def test_a_question_that_is_not_what_the_table_says_is_refused_with_its_place(asked, path):
    with pytest.raises(CommandRefused) as refused:
        Desk().ask(**asked)
    assert refused.value.path == path


async def test_so_many_questions_wait_and_one_more_is_refused():
    desk = Desk(an_entry(1))
    for _ in range(MOST_WAITING):
        desk.ask()
    with pytest.raises(CommandRefused, match="ask again"):
        desk.ask()
    async with desk.open():
        await until(lambda: len(desk.sent) == MOST_WAITING)


@pytest.mark.virtual_time
async def test_a_disk_that_hangs_is_said_in_time_and_not_read_again_before_it_answers():
    desk, answers = Desk(an_entry(1)), asyncio.Event()
    desk.journal.disk = answers.wait
    async with desk.open():
        for number in range(3):
            desk.ask(f"q{number}")
        await asyncio.sleep(PATIENCE_S + 1)
        assert desk.refused == [
            ("q0", "the disk with the journal did not answer within 10 s"),
            ("q1", "the disk with the journal does not answer"),
            ("q2", "the disk with the journal does not answer"),
        ]
        answers.set()
        await asyncio.sleep(1)
        desk.ask("q3")
        await asyncio.sleep(1)
    assert [json.loads(one.payload)["id"] for one in desk.sent] == ["q3"]


async def test_a_fault_inside_is_answered_and_the_next_question_too():
    desk = Desk(an_entry(1))

    async def fault():
        desk.journal.disk = lambda: asyncio.sleep(0)
        raise ZeroDivisionError

    desk.journal.disk = fault
    async with desk.open():
        desk.ask("q0")
        desk.ask("q1")
        await until(lambda: desk.sent)
    assert desk.refused == [("q0", "fault inside: ZeroDivisionError")]


async def test_questions_of_a_session_that_ended_are_not_answered_on_the_next():
    desk = Desk(an_entry(1))
    async with desk.open():
        await asyncio.sleep(0)  # it waits for questions
        desk.ask("q1")
    async with desk.open():
        desk.ask("q2")
        await until(lambda: desk.sent)
    assert [json.loads(one.payload)["id"] for one in desk.sent] == ["q2"]
