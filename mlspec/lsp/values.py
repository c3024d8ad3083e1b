"""The values that may stand at a place: names of objects, columns, metrics, classes, and what the schema lists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mlspec.language.kinds.catalog import KINDS
from mlspec.language.yaml.spec_files import PROJECT_FILE
from mlspec.lsp import fields
from mlspec.lsp.columns import named_columns, task_at
from mlspec.lsp.cursor import Place
from mlspec.lsp.estimators import class_paths
from mlspec.lsp.files import ProjectFiles


@dataclass(frozen=True, slots=True)
class Value:
    """One value to choose. `is_text`: quote it where YAML would read something else."""

    text: Any
    kind: str
    detail: str = ""
    documentation: str = ""
    is_text: bool = True


def values_at(files: ProjectFiles, path: str, place: Place) -> Iterator[Value]:
    """Yield the values of a place, the most telling first."""
    if place.route == ("kind",):
        yield from (Value(name, "enum", documentation=(KINDS[name].__doc__ or "")) for name in sorted(KINDS))
        return
    if "${" in place.typed:
        yield from _variables(files, place)
        return
    yield from _names(files, place)
    yield from _columns(files, path, place)
    yield from _metrics(files, path, place)
    if fields.mark(place.kind, place.route, "x-mlspec-estimator"):
        yield from (Value(name, "class") for name in class_paths(task_at(files, path, place.document, place.kind)))
    yield from _listed(place)


def _names(files: ProjectFiles, place: Place) -> Iterator[Value]:
    told = fields.mark(place.kind, place.route, "x-mlspec-reference")
    kinds = str(told).split("|") if told else []
    for key in files.symbols.keys(*kinds):
        symbol = files.symbols.named(tuple(kinds), key)[0]
        about = files.scan(symbol.path).value(symbol.document, ("metadata", "description")) or ""
        yield Value(key, "object", f"{symbol.kind}, {symbol.path}", about)


def _columns(files: ProjectFiles, path: str, place: Place) -> Iterator[Value]:
    beside = fields.mark(place.kind, place.route, "x-mlspec-column-of")
    if beside or fields.mark(place.kind, place.route, "x-mlspec-column"):
        source = (place.said((*place.route[:-1], beside)) or "") if beside else None
        for column in named_columns(files, path, place.document, place.kind, source):
            yield Value(column.name.value, "column", column.type, column.description)


def _metrics(files: ProjectFiles, path: str, place: Place) -> Iterator[Value]:
    from mlspec.metrics.catalog import MEASURED, METRICS, metric_names

    kind, route = fields.like(place.kind or "", place.route)
    is_short = kind in ("KPISet", "Monitor") and route == ("spec", "kpis", 0)
    if not is_short and not fields.mark(place.kind, place.route, "x-mlspec-metric"):
        return
    task = task_at(files, path, place.document, place.kind)
    for name in (*(metric_names(task) if task else METRICS), *MEASURED):
        info = METRICS.get(name)
        better = (
            {True: "greater is better", False: "smaller is better", None: "nearer to 0 is better"}[info.greater] if info else "measured"
        )
        yield Value(f"{name} {'>=' if info and info.greater else '<='} " if is_short else name, "metric", better, is_text=not is_short)


def _variables(files: ProjectFiles, place: Place) -> Iterator[Value]:
    keys = files.scan(PROJECT_FILE).keys(0, ("spec", "variables"))
    begun = place.typed[: place.typed.rindex("${")]
    yield from (Value(f"{begun}${{var.{key.value}}}", "variable") for key in keys)
    if place.kind == "Deployment":
        yield Value(f"{begun}${{env}}", "variable", "the environment")


def _listed(place: Place) -> Iterator[Value]:
    """Enums, truth values, the default and the examples of the schema."""
    for form in fields.forms(place.kind, place.route):
        told = form["enum"] if "enum" in form else [form["const"]] if "const" in form else []
        default = form.get("default")
        yield from (Value(v, "enum", "default" if v == default else "", is_text=isinstance(v, str)) for v in told)
        names = form.get("type", [])
        if "boolean" in ([names] if isinstance(names, str) else names):
            yield from (Value(v, "enum", "default" if v == str(default).lower() else "", is_text=False) for v in ("true", "false"))
        elif not told and not any(k.startswith("x-mlspec") and k != "x-mlspec-unit" for k in form):
            plain = [v for v in (default, *form.get("examples", ())) if isinstance(v, str | int | float) and not isinstance(v, bool)]
            yield from (Value(v, "example", "default" if v == default else "example", is_text=isinstance(v, str)) for v in plain)
