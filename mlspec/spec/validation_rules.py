"""kind: ValidationRules: what must be true of a source's rows before anything trains on them."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import AfterValidator, Field, field_validator, model_validator
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from mlspec.spec.base import CallablePath, Envelope, Fraction, Many, Name, RepoPath, Seconds, Share, SpecModel, one_of
from mlspec.spec.checks import check_order
from mlspec.spec.data_source import ColumnName, Scalar

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
    min: int | None = Field(None, ge=0)
    max: int | None = Field(None, ge=0)

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        return _check_bounds(self, "min", "max")


class RowCountChange(SpecModel):
    """Against the last accepted snapshot."""

    max_decrease: Share | None = None
    max_increase: Fraction | None = Field(None, ge=0)

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        return _check_bounds(self, "max_decrease", "max_increase")


class Bounds(SpecModel):
    between: Pair | None = None
    min: Number | None = None
    max: Number | None = None

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        return _check_bounds(self, "between", "min", "max")


class Quantile(Bounds):
    q: float = Field(gt=0, lt=1)


class References(SpecModel):
    column: ColumnName
    source: Name
    key: ColumnName


class Fresh(SpecModel):
    column: ColumnName
    within: Seconds


class ClassBalance(SpecModel):
    column: ColumnName
    min: Share


class Drift(SpecModel):
    columns: Many[ColumnName] = Field(min_length=1)
    method: Literal["psi", "js", "wasserstein"] = "psi"
    max: float = Field(gt=0)
    against: Name = Field("previous", description="previous, first, or a source.")


class SqlRule(SpecModel):
    query: str = Field(min_length=1, description="Returns one number; the table is called `data`.")
    min: Number | None = None
    max: Number | None = None

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        return _check_bounds(self, "min", "max")


class PythonRule(SpecModel):
    callable: CallablePath


TABLE_RULES = ("row_count", "row_count_change", "unique", "expression", "references", "fresh", "class_balance", "drift", "sql", "python")
COLUMN_CHECKS = ("not_null", "between", "in_", "max_missing", "matches", "mean", "quantile")


class Rule(SpecModel):
    """One rule: a table rule (one key), or `column` with one or more checks of that column."""

    name: str | None = Field(
        None, pattern=r"^[a-z0-9][a-z0-9-]{0,62}$", description="What reports call it; told from the rule when left out."
    )
    on_failure: OnFailure | None = None
    row_count: RowCount | None = None
    row_count_change: RowCountChange | None = None
    unique: Many[ColumnName] | None = Field(None, min_length=1)
    expression: str | None = Field(None, min_length=1, description="A SQL boolean, true for every row.")
    references: References | None = None
    fresh: Fresh | None = None
    class_balance: ClassBalance | None = None
    drift: Drift | None = None
    sql: SqlRule | None = None
    python: PythonRule | None = None
    column: ColumnName | None = None
    not_null: bool | None = None
    between: Pair | None = None
    in_: Many[Scalar] | None = Field(None, alias="in", min_length=1)
    max_missing: Share | None = None
    matches: str | None = Field(None, description="A regular expression (RE2) that the whole value must match.")
    mean: Bounds | None = None
    quantile: Quantile | None = None

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
    source: Name = Field(description="The DataSource whose rows are checked.")
    on_failure: OnFailure = Field("fail", description="fail stops the pipeline; quarantine puts bad rows aside; warn goes on.")
    contract: RepoPath | None = Field(None, description="An ODCS v3 file in place of rules.")
    rules: Many[Rule] = ()

    @field_validator("rules")
    @classmethod
    def _unique_names(cls, value: Any) -> Any:
        from mlspec.spec.checks import refuse_repeated

        named = [(index, rule.name) for index, rule in enumerate(value) if rule.name]
        refuse_repeated([name for _, name in named], "rule", lambda n: [named[n][0], "name"])
        return value


class ValidationRules(Envelope):
    """Rules a source's rows must keep."""

    kind: Literal["ValidationRules"]
    spec: ValidationRulesSpec
