"""kind: LabelSet: annotations, and how several annotators become one label."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from mlspec.language.kinds.base import Envelope, Name, RepoPath, SpecModel, one_of, refers_to
from mlspec.language.kinds.data_source import ColumnName


class LabelStudio(SpecModel):
    export: RepoPath = Field(description="A JSON export of Label Studio.", examples=["labels/export.json"])


class LabelCsv(SpecModel):
    path: RepoPath = Field(description="A CSV file, one annotation a row.", examples=["labels.csv"])
    label: ColumnName = Field(description="The column with the label.")
    annotator: ColumnName | None = Field(None, description="The column that says who annotated.")


class LabelSetSpec(SpecModel):
    source: Name = Field(
        description="The DataSource whose rows are annotated.", examples=["tickets"], json_schema_extra=refers_to("DataSource")
    )
    key: ColumnName = Field(description="The column that ties an annotation to a row.", examples=["ticket_id"])
    label_studio: LabelStudio | None = Field(None, description="Annotations from Label Studio.")
    csv: LabelCsv | None = Field(None, description="Or from a CSV file.")
    label: ColumnName = Field(description="The name of the label's column in the result.", examples=["topic"])
    resolve: Literal["majority", "latest", "refuse"] = Field("majority", description="What becomes of annotators who disagree.")
    min_agreement: float | None = Field(None, ge=-1, le=1, description="Krippendorff's alpha; below it the stage fails.", examples=[0.7])

    @model_validator(mode="after")
    def _one(self) -> Self:
        one_of(self, "label_studio", "csv")
        return self


class LabelSet(Envelope):
    """Annotations of a source's rows."""

    kind: Literal["LabelSet"]
    spec: LabelSetSpec
