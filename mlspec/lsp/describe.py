"""What hovering shows, in Markdown: fields from the schema, objects with where they are defined and what was measured."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from mlspec.lsp import fields
from mlspec.lsp.files import ProjectFiles
from mlspec.lsp.scan import Route
from mlspec.lsp.symbols import Symbol
from mlspec.pipelines.run.summary import metrics_text, read_evaluation


def field_text(kind: str | None, route: Route) -> str:
    """Return the documentation of the field at a route; empty where the language has none."""
    form = fields.field(kind, route)
    if form is None:
        return ""
    told = [f"**{_name(route)}**: {fields.type_text(kind, route)}", *_optional(form, "description", "{}")]
    if "default" in form and form["default"] not in ({}, []):
        told.append(f"Default: `{_yaml(form['default'])}`")
    told += _bounds(form)
    if form.get("examples"):
        told.append("For example: " + ", ".join(f"`{_yaml(v)}`" for v in form["examples"]))
    return "\n\n".join(told)


def _name(route: Route) -> str:
    return next((str(part) for part in reversed(route) if isinstance(part, str)), "document")


def _optional(form: dict[str, Any], key: str, words: str) -> Iterator[str]:
    if form.get(key):
        yield words.format(form[key])


def _bounds(form: dict[str, Any]) -> Iterator[str]:
    words = {"minimum": "at least {}", "exclusiveMinimum": "above {}", "maximum": "at most {}", "exclusiveMaximum": "below {}"}
    told = [words[key].format(form[key]) for key in words if key in form]
    if told:
        yield "Allowed: " + ", ".join(told)


def _yaml(value: Any) -> str:
    return value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)


def object_text(files: ProjectFiles, symbol: Symbol) -> str:
    """Return the documentation of an object: what it is, where it stands, what was measured last."""
    found = files.scan(symbol.path)
    line = (files.text(symbol.path) or "").count("\n", 0, symbol.name.start) + 1
    told = [f"**{symbol.kind}** `{symbol.key}`, defined in `{symbol.path}:{line}`"]
    for key in ("description", "owner"):
        value = found.value(symbol.document, ("metadata", key))
        told += [value if key == "description" else f"Owner: {value}"] if value else []
    told += _measured(files, symbol)
    return "\n\n".join(told)


def _measured(files: ProjectFiles, symbol: Symbol) -> Iterator[str]:
    """KPI values of the model that an object is, judges or deploys."""
    found = files.scan(symbol.path)
    if symbol.kind == "Deployment":
        version = found.value(symbol.document, ("spec", "version"))
        yield f"Deployed: {version}" if version else "Nothing was promoted yet."
    model = symbol.key if symbol.kind == "Model" else found.value(symbol.document, ("spec", "model"))
    if symbol.kind in ("Model", "KPISet", "Deployment") and model:
        yield kpi_text(files, model)


def kpi_text(files: ProjectFiles, model: str, metric: str | None = None) -> str:
    """Return the measured values of a model, or of one metric of it."""
    found = _evaluation(files, model)
    if found is None:
        return f"`{model}` was not evaluated yet: `mlspec run`."
    if metric is not None:
        values = found["metrics"].get(metric)
        baseline = {metric: found.get("baseline", {}).get(metric)}
        return (
            f"`{model}` now: {metrics_text({'metrics': {metric: values}, 'baseline': baseline})}" if values else f"`{model}`: not measured."
        )
    return f"`{model}` now: {metrics_text(found)}"


def _evaluation(files: ProjectFiles, model: str) -> dict[str, Any] | None:
    """Return evaluation.json where it has the form that stages write; names that are no names lead nowhere."""
    from mlspec.language.kinds.base import is_name

    found = read_evaluation(files.root, model) if is_name(model) else None
    metrics = found.get("metrics") if found else None
    sound = isinstance(metrics, dict) and all(isinstance(v, dict) for v in metrics.values())
    return found if sound else None
