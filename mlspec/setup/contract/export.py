"""`mlspec contract export`: a source, its rules and what its contract says beside, as one contract of a version of the standard."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from mlspec.compiler.load.contracts.columns import find_object, personal, properties
from mlspec.compiler.load.contracts.measures import OLDER
from mlspec.compiler.load.contracts.published import LIBRARY, schema_problems
from mlspec.compiler.load.contracts.read import NEWEST, VERSIONS, Contract, is_time, read_contract
from mlspec.compiler.load.contracts.related import sources_of
from mlspec.compiler.load.inputs import ReadList
from mlspec.compiler.project.data_columns import personal_columns
from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics import Diagnostic, Problems, did_you_mean, extras, problem
from mlspec.diagnostics.words import some
from mlspec.language.kinds.data_source import DataSource
from mlspec.language.kinds.validation_rules import Rule
from mlspec.language.yaml.load import load_documents
from mlspec.language.yaml.write import dump
from mlspec.setup.contract.quality import Target, written

_FIRST = "1.0.0"


@dataclass(frozen=True, slots=True)
class Exported:
    """`text`: the contract, YAML. `left_out`: names of rules that no contract can hold, since they are code of the repository."""

    text: str
    left_out: tuple[str, ...] = ()


def export(project: Project, ref: str, read: ReadList, version: str | None = None) -> Exported:
    """The contract of `source/NAME`. `read`: files of the repository; `version`: such as `3.1.0`, else that of the source's contract.

    The same specs give the same text. A contract of which nothing differs is given back byte for byte. Raises MLS0003 for another name,
    MLS0467 for what has no place in the version, MLS0008 without the library that compares with the published schema.
    """
    source = _source(project, ref)
    if not extras.has(LIBRARY):
        raise Problems(
            Diagnostic("MLS0008", f"this needs the library `{LIBRARY}`, which is not installed", None, extras.install("contract"))
        )
    base = _base(source, read)
    wanted = _version(version) if version else base.version if base else NEWEST
    old = wanted.startswith("v3.0")
    form = copy.deepcopy(base.tree.value) if base else _new(project, source, old=old)
    table = _table(form, base, source)
    _columns(table, source, base, personal_columns(project, source), old=old)
    left_out = _rules(
        table, project, source, Target(old, base.path if base else "", sources_of(b.document for b in project.sources.values())), base
    )
    form = _in_version(form, wanted)
    if base is not None and form == base.tree.value:
        return Exported((read(base.path) or b"").decode("utf-8-sig"), left_out)
    text = dump(form)
    _validated(text, wanted, ref)
    return Exported(text, left_out)


def _source(project: Project, ref: str) -> Bound[DataSource]:
    known = {f"source/{name}": bound for name, bound in project.sources.items()}
    if ref not in known:
        raise problem(
            "MLS0003", f"there is no `{ref}`", help=did_you_mean(ref, known) or f"sources are {', '.join(known) or 'not declared'}"
        )
    return known[ref]


def _version(text: str) -> str:
    wanted = f"v{text.removeprefix('v')}"
    if wanted not in VERSIONS:
        names = [name.removeprefix("v") for name in VERSIONS]
        raise problem("MLS0467", f"ODCS `{text}` is not known", help=did_you_mean(text, names) or f"write one of {', '.join(names)}")
    return wanted


def _base(source: Bound[DataSource], read: ReadList) -> Contract | None:
    use = source.envelope.spec.contract
    return read_contract(use.path, read(use.path), source.document.span(("spec", "contract"))) if use else None


def _new(project: Project, source: Bound[DataSource], *, old: bool) -> dict[str, Any]:
    metadata = source.envelope.metadata
    owner = metadata.owner or project.settings.envelope.metadata.owner
    form: dict[str, Any] = {
        "apiVersion": NEWEST,
        "kind": "DataContract",
        "id": f"{project.settings.name}-{source.name}",
        "name": source.name,
        "version": _FIRST,
        "status": "active",
    }
    form |= {"domain": metadata.labels["domain"]} if "domain" in metadata.labels else {}
    form |= {"description": {"purpose": metadata.description}} if metadata.description else {}
    form["schema"] = [{"name": source.name, "logicalType": "object", "properties": []}]
    if owner:
        form["team"] = [{"username": owner}] if old else {"name": owner}
    return form


def _table(form: dict[str, Any], base: Contract | None, source: Bound[DataSource]) -> dict[str, Any]:
    found: dict[str, Any]
    if base is None:
        (found,) = form["schema"]
        return found
    use = source.envelope.spec.contract
    tree = find_object(base, use.object if use else None, source.name, source.document.span(("spec", "contract")))
    found = form["schema"][[t.value["name"] for t in base.objects].index(tree.value["name"])]
    return found


def _columns(table: dict[str, Any], source: Bound[DataSource], base: Contract | None, pii: Collection[str], *, old: bool) -> None:
    """What the spec says of columns and key, where the contract does not say it: what both say is the same."""
    spec = source.envelope.spec
    there = {prop["name"]: prop for prop in table.get("properties", ())}
    marked = {
        str(p.value["name"])
        for t in (base.objects if base else ())
        if t.value["name"] == table["name"]
        for p in properties(t)
        if personal(p)
    }
    for column in spec.columns:
        prop = there.get(column.name)
        if prop is None:
            prop = {"name": column.name}
            table.setdefault("properties", []).append(prop)
        if "logicalType" not in prop:
            prop |= (
                {"logicalType": "date", "physicalType": "timestamp"} if old and column.type == "timestamp" else {"logicalType": column.type}
            )
        said = {"description": column.description, "required": column.required, "unique": column.unique}
        prop |= {key: value for key, value in said.items() if value is not None and not prop.get(key)}
        if column.name in pii and column.name not in marked:
            prop |= {"classification": "pii"} if "classification" not in prop else {"tags": [*prop.get("tags", ()), "pii"]}
    _key(table, spec)


def _key(table: dict[str, Any], spec: Any) -> None:
    if any(prop.get("primaryKey") for prop in table.get("properties", ())):
        return
    for position, name in enumerate(spec.key, start=1):
        prop = next((p for p in table.get("properties", ()) if p["name"] == name), None)
        if prop is None:
            prop = {"name": name}
            table.setdefault("properties", []).append(prop)
        prop |= {"primaryKey": True, "primaryKeyPosition": position}


def _rules(table: dict[str, Any], project: Project, source: Bound[DataSource], target: Target, base: Contract | None) -> tuple[str, ...]:
    left_out = []
    for rule, on_failure in _own_rules(project, source, base):
        if rule.python:
            left_out.append(rule.name or rule.python.callable)
        for entry in written(rule, on_failure, target):
            place = _place(table, entry.column)
            place.setdefault(entry.section, [])
            place[entry.section] = [*place[entry.section], entry.item]
    return tuple(left_out)


def _own_rules(project: Project, source: Bound[DataSource], base: Contract | None) -> Iterator[tuple[Rule, str]]:
    """The rules that the contract does not say itself: they stand in a spec, or in another contract."""
    for bound in project.rules_of(source.name):
        for index, rule in enumerate(bound.envelope.spec.rules):
            if base is None or bound.document.span(("spec", "rules", index)).path != base.path:
                yield rule, rule.on_failure or bound.envelope.spec.on_failure


def _place(table: dict[str, Any], column: str | None) -> dict[str, Any]:
    if column is None:
        return table
    found: dict[str, Any] | None = next((p for p in table.get("properties", ()) if p["name"] == column), None)
    if found is None:
        found = {"name": column}
        table.setdefault("properties", []).append(found)
    return found


def _in_version(form: dict[str, Any], version: str) -> dict[str, Any]:
    """The contract with the words of a version: ODCS 3.0 calls metrics `rule`s, and a team a list of people."""
    if form["apiVersion"] == version:
        return form
    old, was_old = version.startswith("v3.0"), form["apiVersion"].startswith("v3.0")
    form["apiVersion"] = version
    for table in form.get("schema", ()) if old != was_old else ():
        for place in (table, *table.get("properties", ())):
            _retype(place, old=old)
            if "quality" in place:
                place["quality"] = [_older(item) if old else _newer(item) for item in place["quality"]]
    return form


def _retype(prop: dict[str, Any], *, old: bool) -> None:
    """A timestamp is a date in ODCS 3.0, where its `physicalType` says so; what has another one stays, and is refused."""
    if not old and is_time(prop):
        prop["logicalType"] = "timestamp"
    elif old and prop.get("logicalType") == "timestamp":
        said = {"logicalType": "date", "physicalType": prop.get("physicalType", "timestamp")}
        prop |= said if is_time(said) else {}


def _newer(item: dict[str, Any]) -> dict[str, Any]:
    """`rule: duplicateCount` -> `metric: duplicateValues`. `rule` stays a key of its own where no metric is meant."""
    if "rule" not in item or "metric" in item or OLDER.get(item["rule"], item["rule"]) not in {*OLDER.values(), "rowCount"}:
        return item
    rest = {k: v for k, v in item.items() if k not in ("rule", "validValues", "pattern", "missingValues")}
    moved = {k: item[k] for k in ("validValues", "pattern", "missingValues") if k in item}
    given = {"mustBe": 0} if item["rule"] == "validValues" and not any(k.startswith("must") for k in item) else {}
    return (
        {"metric": OLDER.get(item["rule"], item["rule"])}
        | rest
        | given
        | ({"arguments": moved | rest.get("arguments", {})} if moved else {})
    )


def _older(item: dict[str, Any]) -> dict[str, Any]:
    if "metric" not in item:
        return item
    names = {"duplicateValues": "duplicateCount", "nullValues": "nullCount"}
    rest = {k: v for k, v in item.items() if k != "metric"}
    return {"type": "library", "rule": names.get(item["metric"], item["metric"])} | rest


def _validated(text: str, version: str, ref: str) -> None:
    (document,), _ = load_documents("contract", text)
    found = list(schema_problems(document, version, text.encode()))
    if found:
        lines = text.splitlines()
        places = [f"{d.message} (at `{lines[d.span.line - 1].strip()[:60]}`)" if d.span else d.message for d in found]
        message = f"the contract of {ref} has no form in ODCS {version.removeprefix('v')}: {some(places, 3)}"
        raise problem("MLS0467", message, help="name another `--version`, or leave that out of the source's contract")
