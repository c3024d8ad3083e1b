"""Relationships (foreign keys) of a contract -> `references` rules, where the other object is a source of the project."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from mlspec.compiler.load.contracts.columns import squeezed
from mlspec.compiler.load.contracts.measures import NotUnderstoodError
from mlspec.compiler.load.trees import Tree
from mlspec.language.yaml.document import Document


@dataclass(frozen=True, slots=True)
class Sources:
    """Which sources there are: by (contract, object) for those that say it, and by name."""

    by_object: dict[tuple[str, str], str]
    names: frozenset[str]

    def of(self, path: str, table: str) -> str | None:
        """The source whose rows are an object of a contract: the one that names it, else the one of its name."""
        named = self.by_object.get((path, table))
        return named or (squeezed(table) if squeezed(table) in self.names else None)


def sources_of(documents: Iterable[Document]) -> Sources:
    """What the DataSources among documents say, sound or not."""
    by_object, names = dict[tuple[str, str], str](), set[str]()
    for document in documents:
        value = document.value
        if not isinstance(value, dict) or value.get("kind") != "DataSource":
            continue
        name, spec = _at(value, "metadata", "name"), value.get("spec")
        if isinstance(name, str):
            names.add(name)
            path, table = _at(spec, "contract", "path"), _at(spec, "contract", "object")
            if isinstance(path, str) and isinstance(table, str):
                by_object[path, table] = name
    return Sources(by_object, frozenset(names))


def _at(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def reference(column: str | None, relation: Tree, path: str, sources: Sources) -> dict[str, Any]:
    """The rule of one relationship. Raises NotUnderstoodError."""
    near = [column] if column is not None else [_end(end)[1] for end in _listed(relation.value.get("from"))]
    far = [_end(end) for end in _listed(relation.value.get("to"))]
    if len(near) != 1 or len(far) != 1:
        raise NotUnderstoodError("a relationship of several columns together")
    (other, key), (own,) = far[0], near
    source = sources.of(path, other)
    if source is None:
        raise NotUnderstoodError(f"a relationship to `{other}`, which is no source of this project")
    return {"references": {"column": own, "source": source, "key": key}}


def _listed(value: Any) -> list[str]:
    return [str(v) for v in value] if isinstance(value, list) else [] if value is None else [str(value)]


def _end(text: str) -> tuple[str, str]:
    """(object, property) of `stations.id` or `/schema/stations/properties/id`; a relationship to another file is left alone."""
    if "#" in text or ".yaml" in text or ".yml" in text:
        raise NotUnderstoodError("a relationship to another contract")
    parts = text.strip("/").split("/")
    if len(parts) == 4 and parts[0] == "schema" and parts[2] == "properties":
        return parts[1], parts[3]
    dotted = text.split(".")
    if len(dotted) != 2:
        raise NotUnderstoodError(f"a relationship to `{text}`, which is no column of an object")
    return dotted[0], dotted[1]
