"""A node tree -> plain values, with every problem of the tree: keys, tags, aliases, numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from yaml.nodes import Node, ScalarNode, SequenceNode

from mlspec.diagnostics import Advice, Diagnostic, Related, Span
from mlspec.language.yaml.document import span_of
from mlspec.language.yaml.limits import LIMITS, Limits
from mlspec.language.yaml.scalars import resolve

PLAIN = ""
"""The tag of a scalar whose text says what it is: neither quoted nor tagged."""

_CORE = "tag:yaml.org,2002:"
_TEXT, _MAP, _SEQ = _CORE + "str", _CORE + "map", _CORE + "seq"
_TYPES = {_CORE + "int": int, _CORE + "float": float, _CORE + "bool": bool, _CORE + "null": type(None)}
"""The other tags of YAML 1.2's core schema; a scalar that has one must read as that."""

Built = tuple[Any, int, int]
"""A node's value, how many values it holds, and how many levels of lists and mappings stand below it (-1: it is neither)."""


@dataclass(slots=True)
class Builder:
    """Builds one document. An aliased node is built once; its values and levels count as often as it is used."""

    path: str
    limits: Limits = LIMITS
    found: list[Diagnostic] = field(default_factory=list)
    built: dict[int, Built] = field(default_factory=dict)
    open: set[int] = field(default_factory=set)

    def build(self, node: Node) -> Any:
        """Return the node's value; problems are added to `found`."""
        value, size, _ = self._node(node, 0)
        if size > self.limits.values and not self.found:
            self._problem("MLS0142", f"the aliases expand to more than {self.limits.values:,} values", node, "write fewer of them")
        return value

    def _node(self, node: Node, depth: int) -> Built:
        if isinstance(node, ScalarNode):
            return self._scalar(node), 1, -1
        key = id(node)
        if key in self.open:
            self._problem("MLS0141", "an alias stands inside its own anchor", node, "remove the alias")
            return None, 1, -1
        known = self.built.get(key)
        if depth + (known[2] if known else 0) > self.limits.depth:
            self.found.append(too_deep(self.path, node, self.limits.depth))
            return None, 1, -1
        if known:
            return known
        self.open.add(key)
        result = self.built[key] = self._collection(node, depth)
        self.open.discard(key)
        return result

    def _collection(self, node: Node, depth: int) -> Built:
        if node.tag != (_SEQ if isinstance(node, SequenceNode) else _MAP):
            self._tag_problem(node)
        if isinstance(node, SequenceNode):
            items = [self._node(child, depth + 1) for child in node.value]
            return [v for v, _, _ in items], 1 + sum(size for _, size, _ in items), 1 + max((height for *_, height in items), default=-1)
        return self._mapping(node, depth)

    def _mapping(self, node: Node, depth: int) -> Built:
        value: dict[str, Any] = {}
        places: dict[str, Node] = {}
        size, height = 1, 0
        for key_node, child in node.value:
            key = self._key(key_node)
            item, item_size, below = self._node(child, depth + 1)
            size, height = size + item_size, max(height, 1 + below)
            if key is None:
                continue
            if key in places:
                self._duplicate(key, key_node, places[key])
            places.setdefault(key, key_node)
            value[key] = item
        return value, size, height

    def _key(self, node: Node) -> str | None:
        if isinstance(node, ScalarNode) and node.value == "<<" and not node.style:
            self._problem("MLS0139", "merge keys (`<<`) are not part of YAML 1.2", node, "write the keys out")
            return None
        key = self._scalar(node) if isinstance(node, ScalarNode) else None
        if isinstance(key, str):
            return key
        if isinstance(node, ScalarNode):
            if key is not None or node.tag == PLAIN:
                self._problem("MLS0137", f"a key must be text, and {_shown_key(node)} is not", node, _quote(node))
        else:
            self._problem("MLS0137", "a list or mapping can't be a key", node, "quote the text: `{` and `[` start a mapping or list")
        return None

    def _duplicate(self, key: str, again: Node, first: Node) -> None:
        related = (Related(span_of(self.path, first), "first given here"),)
        self.found.append(
            Diagnostic("MLS0136", f"the key `{key}` is given twice", span_of(self.path, again), "remove one of the two", related=related)
        )

    def _scalar(self, node: ScalarNode) -> Any:
        if node.tag == _TEXT:
            return node.value
        if node.tag != PLAIN and node.tag not in _TYPES:
            return self._tag_problem(node)
        try:
            value = resolve(node.value, self.limits.digits)
        except ValueError as error:
            self._problem("MLS0143", str(error), node, "quote it if text is meant")
            return None
        return value if node.tag == PLAIN else self._typed(node, value)

    def _typed(self, node: ScalarNode, value: Any) -> Any:
        """The value of a scalar with a tag such as `!!int`."""
        kind = _TYPES[node.tag]
        if kind is float and type(value) is int:
            return float(value)
        return value if type(value) is kind else self._tag_problem(node)

    def _tag_problem(self, node: Node) -> None:
        self._problem("MLS0138", f"the tag `{_shown_tag(node.tag)}` is not allowed", node, "remove it: a spec is plain data")

    def _problem(self, code: str, message: str, node: Node, help_text: str) -> None:
        self.found.append(Diagnostic(code, message, span_of(self.path, node), help_text))


def too_deep(path: str, node: Node, depth: int) -> Diagnostic:
    """The diagnostic of a collection that stands deeper than `depth`."""
    start = node.start_mark
    unfinished = Span(path, start.line + 1, start.column + 1, start.line + 1, start.column + 2)
    span = span_of(path, node) if node.end_mark else unfinished
    return Diagnostic("MLS0140", f"nested deeper than {depth} levels", span, "no spec needs that")


def _quote(node: ScalarNode) -> str:
    return Advice("quote it", f'"{node.value}"', node.value) if node.value and node.tag == PLAIN else "quote it"


def _shown_key(node: ScalarNode) -> str:
    return f"`{node.value}`" if node.value else "nothing"


def _shown_tag(tag: str) -> str:
    """A tag as users write it."""
    return "!!" + tag.removeprefix(_CORE) if tag.startswith(_CORE) else tag
