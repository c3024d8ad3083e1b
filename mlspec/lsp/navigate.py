"""Hover, go to definition, find references, outline: all from the scalar at an offset."""

from __future__ import annotations

from mlspec.language.kinds.catalog import KINDS
from mlspec.lsp import fields
from mlspec.lsp.columns import column_at
from mlspec.lsp.describe import field_text, kpi_text, object_text
from mlspec.lsp.files import ProjectFiles
from mlspec.lsp.scan import Scalar
from mlspec.lsp.symbols import Symbol

Place = tuple[str, Scalar]
"""A path and the scalar there."""


def hover(files: ProjectFiles, path: str, offset: int) -> tuple[str, Scalar] | None:
    """Return what to show at an offset, in Markdown, and the scalar it is about."""
    scalar = files.scan(path).at(offset)
    if scalar is None:
        return None
    kind = files.scan(path).value(scalar.document, ("kind",))
    told = [*_about_value(files, path, scalar, kind), field_text(kind, scalar.route)]
    text = "\n\n---\n\n".join(t for t in told if t)
    return (text, scalar) if text else None


def _about_value(files: ProjectFiles, path: str, scalar: Scalar, kind: str | None) -> list[str]:
    if scalar.is_key:
        return []
    column = column_at(files, path, scalar)
    if column is not None:
        about = f": {column.description}" if column.description else ""
        return [f"column `{column.name.value}` ({column.type or 'type not declared'}), `{column.path}`{about}"]
    metric = _metric(kind, scalar)
    if metric:
        model = files.scan(path).value(scalar.document, ("spec", "model"))
        return [kpi_text(files, model, metric)] if model else []
    return [object_text(files, symbol) for symbol in files.symbols.at(path, scalar)]


def _metric(kind: str | None, scalar: Scalar) -> str | None:
    """The metric that a KPI names, in either spelling."""
    own, route = fields.like(kind or "", scalar.route)
    if own == "KPISet" and route[:3] == ("spec", "kpis", 0) and route[3:] in ((), ("metric",)):
        return next(iter(scalar.value.replace("<=", " ").replace(">=", " ").split()), None)
    return None


def definition(files: ProjectFiles, path: str, offset: int) -> list[Place]:
    """Return where the object named at an offset is defined; of a column, where it is declared."""
    scalar = files.scan(path).at(offset)
    if scalar is None or scalar.is_key:
        return []
    column = column_at(files, path, scalar)
    return [(column.path, column.name)] if column else [(s.path, s.name) for s in files.symbols.at(path, scalar)]


def references(files: ProjectFiles, path: str, offset: int, *, with_definition: bool) -> list[Place]:
    """Return every name that refers to the object named at an offset."""
    scalar = files.scan(path).at(offset)
    found: list[Place] = []
    for symbol in files.symbols.at(path, scalar) if scalar else []:
        found += [(symbol.path, symbol.name)] if with_definition else []
        found += [(use.path, use.scalar) for use in files.symbols.uses_of(symbol)]
    return found


def outline(files: ProjectFiles, path: str | None = None, query: str = "") -> list[Symbol]:
    """Return the objects of a file, or those of the project whose name holds `query`."""
    wanted = query.casefold()
    return [s for s in files.symbols.objects if path in (None, s.path) and s.kind in KINDS and wanted in s.ref.casefold()]
