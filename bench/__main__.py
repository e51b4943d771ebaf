"""`python -m bench`: measure, draw the table, write the JSON; exit code 1 when a floor is missed."""

from __future__ import annotations

import argparse
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path

from bench import (
    bursts,
    cameras,
    commands,
    idle,
    journal,
    latency,
    linkage,
    many,
    memory,
    outage,
    paced,
    page,
    pulses,
    reconnects,
    recording,
    startup,
)
from bench.broker import mosquitto
from bench.ours import PROGRAM
from bench.stage import Stage
from bench.table import Row, drawn, written

PARTS: dict[str, Callable[[Stage], list[Row]]] = {
    "latency": latency.measure,
    "paced": paced.measure,
    "commands": commands.measure,
    "bursts": bursts.measure,
    "flood": bursts.flood,
    "outage": outage.measure,
    "reconnects": reconnects.measure,
    "startup": startup.measure,
    "many": many.measure,
    "idle": idle.measure,
    "memory": memory.measure,
    "pulses": pulses.measure,
    "linkage": linkage.measure,
    "recording": recording.measure,
    "journal": journal.measure,
    "page": page.measure,
    "cameras": cameras.measure,
}
FOLDER = Path(".bench")


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="short runs: a first look, not a verdict")
    parser.add_argument("--only", action="append", choices=PARTS, help="this part; may be repeated")
    parser.add_argument("--json", type=Path, default=FOLDER / "results.json", help="where the results go (%(default)s)")
    return parser.parse_args()


def _measured(name: str, *, quick: bool) -> list[Row] | None:
    """The part's rows; None, with the reason told, when it broke."""
    sys.stderr.write(f"{name} …\n")
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        stage = Stage(cache=FOLDER.resolve(), folder=Path(folder), quick=quick)
        try:
            return PARTS[name](stage)
        except Exception:  # noqa: BLE001 - a part that breaks is told, and must not hide the others
            traceback.print_exc()
            return None
        finally:
            stage.close()


def main() -> int:
    """0 when every floor is kept, 1 when one is missed or a part broke, 2 when nothing can be measured."""
    asked = _asked()
    if mosquitto() is None or not PROGRAM.exists():
        sys.stderr.write(f"needed: mosquitto, and {PROGRAM} (make setup)\n")
        return 2
    FOLDER.mkdir(exist_ok=True)
    names = asked.only or list(PARTS)
    results = {name: _measured(name, quick=asked.quick) for name in names}
    rows = [row for found in results.values() for row in found or ()]
    broken = [name for name, found in results.items() if found is None]
    sys.stdout.write(drawn(rows) + "\n" + "".join(f"{name}  BROKEN\n" for name in broken))
    written(rows, asked.json, quick=asked.quick)
    return 1 if broken or any(row.kept is False for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
