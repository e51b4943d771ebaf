"""The services of the System page and of the API, from the bridge's status."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bridge.core.status import BridgeStatus, BrokerStatus, QueueStatus, RecordingStatus, SoundStatus
from bridge.web.services import ServiceState, services

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def a_status(**parts: Any) -> BridgeStatus:
    broker = BrokerStatus(address="broker:1883", problem="connection refused")
    return BridgeStatus(version="1", started=NOON, broker=broker, rejected_commands=0, journal_unsent=0, **parts)


def test_a_service_that_is_not_configured_is_none():
    assert services(a_status()) == {
        "broker": ServiceState(problem="connection refused", facts={"Broker": "broker:1883"}),
        "email": None,
        "ftp": None,
        "card": None,
        "store": ServiceState(problem=None, facts={"Journal entries not sent yet": "0"}),
        "audio": None,
    }


def test_a_queue_shows_its_server_what_waits_and_its_last_success():
    queue = QueueStatus(server="mail:587", queued=2, last_ok=NOON, last_error="535 wrong password")
    assert services(a_status(queues={"email": queue}))["email"] == ServiceState(
        problem="535 wrong password",
        facts={"Server": "mail:587", "Waiting": "2", "Last success": "2026-11-23 12:00:00"},
    )


def test_a_queue_without_a_success_yet_shows_none():
    queue = QueueStatus(server="ftp:21", queued=0, last_ok=None, last_error=None)
    assert services(a_status(queues={"ftp": queue}))["ftp"] == ServiceState(
        problem=None, facts={"Server": "ftp:21", "Waiting": "0"}
    )


def test_the_card_shows_its_space_and_its_clips_as_far_as_they_are_known():
    card = RecordingStatus(problem="missing", free_mb=None, clips=0, last_clip=None)
    assert services(a_status(recording=card))["card"] == ServiceState(problem="missing", facts={"Clips": "0"})
    card = RecordingStatus(problem=None, free_mb=900, clips=3, last_clip="a.mp4")
    assert services(a_status(recording=card))["card"] == ServiceState(
        problem=None, facts={"Clips": "3", "Free": "900 MB", "Last clip": "a.mp4"}
    )


def test_the_loudspeaker_plays_or_is_silent():
    for playing, word in ((True, "plays"), (False, "silent")):
        sound = services(a_status(sound=SoundStatus(playing=playing)))["audio"]
        assert sound == ServiceState(problem=None, facts={"Sound": word})


def test_the_stores_problem_is_shown():
    assert services(a_status(problems={"store": "the disk is full"}))["store"] == ServiceState(
        problem="the disk is full", facts={"Journal entries not sent yet": "0"}
    )
