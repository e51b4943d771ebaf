"""The settings as frozen models: names, types, ranges and defaults of `settings.md`.

They are also the definitions that the core reads; there is no second copy. What ties parts
together (a link to an output that does not exist) is checked by `references`, and only `load`
gives settings for which everything has been checked.

Outputs are idle only once this is imported, so it is kept cheap: validators are built on first use
(`defer_build`, and defaults made by `model_construct`, which needs none), annotations are no text
that would have to be evaluated, and nothing here imports more than it must.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PlainSerializer,
    PlainValidator,
    SecretStr,
    Tag,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from bridge.core.contact import Level, TriggerMode, ValidSignal
from bridge.core.schedule import ALWAYS, Schedule
from bridge.core.schedule_text import read_schedule, write_schedule
from bridge.settings import vocabulary

ID_PATTERN = r"^[a-z0-9-]{1,32}$"
Id = Annotated[str, Field(pattern=ID_PATTERN)]
Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")]
Port = Annotated[int, Field(ge=1, le=65535)]
TopicPath = Annotated[str, Field(pattern=r"^[a-z0-9-]+(/[a-z0-9-]+)*$", max_length=128)]


def refused(message: str, allowed: str) -> PydanticCustomError:
    """To be raised by a validator: what is wrong, and what would be right."""
    return PydanticCustomError("refused", "{message}", {"message": message, "allowed": allowed})


def _schedule(value: object) -> Schedule:
    """A schedule written out; `special` may be left empty like every other optional key."""
    if isinstance(value, Schedule):
        return value
    if isinstance(value, Mapping):
        value = {key: part for key, part in value.items() if part is not None or key != "special"}
    return read_schedule(value)


def _schedule_ref(value: object) -> str | Schedule:
    """A schedule's name stays a name; anything else is a schedule written out."""
    if not isinstance(value, str) or value in ("always", "never"):
        return _schedule(value)
    if not re.fullmatch(ID_PATTERN, value):
        message = "is no schedule's name"
        raise refused(message, "a name below schedules, always, never, or days with their periods")
    return value


WrittenSchedule = Annotated[
    Schedule,
    PlainValidator(_schedule),
    PlainSerializer(write_schedule),
    WithJsonSchema(vocabulary.SCHEDULE_JSON_SCHEMA),
]
ScheduleRef = Annotated[
    str | Schedule,
    PlainValidator(_schedule_ref),
    PlainSerializer(lambda value: value if isinstance(value, str) else write_schedule(value)),
    WithJsonSchema({"anyOf": [{"type": "string", "pattern": ID_PATTERN}, vocabulary.SCHEDULE_JSON_SCHEMA]}),
]

_NUMBERS = (int, float, int | None, float | None, Port | None)


class Model(BaseModel):
    """Frozen, and strict with people: unknown keys are refused.

    A key that is left empty (`client_id:`, `""` where nothing is the default) means its default.
    """

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        arbitrary_types_allowed=True,
        allow_inf_nan=False,
        hide_input_in_errors=True,
        defer_build=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _as_people_write(cls, data: Any) -> Any:
        """Without the keys left empty; a truth value where a number belongs is made text, to be refused.

        Pydantic would take `true` as 1.
        """
        if not isinstance(data, dict):
            return data
        fields = cls.model_fields
        written = {}
        for key, value in data.items():
            field = fields.get(key)
            if field is not None:
                if value is None or (value == "" and field.default is None):
                    continue
                if isinstance(value, bool) and field.annotation in _NUMBERS:
                    value = str(value)  # noqa: PLW2901 - what is checked is this
            written[key] = value
        return written


class DeviceSettings(Model):
    """The device as a whole."""

    id: Id = Field(default_factory=lambda: host_id(os.uname().nodename))
    name: Name | None = None
    area: Name | None = None
    timezone: str | None = None
    clock: Literal["trust", "require_sync"] = "trust"
    startup_grace_s: float = Field(5, ge=0, le=300)

    @property
    def label(self) -> str:
        """What people call it: the name, else the id."""
        return self.name or self.id


def host_id(host: str) -> str:
    """A host name made fit to be an id."""
    return re.sub(r"[^a-z0-9]+", "-", host.lower()).strip("-")[:32].strip("-") or "alarm2mqtt"


class TlsSettings(Model):
    """TLS; present means on, and the host name is always checked."""

    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None


class MqttSettings(Model):
    """The broker."""

    host: str = Field("localhost", min_length=1)
    port: Port | None = None
    username: str | None = None
    password: SecretStr | None = None
    password_file: Path | None = None
    client_id: str | None = Field(None, max_length=65535)
    base_topic: TopicPath = "alarm2mqtt"
    keepalive_s: int = Field(30, ge=5, le=3600)
    tls: TlsSettings | None = None


