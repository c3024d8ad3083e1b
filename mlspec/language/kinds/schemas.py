"""JSON Schemas, generated from the typed models: one a kind, and one for any document.

They accept what the loader accepts: scalars with units (`20%`), a KPI as `mae <= 50`, a variable in place of a value.
Keywords that begin with `x-mlspec-` tell an editor what a name refers to; validators skip them.
"""

from __future__ import annotations

import inspect
import json
from functools import cache
from typing import Any

from mlspec.language.kinds.base import BYTES, PERCENT, SECONDS
from mlspec.language.kinds.catalog import KINDS

DIALECT = "https://json-schema.org/draft/2020-12/schema"
VARIABLE = r"\$\{[a-z][A-Za-z0-9_.-]*\}"
_NUMBER = r"[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?"
_UNITS: dict[str, tuple[dict[str, float], str, list[Any]]] = {
    "share": (PERCENT, "A share: `20%` or `0.2`.", ["20%", 0.2]),
    "duration": (SECONDS, "A duration: `500ms`, `30s`, `15m`, `24h`, `7d`, `2w`, or a number of seconds.", ["24h", 30]),
    "quantity": (PERCENT | SECONDS | BYTES, "A number, or one with a unit: `20%`, `20ms`, `50MB`.", [50, "20ms", "50MB"]),
}
_BOUNDS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}
_KPI_TEXT = {"type": "string", "pattern": r"^\s*[a-z][a-z0-9_]*\s*(<=|>=)\s*\S+\s*$|" + VARIABLE, "examples": ["mae <= 50"]}


def schemas() -> dict[str, str]:
    """Return {file name: text}, sorted by name."""
    each = {name: schema_of(name) for name in KINDS}
    files = {f"{name}.json": form for name, form in each.items()} | {"any.json": _any(each)}
    return {name: json.dumps(form, indent=2, ensure_ascii=False) + "\n" for name, form in sorted(files.items())}


@cache
def schema_of(kind: str) -> dict[str, Any]:
    """Return the JSON Schema of a kind. It is shared: do not change it."""
    model = KINDS[kind]
    form = _completed(model.model_json_schema(by_alias=True, mode="validation"))
    form["properties"]["kind"]["description"] = f"What the object is: {_lower(_doc(model))}"
    form["properties"]["spec"].setdefault("description", f"What the {kind} says.")
    for definition in form.get("$defs", {}).values():
        _describe(definition, form["$defs"])
    return {"$schema": DIALECT, "title": f"mlspec/v1 {kind}", **{k: v for k, v in form.items() if k != "title"}}


def _doc(model: type) -> str:
    return (inspect.getdoc(model) or "").split("\n\n")[0].replace("\n", " ")


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _describe(definition: dict[str, Any], definitions: dict[str, Any]) -> None:
    """A property without a description gets that of the part it refers to."""
    for form in definition.get("properties", {}).values():
        referred = [form.get("$ref"), *(branch.get("$ref") for branch in form.get("anyOf", ()))]
        name = next((r.rsplit("/", 1)[1] for r in referred if r), None)
        if "description" not in form and name and "description" in definitions[name]:
            form["description"] = definitions[name]["description"]


def _any(each: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """A document of any kind: told by `kind`, so that an editor explains one kind's keys and not all."""
    branches = [{"if": {"properties": {"kind": {"const": k}}}, "then": {"$ref": f"{k}.json"}} for k in sorted(each)]
    required = ["apiVersion", "kind", "metadata", "spec"]
    kinds = {"properties": {"kind": {"enum": sorted(each), "description": "What the object is."}}}
    return {"$schema": DIALECT, "title": "mlspec/v1, any kind", "type": "object", "required": required, **kinds, "allOf": branches}


def _completed(value: Any) -> Any:
    """Return a form, and all in it, with what the loader accepts beyond pydantic's types, and without pydantic's noise."""
    if isinstance(value, list):
        return [_completed(v) for v in value]
    if not isinstance(value, dict):
        return value
    form = _one_list({_BOUNDS.get(str(k), str(k)): _children(k, v) for k, v in value.items() if not _is_noise(k, v)})
    if set(form) == {"$ref"} and form["$ref"].endswith("/Kpi"):
        return {"anyOf": [form, _KPI_TEXT]}
    return _with_unit(form) if "x-mlspec-unit" in form else _with_variable(_with_units_of_branches(form))


def _one_list(form: dict[str, Any]) -> dict[str, Any]:
    """Alternatives that exclude each other (`oneOf`) stand among the others: one list for an editor to read."""
    branches = [inner for branch in form.get("anyOf", ()) for inner in (branch["oneOf"] if set(branch) == {"oneOf"} else [branch])]
    return {**form, "anyOf": branches} if branches else form


def _with_units_of_branches(form: dict[str, Any]) -> dict[str, Any]:
    """An optional scalar says its units where an editor looks: beside its description."""
    unit = next((b["x-mlspec-unit"] for b in form.get("anyOf", ()) if "x-mlspec-unit" in b), None)
    if unit is None:
        return form
    told = _UNITS[unit][1]
    return {**form, "description": f"{form['description']} {told}" if "description" in form else told}


def _children(key: str, value: Any) -> Any:
    """Names of properties are not keywords; defaults, examples and enums are data."""
    if key in ("properties", "$defs") and isinstance(value, dict):
        return {name: _completed(form) for name, form in value.items()}
    if key in ("default", "examples", "enum", "const"):
        return {k: v for k, v in value.items() if v is not None} if isinstance(value, dict) else value
    return _completed(value)


def _is_noise(key: str, value: Any) -> bool:
    return (key == "title" and isinstance(value, str)) or (key == "default" and value is None)


def _with_unit(form: dict[str, Any]) -> dict[str, Any]:
    """Numbers keep their bounds; text must be a number with one of the units."""
    units, told, examples = _UNITS[form["x-mlspec-unit"]]
    names = "|".join(sorted((u for u in units if u), key=lambda u: (-len(u), u)))
    described = f"{form['description']} {told}" if "description" in form else told
    pattern = rf"^\s*{_NUMBER}\s*({names})?\s*$|{VARIABLE}"
    return {"examples": examples, **form, "description": described, "type": ["number", "string"], "pattern": pattern}


def _with_variable(form: dict[str, Any]) -> dict[str, Any]:
    """Let `${var.NAME}` stand where a number, a truth value or patterned text is expected."""
    kind = form.get("type")
    if kind in ("integer", "number", "boolean") and "const" not in form:
        return {**form, "type": [kind, "string"], "pattern": VARIABLE}
    if kind == "string" and "pattern" in form:
        return {**form, "pattern": f"{form['pattern']}|{VARIABLE}"}
    return form
