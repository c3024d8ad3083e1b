"""A node tree -> plain values, with every problem of the tree: keys, tags, aliases, numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from yaml.nodes import Node, ScalarNode, SequenceNode

from mlspec.diagnostics import Advice, Diagnostic, Related
from mlspec.source.document import span_of
from mlspec.source.scalars import resolve

MAX_DEPTH = 64
MAX_NODES = 200_000

PLAIN = ""
"""The tag of a scalar whose text says what it is: neither quoted nor tagged."""

_CORE = "tag:yaml.org,2002:"
_TEXT, _MAP, _SEQ = _CORE + "str", _CORE + "map", _CORE + "seq"
_TYPES = {_CORE + "int": int, _CORE + "float": float, _CORE + "bool": bool, _CORE + "null": type(None)}
"""The other tags of YAML 1.2's core schema; a scalar that has one must read as that."""

Built = tuple[Any, int]


@dataclass(slots=True)
class Builder:
    """Builds one document. An aliased node is built once; its size counts as often as it is used."""

    path: str
    found: list[Diagnostic] = field(default_factory=list)
    built: dict[int, Built] = field(default_factory=dict)
    open: set[int] = field(default_factory=set)

    def build(self, node: Node) -> Any:
        """Return the node's value; problems are added to `found`."""
        value, size = self._node(node, 0)
        if size > MAX_NODES and not self.found:
            self._problem("MLS0142", "the aliases expand to more than 200,000 values", node, "write fewer of them")
        return value

    def _node(self, node: Node, depth: int) -> Built:
        if isinstance(node, ScalarNode):
            return self._scalar(node), 1
        key = id(node)
        if key in self.built:
            return self.built[key]
        if key in self.open:
            self._problem("MLS0141", "an alias stands inside its own anchor", node, "remove the alias")
            return None, 1
        if depth > MAX_DEPTH:
            self._problem("MLS0140", f"nested deeper than {MAX_DEPTH} levels", node, "no spec needs that")
            return None, 1
        self.open.add(key)
        result = self.built[key] = self._collection(node, depth)
        self.open.discard(key)
        return result

    def _collection(self, node: Node, depth: int) -> Built:
        if node.tag != (_SEQ if isinstance(node, SequenceNode) else _MAP):
            self._tag_problem(node)
        if isinstance(node, SequenceNode):
            items = [self._node(child, depth + 1) for child in node.value]
            return [v for v, _ in items], 1 + sum(size for _, size in items)
        return self._mapping(node, depth)

    def _mapping(self, node: Node, depth: int) -> Built:
        value: dict[str, Any] = {}
        places: dict[str, Node] = {}
        size = 1
        for key_node, child in node.value:
            key = self._key(key_node)
            item, item_size = self._node(child, depth + 1)
            size += item_size
            if key is None:
                continue
            if key in places:
                self._duplicate(key, key_node, places[key])
            places.setdefault(key, key_node)
            value[key] = item
        return value, size

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
            value = resolve(node.value)
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


def _quote(node: ScalarNode) -> str:
    return Advice("quote it", f'"{node.value}"', node.value) if node.value and node.tag == PLAIN else "quote it"


def _shown_key(node: ScalarNode) -> str:
    return f"`{node.value}`" if node.value else "nothing"


def _shown_tag(tag: str) -> str:
    """A tag as users write it."""
    return "!!" + tag.removeprefix(_CORE) if tag.startswith(_CORE) else tag
