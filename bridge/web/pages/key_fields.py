"""The fields of a section of the settings, all made of its definition."""

from __future__ import annotations

from bridge.core.definitions.introspection import is_section, keys
from bridge.settings.field_meanings import meanings
from bridge.web.html import Html, el
from bridge.web.pages.fields import Form
from bridge.web.pages.key_controls import Around, control, title
from bridge.web.pages.setting_key import Key, key_of

NEVER_SHOWN = "It is kept by the device, and never shown."


def shown_keys(section: type, path: str = "") -> dict[str, Key]:
    """Returns the keys of a section that have a field: all but the kind, and the file of a secret beside the secret."""
    below = f"{path}." if path else ""
    found = {name: key_of(f"{below}{name}", field) for name, field in keys(section).items()}
    files = {f"{name}_file" for name, key in found.items() if key.is_secret}
    return {name: key for name, key in found.items() if name != "kind" and name not in files}


def key_field(edited: Form, section: type, key: Key, around: Around, *, is_fresh: bool) -> Html:
    """Returns the field of a key of a section, or the fields of the section that it is itself.

    `is_fresh`: the section is not written yet.
    """
    help_ = NEVER_SHOWN if key.is_password else meanings(section)[key.name].replace("`", "")
    if not is_section(key.type):
        return control(edited, key, around, help_, is_fresh=is_fresh)
    below = list(shown_keys(key.type, key.path).values())
    needed = next((each.path for each in below if not each.is_optional), below[0].path)
    own = f"{key.path}-title".replace(".", "-")
    return el(
        "div",
        el("h3", title(key.name), id=own),
        el("p", help_, class_="help"),
        *(key_field(edited, key.type, each, around, is_fresh=is_fresh) for each in below),
        role="group",
        aria_labelledby=own,
        class_="whole",
        data_whole=key.path if key.is_optional else None,
        data_needs=needed if key.is_optional else None,
    )
