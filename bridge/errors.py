"""Every exception of the product, cut by what the one who catches it can do.

Alarm2MqttError
├── SettingsError        the person who wrote the settings must change them; exit code 2
├── CheckerFailed        settings could not be checked now, whatever they are; those in force stay
├── LineError            a terminal cannot be used now; retried until it can
│   ├── LineMissing      no such chip or line (yet)
│   ├── LineBusy         another program holds it
│   └── LineDenied       no permission
├── CommandRefused       whoever sent the command is told why; nothing changed
├── MessageMalformed     a message of another device means nothing; logged once and counted
├── BrokerError          no connection to the MQTT broker now; retried until there is one
├── BoardError           the simulated terminal board does not answer or refused a command
├── ActionError          a linkage action did not succeed
│   ├── ActionFailed     this time: try again later
│   ├── NothingToSend    there is no picture for the upload, and never will be
│   └── ActionRefused    and never will until somebody changes something
│       ├── ContentRefused  what was sent, by its size or kind: less of it may be taken
│       └── CameraRefused  a camera answered with a fault, in its own words
├── TlsFileError         a file of certificates or keys cannot be used; whoever connects reports it as its own
├── StoreError           the database cannot be read or written; the bridge goes on in memory
└── StartFailed          the program cannot run at all; exit code 1
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


class Alarm2MqttError(Exception):
    """The root: nothing of ours is raised that does not hang below it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong in settings or in a command.

    `path` names the place in the settings, such as `inputs[0].debounce_ms`; it is empty for the
    whole. `value` is never a secret's. `allowed` says what would be right. `is_passing`: nothing is wrong with the
    change itself, which could not be made now.
    """

    path: str
    message: str
    file: str | None = None
    line: int | None = None
    value: str | None = None
    allowed: str | None = None
    is_passing: bool = False

    def __str__(self) -> str:
        """Returns one line for a person: `file:line: path: message (value.

        Allowed)`, without the parts that are unknown.
        """
        place = ":".join(str(part) for part in (self.file, self.line) if part is not None)
        head = ": ".join(part for part in (place, self.path, self.message) if part)
        notes = [f"is {self.value}"] if self.value is not None else []
        notes += [f"allowed: {self.allowed}"] if self.allowed is not None else []
        return f"{head} ({'; '.join(notes)})" if notes else head


class SettingsError(Alarm2MqttError):
    """The settings are wrong; `faults` holds all that is, never only the first."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class CheckerFailed(Alarm2MqttError):
    """The process that checks settings ended, hung or made no sense; the message is for a person."""


class LineError(Alarm2MqttError):
    """A terminal's line cannot be requested, read or driven."""

    def __init__(self, terminal: str, message: str) -> None:
        self.terminal = terminal
        self.message = message
        super().__init__(f"{terminal}: {message}")


class LineMissing(LineError):
    """There is no such chip, or no such line on it; it may appear later."""


class LineBusy(LineError):
    """Another program holds the line; the message names it where the kernel tells."""


class LineWithoutInterrupt(LineError):
    """The line can be read, and its chip reports no edges of it."""


class LineDenied(LineError):
    """The process may not open the chip."""


class CommandRefused(Alarm2MqttError):
    """A command that was understood, or not, and is not done."""

    def __init__(self, message: str, *, path: str = "") -> None:
        self.path = path
        self.message = message
        super().__init__(f"{path}: {message}" if path else message)


class MessageMalformed(Alarm2MqttError):
    """A message from another device cannot be read; the words say what it is, and hold none of it."""


class BrokerError(Alarm2MqttError):
    """The MQTT broker cannot be reached, or refused; the message says why and holds no secret."""


class BoardError(Alarm2MqttError):
    """The simulated terminal board does not answer, or refused a command."""


class ActionError(Alarm2MqttError):
    """A linkage action did not succeed; the message is for a person and holds no secret."""


class ActionFailed(ActionError):
    """The action may succeed when tried again."""


class NothingToSend(ActionError):
    """A job has nothing to deliver: its picture was never taken, or is gone. No further try can help."""


class ActionRefused(ActionError):
    """A permanent refusal, such as a wrong password or a missing certificate: not to be hammered."""


class ContentRefused(ActionRefused):
    """Not who brings it is refused, but what it is: with less in it, it may be taken."""


class CameraRefused(ActionRefused):
    """A camera answered a request with a fault; `is_login`: it refuses user name or password."""

    def __init__(self, message: str, *, is_login: bool = False) -> None:
        self.is_login = is_login
        super().__init__(message)


class TlsFileError(Alarm2MqttError):
    """A file of certificates or keys for TLS cannot be used; the message names it and says why."""


class StoreError(Alarm2MqttError):
    """The database cannot be opened, read or written."""


class StartFailed(Alarm2MqttError):
    """The program cannot start or go on."""
