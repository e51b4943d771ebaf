"""Alarm out: one output's settings and manual control, laid out as on a camera's page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bridge.core.definitions.settings import OutputSettings, Settings
from bridge.web.html import Html
from bridge.web.pages.fields import Form, form
from bridge.web.pages.layout import Frame
from bridge.web.pages.live_page import output_part
from bridge.web.pages.terminal_page import Chosen, new_terminal, terminal_page
from bridge.web.pages.wiring import wiring
from bridge.web.ports import FoundLines


def alarm_out_page(
    frame: Frame,
    settings: Settings,
    chosen: OutputSettings | None,
    values: Mapping[str, Any],
    event: Mapping[str, Any] | None,
    *,
    asked: str | None = None,
    found: Callable[[], FoundLines] = FoundLines,
) -> str:
    """Returns the page of the output `chosen`, or of a new one for None.

    `values` are its settings as JSON, `event` its state as in an event (None: not known yet), `asked` the kind of line
    to show; default: the output's own. `found` looks for free GPIO lines.
    """
    if chosen is None:
        line = wiring(Form(values={}, target=""), "outputs", settings, None, asked=asked, found=found)
        content: Chosen | Html = new_terminal("output", line)
    else:
        edited = Form(values=values, target=f"api/outputs/{chosen.id}/settings")
        content = Chosen(
            part=chosen,
            title="Manual Control",
            state=output_part(chosen, event, simulated=settings.is_simulated(chosen)),
            form=form(
                edited,
                ("Event Actions", _events(edited)),
                ("Schedule", _timing(edited, settings, chosen.id)),
                ("More", _more(edited, chosen)),
                ("Wiring", wiring(edited, "outputs", settings, chosen, asked=asked, found=found)),
                rarer=("More", "Wiring"),
            ),
        )
    return terminal_page(frame, "out", settings.outputs, content)


def _events(edited: Form) -> list[Html]:
    """Returns the fields of the section Event Actions: name, contact, mode, pulse, alarm time."""
    return [
        edited.text("name", "Name"),
        edited.choice(
            "valid_signal",
            "Valid Signal",
            [("close", "Close"), ("disconnect", "Disconnect")],
            "Close: while active, the terminal is connected with G (ground). Disconnect: it is disconnected.",
        ),
        edited.choice("mode", "Alarm Output Mode", [("switch", "Switch Mode"), ("pulse", "Pulse Mode")]),
        edited.number("pulse.on_ms", "Pulse on (ms)"),
        edited.number("pulse.off_ms", "Pulse off (ms)"),
        edited.switch("follow_source", "Follow Source", "The output is on for as long as an alarm lasts."),
        edited.number(
            "alarm_time_ms",
            "Alarm Time (ms) (0: Continuous)",
            "An alarm turns the output on for this time. With Follow Source it does not count.",
        ),
        edited.choice(
            "retrigger",
            "An alarm while it is on",
            [("extend", "Extends the time"), ("ignore", "Changes nothing")],
        ),
    ]


def _timing(edited: Form, settings: Settings, owner: str) -> list[Html]:
    return [
        edited.switch("timing.enabled", "Timing Alarm Output", "Only the schedule turns the output on, alarms do not."),
        edited.schedule("timing.schedule", "Schedule", list(settings.schedules), f"outputs.{owner}"),
    ]


def _more(edited: Form, chosen: OutputSettings) -> list[Html]:
    """Returns the controls of settings that are rarely changed."""
    kinds = [("generic", "Generic"), ("siren", "Siren"), ("strobe", "Strobe"), ("lock", "Lock")]
    cut_off = f"Now after {chosen.cut_off_s:g} s" if chosen.cut_off_s else "Now never"
    return [
        edited.text("area", "Area", "Home Assistant suggests this area for it. Empty: the device's area."),
        edited.choice("kind", "Kind", kinds),
        edited.number(
            "max_active_s",
            "Cut off after (s)",
            f"The output is turned off after this time. 0: never; empty: 900 for a siren. {cut_off}.",
        ),
        edited.switch(
            "restore_latched", "Comes back after a restart", "An output that was latched before it is on after it."
        ),
        edited.broker_loss(
            "on_broker_loss",
            "Broker lost: stop after (s)",
            "A start over MQTT ends this long after the broker was lost. Empty: it stays on.",
        ),
    ]
