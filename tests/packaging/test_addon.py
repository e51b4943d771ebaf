"""The Home Assistant app: what the store is given, built, and run under a Supervisor of our own."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest
from programs.container import BOARD, Box
from ruamel.yaml import YAML
from servers.process import wait_until

from bridge import __version__

pytestmark = [pytest.mark.packaging, pytest.mark.timeout(600)]

IMAGE = "localhost/rig/alarm2mqtt-app-test:amd64"
SUPERVISOR = """
import http.server, json
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        good = (self.path, self.headers["Authorization"]) == ("/services/mqtt", "Bearer t0ken")
        self.send_response(200 if good else 401)
        self.end_headers()
        broker = {"host": "core-mosquitto", "port": 1883, "ssl": False, "username": "apps", "password": "sesame"}
        self.wfile.write(json.dumps({"result": "ok", "data": broker}).encode())
http.server.HTTPServer(("127.0.0.1", 80), Answer).serve_forever()
"""
HOSTS = "127.0.0.1 localhost supervisor core-mosquitto\n"


@pytest.fixture(scope="module")
def store(project, tmp_path_factory):
    folder = tmp_path_factory.mktemp("store") / "store"
    subprocess.run([project / "packaging/make-store", folder], check=True)
    return folder


@pytest.fixture(scope="module")
def image(rig, store):
    rig.build("-t", IMAGE, str(store / "alarm2mqtt"))
    return IMAGE


@pytest.fixture
def supervised(rig, image, tmp_path):
    """Flags as the Supervisor's, with its answers on a network of the container's own."""
    for name in ("data", "config"):
        (tmp_path / name).mkdir()
    (tmp_path / "data/options.json").write_text(json.dumps({"device": {"id": "cellar"}, "mqtt": {}, "log": {}}))
    (tmp_path / "data/options.json").chmod(0o600)
    (tmp_path / "hosts").write_text(HOSTS)
    flags = ("--network=none", "--no-healthcheck", "--entrypoint=python")
    with Box(rig, image, *flags, socket="", command=("-c", SUPERVISOR)) as answering:
        yield (
            f"--network=container:{answering.name}",
            f"-v{tmp_path}/hosts:/etc/hosts:ro",
            f"-v{tmp_path}/data:/data",
            f"-v{tmp_path}/config:/config",
            "--env=SUPERVISOR_TOKEN=t0ken",
        )


def test_the_store_has_one_config_of_this_version_and_every_option_has_words(store):
    found = [path for path in store.rglob("config.*") if path.suffix in (".yaml", ".yml", ".json")]
    assert found == [store / "alarm2mqtt/config.yaml"]
    config = YAML(typ="safe").load(found[0])
    assert config["version"] == __version__
    words = YAML(typ="safe").load(store / "alarm2mqtt/translations/en.yaml")["configuration"]
    for section, options in config["schema"].items():
        assert set(words[section]["fields"]) == set(options)
    assert set(YAML(typ="safe").load(store / "alarm2mqtt/translations/en.yaml")["network"]) == set(config["ports"])


def test_the_profile_of_the_app_is_one_that_apparmor_takes(store):
    parser = shutil.which("apparmor_parser")
    if parser is None:
        pytest.skip("THE APP'S PROFILE IS NOT TESTED: apparmor_parser is missing (Debian: apt-get install apparmor)")
    subprocess.run([parser, "-QKT", store / "alarm2mqtt/apparmor.txt"], check=True)


def test_the_project_itself_has_no_other_file_that_the_store_would_take_for_an_app(project):
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=project,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found = [path for path in listed.split() if path.rsplit("/")[-1] in ("config.yaml", "config.yml", "config.json")]
    assert found == ["addon/config.yaml"]


def test_the_first_start_makes_a_file_and_takes_the_broker_and_a_stop_ends_with_0(rig, image, supervised, tmp_path):
    with Box(rig, image, *supervised, socket="") as box:
        box.well()
        assert (tmp_path / "config/alarm2mqtt.yaml").read_text().startswith("# Your alarm inputs")
        wait_until(lambda: "core-mosquitto:1883" in box.said(), what="a try to reach the Supervisor's broker")
        assert "sesame" not in box.said()
        assert "t0ken" not in box.said()
        assert (tmp_path / "data/store").is_dir()
        asked = "from urllib.request import urlopen; print(urlopen('http://127.0.0.1:8099/healthz').read())"
        wait_until(lambda: box.sh(f'python -c "{asked}" 2>&1 || true') == "b'ok\\n'", what="the page")
        assert box.stop() == 0


def test_a_file_that_is_there_is_a_persons_and_a_killed_daemon_leaves_the_siren_off(rig, image, supervised, tmp_path):
    (tmp_path / "config/alarm2mqtt.yaml").write_text(BOARD.read_text())
    with Box(rig, image, *supervised, socket="/data/store/board.sock") as box:
        first = box.well().daemon()
        box.sound_the_siren()
        box.sh(f"kill -KILL {first}")
        wait_until(lambda: box.is_well() and box.daemon() != first, within_s=20, what="another daemon")
        assert "siren: idle (disconnected)" in box.said()
        assert box.siren() == "disconnected"
        assert box.stop() == 0


def test_a_wrong_file_ends_the_app_with_2_and_every_fault_in_its_log(rig, image, supervised, tmp_path):
    (tmp_path / "config/alarm2mqtt.yaml").write_text("inputs: [{id: Door}]\noutputs: [{id: siren, mode: loud}]\n")
    with Box(rig, image, *supervised, socket="") as box:
        wait_until(
            lambda: rig.container("inspect", "-f", "{{.State.Status}}", box.name).strip() == "exited", within_s=20
        )
        assert rig.container("inspect", "-f", "{{.State.ExitCode}}", box.name).strip() == "2"
        assert "inputs[0].id" in box.said()
        assert "outputs[0].mode" in box.said()
