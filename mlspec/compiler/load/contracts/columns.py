"""The properties of a contract's object -> columns and key of a DataSource, every part at its place in the contract."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mlspec.compiler.load.contracts.read import Contract
from mlspec.compiler.load.trees import Tree, made, mapping, sequence
from mlspec.diagnostics import Diagnostic, Problems, Related, Span, did_you_mean
from mlspec.language.yaml.document import span_of

TYPES = ("string", "integer", "number", "boolean", "date", "timestamp")
"""logicalTypes that are a source's types, too. The others (time, object, array, map, vector) are no value of a table."""
DIFFERS = "MLS0463"
_PERSONAL = re.compile(r"(?<![A-Za-z])(?:(?P<no>non|no|not)[\W_]+)?(?:pii|phi|personal|personal[\W_]data)(?![A-Za-z])", re.IGNORECASE)


@dataclass(slots=True)
class Laid:
    """Parts of a spec with the contract's, and what is wrong with the two together."""

    columns: Tree
    key: Tree | None
    found: list[Diagnostic] = field(default_factory=list)


def span(tree: Tree, path: str = "") -> Span:
    """Where a part stands: its own file, where it knows it."""
    return span_of(path, tree.node)


def find_object(contract: Contract, wanted: str | None, name: str, named_at: Span) -> Tree:
    """The table that is meant: by its name, else the only one, else that of the source's name. Raises MLS0460."""
    names = {str(table.value["name"]): table for table in contract.objects}
    if wanted is not None and wanted in names:
        return names[wanted]
    if wanted is None and len(names) == 1:
        return next(iter(names.values()))
    alike = {squeezed(known): table for known, table in names.items()}
    if wanted is None and squeezed(name) in alike:
        return alike[squeezed(name)]
    what = f"has no object `{wanted}`" if wanted is not None else f"has {len(names) or 'no'} objects, and none is called `{name}`"
    near = did_you_mean(wanted or name, names)
    advice = near or "name the object: `contract: {path: …, object: …}`"
    raise Problems(Diagnostic("MLS0460", f"the contract `{contract.path}` {what}", named_at, advice))


def squeezed(name: str) -> str:
    """A name as it compares with those of sources, which have no capitals and no `_`."""
    return name.casefold().replace("_", "-")


def properties(table: Tree) -> list[Tree]:
    """The columns of a table, in order."""
    found = table.get("properties")
    return found.parts() if found else []


def lay_columns(table: Tree, spec: Tree, path: str) -> Laid:
    """The columns that the contract and the spec at `path` declare, and the key. What both say must be the same."""
    own = _own(spec)
    laid = Laid(table, None)
    columns = [_column(prop, own.pop(str(prop.value["name"]), None), path, laid.found) for prop in properties(table)]
    laid.columns = sequence([*columns, *own.values()], table.get("properties") or table)
    laid.key = _key(table, spec, path, laid.found)
    return laid


def _own(spec: Tree) -> dict[str, Tree]:
    """The spec's columns by name; those without one are left to the checks of form."""
    columns = spec.get("columns")
    parts = columns.parts() if columns else []
    return {str(part.value.get("name", f"?{n}")) if isinstance(part.value, dict) else f"?{n}": part for n, part in enumerate(parts)}


def _column(prop: Tree, own: Tree | None, path: str, found: list[Diagnostic]) -> Tree:
    said = _said(prop)
    written = own.items() if own else {}
    for key, part in written.items():
        if key in said and said[key].value != part.value and not (key == "type" and part.value not in TYPES):
            found.append(_differ(f"`{key}` of the column `{prop.value['name']}`", said[key], part, path))
    if "type" not in said and "type" not in written:
        found.append(_untyped(prop))
        said["type"] = made("string", prop.node)
    return mapping({**written, **said} if own else said, own or prop)


def _said(prop: Tree) -> dict[str, Tree]:
    """What a property says in the words of a column."""
    parts = prop.items()
    said = {"name": parts["name"]}
    if "logicalType" in parts and parts["logicalType"].value in TYPES:
        said["type"] = parts["logicalType"]
    if "description" in parts and parts["description"].value:
        said["description"] = parts["description"]
    if (mark := personal(prop)) is not None:
        said["pii"] = made(True, mark.node)
    for key in ("required", "unique"):
        if key in parts and parts[key].value is True:
            said[key] = parts[key]
    return said


def personal(prop: Tree) -> Tree | None:
    """Where a property says that it is personal data: in its classification, a tag, or a custom property `pii`."""
    return next((part for part in _marks(prop) if any(not word["no"] for word in _PERSONAL.finditer(str(part.value)))), None)


def _marks(prop: Tree) -> Iterator[Tree]:
    if (classification := prop.get("classification")) and isinstance(classification.value, str):
        yield classification
    tags, custom = prop.get("tags"), prop.get("customProperties")
    yield from (tag for tag in (tags.parts() if tags else []) if isinstance(tag.value, str))
    for item in custom.parts() if custom else []:
        if isinstance(item.value, dict) and item.value.get("value") in (True, "true") and (name := item.get("property")):
            yield name


def _untyped(prop: Tree) -> Diagnostic:
    kind = prop.get("logicalType")
    name = prop.value["name"]
    what = f"is `{kind.value}`, and a source has no such values" if kind else "has no `logicalType`"
    advice = f"say in the source how it is read: `columns: [{{name: {name}, type: string}}]`"
    return Diagnostic("MLS0464", f"the column `{name}` of the contract {what}", span(kind or prop), advice)


def _key(table: Tree, spec: Tree, path: str, found: list[Diagnostic]) -> Tree | None:
    own = spec.get("key")
    parts = [prop for prop in properties(table) if prop.value.get("primaryKey") is True]
    parts.sort(key=lambda prop: _position(prop.value))
    if not parts:
        return own
    names = [prop.items()["name"] for prop in parts]
    if own is not None and isinstance(own.value, list) and {*map(str, own.value)} != {str(n.value) for n in names}:
        found.append(_differ("the key", sequence(names, names[0]), own, path))
    return own or sequence(names, parts[0])


def _position(prop: Mapping[str, Any]) -> float:
    position = prop.get("primaryKeyPosition", -1)
    return position if isinstance(position, int) and position >= 0 else float("inf")


def _differ(what: str, theirs: Tree, own: Tree, path: str) -> Diagnostic:
    message = f"{what} is {_short(theirs)} by the contract, and {_short(own)} here"
    related = (Related(span(theirs), "the contract says this"),)
    return Diagnostic(DIFFERS, message, span(own, path), "make them the same, or leave it out here: the contract's counts", related=related)


def _short(tree: Tree) -> str:
    value = (
        ", ".join(map(str, tree.value))
        if isinstance(tree.value, list)
        else str(tree.value).lower()
        if tree.value in (True, False)
        else str(tree.value)
    )
    return f"`{value[:59]}…`" if len(value) > 60 else f"`{value}`"
