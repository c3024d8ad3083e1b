"""The kinds of the language, by name."""

from __future__ import annotations

from mlspec.spec.base import Envelope
from mlspec.spec.data_source import DataSource
from mlspec.spec.deployment import Deployment, DeploymentTarget
from mlspec.spec.kpi_set import KPISet
from mlspec.spec.model import Model
from mlspec.spec.project import Project
from mlspec.spec.validation_rules import ValidationRules

KINDS: dict[str, type[Envelope]] = {
    "Project": Project,
    "DataSource": DataSource,
    "ValidationRules": ValidationRules,
    "Model": Model,
    "KPISet": KPISet,
    "DeploymentTarget": DeploymentTarget,
    "Deployment": Deployment,
}

PLANNED_KINDS = ("FeatureSet", "LabelSet", "Monitor", "ModelSet", "Policy")
"""Kinds of the language that this version reads by name but can't run yet."""

REF_PREFIX = {
    "Project": "project",
    "DataSource": "source",
    "ValidationRules": "rules",
    "Model": "model",
    "KPISet": "kpis",
    "DeploymentTarget": "target",
    "Deployment": "deployment",
}
"""How an object of a kind is named on the command line: `model/demand`."""
