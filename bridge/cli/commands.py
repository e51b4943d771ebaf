"""One function for each command: it reads its arguments, calls the room that does the work, and prints. No decisions.

The docstring of a command is its help text.
Each returns the exit code: 0 done, 1 failed. SettingsError passes through.
"""

from __future__ import annotations

import argparse
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bridge.core.definitions.settings import Settings
    from bridge.errors import Fault

DEFAULT_STORE = Path("/var/lib/alarm2mqtt")
DEFAULT_FILE = Path("/etc/alarm2mqtt/alarm2mqtt.yaml")
DONE, FAILED = 0, 1


def run(options: argparse.Namespace) -> int:
    """Runs the daemon until SIGTERM."""
    from bridge.settings.start import Start

    start = Start(options.file)
    from bridge.daemon import boot  # while the checker works, if it has to
    from bridge.runtime import log_setup as logs

    file = start.file()
    logs.set_up(level=file.loaded.settings.log.level, style=file.loaded.settings.log.format)
    boot.run(file)
    return DONE


def orientation(options: argparse.Namespace) -> int:  # noqa: ARG001 - without a command there are no options
    """Prints the state of this machine, and the next commands to type."""
    from bridge.cli.overview.overview import orientation as orient

    print(orient(DEFAULT_FILE))
    return DONE


def init(options: argparse.Namespace) -> int:
    """Asks a few questions and writes a first settings file."""
    from bridge.cli.init.wizard import first_file

    return DONE if first_file(options.file, default=DEFAULT_FILE, force=options.force, unasked=options.yes) else FAILED


def import_settings(options: argparse.Namespace) -> int:
    """Writes the settings of another program as ours, and reports what differs and what its topics become."""
    from bridge.cli.mqtt_io.import_file import import_file

    for line in import_file(options.source, options.file, default=DEFAULT_FILE, force=options.force):
        print(line)
    return DONE


def watch(options: argparse.Namespace) -> int:
    """Shows the terminals live: from what the bridge publishes over MQTT, on this machine or another."""
    import asyncio

    from bridge.cli.watch.watch import can_draw
    from bridge.cli.watch.watch import watch as show
    from bridge.runtime.clock import Clock

    settings = _settings_to_watch(options.file)
    clock = Clock(settings.device.timezone)
    asyncio.run(show(settings, now=lambda: clock.now().local, plain=options.plain or not can_draw()))
    return DONE


def _settings_to_watch(file: Path) -> Settings:
    """Returns the settings, even if the secrets of mail or page cannot be read: only the broker's is used.

    Raises:
        SettingsError: with every other fault.
    """
    from bridge.errors import SettingsError
    from bridge.settings.load import load

    try:
        return load(file).settings
    except SettingsError:
        return load(file, secrets=False).settings  # the broker's password_file is read when it is needed


def check(options: argparse.Namespace) -> int:
    """Prints all that is wrong in a file; needs no hardware."""
    from bridge.settings.load import load

    loaded = load(options.file)
    for warning in loaded.warnings():
        print(f"warning: {warning}")
    inputs, outputs = len(loaded.settings.inputs), len(loaded.settings.outputs)
    if not inputs and not outputs:
        print(f"warning: {options.file}: has no inputs and no outputs, so nothing is watched")
    print(f"{options.file}: right; {inputs} input{'s' * (inputs != 1)}, {outputs} output{'s' * (outputs != 1)}")
    return DONE


def schema(options: argparse.Namespace) -> int:
    """Prints or writes the JSON Schema of the file, for editors."""
    from bridge.settings.json_schema import schema_text, write_schema

    if options.target is None:
        print(schema_text(), end="")
    else:
        try:
            write_schema(options.target)
        except OSError as error:
            print(f"alarm2mqtt: {options.target} cannot be written: {error.strerror}", file=sys.stderr)
            return FAILED
    return DONE


def safe(options: argparse.Namespace) -> int:
    """Drives every output to idle; for the service's stop hook, when the daemon is dead."""
    from bridge.lines.safe import exit_code
    from bridge.lines.safe import safe as make_safe
    from bridge.settings.start import outputs_of_copy

    faults: tuple[Fault, ...] = ()
    settings = outputs_of_copy(options.file)
    if settings is None:
        from bridge.settings.file.salvage import load_outputs

        settings, faults = load_outputs(options.file)
    results = make_safe(settings)  # before anything is printed: the reader of the output may be gone as well
    if any(output.is_far for output in settings.outputs):
        from bridge.cli.far_safety import make_far_safe

        results += make_far_safe(options.file, settings)
    with suppress(OSError):
        for fault in faults:
            print(f"the file is wrong, went on with what is not: {fault}", file=sys.stderr)
        for result in results:
            if result.problem is None:
                print(f"{result.output}: idle ({result.contact})")
            else:
                print(f"{result.output}: NOT IDLE: {result.problem}", file=sys.stderr)
    return FAILED if faults else exit_code(results)


