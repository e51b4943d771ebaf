"""What systemd is told, and how adapters are kept alive."""

from __future__ import annotations

import asyncio
import socket

import pytest

from bridge.runtime.supervise import kept_alive, signs_of_life
from bridge.runtime.systemd import ServiceManager
from bridge.system.backoff import Backoff


@pytest.fixture
def manager_socket(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(2)
        yield listening


def test_states_reach_the_manager(manager_socket):
    ServiceManager({"NOTIFY_SOCKET": manager_socket.getsockname()}).notify("READY=1", "STATUS=2 inputs")
    assert manager_socket.recv(100) == b"READY=1\nSTATUS=2 inputs"


def test_without_a_manager_nothing_is_sent_or_waited_for():
    manager = ServiceManager({})
    manager.notify("READY=1")
    assert manager.watchdog_s is None


def test_a_manager_that_is_gone_is_only_logged(tmp_path, caplog):
    ServiceManager({"NOTIFY_SOCKET": str(tmp_path / "nobody")}).notify("READY=1")
    assert "cannot be notified of READY=1" in caplog.text


def test_a_watchdog_for_another_process_is_not_ours():
    assert ServiceManager({"WATCHDOG_USEC": "1000000", "WATCHDOG_PID": "1"}).watchdog_s is None


@pytest.mark.virtual_time
async def test_the_watchdog_hears_us_at_half_its_patience(manager_socket):
    environ = {"NOTIFY_SOCKET": manager_socket.getsockname(), "WATCHDOG_USEC": "40000000"}
    task = asyncio.create_task(signs_of_life(ServiceManager(environ)))
    await asyncio.sleep(50)
    task.cancel()
    manager_socket.setblocking(False)
    assert [manager_socket.recv(100) for _ in range(3)] == [b"WATCHDOG=1"] * 3
    with pytest.raises(BlockingIOError):
        manager_socket.recv(100)


async def test_what_fails_is_logged_and_begun_again(caplog):
    runs = []

    async def fragile():
        runs.append(1)
        if len(runs) < 3:
            message = "broken"
            raise RuntimeError(message)

    await kept_alive("the part", fragile, restarts=Backoff(first_s=0.001, longest_s=60.0))
    assert len(runs) == 3
    assert caplog.text.count("the part failed") == 2
