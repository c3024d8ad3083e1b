"""Columns that specs name must be declared by the source they read, or stand in the heading of its file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mlspec.compiler.check.headings import columns_in_heading
from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.project.data_columns import called, declared_columns
from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics import Diagnostic, did_you_mean
from mlspec.language.kinds.model import BaselineColumn
from mlspec.runtime.forecast.columns import FOLD, STEP

Route = tuple[str | int, ...]
Use = tuple[Route, str]
Known = Mapping[str, tuple[tuple[str, ...], str]]


def column_problems(project: Project, inputs: Inputs) -> list[Diagnostic]:
    """Return a diagnostic for every column that is named and not declared, and for targets among features."""
    known = {name: _columns(source.envelope.spec, inputs) for name, source in project.sources.items()}
    known |= {name: (tuple(declared_columns(project, bound) or ()), "declares") for name, bound in project.feature_sets.items()}
    found: list[Diagnostic] = []
    for source in project.sources.values():
        found += _unknown(known, source, _source_uses(source.envelope.spec), source)
    for rules in project.rules.values():
        found += _unknown(known, rules, _rule_uses(rules.envelope.spec.rules), project.sources.get(rules.envelope.spec.source))
        found += _unknown_keys(project, known, rules)
    for labels in project.label_sets.values():
        found += _unknown(known, labels, [(("spec", "key"), labels.envelope.spec.key)], project.sources.get(labels.envelope.spec.source))
    for bound in project.feature_sets.values():
        found += _unknown_inputs(project, known, bound)
    for model in project.models.values():
        found += _unknown(known, model, _model_uses(model.envelope.spec), project.data_of(model.envelope.spec.data))
        found += _target_among_features(model)
    for kpis in project.kpi_sets.values():
        judged = project.models.get(kpis.envelope.spec.model)
        judged_on = project.data_of(judged.envelope.spec.data) if judged else None
        own = judged.envelope.spec.target if judged and judged.envelope.spec.labels else None
        added = (FOLD, STEP) if judged and judged.envelope.spec.split.strategy == "rolling" else ()
        uses = [use for use in _kpi_uses(kpis.envelope.spec.kpis) if use[1] != own and use[1] not in added]
        found += _unknown(known, kpis, uses, judged_on)
    return found


def _columns(spec: Any, inputs: Inputs) -> tuple[tuple[str, ...], str]:
    """The columns that a source has for sure, none where nobody knows, and how it is known."""
    if spec.columns and spec.extra_columns != "keep":
        return tuple(c.name for c in spec.columns), "declares"
    return columns_in_heading(spec, inputs), f"has, by the heading of {spec.path},"


def _unknown(known: Known, bound: Bound[Any], uses: Iterable[Use], source: Bound[Any] | None) -> Iterator[Diagnostic]:
    columns, how = known.get(source.name, ((), "")) if source else ((), "")
    alike = {name.casefold() for name in columns} if how != "declares" else set(columns)
    for route, column in uses if columns else ():
        if (column if how == "declares" else column.casefold()) not in alike:
            message = f"{called(source) if source else ''} {how} no column `{column}`"
            yield Diagnostic("MLS0410", message, bound.document.span(route), did_you_mean(column, columns))


def _unknown_keys(project: Project, known: Known, rules: Bound[Any]) -> Iterator[Diagnostic]:
    """The `key` of a references rule is a column of the other source."""
    for index, rule in enumerate(rules.envelope.spec.rules):
        if rule.references:
            route = ("spec", "rules", index, "references", "key")
            yield from _unknown(known, rules, [(route, rule.references.key)], project.sources.get(rule.references.source))


def _unknown_inputs(project: Project, known: Known, bound: Bound[Any]) -> Iterator[Diagnostic]:
    """A set's key and time are columns of its spine; what a join names, of its input, and `by` of both."""
    spec = bound.envelope.spec
    data = {alias: project.data_of(project.input_ref(given).partition("/")[2]) for alias, given in spec.inputs.items()}
    joins: list[Use] = [(("spec", "asOf", alias, "by", i), c) for alias, join in spec.as_of.items() for i, c in enumerate(join.by)]
    yield from _unknown(known, bound, [*_source_uses(spec), *joins], data[spec.resolved_spine])
    for alias, join in spec.as_of.items():
        at = ("spec", "asOf", alias)
        uses: list[Use] = [((*at, key), c) for key, c in (("on", join.on), ("known", join.known)) if c]
        uses += [((*at, key, i), c) for key, columns in (("by", join.by), ("ties", join.ties)) for i, c in enumerate(columns)]
        yield from _unknown(known, bound, uses, data[alias])


def _source_uses(spec: Any) -> Iterator[Use]:
    for index, column in enumerate(spec.key):
        yield ("spec", "key", index), column
    if spec.time_column:
        yield ("spec", "timeColumn"), spec.time_column


def _rule_uses(rules: Iterable[Any]) -> Iterator[Use]:
    for index, rule in enumerate(rules):
        at = ("spec", "rules", index)
        if rule.column:
            yield (*at, "column"), rule.column
        for position, column in enumerate(rule.unique or ()):
            yield (*at, "unique", position), column
        for key, part in (("references", rule.references), ("fresh", rule.fresh), ("classBalance", rule.class_balance)):
            if part:
                yield (*at, key, "column"), part.column
        for position, column in enumerate(rule.drift.columns if rule.drift else ()):
            yield (*at, "drift", "columns", position), column


def _model_uses(spec: Any) -> Iterator[Use]:
    if spec.labels is None and spec.target is not None:
        yield ("spec", "target"), spec.target
    for key in ("include", "exclude", "numeric", "categorical", "text"):
        for index, column in enumerate(getattr(spec.features, key) or ()):
            yield ("spec", "features", key, index), column
    for index, column in enumerate(spec.series or ()):
        yield ("spec", "series", index), column
    for key in ("query", "weights"):
        if column := getattr(spec, key):
            yield ("spec", key), column
    if isinstance(spec.baseline, BaselineColumn):
        yield ("spec", "baseline", "column"), spec.baseline.column
    for key in ("group", "column"):
        column = getattr(spec.split, key)
        if column and column != spec.query:
            yield ("spec", "split", key), column


def _kpi_uses(kpis: Iterable[Any]) -> Iterator[Use]:
    for index, kpi in enumerate(kpis):
        if kpi.slice:
            yield ("spec", "kpis", index, "slice", "by"), kpi.slice.by
        if kpi.by:
            yield ("spec", "kpis", index, "by"), kpi.by


def _target_among_features(model: Bound[Any]) -> Iterator[Diagnostic]:
    spec = model.envelope.spec
    for key in ("include", "numeric", "categorical", "text"):
        for index, column in enumerate(getattr(spec.features, key) or ()):
            if column == spec.target:
                span = model.document.span(["spec", "features", key, index])
                yield Diagnostic(
                    "MLS0411", f"the target `{column}` is among the features", span, "remove it: the model would read the answer"
                )
