"""Text -> documents with positions, or diagnostics; never an exception, whatever the text."""

from __future__ import annotations

from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from mlspec.diagnostics import Diagnostic, Span
from mlspec.source.build import MAX_DEPTH, PLAIN, Builder
from mlspec.source.document import Document
from mlspec.source.syntax import syntax_diagnostic
from mlspec.source.tabs import tab_problems
from mlspec.source.text import decode, span_at, text_problems

_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_PARSER):  # type: ignore[misc]
    """Composes nodes with the tags that are written; PyYAML would guess the others by YAML 1.1, and each guess costs.

    A scalar without quotes and without a tag gets the tag PLAIN.
    """

    def resolve(self, kind: type[Node], value: str | None, implicit: Any) -> str:  # noqa: ARG002 - PyYAML calls it so
        return PLAIN if kind is ScalarNode and implicit[0] else _TAGS[kind]

    def descend_resolver(self, parent: Node | None, index: object) -> None:
        """Nothing to keep: no tag depends on the place."""

    def ascend_resolver(self) -> None:
        """See `descend_resolver`."""


_TAGS: dict[type[Node], str] = {
    kind: f"tag:yaml.org,2002:{name}" for kind, name in ((ScalarNode, "str"), (SequenceNode, "seq"), (MappingNode, "map"))
}


def load_documents(path: str, text: str | bytes) -> tuple[list[Document], list[Diagnostic]]:
    """Return the sound documents of a file, and every problem met in it."""
    decoded, found = decode(path, text)
    if decoded is None:
        return [], found
    found = text_problems(path, decoded) or _too_deep(path, decoded)
    if found:
        return [], found
    nodes, found = _compose(path, decoded)
    found = found or tab_problems(path, decoded, nodes)
    if found and found[0].code == "MLS0134":
        return [], found
    documents = []
    for index, node in enumerate(nodes):
        builder = Builder(path)
        value = builder.build(node)
        found += builder.found
        if not builder.found:
            documents.append(Document(path, value, node, index))
    return documents, found


def _compose(path: str, text: str) -> tuple[list[Node], list[Diagnostic]]:
    """Compose each document's node tree with libyaml (the pure loader where it is missing); keep those before an error."""
    nodes: list[Node] = []
    try:
        loader = _Loader(text)
        try:
            while loader.check_node():
                nodes.append(loader.get_node())
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        return nodes, [syntax_diagnostic(path, text, error)]
    except RecursionError:
        return [], [Diagnostic("MLS0140", f"nested deeper than {MAX_DEPTH} levels", Span(path), "no spec needs that")]
    except (yaml.YAMLError, ValueError) as error:
        return nodes, [Diagnostic("MLS0135", f"the file is not YAML: {_first_line(error)}", Span(path), "check its quotes and indentation")]
    return nodes, []


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _too_deep(path: str, text: str) -> list[Diagnostic]:
    """Refuse runs of brackets or dashes before the composer recurses into them."""
    if text.count("[") + text.count("{") <= 4 * MAX_DEPTH:
        return []
    depth = 0
    for position, char in enumerate(text):
        if char in "[{":
            depth += 1
        elif char in "]}":
            depth = max(0, depth - 1)
        if depth > 4 * MAX_DEPTH:
            return [Diagnostic("MLS0140", f"nested deeper than {MAX_DEPTH} levels", span_at(path, text, position), "no spec needs that")]
    return []
