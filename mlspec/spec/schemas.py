"""JSON Schemas, generated from the typed models: one a kind, and one for any document."""

from __future__ import annotations

import json
from typing import Any

from mlspec.spec.kinds import KINDS

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, str]:
    """Return {file name: text}, sorted by name."""
    each = {name: _schema(name) for name in KINDS}
    files = {f"{name}.json": form for name, form in each.items()} | {"any.json": _any(each)}
    return {name: json.dumps(form, indent=2, ensure_ascii=False) + "\n" for name, form in sorted(files.items())}


def _schema(kind: str) -> dict[str, Any]:
    form = KINDS[kind].model_json_schema(by_alias=True, mode="validation")
    schema: dict[str, Any] = _with_shorthand(
        {"$schema": DIALECT, "title": f"mlspec/v1 {kind}", **{k: v for k, v in form.items() if k != "title"}}
    )
    return schema


def _any(each: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """A document of any kind: told by `kind`, so that an editor explains one kind's keys and not all."""
    branches = [{"if": {"properties": {"kind": {"const": k}}}, "then": {"$ref": f"{k}.json"}} for k in sorted(each)]
    required = ["apiVersion", "kind", "metadata", "spec"]
    kinds = {"properties": {"kind": {"enum": sorted(each)}}}
    return {"$schema": DIALECT, "title": "mlspec/v1, any kind", "type": "object", "required": required, **kinds, "allOf": branches}


def _with_shorthand(value: Any) -> Any:
    """Let the scalars with units be written as text too (`20%`), and a KPI as `mae <= 50`, as the loader does."""
    if isinstance(value, list):
        return [_with_shorthand(v) for v in value]
    if not isinstance(value, dict):
        return value
    form = {k: _with_shorthand(v) for k, v in value.items() if k != "title" or not isinstance(v, str) or "$schema" in value}
    if form.get("type") == "number":
        form["type"] = ["number", "string"]
    if set(form) == {"$ref"} and form["$ref"].endswith("/Kpi"):
        return {"anyOf": [form, {"type": "string", "examples": ["mae <= 50"]}]}
    return form
