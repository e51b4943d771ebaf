"""What may not be combined."""

from __future__ import annotations

import pytest


def document(of, *more, **line):
    door, gate = {"id": "door"}, {"id": "gate"}
    sure = {"id": "sure", "line": {"kind": "combined", "of": of, **line}}
    parts = {"device": {"id": "gate"}, "lines": {"driver": "simulated"}}
    return {**parts, "inputs": [sure, door, gate, *more]}


@pytest.mark.parametrize("need", ["all", "any", 1, 2])
def test_two_inputs_of_which_some_are_needed_are_right(faults_of, need):
    assert faults_of(document(["door", "gate"], need=need, within_s=20)) == {}


@pytest.mark.parametrize(
    ("of", "line", "place", "message"),
    [
        ([], {}, "of", "is empty"),
        (["door"], {}, "of", "is one input alone"),
        (["door", "window"], {}, "of[1]", "names an input that does not exist"),
        (["door", "sure"], {}, "of[1]", "leads back to this very input"),
        (["door", "door"], {}, "of[1]", "is named twice"),
        (["door", "gate"], {"need": 3}, "need", "is 3, more than the inputs that there are"),
        (["door", "gate"], {"need": 0}, "need", "is no number of inputs"),
        (["door", "gate"], {"need": "most"}, "need", "is no number of inputs"),
        (["door", "gate"], {"within_s": -1}, "within_s", "is out of range"),
    ],
)
def test_what_is_wrong_with_a_combination_is_told_with_its_place(faults_of, of, line, place, message):
    ((path, fault),) = faults_of(document(of, **line)).items()
    assert (path, fault.message) == (f"inputs[0].line.{place}", message)


def test_inputs_that_are_made_of_one_another_are_both_refused(faults_of):
    other = {"id": "other", "line": {"kind": "combined", "of": ["gate", "sure"]}}
    faults = faults_of(document(["door", "other"], other))
    assert {path: fault.message for path, fault in faults.items()} == {
        "inputs[0].line.of[1]": "leads back to this very input",
        "inputs[3].line.of[1]": "leads back to this very input",
    }


def test_a_combination_of_combinations_is_right(faults_of):
    other = {"id": "other", "line": {"kind": "combined", "of": ["gate", "door"]}}
    assert faults_of(document(["door", "other"], other)) == {}
