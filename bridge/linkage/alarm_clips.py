"""Clips of alarms and of commands: orders to the recorders, and reports of their results."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bridge.actions.recording.reports import ClipFinished, ClipMissed, ClipStarted, RecordReport
from bridge.core.facts import ActionEnded, Now
from bridge.linkage.devices import camera_of
from bridge.linkage.pending_actions import PendingActions

if TYPE_CHECKING:
    from bridge.actions.recording.recorder import CameraRecorder
    from bridge.core.definitions.settings import Settings
    from bridge.linkage.devices import Media

BY_COMMAND = "command"
"""In the name of a clip without an input."""
USUAL_S = 10.0


class Clips:
    """Passes alarms and commands on to recorders.

    `media()` and `settings()` return those in force. `report` gets each outcome; `changed` is called after each report.
    """

    def __init__(
        self,
        *,
        settings: Callable[[], Settings],
        media: Callable[[], Media],
        now: Callable[[], Now],
        report: Callable[[ActionEnded], None],
        changed: Callable[[], None],
        pending: PendingActions,
    ) -> None:
        self._settings = settings
        self._media = media
        self._now = now
        self._report = report
        self._changed = changed
        self._pending = pending
        self._rows: dict[str, list[str]] = {}
        """Rows of clips under way, by camera: inputs of one camera share its clip, and its report."""
        self._live: set[str] = set()
        self._alarms: dict[str, str | None] = {}
        """The id of each input's last alarm that was recorded; None while a command's clip is the last."""
        self._clips: dict[str, str | None] = {}
        """The id of the alarm of each clip that is being written, by its path."""

    def begin(self, input_id: str, *, at: float, seq: int | None = None, alarm: str | None = None) -> None:
        """Records an alarm that began, or came again within the quiet period, at the instant `at`.

        Both are the same here: a clip goes on until that alarm's end, and after a clip that has ended already a new one
        begins, since only mails must not be repeated by a re-trigger. `seq` and `alarm` are number and id of the entry
        of an alarm that began, None for a clip that goes on. Does nothing for an input that does not record; a camera
        that cannot record is reported as a failed clip.
        """
        if not any(each.id == input_id and each.linkage.record for each in self._settings().inputs):
            return
        self._live.add(input_id)
        self._alarms[input_id] = alarm or self._alarms.get(input_id)
        recorder = self._recorder(input_id)
        if recorder is not None:
            self._is_pending(input_id, seq)
            recorder.begin(input=input_id, at=at)

    def end(self, input_id: str) -> None:
        """Ends the recording of an alarm, after the post-roll."""
        self._live.discard(input_id)
        for recorder in self._media().recorders.values():
            recorder.end(input=input_id)

    def record(self, input_id: str | None, *, seconds: float | None, at: float, seq: int) -> None:
        """Records a clip by command, with the camera of the input, or the first camera for None.

        `seconds` None means the usual length. `seq` is the number of the command's journal entry. A camera that cannot
        record is reported as a failed clip.
        """
        recording = self._settings().recording
        usual_s = USUAL_S if recording is None else recording.post_s
        if input_id is not None and input_id not in self._live:
            self._alarms[input_id] = None
        recorder = self._recorder(input_id)
        if recorder is not None:
            self._is_pending(input_id, seq)
            recorder.record(input=input_id or BY_COMMAND, seconds=seconds or usual_s, at=at)

    def go_on(self) -> None:
        """Makes new recorders record the alarms that are active."""
        for input_id in sorted(self._live):
            self.begin(input_id, at=self._now().monotonic)

    def reported(self, report: RecordReport) -> None:
        """Handles a report of a recorder; a finished or missed clip is reported as an outcome."""
        match report:
            case ClipStarted():
                self._clips[report.name] = self._alarms.get(report.input)
            case ClipFinished():
                error = None if report.error is None else str(report.error)
                alarm = self._clips.pop(report.name, None)
                self._report_end(report.input, "recorded", error, path=report.name, seconds=report.seconds, alarm=alarm)
                self._not_pending(report.camera)
            case ClipMissed():
                self._report_end(report.input, "failed", str(report.error), alarm=self._alarms.get(report.input))
                self._not_pending(report.camera)
        self._changed()

    def _is_pending(self, input_id: str | None, seq: int | None) -> None:
        """Stores that a clip is under way, for the journal entry `seq`; does nothing for None."""
        if seq is not None:
            row = self._pending.begin("clip", seq=seq, input=input_id, alarm=self._alarms.get(input_id or ""))
            self._rows.setdefault(camera_of(input_id, self._settings()) or "", []).append(row)

    def _not_pending(self, camera: str) -> None:
        """Removes the rows of a camera's clips under way from the store."""
        for row in self._rows.pop(camera, ()):
            self._pending.end(row)

    def _recorder(self, input_id: str | None) -> CameraRecorder | None:
        """Returns the recorder of the input's camera; None, after reporting a failed clip, if there is none."""
        camera = camera_of(input_id, self._settings())
        recorder = self._media().recorders.get(camera or "")
        if recorder is None:
            error = "there is no camera" if camera is None else f"camera {camera} has no stream that can be recorded"
            self._report_end(input_id, "failed", error, alarm=self._alarms.get(input_id or ""))
        return recorder

    def _report_end(
        self,
        name: str | None,
        reason: str,
        error: str | None,
        *,
        path: str | None = None,
        seconds: float | None = None,
        alarm: str | None = None,
    ) -> None:
        known = any(each.id == name for each in self._settings().inputs)
        source = None if name == BY_COMMAND and not known else name
        self._report(
            ActionEnded(kind="clip", reason=reason, input=source, path=path, seconds=seconds, error=error, alarm=alarm)
        )
