"""The steps of an installation, from a look at the machine (pure).

The bridge is down from `systemctl stop` to `systemctl enable --now`, and between these two nothing waits for a person,
a disk full of files or a network. Settings that are there are never touched.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bridge.cli.install import places
from bridge.cli.install.environment import Environment
from bridge.cli.install.receipt import Receipt, digest_of, standing, written
from bridge.cli.install.seen import Seen, kept_as
from bridge.cli.install.steps import (
    CopyProgram,
    FirstSettings,
    MakeLink,
    Remove,
    Run,
    Step,
    SwapProgram,
    WriteFile,
)

_MB = 1_000_000
_OURS = f"{places.USER}:{places.USER}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """The options of `install`."""

    asks: bool
    """Whether a person answers the questions for the first settings."""
    overwrite: bool = False
    """Whether files that somebody changed are replaced."""


def plan_install(seen: Seen, environment: Environment, wish: Wish) -> list[Step]:
    """Returns the steps, in their order."""
    files = [_file(seen, step, wish) for step in _wanted_files(seen)]
    is_new = environment.digest != seen.digest and not environment.is_in_place
    rewritten = any(isinstance(step, WriteFile) for step in files)
    return [
        *_user(seen),
        *_folder(seen),
        *_settings(seen, wish),
        *_copy(seen, environment, is_new=is_new),
        *_stop(seen, needed=is_new or rewritten),
        *([SwapProgram(words=f"puts the copy into its place, {places.PROGRAM}")] if is_new else []),
        *_receipt(seen, environment, files),
        *_link(seen),
        *files,
        *_reload(seen, files),
        *_start(seen, anew=is_new or rewritten),
        *([Remove(words="removes the copy before", path=places.BEFORE)] if is_new and seen.has_program else []),
    ]


def _user(seen: Seen) -> Iterator[Step]:
    """Yields the step that makes the service's user, unless it is there and in all groups."""
    groups = [group for group in places.GROUPS if group in seen.groups or group == "gpio"]
    if seen.has_user and all(places.USER in seen.groups.get(group, ()) for group in groups):
        yield Step(words=f"leaves the user {places.USER} as it is, in the groups {', '.join(groups)}")
        return
    chosen = [line for line in places.packaged("alarm2mqtt.sysusers").decode().splitlines() if _is_wanted(line, groups)]
    yield Run(
        words=f"makes the user {places.USER}, without a password, in the groups {', '.join(groups)}",
        command=("systemd-sysusers", "-"),
        stdin="\n".join(chosen) + "\n",
    )


def _is_wanted(line: str, groups: list[str]) -> bool:
    """Returns whether a line of the sysusers file applies here; a membership does if its group is there."""
    words = line.split()
    return bool(words) and not line.startswith("#") and (words[0] != "m" or words[2] in groups)


def _folder(seen: Seen) -> Iterator[Step]:
    if seen.settings_owner is None:
        yield Run(
            words=f"makes the folder {places.SETTINGS} for the settings; systemd makes {places.STATE} for the journal",
            command=("install", "-d", "-o", places.USER, "-g", places.USER, "-m", "0750", str(places.SETTINGS)),
        )
    elif seen.settings_owner != places.USER:
        yield Run(
            words=f"gives {places.SETTINGS} and what is in it to the user {places.USER}",
            command=("chown", "-R", _OURS, str(places.SETTINGS)),
        )


def _settings(seen: Seen, wish: Wish) -> Iterator[Step]:
    if seen.has_settings:
        yield Step(words=f"leaves the settings as they are, {places.FILE}")
    elif wish.asks:
        yield FirstSettings(words=f"asks a few questions and writes the first settings, {places.FILE}", asks=True)
    else:
        yield FirstSettings(
            words=f"writes the first settings, {places.FILE}: without inputs and outputs, and with a page that other"
            f" machines open with a new password; everything else is done there",
            asks=False,
        )


def _copy(seen: Seen, environment: Environment, *, is_new: bool) -> Iterator[Step]:
    if is_new:
        megabytes = round(environment.size_bytes / _MB)
        before = "" if seen.version is None else f" in place of {seen.version}"
        yield CopyProgram(
            words=f"copies alarm2mqtt {environment.version}{before} and the packages that it needs"
            f" ({megabytes} MB) from {environment.prefix}, and tries the copy"
        )
    elif environment.is_in_place:
        yield Step(words=f"leaves alarm2mqtt {environment.version} where it is, in {places.PROGRAM}")
    else:
        yield Step(words=f"leaves alarm2mqtt {environment.version} in {places.PROGRAM} as it is: there is no newer one")


