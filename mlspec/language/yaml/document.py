"""A loaded YAML document: its value, and where each part of it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from mlspec.diagnostics import Span

Route = Sequence[str | int]


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """One document of a file. `value` is plain data; the node tree is kept for positions.

    `origin` says what made it, when no person wrote it as it is: a ModelSet and the entry (`modelset/stations from stations.csv:18`).
    """

    path: str
    value: Any
    node: Node
    index: int = 0
    origin: str = ""

    def span(self, route: Route = (), *, key: bool = False) -> Span:
        """Return the span of the value at `route` (or of its key); of the deepest part that exists."""
        key_node, node = self._find(route)
        return span_of(self.path, key_node if key and key_node is not None else node)

    def raw(self, route: Route) -> str | None:
        """Return the scalar at `route` as it is written, or None when no scalar stands there."""
        _, node = self._find(route)
        return str(node.value) if isinstance(node, ScalarNode) else None

    def _find(self, route: Route) -> tuple[Node | None, Node]:
        key_node, node = None, self.node
        for part in route:
            step = _step(node, part)
            if step is None:
                break
            key_node, node = step
        return key_node, node


def _step(node: Node, part: str | int) -> tuple[Node | None, Node] | None:
    if isinstance(node, MappingNode):
        return next(((k, v) for k, v in node.value if k.value == str(part)), None)
    if isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
        return None, node.value[part]
    return None


def span_of(path: str, node: Node) -> Span:
    """The span of a YAML node; an empty mark becomes the file's first character. A node of an overlay says its own path."""
    path = getattr(node, "path", path)
    start, end = node.start_mark, node.end_mark
    if start is None or end is None:
        return Span(path)
    return Span(path, start.line + 1, start.column + 1, end.line + 1, end.column + 1)
