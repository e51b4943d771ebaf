"""`make release-check`: everything that a release is made of, built and tried outside of this folder.

    python tests/release_check.py [--tag vX.Y.Z]

Builds wheel and sdist into dist/ twice and compares them, installs both into fresh environments, runs the command of
each, builds the image where there is an engine for it, makes the app's store, and reads the pages' links. With a tag it
is strict: the changelog has released this version. Ends with 1 if anything failed; what could not be tried is named.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
import venv
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from servers.process import wait_until
from words.release import BEST_RATING, ROOT, config, is_released, rating, versions

from bridge.core.definitions.settings import WebSettings
from bridge.system.page_address import answers

DIST = ROOT / "dist"
MOST_MB_WITHOUT_MEDIA = 45
PORT = 18099
SETTINGS = (
    "lines: {driver: simulated}\ninputs: [{id: door}]\noutputs: [{id: siren}]\nstore: {folder: %s}\nweb: {port: %d}\n"
)
NEEDED = (
    "bridge/cli/install/alarm2mqtt.service",
    "bridge/cli/install/alarm2mqtt.sysusers",
    "bridge/cli/install/60-alarm2mqtt-gpio.rules",
)


class Failed(Exception):
    """A check failed; the message is for a person."""


class NotTried(Exception):
    """A check needs what this machine does not have; the message names it."""


def run(*words: object, folder: Path = ROOT, **more: str) -> str:
    """Runs a program. Returns its output. Raises Failed with its last words if it fails."""
    done = subprocess.run(
        [str(word) for word in words], cwd=folder, capture_output=True, text=True, check=False, env=clean() | more
    )
    if done.returncode:
        raise Failed(
            f"{' '.join(map(str, words))}: exit code {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        )
    return done.stdout


def clean() -> dict[str, str]:
    """The variables of this process, without those that would lead Python back into this folder."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "ALARM2MQTT", "VIRTUAL"))
    }


def same_version(tag: str | None) -> str:
    said = versions()
    (version,) = said["bridge/__init__.py"]
    other = {file: found for file, found in said.items() if found != {version}}
    if other:
        raise Failed(f"bridge/__init__.py says {version}, but {other}")
    if tag is not None and tag != f"v{version}":
        raise Failed(f"the tag {tag} is not v{version}")
    if tag is not None and not is_released():
        raise Failed(f"CHANGELOG.md still calls {version} unreleased")
    return version + ("" if is_released() else ", not released yet")


def packages() -> str:
    """Wheel and sdist, built twice with the same bytes; the wheel of the sdist has these bytes as well."""
    shutil.rmtree(DIST, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        again = Path(folder)
        build(DIST)
        build(again)
        first, second = digests(DIST), digests(again)
        if first != second:
            raise Failed(f"built twice, they differ: {first} {second}")
        shutil.unpack_archive(sdist(), again / "unpacked")
        (unpacked,) = (again / "unpacked").iterdir()
        build(again / "of-sdist", unpacked, "-t", "wheel")
        if digests(again / "of-sdist").items() - first.items():
            raise Failed("the wheel that is made of the sdist is another one")
    names = set(zipfile.ZipFile(wheel()).namelist())
    if missing := set(NEEDED) - names:
        raise Failed(f"the wheel lacks {missing}")
    if extra := {name for name in names if not name.startswith(("bridge/", "ha_discovery/", "alarm2mqtt-"))}:
        raise Failed(f"the wheel has {extra}")
    return ", ".join(f"{path.name} ({path.stat().st_size / 1000:.0f} kB)" for path in sorted(DIST.iterdir()))


def build(target: Path, folder: Path = ROOT, *options: str) -> None:
    # The time of the last change, and not that of the build.
    epoch = run("git", "log", "-1", "--format=%ct").strip() if (ROOT / ".git").exists() else "1580601600"
    run(sys.executable, "-m", "hatchling", "build", *options, "-d", target, folder=folder, SOURCE_DATE_EPOCH=epoch)


def digests(folder: Path) -> dict[str, str]:
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in folder.iterdir() if path.is_file()}


def wheel() -> Path:
    (found,) = DIST.glob("*.whl")
    return found


def sdist() -> Path:
    (found,) = (path for path in DIST.glob("*.tar.gz") if not path.name.endswith(("-amd64.tar.gz", "-arm64.tar.gz")))
    return found


def archive() -> str:
    """The archive for this machine, made and its command run with the system's own Python."""
    architecture = {"aarch64": "arm64", "x86_64": "amd64"}[platform.machine()]
    run(sys.executable, ROOT / "packaging/make_archive.py", architecture)
    (made,) = DIST.glob(f"*-{architecture}.tar.gz")
    with tempfile.TemporaryDirectory() as folder:
        shutil.unpack_archive(made, folder)
        (unpacked,) = Path(folder).iterdir()
        said = run(Path(sys.base_prefix) / "bin/python3", "-I", unpacked / "alarm2mqtt", "--version", folder=unpacked)
    return f"{made.name} ({made.stat().st_size / 1e6:.0f} MB): {said.strip()}"


