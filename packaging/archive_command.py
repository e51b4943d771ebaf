#!/usr/bin/env python3
"""The command of a release archive: unpacks the packages beside it for this Python, and runs alarm2mqtt from there.

    sudo ./alarm2mqtt install

Needs Python's standard library alone: no pip, no network. Every package is compared with its digest first.
"""

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from hashlib import sha256
from pathlib import Path

HERE = Path(__file__).resolve().parent
MACHINES = {"aarch64": "arm64", "x86_64": "amd64"}


def listed() -> dict[str, str]:
    """The digests of the packages for this Python and machine, by file name. Ends the program if there are none."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    packages, machine = HERE / f"python{version}.sha256", MACHINES.get(platform.machine(), platform.machine())
    if machine not in HERE.name or not packages.exists():
        there = ", ".join(sorted(path.stem.removeprefix("python") for path in HERE.glob("python*.sha256")))
        sys.exit(f"{HERE.name} is for Python {there}; this is Python {version} on {machine}")
    lines = (line.split() for line in packages.read_text().splitlines())
    return {name: digest for digest, name in lines}


def unpack(target: Path) -> None:
    """Unpacks the packages. Ends the program if one is not what was released."""
    for name, digest in listed().items():
        package = HERE / "wheels" / name
        if not package.exists() or sha256(package.read_bytes()).hexdigest() != digest:
            sys.exit(f"{package} is damaged; fetch the archive again")
        with zipfile.ZipFile(package) as content:
            content.extractall(target)


def main() -> int:
    """Runs alarm2mqtt with the arguments of this program. Returns its exit code."""
    words = sys.argv[1:]
    if words[:1] in (["install"], ["uninstall"]) and "--dry-run" not in words and os.geteuid() != 0:
        sys.exit(f"only root can do that: sudo {Path(sys.argv[0]).absolute()} {' '.join(words)}")
    # Beside the archive and not in /tmp, which may be memory, of which a board has little.
    room = HERE if os.access(HERE, os.W_OK) else None
    target = Path(tempfile.mkdtemp(prefix=".run-", dir=room))
    try:
        unpack(target)
        environment = os.environ | {"PYTHONPATH": str(target), "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run([sys.executable, "-m", "bridge", *words], env=environment, check=False).returncode
    except KeyboardInterrupt:
        return 1
    finally:
        shutil.rmtree(target)


if __name__ == "__main__":
    sys.exit(main())
