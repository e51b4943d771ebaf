"""HTML that is escaped by construction: text becomes markup only through `el`, `some` and `document`."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import TypeAlias

VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "source"})


class Html(str):
    """Markup. A plain `str` is text, and is escaped when it is put into markup."""

    __slots__ = ()


Child: TypeAlias = "str | Html | Iterable[Child] | None"
Value = str | int | float | bool | None


def el(name: str, /, *children: Child, **attributes: Value) -> Html:
    """Returns an element with children; a plain `str` among them is escaped, None is left out.

    Attributes: `class_` is `class`, `data_part` is `data-part`; True is a bare attribute; False and None leave it out.
    """
    head = f"<{name}{''.join(_attribute(key, value) for key, value in attributes.items())}>"
    if name in VOID:
        return Html(head)
    return Html(f"{head}{_inside(children)}</{name}>")


def some(*children: Child) -> Html:
    """Returns several elements side by side, without a parent."""
    return Html(_inside(children))


def document(*, lang: str, head: Html, body: Html) -> str:
    """Returns a whole page as text, with its doctype."""
    return f"<!doctype html>\n{el('html', head, body, lang=lang)}\n"


def _attribute(key: str, value: Value) -> str:
    """Returns an attribute as HTML, escaped; empty for one that is left out."""
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'


def _inside(children: Iterable[Child]) -> str:
    """Returns the children of an element as HTML."""
    return "".join(_one(child) for child in children)


def _one(child: Child) -> str:
    """Returns one child as HTML; a text is escaped."""
    if child is None:
        return ""
    if isinstance(child, Html):
        return child
    if isinstance(child, str):
        return escape(child)
    return _inside(child)
