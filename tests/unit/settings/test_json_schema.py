"""The schema that editors use."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from bridge.settings.json_schema import schema, schema_text, write_schema

COMMITTED = Path(__file__).parents[3] / "settings.schema.json"
EXAMPLE = YAML(typ="safe", pure=True).load((Path(__file__).parent / "whole_file.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def checker() -> jsonschema.Draft202012Validator:
    jsonschema.Draft202012Validator.check_schema(schema())
    return jsonschema.Draft202012Validator(schema())


def test_the_committed_schema_is_the_models_own(tmp_path):
    write_schema(tmp_path / "settings.schema.json")
    assert (tmp_path / "settings.schema.json").read_text(encoding="utf-8") == schema_text()
    assert COMMITTED.read_text(encoding="utf-8") == schema_text(), "run: alarm2mqtt schema settings.schema.json"


def test_a_file_with_every_key_fits(checker):
    assert [error.message for error in checker.iter_errors(EXAMPLE)] == []


@pytest.mark.parametrize("document", [{}, {"inputs": [{"id": "door", "line": {"chip": "gpiochip0", "offset": 17}}]}])
def test_small_files_fit(checker, document):
    checker.validate(document)


@pytest.mark.parametrize(
    "document",
    [
        {"inptus": []},
        {"inputs": [{"name": "no id"}]},
        {"inputs": [{"id": "door", "debounce_ms": 10_001}]},
        {"inputs": [{"id": "door", "line": {"chip": "a"}}]},
        {"inputs": [{"id": "door", "schedule": {"tag": []}}]},
        {"outputs": [{"id": "siren", "on_broker_loss": "stop"}]},
        {"cameras": {"Bad Id": {"stream": "rtsp://a"}}},
        {"schedules": {"nights": {"mon": ["25:00-26:00"]}}},
        {"email": {"host": "a", "sender": "nobody", "recipients": ["a@b"]}},
    ],
)
def test_what_is_refused_does_not_fit(checker, faults_of, document):
    assert not checker.is_valid(document)
    assert faults_of(document)


def test_every_key_has_a_title_and_a_sentence():
    made = schema()
    sections = [made, *(section for section in made["$defs"].values() if "properties" in section)]
    keys = [(section["title"], key, field) for section in sections for key, field in section["properties"].items()]
    assert len(keys) > 120
    for title, key, field in keys:
        assert field["title"], (title, key)
        assert field["description"].endswith("."), (title, key)
