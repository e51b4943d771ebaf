"""kill -9 and a new start, again and again, with mails, uploads and messages queued: none lost, none with two ids.

By default 40 kills; `ALARM2MQTT_KILLS=200` is the whole of it. Houses of their own share them, side by side.
Servers and brokers live through all of it; in some rounds one of them hangs, so that queues grow.
"""

from __future__ import annotations

import json
import os
import random
import sqlite3
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from programs.bridge import Bridge, Ear
from servers.camera import SnapshotCamera
from servers.ftp import MisbehavingFtpServer
from servers.mosquitto import Mosquitto
from servers.process import wait_until
from servers.smtp import MisbehavingMailServer
from words.builders import an_input

WHOLE = 200
KILLS = int(os.environ.get("ALARM2MQTT_KILLS", "40"))
HOUSES = 4
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120 + 3 * KILLS)]

D = "alarm2mqtt/front-gate"
LONGEST_S = 0.6
"""From a trip to the last word of a server, and a little more."""
LONGEST_START_S = 0.9
"""From the start of the process to its connection, and a little more."""
HANGS = {"mail": ("banner", "MAIL", "DATA", "verdict"), "ftp": ("banner", "STOR", "RNTO")}
NEVER_TAKEN = ("failed", "no picture: the program was stopped before the picture was taken")


@dataclass
class House:
    """One bridge, its peers, and what was found out."""

    folder: Path
    seed: int
    rounds: int
    queued: Counter[str] = field(default_factory=Counter)
    """Kinds of jobs that kills found on the disk, and entries that the broker had not taken."""
    entries: list[dict[str, Any]] = field(default_factory=list)
    published: list[dict[str, Any]] = field(default_factory=list)
    mails: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)

    def live(self) -> House:
        self.folder.mkdir()
        chance = random.Random(self.seed)  # noqa: S311 - a seed makes it the same each time
        with ExitStack() as stack:
            broker = stack.enter_context(Mosquitto(self.folder / "broker"))
            camera = stack.enter_context(SnapshotCamera(delay_s=0.1))
            mail = stack.enter_context(MisbehavingMailServer())
            ftp = stack.enter_context(MisbehavingFtpServer(self.folder / "root"))
            ear = stack.enter_context(Ear(broker.port, f"{D}/#"))
            bridge = Bridge(self.folder, broker.port, **settings(camera.url, mail.port, ftp.port))
            for _ in range(self.rounds):
                mail.faults.silent_at = chance.choice((None, None, *HANGS["mail"]))
                ftp.faults.silent_at = chance.choice((None, None, *HANGS["ftp"]))
                if broker_hangs := chance.random() < 0.25:
                    broker.pause()
                self._round(bridge, chance)
                if broker_hangs:
                    broker.resume()
            mail.faults.silent_at = ftp.faults.silent_at = None
            with bridge:
                ear.wait_for(f"{D}/availability", b"online")
                wait_until(lambda: is_all_done(ear.last(f"{D}/status")), within_s=90, what="empty queues")
            self.entries = entries_of(self.folder)
            self.published = [one.json for one in ear.on(f"{D}/journal")]
            self.mails = [str(taken.message["Message-ID"]) for taken in mail.inbox]
            self.files = list(ftp.files())
        return self

    def _round(self, bridge: Bridge, chance: random.Random) -> None:
        """A start, an alarm, and a kill at some instant of either."""
        if chance.random() < 0.25:
            bridge.launch()
            time.sleep(chance.uniform(0, LONGEST_START_S))  # chosen, and not waited for
        else:
            bridge.start()
            bridge.board("disconnect door")
            bridge.board("connect door")
            time.sleep(chance.uniform(0, LONGEST_S))  # chosen, and not waited for
        bridge.kill()
        with suppress(sqlite3.OperationalError), closing(sqlite3.connect(self.folder / "alarm2mqtt.db")) as database:
            self.queued.update(kind for (kind,) in database.execute("SELECT kind FROM outbox"))
            self.queued["message"] += database.execute("SELECT count(*) FROM journal WHERE sent = 0").fetchone()[0]


