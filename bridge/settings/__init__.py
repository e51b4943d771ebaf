"""The way from a file to settings, and from an edit to the file. The definitions are in `core/definitions/`."""

import os
import sys
from types import ModuleType

# Before pydantic is imported, which only variables of the environment need: looking for plugins reads the
# metadata of every installed package, and no code but ours belongs between the file and the settings.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

# Even so pydantic imports what would look for them: 2 MB and 10 ms that never serve. Where a release
# of pydantic has no such module this changes nothing.
_no_plugins = ModuleType("pydantic.plugin._loader")
_no_plugins.get_plugins = tuple  # type: ignore[attr-defined]  # an empty tuple of plugins
sys.modules.setdefault(_no_plugins.__name__, _no_plugins)
