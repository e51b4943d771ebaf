"""kill -9 at any instant of a picture, a mail and an upload: what was to be sent arrives, and nothing twice in vain."""

from __future__ import annotations

import json
import random
import time
from collections import defaultdict
from pathlib import Path

import pytest
from programs.bridge import Bridge, Ear
from servers.camera import SnapshotCamera, grey_jpeg, note_of
from servers.ftp import MisbehavingFtpServer
from servers.mosquitto import Mosquitto
from servers.process import wait_until
from servers.slow_link import SlowLink
from servers.smtp import MisbehavingMailServer
from words.deliveries import delivering

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

D = "alarm2mqtt/front-gate"
KILLS = 20
LONGEST_S = 1.6
"""From the trip to the last word of the slower server, and a little more."""
NEVER_TAKEN = ("ftp", "no picture: the program was stopped before the picture was taken")
IN_DOUBT_S = 0.4
"""What is under way on the slow link when the bridge dies; and from a server's yes to the job's end on the disk."""


class Inbox(list):
    """Every mail with the instant of its arrival."""

    def __init__(self):
        super().__init__()
        self.at = []

    def append(self, mail):
        self.at.append(time.monotonic())
        super().append(mail)


def test_twenty_kills_lose_nothing_and_repeat_only_what_was_in_doubt(tmp_path):
    instants = random.Random(17)  # noqa: S311 - a seed makes it the same each time
    killed_at, cut_after = [], {"mail": set(), "ftp": set()}
    with (
        Mosquitto(tmp_path / "broker") as broker,
        SnapshotCamera(delay_s=0.1, body=lambda jpeg: grey_jpeg(note_of(jpeg) + "." * 60_000)) as camera,
        MisbehavingMailServer() as mail,
        MisbehavingFtpServer(tmp_path / "root") as ftp,
        SlowLink(mail.port, delay_s=0.04) as to_mail,
        SlowLink(ftp.port, delay_s=0.02) as to_ftp,
    ):
        mail.inbox = Inbox()
        ftp.faults.bytes_per_s = 400_000
        bridge = Bridge(tmp_path, broker.port, **delivering(("door",), camera, to_mail, to_ftp))
        for _ in range(KILLS):
            bridge.start()
            mail.commands.clear()
            ftp.commands.clear()
            bridge.board("disconnect door")
            bridge.board("connect door")
            end = time.monotonic() + instants.uniform(0, LONGEST_S)
            wait_until(lambda: time.monotonic() > end)  # noqa: B023 - used at once
            bridge.kill()
            killed_at.append(time.monotonic())
            cut_after["mail"].update(command for command, _ in mail.commands[-1:])
            cut_after["ftp"].update(command for command, *_ in ftp.commands[-1:])
        with bridge, Ear(broker.port, f"{D}/#") as ear:
            ear.wait_for_json(f"{D}/status", lambda s: s["email"]["queued"] == 0 and s["ftp"]["queued"] == 0)
            log = bridge.command("log", str(bridge.file), "--json", "--lines", "10000").stdout
    entries = [json.loads(line) for line in log.splitlines()]
    begun = [entry["seq"] for entry in entries if entry["kind"] == "alarm_begin"]
    arrived = defaultdict(list)
    for at, taken in zip(mail.inbox.at, mail.inbox, strict=True):
        arrived[taken.message["Message-ID"]].append((at, taken.message))
    assert min(map(len, cut_after.values())) >= 3, f"the kills hit too few phases to prove anything: {cut_after}"
    assert len(begun) >= KILLS - 2, "an alarm that not even the journal knows was killed within milliseconds"
    assert set(arrived) == {f"<email-{seq}-1@example.org>" for seq in begun}
    assert not [name for name in ftp.files() if name.endswith(".part")]
    for seq in begun:
        # The same Message-ID and the same name, so that both sides can tell a twin.
        deliveries = arrived[f"<email-{seq}-1@example.org>"]
        for at, _ in deliveries[:-1]:
            assert min(abs(killed - at) for killed in killed_at) < IN_DOUBT_S, "sent twice in vain"
        pictures = [part.get_content() for _, message in deliveries for part in message.iter_attachments()]
        if pictures:
            assert len(set(pictures)) == 1, "a mail that is sent again has the picture of its alarm"
            assert (tmp_path / "root" / "door" / f"{seq}.jpg").read_bytes() == pictures[0]
        else:
            assert "stopped before the picture was taken" in deliveries[0][1].get_body().get_content()
    assert [entry for entry in entries if entry.get("reason") == "dropped"] == []
    never = [entry for entry in entries if (entry["kind"], entry.get("error")) == NEVER_TAKEN]
    files = {int(Path(name).stem) for name in ftp.files()}
    assert len(files) + len(never) >= len(begun), "an upload ended without a word"
    assert len([entry for entry in entries if entry["kind"] == "snapshot"]) >= len(begun)
