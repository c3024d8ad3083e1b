"""What training rows count for, and how a classifier's probabilities become answers: weights, `calibrate` and `threshold` of a Model."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from mlspec.language.kinds.base import Share, SpecModel, one_of

DEFAULT_FOLDS = 5
Positive = Annotated[float, Field(gt=0)]
ClassWeights = Literal["balanced"] | dict[str, float]
"""`balanced`, or what a row of each class counts for, by the class as rows have it."""


class OnRows(SpecModel):
    """Which training rows are answered by a model that has not seen them: folds, or rows set aside. Never a test row."""

    folds: int | None = Field(
        None, ge=2, description="Training rows are cut into so many folds, each answered by what the others teach; 5 when left out."
    )
    validation: Share | None = Field(
        None,
        gt=0,
        lt=1,
        description="Or a share of the training rows is set aside for it, as the split sets rows aside, and not trained on.",
        examples=["20%"],
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.folds is not None and self.validation is not None:
            context = {"at": ["validation"], "help": "remove one of the two"}
            raise PydanticCustomError("mls_one_of", "give `folds` or `validation`, not both", context)
        return self

    @property
    def has_rows(self) -> bool:
        """Whether it says which rows."""
        return self.folds is not None or self.validation is not None

    @property
    def rows(self) -> dict[str, Any]:
        """The same with its default."""
        return {"validation": self.validation} if self.validation is not None else {"folds": self.folds or DEFAULT_FOLDS}


class Calibrate(OnRows):
    """Makes probabilities mean what they say: of rows answered with 0.3, three in ten are of the class."""

    method: Literal["sigmoid", "isotonic"] = Field(
        description="A curve of two parameters (Platt), for few rows; or any rising one, from about a thousand rows on.",
        examples=["isotonic"],
    )


class Cost(SpecModel):
    """What a wrong answer costs, in any unit: only their ratio matters."""

    false_positive: Positive = Field(description="Answering the second class where it is the first.", examples=[1])
    false_negative: Positive = Field(description="Answering the first class where it is the second.", examples=[5])


class Threshold(OnRows):
    """From which probability of the second class on it is the answer."""

    cost: Cost | None = Field(None, description="Where wrong answers cost least.", examples=[{"falsePositive": 1, "falseNegative": 5}])
    metric: Literal["f1", "accuracy", "balanced_accuracy", "mcc"] | None = Field(
        None, description="Where this metric is best.", examples=["f1"]
    )
    value: float | None = Field(None, gt=0, lt=1, description="Or the probability itself; no row chooses it.", examples=[0.3])

    @model_validator(mode="after")
    def _one_aim(self) -> Self:
        one_of(self, "cost", "metric", "value")
        if self.value is not None and self.has_rows:
            key = "folds" if self.folds is not None else "validation"
            context = {"key": key, "at": [key], "help": f"remove `{key}`"}
            raise PydanticCustomError("mls_one_of", "`value` is the threshold itself: there is nothing to choose on `{key}`", context)
        return self


def check_deciding(spec: Any) -> None:
    """Refuse what a ModelSpec's task, or its way to train, has no use for. Raises PydanticCustomError."""
    if spec.task in ("anomaly", "clustering", "multilabel") and spec.preprocess.categorical.encode == "target":
        context = {"task": spec.task, "at": ["preprocess", "categorical", "encode"], "help": "take `onehot` with `minRows`, or `ordinal`"}
        raise PydanticCustomError("mls_task", "`encode: target` goes by one target that is learned, and the task is {task}", context)
    for key, value, tasks in (
        ("classWeight", spec.class_weight, ("binary", "multiclass")),
        ("calibrate", spec.calibrate, ("binary", "multiclass")),
        ("threshold", spec.threshold, ("binary",)),
        ("weights", spec.weights, ("binary", "multiclass", "multilabel", "quantile", "regression")),
    ):
        if value is None:
            continue
        if spec.task not in tasks:
            context = {"key": key, "task": spec.task, "tasks": " and ".join(tasks), "at": [key], "help": f"remove `{key}`"}
            raise PydanticCustomError("mls_task", "`{key}` is of {tasks}, and the task is {task}", context)
        if spec.estimator is None:
            own = "trainer" if spec.trainer is not None else "command"
            context = {"key": key, "own": own, "at": [key], "help": f"remove `{key}`, and do it in the {own}'s own code"}
            raise PydanticCustomError("mls_task", "`{key}` needs an `estimator`: what a `{own}` does with rows is its own", context)
    for label, weight in spec.class_weight.items() if isinstance(spec.class_weight, dict) else ():
        if weight <= 0:
            context = {"label": label, "at": ["classWeight", label], "help": "write a number above 0; rows are left out by `where`"}
            raise PydanticCustomError("mls_task", "the weight of class `{label}` is not above 0", context)
    if spec.weights is not None and spec.weights in (spec.target, spec.query, *spec.features.named):
        context = {"column": spec.weights, "at": ["weights"], "help": "take it out of the features: it says what a row counts for"}
        raise PydanticCustomError("mls_task", "the column of weights `{column}` is the target or a feature, too", context)
    if spec.calibrate is not None and spec.threshold is not None and spec.threshold.has_rows:
        key = "folds" if spec.threshold.folds is not None else "validation"
        context = {"key": key, "at": ["threshold", key], "help": f"remove `{key}` here: `calibrate` says which rows"}
        raise PydanticCustomError("mls_one_of", "`calibrate` and `threshold` go by the same rows, and both name them", context)