class HomeAssistantSettings(Model):
    """Home Assistant's MQTT discovery."""

    discovery: bool = True
    prefix: str = Field("homeassistant", pattern=r"^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*$")
    settings_entities: bool = True


class LinesSettings(Model):
    """Which line driver."""

    driver: Literal["gpiod", "simulated"] = "gpiod"


class PictureRingSettings(Model):
    """Pictures taken all the time, so that one is of the very instant of an alarm."""

    rate_hz: float = Field(1, ge=0.1, le=10)
    keep_s: float = Field(5, ge=1, le=30)


class CameraSettings(Model):
    """Where pictures and streams come from; an address may hold a password and is never shown."""

    snapshot: str | None = Field(None, pattern=r"^(https?://|rtsps?://|v4l2:/)", repr=False)
    stream: str | None = Field(None, pattern=r"^rtsps?://", repr=False)
    username: str | None = None
    password: SecretStr | None = None
    password_file: Path | None = None
    ca_file: Path | None = None
    ring: PictureRingSettings | None = None


class LineByOffset(Model):
    """A line of a chip: its name, path or label, and the offset."""

    chip: str = Field(min_length=1)
    offset: int = Field(ge=0, le=1023)


class LineByName(Model):
    """A line by the name the board gives it; a chip narrows the search."""

    name: str = Field(min_length=1)
    chip: str | None = Field(None, min_length=1)


def _which_line(value: object) -> str | None:
    """Which of the two forms of a line is meant; None for neither."""
    if isinstance(value, Model):
        return "(by offset)" if isinstance(value, LineByOffset) else "(by name)"
    if not isinstance(value, Mapping) or not value.keys() & {"chip", "offset", "name"}:
        return None
    return "(by name)" if "name" in value and "offset" not in value else "(by offset)"


LineSettings = Annotated[
    Annotated[LineByOffset, Tag("(by offset)")] | Annotated[LineByName, Tag("(by name)")],
    Discriminator(_which_line, custom_error_type="line", custom_error_message="is no line"),
]


def _repeat(value: object) -> int | Literal["while_active"]:
    if value == "while_active":
        return "while_active"
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 50:  # noqa: PLR2004 - behaviour.md 7
        return value
    message = "is no number of times"
    raise refused(message, "1 to 50, or while_active")


class AudibleLink(Model):
    """The sound of an alarm; one that is not enabled is kept for when it is again."""

    enabled: bool = True
    clips: tuple[Annotated[str, Field(min_length=1, pattern=r"^[^/\x00-\x1f]+$")], ...] = Field(min_length=1)
    repeat: Annotated[
        int | Literal["while_active"],
        PlainValidator(_repeat),
        WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1, "maximum": 50}, {"const": "while_active"}]}),
    ] = 1
    volume: int = Field(100, ge=0, le=100)


class LinkageSettings(Model):
    """What an input does when its alarm begins."""

    camera: Id | None = None
    outputs: tuple[Id, ...] = ()
    audible: AudibleLink | None = None
    record: bool = False
    email: bool = False
    ftp: bool = False


class InputSettings(Model):
    """One alarm input."""

    id: Id
    name: Name | None = None
    line: LineSettings | None = None
    connected_level: Level = Level.LOW
    bias: Literal["pull_up", "pull_down", "disabled", "as_is"] = "pull_up"
    debounce_ms: int = Field(100, ge=0, le=10_000)
    trigger_mode: TriggerMode = TriggerMode.CONNECT
    enabled: bool = True
    schedule: ScheduleRef = ALWAYS
    quiet_s: float = Field(5, ge=0, le=600)
    when_schedule_opens: Literal["trigger", "wait"] = "trigger"
    device_class: Literal[vocabulary.BINARY_SENSOR_CLASSES] | None = None  # type: ignore[valid-type]
    linkage: LinkageSettings = LinkageSettings.model_construct()

    @property
    def label(self) -> str:
        """What people call it: the name, else the id."""
        return self.name or self.id


class PulseSettings(Model):
    """The two phases of pulse mode."""

    on_ms: int = Field(500, ge=50, le=60_000)
    off_ms: int = Field(500, ge=50, le=60_000)


class TimingSettings(Model):
    """Timing alarm output: on by the schedule rather than by events."""

    enabled: bool = False
    schedule: ScheduleRef = ALWAYS


class StopAfter(Model):
    """What a manual start over MQTT does without its commander: end after so long."""

    stop_after_s: float = Field(ge=0, le=86_400)


