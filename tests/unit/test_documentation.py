"""The pages that people read are checked against the code, so that they cannot rot."""

from __future__ import annotations

import argparse
import importlib.util
import json
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bridge import __version__, cli
from bridge.core import facts
from bridge.core.contact import Level
from bridge.core.engine import Engine
from bridge.core.facts import Now
from bridge.mqtt.commands import fact_of, read
from bridge.mqtt.topics import CommandKind, CommandTopic, Topics
from bridge.settings.load import validate
from bridge.settings.model import Settings

ROOT = Path(__file__).parents[2]
PAGES = [page for folder in (".", "docs", "packaging", "addon") for page in sorted((ROOT / folder).glob("*.md"))]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
CODE_FOLDERS = ("core", "settings", "lines", "mqtt", "actions", "store", "runtime", "linkage", "guard", "web")
OURS = re.compile(
    rf"^(bridge|docs|tests|packaging|addon|ha_discovery|{'|'.join(CODE_FOLDERS)})(/[\w.-]+)+/?$|^[\w-]+\.md$"
)


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def blocks(page: Path, language: str) -> list[str]:
    return [body for tag, body in BLOCK.findall(text(page)) if tag == language]


def examples(language: str) -> list[Any]:
    return [
        pytest.param(block, id=f"{page.name}-{number}")
        for page in PAGES
        for number, block in enumerate(blocks(page, language), 1)
    ]


def yaml(block: str) -> Any:
    return YAML(typ="safe", pure=True).load(block)


def readme() -> str:
    return text(ROOT / "README.md")


def subcommands() -> dict[str, argparse.ArgumentParser]:
    (commands,) = (one for one in cli._parser()._actions if isinstance(one, argparse._SubParsersAction))  # noqa: SLF001 - argparse has no other way in
    return dict(commands.choices)


def section(page: str, title: str) -> str:
    """What stands below a heading, up to the next one of its rank."""
    found = re.search(rf"^(#+) {re.escape(title)}$(.*?)(?=^\1 |\Z)", page, re.MULTILINE | re.DOTALL)
    assert found is not None, title
    return found.group(2)


def test_there_are_pages_to_check() -> None:
    names = {page.name for page in PAGES}
    assert {"README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"} <= names
    assert {"settings.md", "mqtt.md", "home-assistant.md"} <= names


# What is named exists


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    prose = BLOCK.sub("", text(page))
    for target in LINK.findall(prose):
        file, _, anchor = target.partition("#")
        place = (page.parent / file).resolve() if file else page
        assert place.exists(), target
        if anchor:
            titles = re.findall(r"^#+ (.+)$", text(place), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}, target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_of_the_project_that_is_named_exists(page: Path) -> None:
    for named in CODE.findall(BLOCK.sub("", text(page))):
        if not OURS.match(named):
            continue
        places = (ROOT / named, ROOT / "bridge" / named, page.parent / named)
        assert any(place.exists() for place in places), named


def test_the_readme_names_every_command_and_none_besides() -> None:
    named = re.findall(r"^\| `alarm2mqtt ([a-z-]+)[^`]*` \|", section(readme(), "Commands"), re.MULTILINE)
    assert sorted(named) == sorted(subcommands())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_use_of_a_command_is_one_that_it_takes(page: Path) -> None:
    shell = [line for block in blocks(page, "sh") for line in block.splitlines()]
    spoken = CODE.findall(BLOCK.sub("", text(page)))
    for line in (*shell, *spoken):
        used = re.match(r"(?:sudo )?(?:\.venv/bin/|/opt/alarm2mqtt/bin/)?alarm2mqtt (?!\d)(.+)", line)
        if used is None or used.group(1).startswith("-"):
            continue
        name, *arguments = used.group(1).split()
        assert name in subcommands(), line
        subcommands()[name].parse_args(arguments)


