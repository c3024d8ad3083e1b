"""kind: KPISet: what a model must reach before it may be promoted."""

from __future__ import annotations

import math
import re
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from mlspec.language.kinds.base import Envelope, Many, Name, Quantity, Share, SpecModel, one_of, refers_to
from mlspec.language.kinds.data_source import ColumnName
from mlspec.language.kinds.margin import Margin, parts, shown
from mlspec.language.kinds.own_metric import MetricName, OwnMetric, require_own_name
from mlspec.metrics.catalog import GROUP_ROWS, MEASURED, MEASURED_OF, METRICS, NO_ORDER, SIGNED, MetricInfo

_SHORT = re.compile(r"\s*([a-z][a-z0-9_]*)\s*(<=|>=)\s*(\S+)\s*")


def expand_kpi(value: Any) -> Any:
    """`mae <= 50` -> {metric: mae, max: 50}; anything else is left as it is."""
    if not isinstance(value, str):
        return value
    found = _SHORT.fullmatch(value)
    if not found:
        raise PydanticCustomError("mls_kpi", "not a KPI", {"help": _better_kpi(value)})
    return {"metric": found[1], "max" if found[2] == "<=" else "min": found[3]}


def _better_kpi(text: str) -> str:
    strict = re.fullmatch(r"\s*([a-z][a-z0-9_]*)\s*([<>])\s*([0-9]\S*)\s*", text)
    if strict:
        return f"did you mean `{strict[1]} {strict[2]}= {strict[3]}`?"
    return "write `metric <= number`, `metric >= number`, or a mapping"


class Slice(SpecModel):
    """Judge the KPI within each value of a column; values with fewer rows are shown, not judged."""

    by: ColumnName = Field(description="The column whose values make the slices.", examples=["workingday"])
    min_rows: int = Field(GROUP_ROWS, ge=1, description="Values with fewer rows are shown, and not judged.")


