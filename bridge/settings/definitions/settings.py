"""The settings as frozen models: names, types, ranges and defaults of `settings.md`.

They are also the definitions that the core reads; there is no second copy. What ties parts
together (a link to an output that does not exist) is checked by `references`, and only `load`
gives settings for which everything has been checked.

The parts lie in `device`, `terminals` and `services`, and are imported from here.

Outputs are idle only once this is imported, so it is kept cheap: validators are built on first use
(`defer_build`, and defaults made by `model_construct`, which needs none), annotations are no text
that would have to be evaluated, and nothing here imports more than it must.
"""

from pydantic import Field

from bridge.core.schedule import Schedule
from bridge.settings.definitions.device import (
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
from bridge.settings.definitions.field_types import (
    ID_PATTERN,
    Id,
    Model,
    WrittenSchedule,
)
from bridge.settings.definitions.inputs import (
    AudibleLink,
    InputSettings,
    LineByName,
    LineByOffset,
    LineSettings,
    LinkageSettings,
    OutputSettings,
    PulseSettings,
    StopAfter,
    TimingSettings,
)
from bridge.settings.definitions.services import (
    AudioSettings,
    CameraSettings,
    EmailSettings,
    FtpSettings,
    PictureRingSettings,
    PicturesSettings,
    RecordingSettings,
)

__all__ = [
    "ID_PATTERN",
    "AudibleLink",
    "AudioSettings",
    "CameraSettings",
    "DeviceSettings",
    "EmailSettings",
    "FtpSettings",
    "HomeAssistantSettings",
    "Id",
    "InputSettings",
    "LineByName",
    "LineByOffset",
    "LineSettings",
    "LinesSettings",
    "LinkageSettings",
    "LogSettings",
    "MetricsSettings",
    "Model",
    "MqttSettings",
    "OutputSettings",
    "PictureRingSettings",
    "PicturesSettings",
    "PulseSettings",
    "RecordingSettings",
    "Settings",
    "StopAfter",
    "StoreSettings",
    "TimingSettings",
    "TlsSettings",
    "WebSettings",
    "host_id",
]


class Settings(Model):
    """The whole file."""

    device: DeviceSettings = Field(default_factory=DeviceSettings.model_construct)
    mqtt: MqttSettings = MqttSettings.model_construct()
    home_assistant: HomeAssistantSettings = HomeAssistantSettings.model_construct()
    lines: LinesSettings = LinesSettings.model_construct()
    cameras: dict[Id, CameraSettings] = Field(default_factory=dict)
    schedules: dict[Id, WrittenSchedule] = Field(default_factory=dict)
    inputs: tuple[InputSettings, ...] = ()
    outputs: tuple[OutputSettings, ...] = ()
    email: EmailSettings | None = None
    ftp: FtpSettings | None = None
    recording: RecordingSettings | None = None
    audio: AudioSettings | None = None
    store: StoreSettings = StoreSettings.model_construct()
    web: WebSettings = WebSettings.model_construct()
    metrics: MetricsSettings = MetricsSettings.model_construct()
    log: LogSettings = LogSettings.model_construct()

    def schedule(self, ref: str | Schedule) -> Schedule:
        """The schedule that a name, or a schedule written out, means."""
        return self.schedules[ref] if isinstance(ref, str) else ref
