"""Text -> documents with positions, or diagnostics; never an exception, whatever the text."""

from __future__ import annotations

from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from mlspec.diagnostics import Diagnostic, Span
from mlspec.language.yaml.build import PLAIN, Builder, too_deep
from mlspec.language.yaml.document import Document
from mlspec.language.yaml.limits import LIMITS, Limits
from mlspec.language.yaml.syntax import syntax_diagnostic
from mlspec.language.yaml.tabs import tab_problems
from mlspec.language.yaml.text import decode, text_problems

_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _TooDeepError(Exception):
    """A collection that stands a level deeper than is allowed."""

    def __init__(self, node: Node) -> None:
        super().__init__()
        self.node = node


class _Loader(_PARSER):  # type: ignore[misc]
    """Composes nodes with the tags that are written; PyYAML would guess the others by YAML 1.1, and each guess costs.

    A scalar without quotes and without a tag gets the tag PLAIN. Nodes below `deepest` are not composed, nor parsed.
    """

    deepest = LIMITS.depth
    level = 0

    def resolve(self, kind: type[Node], value: str | None, implicit: Any) -> str:  # noqa: ARG002 - PyYAML calls it so
        return PLAIN if kind is ScalarNode and implicit[0] else _TAGS[kind]

    def descend_resolver(self, parent: Node | None, index: object) -> None:  # noqa: ARG002 - PyYAML calls it so
        """Count the levels; no tag depends on the place. The builder sees one level more than is allowed, and tells it."""
        self.level += 1
        if parent is not None and self.level > self.deepest + 2:
            raise _TooDeepError(parent)

    def ascend_resolver(self) -> None:
        """See `descend_resolver`."""
        self.level -= 1


_TAGS: dict[type[Node], str] = {
    kind: f"tag:yaml.org,2002:{name}" for kind, name in ((ScalarNode, "str"), (SequenceNode, "seq"), (MappingNode, "map"))
}


def load_documents(path: str, text: str | bytes, limits: Limits | None = None) -> tuple[list[Document], list[Diagnostic]]:
    """Return the sound documents of a file, and every problem met in it. `limits`: the language's, unless given."""
    limits = limits or LIMITS
    decoded, found = decode(path, text, limits.size)
    if decoded is None:
        return [], found
    found = text_problems(path, decoded)
    if found:
        return [], found
    nodes, found = _compose(path, decoded, limits.depth)
    found = found or tab_problems(path, decoded, nodes)
    if found and found[0].code == "MLS0134":
        return [], found
    documents = []
    for index, node in enumerate(nodes):
        builder = Builder(path, limits)
        value = builder.build(node)
        found += builder.found
        if not builder.found:
            documents.append(Document(path, value, node, index))
    return documents, found


def _compose(path: str, text: str, depth: int) -> tuple[list[Node], list[Diagnostic]]:
    """Compose each document's node tree with libyaml (the pure loader where it is missing); keep those before an error."""
    nodes: list[Node] = []
    try:
        loader = _Loader(text)
        loader.deepest = depth
        try:
            while loader.check_node():
                nodes.append(loader.get_node())
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        return nodes, [syntax_diagnostic(path, text, error)]
    except _TooDeepError as error:
        return [], [too_deep(path, error.node, depth)]
    except (yaml.YAMLError, ValueError) as error:
        return nodes, [Diagnostic("MLS0135", f"the file is not YAML: {_first_line(error)}", Span(path), "check its quotes and indentation")]
    return nodes, []


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
