"""The whole file. Its parts lie in `device`, `inputs`, `outputs`, `lines` and `services`, and are imported from here.

What ties parts together (a link to an output that does not exist) is checked by `settings.checks.references`,
and only `settings.load` returns settings for which everything has been checked.

Outputs are idle only once this is imported, so it imports no more than it must, and its annotations are
no text that would have to be evaluated.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bridge.core.definitions.device import (
    DeviceSettings,
    HomeAssistantSettings,
    LinesSettings,
    LogSettings,
    MetricsSettings,
    MqttSettings,
    StoreSettings,
    TlsSettings,
    WebSettings,
    host_id,
)
from bridge.core.definitions.field_types import ID_PATTERN, Id, Secret, WrittenSchedule
from bridge.core.definitions.inputs import AudibleLink, InputSettings, LinkageSettings
from bridge.core.definitions.lines import GPIO, GpioLine, LineByName, LineByOffset
from bridge.core.definitions.outputs import OutputSettings, PulseSettings, StopAfter, TimingSettings
from bridge.core.definitions.services import (
    AudioSettings,
    CameraSettings,
    EmailSettings,
    FtpSettings,
    PictureRingSettings,
    PicturesSettings,
    RecordingSettings,
)
from bridge.core.schedule import Schedule

__all__ = [
    "ID_PATTERN",
    "AudibleLink",
    "AudioSettings",
    "CameraSettings",
    "DeviceSettings",
    "EmailSettings",
    "FtpSettings",
    "GpioLine",
    "HomeAssistantSettings",
    "Id",
    "InputSettings",
    "LineByName",
    "LineByOffset",
    "LinesSettings",
    "LinkageSettings",
    "LogSettings",
    "MetricsSettings",
    "MqttSettings",
    "OutputSettings",
    "PictureRingSettings",
    "PicturesSettings",
    "PulseSettings",
    "RecordingSettings",
    "Secret",
    "Settings",
    "StopAfter",
    "StoreSettings",
    "TimingSettings",
    "TlsSettings",
    "WebSettings",
    "host_id",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Inputs, outputs, what links them, and where the bridge reports to."""

    device: DeviceSettings = DeviceSettings()
    """The device as a whole."""
    mqtt: MqttSettings = MqttSettings()
    """The MQTT broker."""
    home_assistant: HomeAssistantSettings = HomeAssistantSettings()
    """Home Assistant's MQTT discovery."""
    lines: LinesSettings = LinesSettings()
    """The driver of the terminals' lines."""
    cameras: Mapping[Id, CameraSettings] = field(default_factory=dict)
    """Cameras by id: one on a camera, several on an NVR. The first is the default."""
    schedules: Mapping[Id, WrittenSchedule] = field(default_factory=dict)
    """Schedules by id, to be named by inputs and outputs."""
    inputs: tuple[InputSettings, ...] = ()
    """Alarm inputs."""
    outputs: tuple[OutputSettings, ...] = ()
    """Alarm outputs."""
    email: EmailSettings | None = None
    """The mail server; off when absent."""
    ftp: FtpSettings | None = None
    """The FTP server; off when absent."""
    recording: RecordingSettings | None = None
    """Clips on the card; off when absent."""
    audio: AudioSettings | None = None
    """The loudspeaker; off when absent."""
    store: StoreSettings = StoreSettings()
    """The folder of journal, alarm states and waiting jobs."""
    web: WebSettings = WebSettings()
    """The settings and live page on the device."""
    metrics: MetricsSettings = MetricsSettings()
    """Figures for Prometheus."""
    log: LogSettings = LogSettings()
    """The program's own log."""

    def is_simulated(self, terminal: InputSettings | OutputSettings) -> bool:
        """Returns whether a terminal's line is on the simulated board."""
        kind = GPIO if terminal.line is None else terminal.line.kind
        return kind == GPIO and self.lines.driver == "simulated"

    @property
    def onvif_cameras(self) -> tuple[str, ...]:
        """The ids of the cameras that have an ONVIF address."""
        return tuple(name for name, camera in self.cameras.items() if camera.onvif is not None)

    def schedule(self, ref: str | Schedule) -> Schedule:
        """Returns the schedule called `ref`, or `ref` itself if it is written out.

        Raises KeyError for an unknown name.
        """
        return self.schedules[ref] if isinstance(ref, str) else ref
