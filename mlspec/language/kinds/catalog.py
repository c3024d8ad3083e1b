"""The kinds of the language, by name."""

from __future__ import annotations

from mlspec.language.kinds.base import Envelope
from mlspec.language.kinds.data_source import DataSource
from mlspec.language.kinds.deployment import Deployment, DeploymentTarget
from mlspec.language.kinds.feature_set import FeatureSet
from mlspec.language.kinds.kpi_set import KPISet
from mlspec.language.kinds.label_set import LabelSet
from mlspec.language.kinds.model import Model
from mlspec.language.kinds.model_set import ModelSet
from mlspec.language.kinds.monitor import Monitor
from mlspec.language.kinds.policy import Policy
from mlspec.language.kinds.project import Project
from mlspec.language.kinds.step import Step
from mlspec.language.kinds.validation_rules import ValidationRules
from mlspec.language.kinds.waiver import Waiver

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
    "Step": Step,
}

PLANNED_KINDS = ("Monitor",)
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
    "Step": "step",
}
"""How an object of a kind is named on the command line: `model/demand`."""
