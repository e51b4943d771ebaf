"""The class that delivers a channel's jobs, found by the channel's key: `<key>_sender.py`, `<Key>Sender`."""

from __future__ import annotations

import importlib

from bridge.core.definitions.channels import Channel
from bridge.linkage.delivery.sender import ChannelSender


def sender_of(channel: Channel) -> type[ChannelSender]:
    """Returns the class that delivers a channel's jobs. Raises ImportError if the channel has no such file."""
    module = importlib.import_module(f"bridge.linkage.delivery.{channel.key}_sender")
    sender: type[ChannelSender] = getattr(module, f"{channel.key.capitalize()}Sender")
    return sender
