"""The pictures of the last alarms, in memory, for the incidents of the log."""

from __future__ import annotations

MOST = 20
MOST_BYTES = 4 * 1024 * 1024
"""A small board has little memory; the newest picture of an alarm is kept whatever its size."""


class AlarmPictures:
    """The first picture of each of the last alarms, by the id of its journal entry."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def add(self, alarm: str, jpeg: bytes) -> None:
        """Stores the picture of an alarm; the oldest go above `MOST` pictures or `MOST_BYTES`."""
        self._kept.pop(alarm, None)
        self._kept[alarm] = jpeg
        while len(self._kept) > 1 and (len(self._kept) > MOST or sum(map(len, self._kept.values())) > MOST_BYTES):
            del self._kept[next(iter(self._kept))]

    def __contains__(self, alarm: str | None) -> bool:
        """Whether the picture of this alarm is still kept."""
        return alarm in self._kept

    def get(self, alarm: str) -> bytes | None:
        """Returns the picture of an alarm, or None if it is not kept."""
        return self._kept.get(alarm)
