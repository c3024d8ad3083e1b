"""A value together with its YAML nodes, so that what is made of several documents still knows where each part stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

_STR = "tag:yaml.org,2002:str"


@dataclass(frozen=True, slots=True)
class Tree:
    """A node and the plain value that was built from it."""

    node: Node
    value: Any

    def get(self, key: str) -> Tree | None:
        """The part under a key of a mapping; None where there is none."""
        return self.items().get(key)

    def items(self) -> dict[str, Tree]:
        """The parts of a mapping, by key."""
        if not isinstance(self.node, MappingNode) or not isinstance(self.value, dict):
            return {}
        return {k.value: Tree(v, self.value[k.value]) for k, v in self.node.value if k.value in self.value}

    def pairs(self) -> list[tuple[Tree, Tree]]:
        """The keys of a mapping, as texts at their places, with their parts."""
        if not isinstance(self.node, MappingNode) or not isinstance(self.value, dict):
            return []
        return [(Tree(k, k.value), Tree(v, self.value[k.value])) for k, v in self.node.value if k.value in self.value]

    def parts(self) -> list[Tree]:
        """The parts of a list, in order."""
        if not isinstance(self.node, SequenceNode) or not isinstance(self.value, list):
            return []
        return [Tree(n, v) for n, v in zip(self.node.value, self.value, strict=True)]


def text(value: str, beside: Node) -> Tree:
    """A scalar that stands nowhere itself: it takes the place of `beside`."""
    return Tree(_placed(ScalarNode(_STR, value, beside.start_mark, beside.end_mark), beside), value)


def made(value: Any, beside: Node) -> Tree:
    """A plain value that stands nowhere itself: all of it takes the place of `beside`, but for the trees that it holds."""
    if isinstance(value, Tree):
        return value
    whole = Tree(beside, None)
    if isinstance(value, Mapping):
        return mapping({key: made(part, beside) for key, part in value.items()}, whole, keys=False)
    if isinstance(value, list | tuple):
        return sequence([made(part, beside) for part in value], whole)
    return Tree(text(str(value), beside).node, value)


def place(node: Node, path: str) -> None:
    """Note on every node which file it stands in: merged with another file's nodes it would be lost."""
    node.path = path  # type: ignore[attr-defined]
    if isinstance(node, ScalarNode):
        return
    for child in node.value:
        for part in child if isinstance(node, MappingNode) else (child,):
            if getattr(part, "path", None) is None:
                place(part, path)


def mapping(parts: Mapping[str, Tree], beside: Tree, *, keys: bool = True) -> Tree:
    """A mapping of parts, with the marks of `beside`; and with its keys, where it has them."""
    own = {k.value: k for k, _ in beside.node.value} if keys and isinstance(beside.node, MappingNode) else {}
    pairs = [(own.get(name) or text(name, part.node).node, part.node) for name, part in parts.items()]
    node = MappingNode("tag:yaml.org,2002:map", pairs, beside.node.start_mark, beside.node.end_mark)
    return Tree(_placed(node, beside.node), {name: part.value for name, part in parts.items()})


def sequence(parts: Iterable[Tree], beside: Tree) -> Tree:
    """A list of parts, at the place of `beside`."""
    found = list(parts)
    node = SequenceNode("tag:yaml.org,2002:seq", [p.node for p in found], beside.node.start_mark, beside.node.end_mark)
    return Tree(_placed(node, beside.node), [p.value for p in found])


def _placed(node: Node, beside: Node) -> Node:
    if hasattr(beside, "path"):
        node.path = beside.path  # type: ignore[attr-defined]
    return node


def merge(base: Tree, patch: Tree, *, delete: bool = False) -> Tree:
    """Lay `patch` over `base`: mappings key by key, lists of named mappings by `name`, anything else is replaced.

    With `delete`, a null takes the key away.
    """
    if isinstance(base.value, dict) and isinstance(patch.value, dict):
        return _merge_mappings(base, patch, delete=delete)
    if _is_named(base) and _is_named(patch):
        return _merge_named(base, patch, delete=delete)
    return patch


def _merge_mappings(base: Tree, patch: Tree, *, delete: bool) -> Tree:
    merged = base.items()
    for key, part in patch.items().items():
        if delete and part.value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge(merged[key], part, delete=delete) if key in merged else part
    return _keys_of_both(mapping(merged, base), patch)


def _keys_of_both(merged: Tree, patch: Tree) -> Tree:
    """A key that only the patch has stands where the patch says it."""
    own = {k.value: k for k, _ in patch.node.value}
    merged.node.value = [(own[k.value] if v is patch_node(patch, k.value) else k, v) for k, v in merged.node.value]
    return merged


def patch_node(tree: Tree, key: str) -> Node | None:
    """The node under a key of a mapping."""
    part = tree.get(key)
    return part.node if part else None


def _is_named(tree: Tree) -> bool:
    return isinstance(tree.value, list) and bool(tree.value) and all(isinstance(v, dict) and "name" in v for v in tree.value)


def _merge_named(base: Tree, patch: Tree, *, delete: bool) -> Tree:
    merged = {str(part.value["name"]): part for part in base.parts()}
    for part in patch.parts():
        name = str(part.value["name"])
        merged[name] = merge(merged[name], part, delete=delete) if name in merged else part
    return sequence(merged.values(), base)


def fill(tree: Tree, scalar: Callable[[Tree, tuple[str | int, ...]], Tree], route: tuple[str | int, ...] = ()) -> Tree:
    """Replace every text scalar by what `scalar` makes of it; parts without one are shared, not copied."""
    if isinstance(tree.value, dict):
        items = tree.items()
        filled = {key: fill(part, scalar, (*route, key)) for key, part in items.items()}
        return tree if all(filled[k].node is items[k].node for k in items) else mapping(filled, tree)
    if isinstance(tree.value, list):
        parts = tree.parts()
        made = [fill(part, scalar, (*route, i)) for i, part in enumerate(parts)]
        return tree if all(m.node is p.node for m, p in zip(made, parts, strict=True)) else sequence(made, tree)
    return scalar(tree, route) if isinstance(tree.value, str) else tree
