"""A disk that is looked at on a thread of its own."""

from __future__ import annotations

from threading import Event

from words.waiting import until

from bridge.daemon.health_watch import Probe


async def test_a_disk_that_does_not_answer_is_in_trouble_and_is_asked_once():
    release, asked = Event(), []

    def look() -> str | None:
        asked.append(1)
        release.wait(10)
        return None

    probe = Probe("/mnt/card", look, answer_s=0.05)
    try:
        assert [await probe.look(), await probe.look()] == ["/mnt/card does not answer"] * 2
        assert len(asked) == 1
    finally:
        release.set()
    await until(lambda: probe._looking is None or probe._looking.done(), what="the answer")  # noqa: SLF001
    assert await probe.look() is None
