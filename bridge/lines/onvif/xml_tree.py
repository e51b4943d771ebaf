"""XML as a tree of elements, without document types: an entity could name a file, or grow without end (pure)."""

from __future__ import annotations

from typing import NoReturn
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from bridge.errors import MessageMalformed

DEEPEST = 64
NAMESPACE_END = "}"


def tree_of(data: bytes) -> Element:
    """Returns the root of a document; names are `{namespace}local`.

    Raises MessageMalformed for what is no XML, has a document type, or is deeper than `DEEPEST`.
    """
    builder = TreeBuilder()
    depth = 0

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            _refuse("is XML that is too deep")
        builder.start(_qualified(name), {_qualified(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_qualified(name))

    parser = expat.ParserCreate(namespace_separator=NAMESPACE_END)
    parser.buffer_text = True
    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = lambda *_: _refuse("has a document type, which is refused")
    try:
        parser.Parse(data, True)  # noqa: FBT003 - expat's own form
    except expat.ExpatError as error:
        message = f"is no XML ({expat.ErrorString(error.code)})"
        raise MessageMalformed(message) from None
    return builder.close()


def local(element: Element) -> str:
    """Returns an element's name without its namespace: makers disagree about those."""
    return element.tag.rpartition(NAMESPACE_END)[2]


def below(element: Element, *path: str) -> Element | None:
    """Returns the first element at a path of local names; None if it is not there."""
    found: Element | None = element
    for name in path:
        if found is None:
            return None
        found = next((each for each in found if local(each) == name), None)
    return found


def each_below(element: Element, name: str) -> list[Element]:
    """Returns all elements of a local name at any depth, in their order."""
    return [each for each in element.iter() if local(each) == name]


def text_at(element: Element, *path: str) -> str | None:
    """Returns the text at a path of local names without blanks around it; None if it is not there, or empty."""
    found = below(element, *path)
    return None if found is None else (found.text or "").strip() or None


def _qualified(name: str) -> str:
    return "{" + name if NAMESPACE_END in name else name


def _refuse(message: str) -> NoReturn:
    raise MessageMalformed(message)
