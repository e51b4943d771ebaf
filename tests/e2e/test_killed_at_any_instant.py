"""The disk as kill -9 leaves it, at 200 instants of alarms: each action begun is there as a job or has its entry.

What a kill leaves is what the files hold while the process does not move: one run of the program, stopped
and copied again and again, shows as many instants as copies. `test_killed_and_started.py` starts again after kills.
"""

from __future__ import annotations

import json
import random
import shutil
import signal
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from programs.bridge import Bridge, Ear
from servers.camera import SnapshotCamera
from servers.ftp import MisbehavingFtpServer
from servers.mosquitto import Mosquitto
from servers.process import wait_until
from servers.smtp import MisbehavingMailServer
from words.deliveries import delivering

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

D = "alarm2mqtt/front-gate"
RUNS, ALARMS, INSTANTS = 2, 25, 4
"""Alarms of a run, for which a mail limit of 30 an hour is enough, and instants of an alarm."""
DOORS = ("front", "back")
"""So many that none of them chatters."""
LONGEST_S = 0.6
"""From a trip to the last word of a server, and a little more."""
ACTIONS = {"email", "ftp", "snapshot"}
"""Kinds of the journal and of jobs alike."""


def stopped_and_copied(bridge: Bridge, to: Path) -> None:
    """Copies the files of the store while the process does not move."""
    assert bridge.process is not None
    bridge.signal(signal.SIGSTOP)
    stat = Path(f"/proc/{bridge.process.pid}/stat")
    wait_until(lambda: stat.read_text().rpartition(")")[2].split()[0] == "T", what="the process to stop")
    to.mkdir()
    for file in bridge.folder.glob("alarm2mqtt.db*"):
        shutil.copy2(file, to)
    bridge.signal(signal.SIGCONT)


def left_on(folder: Path) -> tuple[list[dict[str, object]], set[tuple[str, int]]]:
    """Journal entries, and the kinds and entries of the jobs, that the next start would find."""
    with closing(sqlite3.connect(folder / "alarm2mqtt.db")) as database:
        entries = [
            {"seq": seq, "kind": kind, **json.loads(detail)}
            for seq, kind, detail in database.execute("SELECT seq, kind, detail FROM journal ORDER BY seq")
        ]
        jobs = set(database.execute("SELECT kind, seq FROM outbox"))
    return entries, jobs


def ids_of(folder: Path, kind: str) -> list[str]:
    """Ids of the journal's entries of a kind."""
    with closing(sqlite3.connect(folder / "alarm2mqtt.db")) as database:
        return [id_ for (id_,) in database.execute("SELECT id FROM journal WHERE kind = ?", (kind,))]


def without_a_word(folder: Path) -> Iterator[str]:
    """Actions of alarms in the journal that are neither jobs nor have an entry after their alarm."""
    entries, jobs = left_on(folder)
    begins = [entry["seq"] for entry in entries if entry["kind"] == "alarm_begin"]
    for kind in ACTIONS:
        begun = len(begins)
        ended = sum(entry["kind"] == kind for entry in entries)
        waiting = sum(job == kind for job, _ in jobs)
        if begun > ended + waiting:
            yield f"{folder.name}: {begun} alarms, {ended} entries and {waiting} jobs of {kind}"
    for kind, seq in jobs:
        if seq not in begins:
            yield f"{folder.name}: a job of {kind} for entry {seq}, which is not there"


def a_run(folder: Path, seed: int) -> list[Path]:
    """Runs the program once, an alarm after the other. Returns the copies."""
    instants = random.Random(seed)  # noqa: S311 - a seed makes it the same each time
    copies = []
    folder.mkdir()
    with (
        Mosquitto(folder / "broker") as broker,
        SnapshotCamera(delay_s=0.1) as camera,
        MisbehavingMailServer() as mail,
        MisbehavingFtpServer(folder / "root") as ftp,
        Bridge(folder, broker.port, **delivering(DOORS, camera, mail, ftp)) as bridge,
        Ear(broker.port, f"{D}/#") as ear,
    ):
        ear.wait_for(f"{D}/availability", b"online")
        for number in range(ALARMS):
            door = DOORS[number % len(DOORS)]
            bridge.board(f"disconnect {door}")
            bridge.board(f"connect {door}")
            begin = time.monotonic()
            for instant in sorted(instants.uniform(0, LONGEST_S) for _ in range(INSTANTS)):
                time.sleep(max(begin + instant - time.monotonic(), 0))  # chosen, and not waited for
                copies.append(folder / f"copy-{len(copies)}")
                stopped_and_copied(bridge, copies[-1])
        ear.wait_for_json(f"{D}/status", lambda s: s["email"]["queued"] == 0 and s["ftp"]["queued"] == 0)
        begun = sum(entry["kind"] == "alarm_begin" for entry in left_on(folder)[0])
        ids = [each.message["Message-ID"] for each in mail.inbox]
        assert begun == ALARMS
        assert len(ids) == len(set(ids)) == begun
        assert len(ftp.files()) == begun
        published = [entry.json["seq"] for entry in ear.on(f"{D}/journal")]
        assert published == [entry["seq"] for entry in left_on(folder)[0]]
    return copies


def test_of_two_hundred_instants_none_leaves_an_action_without_a_job_or_a_word(tmp_path: Path):
    with ThreadPoolExecutor(RUNS) as runs:
        copies = [copy for each in runs.map(a_run, [tmp_path / "a", tmp_path / "b"], [17, 18]) for copy in each]
    assert len(copies) == RUNS * ALARMS * INSTANTS
    phases = {tuple(sorted(kind for kind, _ in left_on(copy)[1])) for copy in copies}
    # How many phases are hit depends on the machine; some copies must be from amid an alarm, some from after it.
    assert () in phases, phases
    assert any("email" in phase and "ftp" in phase for phase in phases), phases
    assert [line for copy in copies for line in without_a_word(copy)] == []


def test_after_a_kill_while_the_picture_is_taken_each_action_of_the_alarm_has_its_word(tmp_path: Path):
    with (
        Mosquitto(tmp_path / "broker") as broker,
        SnapshotCamera(delay_s=20) as camera,
        MisbehavingMailServer() as mail,
        MisbehavingFtpServer(tmp_path / "root") as ftp,
    ):
        bridge = Bridge(tmp_path, broker.port, **delivering(DOORS, camera, mail, ftp)).start()
        bridge.board(f"connect {DOORS[0]}")
        wait_until(lambda: len(left_on(tmp_path)[1]) == 3, what="the jobs")
        bridge.kill()
        with bridge:
            wait_until(lambda: {entry["kind"] for entry in left_on(tmp_path)[0]} >= ACTIONS, what="an entry of each")
        entries = {entry["kind"]: entry for entry in left_on(tmp_path)[0]}
        (begin,) = ids_of(tmp_path, "alarm_begin")
    assert entries["ftp"]["reason"] == entries["snapshot"]["reason"] == "failed"
    assert entries["snapshot"]["error"] == "the program was stopped before the picture was taken"
    assert entries["ftp"]["error"] == f"no picture: {entries['snapshot']['error']}"
    assert {entries[kind]["alarm"] for kind in ACTIONS} == {begin}
    assert entries["email"]["reason"] == "sent"
    assert len(mail.inbox) == 1
