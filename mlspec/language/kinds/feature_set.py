"""kind: FeatureSet: features that several models share."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from mlspec.language.kinds.base import Envelope, EnvName, Many, Name, RepoPath, Seconds, Sha256, SpecModel, one_of, refers_to
from mlspec.language.kinds.data_source import Column, ColumnName
from mlspec.language.kinds.user_code import CodeAlone


class FeatureInput(SpecModel):
    """Rows that a set is made of; exactly one key. A name alone is short for `{name: NAME}`."""

    name: Name | None = Field(
        None, description="A DataSource or a FeatureSet, whichever has the name.", json_schema_extra=refers_to("DataSource|FeatureSet")
    )
    source: Name | None = Field(None, description="A DataSource's accepted rows.", json_schema_extra=refers_to("DataSource"))
    features: Name | None = Field(None, description="Another FeatureSet's rows.", json_schema_extra=refers_to("FeatureSet"))

    @model_validator(mode="after")
    def _one(self) -> Self:
        one_of(self, "name", "source", "features")
        return self


def _or_a_name(schema: dict[str, Any]) -> None:
    schema["anyOf"] = [*schema.get("anyOf", ()), {"type": "string", **refers_to("DataSource|FeatureSet")}]
    if "$ref" in schema:
        schema["anyOf"].insert(0, {"$ref": schema.pop("$ref")})


class AsOf(SpecModel):
    on: ColumnName = Field(
        description="The input's time column: of the rows at or before a row's time, the newest is joined.", examples=["valid_at"]
    )
    known: ColumnName | None = Field(
        None, description="Since when a row was known: none is joined that was not known at the row's time.", examples=["issued_at"]
    )
    by: Many[ColumnName] = Field((), description="Columns that must be equal in the spine and in the input.", examples=[["station"]])
    max_age: Seconds | None = Field(None, description="Older rows than this, by `on`, are not joined.", examples=["6h"])
    ties: Many[ColumnName] = Field(
        (), description="Of several newest rows the one that is the greatest in these columns, in order.", examples=[["issued_at", "id"]]
    )


class LookAhead(SpecModel):
    cuts: int = Field(12, ge=0, le=1000, description="At so many instants the set is made again without later rows; 0: never.")


class OnlineStore(SpecModel):
    """Where the rows stand that are read when serving; exactly one key."""

    sqlite: Literal[True] | None = Field(None, description="A file of the machine that serves, below `.mlspec/state`.")
    redis: EnvName | None = Field(
        None, description="The environment variable that holds a Redis server's URL.", examples=["FEATURES_REDIS"]
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        one_of(self, "sqlite", "redis")
        return self


class Online(SpecModel):
    """Rows of the set, read by key when serving. Another definition of it has rows of its own, but for those that are the same."""

    store: OnlineStore = Field(description="`mlspec materialize` fills it.", examples=[{"sqlite": True}])
    max_age: Seconds | None = Field(
        None, description="A row whose time is longer ago is refused when it is asked for; left out: none is.", examples=["6h"]
    )
    same_as: Many[Sha256] = Field(
        (),
        description="Older definitions of the set that give the same values: versions trained on them read the rows of now, too.",
        examples=[["sha256:9f2c…"]],
    )


def _switch(value: Any) -> Any:
    return {} if value is True else {"cuts": 0} if value is False else value


def _or_a_switch(schema: dict[str, Any]) -> None:
    _or_a_name(schema)
    schema["anyOf"][-1] = {"type": "boolean"}


class FeatureSetSpec(SpecModel):
    inputs: dict[
        Name,
        Annotated[FeatureInput, BeforeValidator(lambda v: {"name": v} if isinstance(v, str) else v), Field(json_schema_extra=_or_a_name)],
    ] = Field(min_length=1, description="Alias -> DataSource or FeatureSet.", examples=[{"rentals": "bike-rentals"}])
    spine: Name | None = Field(
        None,
        description="The alias of the input that has a row for each row of the set; the only one may be left out.",
        examples=["rentals"],
    )
    as_of: dict[Name, AsOf] = Field(default_factory=dict, description="Point-in-time joins, by alias: no value from the future.")
    sql: RepoPath | None = Field(None, description="A file with one SELECT over the aliases.", examples=["features/hourly.sql"])
    python: CodeAlone | None = Field(None, description="Or a function of yours.")
    key: Many[ColumnName] = Field(
        min_length=1, description="The columns that together name a row, in the spine and in the set.", examples=[["timestamp"]]
    )
    time_column: ColumnName | None = Field(None, description="A row's own time: what was known then may be in it.", examples=["timestamp"])
    columns: Many[Column] = Field((), description="The columns it makes, with their types; none but these, its key and its time.")
    look_ahead: Annotated[LookAhead, BeforeValidator(_switch), Field(json_schema_extra=_or_a_switch)] = Field(
        LookAhead(), description="Whether values stay the same when later rows are not there; `false` switches the check off."
    )
    online: Online | None = Field(
        None, description="The newest row of each key, which the REST server reads when a request brings the key."
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        one_of(self, "sql", "python")
        if self.spine is None and len(self.inputs) > 1:
            raise _wrong([], "of several inputs one must be the `spine`", f"write `spine: {next(iter(self.inputs))}`, or another alias")
        if self.spine is not None and self.spine not in self.inputs:
            raise _wrong(["spine"], f"`{self.spine}` is no alias under `inputs`", f"one of: {', '.join(self.inputs)}")
        for alias in self.as_of:
            if alias not in self.inputs or alias == self.resolved_spine:
                why = "is the spine" if alias == self.resolved_spine else "is no alias under `inputs`"
                others = [name for name in self.inputs if name != self.resolved_spine]
                raise _wrong(["asOf", alias], f"`{alias}` {why}", f"one of: {', '.join(others)}" if others else "add it under `inputs`")
        if self.as_of and self.time_column is None:
            raise _wrong(["asOf"], "`asOf` needs the time of each row", "add `timeColumn`, a column of the spine")
        if self.online and self.online.max_age is not None and self.time_column is None:
            raise _wrong(["online", "maxAge"], "`maxAge` needs the time of each row", "add `timeColumn`, a column of the spine")
        return self

    @property
    def resolved_spine(self) -> str:
        """The alias of the spine."""
        return self.spine or next(iter(self.inputs))

    @property
    def extra_columns(self) -> str:
        """As of a DataSource: what is declared is all there is, where anything is declared."""
        return "refuse"


def _wrong(at: list[str], message: str, advice: str) -> PydanticCustomError:
    return PydanticCustomError("mls_features_set", "{message}", {"message": message, "at": at, "help": advice})


class FeatureSet(Envelope):
    """Features that several models share."""

    kind: Literal["FeatureSet"]
    spec: FeatureSetSpec
