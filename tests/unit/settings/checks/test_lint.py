"""What is allowed, and probably not what the person wants."""

from __future__ import annotations

import pytest

TIMED = """
lines: {driver: simulated}
outputs: [{id: lamp, timing: {enabled: true}}, {id: siren}]
inputs: [{id: door, linkage: {outputs: [siren, lamp]}}]
"""


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        (
            TIMED,
            "inputs[0].linkage.outputs[1]: output lamp follows its timing: this input's alarms are only logged for it",
        ),
        (
            "email: {host: a, sender: a@b, recipients: [c@d], security: none}\n",
            "email.security: mail and its password go out unencrypted",
        ),
        ("ftp: {host: a, security: none}\n", "ftp.security: pictures and the password go out unencrypted"),
        (
            "web: {enabled: no}\nmetrics: {enabled: yes}\n",
            "metrics.enabled: metrics are on the page's port, and the page is off",
        ),
    ],
)
def test_doubtful_settings_are_taken_with_a_warning(loaded, text, warning):
    got = loaded(text)
    assert got.warnings == (f"{got.path}: {warning}",)


def test_settings_that_are_well_have_no_warnings(loaded):
    assert loaded("ftp: {host: a}\nmetrics: {enabled: true}\n").warnings == ()
