"""Tabs as indentation. Inside text of several lines a tab is text, so this is judged after parsing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from yaml.nodes import Node, ScalarNode

from mlspec.diagnostics import Diagnostic, Span
from mlspec.language.yaml.text import breaks

TAB_INDENT = re.compile(r"^ *\t+(?=[^\s#])", re.MULTILINE)


def tab_diagnostic(span: Span) -> Diagnostic:
    return Diagnostic("MLS0134", "a tab indents the line", span, "indent with spaces")


def tab_problems(path: str, text: str, nodes: Iterable[Node]) -> list[Diagnostic]:
    """Return the first line that a tab indents and that is no part of a text of several lines."""
    if "\t" not in text:
        return []
    found = list(TAB_INDENT.finditer(text))
    inside = set(_text_lines(nodes)) if found else set()
    line, position = 1, 0
    for match in found:
        line, position = line + breaks(text, position, match.start()), match.start()
        if line not in inside:
            return [tab_diagnostic(Span(path, line, 1, line, 1 + len(match.group())))]
    return []


def _text_lines(nodes: Iterable[Node]) -> Iterator[int]:
    """Lines (1-based) on which a text goes on that began on an earlier one."""
    pending, seen = list(nodes), set[int]()
    while pending:
        node = pending.pop()
        if isinstance(node, ScalarNode):
            yield from range(node.start_mark.line + 2, node.end_mark.line + 2)
        elif id(node) not in seen:
            seen.add(id(node))
            pending += [part for item in node.value for part in (item if isinstance(item, tuple) else (item,))]
