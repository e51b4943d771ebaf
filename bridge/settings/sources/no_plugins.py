"""Keeps pydantic from looking for plugins."""

import os
import sys
from types import ModuleType


def disable_plugins() -> None:
    """Makes pydantic look for no plugins; to be called before it is imported.

    Looking for them reads the metadata of every installed package, and no code but ours belongs between the file
    and the settings.
    """
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # Even so pydantic imports what would look for them: 2 MB and 10 ms that never serve. Where a release
    # of pydantic has no such module this changes nothing.
    no_plugins = ModuleType("pydantic.plugin._loader")
    no_plugins.get_plugins = tuple  # type: ignore[attr-defined]  # an empty tuple of plugins
    sys.modules.setdefault(no_plugins.__name__, no_plugins)
