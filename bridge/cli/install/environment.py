"""The environment that this program runs in: its packages with their files, and a copy of them in another folder.

The copy is a virtual environment by PEP 405, made of files alone: it needs no network, no index and no pip, and it does
not depend on the folder of the person who installed it, which the service may not even see. Packages are found by their
metadata, so it does not matter whether pipx, pip or uv installed them, nor what else is beside them.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from bridge import __version__
from bridge.cli.install import places
from bridge.errors import StartFailed

_NAME = "alarm2mqtt"
_HIDDEN = tuple(map(Path, ("/home", "/root", "/run/user", "/tmp", "/var/tmp")))  # noqa: S108 - named, not used
"""Folders that the unit's sandbox hides."""
_REQUIRED_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_OF_AN_EXTRA = re.compile(r";.*\bextra\b")
_FILE, _PROGRAM = 0o644, 0o755
_SCRIPT = """\
#!{python}
import sys
from bridge.cli.main import main
sys.exit(main())
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """The packages of this program, as they are installed here."""

    prefix: Path
    """The folder of the environment."""
    version: str
    python: Path
    """The interpreter that a copy uses."""
    files: Mapping[str, Path]
    """The packages' files, by their paths below `site-packages`."""
    digest: str
    """The same for the same packages and interpreter."""
    size_bytes: int

    @property
    def is_in_place(self) -> bool:
        """Whether this is the environment of the service itself."""
        return self.prefix == places.PROGRAM


def environment() -> Environment:
    """Returns the environment of this program.

    Raises:
        StartFailed: it is no installed package but a working copy, its files are not known, or its interpreter is
            hidden from the service.
    """
    packages = _needed_packages()
    files = {place: file for package in packages.values() for place, file in _files(package)}
    python = _interpreter()
    digest = sha256(str(python).encode())
    for name in sorted(packages):
        digest.update(f"{name} {packages[name].version} {packages[name].read_text('RECORD')}".encode())
    return Environment(
        prefix=_prefix(packages[_NAME]),
        version=__version__,
        python=python,
        files=files,
        digest=digest.hexdigest(),
        size_bytes=sum(file.stat().st_size for file in files.values()),
    )


def copy_environment(source: Environment, target: Path) -> None:
    """Makes a virtual environment with the packages of `source` in the new folder `target`, readable for everybody.

    Its command begins with the interpreter at `PROGRAM`, the place where the folder goes.

    Raises:
        OSError: a file cannot be read or written.
    """
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    site, programs = target / "lib" / version / "site-packages", target / "bin"
    for folder in (target, target / "lib", target / "lib" / version, site, programs):
        _new_folder(folder)
    (programs / "python").symlink_to(source.python)
    for name in ("python3", version):
        (programs / name).symlink_to("python")
    _new_file(
        target / "pyvenv.cfg", f"home = {source.python.parent}\ninclude-system-site-packages = false\n".encode(), _FILE
    )
    _new_file(
        programs / places.COMMAND.name, _SCRIPT.format(python=places.COMMAND.parent / "python").encode(), _PROGRAM
    )
    made = {site}
    for place, file in source.files.items():
        path = site / place
        for folder in reversed([*path.parents]):
            if folder.is_relative_to(site) and folder not in made:
                _new_folder(folder)
                made.add(folder)
        status = file.stat()
        _new_file(path, file.read_bytes(), _PROGRAM if status.st_mode & 0o100 else _FILE)
        # Byte code is valid for a source of this very time.
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def record_of(prefix: Path) -> str | None:
    """Returns the list of files of the program that is installed in an environment; None if there is none."""
    for folder in sorted(prefix.glob(f"lib/python*/site-packages/{_NAME}-*.dist-info")):
        return (folder / "RECORD").read_text()
    return None


def _needed_packages() -> dict[str, Distribution]:
    """Returns this program's package and all that it needs, by name, its extras included as far as they are here."""
    wanted, found = [_NAME], dict[str, Distribution]()
    while wanted:
        name = re.sub(r"[-_.]+", "-", wanted.pop()).lower()
        if name in found:
            continue
        try:
            package = distribution(name)
        except PackageNotFoundError:
            if name != _NAME:
                continue  # for another platform, or of an extra that is not here
            message = (
                "this is a working copy and no installed package; build a wheel (make wheel), install it, try again"
            )
            raise StartFailed(message) from None
        found[name] = package
        for requirement in package.requires or ():
            needed = _REQUIRED_NAME.match(requirement)
            if needed is not None and (name == _NAME or not _OF_AN_EXTRA.search(requirement)):
                wanted.append(needed.group())
    return found


def _prefix(package: Distribution) -> Path:
    """Returns the folder of the virtual environment, or outside of one the folder that the program lies in."""
    return Path(sys.prefix if sys.prefix != sys.base_prefix else str(package.locate_file(""))).resolve()


def _files(package: Distribution) -> Iterator[tuple[str, Path]]:
    """Yields the files of a package below `site-packages`, with their paths there; its scripts are left out."""
    if package.files is None:
        message = (
            f"the files of the package {package.name} are not known, since pip did not install it; install alarm2mqtt"
            " with pipx, or with pip in a virtual environment"
        )
        raise StartFailed(message)
    if '"editable": true' in (package.read_text("direct_url.json") or ""):
        message = (
            f"{package.name} is a working copy (pip install -e); build a wheel (make wheel), install it, try again"
        )
        raise StartFailed(message)
    for place in package.files:
        file = Path(str(package.locate_file(place)))
        if place.parts[0] == ".." or (place.suffix == ".pyc" and not file.exists()):
            continue
        yield str(place), file


def _interpreter() -> Path:
    """Returns an interpreter of this version that the service may see."""
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for folder in (Path(sys.base_prefix) / "bin", Path("/usr/bin"), Path("/usr/local/bin")):
        python = folder / name
        if python.exists() and not any(python.resolve().is_relative_to(hidden) for hidden in _HIDDEN):
            return python
    message = (
        f"the Python that runs this lies in {sys.base_prefix}, which a service may not see; install alarm2mqtt with the"
        " system's own: pipx install --python /usr/bin/python3 …"
    )
    raise StartFailed(message)


def _new_folder(folder: Path) -> None:
    folder.mkdir()
    folder.chmod(_PROGRAM)


def _new_file(path: Path, content: bytes, mode: int) -> None:
    path.write_bytes(content)
    path.chmod(mode)
