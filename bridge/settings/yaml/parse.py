"""The file's text: YAML 1.2, every key once, and the line of every location.

In YAML 1.2 `yes` and `on` are texts; the check accepts them as truth values all the same.
The parser's own error text is never passed on: it quotes the file, which may hold a secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError, SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from bridge.errors import Fault, SettingsError
from bridge.settings.location import Loc, path_of
from bridge.settings.yaml.syntax_errors import mistake

LARGEST_BYTES = 1_000_000
_OLD_FLOAT = re.compile(r"[-+]?([0-9][0-9_]*)?\.[0-9_]*([eE][-+][0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


def read_text(path: Path) -> str:
    """Returns the file's text.

    Raises:
        SettingsError: the file cannot be read, is too large or is not UTF-8.
    """
    return text_of(read_content(path), path)


def read_content(path: Path) -> bytes:
    """Returns the file's content.

    Raises:
        SettingsError: the file cannot be read, or is too large.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise _refused(path, f"cannot be read: {reason or 'no name of a file'}") from None
    if len(content) > LARGEST_BYTES:
        raise _refused(path, "is too large", allowed=f"at most {LARGEST_BYTES} bytes")
    return content


def text_of(content: bytes, path: Path) -> str:
    """Returns the text of a file's content.

    Raises:
        SettingsError: it is not UTF-8.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused(path, "is not UTF-8", line=content.count(b"\n", 0, error.start) + 1) from None


def parse(text: str, path: Path, *, version: tuple[int, int] | None = None) -> tuple[Any, list[Fault]]:
    """Returns the document, `{}` for an empty text, and a fault for each key that occurs twice.

    `version` is that of YAML, for the file of another program; None means 1.2.

    Raises:
        SettingsError: the text is no YAML.
    """
    faults: list[Fault] = []
    try:
        try:
            document = _yaml(version).load(text)
        except DuplicateKeyError as error:
            at = error.problem_mark
            twice: list[tuple[Loc, int]] = list(_twice(_yaml().compose(text), (), set())) or [
                ((), at.line + 1 if at else 1)
            ]
            faults = [
                Fault(path=path_of(loc), message="stands here twice", file=str(path), line=line) for loc, line in twice
            ]
            lenient = _yaml()
            lenient.allow_duplicate_keys = True
            document = lenient.load(text)
    except MarkedYAMLError as error:
        # An unclosed bracket or quote is reported at the end of the file; its begin is what a person needs.
        unclosed = "end of stream" in (error.problem or "")
        mark = (error.context_mark if unclosed else None) or error.problem_mark or error.context_mark
        raise _refused(path, mistake(error), line=mark.line + 1 if mark else None) from None
    except RecursionError:
        raise _refused(path, "is nested too deeply") from None
    except (YAMLError, ValueError) as error:  # ValueError: a number of more digits than Python reads
        position = getattr(error, "position", None)
        line = text.count("\n", 0, position) + 1 if isinstance(position, int) else None
        raise _refused(path, "is no YAML: a character or number in it cannot be read", line=line) from None
    return ({} if document is None else document), faults


class Lines:
    """The lines of a parsed text; created only for a fault."""

    def __init__(self, text: str) -> None:
        self._root = _yaml().compose(text)

    def of(self, loc: Loc) -> int | None:
        """Returns the line of a location, or of its nearest parent in the text; the first is 1.

        None if the text has none.
        """
        node, line = self._root, None
        for part in loc:
            found = _below(node, part)
            if found is None:
                break
            node, line = found
        return line if line is not None else (None if node is None else node.start_mark.line + 1)


class _Constructor(SafeConstructor):
    """Dates stay text, as in YAML 1.2's core schema: they are keys of special days, some mistyped."""


_Constructor.add_constructor("tag:yaml.org,2002:timestamp", SafeConstructor.construct_yaml_str)


class _OldConstructor(_Constructor):
    """Values of YAML 1.1 as its common readers have them.

    A float has a dot, and a sign in its exponent; `y` and `n` are text.
    """

    def construct_yaml_float(self, node: Any) -> Any:
        """Returns a float, or the text itself."""
        if _OLD_FLOAT.fullmatch(node.value) is None:
            return self.construct_scalar(node)
        return super().construct_yaml_float(node)

    def construct_yaml_bool(self, node: Any) -> Any:
        """Returns a truth value, or the text itself."""
        return self.construct_scalar(node) if len(node.value) == 1 else super().construct_yaml_bool(node)


_OldConstructor.add_constructor("tag:yaml.org,2002:float", _OldConstructor.construct_yaml_float)
_OldConstructor.add_constructor("tag:yaml.org,2002:bool", _OldConstructor.construct_yaml_bool)


def _yaml(version: tuple[int, int] | None = None) -> Any:
    yaml = YAML(typ="safe", pure=True)
    yaml.version = version
    yaml.Constructor = _Constructor if version is None else _OldConstructor
    return yaml


def _below(node: Node | None, part: str | int) -> tuple[Node, int] | None:
    """Returns the node one step further, and the line of its key or item; None if there is none.

    Of a repeated key the last one counts.
    """
    if isinstance(node, MappingNode):
        for key, value in reversed(node.value):
            if getattr(key, "value", None) == str(part):
                return value, key.start_mark.line + 1
    elif isinstance(node, SequenceNode) and isinstance(part, int) and 0 <= part < len(node.value):
        item = node.value[part]
        return item, item.start_mark.line + 1
    return None


def _twice(node: Node, loc: Loc, known: set[int]) -> Iterator[tuple[Loc, int]]:
    """Yields repeated keys; `known` are nodes already visited, which aliases lead to again."""
    if id(node) in known:
        return
    known.add(id(node))
    if isinstance(node, MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in seen:
                yield (*loc, name), key.start_mark.line + 1
            seen.add(name)
            yield from _twice(value, (*loc, name), known)
    elif isinstance(node, SequenceNode):
        for index, item in enumerate(node.value):
            yield from _twice(item, (*loc, index), known)


def _refused(path: Path, message: str, *, line: int | None = None, allowed: str | None = None) -> SettingsError:
    return SettingsError([Fault(path="", message=message, file=str(path), line=line, allowed=allowed)])
