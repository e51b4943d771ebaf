"""Alarm in: one input's settings, laid out as on a camera's page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bridge.core.definitions.channels import CHANNEL, CHANNELS, server_of
from bridge.core.definitions.settings import InputSettings, Settings
from bridge.core.definitions.vocabulary import BINARY_SENSOR_CLASSES
from bridge.web.html import Html, el, some
from bridge.web.pages.fields import Form, form
from bridge.web.pages.layout import Frame
from bridge.web.pages.live_page import input_part
from bridge.web.pages.terminal_page import Chosen, new_terminal, terminal_page
from bridge.web.pages.wiring import wiring
from bridge.web.ports import FoundLines


def alarm_in_page(
    frame: Frame,
    settings: Settings,
    chosen: InputSettings | None,
    values: Mapping[str, Any],
    event: Mapping[str, Any] | None,
    sounds: Sequence[str],
    *,
    asked: str | None = None,
    found: Callable[[], FoundLines] = FoundLines,
) -> str:
    """Returns the page of the input `chosen`, or of a new one for None.

    `values` are its settings as JSON, `event` its state as in an event (None: not known yet), `sounds` the names of the
    sound clips, `asked` the kind of line to show; default: the input's own. `found` looks for free GPIO lines.
    """
    if chosen is None:
        line = wiring(Form(values={}, target=""), "inputs", settings, None, asked=asked, found=found)
        content: Chosen | Html = new_terminal("input", line)
    else:
        edited = Form(values=values, target=f"api/inputs/{chosen.id}/settings")
        content = Chosen(
            part=chosen,
            title="State",
            state=input_part(chosen, event, simulated=settings.is_simulated(chosen)),
            form=form(
                edited,
                ("Settings", _what(edited)),
                ("Event Actions", _actions(edited, settings, sounds)),
                ("Schedule", _when(edited, settings, chosen.id)),
                ("More", _more(edited)),
                ("Wiring", wiring(edited, "inputs", settings, chosen, asked=asked, found=found)),
                rarer=("More", "Wiring"),
            ),
        )
    return terminal_page(frame, "in", settings.inputs, content)


def _what(edited: Form) -> list[Html]:
    """Returns the controls of an input's name and mode."""
    return [
        edited.text("name", "Name"),
        edited.choice(
            "trigger_mode",
            "Trigger Mode",
            [("connect", "Connect"), ("disconnect", "Disconnect")],
            "Connect: the alarm begins when the terminal connects with G (ground). Disconnect: when it disconnects.",
        ),
        edited.switch("enabled", "Status", "A disabled input shows its contact and never alarms."),
    ]


def _more(edited: Form) -> list[Html]:
    """Returns the controls of settings that are rarely changed."""
    classes = [("", "None"), *((name, name.replace("_", " ")) for name in BINARY_SENSOR_CLASSES)]
    return [
        edited.text("area", "Area", "Home Assistant suggests this area for it. Empty: the device's area."),
        edited.choice("device_class", "Device class", classes, "Home Assistant's words and icon for it."),
        edited.number("debounce_ms", "Debounce (ms)", "A contact counts after it has been stable for this time."),
        edited.number("quiet_s", "Quiet period (s)", "A second alarm within this time sends no second message."),
    ]


def _actions(edited: Form, settings: Settings, sounds: Sequence[str]) -> list[Html | None]:
    """Returns the controls of an input's linkage."""
    outputs = [(one.id, one.label) for one in settings.outputs]
    timed = [one.label for one in settings.outputs if one.timing.enabled]
    return [
        edited.several(
            "linkage.outputs",
            "Output Channel",
            outputs,
            f"{', '.join(timed)}: only the schedule turns it on, alarms do not." if timed else None,
        ),
        _audible(edited, sounds) if settings.audio else _missing("linkage.audible", "Audible Alarm", "audio"),
        _action(edited, "record", "Alarm Record", "recording", able=settings.recording is not None),
        *(
            _action(
                edited,
                channel.key,
                channel.words.switch,
                channel.key,
                able=server_of(settings, channel) is not None,
            )
            for channel in CHANNELS
        ),
        edited.choice("linkage.camera", "Camera", [("", "The first"), *((name, name) for name in settings.cameras)])
        if settings.cameras
        else None,
        edited.check("linkage.silence", "Stop button", "Its alarm stops every output and sound, and starts nothing."),
        edited.check(
            "linkage.disarm", "Key switch", "The device is disarmed while its alarm lasts, and armed after it."
        ),
    ]


def _action(edited: Form, key: str, label: str, section: str, *, able: bool) -> Html:
    """Returns the switch of one action; without `able` a note that its section is missing."""
    note = None if able else _not_set_up(section)
    return edited.check(f"linkage.{key}", label, note, able=able)


def _not_set_up(section: str) -> Html:
    """Returns the link to the section of Set up that is missing."""
    channel = CHANNEL.get(section)
    name = channel.words.service if channel else section
    return some("Not set up: ", el("a", f"set up {name}", href=f"setup?part={section}"), ".")


def _missing(path: str, label: str, section: str) -> Html:
    """Returns a note in place of a control, since its section is missing."""
    return el(
        "div",
        el("span", label, class_="label"),
        el("p", _not_set_up(section), class_="help"),
        class_="field",
        data_field=path,
    )


def _audible(edited: Form, sounds: Sequence[str]) -> Html:
    """Returns the fields of the audible alarm: clips, repeat and volume, which are one setting and sent as a whole."""
    linked = [str(name) for name in edited.at("linkage.audible.clips") or ()]
    names = [*sounds, *(name for name in linked if name not in sounds)]
    repeat = [(str(times), f"{times} times" if times > 1 else "Once") for times in (1, 2, 3, 5, 10, 20, 50)]
    return el(
        "div",
        edited.several("linkage.audible.clips", "Audible Alarm", [(name, name) for name in names], kind="list"),
        edited.choice("linkage.audible.repeat", "Repeat", [*repeat, ('"while_active"', "While in alarm")], kind="json")
        if linked
        else _fresh("linkage.audible.repeat", "Repeat", 1),
        edited.number("linkage.audible.volume", "Volume (%)")
        if linked
        else _fresh("linkage.audible.volume", "Volume (%)", 100),
        data_whole="linkage.audible",
        data_needs="linkage.audible.clips",
        class_="whole",
    )


def _fresh(path: str, label: str, value: int) -> Html:
    """Returns the field of `linkage.audible.volume` or `.repeat`, which is not in the file yet.

    `value` is its default. Any other path gets the choices of `repeat`.
    """
    key = path.rpartition(".")[2]
    fresh = Form(values={"linkage": {"audible": {key: value}}}, target="")
    if key == "volume":
        return fresh.number(path, label)
    repeat = [(str(times), f"{times} times" if times > 1 else "Once") for times in (1, 2, 3, 5, 10, 20, 50)]
    return fresh.choice(path, label, [*repeat, ('"while_active"', "While in alarm")], kind="json")


def _when(edited: Form, settings: Settings, owner: str) -> list[Html]:
    """Returns the controls of the times at which an input is armed."""
    return [
        edited.schedule("schedule", "Schedule", list(settings.schedules), f"inputs.{owner}"),
        edited.choice(
            "when_schedule_opens",
            "When it opens while tripped",
            [("trigger", "Alarm begins"), ("wait", "Wait for the next trip")],
            "The same counts when the device is armed while the input is tripped.",
        ),
        edited.switch(
            "always_armed",
            "Always armed",
            "The input alarms also while the device is disarmed. Stop buttons and key switches always do.",
        ),
    ]
