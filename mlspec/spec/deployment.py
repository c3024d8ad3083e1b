"""kind: DeploymentTarget (how a model is served) and Deployment (which version stands where)."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from mlspec.spec.base import CronText, Envelope, Fraction, Many, Metadata, Name, RepoPath, Seconds, SpecModel, one_of
from mlspec.spec.checks import check_day
from mlspec.spec.project import RunsOn

Sha256 = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
Version = Annotated[str, Field(pattern=r"^v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$", examples=["v1.2.0"])]


class RestTarget(SpecModel):
    """An HTTP server that speaks the Open Inference Protocol v2, kept running by `mlspec reconcile`."""

    host: str = Field("127.0.0.1", pattern=r"^[A-Za-z0-9.:-]+$")
    port: int = Field(8080, ge=0, le=65535, description="0: any free port, kept across restarts.")
    workers: int = Field(1, ge=1, le=64)


class BatchTarget(SpecModel):
    """Scores a source's rows to a Parquet file."""

    input: Name = Field(description="The DataSource to score.")
    output: RepoPath = Field(description="A folder in the repository (kept out of Git).", examples=["predictions"])
    schedule: CronText | None = None


class DeploymentTargetSpec(SpecModel):
    rest: RestTarget | None = None
    batch: BatchTarget | None = None
    kserve: dict[str, Any] | None = None
    mlflow: dict[str, Any] | None = None
    image: dict[str, Any] | None = None
    bundle: dict[str, Any] | None = None
    runs_on: RunsOn | None = Field(
        None,
        description="The runner that deploys it, when not the project's: a self-hosted one where a server lives.",
        examples=[["self-hosted", "serving"]],
    )

    @model_validator(mode="after")
    def _one_target(self) -> Self:
        one_of(self, "rest", "batch", "kserve", "mlflow", "image", "bundle", planned=("kserve", "mlflow", "image", "bundle"))
        return self


class DeploymentTarget(Envelope):
    """A way of serving a model."""

    kind: Literal["DeploymentTarget"]
    spec: DeploymentTargetSpec


class DeploymentMetadata(Metadata):
    environment: Name


class Canary(SpecModel):
    steps: Many[Fraction] = Field(min_length=1)
    hold: Seconds = 0.0


class CanaryStrategy(SpecModel):
    canary: Canary


class Hold(SpecModel):
    """While a hold stands, no promotion replaces what is deployed."""

    until: Annotated[str, AfterValidator(check_day)] = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    reason: str = Field(min_length=1)


class DeploymentSpec(SpecModel):
    model: Name
    target: Name
    version: Version | None = None
    digest: Sha256 | None = None
    previous: Sha256 | Literal["none"] | None = None
    claim: Sha256 | None = None
    strategy: Literal["replace", "shadow"] | CanaryStrategy = "replace"
    hold: Hold | None = None

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
    metadata: DeploymentMetadata
    spec: DeploymentSpec