def guard(options: argparse.Namespace) -> int:
    """Runs the daemon under a watchdog, for containers; makes outputs safe and starts it again when it ends."""
    from bridge.guard.guard import guard as keep
    from bridge.runtime import log_setup as logs

    logs.set_up(level="info", style="console")
    return keep(options.file)


def healthy(options: argparse.Namespace) -> int:  # noqa: ARG001 - takes no file: it asks the guard
    """Reports whether the guard's daemon is ready and gives signs of life, for containers."""
    from bridge.guard.sockets import ask

    well, words = ask()
    print(words)
    return DONE if well else FAILED


def lines(options: argparse.Namespace) -> int:  # noqa: ARG001 - takes no file: it shows what there is
    """Lists the GPIO chips and their lines, with their users."""
    from bridge.cli.lines_text import listed_text
    from bridge.lines.gpio.listing import list_chips

    print(listed_text(list_chips()))
    return DONE


def cameras(options: argparse.Namespace) -> int:
    """Finds cameras in the network, or asks the one at ADDRESS, and lists what they have as lines of the settings."""
    from bridge.cli.cameras.listing import CameraListing
    from bridge.cli.cameras.log_in import ask_login, given_login
    from bridge.cli.cameras.log_in import at_terminal as can_ask
    from bridge.lines.onvif.known import device_service

    try:
        address = None if options.address is None else device_service(options.address)
    except ValueError as error:
        options.wrong(f"ADDRESS {error}")
    try:
        given = given_login(options.username, options.password_file)
    except ValueError as error:
        options.wrong(str(error))
    listing = CameraListing(
        settings=_settings_if_any(options.file),
        given=given,
        password_file=None if options.password_file is None else str(options.password_file.absolute()),
        ask=ask_login if can_ask() else None,
    )
    code = FAILED
    for listed in listing.blocks(address):
        if listed.is_found:
            print(listed.text, end="\n\n", flush=True)
            code = DONE
        else:
            print(f"alarm2mqtt: {listed.text}", file=sys.stderr)
    return code


def _settings_if_any(file: Path | None) -> Settings | None:
    """Returns the settings of a file; without one those of the default file, None if it is not there.

    Raises SettingsError.
    """
    from bridge.settings.load import load

    if file is None:
        with suppress(OSError):  # a folder that this user may not look into
            if not DEFAULT_FILE.exists():
                return None
    return load(file or DEFAULT_FILE).settings


def journal(options: argparse.Namespace) -> int:
    """Prints the newest entries of the journal, or those since a time."""
    from bridge.cli.log import print_journal
    from bridge.runtime.clock import Clock
    from bridge.settings.load import load

    settings = load(options.file).settings
    now = Clock(settings.device.timezone).now().local
    for line in print_journal(
        settings.store.folder,
        now,
        since=options.since,
        limit=options.lines,
        as_json=options.json,
        follow=options.follow,
    ):
        print(line, flush=True)
    return DONE


def purge(options: argparse.Namespace) -> int:
    """Clears every retained topic that this device ever published; stop the daemon first."""
    import asyncio

    from bridge.cli import purge as purging
    from bridge.settings.load import load

    print(f"{asyncio.run(purging.purge(load(options.file).settings))} topics are clear")
    return DONE


def send_test(options: argparse.Namespace) -> int:
    """Sends a test mail, or uploads a test picture, now, and reports the result; the daemon may run."""
    import asyncio

    from bridge.cli.send_test import SendTest
    from bridge.core.definitions.channels import CHANNEL
    from bridge.runtime.clock import Clock
    from bridge.settings.load import load

    settings = load(options.file).settings
    test = SendTest(settings, Clock(settings.device.timezone).now())
    print(asyncio.run(test.send(CHANNEL[options.kind])))
    return DONE


def clips(options: argparse.Namespace) -> int:
    """Lists the finished clips of the recording folder; `delete NAME` deletes one."""
    from bridge.cli.clips import clip_lines, delete_clip
    from bridge.runtime.clock import zone
    from bridge.settings.load import load

    if (options.action == "delete") != (options.name is not None):
        options.wrong("delete takes the NAME of a clip, list takes none")
    settings = load(options.file).settings
    if options.action == "delete":
        delete_clip(settings, options.name)
        print(f"{options.name} is deleted")
        return DONE
    for line in clip_lines(settings, zone(settings.device.timezone)):
        print(line)
    return DONE


def demo(options: argparse.Namespace) -> int:
    """Runs the bridge on a simulated board, with a simulated camera and a broker of its own, to play with."""
    from bridge.cli.demo.demo import demo as play

    play(options.folder)
    return DONE


def board(options: argparse.Namespace) -> int:
    """Touches the simulated board (connect, disconnect, fail, heal ID; contacts; watch), or the camera of the demo."""
    from bridge.lines.simulated.board_lock import board_socket
    from bridge.lines.simulated.client import talk

    for answer in talk(options.socket or board_socket(DEFAULT_STORE), " ".join(options.words)):
        print(answer, flush=True)
    return DONE
