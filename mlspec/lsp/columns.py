"""Which columns may be named at a place: those of the source that the object reads."""

from __future__ import annotations

from dataclasses import dataclass

from mlspec.lsp.files import ProjectFiles
from mlspec.lsp.scan import Route, Scan

_SOURCE_OF: dict[str, Route] = {
    "ValidationRules": ("spec", "source"),
    "LabelSet": ("spec", "source"),
    "Model": ("spec", "data"),
    "ModelSet": ("spec", "template", "spec", "data"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """A declared column; type and description as far as they are written."""

    name: str
    type: str
    description: str


def columns_of(files: ProjectFiles, source: str) -> list[Column]:
    """Return the declared columns of a DataSource or FeatureSet, in order."""
    for symbol in files.symbols.named(("DataSource", "FeatureSet"), source):
        return declared_columns(files.scan(symbol.path), symbol.document)
    return []


def declared_columns(found: Scan, document: int) -> list[Column]:
    rows: dict[int, dict[str, str]] = {}
    for scalar in found.scalars:
        route = scalar.route
        if scalar.document == document and not scalar.is_key and route[:2] == ("spec", "columns") and len(route) == 4:
            rows.setdefault(int(route[2]), {})[str(route[3])] = scalar.value
    return [Column(r["name"], r.get("type", ""), r.get("description", "")) for _, r in sorted(rows.items()) if "name" in r]


def columns_at(files: ProjectFiles, path: str, document: int, kind: str | None, beside: str | None = None) -> list[Column]:
    """Return the columns that an object may name; `beside` is a source that the place itself names."""
    found = files.scan(path)
    if beside is not None:
        return columns_of(files, beside)
    if kind in ("DataSource", "FeatureSet"):
        return declared_columns(found, document)
    if kind == "KPISet":
        model = found.value(document, ("spec", "model")) or ""
        return next((columns_at(files, s.path, s.document, s.kind) for s in files.symbols.named(("Model",), model)), [])
    source = found.value(document, _SOURCE_OF[kind]) if kind in _SOURCE_OF else None
    return columns_of(files, source) if source else []


def task_at(files: ProjectFiles, path: str, document: int, kind: str | None) -> str | None:
    """Return the task of the model that a place is about, if it is written."""
    found = files.scan(path)
    if kind == "KPISet":
        model = found.value(document, ("spec", "model")) or ""
        return next((task_at(files, s.path, s.document, s.kind) for s in files.symbols.named(("Model",), model)), None)
    return found.value(document, ("spec", "template", "spec", "task") if kind == "ModelSet" else ("spec", "task"))
