"""Boots a guest with simulated kernel lines for the tests that need them (`ALARM2MQTT_GPIO_RIG`)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from servers.gpio_sim import absence

GUEST_LIMIT_S = 400
ROOT = Path(__file__).parents[2]
RIG = os.environ.get("ALARM2MQTT_GPIO_RIG")


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
    if RIG is None:
        pytest.skip("NO REAL GPIO LINES WERE TESTED: ALARM2MQTT_GPIO_RIG does not name the kernel rig's folder")
    if not kinds():
        pytest.skip("NO REAL GPIO LINES WERE TESTED: the kernel rig has no guest set up (its `setup`)")
    tests = [str(file) for file in sorted(Path(__file__).parent.glob("test_*lines.py"))]
    boot = [str(Path(RIG) / "run"), "--kind", kinds()[0], "--timeout", str(GUEST_LIMIT_S), "--"]
    suite = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-k", "kernel and not fake", *tests]
    guest = subprocess.run(
        [*boot, *suite],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert guest.returncode == 0, guest.stdout + guest.stderr
    assert " passed" in guest.stdout
