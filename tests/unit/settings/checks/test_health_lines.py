"""Parts of the device that an input follows though they are not set up."""

from __future__ import annotations

import pytest

MAIL = {"host": "mail.example.org", "sender": "a@example.org", "recipients": ["b@example.org"]}
FTP = {"host": "ftp.example.org"}


def document(what: str, **more):
    line = {"kind": "health", "what": what}
    return {
        "device": {"id": "gate"},
        "lines": {"driver": "simulated"},
        "inputs": [{"id": "sick", "line": line}],
        **more,
    }


@pytest.mark.parametrize("what", ["disk", "network", "broker", "clock"])
def test_these_parts_are_always_there(faults_of, what):
    assert faults_of(document(what)) == {}


@pytest.mark.parametrize("section", [{"email": MAIL}, {"ftp": FTP}])
def test_mail_needs_a_server(faults_of, section):
    ((path, fault),) = faults_of(document("mail")).items()
    assert (path, fault.message) == ("inputs[0].line.what", "needs the section email or ftp, which is missing")
    assert faults_of(document("mail", **section)) == {}


def test_another_part_is_no_choice(faults_of):
    ((path, fault),) = faults_of(document("fan")).items()
    assert (path, fault.message) == ("inputs[0].line.what", "is not a choice")
