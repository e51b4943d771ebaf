"""Settings of all tests."""

from __future__ import annotations

from hypothesis import settings

# A machine that does something else meanwhile makes an example slow, and no test wrong.
settings.register_profile("alarm2mqtt", deadline=None)
settings.load_profile("alarm2mqtt")
