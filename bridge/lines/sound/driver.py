"""Line driver of microphones (`behaviour.md` 10). Each line records for itself: ALSA shares a device by its plugins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from bridge.core.contact import Contact
from bridge.core.definitions.inputs import InputSettings
from bridge.core.definitions.sound_lines import SoundSource
from bridge.lines.contact_source import ContactSource
from bridge.lines.far_terminals import FarTerminals, Put
from bridge.lines.sound.loudness import LoudnessGate
from bridge.lines.sound.microphone import Listener, Microphone


class Recording(Protocol):
    """A microphone that is listened to, as `Microphone` is one."""

    def start(self) -> None: ...  # noqa: D102 - in the class's docstring
    def stop(self) -> None: ...  # noqa: D102


MakeMicrophone = Callable[[str, Listener], Recording]


class SoundLines(FarTerminals):
    """The `LineDriver` port on microphones; `microphone_of` makes one of a device and its listener."""

    def __init__(self, *, microphone_of: MakeMicrophone = Microphone) -> None:
        self._microphone_of = microphone_of
        super().__init__(make_input=self._input)

    def _input(self, settings: InputSettings, put: Put) -> SoundInput:
        assert isinstance(settings.line, SoundSource)  # noqa: S101 - the registry sends no other here
        return SoundInput(settings.id, settings.line, put=put, microphone_of=self._microphone_of)


class SoundInput:
    """One input at a microphone; `open` begins, `close` ends. Its first contact is a state."""

    def __init__(self, terminal: str, line: SoundSource, *, put: Put, microphone_of: MakeMicrophone) -> None:
        self._source = ContactSource(terminal, put=put)
        self._is_first = True
        listener = Listener(gate=LoudnessGate(line), heard=self._heard, lost=self._source.lost)
        self._microphone = microphone_of(line.device, listener)

    def open(self) -> None:
        """Begins to listen, on a running event loop."""
        self._source.begin()
        self._microphone.start()

    def close(self) -> None:
        """Ends the recording, and reports nothing more."""
        self._microphone.stop()
        self._source.close()

    def _heard(self, contact: Contact) -> None:
        self._source.seen(contact, is_event=not self._is_first)
        self._is_first = False
