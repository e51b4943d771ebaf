"""The one list of an entry's fields, and the one list of kinds: each room derives its form from them."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import fields
from typing import Any

import pytest

from bridge.cli.log_text import as_json_line
from bridge.cli.watch.change_text import entry_line
from bridge.core.journal import DETAILS, HEAD, KINDS, NUMBERS, JournalEntry, details, head
from bridge.mqtt import payloads
from bridge.mqtt.payload_reader import seen_entry
from bridge.store.sqlite.rows import entry_of, entry_row
from bridge.text.json_text import as_json
from bridge.web.api.journal import COLUMNS
from bridge.web.view_json import entry_json
from tests.words.journal_entries import NOON, an_entry

WHOLE: dict[str, Any] = {name: 2 if name in NUMBERS else name for name in DETAILS}


def test_the_fields_are_those_of_every_entry_its_time_and_the_details():
    assert (*HEAD, "time", *DETAILS) == tuple(field.name for field in fields(JournalEntry))
    assert tuple(head(an_entry(1))) == HEAD
    assert set(DETAILS) >= NUMBERS


def test_no_kind_is_listed_twice():
    assert len(set(KINDS)) == len(KINDS)


def test_details_that_do_not_apply_are_left_out_and_a_zero_is_not():
    assert details(an_entry(1)) == {}
    assert details(an_entry(1, held_back=0, input="door")) == {"input": "door", "held_back": 0}


@pytest.mark.parametrize("name", DETAILS)
def test_every_detail_reaches_every_room(name: str):
    value = WHOLE[name]
    entry = an_entry(7, **{name: value})
    assert json.loads(payloads.journal(entry, replayed=False))[name] == value
    assert seen_entry(payloads.journal(entry, replayed=False)) == entry
    assert entry_json(entry)[name] == value
    assert json.loads(as_json_line(entry))[name] == value
    assert f" {name}={value}" in entry_line(entry, NOON)
    assert entry_of(entry_row(entry)) == entry
    assert name in COLUMNS


def test_a_file_name_that_is_no_unicode_reaches_every_room():
    entry = an_entry(7, path="clip-\udcff.mp4")
    assert b'"path":"clip-?.mp4"' in payloads.journal(entry, replayed=False)
    assert b'"path":"clip-?.mp4"' in as_json(entry_json(entry))
    assert "\\udcff" in as_json_line(entry)
    assert entry_of(entry_row(entry)) == entry


def test_details_come_in_the_one_order_in_every_room():
    entry = an_entry(7, **WHOLE)
    for written in (
        json.loads(payloads.journal(entry, replayed=False)),
        entry_json(entry),
        json.loads(as_json_line(entry)),
    ):
        assert tuple(key for key in written if key in DETAILS) == DETAILS
    line = entry_line(entry, NOON)
    assert sorted(DETAILS, key=lambda name: line.index(f" {name}=")) == list(DETAILS)
    assert tuple(json.loads(str(entry_row(entry)[-1]))) == DETAILS
    assert next(csv.reader(io.StringIO(",".join(COLUMNS))))[4:-2] == list(DETAILS)
