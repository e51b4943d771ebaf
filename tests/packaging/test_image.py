"""The image, built and run: however the daemon ends, the siren is off."""

from __future__ import annotations

import os

import pytest
from programs.container import BOARD, HARDENED, Box
from servers.process import wait_until

pytestmark = [pytest.mark.packaging, pytest.mark.timeout(600)]

IMAGE = "localhost/rig/alarm2mqtt-test:amd64"
SOCKET = "/var/lib/alarm2mqtt/board.sock"
KEPT = "/var/lib/alarm2mqtt/checked-settings.json"
MOST_MB = 155
"""Above the base; PyAV's libraries are two thirds of it."""
MOST_MB_WITHOUT_MEDIA = 45


@pytest.fixture(scope="module")
def image(rig, project):
    rig.build("--lint", f"--max-mb={MOST_MB}", "-t", IMAGE, str(project))
    return IMAGE


@pytest.fixture
def box(rig, image):
    settings = f"-v{BOARD}:/etc/alarm2mqtt/alarm2mqtt.yaml:ro"
    with Box(rig, image, *HARDENED, "--network=none", settings, socket=SOCKET) as running:
        yield running.well()


def test_without_media_it_is_a_quarter_of_that_and_well_in_the_hardened_container(rig, project):
    told = rig.build(
        f"--max-mb={MOST_MB_WITHOUT_MEDIA}",
        "--build-arg=MEDIA=0",
        "--hardened",
        "--health=30",
        f"--run-arg=-v{BOARD}:/etc/alarm2mqtt/alarm2mqtt.yaml:ro",
        "--tag=localhost/rig/alarm2mqtt-test-small:amd64",
        str(project),
    )
    assert "[image] healthy; stopped in " in told


def test_it_needs_no_root_no_capability_and_no_file_of_its_own_to_write(box):
    status = box.sh("cat /proc/1/status")
    assert "Uid:\t990\t990" in status
    assert "CapEff:\t0000000000000000" in status
    assert box.sh("touch /x /tmp/x /etc/alarm2mqtt/x 2>/dev/null || echo refused") == "refused"


def test_byte_code_is_there_for_all_that_is_imported(box):
    assert box.sh("find /opt/alarm2mqtt/lib -name '*.py' | wc -l") == box.sh(
        "find /opt/alarm2mqtt/lib -name '*.pyc' | wc -l"
    )


def test_watch_can_draw_although_rich_lacks_what_it_does_not_need(box):
    assert box.sh("python -c 'import bridge.cli.watch.screen; print(42)'") == "42"


def test_an_edit_is_checked_in_the_hardened_container_and_the_next_daemon_starts_without_a_check(rig, image, tmp_path):
    file = tmp_path / "alarm2mqtt.yaml"
    file.write_text(BOARD.read_text())
    for path in (tmp_path, file):
        os.chown(path, 990, 990)
    with Box(rig, image, *HARDENED, "--network=none", f"-v{tmp_path}:/etc/alarm2mqtt", socket=SOCKET) as box:
        first = box.well().daemon()
        file.write_text(BOARD.read_text().replace("outputs: [{id: siren}]", "outputs: [{id: siren}, {id: strobe}]"))
        wait_until(lambda: "strobe" in box.board("contacts")["outputs"], within_s=20, what="the new output")
        assert box.children(first), "the process that checked the edit"
        kept = box.sh(f"stat -c %y {KEPT}")
        box.sh(f"kill -KILL {first}")
        wait_until(lambda: box.is_well() and box.daemon() != first, within_s=20, what="another daemon")
        assert "strobe" in box.board("contacts")["outputs"]
        assert box.children(box.daemon()) == [], "no process checks settings"
        assert box.sh(f"stat -c %y {KEPT}") == kept


def test_a_stop_is_orderly_with_exit_code_0_and_the_siren_off(box):
    box.sound_the_siren()
    assert box.stop() == 0
    assert "siren: off (stop, by shutdown" in box.said()
    assert "siren: idle (disconnected)" in box.said()


@pytest.mark.parametrize(("number", "word"), [("KILL", "ended by signal 9"), ("STOP", "no sign of life")])
def test_a_daemon_that_is_killed_or_hangs_leaves_the_siren_off_and_is_begun_again(box, number, word):
    first = box.daemon()
    box.sound_the_siren()
    box.sh(f"kill -{number} {first}")
    wait_until(lambda: word in box.said(), within_s=20, what=word)
    wait_until(lambda: box.is_well() and box.daemon() != first, within_s=20, what="another daemon")
    assert "siren: idle (disconnected)" in box.said()
    assert box.siren() == "disconnected"


def test_a_container_that_is_killed_whole_has_its_siren_turned_off_by_another(rig, image):
    flags = (
        *HARDENED,
        "--network=none",
        f"-v{BOARD}:/etc/alarm2mqtt/alarm2mqtt.yaml:ro",
        "-v",
        "alarm2mqtt-test-killed:/var/lib/alarm2mqtt",
    )
    try:
        with Box(rig, image, *flags, socket=SOCKET) as box:
            box.well().sound_the_siren()
            rig.container("kill", "-s", "KILL", box.name)
        assert rig.container("run", "--rm", "--pull=never", *flags, image, "safe") == "siren: idle (disconnected)\n"
    finally:
        rig.container("volume", "rm", "-f", "alarm2mqtt-test-killed")
