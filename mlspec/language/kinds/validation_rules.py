"""kind: ValidationRules: what must be true of a source's rows before anything trains on them."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import AfterValidator, Field, field_validator, model_validator
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from mlspec.language.kinds.base import CallablePath, Envelope, Fraction, Many, Name, Seconds, Share, SpecModel, one_of, refers_to
from mlspec.language.kinds.checks import check_order
from mlspec.language.kinds.contract import ContractUse
from mlspec.language.kinds.data_source import ColumnName, Scalar
from mlspec.language.kinds.engine import RulesEngine
from mlspec.language.kinds.user_code import UserCode

OnFailure = Literal["fail", "warn", "quarantine"]
Number = int | float


def _check_pair(value: tuple[Number, Number]) -> tuple[Number, Number]:
    check_order(*value, at=[])
    return value


Pair = Annotated[tuple[Number, Number], Field(strict=False), AfterValidator(_check_pair)]
B = TypeVar("B", bound=SpecModel)


def _check_bounds(model: B, *fields: str) -> B:
    """Check that a bound is given, and that `min` is not above `max`."""
    keys = [to_camel(f) for f in fields]
    if all(getattr(model, f) is None for f in fields):
        raise PydanticCustomError("mls_one_of", "no bound is given", {"help": "add " + " or ".join(f"`{k}`" for k in keys)})
    check_order(getattr(model, "min", None), getattr(model, "max", None), at=["max"])
    return model


class RowCount(SpecModel):
    min: int | None = Field(None, ge=0, description="At least this many rows.", examples=[8000])
    max: int | None = Field(None, ge=0, description="At most this many rows.")

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        return _check_bounds(self, "min", "max")


class RowCountChange(SpecModel):
    """Against the last accepted snapshot."""

    max_decrease: Share | None = Field(None, description="The largest share of rows that may be gone.", examples=["20%"])
    max_increase: Fraction | None = Field(None, ge=0, description="The largest share of rows that may be new.", examples=["50%"])

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        return _check_bounds(self, "max_decrease", "max_increase")


class Bounds(SpecModel):
    between: Pair | None = Field(None, description="The smallest and the largest value allowed.", examples=[[50, 400]])
    min: Number | None = Field(None, description="The smallest value allowed.")
    max: Number | None = Field(None, description="The largest value allowed.")

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        return _check_bounds(self, "between", "min", "max")


class Quantile(Bounds):
    q: float = Field(gt=0, lt=1, description="Which quantile: 0.5 is the median.", examples=[0.99])


class References(SpecModel):
    column: ColumnName = Field(description="The column of this source.", examples=["station"])
    source: Name = Field(description="The other DataSource.", json_schema_extra=refers_to("DataSource"))
    key: ColumnName = Field(
        description="The column of the other source that must hold the value.", json_schema_extra={"x-mlspec-column-of": "source"}
    )


class Fresh(SpecModel):
    column: ColumnName = Field(description="A column of dates or timestamps.", examples=["timestamp"])
    within: Seconds = Field(description="How old the newest value may be.", examples=["48h"])


class ClassBalance(SpecModel):
    column: ColumnName = Field(description="The column of classes.", examples=["churned"])
    min: Share = Field(description="The share of rows that every value makes up at least.", examples=["5%"])


class Drift(SpecModel):
    columns: Many[ColumnName] = Field(min_length=1, description="The columns that are compared.", examples=[["temperature"]])
    method: Literal["psi", "js", "wasserstein"] = Field("psi", description="The distance between two distributions.")
    max: float = Field(gt=0, description="The largest distance allowed.", examples=[0.25])
    against: Name = Field("previous", description="previous, first, or a source.", json_schema_extra=refers_to("DataSource"))


class SqlRule(SpecModel):
    query: str = Field(min_length=1, description="Returns one number; the table is called `data`.", examples=["select count(*) from data"])
    min: Number | None = Field(None, description="The smallest number allowed.")
    max: Number | None = Field(None, description="The largest number allowed.", examples=[0])

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        return _check_bounds(self, "min", "max")


class PythonRule(UserCode):
    callable: CallablePath = Field(
        description="A function of yours: a DataFrame in; true, or a frame of bad rows, out.", examples=["src.checks:no_missing_hours"]
    )


TABLE_RULES = ("row_count", "row_count_change", "unique", "expression", "references", "fresh", "class_balance", "drift", "sql", "python")
COLUMN_CHECKS = ("not_null", "between", "in_", "max_missing", "matches", "mean", "quantile")


class Rule(SpecModel):
    """One rule: a table rule (one key), or `column` with one or more checks of that column."""

    name: str | None = Field(
        None,
        pattern=r"^[a-z0-9][a-z0-9-]{0,62}$",
        description="What reports call it; told from the rule when left out.",
        examples=["totals-add-up"],
    )
    on_failure: OnFailure | None = Field(None, description="For this rule alone; the ValidationRules' when left out.")
    row_count: RowCount | None = Field(None, description="The number of rows is within bounds.", examples=[{"min": 8000}])
    row_count_change: RowCountChange | None = Field(
        None,
        description="The number of rows changed by no more than this against the last accepted run.",
        examples=[{"maxDecrease": "20%"}],
    )
    unique: Many[ColumnName] | None = Field(
        None, min_length=1, description="No two rows agree in all of these columns.", examples=[["timestamp"]]
    )
    expression: str | None = Field(
        None, min_length=1, description="A SQL boolean, true for every row.", examples=["count = casual + registered"]
    )
    references: References | None = Field(None, description="Every value stands in a column of another source.")
    fresh: Fresh | None = Field(None, description="The newest value is no older than this.")
    class_balance: ClassBalance | None = Field(None, description="Every value makes up at least a share of the rows.")
    drift: Drift | None = Field(None, description="The rows are distributed as earlier ones, or as another source's.")
    sql: SqlRule | None = Field(None, description="The one number that a query returns is within bounds.")
    python: PythonRule | None = Field(None, description="A function of yours judges the rows.")
    column: ColumnName | None = Field(None, description="The column that the checks beside this key are about.", examples=["hour"])
    not_null: bool | None = Field(None, description="No value is missing.")
    between: Pair | None = Field(None, description="The smallest and the largest value allowed.", examples=[[0, 23]])
    in_: Many[Scalar] | None = Field(
        None, alias="in", min_length=1, description="The values allowed.", examples=[["clear", "mist", "rain", "snow"]]
    )
    max_missing: Share | None = Field(None, description="The largest share of missing values.", examples=["2%"])
    matches: str | None = Field(None, description="A regular expression (RE2) that the whole value must match.", examples=["^[^@]+@[^@]+$"])
    mean: Bounds | None = Field(None, description="The mean is within bounds.", examples=[{"between": [50, 400]}])
    quantile: Quantile | None = Field(None, description="A quantile is within bounds.", examples=[{"q": 0.99, "max": 1200}])

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        checks = [type(self).model_fields[c].alias or c for c in COLUMN_CHECKS if getattr(self, c) is not None]
        if self.column is None and checks:
            context = {"check": checks[0], "at": [checks[0]], "help": "say which column: `column: <name>`"}
            raise PydanticCustomError("mls_no_column", "`{check}` checks a column, and the rule names none", context)
        one_of(self, *TABLE_RULES, "column")
        if self.column is not None and not checks:
            known = ", ".join(f"`{type(self).model_fields[c].alias or c}`" for c in COLUMN_CHECKS)
            context = {"at": ["column"], "help": f"add a check: {known}"}
            raise PydanticCustomError("mls_no_check", "the rule names a column but checks nothing of it", context)
        return self


class ValidationRulesSpec(SpecModel):
    source: Name = Field(description="The DataSource whose rows are checked.", json_schema_extra=refers_to("DataSource"))
    on_failure: OnFailure = Field("fail", description="fail stops the pipeline; quarantine puts bad rows aside; warn goes on.")
    contract: ContractUse | None = Field(
        None,
        exclude=True,
        description="A data contract (ODCS 3.0 to 3.2) whose checks are rules, beside those that stand here.",
        examples=["contracts/rentals.odcs.yaml"],
    )
    engine: RulesEngine | None = Field(
        None,
        exclude=True,
        description="Where these rules are measured, in place of here; rules in Python and `drift` are in any case.",
        examples=[{"spark": "SPARK_REMOTE"}],
    )
    rules: Many[Rule] = Field((), description="The rules; each is about the table (one key) or about one `column`.")

    @field_validator("rules")
    @classmethod
    def _unique_names(cls, value: Any) -> Any:
        from mlspec.language.kinds.checks import refuse_repeated

        named = [(index, rule.name) for index, rule in enumerate(value) if rule.name]
        refuse_repeated([name for _, name in named], "rule", lambda n: [named[n][0], "name"])
        return value


class ValidationRules(Envelope):
    """Rules a source's rows must keep."""

    kind: Literal["ValidationRules"]
    spec: ValidationRulesSpec
