"""Commands over HTTP: start, stop, trigger, silence, actions, and the simulated board."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from bridge.core.definitions.actions import (
    ACTIONS,
    LONGEST_MS,
    LONGEST_SOUND_NAME_BYTES,
    SOUND_NAME,
    ActionField,
    InputField,
    NumberField,
    SoundNameField,
    TextField,
    is_sound_name,
)
from bridge.core.definitions.field_types import ID_PATTERN
from bridge.core.facts import (
    ActionRequested,
    Command,
    InputTriggerRequested,
    Origin,
    OutputStartRequested,
    OutputStopRequested,
    SilenceRequested,
)
from bridge.errors import Fault
from bridge.web.api.routes import DONE, Call, Param, Reply, Route, Schema, refusal, refused
from bridge.web.api.validation import checked
from bridge.web.live import Live
from bridge.web.ports import Ports, Submit

ANSWER_S = 5.0
DURATION = Param(
    name="duration_ms",
    schema={"type": "integer", "minimum": 1, "maximum": LONGEST_MS},
    says="How long, in milliseconds.",
)
MODE = Param(name="mode", schema={"type": "string", "enum": ["switch", "pulse"]}, says="For this run only.")
STOP = Param(name="stop", schema={"type": "boolean"}, says="End the sound that plays instead.")


def _param(field: ActionField) -> Param:
    """Returns an action's field as a parameter of the API."""
    return Param(name=field.name, schema=_schema(field), says=field.description)


def _schema(field: ActionField) -> Schema:
    """Returns the JSON Schema of an action's field."""
    match field:
        case NumberField():
            kind = "integer" if field.whole else "number"
            return {"type": kind, "minimum": field.least, "maximum": field.most}
        case TextField():
            return {"type": "string", "maxLength": field.longest}
        case SoundNameField():
            return {"type": "string", "minLength": 1, "maxLength": LONGEST_SOUND_NAME_BYTES, "pattern": SOUND_NAME}
        case InputField():
            return {"type": "string", "pattern": ID_PATTERN}


def _of_all(params: Mapping[str, tuple[Param, ...]]) -> tuple[Param, ...]:
    """Returns one parameter for each name in `params`.

    Where several actions have a name, its limits are the widest, and its description has all of theirs.
    """
    merged: dict[str, Param] = {}
    for param in (param for row in params.values() for param in row):
        before = merged.get(param.name, param)
        widest = {
            limit: choose(before.schema[limit], param.schema[limit])
            for limit, choose in (("minimum", min), ("maximum", max))
            if limit in param.schema
        }
        says = before.says if param.says in before.says else f"{before.says} {param.says}"
        merged[param.name] = replace(before, schema={**before.schema, **widest}, says=says)
    return tuple(merged.values())


PARAMS = {
    action.kind: (*map(_param, action.fields), *((STOP,) if action.kind == "audible" else ())) for action in ACTIONS
}
"""Each action's parameters."""
BOARD = (
    Param(
        name="do",
        schema={"type": "string", "enum": ["connect", "disconnect", "fail", "heal"]},
        says="What happens to the terminal.",
        required=True,
    ),
)


def routes(live: Live, ports: Ports) -> tuple[Route, ...]:
    """Returns the routes of commands; those of broker test and board only if the ports offer them."""
    control = Control(live=live, ports=ports)
    row = partial(Route, method="POST", refuses=True)
    rows: tuple[Route, ...] = (
        row(
            path="/api/outputs/{output}/start",
            says="Manual start",
            work=control.start,
            tag="outputs",
            body=(DURATION, MODE),
        ),
        row(
            path="/api/outputs/{output}/stop", says="Manual stop", work=control.stop, tag="outputs", body=(), stops=True
        ),
        row(
            path="/api/inputs/{input}/trigger",
            says="An alarm of this input by command, whole linkage",
            work=control.trigger,
            tag="inputs",
            body=(DURATION,),
        ),
        row(
            path="/api/silence",
            says="Stop every output and sound",
            work=control.silence,
            tag="device",
            body=(),
            stops=True,
        ),
        row(
            path="/api/actions/{action}",
            says=f"Run an action now: {', '.join(PARAMS)}",
            work=control.action,
            tag="device",
            body=_of_all(PARAMS),
        ),
    )
    if ports.try_broker is not None:
        rows = (
            *rows,
            row(
                path="/api/broker/test",
                says="Connect to the broker once more, as it is set now",
                work=control.try_broker,
                tag="device",
                body=(),
            ),
        )
    if ports.board is None:
        return rows
    return (
        *rows,
        row(
            path="/api/board/{terminal}",
            says="Touch a terminal of the simulated board",
            work=control.board,
            tag="board",
            body=BOARD,
        ),
    )


