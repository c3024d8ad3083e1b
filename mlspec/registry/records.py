"""The machine-written records: a registry record says what a model version is, a claim says what was approved on which evidence.

Both are YAML of a fixed form (docs/reference/contracts.md), add-only in Git, and named by the sha256 of their bytes.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from mlspec.language.kinds.base import Many, Name, RepoPath, Sha256, SpecModel
from mlspec.language.kinds.deployment import Version


def _check_instant(value: str) -> str:
    """Records are read for ever: one with a moment that no calendar has would break every later reader."""
    try:
        datetime.fromisoformat(value)  # takes ASCII digits alone, where `\d` takes those of every script
    except ValueError:
        raise PydanticCustomError("mls_instant", "no calendar has this moment") from None
    return value


Instant = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$"), AfterValidator(_check_instant)]
Md5 = Annotated[str, Field(pattern=r"^[0-9a-f]{32}(\.dir)?$")]
Commit = Annotated[str, Field(pattern=r"^([0-9a-f]{40}|[0-9a-f]{64})$")]
DigestOrNone = Sha256 | Literal["none"]


class Record(SpecModel):
    """A record is made by Python names; read from a file, only its YAML keys are taken (`record_files.parse_record`)."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)


class Artifact(SpecModel):
    """An output by content: DVC's md5 fetches it, the digest (where it is not the record's own) proves it."""

    path: RepoPath
    md5: Md5
    digest: Sha256 | None = None


class ProvenArtifact(Artifact):
    digest: Sha256


class Artifacts(SpecModel):
    model: Artifact
    baseline: ProvenArtifact
    train: ProvenArtifact
    test: ProvenArtifact


class Estimate(SpecModel):
    """A metric on the test rows, with its confidence interval where one was taken."""

    value: float
    low: float | None = None
    high: float | None = None


def is_of_step(metric: str) -> bool:
    """Whether a record's metric is a Step's, `STEP.METRIC`: no metric of a model has a dot."""
    return "." in metric


class RegistryRecord(Record):
    """`registry/<model>/<version>.yaml`: immutable."""

    api_version: Literal["mlspec/v1"] = "mlspec/v1"
    kind: Literal["ModelVersion"] = "ModelVersion"
    model: Name
    version: Version
    digest: Sha256
    artifacts: Artifacts
    spec: Sha256
    code: DigestOrNone
    environment: Sha256
    commit: Commit
    metrics: dict[str, Estimate]
    created_at: Instant
    created_by: str = Field(min_length=1)


class Subject(SpecModel):
    """What a claim is about: put this version of this model there, in place of `previous`."""

    environment: Name
    deployment: Name
    model: Name
    version: Version
    digest: Sha256
    previous: DigestOrNone


class VersionRef(SpecModel):
    version: Version
    digest: Sha256


class WaiverEntry(SpecModel):
    """The Waiver by which a gate may miss, as it was then: it ends on the day `until`, UTC."""

    name: Name
    owner: str
    until: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    reason: str


class GateEntry(SpecModel):
    """One judged KPI, as `gates.result.GateResult.as_form` writes it. Numbers are in the metric's own unit; absent where there is none."""

    kpi: str
    metric: str
    subject: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    threshold: float | None = None
    reference: float | None = None
    rows: int
    verdict: Literal["pass", "fail", "inconclusive", "skipped", "waived"]
    message: str
    waiver: WaiverEntry | None = None
    warning: Literal[True] | None = None

    @model_validator(mode="after")
    def _by_a_waiver(self) -> Self:
        if (self.verdict == "waived") != (self.waiver is not None):
            raise PydanticCustomError("mls_claim", "a gate is `waived` by a waiver, and only then")
        return self


class Claim(Record):
    """`promotions/<env>/<deployment>/<version>….yaml`: add-only. A rollback's has a reason in place of evidence."""

    api_version: Literal["mlspec/v1"] = "mlspec/v1"
    kind: Literal["Claim"] = "Claim"
    type: Literal["promotion", "rollback"]
    subject: Subject
    registry: Sha256
    kpis: Sha256 | None = None
    target: Sha256
    policy: DigestOrNone | None = None
    test: Sha256 | None = None
    champion: VersionRef | Literal["none"] | None = None
    gates: Many[GateEntry] | None = None
    verdict: Literal["pass"] | None = None
    reason: str | None = None
    evaluated_at: Instant
    valid_until: Instant
    nonce: str = Field(pattern=r"^[0-9a-f]{32}$")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        evidence = {"kpis": self.kpis, "test": self.test, "champion": self.champion, "gates": self.gates, "verdict": self.verdict}
        missing = [k for k, v in evidence.items() if v is None] if self.type == "promotion" else [] if self.reason else ["reason"]
        if missing:
            raise PydanticCustomError("mls_claim", "a {type}'s claim lacks {keys}", {"type": self.type, "keys": ", ".join(missing)})
        return self
