"""The JPEG in a body: found, followed while it arrives, and whole at its own end marker (pure).

So it does not matter whether the camera announces a right length, pads the picture, keeps the
connection open, or sends a stream of pictures with part headers around them: the first whole picture counts.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from typing import NoReturn

from bridge.actions.camera.jpeg import JpegReader
from bridge.errors import ActionFailed, ActionRefused
from bridge.system.http.head import JPEG_START
from bridge.text.printable import printable, shortened

LARGEST_BYTES = 16 * 1024 * 1024
SEARCHED_BYTES = 16 * 1024
"""The picture begins within these: behind a boundary, part headers or a few stray bytes."""
LONGEST_TEXT = 100

_FORMATS = (
    (0, b"\x89PNG\r\n\x1a\n", "PNG"),
    (0, b"GIF8", "GIF"),
    (0, b"II*\0", "TIFF"),
    (0, b"MM\0*", "TIFF"),
    (0, b"\0\0\0\x0cjP  ", "JPEG 2000"),
    (0, b"\xff\x0a", "JPEG XL"),
    (4, b"ftypheic", "HEIC"),
    (4, b"ftypmif1", "HEIC"),
    (4, b"ftypavif", "AVIF"),
    (6, b"\0\0\0\0", "BMP"),
    (8, b"WEBP", "WebP"),
)
"""The place of each format's mark, the mark, and the format's name."""
_WITHOUT_TEXT = re.compile(rb"<(script|style|head)\b.*?</\1\s*>|<[^>]*>", re.IGNORECASE | re.DOTALL)
_MESSAGE = re.compile(rb'"(?:detail|message|msg|error|statusString)"\s*:\s*"([^"]+)"', re.IGNORECASE)


class ArrivingPicture:
    """Collects the bytes of a body until a whole picture is among them.

    `announced` is the body's announced length, for messages. `hide` removes secrets from a text that came instead.
    """

    def __init__(self, *, announced: int | None, hide: Callable[[str], str]) -> None:
        self._announced = announced
        self._hide = hide
        self._data = bytearray()
        self._reader: JpegReader | None = None
        self._length: int | None = None

    def feed(self, data: bytes) -> bool:
        """Adds bytes that arrived. Returns whether the picture is whole.

        Raises:
            ActionRefused: this is a picture in another format.
            ActionFailed: no picture can follow, or it is larger than `LARGEST_BYTES`.
        """
        self._data += data
        if self._reader is None and not self._find():
            return False
        assert self._reader is not None  # noqa: S101 - found
        size = self._reader.look(self._data)
        if size is not None:
            self._length = size.length
        elif len(self._data) > LARGEST_BYTES:
            message = f"the picture is larger than {LARGEST_BYTES >> 20} MiB"
            raise ActionFailed(message)
        return size is not None

    def end(self) -> bytes:
        """Returns the picture; called at the end of the body, or when it is whole.

        Raises:
            ActionRefused: the body is a picture in another format.
            ActionFailed: the picture is cut short, or the body is none.
        """
        if self._length is not None:
            return bytes(self._data[: self._length])
        if self._reader is None:
            self._refuse()
        of = "" if self._announced is None else f" of {self._announced}"
        message = f"the camera's picture is cut short after {len(self._data)}{of} bytes"
        raise ActionFailed(message)

    def _find(self) -> bool:
        """Looks for the begin of the picture and drops what precedes it.

        Returns False while there is none yet. Raises ActionError if none can follow.
        """
        begin = bytes(self._data[:SEARCHED_BYTES])
        if _format_of(begin) is not None:
            self._refuse()
        at = begin.find(JPEG_START)
        if at < 0:
            if len(self._data) > SEARCHED_BYTES:
                self._refuse()
            return False
        del self._data[:at]
        self._reader = JpegReader()
        return True

    def _refuse(self) -> NoReturn:
        """Raises the ActionError that describes what came instead of a picture."""
        begin = bytes(self._data[:SEARCHED_BYTES])
        if not begin.strip():
            message = "the camera sent nothing"
            raise ActionFailed(message)
        found = _format_of(begin)
        if found is not None:
            message = f"the camera sent a {found} picture: set its snapshot to JPEG"
            raise ActionRefused(message)
        if _is_text(begin):
            text = shortened(printable(self._hide(_text_of(begin))), LONGEST_TEXT)
            message = "the camera sent a text page" + (f": {text}" if text else "")
            raise ActionFailed(message)
        message = "the camera sent no JPEG picture"
        raise ActionFailed(message)


def _format_of(begin: bytes) -> str | None:
    """Returns the name of the other picture format that these bytes begin, or None."""
    found = next((name for at, mark, name in _FORMATS if begin.startswith(mark, at)), None)
    return None if found == "BMP" and not begin.startswith(b"BM") else found


def _is_text(begin: bytes) -> bool:
    """Returns whether these bytes look like HTML, JSON or other text."""
    if begin.lstrip()[:1] in (b"<", b"{", b"["):
        return True
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(begin)  # the last letter may be cut
    except UnicodeDecodeError:
        return False
    return not any(letter < "\t" for letter in text)


def _text_of(begin: bytes) -> str:
    """Returns the message of a text page: that of a JSON answer, else the text without HTML tags."""
    said = _MESSAGE.search(begin)
    return (said[1] if said else _WITHOUT_TEXT.sub(b" ", begin)).decode("utf-8", "replace")
