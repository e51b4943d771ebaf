"""Views of inputs and outputs in a person's words, for pages and events alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from bridge.core.contact import Contact
from bridge.core.effects import InputView, OutputView
from bridge.text.line_words import place_words

if TYPE_CHECKING:
    from bridge.core.definitions.settings import InputSettings, OutputSettings

CONTACT = {Contact.CONNECTED: "Connected", Contact.DISCONNECTED: "Disconnected", Contact.UNKNOWN: "Unknown"}
ENDED = {
    "stop": "Stopped",
    "time": "Alarm time over",
    "cut_off": "Cut off: on for as long as it may be",
    "restored": "Source restored",
    "broker_loss": "Stopped: the broker was lost",
    "fault": "Line fault",
    "settings": "Settings changed",
}
CONFIRMED: Mapping[bool | None, str] = {True: "confirmed by the device", False: "not confirmed by the device"}
BY = {"page": "the page", "mqtt": "MQTT", "file": "the settings file", "shutdown": "shutdown", "input": "a stop button"}


def clock_time(moment: datetime, now: datetime) -> str:
    """Returns a moment in the zone of `now`, in the shortest form that is clear.

    `14:03:20` on the day of `now`, `Mon 03 Mar, 14:03` within 180 days, else `03 Mar 2024, 14:03`.
    """
    moment = moment.astimezone(now.tzinfo)
    if moment.date() == now.date():
        return f"{moment:%H:%M:%S}"
    return f"{moment:%a %d %b, %H:%M}" if abs((moment - now).days) < 180 else f"{moment:%d %b %Y, %H:%M}"  # noqa: PLR2004 - half a year


def input_words(view: InputView, settings: InputSettings, now: datetime, *, device_armed: bool) -> dict[str, str]:
    """Returns an input's texts for the page: `contact`, `state`, `armed`, `since`, `last`, `problem`, `line`.

    `line` is empty for a line of this machine, `since` and `problem` are empty when there is nothing to say.
    `device_armed` is the device's armed switch.
    """
    return {
        "contact": CONTACT[view.contact],
        "state": _input_state(view),
        "armed": _armed(view, settings, now, device_armed=device_armed),
        "since": f"since {clock_time(view.since, now)}" if view.since else "",
        "last": f"Last alarm {clock_time(view.last_alarm, now)}" if view.last_alarm else "No alarm yet",
        "problem": _problem(view.problem, settings),
        "line": place_words(settings.line),
    }


def input_mood(view: InputView) -> str:
    """Returns the state that an input's lamp shows: `alarm`, `fault`, `unknown`, `tripped` or `normal`.

    `alarm` comes before `fault`: an alarm goes on while its line has a fault. `unknown`: nothing was heard of it yet.
    """
    if view.alarm:
        return "alarm"
    if not view.available:
        return "fault"
    return "unknown" if view.tripped is None else "tripped" if view.tripped else "normal"


def output_words(
    view: OutputView, settings: OutputSettings, names: Callable[[str], str], now: datetime
) -> dict[str, str]:
    """Returns an output's texts for the page: `contact`, `state`, `why`, `until`, `problem`, `line`, `confirmed`.

    `line` is empty for a line of this machine, `confirmed` where no device says what it did; `why`, `until` and
    `problem` are empty when there is nothing to say. `names` returns the name of an input, given its
    id.
    """
    return {
        "contact": CONTACT[view.contact],
        "state": "Line fault" if not view.available else "On" if view.on else "Off",
        "why": _why(view, names),
        "until": _until(view, settings, now),
        "problem": _problem(view.problem, settings),
        "line": place_words(settings.line),
        "confirmed": CONFIRMED.get(view.confirmed, ""),
    }


def output_mood(view: OutputView) -> str:
    """Returns the state that an output's lamp shows: `fault`, `pulse` (on, pulsing), `on` or `off`."""
    if not view.available:
        return "fault"
    return ("pulse" if view.mode == "pulse" else "on") if view.on else "off"


def asked_by(by: str) -> str:
    """Returns the source of a command in words (`page` → `the page`); an unknown source comes back as it is."""
    return BY.get(by, by)


def _input_state(view: InputView) -> str:
    if view.alarm:
        return "Alarm" if view.available else "Alarm, line fault"
    if not view.available:
        return "Line fault"
    if view.tripped is None:
        return "Not known yet"
    return "Tripped" if view.tripped else "Normal"


def _armed(view: InputView, settings: InputSettings, now: datetime, *, device_armed: bool) -> str:
    """Returns whether an input is armed, or why it is not, in words."""
    if not view.enabled:
        return "Disabled"
    if not (device_armed or settings.ignores_arming):
        return "Not armed: the device is disarmed"
    if not view.armed:
        schedule = settings.schedule
        return f"Not armed: schedule {schedule} is closed" if isinstance(schedule, str) else "Not armed by its schedule"
    return f"Armed until {clock_time(view.armed_until, now)}" if view.armed_until else "Armed"


def _why(view: OutputView, names: Callable[[str], str]) -> str:
    """Returns why an output is on, or why it went off; empty if it has not been on yet."""
    if view.reason is None:
        return ""
    by = f" by {asked_by(view.by)}" if view.by else ""
    if not view.on:
        return ENDED.get(view.reason, view.reason) + (by if view.reason == "stop" else "")
    if view.reason == "alarm":
        return "Alarm: " + (", ".join(names(source) for source in view.sources) or "its time still runs")
    return {"manual": f"Started{by}", "timing": "Timing alarm output"}.get(view.reason, view.reason)


def _until(view: OutputView, settings: OutputSettings, now: datetime) -> str:
    """Returns until when an output stays on; empty while it is off."""
    if not view.on:
        return ""
    if view.until is not None:
        return f"until {clock_time(view.until, now)}"
    if view.reason == "alarm" and settings.follow_source:
        return "for as long as the alarm lasts"
    return "until its schedule closes" if view.reason == "timing" else "until it is stopped"


def _problem(problem: str | None, settings: InputSettings | OutputSettings) -> str:
    """Returns a problem of a terminal in words; empty for None, an unknown problem as it is."""
    known: Mapping[str | None, str] = {
        None: "",
        "line_fault": "it cannot be reached" if place_words(settings.line) else "it cannot be used",
        "not_confirmed": "the device says that it did something else",
        "chatter": "chatter: it trips more than 20 times a minute",
    }
    return known.get(problem, str(problem))
