"""kind: DataSource: where rows come from, what they look like, and how they are cleaned."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from mlspec.spec.base import CallablePath, CronText, Envelope, EnvName, Many, Metadata, RepoPath, Seconds, SpecModel, one_of

ColumnType = Literal["string", "integer", "number", "boolean", "date", "timestamp"]
Scalar = str | int | float | bool
ColumnName = Annotated[str, Field(min_length=1, max_length=255)]


class FileLocation(SpecModel):
    path: RepoPath = Field(description="A file in the repository (or tracked by DVC).")


class HttpLocation(SpecModel):
    url: str = Field(pattern=r"^https?://[^\s]+$", description="Fetched with GET; only http and https.")
    sha256: str | None = Field(None, pattern=r"^[0-9a-f]{64}$", description="The content's digest: a changed file is refused.")
    timeout: Seconds = Field(30.0, gt=0)
    retries: int = Field(3, ge=0, le=10)


class SqlLocation(SpecModel):
    connection: EnvName = Field(description="The environment variable that holds a SQLAlchemy URL.")
    query: RepoPath


class ObjectLocation(SpecModel):
    url: str = Field(pattern=r"^(s3|gs|az|abfs)://\S+$")


class PythonLocation(SpecModel):
    callable: CallablePath


class ReadOptions(SpecModel):
    delimiter: str = Field(",", min_length=1, max_length=1)
    null_values: Many[str] = ("",)
    encoding: Literal["utf-8", "latin-1", "utf-16"] = "utf-8"
    header: bool = True


class Column(SpecModel):
    name: ColumnName
    type: ColumnType
    description: str | None = None
    pii: bool = Field(False, description="Personal data: a Policy can forbid it among the features.")


class Replace(SpecModel):
    column: ColumnName
    values: dict[str, Scalar | None] = Field(min_length=1, description="Old value (as text) to new value; null makes it missing.")


class Cast(SpecModel):
    column: ColumnName
    to: ColumnType
    on_error: Literal["fail", "null"] = Field("fail", description="What becomes of a value that does not fit.")


class FillMissing(SpecModel):
    column: ColumnName
    with_: Scalar = Field(alias="with", description="A value, or: mean, median, most_frequent, previous.")


class DropDuplicates(SpecModel):
    by: Many[ColumnName] = Field(min_length=1)
    keep: Literal["first", "last"] = "first"


class Derive(SpecModel):
    column: ColumnName
    sql: str = Field(min_length=1, description="A SQL expression over the columns of the row.")


class CleanStep(SpecModel):
    """One step of cleaning; exactly one key."""

    rename: dict[ColumnName, ColumnName] | None = None
    replace: Replace | None = None
    cast: Cast | None = None
    fill_missing: FillMissing | None = None
    drop_duplicates: DropDuplicates | None = None
    filter: str | None = Field(None, description="A SQL boolean; rows where it is not true are dropped.")
    derive: Derive | None = Field(None, description="A new column (or a new value of one) from the others.")
    drop: Many[ColumnName] | None = Field(None, description="Columns to leave out.")

    @model_validator(mode="after")
    def _one(self) -> Self:
        one_of(self, "rename", "replace", "cast", "fill_missing", "drop_duplicates", "filter", "derive", "drop")
        return self


class Refresh(SpecModel):
    schedule: CronText


FORMATS = {".csv": "csv", ".tsv": "csv", ".parquet": "parquet", ".pq": "parquet", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl"}


class DataSourceSpec(SpecModel):
    file: FileLocation | None = None
    http: HttpLocation | None = None
    sql: SqlLocation | None = None
    object: ObjectLocation | None = None
    python: PythonLocation | None = None
    format: Literal["csv", "parquet", "json", "jsonl"] | None = Field(None, description="Told from the suffix when left out.")
    read: ReadOptions = ReadOptions()
    columns: Many[Column] = Field((), description="The columns after cleaning, with their types.")
    extra_columns: Literal["refuse", "drop", "keep"] = Field("refuse", description="What becomes of a column that is not declared.")
    key: Many[ColumnName] = Field((), description="The columns that together name a row; unique and never missing.")
    time_column: ColumnName | None = None
    clean: Many[CleanStep] = ()
    refresh: Refresh | None = None

    @model_validator(mode="after")
    def _one_location(self) -> Self:
        one_of(self, "file", "http", "sql", "object", "python", planned=("sql", "object"))
        return self

    @field_validator("columns")
    @classmethod
    def _unique_columns(cls, value: Any) -> Any:
        from mlspec.spec.checks import refuse_repeated

        refuse_repeated([c.name for c in value], "column", lambda index: [index, "name"])
        return value

    @property
    def path(self) -> str | None:
        """The file in the repository this source reads, if it reads one."""
        return self.file.path if self.file else None

    @property
    def resolved_format(self) -> str | None:
        """`format`, else what the suffix of the path or URL says, else None."""
        location = self.path or (self.http.url if self.http else None) or (self.object.url if self.object else "")
        name = location.split("?")[0].split("#")[0].casefold()
        return self.format or next((f for suffix, f in FORMATS.items() if name.endswith(suffix)), None)


class DataSource(Envelope):
    """Rows: their place, format, columns and cleaning."""

    kind: Literal["DataSource"]
    metadata: Metadata
    spec: DataSourceSpec
