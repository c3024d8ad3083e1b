"""kind: Monitor: how a deployed model is watched, and what follows when it decays."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from mlspec.language.kinds.base import Envelope, EnvName, Many, Name, Seconds, SpecModel, one_of, refers_to
from mlspec.language.kinds.data_source import ColumnName
from mlspec.language.kinds.kpi_set import KpiItem
from mlspec.language.kinds.schedule import Schedule


class MonitorLabels(SpecModel):
    """The truth that arrives later."""

    source: Name = Field(description="The DataSource that holds the truth.", json_schema_extra=refers_to("DataSource"))
    key: ColumnName = Field(description="The column that ties it to a prediction.")
    delay: Seconds = Field(0.0, description="How much later it arrives.", examples=["24h"])


class MonitorDrift(SpecModel):
    columns: Literal["all"] | Many[ColumnName] = Field("all", description="The features to compare.")
    method: Literal["psi", "wasserstein", "jensenshannon"] = Field("psi", description="The distance.")
    max: float = Field(gt=0, description="The largest distance that is no drift.", examples=[0.25])
    reference: Literal["training", "previous", "sameSeason"] = Field("training", description="What the window is compared with.")


class IssueAlert(SpecModel):
    labels: Many[str] = Field((), description="Labels of the issue.", examples=[["model-alert"]])


class Alert(SpecModel):
    """Who is told; exactly one key."""

    issue: IssueAlert | None = Field(None, description="An issue in the project's repository.")
    webhook: EnvName | None = Field(None, description="The environment variable that holds the address.", examples=["ALERT_WEBHOOK"])

    @model_validator(mode="after")
    def _one(self) -> Self:
        one_of(self, "issue", "webhook")
        return self


class Retrain(SpecModel):
    on: Many[Literal["kpi", "drift", "age", "newData"]] = Field(min_length=1, description="What triggers it.")
    cooldown: Seconds = Field(0.0, description="No second retraining within this time.", examples=["7d"])
    max_per_month: int | None = Field(None, ge=1, description="The budget.", examples=[4])


class MonitorSpec(SpecModel):
    deployment: str = Field(
        pattern=r"^[a-z0-9-]+/[a-z0-9-]+$",
        description="environment/name.",
        examples=["production/demand"],
        json_schema_extra=refers_to("Deployment"),
    )
    schedule: Schedule = Field(description="When it runs: five cron fields (UTC), or `{cron, timezone}`.", examples=["15 * * * *"])
    labels: MonitorLabels | None = None
    kpis: Many[KpiItem] = Field((), description="What must hold of the window.", examples=[["mae <= 60"]])
    window: Seconds = Field(604800.0, gt=0, description="How far back it looks.", examples=["7d"])
    drift: MonitorDrift | None = Field(None, description="How far the features may move away from the reference.")
    max_age: Seconds | None = Field(None, gt=0, description="A model older than this is told.", examples=["45d"])
    alerts: Many[Alert] = Field((), description="Who is told.")
    retrain: Retrain | None = Field(None, description="When the model is trained again, and how often at most.")


class Monitor(Envelope):
    """Watches a deployment."""

    kind: Literal["Monitor"]
    spec: MonitorSpec
