"""Slips of the pen that make a file no YAML, told in words that help and quote nothing."""

from __future__ import annotations

import pytest

SIGNS = "text that begins with a sign"
INDENTED = "this line is not indented like those that it belongs to"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("device:\n\tname: hunter2\n", 2, "a tab stands where only spaces may"),
        ("inputs: [hunter2\noutputs: []\n", 2, "the [ of line 1 is not closed, or a comma is missing in it"),
        ("mqtt: {host: hunter2\nweb: {}\n", 2, "the { of line 1 is not closed, or a comma is missing in it"),
        ('device:\n  name: "hunter2\n', 2, "the quote of line 2 is not closed"),
        ("device: name: hunter2\n", 1, "no colon is expected here; perhaps"),
        ("mqtt: {password: *hunter2}\n", 1, SIGNS),
        ("mqtt: {password: !hunter2 a}\n", 1, SIGNS),
        ("mqtt: {password: @hunter2}\n", 1, SIGNS),
        ("inputs:\n  - id: hunter2\n   name: b\n", 3, INDENTED),
        ("inputs:\n- id: a\n  name: b\n - id: hunter2\n", 4, INDENTED),
        ("  web: {}\n mqtt: {host: hunter2}\n", 2, INDENTED),
        ("inputs: [hunter2]]\n", 1, "a bracket is closed that was never opened"),
        ("inputs: }hunter2\n", 1, "a bracket is closed that was never opened"),
        ("device: {}\nmqtt:\n  password: 'it's hunter2'\n", 3, "something follows a closing quote"),
        ("ftp: {path: {{ hunter2 }}}\n", 1, "text with {{ }} belongs in quotes"),
        ('mqtt: {password: "hunter2\\q"}\n', 1, "a backslash in double quotes begins an escape"),
        ("web: {}\n---\nmqtt: {password: hunter2}\n", 2, "the file holds a second document"),
    ],
)
def test_a_slip_of_the_pen_is_told_in_plain_words_that_quote_nothing(faults_of_file, text, line, words):
    (fault,) = faults_of_file(text)
    assert fault.message.startswith(f"is no YAML: {words}")
    assert fault.line == line
    assert "hunter2" not in str(fault)
