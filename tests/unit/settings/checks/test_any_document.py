"""Whatever stands in a document, it becomes settings or faults, and nothing else happens."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bridge.core.definitions.introspection import keys
from bridge.core.definitions.settings import Settings
from bridge.errors import Fault, SettingsError
from bridge.settings.checks.check import check
from bridge.settings.load import validate
from bridge.settings.location import ABSENT, path_of, value_at

KEYS = st.sampled_from(
    [
        *keys(Settings), "id", "name", "line", "chip", "offset", "schedule", "linkage", "outputs", "audible",
        "clips", "repeat", "camera", "record", "timing", "on_broker_loss", "stop_after_s", "mon", "sat-mon", "special",
        "2026-12-24", "9999-12-31", "snapshot", "stream", "password", "password_file", "host", "port", "tls",
        "cert_file", "timezone", "driver", "enabled", "path", "folder", "pulse", "on_ms", "alarm_time_ms",
        "(by offset)", "[key]", "gate", "nights",
    ]
)  # fmt: skip
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**400, -(10**30), float("nan"), float("inf"), 1, 17, 100])
    | st.floats()
    | st.text(max_size=8)
    | st.binary(max_size=4)
    | st.sampled_from(
        ["gate", "nights", "siren", "always", "22:00-06:00", "while_active", "keep", "unix:/a", "{}", "\ud800"]
    )
)
ODD_KEYS = KEYS | st.integers() | st.text(max_size=4) | st.none() | st.booleans() | st.tuples(st.integers())
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ODD_KEYS, inner, max_size=5), max_leaves=30
)
SECTIONS = st.dictionaries(KEYS, VALUES, max_size=6)
DOCUMENTS = st.dictionaries(ODD_KEYS, SECTIONS | st.lists(SECTIONS, max_size=4) | VALUES, max_size=6) | VALUES


@settings(max_examples=150)
@given(DOCUMENTS)
@example({"schedules": {"a": {"special": {"9999-12-31": ["22:00-06:00"]}}}})
@example({"startup_grace_s": 10**400, "device": {"startup_grace_s": 10**400}})
@example({"inputs": [{"id": "a", "linkage": {"outputs": [[]], "camera": {}, "audible": []}, "schedule": []}]})
def test_any_document_becomes_settings_or_faults_at_places_that_are_there(document: Any):
    made, findings = check(document)
    assert (made is None) == bool(findings)
    for finding in findings:
        assert value_at(document, finding.loc[:-1]) is not ABSENT, finding
        assert "Input" not in finding.message, "pydantic's own words"
    faults: tuple[Fault, ...] = ()
    try:
        validate(document)
    except SettingsError as error:
        faults = error.faults
    assert [fault.path for fault in faults] == [path_of(finding.loc) for finding in findings]
    "".join(str(fault) for fault in faults).encode()


@pytest.mark.parametrize("key", [False, None, 1.5])
def test_a_key_that_is_no_text_is_told_where_it_stands(key):
    with pytest.raises(SettingsError) as refused:
        validate({"cameras": {key: {"snapshot": "http://camera/"}}})
    assert [str(fault) for fault in refused.value.faults] == ["cameras: has a key that is no text: put it in quotes"]
