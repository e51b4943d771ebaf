"""The steps of `alarm2mqtt uninstall`, from a look at the machine (pure).

Outputs go idle first. Files that somebody changed, settings, journal and the user who owns them stay, unless they are
to go as well; whatever stays is named.
"""

from __future__ import annotations

from collections.abc import Iterator

from bridge.cli.install import places
from bridge.cli.install.receipt import standing
from bridge.cli.install.seen import Seen
from bridge.cli.install.steps import Remove, Run, Step

_SAFE_REMEDY = (
    "nothing was removed; put that right and try again, or take the device off its supply and use --anyway, which"
    " removes the program all the same"
)


def plan_removal(seen: Seen, *, purge: bool, anyway: bool) -> list[Step]:
    """Returns the steps, in their order. `purge` takes settings, journal and user as well."""
    return [
        *_outputs_idle(seen, anyway=anyway),
        *(_topics(seen) if purge else ()),
        *_files(seen, purge=purge),
        *_link(seen),
        *(_everything(seen) if purge else _left(seen)),
        *_program(seen),
    ]


def _outputs_idle(seen: Seen, *, anyway: bool) -> Iterator[Step]:
    if seen.has_unit:
        yield Run(
            words="stops the service, whose outputs go idle, and starts it no more after a boot",
            command=("systemctl", "disable", "--now", places.SERVICE),
        )
    if seen.has_program and seen.has_settings and seen.has_user:
        yield Run(
            words="drives every output to idle once more",
            command=(str(places.COMMAND), "safe", str(places.FILE)),
            as_service=True,
            may_fail=anyway,
            remedy="" if anyway else _SAFE_REMEDY,
        )


def _topics(seen: Seen) -> Iterator[Step]:
    if seen.has_program and seen.has_settings and seen.has_user:
        yield Run(
            words="clears the device's topics at the broker, so that Home Assistant forgets it",
            command=(str(places.COMMAND), "purge", str(places.FILE)),
            as_service=True,
            may_fail=True,
            remedy="the topics stay at the broker",
        )


def _files(seen: Seen, *, purge: bool) -> Iterator[Step]:
    for path, content in places.contents().items():
        now = standing(path, seen.files[path], content, seen.receipt)
        if now == "changed" and not purge:
            yield Step(words=f"leaves {path}, since somebody changed it")
        elif now != "absent":
            yield Remove(words=f"removes {path}", path=path)
    for path in seen.kept:
        yield Remove(words=f"removes {path}", path=path) if purge else Step(words=f"leaves {path}, somebody's")
    if purge and seen.has_drop_ins:
        yield Remove(words=f"removes {places.DROP_INS}", path=places.DROP_INS)
    elif seen.has_drop_ins:
        yield Step(words=f"leaves {places.DROP_INS}, which is somebody's")
    if seen.has_unit:
        yield Run(words="has systemd read its units", command=("systemctl", "daemon-reload"))
        # A unit that failed is remembered although its file is gone.
        yield Run(
            words="has systemd forget the service",
            command=("sh", "-c", f"systemctl reset-failed {places.SERVICE} 2>/dev/null || true"),
        )
    if seen.has_udev:
        yield Run(
            words="has udev read its rules",
            command=("udevadm", "control", "--reload"),
            may_fail=True,
            remedy="it reads them when it starts",
        )


def _link(seen: Seen) -> Iterator[Step]:
    if seen.link == str(places.COMMAND):
        yield Remove(words=f"removes the command {places.LINK}", path=places.LINK)


def _everything(seen: Seen) -> Iterator[Step]:
    for path, what, there in (
        (places.SETTINGS, "settings and passwords", seen.settings_owner is not None),
        (places.STATE, "journal, states, and mails that wait", seen.has_state),
    ):
        if there:
            yield Remove(words=f"removes {what}, {path}", path=path)
    if seen.has_user:
        yield Run(words=f"removes the user {places.USER}", command=("userdel", places.USER))
    if seen.receipt is not None and seen.receipt.made_gpio_group and set(seen.groups.get("gpio", ())) <= {places.USER}:
        yield Run(
            words="removes the group gpio, which nobody else is in",
            command=("groupdel", "gpio"),
            may_fail=True,
            remedy="the group stays",
        )
    yield Step(words="leaves clips where the settings put them, if there are any, and the system's own log")


def _left(seen: Seen) -> Iterator[Step]:
    kept = [
        *([f"the settings, {places.SETTINGS}"] if seen.settings_owner is not None else []),
        *([f"the journal, {places.STATE}"] if seen.has_state else []),
        *([f"the user {places.USER} with its groups, who owns them"] if seen.has_user else []),
    ]
    if kept:
        yield Step(words=f"leaves {'; '.join(kept)} (--purge removes these too)")
    yield Step(words="leaves clips where the settings put them, if there are any, and the system's own log")


def _program(seen: Seen) -> Iterator[Step]:
    if seen.digest is not None:
        yield Remove(words=f"removes the program, {places.PROGRAM}", path=places.PROGRAM)
        yield Step(words="leaves whatever else pipx or pip installed elsewhere: pipx uninstall alarm2mqtt")
    elif seen.has_program:
        yield Step(words=f"leaves {places.PROGRAM}, which was made by hand")
