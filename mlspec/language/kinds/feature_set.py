"""kind: FeatureSet: features that several models share."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from mlspec.language.kinds.base import CallablePath, Envelope, Many, Name, RepoPath, SpecModel, one_of, refers_to
from mlspec.language.kinds.data_source import Column, ColumnName


class FeatureCallable(SpecModel):
    callable: CallablePath = Field(description="Your function; it gets the inputs by their aliases.", examples=["src.features:hourly"])


class AsOf(SpecModel):
    on: ColumnName = Field(description="The time column: nothing later than it is joined.", examples=["timestamp"])


class FeatureSetSpec(SpecModel):
    inputs: dict[Name, Annotated[Name, Field(json_schema_extra=refers_to("DataSource|FeatureSet"))]] = Field(
        min_length=1, description="Alias -> DataSource or FeatureSet.", examples=[{"rentals": "bike-rentals"}]
    )
    sql: RepoPath | None = Field(None, description="A file with one SELECT over the aliases.", examples=["features/hourly.sql"])
    python: FeatureCallable | None = Field(None, description="Or a function of yours.")
    key: Many[ColumnName] = Field(min_length=1, description="The columns that together name a row.", examples=[["timestamp"]])
    time_column: ColumnName | None = Field(None, description="When the row's features were known.")
    as_of: dict[Name, AsOf] = Field(default_factory=dict, description="Point-in-time joins, by alias: no value from the future.")
    columns: Many[Column] = Field((), description="The columns it makes, with their types.")

    @model_validator(mode="after")
    def _one(self) -> Self:
        one_of(self, "sql", "python")
        return self


class FeatureSet(Envelope):
    """Features that several models share."""

    kind: Literal["FeatureSet"]
    spec: FeatureSetSpec
