"""The questions about terminals: lines of inputs and outputs, their names, and the outputs of each alarm."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bridge.cli.init.draft import Draft
from bridge.cli.init.line_choices import chosen_lines, listed
from bridge.cli.init.names import kind_of, spoken
from bridge.cli.init.prompts import Dialogue, several, yes
from bridge.errors import StartFailed
from bridge.lines.gpio.listing import ListedChip
from bridge.lines.gpio.offered_lines import OfferedLine, likely_inputs, offered_lines
from bridge.settings.free_id import id_of

NONE = "none"
_ON_FOR_MS = {"siren": 30_000, "strobe": 30_000, "lock": 5_000}
"""The alarm time proposed for each kind of output; 0 for the others: on until it is stopped."""
_ALARMING = ("siren", "strobe")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Terminal:
    """A terminal to be configured. Without a line it is on the simulated board, and `name` is final."""

    line: OfferedLine | None
    name: str


def ask_terminals(
    dialogue: Dialogue,
    draft: Draft,
    chips: Callable[[], Sequence[ListedChip]],
    elsewhere: Callable[[], None],
) -> None:
    """Asks about inputs and outputs, and puts `lines`, `inputs` and `outputs` into the draft.

    `chips` returns the GPIO chips of this machine; its StartFailed is printed, and the simulated board is proposed.
    `elsewhere` adds terminals in other devices.
    """
    dialogue.say("\nAlarm inputs and outputs")
    lines = _free_lines(dialogue, chips)
    inputs, outputs = _chosen(dialogue, lines) if lines else ([], [])
    if not inputs and not outputs:
        question = "No line is chosen. Use" if lines else "Use"
        question += " the simulated terminal board for now, to try everything without hardware?"
        simulated = yes(dialogue, question, default=True)
        draft.put(("lines", "driver"), "simulated" if simulated else "gpiod")
        if simulated:
            inputs = _named(dialogue, draft, "inputs", ["Garage door", "Side gate"])
            outputs = _named(dialogue, draft, "outputs", ["Siren", "Strobe"])
    draft.document |= {"inputs": [], "outputs": []}
    for number, terminal in enumerate(inputs):
        _ask_input(dialogue, draft, number, terminal)
    for number, terminal in enumerate(outputs):
        _ask_output(dialogue, draft, number, terminal)
    elsewhere()
    _ask_links(dialogue, draft)


def _free_lines(dialogue: Dialogue, chips: Callable[[], Sequence[ListedChip]]) -> list[OfferedLine]:
    """Prints the free lines and returns them; an empty list, after the reason, if there are none."""
    try:
        found = chips()
    except StartFailed as error:
        dialogue.say(f"  {error}")
        return []
    if not found:
        dialogue.say("  There is no GPIO chip on this machine.")
    for one in found:
        if one.chip.denied:
            dialogue.say(
                f"  {one.chip.path} may not be opened by this user: as root, or in its group, you see its lines."
            )
    lines = offered_lines(found)
    if lines:
        dialogue.say("  GPIO lines that are free:")
        for row in listed(lines):
            dialogue.say(f"  {row}")
        dialogue.say("  Name them by name or number, with commas between.")
    return lines


def _chosen(dialogue: Dialogue, lines: Sequence[OfferedLine]) -> tuple[list[_Terminal], list[_Terminal]]:
    """Asks for the lines of inputs and outputs. Returns the terminals of both."""

    def ask(question: str, default: Sequence[OfferedLine], taken: Sequence[OfferedLine]) -> list[OfferedLine]:
        """Asks for lines until the answer is right. Returns those chosen, none of which is in `taken`."""

        def wrong(answer: str) -> str | None:
            """Returns the objection to an answer, or None."""
            try:
                both = [line for line in chosen_lines(several(answer), lines) if line in taken]
            except ValueError as error:
                return str(error)
            return f"{both[0].label} is an input already" if both else None

        answer = dialogue.ask(question, ", ".join(line.label for line in default) or NONE, wrong)
        return chosen_lines(several(answer), lines)

    inputs = ask("Which are alarm inputs?", likely_inputs(lines), ())
    outputs = ask("Which are alarm outputs? They are driven as soon as the bridge runs", (), inputs)
    return (
        [_Terminal(line=line, name=spoken(line.name) or f"Input {nth}") for nth, line in enumerate(inputs, 1)],
        [_Terminal(line=line, name=spoken(line.name) or f"Output {nth}") for nth, line in enumerate(outputs, 1)],
    )


def _named(dialogue: Dialogue, draft: Draft, kind: str, default: Sequence[str]) -> list[_Terminal]:
    """Asks for the names of the terminals of one kind on the simulated board. Returns the terminals."""

    def wrong(answer: str) -> str | None:
        """Returns the objection to the first wrong name, or None."""
        objections = (draft.wrong((kind, 0, "name"), name) for name in several(answer))
        return next((one for one in objections if one is not None), None)

    answer = dialogue.ask(f"Names of its alarm {kind}, with commas between", ", ".join(default), wrong)
    return [_Terminal(line=None, name=name) for name in several(answer)]


def _ask_input(dialogue: Dialogue, draft: Draft, number: int, terminal: _Terminal) -> None:
    """Asks about one input and adds it to the draft."""
    name = _ask_name(dialogue, draft, ("inputs", number), terminal)
    made = _new_terminal(draft, name, terminal)
    question = f"{name}: alarm on connect or on disconnect of its contact?"
    made["trigger_mode"] = dialogue.ask(
        question, "connect", lambda answer: draft.wrong(("inputs", number, "trigger_mode"), answer)
    )
    draft.document["inputs"].append(made)


def _ask_output(dialogue: Dialogue, draft: Draft, number: int, terminal: _Terminal) -> None:
    """Asks about one output and adds it to the draft."""
    name = _ask_name(dialogue, draft, ("outputs", number), terminal)
    made = _new_terminal(draft, name, terminal)
    if terminal.line is not None:
        made["connected_level"] = dialogue.ask(
            f"{name}: on when its line is high or low (many relay boards: low)?",
            "high",
            lambda answer: draft.wrong(("outputs", number, "connected_level"), answer),
        )
    made["kind"] = dialogue.ask(
        f"{name}: siren, strobe, lock or generic?",
        kind_of(name),
        lambda answer: draft.wrong(("outputs", number, "kind"), answer),
    )
    made["alarm_time_ms"] = _ON_FOR_MS.get(made["kind"], 0)
    draft.document["outputs"].append(made)


def _ask_name(dialogue: Dialogue, draft: Draft, place: tuple[str, int], terminal: _Terminal) -> str:
    """Asks for a terminal's name; one without a line keeps the name that it has. Returns the name."""
    if terminal.line is None:
        return terminal.name
    what = "input" if place[0] == "inputs" else "output"
    return dialogue.ask(
        f"Name of the {what} on {terminal.line.label}",
        terminal.name,
        lambda answer: draft.wrong((*place, "name"), answer),
    )


