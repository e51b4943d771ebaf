"""The end of a connection that the broker closed: its kind, and its words with what was sent last; pure."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from dataclasses import dataclass

from bridge.mqtt.connection import reason_codes as codes
from bridge.mqtt.connection.left_out import LARGE
from bridge.mqtt.connection.packet_reader import Disconnect
from bridge.mqtt.connection.protocol_version import Version
from bridge.mqtt.connection.reconnect import EndReason
from bridge.mqtt.connection.session_types import Ended, Filter
from bridge.mqtt.messages import Outgoing

NO_REASONS = "; it does not take that, or another client connects with this client id (MQTT 3.1.1 has no reasons)"


@dataclass(frozen=True, slots=True, kw_only=True)
class LastSent:
    """Messages and subscriptions that the broker had not answered; `opened` is whether it had answered CONNECT."""

    opened: bool
    unanswered: tuple[tuple[Outgoing, int], ...]
    filters: tuple[Filter, ...]
    version: Version
    hasty: bool = False


def disconnected(packet: Disconnect, last: LastSent) -> Ended:
    """Returns the end by a DISCONNECT of the broker."""
    how = EndReason.UNREACHABLE
    if packet.code == codes.TAKEN_OVER:
        how = EndReason.TAKEN_OVER
    elif packet.code == codes.ADMINISTRATIVE:
        how = EndReason.SENT_AWAY
    name = codes.in_words(packet.code or codes.NORMAL, reason=packet.reason, server=packet.server)
    sent = "" if packet.code in codes.INNOCENT else last_sent_text(last.unanswered, last.filters, None)
    return _ended(how, f"the broker closed the connection: {name}{sent}", last, code=packet.code)


def hung_up(broken: OSError | None, last: LastSent) -> Ended:
    """Returns the end without a DISCONNECT; `broken` is None where the broker closed in good order.

    THROWN_OUT with what was sent last; TOO_NEW if CONNECT was not answered; UNREACHABLE, without what was sent, if the
    network broke the connection.
    """
    reason = f" ({broken})" if broken is not None else ""
    if broken is not None and not isinstance(broken, ConnectionError | ssl.SSLEOFError):
        return Ended(how=EndReason.UNREACHABLE, why=f"the connection broke{reason}")
    if not last.opened:
        why = f"the broker hung up without an answer; does it want TLS, a certificate or a password?{reason}"
        return Ended(how=EndReason.TOO_NEW, why=why)
    sent = last_sent_text(last.unanswered, last.filters, last.version)
    why = f"the broker closed the connection without a reason{reason}{sent}"
    return _ended(EndReason.THROWN_OUT, why, last)


def _ended(how: EndReason, why: str, last: LastSent, *, code: int | None = None) -> Ended:
    """Returns an end with what was sent last."""
    return Ended(
        how=how,
        why=why,
        code=code,
        hung_up=last.opened,
        unanswered=last.unanswered,
        filters=last.filters,
        hasty=last.hasty,
        gives_reasons=last.version is Version.V5,
    )


def last_sent_text(
    unanswered: Sequence[tuple[Outgoing, int]], filters: Sequence[Filter], version: Version | None
) -> str:
    """Returns the words behind "closed the connection"; empty if nothing was sent and the broker gave a reason.

    `version` is None where the broker gave a reason.
    """
    if filters:
        last = f", right after SUBSCRIBE to {', '.join(one.topic for one in filters)}"
    elif unanswered:
        message, size = max(unanswered, key=lambda one: one[1] if one[1] >= LARGE else 0)
        more = f" and {len(unanswered) - 1} more" if len(unanswered) > 1 else ""
        last = f", right after {message.topic} ({size} bytes){more} was sent"
    elif version is not None:
        last = " though all that was sent had been answered"
    else:
        return ""
    return last + (NO_REASONS if version is Version.V311 else "")
