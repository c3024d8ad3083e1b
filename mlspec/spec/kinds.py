"""The kinds of the language, by name."""

from __future__ import annotations

from mlspec.spec.base import Envelope
from mlspec.spec.data_source import DataSource
from mlspec.spec.deployment import Deployment, DeploymentTarget
from mlspec.spec.feature_set import FeatureSet
from mlspec.spec.kpi_set import KPISet
from mlspec.spec.label_set import LabelSet
from mlspec.spec.model import Model
from mlspec.spec.model_set import ModelSet
from mlspec.spec.monitor import Monitor
from mlspec.spec.policy import Policy
from mlspec.spec.project import Project
from mlspec.spec.validation_rules import ValidationRules
from mlspec.spec.waiver import Waiver

KINDS: dict[str, type[Envelope]] = {
    "Project": Project,
    "DataSource": DataSource,
    "ValidationRules": ValidationRules,
    "Model": Model,
    "KPISet": KPISet,
    "DeploymentTarget": DeploymentTarget,
    "Deployment": Deployment,
    "FeatureSet": FeatureSet,
    "LabelSet": LabelSet,
    "Monitor": Monitor,
    "ModelSet": ModelSet,
    "Policy": Policy,
    "Waiver": Waiver,
}

PLANNED_KINDS = ("FeatureSet", "LabelSet", "Monitor")
"""Kinds of the language that this version checks but can't run yet."""

REF_PREFIX = {
    "Project": "project",
    "DataSource": "source",
    "ValidationRules": "rules",
    "Model": "model",
    "KPISet": "kpis",
    "DeploymentTarget": "target",
    "Deployment": "deployment",
    "FeatureSet": "features",
    "LabelSet": "labels",
    "Monitor": "monitor",
    "ModelSet": "modelset",
    "Policy": "policy",
    "Waiver": "waiver",
}
"""How an object of a kind is named on the command line: `model/demand`."""
