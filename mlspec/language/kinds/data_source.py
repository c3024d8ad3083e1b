"""kind: DataSource: where rows come from, what they look like, and how they are cleaned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from mlspec.language.kinds.base import Envelope, EnvName, Many, SpecModel, TrueOrNone, one_of
from mlspec.language.kinds.contract import ContractUse
from mlspec.language.kinds.locations.file import FileLocation
from mlspec.language.kinds.locations.http import HttpLocation
from mlspec.language.kinds.locations.location import LocationSettings
from mlspec.language.kinds.locations.made import MadeLocation
from mlspec.language.kinds.locations.object import ObjectLocation
from mlspec.language.kinds.locations.python import PythonLocation
from mlspec.language.kinds.locations.sql import SqlLocation
from mlspec.language.kinds.locations.table import LOCATION_KINDS, LocationKind
from mlspec.language.kinds.schedule import Schedule

ColumnType = Literal["string", "integer", "number", "boolean", "date", "timestamp"]
Scalar = str | int | float | bool
ColumnName = Annotated[str, Field(min_length=1, max_length=255, json_schema_extra={"x-mlspec-column": True})]


class ReadOptions(SpecModel):
    delimiter: str = Field(",", min_length=1, max_length=1, description="What stands between two values of a CSV row.", examples=[";"])
    null_values: Many[str] = Field(("",), description="Texts that mean a missing value.", examples=[["", "NA"]])
    encoding: Literal["utf-8", "latin-1", "windows-1252", "utf-16"] = Field(
        "utf-8", description="The encoding of a CSV file; the byte order of utf-16 is told by its mark."
    )
    header: bool = Field(True, description="Whether the first row of a CSV file, or of a sheet, names the columns.")
    sheet: str | None = Field(
        None, min_length=1, max_length=31, description="The sheet of a workbook; the only one may be left out.", examples=["2024"]
    )
    header_row: int | None = Field(
        None, ge=1, le=1_048_576, description="The row of a sheet that names the columns, from 1; the first when left out."
    )
    rows: str | None = Field(
        None,
        pattern=r"^[^\s/:]+(/[^\s/:]+)*$",
        max_length=1024,
        description="The elements of an XML file that are rows, by their names from the root; when left out, all in the first element.",
        examples=["posts/row"],
    )


class Column(SpecModel):
    name: ColumnName = Field(description="The column's name after cleaning.", examples=["hour"])
    type: ColumnType = Field(description="What its values are.")
    description: str | None = Field(None, description="For people: what the values mean.", examples=["Hour of the day"])
    pii: bool = Field(False, description="Personal data: a Policy can forbid it among the features.")
    anonymised: TrueOrNone = Field(None, description="Made of personal data, and names nobody: an age group, a count.")


class SourceColumn(Column):
    """A column of a source. What it must hold is checked with the source's rules."""

    required: TrueOrNone = Field(None, description="No value may be missing: the rule `notNull`, which stops the pipeline.")
    unique: TrueOrNone = Field(None, description="No two rows have the same value: the rule `unique`, which stops the pipeline.")


class Replace(SpecModel):
    column: ColumnName = Field(description="The column whose values are replaced.")
    values: dict[str, Scalar | None] = Field(
        min_length=1,
        description="Old value, spelled as you like, to new value; null makes it missing.",
        examples=[{"12am": 0}],
    )


class Cast(SpecModel):
    column: ColumnName = Field(description="The column whose type changes.")
    to: ColumnType = Field(description="The new type.")
    on_error: Literal["fail", "null"] = Field("fail", description="What becomes of a value that does not fit.")


class FillMissing(SpecModel):
    column: ColumnName = Field(description="The column whose missing values are filled.")
    with_: Scalar = Field(alias="with", description="A value, or: mean, median, most_frequent, previous.", examples=["most_frequent"])


class DropDuplicates(SpecModel):
    by: Many[ColumnName] = Field(min_length=1, description="Rows equal in these columns are duplicates.", examples=[["timestamp"]])
    keep: Literal["first", "last"] = Field("first", description="Which of the duplicates stays.")


class Derive(SpecModel):
    column: ColumnName = Field(description="The column that is added or replaced.")
    sql: str = Field(min_length=1, description="A SQL expression over the columns of the row.", examples=["price * count"])


class Pseudonymise(SpecModel):
    column: ColumnName = Field(
        description="The column whose values are replaced, each by a text of 32 digits that only the key makes of it."
    )
    key: EnvName = Field(description="The environment variable that holds the key: 16 bytes or more.", examples=["CUSTOMER_KEY"])
    check: str | None = Field(
        None, pattern=r"^[0-9a-f]{16}$", description="What the key makes of nothing; another key is refused. A run without it tells it."
    )


class CleanStep(SpecModel):
    """One step of cleaning; exactly one key."""

    rename: dict[ColumnName, ColumnName] | None = Field(None, description="Old name to new name.", examples=[{"cnt": "count"}])
    replace: Replace | None = Field(None, description="Replaces values of a column.")
    cast: Cast | None = Field(None, description="Changes the type of a column.")
    fill_missing: FillMissing | None = Field(None, description="Fills the missing values of a column.")
    drop_duplicates: DropDuplicates | None = Field(None, description="Keeps one of the rows that are equal in some columns.")
    filter: str | None = Field(None, description="A SQL boolean; rows where it is not true are dropped.", examples=["count >= 0"])
    derive: Derive | None = Field(None, description="A new column (or a new value of one) from the others.")
    drop: Many[ColumnName] | None = Field(None, description="Columns to leave out.")
    pseudonymise: Pseudonymise | None = Field(None, description="Replaces what names a person by a keyed digest of it.")

    @model_validator(mode="after")
    def _one(self) -> Self:
        one_of(self, "rename", "replace", "cast", "fill_missing", "drop_duplicates", "filter", "derive", "drop", "pseudonymise")
        return self


