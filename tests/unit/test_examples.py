"""The examples are whole: what they refer to is in the contract. Real servers run them in other tests."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from words.blueprints import FOLDER, blueprint
from words.builders import an_input, an_output, settings_of
from words.pages import ROOT, text, yaml

from bridge.mqtt.commands.payload import read
from bridge.mqtt.topics import Topics

FLOWS = sorted((ROOT / "examples/node-red").glob("*.json"))
BLUEPRINTS = sorted(FOLDER.glob("*.yaml"))
DASHBOARD = "examples/home-assistant/dashboard.yaml"
SETTINGS = settings_of(an_input("garage-door"), an_output("siren"), an_output("strobe"))
STOCK_CARDS = {"entities", "entity", "grid", "heading", "history-graph", "logbook", "picture-entity", "tile"}


def of_flow(path: Any) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return nodes


@pytest.mark.parametrize("path", FLOWS, ids=lambda path: path.name)
def test_the_nodes_of_a_flow_lead_to_each_other_and_it_retains_nothing(path: Any) -> None:
    nodes = of_flow(path)
    ids = [node["id"] for node in nodes]
    assert len(ids) == len(set(ids))
    for node in nodes:
        leads_to = {one for wires in node.get("wires", []) for one in wires}
        leads_to |= {node[key] for key in ("z", "broker", "group", "page", "ui", "theme") if node.get(key)}
        assert leads_to - {"localhost"} <= set(ids)
        assert node.get("retain", "false") == "false"


@pytest.mark.parametrize("path", FLOWS, ids=lambda path: path.name)
def test_a_flow_listens_and_commands_where_the_contract_has_a_topic(path: Any) -> None:
    topics = Topics.of(SETTINGS)
    door = topics.input("garage-door")
    events = {door.event, f"{topics.device}/input/+/event"}
    said = {*topics.retained(SETTINGS), *events, topics.journal, topics.journal_entries, topics.response}
    for node in of_flow(path):
        if node["type"] == "mqtt in":
            assert node["topic"] in said
        elif node["type"] in ("mqtt out", "function"):
            for topic in re.findall(r'"(alarm2mqtt/front-gate/[a-z/-]+)"', json.dumps(node).replace('\\"', '"')):
                assert topics.command(topic) is not None


def test_the_command_that_is_to_be_refused_is_one_of_right_form() -> None:
    (wrong,) = (
        node for node in of_flow(ROOT / "examples/node-red/answers-and-errors.json") if node["type"] == "inject"
    )
    assert read(Topics.of(SETTINGS).command("alarm2mqtt/front-gate/output/siren/set").kind, wrong["payload"].encode())


@pytest.mark.parametrize("path", BLUEPRINTS, ids=lambda path: path.name)
def test_a_blueprint_runs_from_the_first_home_assistant_that_knows_the_device_and_offers_its_choices(path: Any) -> None:
    head = blueprint(path.name)["blueprint"]
    assert head["homeassistant"]["min_version"] == "2024.12.0"
    assert head["description"]
    for settings in head["input"].values():
        assert settings["name"]
        assert settings["selector"]


def test_every_example_is_in_the_documentation() -> None:
    for path in (*BLUEPRINTS, ROOT / DASHBOARD):
        assert path.name in text("docs/home-assistant.md")
    for path in FLOWS:
        assert path.name in text("docs/node-red.md")


def test_the_dashboard_has_stock_cards_of_entities_that_are_shown_from_the_start() -> None:
    rows = re.findall(r"^\| `([a-z_]+\.[a-z0-9_]+)` \| .* \| (.*)\|$", text("docs/home-assistant.md"), re.MULTILINE)
    known = {entity for entity, category in rows if "enabled" not in category}
    page = text(DASHBOARD)
    used = set(re.findall(r"\b[a-z_]+\.front_gate_\w+", page))
    assert len(used) > 20
    assert used <= known
    assert types(yaml(page)["views"]) <= STOCK_CARDS | {"sections"} | {"toggle"}


def types(part: Any) -> set[str]:
    """The types of all cards, badges, features and views in a part of a dashboard."""
    if isinstance(part, dict):
        own = {part["type"]} if isinstance(part.get("type"), str) else set()
        return own.union(*(types(one) for one in part.values()))
    return set().union(*(types(one) for one in part)) if isinstance(part, list) else set()
