"""A GPIO expander on USB, an MCP2221, played to the kernel's own driver of it: its lines have no interrupt.

The device is a HID device of user space (`/dev/uhid`), so this needs root and the modules uhid and hid-mcp2221;
`absence` says what is missing. Commands are those of the data sheet DS20005565E, 3.1.11 and 3.1.12.
"""

from __future__ import annotations

import os
import struct
import threading
from contextlib import suppress
from pathlib import Path
from typing import Self

from words.waiting import wait_until

UHID = Path("/dev/uhid")
DRIVER = Path("/sys/bus/hid/drivers/mcp2221")
LABEL = "mcp2221_gpio"
LINES = 4
# Vendor-defined reports of 64 bytes, in and out.
_DESCRIPTOR = bytes.fromhex("0600ff0901a1010902150026ff007508954081020903150026ff00750895409102c0")
_BUS_USB, _VENDOR, _PRODUCT = 3, 0x04D8, 0x00DD
_DESTROY, _STOP, _OUTPUT, _CREATE2, _INPUT2 = 1, 3, 6, 11, 12  # linux/uhid.h
_LARGEST = 4096
_STATUS, _SET_GPIO, _GET_GPIO = 0x10, 0x50, 0x51


def absence() -> str | None:
    """Why no expander can be played here; None when one can."""
    if not UHID.exists() or not DRIVER.is_dir():
        return "this kernel has no uhid or no hid-mcp2221 (modprobe -a uhid hid-mcp2221)"
    return None if os.geteuid() == 0 else "uhid needs root"


class UsbExpander:
    """Four lines; `outside` are the levels of those that are inputs, 1 for high."""

    def __init__(self) -> None:
        self.outside = [1] * LINES
        self.driven: list[int | None] = [None] * LINES
        """The level that a line is driven to; None for an input."""
        self._fd: int | None = None
        self._thread: threading.Thread | None = None
        self.plug()

    @property
    def is_plugged(self) -> bool:
        return self._fd is not None

    def plug(self) -> None:
        """Put it in; it may get another number than before."""
        self.driven = [None] * LINES
        self._fd = os.open(UHID, os.O_RDWR | os.O_CLOEXEC)
        name, place = b"MCP2221 of a test", b"test"
        created = struct.pack(
            f"<I128s64s64sHHIIII{_LARGEST}s",
            *(_CREATE2, name, place, b"", len(_DESCRIPTOR), _BUS_USB, _VENDOR, _PRODUCT, 0, 0, _DESCRIPTOR),
        )
        os.write(self._fd, created)
        self._thread = threading.Thread(target=self._serve, args=(self._fd,), name="expander", daemon=True)
        self._thread.start()
        wait_until(lambda: [*DRIVER.glob("0003:04D8:00DD.*/gpiochip*")], what="the expander's chip")

    def unplug(self) -> None:
        """Pull it out, also from under a process that holds lines of it."""
        if self._fd is None or self._thread is None:
            return
        os.write(self._fd, struct.pack("<I", _DESTROY))
        self._thread.join()
        os.close(self._fd)
        self._fd = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.unplug()

    def _serve(self, fd: int) -> None:
        """Answer what the driver sends, until the kernel has let go of the device."""
        while True:
            event = os.read(fd, 2 * _LARGEST)
            (kind,) = struct.unpack_from("<I", event)
            if kind == _STOP:
                return
            if kind == _OUTPUT:
                answer = self._answer(event[4 : 4 + 64])
                with suppress(OSError):  # it is being pulled out
                    os.write(fd, struct.pack(f"<IH{_LARGEST}s", _INPUT2, len(answer), answer))

    def _answer(self, command: bytes) -> bytes:
        answer = bytearray(64)
        answer[0] = command[0]
        if command[0] == _GET_GPIO:
            for line, driven in enumerate(self.driven):
                answer[2 + 2 * line] = self.outside[line] if driven is None else driven
                answer[3 + 2 * line] = driven is None
        elif command[0] == _SET_GPIO:
            for line in range(LINES):
                changes_value, value, changes_direction, is_input = command[2 + 4 * line : 6 + 4 * line]
                if changes_direction:
                    self.driven[line] = None if is_input else value
                elif changes_value and self.driven[line] is not None:
                    self.driven[line] = value
            answer[2:18] = command[2:18]
        elif command[0] == _STATUS:
            answer[3] = command[3]  # the speed of I²C that it is given
        return bytes(answer)
