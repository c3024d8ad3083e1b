"""kind: Policy: what a promotion to an environment must bring, whatever the model."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mlspec.language.kinds.base import Envelope, Many, Name, Seconds, SpecModel, TrueOrNone, refers_to

CardPart = Literal["intendedUse", "limitations"]


class RequiredKpis(SpecModel):
    """Which gates the KPISet of a model must hold, and pass."""

    versus_champion: bool = Field(False, description="A comparison with what is deployed.")
    versus_baseline: bool = Field(False, description="A comparison with the baseline.")
    slices: bool = Field(False, description="A KPI within each value of a column, or between groups.")


class Approvals(SpecModel):
    count: int = Field(1, ge=1, le=10, description="Approving reviews of what was verified.")
    not_author: bool = Field(True, description="The author's and the last pusher's own do not count.")


class Require(SpecModel):
    kpis: RequiredKpis = RequiredKpis()
    card: Many[CardPart] = Field(
        (), description="Parts of the model's `card` that must be written.", examples=[["intendedUse", "limitations"]]
    )
    approvals: Approvals | None = Field(None, description="Reviews that a promotion needs.")
    signed: bool = Field(False, description="Model and evidence carry a signature.")
    pseudonymised: TrueOrNone = Field(None, description="Personal data in a model's rows is replaced by keyed digests.")
    max_evaluation_age: Seconds | None = Field(None, gt=0, description="How old the evidence of a claim may be.", examples=["14d"])


class Forbid(SpecModel):
    pii: Literal["features", "data"] | None = Field(
        None, description="`features`: no personal data is a feature of a model; `data`: none is in the rows that it is made of."
    )


class PolicySpec(SpecModel):
    environments: Many[Annotated[Name, Field(json_schema_extra=refers_to("Environment"))]] = Field(
        min_length=1, description="Where it holds.", examples=[["production"]]
    )
    require: Require = Field(Require(), description="What a promotion must bring.")
    forbid: Forbid = Field(Forbid(), description="What a model must not have.")


class Policy(Envelope):
    """Rules for promotions to some environments."""

    kind: Literal["Policy"]
    spec: PolicySpec
