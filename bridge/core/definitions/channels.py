"""The channels: ways to deliver a message about an alarm, one row each.

The table holds facts only. From it come the switches and tests in Home Assistant and on the page,
the actions by command, the delivery queues, the status, the metrics and the words of the journal.
A channel's settings are the section of its key, with a `host` and a `port`; the switch of an input
is the key in its `linkage`; the class that delivers its jobs is in
`bridge/linkage/delivery/<key>_sender.py`.

The settings are checked by this table before the outputs are idle, so its classes are made without
methods that they do not need: each costs a start half a millisecond.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


class Server(Protocol):
    """The settings of every channel: its server, beside the keys of its own."""

    @property
    def host(self) -> str: ...  # noqa: D102 - as it says
    @property
    def port(self) -> int: ...  # noqa: D102 - as it says


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ChannelWords:
    """A channel in a person's words."""

    label: str
    """In the log on the page: E-mail."""
    noun: str
    """In the program's log: mail."""
    service: str
    """Its server, on the page: SMTP."""
    switch: str
    """The switch of an input, on the page: FTP Upload."""
    does: str
    """The switch of an input, in Home Assistant: sends e-mail."""
    one: str
    """One message, in Home Assistant: e-mail."""
    many: str
    """Messages, in Home Assistant: e-mails."""
    test: str
    """The button that sends one, in Home Assistant: send test e-mail."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ChannelIcons:
    """A channel's icons in Home Assistant."""

    switch: str = "mdi:send"
    queue: str = "mdi:tray-full"
    error: str = "mdi:alert-circle-outline"
    test: str = "mdi:send-check"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Channel:
    """A way to deliver a message about an alarm."""

    key: str
    """In settings, topics, ids and journal kinds; for ever."""
    words: ChannelWords
    icons: ChannelIcons = ChannelIcons()
    takes_pictures: bool = False
    """Whether a message carries the alarm's pictures."""
    one_a_picture: bool = False
    """Whether each picture is a message of its own; without a camera there is none."""
    limited: bool = False
    """Whether a message counts towards the mail limits."""
    fields: tuple[str, ...] = ("input",)
    """Names of the fields that a command may carry; `actions.py` describes them."""


CHANNELS = (
    Channel(
        key="email",
        words=ChannelWords(
            label="E-mail",
            noun="mail",
            service="SMTP",
            switch="SMTP",
            does="sends e-mail",
            one="e-mail",
            many="e-mails",
            test="send test e-mail",
        ),
        icons=ChannelIcons(
            switch="mdi:email",
            queue="mdi:email-fast-outline",
            error="mdi:email-alert-outline",
            test="mdi:email-check",
        ),
        takes_pictures=True,
        limited=True,
        fields=("text", "input"),
    ),
    Channel(
        key="ftp",
        words=ChannelWords(
            label="FTP upload",
            noun="upload",
            service="FTP",
            switch="FTP Upload",
            does="uploads pictures",
            one="upload",
            many="uploads",
            test="upload test picture",
        ),
        icons=ChannelIcons(
            switch="mdi:cloud-upload",
            queue="mdi:cloud-upload-outline",
            error="mdi:cloud-alert-outline",
            test="mdi:cloud-upload",
        ),
        takes_pictures=True,
        one_a_picture=True,
    ),
)
KEYS = tuple(channel.key for channel in CHANNELS)
CHANNEL: Mapping[str, Channel] = {channel.key: channel for channel in CHANNELS}


def server_of(settings: object, channel: Channel) -> Server | None:
    """Returns a channel's section of the settings; None when it is not configured."""
    server: Server | None = getattr(settings, channel.key)
    return server


def is_on(linkage: object, channel: Channel) -> bool:
    """Returns whether an input's linkage uses a channel."""
    switch: bool = getattr(linkage, channel.key)
    return switch
