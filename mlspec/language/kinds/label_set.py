"""kind: LabelSet: annotations, and how several annotators become one label."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from mlspec.language.kinds.base import Envelope, Many, Name, RepoPath, SpecModel, one_of, refers_to
from mlspec.language.kinds.data_source import ColumnName


class LabelStudio(SpecModel):
    export: RepoPath = Field(description="An export of Label Studio: JSON, JSON_MIN or CSV.", examples=["labels/export.json"])
    control: str | None = Field(
        None, min_length=1, description="The control that gives the label; the only one, or the one of the label's name, when left out."
    )


class LabelCsv(SpecModel):
    path: RepoPath = Field(
        description="A CSV file, one annotation a row; a row without label and annotator is a task that nobody labelled.",
        examples=["labels.csv"],
    )
    label: ColumnName = Field(description="The column with the label.")
    annotator: ColumnName | None = Field(None, description="The column that says who annotated.")
    time: ColumnName | None = Field(None, description="The column that says when; `resolve: latest` goes by it.")


class LabelFile(SpecModel):
    file: RepoPath = Field(
        description="A CSV file with two columns that count: the key, and the label, under their names.", examples=["labels/gold.csv"]
    )


class LabelSetSpec(SpecModel):
    source: Name = Field(
        description="The DataSource whose rows are annotated.", examples=["tickets"], json_schema_extra=refers_to("DataSource")
    )
    key: ColumnName = Field(
        description="The column that ties an annotation to a row: in the source, and in the data of each task.", examples=["ticket_id"]
    )
    label_studio: LabelStudio | None = Field(None, description="Annotations from Label Studio.")
    csv: LabelCsv | None = Field(None, description="Or from a CSV file.")
    label: ColumnName = Field(description="The name of the label's column in the result.", examples=["topic"])
    type: Literal["string", "integer", "number", "boolean"] = Field("string", description="The label's type; ratings are numbers.")
    several: Literal["refuse", "combine"] = Field(
        "refuse", description="What becomes of an annotation with several choices: refused, or a class of its own for each set of choices."
    )
    resolve: Literal["majority", "latest", "refuse", "dawid_skene"] = Field(
        "majority", description="What becomes of annotators who disagree."
    )
    scale: Literal["nominal", "ordinal", "interval"] | None = Field(
        None, description="How far two labels differ, for the agreement: interval for numbers and nominal otherwise when left out."
    )
    order: Many[str] = Field(
        (), description="The labels from least to most, where an ordinal scale is of text.", examples=[["low", "high"]]
    )
    gold: LabelFile | None = Field(None, description="Labels that are known: they settle, and score the annotators.")
    adjudicated: LabelFile | None = Field(
        None, description="Labels that people decided on, by pull request.", examples=[{"file": "labels/adjudicated.csv"}]
    )
    min_agreement: float | None = Field(
        None, ge=-1, le=1, description="Krippendorff's alpha; the stage fails unless its interval lies above.", examples=[0.7]
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        one_of(self, "label_studio", "csv")
        return self

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.csv and self.resolve == "latest" and not self.csv.time:
            raise _unfit("`resolve: latest` needs the time of each annotation", "resolve", "add `time: <column>` under `csv`")
        if self.csv and self.resolve == "dawid_skene" and not self.csv.annotator:
            raise _unfit("`resolve: dawid_skene` needs to know who annotated", "resolve", "add `annotator: <column>` under `csv`")
        if self.resolve == "dawid_skene" and self.type == "number":
            raise _unfit("`resolve: dawid_skene` settles classes, and the labels are numbers", "resolve", "use `majority` or `latest`")
        numbers = self.type in ("integer", "number")
        if self.scale == "interval" and not numbers:
            raise _unfit(
                f"an interval scale is of numbers, and the labels are {self.type}", "scale", "use `nominal`, or `ordinal` with `order`"
            )
        if self.scale == "ordinal" and not numbers and not self.order:
            raise _unfit("an ordinal scale of text needs the order", "scale", "add `order: [least, …, most]`")
        if self.order and (self.scale != "ordinal" or numbers):
            raise _unfit("`order` belongs to an ordinal scale of text", "order", "remove it, or write `scale: ordinal`")
        return self

    @property
    def resolved_scale(self) -> str:
        """`scale`, else interval for numbers and nominal for all else."""
        return self.scale or ("interval" if self.type in ("integer", "number") else "nominal")

    @property
    def files(self) -> tuple[str, ...]:
        """The files of the repository that it is made from."""
        place = self.label_studio.export if self.label_studio else self.csv.path if self.csv else ""
        return (place, *(f.file for f in (self.gold, self.adjudicated) if f))


def _unfit(message: str, key: str, advice: str) -> PydanticCustomError:
    return PydanticCustomError("mls_labels", "{message}", {"message": message, "at": [key], "help": advice})


class LabelSet(Envelope):
    """Annotations of a source's rows."""

    kind: Literal["LabelSet"]
    spec: LabelSetSpec
