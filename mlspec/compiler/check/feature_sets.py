"""The SQL of feature sets gives the columns that are declared, and no others, where the inputs declare theirs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlspec.compiler.check.made_by_sql import Tables, columns_of, judged, named_in
from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics import Diagnostic, did_you_mean, extras
from mlspec.language.kinds.data_source import Column


def feature_set_problems(project: Project, inputs: Inputs) -> Iterator[Diagnostic]:
    """MLS0423 for a file that is not there, MLS0623 and MLS0624 for its SQL, MLS0620 and MLS0621 for what it gives."""
    for bound in project.feature_sets.values():
        spec = bound.envelope.spec
        if spec.sql is not None:
            found, given = judged(inputs, bound.document.span(("spec", "sql")), spec.sql, spec.inputs, _tables(project, bound))
            yield from found
            if given:
                yield from _columns(bound, inputs, given)


def unread(project: Project) -> frozenset[str]:
    """The files that nobody reads here, as DuckDB is not installed."""
    files = (bound.envelope.spec.sql for bound in project.feature_sets.values())
    return frozenset() if extras.has("duckdb") else frozenset(path for path in files if path)


def _columns(bound: Bound[Any], inputs: Inputs, given: dict[str, str]) -> Iterator[Diagnostic]:
    spec = bound.envelope.spec
    own = list(dict.fromkeys([*spec.key, *([spec.time_column] if spec.time_column else [])]))
    declared: dict[str, Column] = {c.name: c for c in spec.columns}
    routes = {c.name: ("spec", "columns", i, "name") for i, c in enumerate(spec.columns)}
    for name in dict.fromkeys([*own, *declared]):
        if name not in given:
            near = did_you_mean(name, [g for g in given if g not in declared])
            yield Diagnostic(
                "MLS0620", f"`{spec.sql}` gives no column `{name}`", bound.document.span(routes.get(name, ("spec", "key"))), near
            )
    for name in given:
        if declared and name not in declared and name not in own:
            message = f"{spec.sql} gives the column `{name}`, which {bound.ref} does not declare"
            yield Diagnostic("MLS0621", message, named_in(inputs, spec.sql, name), "declare it under `columns`, or leave it out")


def _tables(project: Project, bound: Bound[Any]) -> Tables | None:
    """The columns of each input, joined ones as the SQL sees them; None where not all of them are declared."""
    spec, found = bound.envelope.spec, Tables()
    for alias, given in spec.inputs.items():
        columns = columns_of(project, project.input_ref(given))
        if columns is None:
            return None
        found[alias] = columns
    spine = found[spec.resolved_spine]
    if any(key not in spine for key in spec.key):
        return None
    for alias, join in spec.as_of.items():
        found[alias] = {k: spine[k] for k in spec.key} | _joined(alias, join, spec.key, found[alias])
    return found


def _joined(alias: str, join: Any, key: tuple[str, ...], columns: dict[str, str]) -> dict[str, str]:
    from mlspec.runtime.features.declared import joined_names

    return {name: columns[column] for column, name in joined_names(alias, join.by, key, list(columns)).items()}
