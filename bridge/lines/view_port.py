"""The port of inputs that are made of other inputs: the views that the engine publishes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bridge.core.effects import InputView, PublishInput

Changed = Callable[["InputView"], None]
"""Takes a view of an input that is followed."""


class ViewPort:
    """The newest view of each input, and the followers of some; called on the event loop's thread."""

    def __init__(self) -> None:
        self._views: dict[str, InputView] = {}
        self._followers: dict[str, tuple[frozenset[str], Changed]] = {}

    def follow(self, terminal: str, inputs: frozenset[str], changed: Changed) -> None:
        """Calls `changed` with each view of the inputs from now on, in place of what the terminal followed before."""
        self._followers[terminal] = inputs, changed

    def leave(self, terminal: str) -> None:
        """Ends what a terminal follows; an unknown one is ignored."""
        self._followers.pop(terminal, None)

    def view(self, input_id: str) -> InputView | None:
        """Returns the newest view of an input; None before its first."""
        return self._views.get(input_id)

    def publish(self, effect: PublishInput) -> None:
        """Hands an input's view to its followers."""
        view = effect.view
        self._views[view.id] = view
        for inputs, changed in tuple(self._followers.values()):
            if view.id in inputs:
                changed(view)
