"""One row of words for each kind of entry, for the page and for the log."""

from __future__ import annotations

import pytest
from words.journal_entries import an_entry

from bridge.core.journal import KINDS
from bridge.text.journal_words import CAUSES, WORDS, entry_words, log_line

NOON = an_entry(0).time


def test_each_kind_has_words_and_nothing_else_has():
    assert tuple(WORDS) == KINDS
    assert CAUSES.keys() <= WORDS.keys()


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_a_title_of_its_own_and_a_line(kind):
    words = WORDS[kind]
    assert words.title[:1].isupper()
    assert words.line == words.line.strip() != ""
    assert [other for other in KINDS if WORDS[other].title == words.title] == [kind]
    assert entry_words(an_entry(1, kind=kind), str, NOON)["what"] == words.title
    assert log_line(an_entry(1, kind=kind, output="siren")) == f"siren: {words.line}"


def test_a_kind_of_a_newer_release_is_its_own_word():
    assert log_line(an_entry(1, kind="vibration", input="door")) == "door: vibration"
    assert entry_words(an_entry(1, kind="vibration"), str, NOON)["what"] == "vibration"


def test_a_line_of_the_log_names_the_terminal_what_happened_and_why():
    assert log_line(an_entry(1, kind="output_on", output="siren", reason="alarm", by="door")) == (
        "siren: on (alarm, by door)"
    )
    assert log_line(an_entry(1, kind="alarm_end", input="door", cause="restored", seconds=3.21)) == (
        "door: alarm ends (restored, 3.2 s)"
    )
    assert log_line(an_entry(1, kind="stop")) == "stopped; every output is idle"


def test_refusals_that_were_no_entries_of_their_own_are_counted_in_the_log():
    refused = an_entry(1, kind="refused", by="mqtt", path="a/set", error="is no id", reason="repeated", held_back=80)
    assert log_line(refused) == "command refused (repeated, by mqtt, 80 held back, is no id, a/set)"


def test_a_topic_or_an_answer_cannot_steer_the_terminal_or_forge_a_line():
    line = log_line(an_entry(1, kind="refused", by="mqtt", path="a\x1b[2J/set", error="no\nERROR all is well"))
    assert line == "command refused (by mqtt, no\\nERROR all is well, a\\x1b[2J/set)"


@pytest.mark.parametrize(
    ("reason", "mood"), [("sent", ""), ("failed", "grave"), ("refused", "grave"), ("dropped", "grave")]
)
def test_an_action_that_did_not_succeed_stands_out_on_the_page(reason, mood):
    assert entry_words(an_entry(1, kind="email", input="door", reason=reason), str, NOON)["mood"] == mood
