"""Set up: the fields of everything outside that the device talks to, by sections of the settings."""

from __future__ import annotations

from collections.abc import Sequence

from bridge.web.html import Html
from bridge.web.pages.fields import Form

KEPT = "Kept in a file of its own that only the device reads; never shown."
CA_FILE = "PEM file of the certificate authorities to trust; empty: the system's. Certificates are always checked."


def broker(edited: Form) -> Sequence[Html]:
    """Returns the fields of `mqtt`."""
    return [
        edited.text("mqtt.host", "Host", "Name or address, or unix:/path of a socket.", maxlength=253),
        edited.number("mqtt.port", "Port", "Empty: 1883, with TLS 8883."),
        edited.text("mqtt.username", "User name", maxlength=1024),
        edited.secret("mqtt.password", "Password", KEPT),
        edited.present("mqtt.tls", "TLS"),
        edited.text("mqtt.tls.ca_file", "TLS: CA certificate", CA_FILE, maxlength=1024),
        edited.text("mqtt.tls.cert_file", "TLS: own certificate", "PEM file; with its key.", maxlength=1024),
        edited.text("mqtt.tls.key_file", "TLS: own key", "PEM file; with its certificate.", maxlength=1024),
        edited.text("mqtt.base_topic", "Base topic", "All topics begin with it.", maxlength=1024),
        edited.text("mqtt.client_id", "Client id", "Empty: alarm2mqtt- and the device's id.", maxlength=1024),
        edited.number("mqtt.keepalive_s", "Keep-alive (s)"),
    ]


def home_assistant(edited: Form) -> Sequence[Html]:
    """Returns the fields of `home_assistant`."""
    return [
        edited.switch("home_assistant.discovery", "Discovery", "Enabled, Home Assistant finds the device by itself."),
        edited.text("home_assistant.prefix", "Discovery prefix", "As it is set in Home Assistant.", maxlength=1024),
        edited.switch("home_assistant.settings_entities", "Settings", "Enabled, settings can be changed there."),
    ]


def mail(edited: Form) -> Sequence[Html]:
    """Returns the fields of `email`."""
    return [
        edited.text("email.host", "Server", "Such as smtp.example.org.", maxlength=253),
        edited.choice(
            "email.security",
            "Security",
            [("starttls", "STARTTLS"), ("tls", "TLS"), ("none", "None: in the clear")],
        ),
        edited.number("email.port", "Port", "Usually 587 for STARTTLS, 465 for TLS."),
        edited.text("email.username", "User name", maxlength=1024),
        edited.secret("email.password", "Password", KEPT),
        edited.text("email.sender", "Sender", "The address that mail comes from.", maxlength=320),
        edited.words("email.recipients", "Recipients", "One or more addresses, with commas between them."),
        edited.text("email.ca_file", "CA certificate", CA_FILE, maxlength=1024),
        edited.number("email.min_gap_s", "Shortest time between mails of an input (s)"),
        edited.number("email.pictures.count", "Pictures in a mail"),
        edited.number("email.pictures.interval_s", "Time between pictures (s)"),
    ]


def ftp(edited: Form) -> Sequence[Html]:
    """Returns the fields of `ftp`."""
    return [
        edited.text("ftp.host", "Server", "Such as nas.local.", maxlength=253),
        edited.choice(
            "ftp.security",
            "Security",
            [("explicit_tls", "Explicit TLS"), ("implicit_tls", "Implicit TLS"), ("none", "None: in the clear")],
        ),
        edited.number("ftp.port", "Port", "Usually 21, for implicit TLS 990."),
        edited.text("ftp.username", "User name", maxlength=1024),
        edited.secret("ftp.password", "Password", KEPT),
        edited.text(
            "ftp.path",
            "Path",
            "Of {device} {input} {camera} {date} {time} {seq} {kind} and text; folders are made.",
            maxlength=1024,
        ),
        edited.text("ftp.ca_file", "CA certificate", CA_FILE, maxlength=1024),
    ]


def recording(edited: Form) -> Sequence[Html]:
    """Returns the fields of `recording`."""
    return [
        edited.text("recording.folder", "Folder", "Where clips are kept, such as /mnt/sd/alarms.", maxlength=1024),
        edited.number("recording.pre_s", "Before the alarm (s)"),
        edited.number("recording.post_s", "After the alarm (s)"),
        edited.number("recording.quota_mb", "All clips at most (MB)", "0: no limit."),
        edited.number("recording.keep_days", "Keep for (days)", "0: no limit."),
        edited.number("recording.reserve_mb", "Keep free on the card (MB)"),
    ]


def audio(edited: Form) -> Sequence[Html]:
    """Returns the fields of `audio`."""
    return [
        edited.text("audio.folder", "Folder", "Where the sound clips are kept.", maxlength=1024),
        edited.text("audio.device", "Device", "ALSA's name of the loudspeaker; empty: default.", maxlength=128),
    ]
