"""A contract's file -> its parts with their places, or every problem of it. Nothing that it names is fetched or opened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mlspec.compiler.load.contracts.hostile import hostile_parts
from mlspec.compiler.load.contracts.published import schema_problems
from mlspec.compiler.load.trees import Tree, made, mapping, place, sequence
from mlspec.diagnostics import Diagnostic, Problems, Span, did_you_mean
from mlspec.language.yaml.document import Document
from mlspec.language.yaml.limits import Limits
from mlspec.language.yaml.load import load_documents

VERSIONS = ("v3.0.0", "v3.0.1", "v3.0.2", "v3.1.0", "v3.2.0")
NEWEST = VERSIONS[-1]
LIMITS = Limits(size=1_000_000, depth=32, values=50_000, digits=40)
CODE = "MLS0460"


@dataclass(frozen=True, slots=True)
class Contract:
    """A sound contract. Its nodes know the file that they stand in."""

    path: str
    tree: Tree
    version: str
    """Such as `v3.1.0`."""

    @property
    def objects(self) -> list[Tree]:
        """The tables that it describes. ODCS 3.0 calls timestamps dates: there the `physicalType` tells."""
        schema = self.tree.get("schema")
        tables = schema.parts() if schema else []
        return [_with_times(table) for table in tables] if self.version.startswith("v3.0") else tables


def read_contract(path: str, content: bytes | None, named_at: Span) -> Contract:
    """Raises `Problems`: MLS0460 for what is no contract of a known version, MLS0461 and MLS0462; MLS01xx for what is no YAML of ours.

    `content`: the file's bytes, None where there is no file; `named_at`: where a spec names it.
    """
    if content is None:
        raise Problems(
            Diagnostic(CODE, f"the contract `{path}` is not there", named_at, "commit it; a link out of the repository is not followed")
        )
    documents, found = load_documents(path, content, LIMITS)
    if found:
        raise Problems(found)
    document = _only(path, documents)
    version = _version(document)
    place(document.node, path)
    tree = Tree(document.node, document.value)
    problems = [*hostile_parts(path, tree)] or [*schema_problems(document, version, content)] or [*_shape(path, tree)]
    if problems:
        raise Problems(problems)
    return Contract(path, tree, version)


def _with_times(table: Tree) -> Tree:
    properties = table.get("properties")
    if properties is None:
        return table
    columns = [
        mapping({**p.items(), "logicalType": made("timestamp", p.items()["logicalType"].node)}, p) if is_time(p.value) else p
        for p in properties.parts()
    ]
    return mapping({**table.items(), "properties": sequence(columns, properties)}, table)


def is_time(prop: Any) -> bool:
    """Whether ODCS 3.0 means a timestamp by a date."""
    physical = prop.get("physicalType")
    return prop.get("logicalType") == "date" and isinstance(physical, str) and physical.casefold().startswith(("timestamp", "datetime"))


def _only(path: str, documents: list[Document]) -> Document:
    given = [d for d in documents if d.value is not None]
    if len(given) != 1 or not isinstance(given[0].value, dict):
        span = given[1].span() if len(given) > 1 else Span(path)
        raise Problems(Diagnostic(CODE, "a contract is one mapping", span, "it begins with `apiVersion: v3.1.0` and `kind: DataContract`"))
    return given[0]


def _version(document: Document) -> str:
    kind, version = document.value.get("kind"), document.value.get("apiVersion")
    if kind != "DataContract":
        message = f"`kind` is {f'`{kind}`' if kind else 'missing'}, and a contract's is `DataContract`"
        raise Problems(Diagnostic(CODE, message, document.span(["kind"]), "name a file of the Open Data Contract Standard"))
    if version not in VERSIONS:
        message = f"the contract's apiVersion `{version}` is not known" if version else "the contract has no `apiVersion`"
        help_text = did_you_mean(str(version), VERSIONS) or f"ODCS {VERSIONS[0]} to {NEWEST} are read"
        raise Problems(Diagnostic(CODE, message, document.span(["apiVersion"]), help_text))
    return str(version)


def _shape(path: str, tree: Tree) -> Iterator[Diagnostic]:
    """What is read of it has the form that the standard gives it: also where nobody compares it with the published schema."""
    for route, kind, word in _forms(tree):
        if not isinstance(route.value, kind):
            yield Diagnostic(
                "MLS0461", f"{word} is expected here", Document(path, route.value, route.node).span(), "see the standard's schema"
            )


def _forms(tree: Tree) -> Iterator[tuple[Tree, type, str]]:
    schema = tree.get("schema")
    if schema is None:
        return
    yield schema, list, "a list"
    for table in schema.parts():
        yield table, dict, "a mapping"
        yield from _named(table)
        yield from _lists(table)
        for column in _parts(table, "properties"):
            yield column, dict, "a mapping"
            yield from _named(column)
            yield from _lists(column)
            for key, kind, word in (("logicalTypeOptions", dict, "a mapping"), ("logicalType", str, "text"), ("enum", list, "a list")):
                if part := column.get(key):
                    yield part, kind, word


def _named(part: Tree) -> Iterator[tuple[Tree, type, str]]:
    name = part.get("name")
    yield (name, str, "text") if name else (part, _Never, "a mapping with a `name`")


def _lists(part: Tree) -> Iterator[tuple[Tree, type, str]]:
    for key in ("quality", "relationships", "properties", "customProperties", "tags"):
        if found := part.get(key):
            yield found, list, "a list"
            if key != "tags":
                yield from ((item, dict, "a mapping") for item in found.parts())


def _parts(part: Tree, key: str) -> list[Tree]:
    found = part.get(key)
    return found.parts() if found else []


class _Never:
    """No value is of this type."""
