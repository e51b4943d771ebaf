"""The guard's sockets: who is heard, who is answered."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from threading import Thread

from servers.process import wait_until

from bridge.guard.sockets import HealthSocket, NotifySocket, ask
from bridge.runtime.systemd import ServiceManager


def test_the_daemon_is_heard_by_its_own_words():
    with closing(NotifySocket()) as ear:
        ServiceManager({"NOTIFY_SOCKET": ear.address}).notify("READY=1", "STATUS=up")
        assert list(ear.messages(os.getpid())) == ["READY=1\nSTATUS=up"]
        assert list(ear.messages(os.getpid())) == []


def test_another_process_cannot_keep_a_dead_daemon_alive():
    say = "from bridge.runtime.systemd import ServiceManager; ServiceManager().notify('WATCHDOG=1')"
    with closing(NotifySocket()) as ear:
        subprocess.run([sys.executable, "-c", say], env={**os.environ, "NOTIFY_SOCKET": ear.address}, check=True)
        assert list(ear.messages(os.getpid())) == []


def test_each_ear_has_an_address_of_its_own():
    with closing(NotifySocket()) as one, closing(NotifySocket()) as other:
        assert one.address != other.address


def answered(door, *, well, words):
    heard = []
    asking = Thread(target=lambda: heard.append(ask()))
    asking.start()

    def answer():
        door.answer(well=well, words=words)
        return heard

    wait_until(answer, what="the answer")
    asking.join(5)
    return heard[0]


def test_who_asks_for_health_is_told_and_in_words_as_well():
    with closing(HealthSocket()) as door:
        assert answered(door, well=True, words="2 inputs") == (True, "2 inputs")
        assert answered(door, well=False, words="no sign of life: 12 s") == (False, "no sign of life: 12 s")


def test_without_a_guard_nobody_is_well():
    well, words = ask()
    assert not well
    assert words.startswith("no guard answers")


def test_a_second_guard_goes_on_without_answering(caplog):
    with closing(HealthSocket()), closing(HealthSocket()) as second:
        assert not second.is_open
    assert "another guard, which has the socket" in caplog.text
