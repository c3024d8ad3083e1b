"""kind: DeploymentTarget (how a model is served) and Deployment (which version stands where)."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from mlspec.language.kinds.base import Envelope, Fraction, Many, Metadata, Name, Seconds, Sha256, SpecModel, one_of, refers_to
from mlspec.language.kinds.checks import check_ascii, check_day
from mlspec.language.kinds.project import RunsOn
from mlspec.language.kinds.targets.batch import BatchTarget
from mlspec.language.kinds.targets.rest import RestTarget
from mlspec.language.kinds.targets.settings import TargetSettings
from mlspec.language.kinds.targets.table import TARGET_KINDS, TargetKind, kinds_to_come

_VERSION = r"^v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$"
Version = Annotated[str, Field(pattern=_VERSION, examples=["v1.2.0"]), AfterValidator(check_ascii)]


def is_version(text: str) -> bool:
    """Whether a text is a version, such as `v1.2.0`."""
    return re.fullmatch(_VERSION, text, re.ASCII) is not None


class DeploymentTargetSpec(SpecModel):
    # a field for each row of TARGET_KINDS, then what all kinds share
    rest: RestTarget | None = Field(
        None, description="An HTTP server that speaks the Open Inference Protocol v2.", examples=[{"port": 8080}]
    )
    batch: BatchTarget | None = Field(None, description="Scores a source's rows to Parquet files.")
    kserve: dict[str, Any] | None = Field(None, description="Loads, and does not run in this version.")
    mlflow: dict[str, Any] | None = Field(None, description="Loads, and does not run in this version.")
    image: dict[str, Any] | None = Field(None, description="Loads, and does not run in this version.")
    bundle: dict[str, Any] | None = Field(None, description="Loads, and does not run in this version.")
    runs_on: RunsOn | None = Field(
        None,
        description="The runner that deploys it, when not the project's: a self-hosted one where a server lives.",
        examples=[["self-hosted", "serving"]],
    )

    @model_validator(mode="after")
    def _one_target(self) -> Self:
        one_of(self, *TARGET_KINDS, planned=kinds_to_come())
        return self

    @property
    def kind(self) -> TargetKind:
        """The row of the kind that is declared."""
        return next(row for row in TARGET_KINDS.values() if getattr(self, row.name) is not None)

    @property
    def settings(self) -> TargetSettings:
        """What is declared under the kind's key; of a kind that the language does not spell out yet, nothing."""
        found = getattr(self, self.kind.name)
        return found if isinstance(found, TargetSettings) else TargetSettings()


class DeploymentTarget(Envelope):
    """A way of serving a model."""

    kind: Literal["DeploymentTarget"]
    spec: DeploymentTargetSpec


class DeploymentMetadata(Metadata):
    environment: Name = Field(description="One of the Project's environments.", json_schema_extra=refers_to("Environment"))


class Canary(SpecModel):
    steps: Many[Fraction] = Field(min_length=1, description="Shares of the traffic, one after the other.", examples=[["5%", "50%"]])
    hold: Seconds = Field(0.0, description="How long each step lasts.", examples=["1h"])


class CanaryStrategy(SpecModel):
    canary: Canary = Field(description="The new version gets more traffic step by step.")


class Hold(SpecModel):
    """While a hold stands, no promotion replaces what is deployed."""

    until: Annotated[str, AfterValidator(check_day)] = Field(
        pattern=r"^\d{4}-\d{2}-\d{2}$", description="The day it ends, quoted.", examples=["2026-12-01"]
    )
    reason: str = Field(min_length=1, description="Why; it is shown where a promotion is refused.", examples=["rolled back, see #41"])


class DeploymentSpec(SpecModel):
    model: Name = Field(description="The Model that is deployed.", json_schema_extra=refers_to("Model"))
    target: Name = Field(description="The DeploymentTarget that serves it.", json_schema_extra=refers_to("DeploymentTarget"))
    version: Version | None = Field(None, description="The version that is deployed; `mlspec promote` writes it.")
    digest: Sha256 | None = Field(None, description="The digest of its bytes; `mlspec promote` writes it.")
    previous: Sha256 | Literal["none"] | None = Field(None, description="The digest that it replaces, or `none`.")
    claim: Sha256 | None = Field(None, description="The digest of the claim that justifies it; `mlspec promote` writes it.")
    strategy: Literal["replace", "shadow"] | CanaryStrategy = Field(
        "replace",
        description="replace: the old version serves until the new one is ready. The others load, and do not run in this version.",
    )
    hold: Hold | None = Field(None, description="No promotion replaces this version until that day.")

    @model_validator(mode="after")
    def _all_or_none(self) -> Self:
        from pydantic_core import PydanticCustomError

        given = [v is not None for v in (self.version, self.digest, self.claim)]
        if any(given) and not all(given):
            raise PydanticCustomError("mls_deployment", "`version`, `digest` and `claim` come together: `mlspec promote` writes them")
        return self


class Deployment(Envelope):
    """One model in one environment: the only spec that a promotion edits."""

    kind: Literal["Deployment"]
    metadata: DeploymentMetadata = Field(description="Names the object, and its environment.")
    spec: DeploymentSpec
