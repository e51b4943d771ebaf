"""Import of a library without a large module that it names and, as it is used here, never needs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType


@contextmanager
def standing_in(name: str, **attributes: object) -> Iterator[None]:
    """Puts a module that has only these attributes in the place of one that is not loaded yet.

    Whoever imports it after the block gets the real one.
    """
    if name in sys.modules:
        yield
        return
    small = ModuleType(name)
    vars(small).update(attributes)
    sys.modules[name] = small
    try:
        yield
    finally:
        del sys.modules[name]