class Refresh(SpecModel):
    schedule: Schedule = Field(
        description="When it is fetched again: five cron fields (UTC), or `{cron, timezone}`.", examples=["0 5 * * *"]
    )


class Datasheet(SpecModel):
    """What only people know about the data: the questions of a datasheet. Texts for `mlspec evidence`; nothing is trained by them."""

    motivation: str | None = Field(None, description="Why the data was made, by whom, and who paid for it.")
    composition: str | None = Field(None, description="What a row stands for, what is missing, and whom it is about.")
    collection: str | None = Field(None, description="How the rows were gathered, when, and whether people agreed.")
    preprocessing: str | None = Field(None, description="What was done to the rows before they came here.")
    uses: str | None = Field(None, description="What it was used for, and what it should not be used for.")
    distribution: str | None = Field(None, description="Who may have it, and on which terms.")
    maintenance: str | None = Field(None, description="Who keeps it, and how errors are mended.")
    license: str | None = Field(None, description="The licence of the data, best as an SPDX identifier.", examples=["CC-BY-4.0"])


FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".xml": "xml",
}
"""What the suffix of a name says."""
NEEDS: Mapping[str, tuple[str, str]] = {"xlsx": ("xlsx", "openpyxl")}
"""Formats that need more than the extra `local`: the extra, and the distribution that it brings."""


def format_of(name: str) -> str | None:
    """What the suffix of a path or an address says, packed or not; None where it says nothing."""
    plain = name.casefold().removesuffix(".gz").removesuffix(".zst")
    return next((form for suffix, form in FORMATS.items() if plain.endswith(suffix)), None)


class DataSourceSpec(SpecModel):
    file: FileLocation | None = Field(None, description="Rows from a file in the repository.", examples=[{"path": "data/rentals.csv"}])
    http: HttpLocation | None = Field(None, description="Rows from a file on the web, fetched with GET.")
    sql: SqlLocation | None = Field(None, description="Rows from a database, by one SELECT.")
    object: ObjectLocation | None = Field(None, description="Rows from objects in a bucket of S3, Google Cloud Storage or Azure.")
    from_: MadeLocation | None = Field(
        None,
        alias="from",
        description="Rows that are made of other sources, by one SELECT or a function.",
        examples=[{"inputs": {"trips": {"source": "trips"}}, "sql": "queries/rides.sql"}],
    )
    python: PythonLocation | None = Field(None, description="Rows from a function of yours.", examples=[{"callable": "src.sources:fetch"}])
    format: Literal["csv", "parquet", "json", "jsonl", "xlsx", "xml", "images", "texts"] | None = Field(
        None, description="Told from the suffix when left out."
    )
    read: ReadOptions = Field(ReadOptions(), description="How CSV text, a sheet or XML is read.")
    contract: ContractUse | None = Field(
        None,
        exclude=True,
        description="A data contract (ODCS 3.0 to 3.2) that says the columns and the key: what stands in it counts as written here.",
        examples=["contracts/rentals.odcs.yaml"],
    )
    columns: Many[SourceColumn] = Field((), description="The columns after cleaning, with their types.")
    extra_columns: Literal["refuse", "drop", "keep"] = Field("refuse", description="What becomes of a column that is not declared.")
    key: Many[ColumnName] = Field(
        (), description="The columns that together name a row; unique and never missing.", examples=[["day", "shop"]]
    )
    time_column: ColumnName | None = Field(None, description="When the row happened; the time split needs it.", examples=["timestamp"])
    clean: Many[CleanStep] = Field((), description="Steps of cleaning, in order; each has one key.")
    refresh: Refresh | None = Field(None, description="When it is fetched again; rows that changed become a pull request.")

    datasheet: Datasheet | None = Field(None, description="What only people know about the data, for its datasheet.")

    @model_validator(mode="after")
    def _one_location(self) -> Self:
        rows = LOCATION_KINDS.values()
        one_of(self, *(row.field for row in rows), planned=tuple(row.field for row in rows if not row.has_runtime))
        return self

    @field_validator("columns")
    @classmethod
    def _unique_columns(cls, value: Any) -> Any:
        from mlspec.language.kinds.checks import refuse_repeated

        refuse_repeated([c.name for c in value], "column", lambda index: [index, "name"])
        return value

    @property
    def location_kind(self) -> LocationKind:
        """The kind of the one location that is given."""
        return next(kind for kind in LOCATION_KINDS.values() if getattr(self, kind.field) is not None)

    @property
    def location(self) -> LocationSettings:
        """The one location that is given."""
        found: LocationSettings = getattr(self, self.location_kind.field)
        return found

    @property
    def path(self) -> str | None:
        """The file in the repository that this source reads, if it reads one; of a pattern of files their folder."""
        return self.file.reads()[0].depends if self.file else None

    def secrets(self) -> tuple[str, ...]:
        """The environment variables that its stages read secrets from."""
        keys = dict.fromkeys(step.pseudonymise.key for step in self.clean if step.pseudonymise)
        return (*self.location.secrets(), *(key for key in keys if key not in self.location.secrets()))

    @property
    def resolved_format(self) -> str | None:
        """`format`, else what the suffix of the path or URL says, else None."""
        named = self.location.named()
        return self.format or (format_of(named[1]) if named else None)


class DataSource(Envelope):
    """Rows: their place, format, columns and cleaning."""

    kind: Literal["DataSource"]
    spec: DataSourceSpec
