"""An object is used by nothing.

A DataSource that no model, target, rule or step reads, a FeatureSet or LabelSet that no model names, or a DeploymentTarget that no
Deployment names. Sources are downloaded and checked in every run all the same. Remove it, or finish what it was begun for. (A Model
without a Deployment is an experiment, and fine.)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mlspec.compiler.lint.finding import Finding
from mlspec.compiler.lint.view import View
from mlspec.diagnostics import Severity

SEVERITY: Severity = "warning"
ON = True


def check(view: View) -> Iterator[Finding]:
    used = {d.envelope.spec.target for d in view.deployments}
    for target in view.project.targets.values():
        if target.name not in used:
            yield Finding(target, ("metadata", "name"), f"no Deployment uses `{target.ref}`", "remove it, or name it in a Deployment")
    learned = {m.envelope.spec.labels for m in view.models}
    for labels in view.project.label_sets.values():
        if labels.name not in learned:
            advice = f"remove it, or name it in a Model: `labels: {labels.name}`"
            yield Finding(labels, ("metadata", "name"), f"no model learns from `{labels.ref}`", advice)
    read = set(_read(view))
    for source in view.sources:
        if source.name not in read:
            message = f"no model, target, rule or step reads `{source.ref}`"
            yield Finding(source, ("metadata", "name"), message, "remove it, or learn from it")
    for features in view.project.feature_sets.values():
        if features.name not in read:
            yield Finding(features, ("metadata", "name"), f"no model or feature set reads `{features.ref}`", "remove it, or learn from it")


def _read(view: View) -> Iterator[str]:
    """Names of sources that something reads; of kinds that join the language later, any word may be such a name."""
    for code in _user_code(view):
        yield from [given.rows.partition("/")[2] for given in (code.inputs or {}).values() if given.rows]
    for model in view.models:
        yield model.envelope.spec.data
    yield from view.scored
    for rules in view.project.rules.values():
        for rule in rules.envelope.spec.rules:
            yield from [rule.references.source] if rule.references else []
            yield from [rule.drift.against] if rule.drift else []
    for bound in view.project.by_ref().values():
        if bound.envelope.kind == "FeatureSet":
            yield from (view.project.input_ref(given).partition("/")[2] for given in bound.envelope.spec.inputs.values())
        if bound.envelope.kind == "Step":
            yield from [name for one in (bound.envelope.spec.inputs or {}).values() for name in (one.source, one.features) if name]
        if bound.envelope.kind in ("LabelSet", "Monitor"):
            yield from words(bound.envelope.canonical()["spec"])


def _user_code(view: View) -> Iterator[Any]:
    """Functions of the user's, and sources that are made of others."""
    specs = [source.envelope.spec for source in view.sources]
    yield from (reader for spec in specs for reader in (spec.python, spec.from_) if reader)
    yield from (rule.python for rules in view.project.rules.values() for rule in rules.envelope.spec.rules if rule.python)
    yield from (model.envelope.spec.trainer for model in view.models if model.envelope.spec.trainer)


def words(value: Any) -> Iterator[str]:
    """Every text in a plain value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for part in value.values() if isinstance(value, Mapping) else value:
            yield from words(part)
