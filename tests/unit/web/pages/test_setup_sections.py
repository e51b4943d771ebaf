"""Set up has everything that the settings file says besides terminals, schedules and cameras."""

from __future__ import annotations

import re

from words.builders import settings_of

from bridge.core.definitions.introspection import is_section, keys, members, unwrapped
from bridge.core.definitions.settings import Settings
from bridge.web.api.settings import rest_settings
from bridge.web.pages.fields import Form
from bridge.web.pages.setup_sections import SECTIONS

ELSEWHERE = {"inputs", "outputs", "schedules", "cameras"}
"""Each has pages of its own."""
IN_THE_FILE = {"web.enabled"}


def paths(model: type, below: str = ""):
    """Every setting, as far down as keys have names; a section that may be absent is one itself."""
    for name, field in keys(model).items():
        inside = [each for each in members(unwrapped(field.type)[0]) if is_section(each)]
        for section in inside:
            yield from paths(section, f"{below}{name}.")
        if not inside:
            yield f"{below}{name}"


def test_every_setting_has_a_field():
    values = rest_settings(settings_of())
    shown = "".join(str(field) for section in SECTIONS for field in section.fields(Form(values=values, target="")))
    fields = set(re.findall(r'data-field="([^"]+)"', shown))
    wanted = {
        path
        for path in paths(Settings)
        if path.split(".")[0] not in ELSEWHERE and path not in IN_THE_FILE and not path.endswith("password_file")
    }
    assert wanted - fields == set()
    assert fields - wanted == {"mqtt.tls"}, "on by being there"


def test_no_field_ever_shows_a_password():
    values = rest_settings(settings_of(mqtt={"password": "s3cret"}, web={"password": "s3cret"}))
    shown = "".join(str(field) for section in SECTIONS for field in section.fields(Form(values=values, target="")))
    assert "s3cret" not in shown
    assert shown.count(">Set<") == 2
