"""The tables of what comes in kinds: each row of each has all that belongs to it."""

from __future__ import annotations

import dataclasses
import importlib
from typing import Any

import pytest
from words.builders import settings_of
from words.descriptions import components

from bridge.core.definitions.actions import ACTIONS
from bridge.core.definitions.channels import CHANNELS, Channel, is_on, server_of
from bridge.core.definitions.inputs import LinkageSettings
from bridge.core.definitions.lines import SINKS, SOURCES
from bridge.core.definitions.settings import Settings
from bridge.core.facts import Origin
from bridge.core.journal import KINDS as JOURNAL_KINDS
from bridge.lines.drivers import DRIVERS, SIMULATED, key_of_kind
from bridge.linkage.delivery.sender_of import sender_of
from bridge.mqtt.commands.action_payload import action_requested
from bridge.settings.json_schema import schema
from bridge.text.journal_words import words_of
from bridge.web.pages.system_page import SERVICES

SECTIONS: dict[str, dict[str, Any]] = {
    "email": {"host": "mail.example.org", "sender": "a@example.org", "recipients": ["b@example.org"]},
    "ftp": {"host": "ftp.example.org"},
}
"""The least that each channel's section has to say; a new channel adds its own."""

channels = pytest.mark.parametrize("channel", CHANNELS, ids=lambda channel: channel.key)


def everything() -> Settings:
    cameras = {"gate": {"snapshot": "http://127.0.0.1/a.jpg"}}
    return settings_of({"id": "door", "linkage": {}}, cameras=cameras, **SECTIONS)


def test_no_two_channels_share_a_key():
    assert len({channel.key for channel in CHANNELS}) == len(CHANNELS)


@channels
def test_a_channel_has_a_section_with_a_server_and_a_switch_of_inputs(channel: Channel):
    server = server_of(everything(), channel)
    assert server is not None
    assert (bool(server.host), 0 < server.port < 65_536) == (True, True)
    assert is_on(LinkageSettings(), channel) is False
    assert server_of(settings_of(), channel) is None


@channels
def test_a_channel_has_a_sender_of_its_own_key_and_what_it_preloads_can_be_imported(channel: Channel):
    sender = sender_of(channel)
    assert sender.kind == channel.key
    assert sender.done
    for module in sender.preload:
        importlib.import_module(module)


@channels
def test_a_channel_has_a_schema_with_its_switch(channel: Channel):
    whole = schema()
    assert channel.key in whole["properties"]
    assert channel.key in whole["$defs"]["LinkageSettings"]["properties"]


@channels
def test_a_channel_has_words_wherever_a_person_reads_of_it(channel: Channel):
    assert all(dataclasses.astuple(channel.words))
    assert channel.key in JOURNAL_KINDS
    words = words_of(channel.key)
    assert (words.title, words.line) == (channel.words.label, channel.words.noun)
    assert [service[1] for service in SERVICES if service[0] == channel.key] == [channel.words.service]


@channels
def test_a_channel_has_its_entities(channel: Channel):
    key = channel.key
    assert {f"{key}_queue", f"{key}_error", f"test_{key}", f"door_{key}"} <= components(everything()).keys()


@channels
def test_a_channel_is_an_action_over_mqtt_and_http(channel: Channel):
    fields = {"input": "door", "text": "hello"}
    taken = {name: fields[name] for name in channel.fields}
    request = action_requested(channel.key, taken, Origin(by="mqtt"))
    assert (request.kind, request.input, request.text) == (channel.key, "door", taken.get("text"))
    assert channel.key in {action.kind for action in ACTIONS}


def test_every_kind_of_line_has_a_driver_and_every_driver_but_the_boards_a_kind():
    assert {key_of_kind(kind) for kind in SOURCES.keys() | SINKS.keys()} == DRIVERS.keys() - {SIMULATED}


@pytest.mark.parametrize("form", dict.fromkeys([*SOURCES.values(), *SINKS.values()]), ids=lambda form: form.__name__)
def test_a_kind_of_line_has_a_schema(form: type):
    assert form.__name__ in schema()["$defs"]
