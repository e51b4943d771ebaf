"""Clips: which camera records for which alarm, and what became of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bridge.actions.recording.reports import ClipFinished, ClipMissed, RecordReport
from bridge.core.facts import ActionEnded, Now
from bridge.linkage.devices import camera_of

if TYPE_CHECKING:
    from bridge.actions.recording.recorder import CameraRecorder
    from bridge.core.definitions.settings import Settings
    from bridge.linkage.devices import Media

BY_COMMAND = "command"
"""Stands in a clip's name for the input that there is none of."""
USUAL_S = 10.0


class Clips:
    """Hands alarms to recorders. `media` and `settings` give those in force."""

    def __init__(
        self,
        *,
        settings: Callable[[], Settings],
        media: Callable[[], Media],
        now: Callable[[], Now],
        tell: Callable[[ActionEnded], None],
        changed: Callable[[], None],
    ) -> None:
        self._settings = settings
        self._media = media
        self._now = now
        self._tell = tell
        self._changed = changed
        self._live: set[str] = set()

    def begin(self, input_id: str, *, at: float) -> None:
        """An alarm began, or came again within the quiet period, at the instant `at`.

        Both are the same here: what is recorded goes on until that alarm's end, and after a clip that
        was over already there is a new one, since it is mails that a re-trigger must not repeat.
        """
        if not any(each.id == input_id and each.linkage.record for each in self._settings().inputs):
            return
        self._live.add(input_id)
        recorder = self._recorder(input_id)
        if recorder is not None:
            recorder.begin(input=input_id, at=at)

    def end(self, input_id: str) -> None:
        """An alarm ended: whichever camera recorded it goes into its post-roll."""
        self._live.discard(input_id)
        for recorder in self._media().recorders.values():
            recorder.end(input=input_id)

    def record(self, input_id: str | None, *, seconds: float | None, at: float) -> None:
        """A clip by command, with an input's camera or the first."""
        recording = self._settings().recording
        usual_s = USUAL_S if recording is None else recording.post_s
        recorder = self._recorder(input_id)
        if recorder is not None:
            recorder.record(input=input_id or BY_COMMAND, seconds=seconds or usual_s, at=at)

    def go_on(self) -> None:
        """The recorders are new ones: alarms that live are recorded by them from now on."""
        for input_id in sorted(self._live):
            self.begin(input_id, at=self._now().monotonic)

    def reported(self, report: RecordReport) -> None:
        """From a recorder."""
        match report:
            case ClipFinished():
                error = None if report.error is None else str(report.error)
                self._say(report.input, "recorded", error, path=report.name, seconds=report.seconds)
            case ClipMissed():
                self._say(report.input, "failed", str(report.error))
        self._changed()

    def _recorder(self, input_id: str | None) -> CameraRecorder | None:
        camera = camera_of(input_id, self._settings())
        recorder = self._media().recorders.get(camera or "")
        if recorder is None:
            error = "there is no camera" if camera is None else f"camera {camera} has no stream that can be recorded"
            self._say(input_id, "failed", error)
        return recorder

    def _say(
        self, name: str | None, reason: str, error: str | None, *, path: str | None = None, seconds: float | None = None
    ) -> None:
        known = any(each.id == name for each in self._settings().inputs)
        source = None if name == BY_COMMAND and not known else name
        self._tell(ActionEnded(kind="clip", reason=reason, input=source, path=path, seconds=seconds, error=error))