def settings(camera: str, mail: int, ftp: int) -> dict[str, Any]:
    return {
        "inputs": [an_input("door", email=True, ftp=True, quiet_s=0)],
        "cameras": {"gate": {"snapshot": camera, "username": "viewer", "password": "pw"}},
        "email": {
            "host": "127.0.0.1", "port": mail, "security": "none",
            "sender": "gate@example.org", "recipients": ["me@example.org"], "min_gap_s": 0,
        },
        "ftp": {
            "host": "127.0.0.1", "port": ftp, "security": "none", "username": "cam", "password": "pw",
            "path": "{input}/{seq}.jpg",
        },
    }  # fmt: skip


def is_all_done(status: bytes | None) -> bool:
    found = json.loads(status or b"{}")
    return bool(found) and (found["email"]["queued"], found["ftp"]["queued"], found["journal_unsent"]) == (0, 0, 0)


def entries_of(folder: Path) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(folder / "alarm2mqtt.db")) as database:
        rows = database.execute("SELECT seq, id, boot, kind, detail FROM journal ORDER BY seq").fetchall()
    return [
        {"seq": seq, "id": id_, "boot": boot, "kind": kind, **json.loads(more)} for seq, id_, boot, kind, more in rows
    ]


@pytest.fixture(scope="module")
def houses(tmp_path_factory: pytest.TempPathFactory) -> list[House]:
    """The houses after all kills, and after one start more with everything working."""
    folder = tmp_path_factory.mktemp("houses")
    share = -(-KILLS // HOUSES)
    with ThreadPoolExecutor(HOUSES) as side_by_side:
        return list(
            side_by_side.map(lambda n: House(folder=folder / str(n), seed=100 + n, rounds=share).live(), range(HOUSES))
        )


def begun(house: House) -> dict[str, int]:
    """The alarms that the journal knows: id and number."""
    return {entry["id"]: entry["seq"] for entry in house.entries if entry["kind"] == "alarm_begin"}


def test_the_kills_met_mails_uploads_and_messages_in_their_queues(houses):
    queued = sum((house.queued for house in houses), Counter())
    assert min(queued[kind] for kind in ("email", "ftp", "snapshot", "message")) >= KILLS / 10, queued
    assert sum(len(begun(house)) for house in houses) >= KILLS / 2


def test_each_alarm_has_its_mail_and_always_with_the_same_id(houses):
    for house in houses:
        assert set(house.mails) == {f"<email-{seq}-1@example.org>" for seq in begun(house).values()}


def test_each_picture_is_uploaded_or_has_an_entry_that_it_was_never_taken(houses):
    for house in houses:
        never = {
            entry["alarm"]
            for entry in house.entries
            if entry["kind"] == "ftp" and (entry["reason"], entry.get("error")) == NEVER_TAKEN
        }
        assert set(house.files) == {f"door/{seq}.jpg" for alarm, seq in begun(house).items() if alarm not in never}


def test_each_action_of_an_alarm_has_its_word_and_each_word_its_alarm(houses):
    for house in houses:
        words = defaultdict(set)
        for entry in house.entries:
            if entry["kind"] in ("email", "ftp", "snapshot"):
                words[entry["alarm"]].add(entry["kind"])
        assert words == {alarm: {"email", "ftp", "snapshot"} for alarm in begun(house)}


def test_each_entry_is_published_in_order_and_under_one_number_and_one_id(houses):
    for house in houses:
        stored = {entry["seq"]: (entry["id"], entry["boot"], entry["kind"]) for entry in house.entries}
        heard = defaultdict(set)
        for entry in house.published:
            heard[entry["seq"]].add((entry["id"], entry["boot"], entry["kind"]))
        assert [seq for seq, ids in heard.items() if len(ids) > 1] == [], "a number was given twice"
        assert [seq for seq, ids in stored.items() if heard[seq] != {ids}] == [], "an entry was lost, or is another"
        ids = [known for known_once in heard.values() for known, _, _ in known_once]
        assert len(ids) == len(set(ids))
        assert all(before < after for before, after in pairwise(heard)), "an entry came for the first time too late"


def test_there_were_two_hundred_kills(houses):
    made = sum(house.rounds for house in houses)
    if made < WHOLE:
        pytest.skip(f"ONLY {made} OF {WHOLE} KILLS WERE MADE: ALARM2MQTT_KILLS={WHOLE} makes all of them")
    assert min(house.rounds for house in houses) >= WHOLE / HOUSES
