"""`make archive`: a release archive for boards without pip or network, one for each architecture, in dist/.

    python packaging/make_archive.py [amd64] [arm64]

It holds the wheel and all that it needs, as `requirements.lock` has it with its digests, for the Pythons of
Debian and its relatives, and a command that runs with Python's standard library alone (`archive_command.py`).
The same inputs make the same bytes.
"""

from __future__ import annotations

import argparse
import gzip
import io
import os
import subprocess
import sys
import tarfile
import tempfile
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHONS = ("3.11", "3.12", "3.13")
"""Debian 12, Ubuntu 24.04, Debian 13."""
PLATFORMS = {
    # The C library of Debian 12 is 2.36.
    "amd64": [f"manylinux_2_{minor}_x86_64" for minor in range(5, 37)] + ["manylinux2014_x86_64"],
    "arm64": [f"manylinux_2_{minor}_aarch64" for minor in range(17, 37)] + ["manylinux2014_aarch64"],
}
_FILE, _PROGRAM = 0o644, 0o755


def main() -> int:
    """Makes the archives. Returns 1 without a wheel in dist/."""
    parser = argparse.ArgumentParser(description="Makes release archives.")
    parser.add_argument("architectures", nargs="*", metavar="amd64|arm64", help="default: both")
    parser.add_argument("--folder", type=Path, default=ROOT / "dist", help="of wheel and archives; default: dist/")
    options = parser.parse_args()
    architectures = options.architectures or list(PLATFORMS)
    if unknown := set(architectures) - set(PLATFORMS):
        parser.error(f"unknown: {', '.join(unknown)}")
    ours = sorted(options.folder.glob("alarm2mqtt-*.whl"))
    if len(ours) != 1:
        print(f"{options.folder} must have one wheel: make wheel", file=sys.stderr)
        return 1
    version = ours[0].name.split("-")[1]
    for architecture in architectures:
        name = f"alarm2mqtt-{version}-{architecture}"
        target = options.folder / f"{name}.tar.gz"
        write(target, name, content(architecture, ours[0]))
        print(f"{target}: {target.stat().st_size / 1e6:.0f} MB")
    return 0


def content(architecture: str, ours: Path) -> dict[str, bytes]:
    """Returns the files of an archive by their paths: wheels, a list with digests for each Python, command, licence."""
    files: dict[str, bytes] = {
        "alarm2mqtt": (ROOT / "packaging/archive_command.py").read_bytes(),
        "LICENSE": (ROOT / "LICENSE").read_bytes(),
    }
    for python in PYTHONS:
        with tempfile.TemporaryDirectory() as folder:
            download(python, architecture, Path(folder))
            wheels = {path.name: path.read_bytes() for path in (*Path(folder).iterdir(), ours)}
        listed = "".join(f"{sha256(wheels[name]).hexdigest()}  {name}\n" for name in sorted(wheels))
        files[f"python{python}.sha256"] = listed.encode()
        files |= {f"wheels/{name}": wheel for name, wheel in wheels.items()}
    return files


def download(python: str, architecture: str, folder: Path) -> None:
    """Fetches the locked packages for a Python and an architecture; only wheels, with their digests compared."""
    platforms = [word for platform in PLATFORMS[architecture] for word in ("--platform", platform)]
    subprocess.run(
        [
            sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "download", "--require-hashes",
            "--no-deps", "--only-binary=:all:", "--python-version", python, "--implementation", "cp", *platforms,
            "--requirement", ROOT / "requirements.lock", "--dest", folder,
        ],
        check=True,
    )  # fmt: skip


def write(target: Path, name: str, files: dict[str, bytes]) -> None:
    """Writes files into an archive, below the folder `name`, all of root's and of one time."""
    time_s = int(os.environ.get("SOURCE_DATE_EPOCH", "1580601600"))
    # Wheels are compressed already.
    with (
        target.open("wb") as raw,
        gzip.GzipFile("", "wb", 1, raw, mtime=time_s) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        for path in sorted(files):
            entry = tarfile.TarInfo(f"{name}/{path}")
            entry.size, entry.mtime = len(files[path]), time_s
            entry.mode = _PROGRAM if path == "alarm2mqtt" else _FILE
            archive.addfile(entry, io.BytesIO(files[path]))


if __name__ == "__main__":
    sys.exit(main())
