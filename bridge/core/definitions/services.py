"""Services of an alarm's linkage: cameras, mail, uploads, clips, sound."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from bridge.core.definitions import vocabulary
from bridge.core.definitions.field_types import Check, Length, Matches, MayHoldPassword, Port, Range, Secret, Text

_MailAddress = Annotated[
    str,
    Matches(
        vocabulary.MAIL_ADDRESS,
        "is no mail address",
        "the address alone, without a name or <>, such as me@example.org",
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureRingSettings:
    """Pictures taken all the time, so that one is of an alarm's very instant."""

    rate_hz: Annotated[float, Range(0.1, 10)] = 1.0
    """Pictures a second."""
    keep_s: Annotated[float, Range(1, 30)] = 5.0
    """Seconds for which a picture is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraSettings:
    """A source of pictures and streams, and of lines; at least one of onvif, snapshot and stream.

    An address may hold a password, so none is in `repr`.
    """

    onvif: (
        Annotated[
            str,
            Matches(
                r"^https?://[^/@]+(/[^@]*)?$",
                "is no address of a device service",
                "http:// or https://, without user name and password",
            ),
        ]
        | None
    ) = field(default=None, repr=False)
    """Address of the ONVIF device service, such as http://192.168.1.20/onvif/device_service."""

    snapshot: (
        Annotated[
            str,
            Matches(
                r"^(https?://|rtsps?://|v4l2:/)",
                "is no address of a picture",
                "http://, https://, rtsp://, rtsps:// or v4l2:/dev/…",
            ),
            MayHoldPassword(),
        ]
        | None
    ) = field(default=None, repr=False)
    """Address of a picture: http, https, rtsp, rtsps, or v4l2:/dev/video0; default: asked by ONVIF."""
    stream: (
        Annotated[str, Matches(r"^rtsps?://", "is no address of a stream", "rtsp:// or rtsps://"), MayHoldPassword()]
        | None
    ) = field(default=None, repr=False)
    """Address of the stream: rtsp or rtsps; default: asked by ONVIF. Recording needs it."""
    username: str | None = None
    """User name at the camera."""
    password: Secret | None = None
    """Password in plain text; password_file or the secrets folder are preferred."""
    password_file: Path | None = None
    """File whose text, without the newline at its end, is the password."""
    ca_file: Path | None = None
    """PEM file of the authorities to trust; default: the system's. Certificates are always checked."""
    ring: PictureRingSettings | None = None
    """Pictures taken all the time, for a camera without a stream that answers slowly; off when absent."""

    @property
    def has_stream(self) -> bool:
        """Whether its stream is known, or asked by ONVIF."""
        return self.stream is not None or self.onvif is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class PicturesSettings:
    """The pictures of an alarm: their number and interval."""

    count: Annotated[int, Range(1, 10)] = 1
    """Pictures for each alarm."""
    interval_s: Annotated[float, Range(0.5, 60)] = 1.0
    """Seconds between them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailSettings:
    """The mail server, the sender and the recipients."""

    host: Text
    """Name or address of the mail server."""
    port: Port = 587
    """The mail server's port."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    """The encryption of the connection; none sends the password in the clear."""
    username: str | None = None
    """User name at the mail server."""
    password: Secret | None = None
    """Password in plain text; password_file or the secrets folder are preferred."""
    password_file: Path | None = None
    """File whose text, without the newline at its end, is the password."""
    ca_file: Path | None = None
    """PEM file of the authorities to trust; default: the system's. Certificates are always checked."""
    sender: _MailAddress
    """Address that mail comes from."""
    recipients: Annotated[tuple[_MailAddress, ...], Length(1)]
    """Addresses that mail goes to."""
    min_gap_s: Annotated[float, Range(0, 86_400)] = 60.0
    """Seconds between two mails of one input, at least."""
    pictures: PicturesSettings = PicturesSettings()
    """The pictures of an alarm: their number and interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FtpSettings:
    """The FTP server that pictures are uploaded to."""

    host: Text
    """Name or address of the FTP server."""
    port: Port = 21
    """The FTP server's port."""
    security: Literal["explicit_tls", "implicit_tls", "none"] = "explicit_tls"
    """The encryption of the connection; none sends the password in the clear."""
    username: str | None = None
    """User name at the FTP server."""
    password: Secret | None = None
    """Password in plain text; password_file or the secrets folder are preferred."""
    password_file: Path | None = None
    """File whose text, without the newline at its end, is the password."""
    ca_file: Path | None = None
    """PEM file of the authorities to trust; default: the system's. Certificates are always checked."""
    path: Annotated[str, Check(vocabulary.check_path_template)] = "{device}/{date}/{input}/{time}_{seq}.jpg"
    """Path of an upload, of {device} {input} {camera} {date} {time} {seq} {kind} and text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingSettings:
    """Clips on the card."""

    folder: Path
    """Folder of the clips."""
    pre_s: Annotated[float, Range(0, 30)] = 5.0
    """Seconds before the alarm."""
    post_s: Annotated[float, Range(5, 600)] = 10.0
    """Seconds after the alarm."""
    quota_mb: Annotated[int, Range(0)] = 0
    """Megabytes that clips may take; 0: no quota."""
    keep_days: Annotated[int, Range(0)] = 30
    """Days that clips are kept."""
    reserve_mb: Annotated[int, Range(0)] = 200
    """Megabytes of the card that stay free."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioSettings:
    """The loudspeaker and its clips."""

    device: Text = "default"
    """ALSA's name of the device."""
    folder: Path
    """Folder of the clips that can be played."""