def _new_terminal(draft: Draft, name: str, terminal: _Terminal) -> dict[str, Any]:
    """Returns the settings that every terminal has: a new id, its name, its line if it has one."""
    taken = {one["id"] for kind in ("inputs", "outputs") for one in draft.document[kind]}
    made: dict[str, Any] = {"id": id_of(name, taken), "name": name}
    return made if terminal.line is None else made | {"line": terminal.line.written}


def _ask_links(dialogue: Dialogue, draft: Draft) -> None:
    """Asks for the outputs of each input's alarm and adds them to the draft."""
    outputs = draft.document["outputs"]
    if not outputs:
        return
    known = {word: one["id"] for one in outputs for word in (one["name"].casefold(), one["id"])}

    def wrong(answer: str) -> str | None:
        """Returns the objection to an answer that names an unknown output, or None."""
        unknown = [word for word in several(answer) if word.casefold() not in known]
        names = ", ".join(map(_listed_name, outputs))
        return f"there is no output {unknown[0]} (allowed: {names}, or {NONE})" if unknown else None

    alarming = ", ".join(_listed_name(one) for one in outputs if one["kind"] in _ALARMING) or NONE
    for one in draft.document["inputs"]:
        answer = dialogue.ask(f"{one['name']}: which outputs go on with its alarm?", alarming, wrong)
        links = list(dict.fromkeys(known[word.casefold()] for word in several(answer)))
        if links:
            one["linkage"] = {"outputs": links}


def _listed_name(output: dict[str, Any]) -> str:
    """Returns the output's name for a list with commas, or its id if the name itself has a comma."""
    return str(output["id"] if "," in output["name"] else output["name"])
