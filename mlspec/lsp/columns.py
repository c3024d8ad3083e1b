"""Which columns may be named at a place: those of the source that the object reads."""

from __future__ import annotations

from dataclasses import dataclass

from mlspec.lsp import fields
from mlspec.lsp.files import ProjectFiles
from mlspec.lsp.scan import Route, Scalar
from mlspec.lsp.symbols import Symbol

_SOURCE_OF: dict[str, Route] = {
    "ValidationRules": ("spec", "source"),
    "LabelSet": ("spec", "source"),
    "Model": ("spec", "data"),
    "ModelSet": ("spec", "template", "spec", "data"),
}
_TABLES = ("DataSource", "FeatureSet")


@dataclass(frozen=True, slots=True)
class Column:
    """A declared column: its name as it stands in `path`; type and description as far as they are written."""

    path: str
    name: Scalar
    type: str
    description: str


def columns_of(files: ProjectFiles, source: str) -> list[Column]:
    """Return the declared columns of a DataSource or FeatureSet, in order."""
    return next((_declared(files, s.path, s.document) for s in files.symbols.named(_TABLES, source)), [])


def _declared(files: ProjectFiles, path: str, document: int) -> list[Column]:
    rows: dict[int, dict[str, Scalar]] = {}
    for scalar in files.scan(path).scalars:
        route = scalar.route
        if scalar.document == document and not scalar.is_key and route[:2] == ("spec", "columns") and len(route) == 4:
            rows.setdefault(int(route[2]), {})[str(route[3])] = scalar
    return [_column(path, row) for _, row in sorted(rows.items()) if "name" in row]


def _column(path: str, row: dict[str, Scalar]) -> Column:
    type_, about = row.get("type"), row.get("description")
    return Column(path, row["name"], type_.value if type_ else "", about.value if about else "")


def named_columns(files: ProjectFiles, path: str, document: int, kind: str | None, beside: str | None = None) -> list[Column]:
    """Return the columns that an object may name; `beside` is a source that the place itself names."""
    found = files.scan(path)
    if beside is not None:
        return columns_of(files, beside)
    if kind in _TABLES:
        return _declared(files, path, document)
    model = _model(files, path, document, kind)
    if model is not None:
        return named_columns(files, model.path, model.document, model.kind)
    source = found.value(document, _SOURCE_OF[kind]) if kind in _SOURCE_OF else None
    return columns_of(files, source) if source else []


def column_at(files: ProjectFiles, path: str, scalar: Scalar) -> Column | None:
    """Return the declared column that a scalar names, if it names one."""
    found = files.scan(path)
    kind = found.value(scalar.document, ("kind",))
    beside = fields.mark(kind, scalar.route, "x-mlspec-column-of")
    if scalar.is_key or not (beside or fields.mark(kind, scalar.route, "x-mlspec-column")):
        return None
    source = (found.value(scalar.document, (*scalar.route[:-1], beside)) or "") if beside else None
    known = named_columns(files, path, scalar.document, kind, source)
    return next((c for c in known if c.name.value == scalar.value), None)


def task_at(files: ProjectFiles, path: str, document: int, kind: str | None) -> str | None:
    """Return the task of the model that a place is about, if it is written."""
    model = _model(files, path, document, kind)
    if model is not None:
        return task_at(files, model.path, model.document, model.kind)
    return files.scan(path).value(document, ("spec", "template", "spec", "task") if kind == "ModelSet" else ("spec", "task"))


def _model(files: ProjectFiles, path: str, document: int, kind: str | None) -> Symbol | None:
    """The model that a KPISet judges."""
    name = files.scan(path).value(document, ("spec", "model")) if kind == "KPISet" else None
    return next(iter(files.symbols.named(("Model",), name)), None) if name else None
