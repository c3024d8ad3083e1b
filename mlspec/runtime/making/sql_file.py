"""The text of a set's SQL, and where in it a complaint is about."""

from __future__ import annotations

import re

from mlspec.diagnostics import Span, problem

_LINE = re.compile(r"LINE (\d+):")
_COLUMN = re.compile(r'column (?:named )?"([^"]+)"', re.IGNORECASE)
_NAMES = re.compile(r'`([^`]+)`|"([^"]+)"|Function with name (\w+)|Table with name (\w+)|near "([^"]+)"')


def text_of(content: bytes | None, path: str) -> str:
    """The text of the file. Raises MLS0423 when there is none, MLS0623 for what is no UTF-8."""
    if content is None:
        raise problem("MLS0423", f"the query's file `{path}` is not there", help="write one SELECT into it, and commit it")
    try:
        return content.decode("utf-8-sig")
    except UnicodeError:
        raise problem("MLS0623", f"`{path}` is not UTF-8 text", help="save it as UTF-8") from None


def place(path: str, text: str, error: str) -> Span:
    """Where the first name that a complaint quotes stands in the text: in the line that it speaks of, else anywhere; else the start."""
    lines = text.splitlines() or [""]
    said = _LINE.search(error)
    # DuckDB counts the line of our parenthesis before the text
    near = [int(said[1]) - 2] if said else []
    order = [*(n for n in near if 0 <= n < len(lines)), *range(len(lines))]
    words = error.partition("LINE ")[0]
    for name in [*_COLUMN.findall(words), *(next(filter(None, groups)) for groups in _NAMES.findall(words))]:
        for number in order:
            found = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", lines[number], re.IGNORECASE)
            if found:
                return Span(path, number + 1, found.start() + 1, number + 1, found.end() + 1)
    return Span(path, 1, 1, 1, 2)
