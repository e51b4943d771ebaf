"""What an alarm's linkage needs: cameras, mail, uploads, clips, sound."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, SecretStr

from bridge.settings.definitions import vocabulary
from bridge.settings.definitions.field_types import Model, Port


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