class Kpi(SpecModel):
    """One KPI. The bound that must hold is the interval's worse end, unless `bound: point`."""

    metric: str = Field(
        pattern=r"^[a-z][a-z0-9_]*$", examples=["mae"], description="What is measured.", json_schema_extra={"x-mlspec-metric": True}
    )
    step: Name | None = Field(
        None, description="The Step that writes the metric: a value without an interval.", json_schema_extra=refers_to("Step")
    )
    rows: Literal["validation"] | None = Field(
        None, description="Measured by the model's `validation`, on folds of the training rows; left out: on the test rows."
    )
    max: Quantity | None = Field(None, description="The largest value allowed.", examples=[50, "20ms", "50MB"])
    min: Quantity | None = Field(None, description="The smallest value allowed.", examples=[0.8])
    equals: bool | None = Field(None, description="For what is true or false, such as `reproducible`.")
    bound: Literal["interval", "point"] = Field(
        "interval", description="Judge the worse end of the confidence interval, or the value itself."
    )
    slice: Slice | None = Field(
        None, description="It must hold within each value of a column.", examples=[{"by": "workingday", "minRows": 200}]
    )
    versus: Literal["baseline", "champion"] | None = Field(
        None, description="Compare with the baseline, or with what is deployed. Goes with `improveBy` or `notWorseBy`."
    )
    improve_by: Margin | None = Field(
        None,
        description="Better than the other by at least this share of its value, or by `{points: …}` in the metric's units.",
        examples=["20%", {"points": 0.05}],
    )
    not_worse_by: Margin | None = Field(
        None,
        description="Worse than the other by at most this share of its value, or by `{points: …}` in the metric's units.",
        examples=["2%", {"points": 0.01}],
    )
    by: ColumnName | None = Field(None, description="Fairness: compare the metric between the values of this column.")
    max_difference: float | None = Field(
        None, ge=0, description="The metric differs by at most this between the values of `by`.", examples=[30]
    )
    min_rows: int | None = Field(
        None, ge=1, description="With `by`: values with fewer rows are shown, and not compared; 100 when left out.", examples=[200]
    )

    @model_validator(mode="after")
    def _one_condition(self) -> Self:
        if self.versus or self.by or self.slice:
            self._check_company()
        one_of(self, "max", "min", "equals", "improve_by", "not_worse_by", "max_difference")
        self._check_company()
        self._check_rows()
        if self.step:
            self._check_step()
        else:
            self._check_metric()
        return self

    def _check_step(self) -> None:
        """What a step writes is one number: there is nothing to resample, to split or to compare."""
        key = next((k for k in ("slice", "by", "versus", "equals") if getattr(self, k) is not None), None)
        if key:
            context = {"metric": self.metric, "key": key, "at": [key], "help": f"remove `{key}`, and give it `min` or `max`"}
            message = "`{metric}` of a step is one number, without rows: there is nothing for `{key}`"
            raise PydanticCustomError("mls_kpi", message, context)

    def _check_rows(self) -> None:
        """Folds give one value each, of models that nobody keeps: there is nothing to split, or to compare with a champion."""
        key = next((k for k in ("step", "slice", "by", "versus", "equals") if self.rows and getattr(self, k) is not None), None)
        if key:
            context = {"metric": self.metric, "key": key, "at": [key], "help": "remove it, and give `min` or `max`; or remove `rows`"}
            raise PydanticCustomError("mls_kpi", "`{metric}` of validation is a mean over folds: there is nothing for `{key}`", context)
        if self.rows and self.metric in MEASURED:
            context = {"metric": self.metric, "at": ["rows"], "help": "remove `rows`"}
            raise PydanticCustomError("mls_kpi", "`{metric}` is measured once, for the whole model: it is of no rows", context)

    def _check_company(self) -> None:
        if self.slice and (self.versus or self.by):
            context = {"at": ["slice"], "help": "give the slice a KPI of its own, with `max` or `min`"}
            raise PydanticCustomError("mls_kpi", "a comparison is made over all rows, and not within slices", context)
        if (self.versus is None) != (self.improve_by is None and self.not_worse_by is None):
            raise PydanticCustomError(
                "mls_kpi", "`versus` goes with `improveBy` or `notWorseBy`", _goes_with(self, "versus", "improveBy", "notWorseBy")
            )
        if (self.by is None) != (self.max_difference is None):
            raise PydanticCustomError("mls_kpi", "`by` goes with `maxDifference`", _goes_with(self, "by", "maxDifference"))
        if self.min_rows is not None and self.by is None:
            advice = "write it under `slice`" if self.slice else "add `by`, or remove it"
            raise PydanticCustomError("mls_kpi", "`minRows` goes with `by`", {"at": ["minRows"], "help": advice})

    def _check_metric(self) -> None:
        """What is measured once has no rows to split or to compare; what is best at 0 has no lower bound."""
        key = next((k for k in ("slice", "by", "versus") if getattr(self, k) is not None), None)
        if self.metric in MEASURED and key:
            advice = f"remove `{key}`" if key == "slice" else f"give `{self.metric}` a bound: `max`, or `equals: true` for `reproducible`"
            message = "`{metric}` is measured once, for the whole model: it has no rows for `{key}`"
            raise PydanticCustomError("mls_kpi", message, {"metric": self.metric, "key": key, "at": [key], "help": advice})
        if self.metric in MEASURED_OF and self.bound != "point":
            advice = "add `bound: point`: the value itself is judged"
            message = "no interval is known for `{metric}`: its refits share rows, and are of one training set"
            raise PydanticCustomError("mls_kpi", message, {"metric": self.metric, "at": ["metric"], "help": advice})
        if self.metric in NO_ORDER and self.versus and not self.step:
            context = {
                "metric": self.metric,
                "at": ["versus"],
                "help": "bound it by `min` and `max`, and compare `interval_score` or `pinball`",
            }
            raise PydanticCustomError("mls_kpi", "of `{metric}` neither more nor less is better, so no model is better by it", context)
        if self.metric in SIGNED and self.min is not None:
            context = {"metric": self.metric, "at": ["min"], "help": f"bound its size: `{self.metric} <= {abs(self.min):.10g}`"}
            raise PydanticCustomError(
                "mls_kpi", "`{metric}` is best at 0, so `max` bounds its size either way, and there is no `min`", context
            )
        if self.metric in SIGNED and self.max is not None and self.max < 0:
            context = {"metric": self.metric, "at": ["max"], "help": f"write `{self.metric} <= {-self.max:.10g}`"}
            raise PydanticCustomError("mls_kpi", "`{metric}` is bounded by its size, which is never below 0", context)

    @property
    def is_single(self) -> bool:
        """Whether it is about one number for the whole model, which no rows are drawn for."""
        return self.step is not None or self.metric in MEASURED

    @property
    def limit(self) -> float:
        """What `max` or `min` says; NaN of another condition."""
        return float(self.max if self.max is not None else self.min if self.min is not None else math.nan)

    @property
    def group_rows(self) -> int:
        """Rows that a value of `by` needs to be compared."""
        return GROUP_ROWS if self.min_rows is None else self.min_rows

    @property
    def margin(self) -> tuple[float, float]:
        """By how much the model must be better (negative: may be worse): (share of the other's value, size in the metric's units)."""
        if self.improve_by is not None:
            return parts(self.improve_by)
        share, points = parts(self.not_worse_by or 0.0)
        return -share, -points

    @property
    def text(self) -> str:
        """The KPI in one line, as tables show it: `mae <= 50`, `mae vs champion, not worse by 0%`."""
        if self.step:
            return f"{self.step} {self.metric} " + (f"<= {self.max:,.10g}" if self.max is not None else f">= {self.min:,.10g}")
        if self.versus:
            way, by = ("better", self.improve_by) if self.improve_by is not None else ("not worse", self.not_worse_by)
            return f"{self.metric} vs {self.versus}, {way} by {shown(by or 0.0)}"
        if self.by:
            return f"{self.metric} differs by <= {self.max_difference:,.10g} between {self.by}"
        condition = (
            f"<= {self.max:,.10g}" if self.max is not None else f">= {self.min:,.10g}" if self.min is not None else f"is {self.equals}"
        )
        where = f" within {self.slice.by}" if self.slice else " in validation" if self.rows else ""
        return f"{self.metric} {condition}{where}"