def _stop(seen: Seen, *, needed: bool) -> Iterator[Step]:
    if seen.is_active and needed:
        yield Run(words="stops the service, whose outputs go idle", command=("systemctl", "stop", places.SERVICE))


def _receipt(seen: Seen, environment: Environment, files: list[Step]) -> Iterator[Step]:
    hand_made = environment.is_in_place and seen.digest is None
    kept = {} if seen.receipt is None else dict(seen.receipt.files)
    ours = {str(step.path): digest_of(step.content) for step in files if isinstance(step, WriteFile)}
    receipt = Receipt(
        version=environment.version,
        digest=None if hand_made else environment.digest,
        source=seen.receipt.source if environment.is_in_place and seen.receipt else str(environment.prefix),
        files=kept | _same(seen) | ours,
        made_gpio_group="gpio" not in seen.groups or bool(seen.receipt and seen.receipt.made_gpio_group),
    )
    if receipt != seen.receipt:
        yield WriteFile(words=f"notes in {places.RECEIPT} what it did", path=places.RECEIPT, content=written(receipt))


def _same(seen: Seen) -> dict[str, str]:
    """Returns the digests of files that are there as they should be."""
    return {str(path): digest_of(content) for path, content in places.contents().items() if seen.files[path] == content}


def _link(seen: Seen) -> Iterator[Step]:
    words = f"makes the command {places.LINK}, a link to {places.COMMAND}"
    if seen.link == str(places.COMMAND):
        yield Step(words=f"leaves the command {places.LINK} as it is")
    elif seen.link is None:
        yield MakeLink(words=words, path=places.LINK, target=places.COMMAND)
    else:
        yield Step(words=f"leaves {places.LINK} as it is, since it is not a link of ours; ours is {places.COMMAND}")


def _wanted_files(seen: Seen) -> list[WriteFile]:
    """Returns the files to write; a rule for udev only where there is one, or the file is there already."""
    says = {
        places.UNIT: f"writes the service, {places.UNIT}",
        places.UDEV_RULE: f"writes {places.UDEV_RULE}, which gives GPIO chips to the group gpio",
    }
    return [
        WriteFile(words=says[path], path=path, content=content)
        for path, content in places.contents().items()
        if path != places.UDEV_RULE or seen.has_udev or seen.files[path] is not None
    ]


def _file(seen: Seen, step: WriteFile, wish: Wish) -> Step:
    """Returns the step for a file: written, left, or replaced with the changed one kept."""
    now = standing(step.path, seen.files[step.path], step.content, seen.receipt)
    if now == "same":
        return Step(words=f"leaves {step.path} as it is")
    if now in ("absent", "older"):
        return step
    if not wish.overwrite:
        return Step(
            words=f"leaves {step.path} as it is, since somebody changed it; with --overwrite it is replaced, and kept"
            f" beside it"
        )
    keep = kept_as(step.path)
    return WriteFile(
        words=f"{step.words}; the changed one stays as {keep.name}", path=step.path, content=step.content, keep=keep
    )


def _reload(seen: Seen, files: list[Step]) -> Iterator[Step]:
    written_now = {step.path for step in files if isinstance(step, WriteFile)}
    if places.UDEV_RULE in written_now and seen.has_udev:
        yield Run(
            words="has udev apply its rules to the GPIO chips",
            command=("sh", "-c", "udevadm control --reload && udevadm trigger -s gpio && udevadm settle --timeout=5"),
            may_fail=True,
            remedy="the rule holds from the next boot on; for now: chgrp gpio /dev/gpiochip*",
        )
    elif not seen.has_udev:
        yield Step(
            words="finds no udev, so it writes no rule for it:"
            " whoever makes /dev/gpiochip* must give them to the group gpio"
        )
    if places.UNIT in written_now:
        yield Run(words="has systemd read its units", command=("systemctl", "daemon-reload"))


def _start(seen: Seen, *, anew: bool) -> Iterator[Step]:
    words = "starts the service, now and after every boot, and waits until it is ready"
    if seen.is_active and seen.is_enabled and not anew:
        yield Step(words="leaves the service as it is: it runs, and starts after every boot")
        return
    yield Run(
        words=words,
        command=("systemctl", "enable", "--now", places.SERVICE),
        remedy="`journalctl -u alarm2mqtt -e` has its last words",
    )
