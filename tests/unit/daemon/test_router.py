"""Every effect has a taker, and takers get it in the order of the table."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, get_args

import pytest

from bridge.core import effects as do
from bridge.core.contact import Level
from bridge.core.facts import Origin
from bridge.core.journal import JournalEntry
from bridge.daemon.router import LONGEST_STORING_S, TAKES, Router, answer_future, line_receiver


def entry() -> JournalEntry:
    return object.__new__(JournalEntry)


@pytest.mark.parametrize("kind", get_args(do.Effect), ids=lambda kind: kind.__name__)
def test_every_effect_has_a_taker(kind: type[Any]):
    assert any(kind in kinds for kinds in TAKES.values())


def test_the_table_has_nothing_but_effects():
    assert {kind for kinds in TAKES.values() for kind in kinds} == set(get_args(do.Effect))


async def handed_over(router: Router, *effects: do.Effect) -> None:
    router.perform(effects)
    await asyncio.sleep(0)


async def test_the_store_has_an_entry_before_mqtt_announces_it_whichever_is_connected_first():
    router, order = Router(), []
    for taker in ("page", "log", "mqtt", "store"):
        router.connect(taker, lambda _, taker=taker: order.append(taker))
    await handed_over(router, entry())
    assert order == ["store", "mqtt", "log", "page"]


async def test_a_line_is_driven_and_a_state_published_before_an_entry_that_came_earlier():
    router, order = Router(), []
    router.connect("store", lambda _: order.append("entry"))
    router.connect("mqtt", lambda effect: order.append(type(effect).__name__))
    router.connect("lines", lambda _: order.append("line"))
    router.perform([entry(), object.__new__(do.PublishInput), do.DriveLine(terminal="siren", level=Level.HIGH)])
    assert order == ["line", "PublishInput"]
    await asyncio.sleep(0)
    assert order == ["line", "PublishInput", "entry", "JournalEntry"]


async def test_what_comes_at_once_is_given_before_the_step_is_over_and_the_rest_goes_out_after_it_together():
    router, order = Router(), []
    router.connect("store", lambda _: order.append("entry"))
    router.connect("lines", lambda _: order.append("line"))
    # As a session does: a message of this turn is sent at the end of it, or with what comes before that.
    send = asyncio.get_running_loop().call_soon
    router.connect("mqtt", lambda _: send(order.append, "sent"))
    router.at_once(do.DriveLine(terminal="siren", level=Level.HIGH))
    router.at_once(do.PublishTripped(input="door", tripped=True))
    assert order == ["line"]
    router.perform([entry()])
    assert order == ["line"]
    await asyncio.sleep(0)
    assert order == ["line", "entry", "sent"]


async def test_a_taker_that_fails_keeps_no_other_from_its_effect(caplog: pytest.LogCaptureFixture):
    router, kept = Router(), []
    router.connect("store", lambda _: 1 / 0)
    router.connect("mqtt", kept.append)
    await handed_over(router, entry())
    assert len(kept) == 1
    assert "JournalEntry could not be handed over" in caplog.text


async def test_an_effect_without_a_connected_taker_is_dropped_and_the_next_one_handed_over():
    router, driven = Router(), []
    router.connect("lines", driven.append)
    drive = do.DriveLine(terminal="siren", level=Level.LOW)
    await handed_over(router, do.SilenceSound(), drive)
    assert driven == [drive]


def test_a_taker_that_is_not_in_the_table_cannot_be_connected():
    with pytest.raises(KeyError):
        Router().connect("never-heard-of", print)


def test_each_line_effect_is_one_call_of_the_driver():
    calls = []

    class Lines:
        def __getattr__(self, name):
            return lambda *arguments, **named: calls.append((name, *arguments, *named.values()))

    perform = line_receiver(Lines())
    perform(do.DriveLine(terminal="siren", level=Level.HIGH, until=60.0))
    perform(do.RequestOutput(settings="output", level=Level.LOW))
    perform(do.RequestInput(settings="input"))
    perform(do.ReleaseLine(terminal="door"))
    assert calls == [
        ("drive", "siren", Level.HIGH, 60.0),
        ("request_output", "output", Level.LOW),
        ("request_input", "input"),
        ("release", "door"),
    ]


async def test_an_answer_resolves_the_future_that_waits_for_it_and_only_once():
    waiting: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    answer = do.Answer(origin=Origin(by="page", request=waiting))
    answer_future(answer)
    answer_future(answer)
    assert await waiting == ()


async def test_the_effects_that_follow_one_another_are_one_commit():
    router, order = Router(), []

    @contextmanager
    def one_commit() -> Iterator[None]:
        order.append("begin")
        yield
        order.append("commit")

    router.commit_together(one_commit)
    router.connect("store", lambda _: order.append("entry"))
    router.connect("linkage", lambda _: order.append("job"))
    await handed_over(router, entry(), object.__new__(do.RunLinkage))
    assert order == ["begin", "entry", "job", "commit"]


async def test_an_answer_after_the_store_waits_until_the_store_calls():
    router, answered, stored = Router(), [], []
    router.connect("mqtt", answered.append)
    router.hold_answers(stored.append)
    at_once, held = do.Answer(origin=Origin(by="mqtt")), do.Answer(origin=Origin(by="mqtt"), after_store=True)
    await handed_over(router, held, at_once)
    assert answered == [at_once]
    (call,) = stored
    call()
    call()
    assert answered == [at_once, held]


async def test_an_answer_waits_no_longer_than_its_limit_for_a_disk_that_hangs():
    loop = asyncio.get_running_loop()
    router, answered = Router(), loop.create_future()
    router.connect("mqtt", answered.set_result)
    router.hold_answers([].append)
    since = loop.time()
    await handed_over(router, do.Answer(origin=Origin(by="mqtt"), after_store=True))
    await answered
    assert loop.time() - since >= LONGEST_STORING_S