def tried(package: Callable[[], Path]) -> str:
    """The package in a fresh environment outside of this folder: checked settings, a run, its page, its end."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        venv.create(folder / "venv", with_pip=True)
        binaries = folder / "venv/bin"
        run(binaries / "pip", "install", "-q", "--require-hashes", "-r", ROOT / "requirements.lock", folder=folder)
        if package is sdist:
            run(binaries / "pip", "install", "-q", "hatchling", folder=folder)
        run(binaries / "pip", "install", "-q", "--no-deps", "--no-build-isolation", package(), folder=folder)
        command = binaries / "alarm2mqtt"
        said = run(command, "--version", folder=folder).strip()
        run(command, "schema", "made.json", folder=folder)
        if (folder / "made.json").read_bytes() != (ROOT / "settings.schema.json").read_bytes():
            raise Failed("settings.schema.json is not the schema of this version: make schema")
        (folder / "a.yaml").write_text(SETTINGS % (folder / "state", PORT))
        run(command, "check", "a.yaml", folder=folder)
        took_s = ran(command, folder)
        return f"{said}: page after {took_s:.1f} s, stopped with exit code 0"


def ran(command: Path, folder: Path) -> float:
    """Runs the daemon until its page answers, and stops it. Returns the seconds until then."""
    begun = time.monotonic()
    with subprocess.Popen([command, "run", "a.yaml"], cwd=folder, env=clean(), stderr=subprocess.DEVNULL) as daemon:
        try:
            wait_until(
                lambda: daemon.poll() is not None or answers(WebSettings(port=PORT)), what="the page", within_s=30
            )
            took_s = time.monotonic() - begun
            daemon.terminate()
            if daemon.wait(15) != 0:
                raise Failed(f"the daemon ended with exit code {daemon.returncode}")
        finally:
            daemon.kill()
    return took_s


def image() -> str:
    """The image for containers, and its size without media; by Docker, Podman, or the rig."""
    rig = os.environ.get("ALARM2MQTT_IMAGE_RIG")
    if rig:
        run(f"{rig}/build", "--lint", f"--max-mb={MOST_MB_WITHOUT_MEDIA}", "--build-arg=MEDIA=0", ROOT)
        return f"built; own layers below {MOST_MB_WITHOUT_MEDIA} MB without media"
    engine = shutil.which("docker") or shutil.which("podman")
    if engine is None:
        raise NotTried("there is no docker, no podman, and no rig in ALARM2MQTT_IMAGE_RIG")
    run(engine, "build", "-q", "-t", "alarm2mqtt:release-check", ROOT)
    version = run(engine, "run", "--rm", "alarm2mqtt:release-check", "--version").strip()
    return f"built with {Path(engine).name}; {version}"


def app() -> str:
    """The repository of the app, and the Supervisor's rating."""
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "store"
        run(ROOT / "packaging/make-store", store)
        made = {path.name for path in (store / "alarm2mqtt").iterdir()}
        if missing := {"config.yaml", "Dockerfile", "README.md", "DOCS.md", "CHANGELOG.md", "apparmor.txt"} - made:
            raise Failed(f"the store lacks {missing}")
    points = rating(config(), has_profile=(ROOT / "addon/apparmor.txt").is_file())
    if sum(points.values()) < BEST_RATING:
        raise Failed(f"rated {sum(points.values())} of {BEST_RATING}: {points}")
    return f"rated {BEST_RATING} of {BEST_RATING}: {', '.join(f'{reason} {n:+}' for reason, n in points.items())}"


def pages() -> str:
    """The site, built; links, files, commands and examples of the pages."""
    run("make", "docs")
    tests = sorted((ROOT / "tests/unit").glob("test_document*.py"))
    said = run(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *tests, "tests/unit/test_release.py")
    return said.strip().splitlines()[-1]


def main() -> int:
    arguments = argparse.ArgumentParser(description="Tries everything that a release is made of.")
    arguments.add_argument("--tag", help="the tag of this release: be strict")
    tag = arguments.parse_args().tag
    checks: dict[str, Callable[[], str]] = {
        "version": lambda: same_version(tag),
        "packages": packages,
        "wheel": lambda: tried(wheel),
        "sdist": lambda: tried(sdist),
        "archive": archive,
        "image": image,
        "app": app,
        "pages": pages,
    }
    failed = False
    for name, check in checks.items():
        try:
            print(f"{name:<9} {check()}", flush=True)
        except NotTried as reason:
            print(f"{name:<9} NOT TRIED: {reason}", flush=True)
        except Failed as reason:
            failed = True
            print(f"{name:<9} FAILED: {reason}", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
