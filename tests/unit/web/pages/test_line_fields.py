"""The fields of a line: made of the definitions, for every kind that there is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from words.builders import settings_of
from words.lines_of_every_kind import CAMERAS, INPUT_LINES, OUTPUT_LINES

from bridge.core.definitions.introspection import is_section, keys
from bridge.core.definitions.lines import SINK_FORMS, SOURCE_FORMS
from bridge.core.definitions.settings import InputSettings, OutputSettings, Settings
from bridge.settings.checks.presets import with_preset
from bridge.web.api.settings import input_settings, output_settings
from bridge.web.html import some
from bridge.web.pages.fields import Form
from bridge.web.pages.setting_key import key_of
from bridge.web.pages.wiring import wiring
from bridge.web.ports import FoundLines

FORMS = {"inputs": SOURCE_FORMS, "outputs": SINK_FORMS}
LINES = {"inputs": INPUT_LINES, "outputs": OUTPUT_LINES}
KINDS = [(section, kind) for section, forms in FORMS.items() for kind in forms]
CASES = [
    pytest.param(section, kind, line, id=f"{section}-{kind}-{number}")
    for section, lines in LINES.items()
    for kind, each in lines.items()
    for number, line in enumerate(each)
]
every_kind = pytest.mark.parametrize(("section", "kind"), KINDS)


def settings_with(section: str, line: dict[str, Any]) -> Settings:
    """The whole house is on GPIO lines; beside the terminal there are two more."""
    others = [
        {"id": "gpio-0", "line": {"chip": "gpiochip0", "offset": 1}},
        {"id": "health-0", "line": {"kind": "health", "what": "clock"}},
    ]
    own = with_preset({"id": "own", "line": line}, section)
    top: dict[str, Any] = {"inputs": [*others, own]} if section == "inputs" else {"inputs": others, "outputs": [own]}
    return settings_of(lines={"driver": "gpiod"}, cameras=CAMERAS, **top)


def terminal_in(settings: Settings, section: str) -> InputSettings | OutputSettings:
    found: tuple[InputSettings | OutputSettings, ...] = settings.inputs if section == "inputs" else settings.outputs
    return found[-1]


def shown(section: str, settings: Settings, terminal: Any, *, asked: str | None = None) -> str:
    values: dict[str, Any] = {}
    if terminal is not None:
        values = input_settings(terminal) if section == "inputs" else output_settings(terminal)
    return str(some(*wiring(Form(values=values, target=""), section, settings, terminal, asked=asked)))  # type: ignore[arg-type]


def paths(section: type, path: str) -> Iterator[str]:
    """Every value of a definition, but for the files of secrets, which the device writes itself."""
    for name, field in keys(section).items():
        key = key_of(f"{path}.{name}", field)
        if is_section(key.type):
            yield from paths(key.type, key.path)
        elif name not in ("kind", "password_file", "token_file"):
            yield key.path


@every_kind
def test_each_kind_can_be_chosen_and_each_key_of_its_definition_is_on_its_form(section: str, kind: str):
    settings = settings_of(cameras=CAMERAS, lines={"driver": "gpiod"})
    text = shown(section, settings, None, asked=kind)
    assert f'<option value="{kind}" selected>' in text
    expected = {path for form in FORMS[section][kind] for path in paths(form, "line")}
    assert set(re.findall(r'data-path="(line\.[^"]*)"', text)) == {"line.kind", *expected}
    assert f'data-line="{kind}" data-fresh' in text
    assert "`" not in text, "help is for people"


@every_kind
def test_each_kind_has_a_written_line_to_be_tried_on(section: str, kind: str):
    assert all(line.get("kind", "gpio") == kind for line in LINES[section][kind])


@pytest.mark.parametrize(("section", "kind", "line"), CASES)
def test_a_written_line_has_the_fields_of_its_kind_with_its_values_and_no_secret(section: str, kind: str, line: Any):
    settings = settings_with(section, line)
    text = unescape(shown(section, settings, terminal_in(settings, section)))
    assert f'data-line="{kind}"' in text
    assert "data-fresh" not in text
    assert "hidden-word" not in text
    assert "a-long-token" not in text
    for key, value in line.items():
        if key in ("kind", "token", "password", "address", "connected", "disconnected", "ask", "state"):
            continue
        if isinstance(value, str):
            own = re.escape(value)
            assert re.search(rf'value="{own}"[^>]*(selected|data-path)', text), key


@pytest.mark.parametrize("section", ["inputs", "outputs"])
def test_a_gpio_line_has_its_level_and_a_line_elsewhere_has_none(section: str):
    electrical = {"inputs": ["connected_level", "bias"], "outputs": ["connected_level", "drive"]}[section]
    settings = settings_with(section, LINES[section]["gpio"][0])
    text = shown(section, settings, terminal_in(settings, section))
    assert re.findall(r'data-path="([a-z_]*)"', text) == electrical
    text = shown(section, settings, terminal_in(settings, section), asked="mqtt")
    assert re.findall(r'data-path="([a-z_]*)"', text) == []
    assert f'data-clears="{" ".join(electrical)}"' in text


def test_of_another_kind_nothing_of_the_present_line_is_shown():
    settings = settings_with("inputs", INPUT_LINES["mqtt"][1])
    text = shown("inputs", settings, settings.inputs[-1], asked="http")
    assert "hall/sensor" not in text
    assert "data-fresh" in text


def test_an_unknown_kind_is_the_present_one():
    settings = settings_with("inputs", INPUT_LINES["sound"][0])
    assert 'data-line="sound"' in shown("inputs", settings, settings.inputs[-1], asked="<script>")


def test_presets_are_those_of_the_kind_and_cameras_and_inputs_those_of_the_settings():
    settings = settings_with("outputs", OUTPUT_LINES["http"][0])
    text = shown("outputs", settings, settings.outputs[0])
    assert 'value="hikvision_output" selected' in text
    assert "zigbee2mqtt_siren" not in text
    text = shown("inputs", settings, settings.inputs[0], asked="combined")
    assert re.findall(r'type="checkbox" value="([^"]*)"', text) == ["health-0"], "not itself"
    assert '<option value="gate">gate</option>' in shown("inputs", settings, None, asked="onvif_event")


def test_a_terminal_of_the_simulated_board_has_no_line_to_edit_and_can_become_another():
    settings = settings_of({"id": "door", "linkage": {}})
    text = shown("inputs", settings, settings.inputs[0])
    assert '<option value="gpio" selected>Terminal of the simulated board</option>' in text
    assert re.findall(r'data-path="([^"]*)"', text) == ["line.kind", "connected_level", "bias"]
    assert 'data-path="line.topic"' in shown("inputs", settings, settings.inputs[0], asked="mqtt")


def test_free_gpio_lines_are_offered_and_nobody_looks_for_them_where_no_gpio_line_is_meant():
    lines = (("gpiochip0:17 ALARM_IN1", {"name": "ALARM_IN1"}), ("gpiochip1:3", {"chip": "gpiochip1", "offset": 3}))
    real = settings_of(lines={"driver": "gpiod"})
    fields = wiring(Form(values={}, target=""), "inputs", real, None, asked=None, found=lambda: FoundLines(lines=lines))
    text = str(some(*fields))
    assert '<option value="ALARM_IN1">gpiochip0:17 ALARM_IN1</option>' in text
    assert '<option value="gpiochip1">gpiochip1</option>' in text
    assert "Ask the camera" not in text
    for settings, asked in ((real, "mqtt"), (settings_of(), None)):
        wiring(Form(values={}, target=""), "inputs", settings, None, asked=asked, found=nobody)


def nobody() -> FoundLines:
    raise AssertionError
