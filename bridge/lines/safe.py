"""`alarm2mqtt safe`: drives every output to its idle contact when the daemon is dead.

The service's stop hook runs it after the daemon has ended, in any way. So it needs no event
loop, no broker and no store, and one bad line never stops the next.

While the daemon is alive it keeps its lines, and the simulated board its lock: then each output is
reported as failed, with the holder's name, and nothing is driven behind the daemon's back.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from threading import Thread

from bridge.core.definitions.settings import OutputSettings, Settings
from bridge.errors import Alarm2MqttError
from bridge.lines.drivers import DRIVERS, driver_key
from bridge.lines.made_safe import MadeSafe, made_safe
from bridge.lines.reach import LONGEST_S, Reach


def safe(settings: Settings) -> list[MadeSafe]:
    """Drives every output of this machine to its idle contact. Returns one result each, in the settings' order.

    Never raises for a line, a chip, a missing package or a board that cannot be used: that is the output's problem.
    Outputs in other devices are left to `safe_far`, since those of this machine answer at once.
    """
    return _ordered(settings, _each_kind(settings, [each for each in settings.outputs if not each.is_far], _NOWHERE))


def safe_far(settings: Settings, reach: Reach) -> list[MadeSafe]:
    """Commands every output in another device to its idle contact, all kinds at once, for at most `LONGEST_S`.

    Returns one result each, in the settings' order. Never raises for a device that cannot be reached.
    """
    far = [each for each in settings.outputs if each.is_far]
    results: dict[str, MadeSafe] = {}
    threads = [
        Thread(target=lambda own=own: results.update(_each_kind(settings, own, reach)), daemon=True)
        for own in _by_driver(settings, far).values()
    ]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + LONGEST_S
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    silent = {each.id: made_safe(each, f"no answer within {LONGEST_S:g} s") for each in far}
    return _ordered(settings, silent | results)


def _each_kind(settings: Settings, outputs: Sequence[OutputSettings], reach: Reach) -> dict[str, MadeSafe]:
    """Makes outputs safe, kind by kind.

    Returns the results by their ids; if a driver fails as a whole, each of its outputs has its error.
    """
    made: dict[str, MadeSafe] = {}
    for key, own in _by_driver(settings, outputs).items():
        try:
            results = DRIVERS[key].make_safe(settings, own, reach)
        except (Alarm2MqttError, OSError) as error:
            results = [made_safe(output, str(error)) for output in own]
        made |= {result.output: result for result in results}
    return made


def _by_driver(settings: Settings, outputs: Sequence[OutputSettings]) -> dict[str, list[OutputSettings]]:
    """Returns outputs by the key of their driver, in the order of the registry."""
    by_driver: dict[str, list[OutputSettings]] = {}
    for key in DRIVERS:
        if own := [output for output in outputs if driver_key(output, settings) == key]:
            by_driver[key] = own
    return by_driver


def _ordered(settings: Settings, made: Mapping[str, MadeSafe]) -> list[MadeSafe]:
    return [made[output.id] for output in settings.outputs if output.id in made]


def _unreachable(messages: Sequence[tuple[str, bytes]]) -> list[str | None]:
    """Publishes nothing: lines of this machine need no broker."""
    return ["nothing is published from here"] * len(messages)


_NOWHERE = Reach(publish=_unreachable)


def exit_code(results: Iterable[MadeSafe]) -> int:
    """Returns 0 if all outputs are idle, else 1."""
    return int(any(result.problem is not None for result in results))