def _keep_or_stop(value: object) -> str | None:
    if isinstance(value, Mapping | StopAfter):
        return "(stop)"
    return "(keep)" if value == "keep" else None


BrokerLoss = Annotated[
    Annotated[Literal["keep"], Tag("(keep)")] | Annotated[StopAfter, Tag("(stop)")],
    Discriminator(_keep_or_stop, custom_error_type="broker_loss", custom_error_message="is not understood"),
]

SIREN_CUT_OFF_S = 900


def _continuous_or_perceptible(alarm_time_ms: int) -> int:
    if 0 < alarm_time_ms < 100:  # noqa: PLR2004 - the shortest there is
        message = "is too short"
        raise refused(message, "0 (continuous), or 100 to 86400000")
    return alarm_time_ms


class OutputSettings(Model):
    """One alarm output."""

    id: Id
    name: Name | None = None
    line: LineSettings | None = None
    connected_level: Level = Level.HIGH
    drive: Literal["push_pull", "open_drain", "open_source"] = "push_pull"
    kind: Literal["generic", "siren", "strobe", "lock"] = "generic"
    valid_signal: ValidSignal = ValidSignal.CLOSE
    mode: Literal["switch", "pulse"] = "switch"
    pulse: PulseSettings = PulseSettings.model_construct()
    follow_source: bool = False
    alarm_time_ms: Annotated[int, Field(ge=0, le=86_400_000), AfterValidator(_continuous_or_perceptible)] = 0
    retrigger: Literal["extend", "ignore"] = "extend"
    max_active_s: float | None = Field(None, ge=0, le=604_800)
    timing: TimingSettings = TimingSettings.model_construct()
    restore_latched: bool = False
    on_broker_loss: BrokerLoss = "keep"
    device_class: Literal["outlet", "switch"] | None = None

    @property
    def label(self) -> str:
        """What people call it: the name, else the id."""
        return self.name or self.id

    @property
    def cut_off_s(self) -> float | None:
        """The longest it may be active; a siren has a limit unless told otherwise."""
        seconds = self.max_active_s
        if seconds is None:
            seconds = SIREN_CUT_OFF_S if self.kind == "siren" else 0
        return seconds or None


class PicturesSettings(Model):
    """How many pictures an alarm takes."""

    count: int = Field(1, ge=1, le=10)
    interval_s: float = Field(1, ge=0.5, le=60)


class EmailSettings(Model):
    """The mail server and who is told."""

    host: str = Field(min_length=1)
    port: Port = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str | None = None
    password: SecretStr | None = None
    password_file: Path | None = None
    ca_file: Path | None = None
    sender: str = Field(pattern=vocabulary.MAIL_ADDRESS)
    recipients: tuple[Annotated[str, Field(pattern=vocabulary.MAIL_ADDRESS)], ...] = Field(min_length=1)
    min_gap_s: float = Field(60, ge=0, le=86_400)
    pictures: PicturesSettings = PicturesSettings.model_construct()


class FtpSettings(Model):
    """The FTP server pictures are uploaded to."""

    host: str = Field(min_length=1)
    port: Port = 21
    security: Literal["explicit_tls", "implicit_tls", "none"] = "explicit_tls"
    username: str | None = None
    password: SecretStr | None = None
    password_file: Path | None = None
    ca_file: Path | None = None
    path: Annotated[str, BeforeValidator(vocabulary.check_path_template)] = "{device}/{date}/{input}/{time}_{seq}.jpg"


class RecordingSettings(Model):
    """Clips on the card."""

    folder: Path
    pre_s: float = Field(5, ge=0, le=30)
    post_s: float = Field(10, ge=5, le=600)
    quota_mb: int = Field(0, ge=0)
    keep_days: int = Field(30, ge=0)
    reserve_mb: int = Field(200, ge=0)


class AudioSettings(Model):
    """The loudspeaker and its clips."""

    device: str = Field("default", min_length=1)
    folder: Path


class StoreSettings(Model):
    """Where journal, states and jobs are kept."""

    folder: Path = Path("/var/lib/alarm2mqtt")


class WebSettings(Model):
    """The page on the device."""

    enabled: bool = True
    host: str = Field("127.0.0.1", min_length=1)
    port: Port = 8099
    names: tuple[Annotated[str, Field(pattern=vocabulary.HOST_NAME, max_length=253)], ...] = ()
    password: SecretStr | None = None
    password_file: Path | None = None


class MetricsSettings(Model):
    """Prometheus text at `/metrics`."""

    enabled: bool = False


class LogSettings(Model):
    """The program's own log."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["console", "json"] = "console"


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
