"""One login to a broker of either version, against a broker that answers CONNECT and nothing else."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest
from words.builders import settings_of
from words.waiting import until

from bridge.errors import BrokerError
from bridge.mqtt.connection.connect import connect
from bridge.mqtt.connection.protocol_version import Version, VersionChoice
from bridge.mqtt.connection.reconnect import EndReason
from bridge.mqtt.connection.session import Session
from bridge.mqtt.connection.session_types import Ended

ACCEPTED = {4: b"\x20\x02\x00\x00", 5: b"\x20\x03\x00\x00\x00"}
TOO_NEW = b"\x20\x02\x00\x01"
WRONG_PASSWORD = {4: b"\x20\x02\x00\x04", 5: b"\x20\x03\x00\x86\x00"}
HANGS_UP = b""


class Broker:
    def __init__(self, answers):
        self.answers = answers
        self.hellos = []
        self.left = asyncio.Event()

    @property
    def versions(self):
        return [hello[hello.index(b"MQTT") + 4] for hello in self.hellos]

    async def serve(self, reader, writer):
        self.hellos.append(await reader.read(4096))
        answer = self.answers[self.versions[-1]]
        if answer is not None:
            writer.write(answer)
        if answer in ACCEPTED.values() or answer is None:
            await reader.read()
            self.left.set()
        writer.close()


@asynccontextmanager
async def broker(answers, **mqtt):
    it = Broker(answers)
    async with await asyncio.start_server(it.serve, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        yield it, settings_of(mqtt={"host": host, "port": port, **mqtt})


def log_in(settings, **options):
    return connect(settings, client_id="me", receive=lambda _: None, **options)


@pytest.mark.parametrize("refusal", [TOO_NEW, HANGS_UP], ids=["refuses", "hangs up"])
async def test_a_broker_of_before_mqtt_5_is_spoken_to_in_3_1_1_and_that_is_remembered(refusal):
    async with broker({5: refusal, 4: ACCEPTED[4]}) as (old, settings):
        versions = VersionChoice()
        for _ in range(2):
            session = await log_in(settings, versions=versions)
            assert isinstance(session, Session)
            assert session.version is Version.V311
            await session.close()
        assert old.versions == [5, 4, 4]


async def test_a_broker_that_knows_5_is_asked_once():
    async with broker(ACCEPTED) as (new, settings):
        session = await log_in(settings)
        assert isinstance(session, Session)
        assert session.version is Version.V5
        await session.close()
        assert new.versions == [5]


async def test_a_broker_that_understands_neither_is_asked_for_each_once():
    async with broker({5: TOO_NEW, 4: TOO_NEW}) as (odd, settings):
        ended = await log_in(settings)
        assert isinstance(ended, Ended)
        assert ended.how is EndReason.TOO_NEW
        assert odd.versions == [5, 4]


async def test_a_wrong_password_is_not_tried_again_in_3_1_1():
    async with broker(WRONG_PASSWORD) as (strict, settings):
        ended = await log_in(settings)
        assert isinstance(ended, Ended)
        assert ended.how is EndReason.DENIED
        assert strict.versions == [5]


async def test_a_login_that_is_cancelled_leaves_no_connection():
    async with broker({5: None}) as (silent, settings):
        task = asyncio.create_task(log_in(settings))
        await until(lambda: silent.hellos)
        async with asyncio.timeout(5):
            task.cancel()
            await silent.left.wait()


async def test_a_password_file_is_read_for_each_login(tmp_path):
    file = tmp_path / "password"
    async with broker(ACCEPTED, username="me", password_file=str(file)) as (seen, settings):
        for password in ("first", "second"):
            file.write_text(f"{password}\n")
            session = await log_in(settings)
            await session.close()
        assert [hello.endswith(word) for hello, word in zip(seen.hellos, (b"first", b"second"), strict=True)] == [
            True,
            True,
        ]
        file.unlink()
        with pytest.raises(BrokerError, match=r"password_file .*: No such file or directory"):
            await log_in(settings)


@pytest.mark.parametrize("key", ["client_id", "username", "password"])
async def test_a_text_that_no_packet_can_hold_is_refused_in_words(key):
    async with broker(ACCEPTED, **{"username": "me", key: "\u00e9" * 40_000}) as (_, settings):
        with pytest.raises(BrokerError, match=f"mqtt.{key} is longer than the 65535 bytes"):
            await connect(settings, client_id=settings.mqtt.client_id or "me", receive=lambda _: None)
