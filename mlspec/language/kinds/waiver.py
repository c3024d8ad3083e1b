"""kind: Waiver: one KPI of one model may miss for a while: somebody says so, with a name, a reason and an end."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_core import PydanticCustomError

from mlspec.language.kinds.base import Envelope, Many, Metadata, Name, SpecModel, refers_to
from mlspec.language.kinds.checks import check_day
from mlspec.language.kinds.kpi_set import Kpi, expand_kpi

MAX_DAYS = 90
"""A waiver ends at most so many days from today: what is to stay is a change of the KPI."""
LEAKAGE_CHECKS = {
    "leakage: shared rows": "shared_rows",
    "leakage: single feature": "single_feature",
    "leakage: combination": "combination",
}
"""What the gates of the leakage checks are called, and their keys: waived only where a waiver names them."""


def _as_gates_say(value: Any) -> Any:
    """`mae<=50` -> `mae <= 50`: the text by which tables and claims name a KPI. Any other text only loses spaces."""
    if not isinstance(value, str):
        return value
    try:
        return Kpi.model_validate(expand_kpi(value)).text
    except (PydanticCustomError, ValidationError):
        return " ".join(value.split())


def _check_said(value: str) -> str:
    if not value.strip():
        raise PydanticCustomError("mls_empty", "nothing is said", {"help": "say why: whoever approves the waiver reads it"})
    return value


class WaiverMetadata(Metadata):
    owner: str = Field(
        min_length=1, description="Who answers for it: a person or team, as CODEOWNERS writes it.", examples=["@acme/forecasting"]
    )


class WaiverSpec(SpecModel):
    model: Name = Field(description="The Model whose gate may miss.", json_schema_extra=refers_to("Model"))
    environments: Many[Annotated[Name, Field(json_schema_extra=refers_to("Environment"))]] | None = Field(
        None, min_length=1, description="Where it holds; in every environment when left out.", examples=[["staging"]]
    )
    kpi: Annotated[str, BeforeValidator(_as_gates_say)] = Field(
        min_length=1, description="The KPI, as the table of gates has it.", examples=["mae <= 50", "mae vs champion, not worse by 0%"]
    )
    subject: str | None = Field(
        None, min_length=1, description="`overall`, or one slice; everything that the KPI judges when left out.", examples=["workingday=No"]
    )
    reason: Annotated[str, AfterValidator(_check_said)] = Field(
        min_length=1, max_length=1000, description="Why it may miss; shown wherever the gate is.", examples=["Sensors replaced, see #88"]
    )
    until: Annotated[str, AfterValidator(check_day)] = Field(
        pattern=r"^\d{4}-\d{2}-\d{2}$",
        description=f"The day it ends, quoted; at most {MAX_DAYS} days from today.",
        examples=["2026-12-01"],
    )


class Waiver(Envelope):
    """Lets one gate of a model miss, until a day."""

    kind: Literal["Waiver"]
    metadata: WaiverMetadata = Field(description="Names the object, and who answers for it.")
    spec: WaiverSpec
