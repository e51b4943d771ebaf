"""What settings need of the machine that is not there."""

from __future__ import annotations

import wave
from typing import Any

import pytest
from words.builders import an_input, settings_of

from bridge.settings.checks.lint_machine import machine_findings

GATE = {"gate": {"snapshot": "http://cam/a.jpg", "stream": "rtsp://cam/main"}}


def found(*inputs: dict[str, Any], missing: tuple[str, ...] = (), **settings: Any) -> list[tuple[Any, ...]]:
    return [
        (*finding.loc, finding.message, finding.allowed)
        for finding in machine_findings(
            settings_of(*inputs, **{"web": {"enabled": False}, **settings}),
            has_module=lambda name: name not in missing,
            has_program=lambda name: name not in missing,
        )
    ]


@pytest.mark.parametrize(
    ("settings", "missing", "told"),
    [
        ({"web": {"enabled": True}}, "aiohttp", ("web", "needs the package aiohttp", "install alarm2mqtt[web]")),
        ({"cameras": GATE}, "av", ("cameras", "gate", "stream", "needs the package av", "install alarm2mqtt[media]")),
        (
            {"cameras": {"gate": {"snapshot": "v4l2:/dev/video0"}}},
            "av",
            ("cameras", "gate", "snapshot", "needs the package av", "install alarm2mqtt[media]"),
        ),
        ({"recording": {"folder": "/x"}}, "av", ("recording", "needs the package av", "install alarm2mqtt[media]")),
        ({"audio": {"folder": "/x"}}, "aplay", ("audio", "needs the program aplay", "install the package alsa-utils")),
    ],
)
def test_what_is_needed_and_not_installed_is_told_where_it_is_needed(settings, missing, told):
    assert found(missing=(missing,), **settings) == [told]
    assert found(**settings) == []


def test_a_microphone_needs_its_program():
    ears = [{"id": each, "line": {"kind": "sound"}, "linkage": {}} for each in ("glass", "dog")]
    told = ("inputs", 0, "line", "needs the program arecord", "install the package alsa-utils")
    assert found(*ears, missing=("arecord",)) == [told]
    assert found(*ears) == []


def test_what_nothing_needs_may_be_missing():
    assert found(missing=("aiohttp", "av", "aplay", "arecord")) == []
    # Pictures over HTTP need no package.
    by_http = {"gate": {"snapshot": "https://gate/1.jpg"}}
    assert found(missing=("aiohttp", "av", "aplay", "arecord"), cameras=by_http) == []


def test_a_certificate_that_cannot_be_read_is_told_where_it_is_named(tmp_path):
    there, away = tmp_path / "there.pem", tmp_path / "away.pem"
    there.touch()
    told = found(
        mqtt={"tls": {"ca_file": str(away), "cert_file": str(there), "key_file": str(tmp_path / "no" / "key")}},
        ftp={"host": "nas", "ca_file": str(away)},
        cameras={"gate": {"snapshot": "https://cam/a.jpg", "ca_file": str(there)}},
    )
    missing = "cannot be read: No such file or directory"
    assert told == [
        ("mqtt", "tls", "ca_file", f"{away} {missing}", None),
        ("mqtt", "tls", "key_file", f"{tmp_path / 'no' / 'key'} {missing}", None),
        ("ftp", "ca_file", f"{away} {missing}", None),
    ]


def test_a_clip_that_is_missing_or_cannot_be_played_is_told_once_where_it_is_named(tmp_path):
    with wave.open(str(tmp_path / "dog.wav"), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(1600))
    (tmp_path / "song.wav").write_bytes(b"ID3\x04 an mp3" * 100)
    told = found(
        an_input("door", audible={"clips": ["dog.wav", "cat.wav", "song.wav"]}),
        an_input("gate", audible={"clips": ["cat.wav"]}),
        audio={"folder": str(tmp_path)},
    )
    place = ("inputs", 0, "linkage", "audible", "clips")
    wav = f"a WAV file in {tmp_path}"
    assert told == [
        (*place, 1, "sound clip cat.wav does not exist", wav),
        (*place, 2, "sound clip song.wav is not a WAV file", wav),
    ]
