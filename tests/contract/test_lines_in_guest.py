"""Boots a guest with simulated kernel lines for the tests that need them (`ALARM2MQTT_GPIO_RIG`)."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from servers import usb_expander
from servers.gpio_sim import absence

GUEST_LIMIT_S = 400
ROOT = Path(__file__).parents[2]
RIG = os.environ.get("ALARM2MQTT_GPIO_RIG")
MODULES = os.environ.get("ALARM2MQTT_KERNEL_MODULES")
"""A folder with the modules of the guest's kernel, below lib/modules."""


def kinds() -> list[str]:
    """The guests that are set up; `GPIO_RIG_KIND` chooses one."""
    cache = Path(os.environ.get("GPIO_RIG_CACHE", "/var/cache/gpio-rig"))
    chosen = os.environ.get("GPIO_RIG_KIND")
    return [kind for kind in ("uml", "qemu") if (cache / kind / "stamp").exists() and chosen in (None, kind)]


@pytest.mark.kernel
@pytest.mark.timeout(GUEST_LIMIT_S + 30)
def test_the_gpio_driver_keeps_its_contract_on_real_kernel_lines() -> None:
    if absence() is None:
        pytest.skip("this kernel has gpio-sim: the suite has run on its lines directly")
    in_guest("kernel and not fake and not polled")


@pytest.mark.kernel
@pytest.mark.timeout(GUEST_LIMIT_S + 30)
def test_the_gpio_driver_keeps_its_contract_on_real_kernel_lines_without_an_interrupt() -> None:
    if usb_expander.absence() is None:
        pytest.skip("this kernel has the expander's driver: the suite has run on its lines directly")
    if MODULES is None:
        pytest.skip("NO REAL LINES WITHOUT AN INTERRUPT WERE TESTED: ALARM2MQTT_KERNEL_MODULES names no folder")
    in_guest("kernel_polled or polled_kernel", "modprobe", "-d", MODULES, "-a", "uhid", "hid-mcp2221")


def in_guest(chosen: str, *before: str) -> None:
    """Run the chosen tests of lines in a guest, after a command."""
    if RIG is None:
        pytest.skip("NO REAL GPIO LINES WERE TESTED: ALARM2MQTT_GPIO_RIG does not name the kernel rig's folder")
    if not kinds():
        pytest.skip("NO REAL GPIO LINES WERE TESTED: the kernel rig has no guest set up (its `setup`)")
    tests = [str(file) for file in sorted(Path(__file__).parent.glob("test_*lines.py"))]
    suite = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-k", chosen, *tests]
    command = ["sh", "-c", f"{shlex.join(before) or 'true'} && exec {shlex.join(suite)}"]
    guest = subprocess.run(
        [str(Path(RIG) / "run"), "--kind", kinds()[0], "--timeout", str(GUEST_LIMIT_S), "--", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert guest.returncode == 0, guest.stdout + guest.stderr
    assert " passed" in guest.stdout
