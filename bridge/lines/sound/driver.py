"""Line driver of microphones (`behaviour.md` 10). Each line records for itself: ALSA shares a device by its plugins."""

from __future__ import annotations

from bridge.core.contact import Contact
from bridge.core.definitions.inputs import InputSettings
from bridge.core.definitions.sound_lines import SoundSource
from bridge.lines.contact_source import ContactSource
from bridge.lines.far_terminals import FarTerminals, Put
from bridge.lines.sound.loudness import LoudnessGate
from bridge.lines.sound.microphone import PROGRAM, Listener, Microphone


class SoundLines(FarTerminals):
    """The `LineDriver` port on microphones."""

    def __init__(self, *, program: str = PROGRAM) -> None:
        self._program = program
        super().__init__(make_input=self._input)

    def _input(self, settings: InputSettings, put: Put) -> SoundInput:
        assert isinstance(settings.line, SoundSource)  # noqa: S101 - the registry sends no other here
        return SoundInput(settings.id, settings.line, put=put, program=self._program)


class SoundInput:
    """One input at a microphone; `open` begins, `close` ends. Its first contact is a state."""

    def __init__(self, terminal: str, line: SoundSource, *, put: Put, program: str = PROGRAM) -> None:
        self._source = ContactSource(terminal, put=put)
        self._is_first = True
        listener = Listener(gate=LoudnessGate(line), heard=self._heard, lost=self._source.lost)
        self._microphone = Microphone(line.device, listener, program=program)

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