def _goes_with(kpi: Kpi, first: str, *others: str) -> dict[str, Any]:
    """Where the lonely key stands, and what to add to it."""
    if getattr(kpi, first) is not None:
        return {"at": [first], "help": "add " + " or ".join(f"`{key}`" for key in others)}
    given = kpi.canonical()
    return {"at": [key for key in others if key in given][:1], "help": f"add `{first}`"}


KpiItem = Annotated[Kpi, BeforeValidator(expand_kpi)]


SharedRows = Annotated[
    Annotated[int, Field(ge=0), Tag("count")] | Annotated[Literal["judge"], Tag("word")],
    Discriminator(lambda value: "word" if isinstance(value, str) else "count"),
]


class Leakage(SpecModel):
    """Checks of the split and the features that are on by default; `null` switches one off."""

    single_feature: Share | None = Field(0.98, description="A feature that alone explains this much of the target is refused.")
    combination: Share | None = Field(
        0.9999,
        description="Features that together explain this much of the target, as the parts of a sum or a product do, are refused.",
    )
    shared_rows: SharedRows | None = Field(
        "judge",
        description="Rows (features and target) in training and in test. `judge`: the KPIs must hold without them; a number: no more.",
        examples=["judge", 5],
    )


class Bootstrap(SpecModel):
    """How intervals are found. `block` > 1 resamples runs of rows that follow each other in time."""

    resamples: int = Field(1000, ge=200, le=20000, description="How many samples are drawn for an interval.")
    block: int | None = Field(
        None, ge=1, description="Rows a block; when left out, told from how long errors stay alike, where the source has a `timeColumn`."
    )


class UseLimits(SpecModel):
    """How many candidates may be judged on one test set. Each is a draw: of many, one passes by luck."""

    warn: int | None = Field(
        None,
        ge=1,
        description="From so many on there is a warning; when luck is likelier than not, if left out (14 at 95%).",
        examples=[20],
    )
    max: int | None = Field(None, ge=1, description="With more, nothing is promoted; no limit when left out.", examples=[50])


class KPISetSpec(SpecModel):
    model: Name = Field(description="The Model that is judged.", json_schema_extra=refers_to("Model"))
    confidence: Share = Field(0.95, gt=0.5, lt=1, description="The level of every confidence interval.", examples=["95%"])
    kpis: Many[KpiItem] = Field(
        min_length=1,
        description="The conditions; all must pass. `mae <= 50` is short for `{metric: mae, max: 50}`.",
        examples=[["mae <= 50"]],
    )
    metrics: dict[MetricName, OwnMetric] = Field(
        {},
        description="Metrics of your own, by name: KPIs name them as they name any other.",
        examples=[{"cost": {"callable": "src.metrics:cost", "greater": False}}],
    )
    leakage: Leakage = Field(Leakage(), description="Checks of the split and the features; on by default.")
    bootstrap: Bootstrap = Field(Bootstrap(), description="How intervals are found.")
    test_uses: UseLimits | None = Field(None, description="How often one test set may decide.", examples=[{"warn": 20, "max": 50}])

    @model_validator(mode="after")
    def _own_names(self) -> Self:
        for name in self.metrics:
            require_own_name(name)
        return self

    def info(self, metric: str) -> MetricInfo | None:
        """What is known of a metric, built in or the user's; None of what is neither."""
        own = self.metrics.get(metric)
        return METRICS.get(metric) if own is None else own.info(metric)


class KPISet(Envelope):
    """The KPIs of one model."""

    kind: Literal["KPISet"]
    spec: KPISetSpec