class Commands:
    """Submits commands to the engine and waits for its answers."""

    def __init__(self, submit: Submit) -> None:
        self._submit = submit

    async def ask(self, by: str, command: Callable[[Origin], Command]) -> Reply:
        """Submits the command that `command` makes of an origin `by`. Returns done, or a refusal with all reasons.

        The status is 504 if no answer comes within `ANSWER_S`; the command may still be done. If the browser
        disconnects, the answer's future stays valid, so the engine can still resolve it.
        """
        answer: asyncio.Future[tuple[Fault, ...]] = asyncio.get_running_loop().create_future()
        self._submit(command(Origin(by=by, request=answer)))
        await asyncio.wait({answer}, timeout=ANSWER_S)
        if not answer.done():
            return refusal((Fault(path="", message="no answer in time; it may still be done"),), status=504)
        faults = answer.result()
        return refusal(faults) if faults else DONE


class Control:
    """The handlers of these routes.

    Each returns done or a refusal: 404 for an unknown name, else 422, or 504 without answer.
    """

    def __init__(self, *, live: Live, ports: Ports) -> None:
        self._live = live
        self._board = ports.board
        self._try_broker = ports.try_broker
        self._trying = asyncio.Lock()
        self._commands = Commands(ports.submit)

    async def start(self, call: Call) -> Reply:
        """Starts an output manually."""
        output = call.path["output"]
        if self._live.output_settings(output) is None:
            return _no("output", output)
        return await self._commands.ask(
            call.by,
            lambda origin: OutputStartRequested(
                output=output,
                origin=origin,
                duration_ms=call.body.get("duration_ms"),
                mode=call.body.get("mode"),
            ),
        )

    async def stop(self, call: Call) -> Reply:
        """Stops an output manually."""
        output = call.path["output"]
        if self._live.output_settings(output) is None:
            return _no("output", output)
        return await self._commands.ask(call.by, lambda origin: OutputStopRequested(output=output, origin=origin))

    async def trigger(self, call: Call) -> Reply:
        """Triggers an alarm of an input."""
        name = call.path["input"]
        if self._live.input_settings(name) is None:
            return _no("input", name)
        duration_ms = call.body.get("duration_ms", 1000)
        return await self._commands.ask(
            call.by, lambda origin: InputTriggerRequested(input=name, origin=origin, duration_ms=duration_ms)
        )

    async def silence(self, call: Call) -> Reply:
        """Stops every output and sound."""
        return await self._commands.ask(call.by, lambda origin: SilenceRequested(origin=origin))

    async def action(self, call: Call) -> Reply:
        """Runs one action. The reply says whether it was accepted; the journal has its result."""
        kind, body = call.path["action"], call.body
        if kind not in PARAMS:
            return _no("action", kind)
        foreign = set(body).difference(param.name for param in PARAMS[kind])
        if foreign:
            return refused(f"means nothing to {kind}", path=min(foreign))
        values, faults = checked(PARAMS[kind], body)
        if faults:
            return refusal(faults)
        if "clip" in values and not is_sound_name(values["clip"]):
            return refused(f"is longer than {LONGEST_SOUND_NAME_BYTES} bytes", path="clip")
        return await self._commands.ask(call.by, lambda origin: ActionRequested(kind=kind, origin=origin, **values))

    async def try_broker(self, call: Call) -> Reply:
        """Connects to the broker once with the present settings. Replies that it is done if that worked.

        Refused with the problem, or while another test runs.
        """
        del call
        assert self._try_broker is not None  # noqa: S101 - there is no such row without it
        if self._trying.locked():
            return refused("it is being tried already")
        async with self._trying:
            problem = await self._try_broker()
        return DONE if problem is None else refused(problem)

    async def board(self, call: Call) -> Reply:
        """Executes a command on a terminal of the simulated board."""
        terminal = call.path["terminal"]
        known = self._live.input_settings(terminal) or self._live.output_settings(terminal)
        if known is None or self._board is None:
            return _no("terminal", terminal)
        # An id of the settings has no space in it, so this is one command.
        answer = json.loads(self._board(f"{call.body['do']} {known.id}"))
        return DONE if answer.get("ok") is True else refused(str(answer.get("error")))


def _no(kind: str, name: str) -> Reply:
    """Returns the refusal (404) of an unknown name."""
    return refused(f"there is no {kind} {name[:40]!r}", status=404)
