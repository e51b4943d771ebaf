"""A page that is not wanted, or cannot be, costs nothing and keeps nobody from anything."""

import socket
from contextlib import suppress
from pathlib import Path

import pytest
from programs.bridge import Bridge
from programs.page import PagedBridge
from programs.without import environment_without
from servers.process import free_port, wait_until
from words.builders import an_input, an_output

pytestmark = pytest.mark.e2e

PARTS = {"inputs": [an_input("door", outputs=["siren"])], "outputs": [an_output("siren")]}


def works(bridge):
    bridge.board("connect door")
    wait_until(lambda: bridge.contact("siren") == "connected", what="the siren")
    return True


def libraries(bridge):
    return Path(f"/proc/{bridge.process.pid}/maps").read_text()


def test_a_page_that_is_not_wanted_is_not_even_imported(tmp_path):
    with Bridge(tmp_path, 1, web={"enabled": False}, **PARTS) as bridge:
        assert works(bridge)
        assert "aiohttp" not in libraries(bridge)


def test_without_its_extra_there_is_one_line_in_the_log_and_everything_else(tmp_path, monkeypatch):
    for name, value in environment_without("aiohttp", tmp_path / "without").items():
        monkeypatch.setenv(name, value)
    with Bridge(tmp_path, 1, web={"enabled": True, "port": free_port()}, **PARTS) as bridge:
        assert works(bridge)
        wait_until(lambda: "no page: install alarm2mqtt[web]" in bridge.said(), what="the line in the log")
        assert "Traceback" not in bridge.said()


def test_a_port_that_is_taken_is_told_once_and_nothing_else_suffers(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with Bridge(tmp_path, 1, web={"port": taken.getsockname()[1]}, **PARTS) as bridge:
            assert works(bridge)
            wait_until(lambda: "cannot be opened" in bridge.said(), what="the line in the log")
            assert bridge.stop() == 0


def test_open_pages_do_not_hold_up_the_end(tmp_path):
    with PagedBridge(tmp_path, **PARTS) as bridge:
        streams = []
        for _ in range(5):
            stream = socket.create_connection(("127.0.0.1", bridge.port_of_page))
            stream.sendall(b"GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert stream.recv(100)
            streams.append(stream)
        assert bridge.stop(within_s=4) == 0
        for stream in streams:
            with suppress(OSError):
                stream.close()


def test_a_crowd_at_the_door_keeps_no_alarm_from_anything(tmp_path):
    with PagedBridge(tmp_path, **PARTS) as bridge:
        files = Path(f"/proc/{bridge.process.pid}/fd")
        crowd = [socket.create_connection(("127.0.0.1", bridge.port_of_page)) for _ in range(400)]
        wait_until(lambda: "too many connections to the page" in bridge.said(), what="the line in the log")
        assert works(bridge)
        assert len(list(files.iterdir())) < 300
        assert bridge.said().count("too many connections") == 1
        for each in crowd:
            each.close()
        wait_until(bridge.is_served, what="the page again")
