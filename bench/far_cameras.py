"""`python -m bench.far_cameras COUNT FILE`: so many ONVIF cameras on one port, which FILE then holds.

`/rate/N` has each of them send N events a second from then on, of which one in `FLIP` flips its motion.
`/moves/CAMERA/0` or `/1` sets one camera's motion, and answers with the instant (monotonic, nanoseconds) of the event.
"""

from __future__ import annotations

import asyncio
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

FLIP: Final = 50
WAIT_S: Final = 2.0
NS: Final = (
    'xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:tds="http://www.onvif.org/ver10/device/wsdl" '
    'xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:tev="http://www.onvif.org/ver10/events/wsdl" '
    'xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2" xmlns:wsa5="http://www.w3.org/2005/08/addressing" '
    'xmlns:tns1="http://www.onvif.org/ver10/topics"'
)
FAULT: Final = (
    "<s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code>"
    '<s:Reason><s:Text xml:lang="en">no such operation</s:Text></s:Reason></s:Fault>'
)


class Camera:
    """One camera: its events that wait for a pull, and its motion."""

    def __init__(self) -> None:
        self.waiting: list[str] = []
        self.motion = False
        self.sent = 0
        self._news = asyncio.Event()

    def moves(self, *, motion: bool, operation: str = "Changed") -> int:
        """Sends its motion; the instant."""
        self.motion = motion
        self._emit("RuleEngine/CellMotionDetector/Motion", "IsMotion", str(motion).lower(), operation)
        return time.monotonic_ns()

    def chats(self) -> None:
        """Sends an event that nobody follows, and now and then another motion."""
        self.sent += 1
        if self.sent % FLIP == 0:
            self.moves(motion=not self.motion)
        else:
            self._emit("RuleEngine/CountAggregation/Counter", "Count", str(self.sent), "Changed")

    async def pull(self) -> str:
        """All that waits, after at most `WAIT_S`."""
        if not self.waiting:
            self._news.clear()
            try:
                async with asyncio.timeout(WAIT_S):
                    await self._news.wait()
            except TimeoutError:
                return ""
        waiting, self.waiting = "".join(self.waiting), []
        return waiting

    def _emit(self, topic: str, item: str, value: str, operation: str) -> None:
        self.waiting.append(
            f"<wsnt:NotificationMessage><wsnt:Topic>tns1:{topic}</wsnt:Topic><wsnt:Message>"
            f'<tt:Message UtcTime="{_iso(0)}" PropertyOperation="{operation}"><tt:Source><tt:SimpleItem '
            f'Name="VideoSourceConfigurationToken" Value="V"/></tt:Source><tt:Data><tt:SimpleItem Name="{item}" '
            f'Value="{value}"/></tt:Data></tt:Message></wsnt:Message></wsnt:NotificationMessage>'
        )
        self._news.set()


class Cameras:
    """The server of all of them."""

    def __init__(self, count: int) -> None:
        self._cameras = [Camera() for _ in range(count)]
        self._rate = 0.0
        self._port = 0

    async def serve(self, file: Path) -> None:
        """Serves for ever; writes the port to a file once it does."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._port = server.sockets[0].getsockname()[1]
        file.with_suffix(".new").write_text(str(self._port))
        file.with_suffix(".new").rename(file)
        async with asyncio.TaskGroup() as group:
            group.create_task(server.serve_forever())
            for number, camera in enumerate(self._cameras):
                group.create_task(self._chat(camera, number / len(self._cameras)))

    async def _chat(self, camera: Camera, phase: float) -> None:
        """Events at the present rate; the cameras are not in step."""
        await asyncio.sleep(phase / 5)
        while True:
            if self._rate:
                camera.chats()
            await asyncio.sleep(1 / self._rate if self._rate else 0.1)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode().split("\r\n")
                length = next((int(each[15:]) for each in lines if each.lower().startswith("content-length:")), 0)
                body = (await reader.readexactly(length)).decode()
                status, content = await self._answer(lines[0].split()[1], body)
                data = content.encode()
                writer.write(f"HTTP/1.1 {status} .\r\nContent-Length: {len(data)}\r\n\r\n".encode() + data)
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    async def _answer(self, path: str, body: str) -> tuple[int, str]:
        match path.strip("/").split("/"):
            case "rate", rate:
                self._rate = float(rate)
                return 200, ""
            case "moves", number, word:
                return 200, str(self._cameras[int(number)].moves(motion=word == "1"))
            case "cam", number, _:
                content = await self._operation(int(number), body)
                return (400 if content is None else 200), _envelope(content or FAULT)
        return 404, ""

    async def _operation(self, number: int, body: str) -> str | None:
        camera, place = self._cameras[number], f"http://127.0.0.1:{self._port}/cam/{number}"
        if "GetServices" in body:
            return (
                "<tds:GetServicesResponse><tds:Service><tds:Namespace>http://www.onvif.org/ver10/events/wsdl"
                f"</tds:Namespace><tds:XAddr>{place}/events</tds:XAddr></tds:Service></tds:GetServicesResponse>"
            )
        if "CreatePullPointSubscription" in body:
            camera.waiting.clear()
            return (
                "<tev:CreatePullPointSubscriptionResponse><tev:SubscriptionReference><wsa5:Address>"
                f"{place}/point</wsa5:Address></tev:SubscriptionReference>{_times()}"
                "</tev:CreatePullPointSubscriptionResponse>"
            )
        if "SetSynchronizationPoint" in body:
            camera.moves(motion=camera.motion, operation="Initialized")
            return "<tev:SetSynchronizationPointResponse/>"
        if "PullMessages" in body:
            return f"<tev:PullMessagesResponse>{_times()}{await camera.pull()}</tev:PullMessagesResponse>"
        if "Renew" in body:
            return f"<wsnt:RenewResponse>{_times()}</wsnt:RenewResponse>"
        return "<wsnt:UnsubscribeResponse/>" if "Unsubscribe" in body else None


def _envelope(content: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope {NS}><s:Body>{content}</s:Body></s:Envelope>'


def _times() -> str:
    now, end = _iso(0), _iso(60)
    return f"<wsnt:CurrentTime>{now}</wsnt:CurrentTime><wsnt:TerminationTime>{end}</wsnt:TerminationTime>"


def _iso(in_s: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=in_s)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


if __name__ == "__main__":
    asyncio.run(Cameras(int(sys.argv[1])).serve(Path(sys.argv[2])))
