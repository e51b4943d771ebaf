"""Checks shared by several descriptions; each raises `DiscoveryError` and returns nothing."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import urlsplit

from ha_discovery.errors import DiscoveryError

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_NOT_IN_TOPICS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_LONGEST_TOPIC = 65_535
_LONGEST_STATE = 255


def check_text(subject: str, key: str, text: str | None) -> None:
    """Raises `DiscoveryError` for a text that is blank or has control characters; None is accepted.

    `subject` and `key` name the place in the error, here and in the checks below.
    """
    if text is not None and (not text.strip() or _CONTROL.search(text)):
        raise DiscoveryError(subject, key, "must not be blank or hold control characters")


def check_one_of(subject: str, key: str, word: str | None, known: Collection[str]) -> None:
    """Raises `DiscoveryError` for a word that is not `known`; None is accepted."""
    if word is not None and word not in known:
        raise DiscoveryError(subject, key, f"{word!r} is not one of {' '.join(sorted(known))}")


def check_options(subject: str, key: str, options: tuple[str, ...], *, reserved: str = "") -> None:
    """Raises `DiscoveryError` unless there are options, each once, short enough for a state, and not `reserved`.

    A state may have 255 characters (`homeassistant/const.py`, MAX_LENGTH_STATE_STATE).
    """
    if not options:
        raise DiscoveryError(subject, key, "must not be empty")
    if len(set(options)) != len(options):
        raise DiscoveryError(subject, key, "must differ from one another")
    for option in options:
        check_text(subject, key, option)
        if len(option) > _LONGEST_STATE:
            raise DiscoveryError(subject, key, f"{option[:20]!r}… is longer than {_LONGEST_STATE} characters")
        if reserved and option.lower() == reserved:
            raise DiscoveryError(subject, key, f"{option!r} is read as unknown")


def check_topic(subject: str, key: str, topic: str | None, *, wildcards: bool) -> None:
    """Raises `DiscoveryError` for a text that is no topic to publish to, or with `wildcards` to subscribe to.

    None is accepted. The rules are those of `components/mqtt/util.py`, valid_publish_topic and valid_subscribe_topic.
    """
    if topic is None:
        return
    if not topic or len(topic.encode()) > _LONGEST_TOPIC:
        raise DiscoveryError(subject, key, f"must have 1 to {_LONGEST_TOPIC} bytes")
    if _NOT_IN_TOPICS.search(topic):
        raise DiscoveryError(subject, key, "must not hold control characters")
    levels = topic.split("/")
    if not wildcards and ("+" in topic or "#" in topic):
        raise DiscoveryError(subject, key, "must not hold wildcards")
    if any("+" in level and level != "+" for level in levels):
        raise DiscoveryError(subject, key, "+ must have a level of its own")
    if any("#" in level and level != "#" for level in levels) or "#" in levels[:-1]:
        raise DiscoveryError(subject, key, "# must be the last level")


def check_url(subject: str, key: str, url: str | None, *, schemes: Collection[str]) -> None:
    """Raises `DiscoveryError` for a text that is no absolute URL of these schemes; None is accepted.

    The rule is that of `helpers/config_validation.py`, url.
    """
    if url is None:
        return
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise DiscoveryError(subject, key, f"is no URL: {error}") from error
    if _CONTROL.search(url) or not host or re.search(r"\s", host):
        raise DiscoveryError(subject, key, "must be an absolute URL with a host")
    if parts.scheme not in schemes:
        raise DiscoveryError(subject, key, f"must begin with {' or '.join(f'{name}:' for name in sorted(schemes))}")


def check_seconds(subject: str, key: str, seconds: int | None) -> None:
    """Raises `DiscoveryError` for negative seconds; None is accepted."""
    if seconds is not None and seconds < 0:
        raise DiscoveryError(subject, key, "must not be negative")
