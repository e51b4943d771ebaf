"""What the pages show works, and what is made of the code is up to date."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from datetime import UTC, datetime
from typing import Any

import pytest
from words.pages import BLOCK, ROOT, examples, section, text, yaml

from bridge import __version__
from bridge.cli.demo.settings_file import SETTINGS
from bridge.cli.init.file_text import settings_text
from bridge.core import facts
from bridge.core.contact import Level
from bridge.core.definitions.introspection import keys
from bridge.core.definitions.settings import Settings
from bridge.core.effects import Effect, PublishEvent, PublishInput, PublishOutput
from bridge.core.engine import Engine
from bridge.core.facts import Now
from bridge.core.journal import JournalEntry
from bridge.core.schedule_text import read_schedule
from bridge.core.status import BridgeStatus, BrokerStatus, QueueStatus, RecordingStatus, SoundStatus
from bridge.mqtt import payloads
from bridge.mqtt.commands.answers import Request, answer
from bridge.mqtt.commands.payload import fact_of, read
from bridge.mqtt.publishing.status_payload import status
from bridge.mqtt.topics import CommandKind, CommandTopic, Topics
from bridge.settings.checks.lint import advice
from bridge.settings.checks.lint_schedules import doubtful_hole
from bridge.settings.edits import edits
from bridge.settings.edits.permissions import INPUT, OUTPUT, REST
from bridge.settings.load import validate


@pytest.mark.parametrize("block", examples("yaml"))
def test_every_yaml_example_is_right_settings_or_an_automation(block: str) -> None:
    written = yaml(block)
    if "triggers" in written:
        assert {"alias", "triggers", "actions"} <= written.keys()
        return
    settings = validate(written)
    assert settings.inputs
    assert [finding.message for finding in advice(settings, written, block)] == []


def test_schedules_in_comments_of_files_that_we_write_leave_no_hole() -> None:
    for source in (SETTINGS, settings_text({"inputs": [{"id": "door"}], "outputs": []})):
        (week,) = re.findall(r"\{mon-fri: .*?\}", source)
        assert doubtful_hole(read_schedule(yaml(week))) is None


def test_automations_listen_to_entities_that_exist() -> None:
    known = set(re.findall(r"^\| `([a-z_]+\.[a-z0-9_]+)` \|", text("docs/home-assistant.md"), re.MULTILINE))
    automations = [yaml(block.values[0]) for block in examples("yaml")]
    automations = [one for one in automations if "triggers" in one]
    assert len(automations) > 1
    for one in automations:
        named = set(re.findall(r"\b[a-z_]+\.front_gate_\w+", json.dumps(one)))
        assert named
        assert named <= known


@pytest.mark.parametrize("block", examples("json"))
def test_every_json_example_parses(block: str) -> None:
    assert json.loads(block)


def test_the_example_of_a_start_is_a_command_that_is_understood() -> None:
    (start,) = (one.values[0] for one in examples("json") if json.loads(one.values[0]).get("state") == "ON")
    payload = read(CommandKind.OUTPUT_SET, start.encode())
    made = fact_of(CommandTopic(kind=CommandKind.OUTPUT_SET, target="siren"), payload, facts.Origin(by="mqtt"))
    assert isinstance(made, facts.OutputStartRequested)


def references() -> Any:
    """The script that writes the made parts."""
    folder = ROOT / "docs"
    sys.path.insert(0, str(folder))
    try:
        spec = importlib.util.spec_from_file_location("references", folder / "references.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(folder))
    return module


@pytest.mark.parametrize("name", ["settings.md", "home-assistant.md", "page.md"])
def test_what_is_made_of_the_code_is_up_to_date(name: str) -> None:
    made = references().made_anew(name)
    assert text(f"docs/{name}") == made, "run: make schema"


def test_every_setting_has_its_default_and_meaning() -> None:
    page = section("docs/settings.md", "Every key")
    for key in keys(Settings):
        assert f"\n| `{key}` |" in page
    assert "| `debounce_ms` | `100` | 0 to 10000 |" in page
    assert not re.search(r"\| None \||MISSING|<bridge", page)


def test_every_topic_is_in_the_contract() -> None:
    page = text("docs/mqtt.md")
    topics = Topics(base="a", device_id="b", prefix="homeassistant")
    own = (topics.input("ID"), topics.output("ID"))
    said = [getattr(one, name) for one in own for name in type(one).__dataclass_fields__]
    said += [topics.availability, topics.settings, topics.status, topics.journal, topics.response, topics.snapshot()]
    for topic in said:
        assert f"`{topic.replace('a/b/', 'D/')}`" in page


def test_what_may_be_changed_over_mqtt_is_all_named() -> None:
    page = section("docs/mqtt.md", "Changing settings")
    rows = dict(re.findall(r"^\| `D/([a-z]*).*?` \| (.*) \|$", page, re.MULTILINE))
    for topic, places in (("input", INPUT), ("output", OUTPUT), ("settings", REST)):
        assert set(re.findall(r"`([\w.]+)`", rows[topic])) == {".".join(map(str, place)) for place in places}


def test_the_example_of_a_patch_changes_settings() -> None:
    (example,) = BLOCK.findall(section("docs/mqtt.md", "Changing settings"))
    (larger,) = BLOCK.findall(section("docs/settings.md", "A larger file"))
    patch = edits.patch_input("garage-door", json.loads(example[1]), only=INPUT)
    (door,) = validate(patch.make(yaml(larger[1])).document).inputs
    assert (door.debounce_ms, door.linkage.outputs, door.linkage.email) == (250, (), True)


def test_the_effects_of_an_alarm_come_in_the_order_that_the_walk_tells() -> None:
    step = re.search(r"with effects, in this order: (.+)", text("ARCHITECTURE.md"))
    assert step is not None
    assert re.findall(r"`(\w+)`", step.group(1)) == [type(effect).__name__ for effect in effects_of_a_door()]


def test_the_examples_of_payloads_have_the_keys_that_are_sent() -> None:
    sent = {}
    for effect in effects_of_a_door():
        match effect:
            case PublishInput():
                sent["An input's attributes"] = payloads.input_attributes(effect.view)
            case PublishOutput():
                sent["An output's attributes"] = payloads.output_attributes(effect.view)
            case PublishEvent():
                sent["An input's event"] = payloads.event(effect)
            case JournalEntry(kind="output_on"):
                sent["The journal"] = payloads.journal(effect, replayed=False)
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    queue = QueueStatus(server="example.org:587", queued=0, last_ok=None, last_error=None)
    everything = BridgeStatus(
        version=__version__,
        started=noon,
        broker=BrokerStatus(address="localhost:1883", problem=None),
        rejected_commands=0,
        journal_unsent=0,
        queues={"email": queue, "ftp": queue},
        recording=RecordingStatus(problem=None, free_mb=None, clips=0, last_clip=None),
        sound=SoundStatus(playing=False),
    )
    sent["Status"] = status(everything, clock_synchronised=True)
    sent["Answers"] = answer(Request(topic="t", id=None, reply_to="r"), (), noon)
    for title, payload in sent.items():
        (example,) = BLOCK.findall(section("docs/mqtt.md", title))
        assert shape(json.loads(example[1])) == shape(json.loads(payload)), title


def shape(value: Any) -> Any:
    """The keys of objects, and of objects in them."""
    return {key: shape(part) for key, part in value.items()} if isinstance(value, dict) else None


def effects_of_a_door() -> list[Effect]:
    settings = validate(
        {
            "device": {"startup_grace_s": 0},
            "lines": {"driver": "simulated"},
            "cameras": {"gate": {"snapshot": "http://127.0.0.1/image.jpg"}},
            "email": {"host": "mail.example.org", "sender": "a@example.org", "recipients": ["b@example.org"]},
            "inputs": [{"id": "door", "linkage": {"outputs": ["siren"], "email": True}}],
            "outputs": [{"id": "siren", "follow_source": True}],
        }
    )
    engine = Engine(settings, boot="boot", release_year=2026)

    def now(monotonic: float) -> Now:
        return Now(monotonic=monotonic, local=datetime.fromtimestamp(1_795_000_000 + monotonic, UTC))

    engine.begin(now(0))
    engine.receive(facts.StateRestored(inputs={}, latched=frozenset(), next_seq=1), now(0))
    engine.receive(facts.LineChanged(terminal="door", level=Level.HIGH, at=0), now(0))
    engine.elapse(now(1))
    engine.receive(facts.LineChanged(terminal="door", level=Level.LOW, at=10), now(10))
    return list(engine.elapse(now(10.1)))
