"""The short, friendly answer to `alarm2mqtt` alone."""

from __future__ import annotations

from pathlib import Path

from bridge import __version__
from bridge.cli.overview.invocation import Caller, caller
from bridge.cli.overview.next_steps import advice, shortest
from bridge.cli.overview.running_bridges import running_bridges
from bridge.cli.overview.situation import Situation, look, look_at

_WIDTH = 80
_SHOWN_FAULTS = 3


def orientation(default: Path) -> str:
    """Returns the state of this machine and the next commands, as text. `default` is the service's settings file."""
    return orientation_text(look(default), caller())


def next_steps(file: Path, default: Path) -> str:
    """Returns the next commands for the settings file `file`, as text; `default` is the service's file."""
    running = next((one for one in running_bridges(default) if one.file == file), None)
    return _next_steps(look_at(file, default=default, running=running), caller())


def orientation_text(seen: Situation, called: Caller) -> str:
    """Returns the text of `orientation` for a situation that was found before."""
    found = [("settings", _settings(seen)), ("bridge", _bridge(seen))]
    if seen.page is not None:
        found.append(("page", seen.page))
    if seen.disarmed:
        found.append(("arming", "DISARMED: only inputs that are always armed can alarm"))
    return "\n".join(
        [
            f"alarm2mqtt {__version__}: alarm inputs and outputs of this machine, also on MQTT.",
            "",
            *(f"  {name:<10} {words}" for name, words in found),
            *(f"  {'':<10}   {fault}" for fault in seen.faults[:_SHOWN_FAULTS]),
            "",
            _next_steps(seen, called),
        ]
    )


def _next_steps(seen: Situation, called: Caller) -> str:
    return "\n".join(["What you can do next:", "", *_commands(advice(seen, called))])


def _settings(seen: Situation) -> str:
    """Returns the state of the settings file in words."""
    if not seen.there:
        return f"none yet at {shortest(seen.file)}"
    if seen.faults:
        count = len(seen.faults)
        return f"{shortest(seen.file)}: {count} {'thing is' if count == 1 else 'things are'} wrong"
    if seen.settings is None:
        return f"{shortest(seen.file)}: only root may read it"
    inputs, outputs = seen.settings.inputs, seen.settings.outputs
    lines = [each.line for each in inputs] + [each.line for each in outputs]
    far = sum(line is not None and line.is_far for line in lines)
    elsewhere = f", {far} of them not on lines of this machine" if far else ""
    counted = f"{_counted(len(inputs), 'input')}, {_counted(len(outputs), 'output')}"
    return f"{shortest(seen.file)}: right; {counted}{elsewhere}"


def _bridge(seen: Situation) -> str:
    """Returns the state of the bridge in words."""
    if seen.running is not None:
        old = ", with the settings from before" if seen.faults else ""
        return f"runs (process {seen.running.process}){old}"
    return "runs: its page answers" if seen.page is not None else "does not run"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _commands(commands: list[tuple[str, str]]) -> list[str]:
    """Returns commands and effects as lines: side by side if they fit into 80 columns, else one below the other."""
    width = max(len(command) for command, _ in commands)
    if width + max(len(does) for _, does in commands) + 4 <= _WIDTH:
        return [f"  {command:<{width}}  {does}" for command, does in commands]
    return [line for command, does in commands for line in (f"  {command}", f"      {does}")]
