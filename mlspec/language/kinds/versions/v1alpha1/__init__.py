"""mlspec/v1alpha1 -> mlspec/v1: one module a kind. FeatureSet, LabelSet, Monitor, Step and Waiver came with v1."""

from __future__ import annotations

from collections.abc import Mapping

from mlspec.language.kinds.versions.steps import Step
from mlspec.language.kinds.versions.v1alpha1 import (
    data_source,
    deployment,
    deployment_target,
    kpi_set,
    model,
    model_set,
    policy,
    project,
    validation_rules,
)
from mlspec.language.kinds.versions.v1alpha1.metadata import METADATA

STEPS: Mapping[str, tuple[Step, ...]] = {
    "DataSource": (*METADATA, *data_source.STEPS),
    "Deployment": (*METADATA, *deployment.STEPS),
    "DeploymentTarget": (*METADATA, *deployment_target.STEPS),
    "KPISet": (*METADATA, *kpi_set.STEPS),
    "Model": (*METADATA, *model.STEPS),
    "ModelSet": (*METADATA, *model_set.STEPS),
    "Policy": (*METADATA, *policy.STEPS),
    "Project": (*METADATA, *project.STEPS),
    "ValidationRules": (*METADATA, *validation_rules.STEPS),
}
NEW_KINDS = ("FeatureSet", "LabelSet", "Monitor", "Step", "Waiver")