def test_every_option_that_the_readme_names_is_one_of_a_command() -> None:
    options = {one for command in subcommands().values() for one in re.findall(r"--[a-z-]+", command.format_help())}
    named = re.findall(r"`(--[a-z-]+)", section(readme(), "Commands"))
    assert named
    assert set(named) <= options


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_make_target_that_is_named_exists(page: Path) -> None:
    targets = re.findall(r"^([a-z]+):", text(ROOT / "Makefile"), re.MULTILINE)
    shell = [line for block in blocks(page, "sh") for line in block.splitlines()]
    for line in (*shell, *CODE.findall(text(page))):
        used = re.match(r"make ([a-z]+)", line)
        assert used is None or used.group(1) in targets, line


def test_the_readme_says_how_to_run_and_how_to_test() -> None:
    assert {"make run\n", "make test\n"} <= set(blocks(ROOT / "README.md", "sh"))


def test_the_version_of_the_program_is_in_the_changelog() -> None:
    assert re.search(rf"^## {re.escape(__version__)}\b", text(ROOT / "CHANGELOG.md"), re.MULTILINE)


# Examples work


@pytest.mark.parametrize("block", examples("yaml"))
def test_every_yaml_example_is_right_settings_or_an_automation(block: str) -> None:
    written = yaml(block)
    if "triggers" in written:
        assert {"alias", "triggers", "actions"} <= written.keys()
        return
    assert validate(written).inputs


def test_automations_listen_to_entities_that_exist() -> None:
    known = set(re.findall(r"^\| `([a-z_]+\.[a-z0-9_]+)` \|", text(ROOT / "docs" / "home-assistant.md"), re.MULTILINE))
    automations = [yaml(block.values[0]) for block in examples("yaml")]
    automations = [one for one in automations if "triggers" in one]
    assert len(automations) > 1
    for one in automations:
        for part in (*one["triggers"], *one["conditions"]):
            assert part["entity_id"] in known


@pytest.mark.parametrize("block", examples("json"))
def test_every_json_example_parses(block: str) -> None:
    assert json.loads(block)


def test_the_example_of_a_start_is_a_command_that_is_understood() -> None:
    (start,) = (one.values[0] for one in examples("json") if json.loads(one.values[0]).get("state") == "ON")
    payload = read(CommandKind.OUTPUT_SET, start.encode())
    made = fact_of(CommandTopic(kind=CommandKind.OUTPUT_SET, target="siren"), payload, facts.Origin(by="mqtt"))
    assert isinstance(made, facts.OutputStartRequested)


# Nothing is left out


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


@pytest.mark.parametrize("name", ["settings.md", "home-assistant.md"])
def test_what_is_made_of_the_code_is_up_to_date(name: str) -> None:
    made = references().made_anew(name)
    assert text(ROOT / "docs" / name) == made, "run: .venv/bin/python docs/references.py"


def test_every_setting_has_its_default_and_meaning() -> None:
    page = section(text(ROOT / "docs" / "settings.md"), "Every key")
    for key in Settings.model_fields:
        assert f"\n| `{key}` |" in page
    assert "| `debounce_ms` | `100` | 0 to 10000 |" in page
    assert not re.search(r"\| None \||PydanticUndefined|<bridge", page)


def test_every_topic_is_in_the_contract() -> None:
    page = text(ROOT / "docs" / "mqtt.md")
    topics = Topics(base="a", device_id="b", prefix="homeassistant")
    own = (topics.input("ID"), topics.output("ID"))
    said = [getattr(one, name) for one in own for name in type(one).__dataclass_fields__]
    said += [topics.availability, topics.settings, topics.status, topics.journal, topics.response, topics.snapshot()]
    for topic in said:
        assert f"`{topic.replace('a/b/', 'D/')}`" in page


def test_the_readmes_door_is_the_architectures_walk() -> None:
    """The effects of an alarm come in the order that the walk tells."""
    step = re.search(r"with effects, in this order: (.+)", text(ROOT / "ARCHITECTURE.md"))
    assert step is not None
    assert re.findall(r"`(\w+)`", step.group(1)) == effects_of_a_door()


def effects_of_a_door() -> list[str]:
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
    return [type(effect).__name__ for effect in engine.elapse(now(10.1))]
