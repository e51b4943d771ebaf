"""`alarm2mqtt safe`: drives every output to its idle contact when the daemon is dead.

The service's stop hook runs it after the daemon has ended, in any way. So it needs no event
loop, no broker and no store, and one bad line never stops the next.

While the daemon is alive it keeps its lines, and the simulated board its lock: then each output is
reported as failed, with the holder's name, and nothing is driven behind the daemon's back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bridge.core.definitions.settings import OutputSettings, Settings
from bridge.errors import Alarm2MqttError
from bridge.lines.drivers import DRIVERS, driver_key
from bridge.lines.made_safe import MadeSafe, made_safe


def safe(settings: Settings) -> list[MadeSafe]:
    """Drives every configured output to its idle contact. Returns one result each, in the settings' order.

    Never raises for a line, a chip, a missing package or a board that cannot be used: that is the output's problem.
    Kinds of this machine come first, since their lines answer at once.
    """
    by_driver: dict[str, list[OutputSettings]] = {key: [] for key in DRIVERS}
    for output in settings.outputs:
        by_driver[driver_key(output, settings)].append(output)
    made = {
        result.output: result
        for key, outputs in by_driver.items()
        if outputs
        for result in _made_safe(key, settings, outputs)
    }
    return [made[output.id] for output in settings.outputs]


def _made_safe(key: str, settings: Settings, outputs: Sequence[OutputSettings]) -> list[MadeSafe]:
    """Makes the outputs of one driver safe.

    Returns one result each; if the driver fails as a whole, each has its error.
    """
    try:
        return DRIVERS[key].make_safe(settings, outputs)
    except (Alarm2MqttError, OSError) as error:
        return [made_safe(output, str(error)) for output in outputs]


def exit_code(results: Iterable[MadeSafe]) -> int:
    """Returns 0 if all outputs are idle, else 1."""
    return int(any(result.problem is not None for result in results))
