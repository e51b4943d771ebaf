"""Messages for a text that is no YAML.

The parser's own messages quote the text, which may be a secret; these never do.
"""

from __future__ import annotations

import re

from ruamel.yaml.error import MarkedYAMLError

_QUOTES = "text that begins with a sign such as * & ! % @ or holds ': ' belongs in quotes"
_INDENTED = "this line is not indented like those that it belongs to"
_MISTAKES = (
    (r"found character '\\t'", "a tab stands where only spaces may"),
    (r"cannot start any token|undefined alias|for the tag", _QUOTES),
    (r"mapping values are not allowed", f"no colon is expected here; perhaps {_INDENTED}, or {_QUOTES}"),
    (r"<block end>.*(<block (sequence|mapping) start>|\?)|<document start>", _INDENTED),
    (r"<block end>.*'[\]}]'|node content.*'[\]}]'", "a bracket is closed that was never opened"),
    (r"<block end>.*<scalar>", "something follows a closing quote"),
    (r"unhashable key", "text with {{ }} belongs in quotes"),
    (
        r"unknown escape",
        "a backslash in double quotes begins an escape, and none is like this; use single ones",
    ),
    (r"another document", "the file holds a second document: --- may stand at its beginning only"),
)


def mistake(error: MarkedYAMLError) -> str:
    """Returns the parser's error as one line for a person, without any quotation of the text."""
    problem, context = error.problem or "", error.context or ""
    begun = "" if error.context_mark is None else f" of line {error.context_mark.line + 1}"
    if "flow" in context and "expected ',' or" in problem:
        bracket = "[" if "sequence" in context else "{"
        return f"is no YAML: the {bracket}{begun} is not closed, or a comma is missing in it"
    if "quoted scalar" in context and "end of stream" in problem:
        return f"is no YAML: the quote{begun} is not closed"
    for pattern, words in _MISTAKES:
        if re.search(pattern, problem):
            return f"is no YAML: {words}"
    unquoted = re.sub(r"'[^']*'|\"[^\"]*\"", "…", problem or "cannot be understood").replace("\n", " ")
    return f"is no YAML: {unquoted}"
