"""The columns of what models learn from, as far as specs say: a DataSource's, or a FeatureSet's with its key and its time."""

from __future__ import annotations

from typing import Any

from mlspec.compiler.project.personal import Personal, personal_flow
from mlspec.compiler.project.project import Bound, Project


def declared_columns(project: Project, data: Bound[Any]) -> dict[str, str] | None:
    """{column: declared type} where the spec says them all; None where it does not."""
    spec = data.envelope.spec
    if not spec.columns or spec.extra_columns == "keep":
        return None
    own = {c.name: c.type for c in spec.columns}
    if data.envelope.kind == "DataSource":
        return own
    spine = project.data_of(project.input_ref(spec.inputs[spec.resolved_spine]).partition("/")[2])
    known = declared_columns(project, spine) if spine else None
    rest = [name for name in dict.fromkeys([*spec.key, *([spec.time_column] if spec.time_column else [])]) if name not in own]
    if known is None and rest:
        return None
    return {name: (known or {}).get(name, "string") for name in rest} | own


def features_seen(model: Any, data: Any) -> set[str]:
    """The columns that a model takes as features, of those that its data's spec declares: as the stage `train` chooses them."""
    if model.features.include is not None:
        return set(model.features.include)
    never = {model.target, data.time_column, *data.key, *model.features.exclude}
    return {c.name for c in data.columns if c.name not in never and c.type not in ("date", "timestamp")}


def personal_columns(project: Project, data: Bound[Any]) -> set[str]:
    """The columns of personal data, as `personal_flow` follows them."""
    return set(personal_flow(project, data))


def personal_features(project: Project, model: str) -> dict[str, Personal]:
    """The personal data that a model takes in as features."""
    spec = project.models[model].envelope.spec
    data = project.data_of(spec.data)
    flow = personal_flow(project, data) if data else {}
    seen = features_seen(spec, data.envelope.spec) if data else set()
    return {name: flow[name] for name in sorted(flow.keys() & seen)}


def marked_columns(project: Project, data: Bound[Any]) -> list[str]:
    """The declared columns that are personal data, marked here or where their rows come from; in their order."""
    personal = personal_columns(project, data)
    return [c.name for c in data.envelope.spec.columns if c.name in personal]


def called(data: Bound[Any]) -> str:
    """How a sentence names it: the source `sales`, the feature set `hourly`."""
    return f"the {'source' if data.envelope.kind == 'DataSource' else 'feature set'} `{data.name}`"
