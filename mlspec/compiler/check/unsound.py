"""What is wrong with an object beside its form: names, columns and classes that are not there, and parts that this version can't run.

Nothing else looks at what is left of an unsound object: a check of what was taken out of it would tell of mistakes that are none. So
the columns of an unsound source are nobody's to know.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from mlspec.compiler.check.columns import column_problems
from mlspec.compiler.check.estimators import estimator_problems
from mlspec.compiler.check.has_runtime import runtime_problems
from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.load.parse import Parsed
from mlspec.compiler.load.resolve import TABLES, bind, reference_problems
from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics import Diagnostic


def rest_problems(project: Project, rests: Iterable[Parsed], declared: frozenset[tuple[str, str]], inputs: Inputs) -> list[Diagnostic]:
    """What is wrong with names, columns, classes and parts without a runtime in objects that have form errors besides."""
    bounds = [b for b in (bind(rest.envelope, rest.document) for rest in rests) if b.envelope.kind in TABLES]
    tables: dict[str, Mapping[str, Bound[Any]]] = {name: {} for name in TABLES.values()}
    for bound in bounds:
        table = TABLES[bound.envelope.kind]
        tables[table] = {**tables[table], bound.ref: bound}
    alone: Any = tables
    named: Any = {t: _by_name(tables[t]) for t in ("rules", "kpi_sets")} | {"models": {**project.models, **_by_name(tables["models"])}}
    unsound = replace(project, **alone)
    found = [*reference_problems(project, bounds, declared), *runtime_problems(unsound, inputs), *estimator_problems(unsound, inputs)]
    ours = {bound.path for bound in bounds}
    columns = column_problems(replace(project, **named), inputs) if bounds else []
    return [*found, *(d for d in columns if d.span and d.span.path in ours)]


def _by_name(table: Mapping[str, Bound[Any]]) -> dict[str, Bound[Any]]:
    return {bound.name: bound for bound in table.values()}
