"""A metric of the user's own, as a KPISet declares it."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from mlspec.language.kinds.base import CallablePath, Many, SpecModel
from mlspec.metrics.catalog import MEASURED, METRICS, MetricInfo

ENDS = 2
MetricName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]


class OwnMetric(SpecModel):
    """A function of yours, given the truth and a model's answers; it returns a number for each row (the metric is their mean), two for
    each row (the sum of the first over that of the second), or one number for all rows.
    """

    callable: CallablePath = Field(
        description="Your function. Its first two arguments are the truth and the answers; by these names it also gets `rows` (all columns "
        "of the test rows), `proba` (a column a class) and `params`.",
        examples=["src.metrics:cost"],
    )
    greater: bool = Field(description="Whether greater is better.", examples=[False])
    params: dict[str, Any] | None = Field(
        None, description="Handed to it as `params`; a change measures again.", examples=[{"perMissing": 8.5}]
    )
    range: Many[float] | None = Field(
        None,
        description="What a row's number (or the one for all rows) lies within: anything else is refused, and intervals end there.",
        min_length=ENDS,
        max_length=ENDS,
        examples=[[0, 1]],
    )

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if self.range is not None and not self.range[0] < self.range[1]:
            context = {"at": ["range"], "help": "write the lower end first: `range: [0, 1]`"}
            raise PydanticCustomError("mls_kpi", "`range` has a lower end, and a greater one", context)
        return self

    def info(self, name: str) -> MetricInfo:
        """What is known of it by its spec."""
        return MetricInfo(name, (), greater=self.greater)

    def section(self) -> dict[str, Any]:
        """What stages are told of it."""
        parts = {"params": self.params, "range": list(self.range) if self.range else None}
        return {"callable": self.callable, "greater": self.greater, **{key: value for key, value in parts.items() if value}}


def require_own_name(name: str) -> None:
    """Raises where a metric of mlspec's has the name: a KPI would judge another number than it says."""
    if name in METRICS or name in MEASURED:
        context = {"name": name, "at": ["metrics", name], "help": f"give it a name of its own, such as `own_{name}`"}
        raise PydanticCustomError("mls_kpi", "`{name}` is a metric of mlspec's", context)
