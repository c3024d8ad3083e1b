"""kind: Model: data, target, features, split, preprocessing and estimator of one model."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from mlspec.spec.base import CallablePath, ClassPath, Envelope, Many, Name, Seconds, Share, SpecModel, one_of
from mlspec.spec.checks import check_day
from mlspec.spec.data_source import ColumnName
from mlspec.spec.project import RunsOn

Instant = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2})?)?$"), AfterValidator(check_day)]
Task = Literal["binary", "multiclass", "regression"]


class Features(SpecModel):
    """Which columns the model sees, and as what. Kinds are told from the types when left out."""

    include: Many[ColumnName] | None = Field(None, min_length=1)
    exclude: Many[ColumnName] = ()
    numeric: Many[ColumnName] = ()
    categorical: Many[ColumnName] = ()
    text: Many[ColumnName] = ()

    @model_validator(mode="after")
    def _not_both(self) -> Self:
        if self.include is not None and self.exclude:
            raise PydanticCustomError(
                "mls_one_of", "give `include` or `exclude`, not both", {"at": ["exclude"], "help": "remove one of the two"}
            )
        for key in ("numeric", "categorical", "text"):
            both = sorted({*getattr(self, key)} & {*self.exclude})
            if both:
                context = {"column": both[0], "key": key, "at": [key], "help": "remove it from one of the two"}
                raise PydanticCustomError("mls_features", "the column `{column}` is excluded, and `{key}` names it", context)
        return self


class Split(SpecModel):
    """How rows are set aside for the test. `gap` leaves rows out between training and test."""

    strategy: Literal["time", "random", "stratified", "group", "predefined"] = "random"
    test: Share | None = Field(None, description="The share of rows held out; 20% when left out.")
    test_from: Instant | None = Field(None, description="First instant of the test rows.")
    gap: Seconds = 0.0
    group: ColumnName | None = None
    column: ColumnName | None = Field(None, description="predefined: the column that says train or test.")

    @model_validator(mode="after")
    def _fits_strategy(self) -> Self:
        needs = {"group": self.group, "predefined": self.column}
        if self.strategy in needs and needs[self.strategy] is None:
            key = "group" if self.strategy == "group" else "column"
            raise PydanticCustomError(
                "mls_split", "the {s} strategy needs `{k}`", {"s": self.strategy, "k": key, "help": f"add `{key}: <column>`"}
            )
        if self.strategy != "time" and (self.test_from or self.gap):
            raise PydanticCustomError(
                "mls_split",
                "`testFrom` and `gap` belong to the time strategy",
                {"at": ["testFrom" if self.test_from else "gap"], "help": "remove it, or write `strategy: time`"},
            )
        if self.test is not None and self.test_from is not None:
            raise PydanticCustomError(
                "mls_one_of", "give `test` or `testFrom`, not both", {"at": ["testFrom"], "help": "remove one of the two"}
            )
        return self


class NumericSteps(SpecModel):
    impute: Literal["median", "mean", "none"] = "median"
    scale: Literal["standard", "minmax", "robust", "none"] = "standard"


class CategoricalSteps(SpecModel):
    impute: Literal["most_frequent", "missing", "none"] = "most_frequent"
    encode: Literal["onehot", "ordinal"] = "onehot"


class TextSteps(SpecModel):
    vectorize: Literal["tfidf", "count", "hashing"] = "tfidf"
    params: dict[str, Any] = Field(default_factory=dict)


class Preprocess(SpecModel):
    numeric: NumericSteps = NumericSteps()
    categorical: CategoricalSteps = CategoricalSteps()
    text: TextSteps = TextSteps()


class Estimator(SpecModel):
    class_path: ClassPath = Field(
        alias="class", description="A class with scikit-learn's interface.", examples=["sklearn.linear_model.Ridge"]
    )
    params: dict[str, Any] = Field(default_factory=dict, description="Its constructor's arguments, in its own spelling.")


class Trainer(SpecModel):
    callable: CallablePath


class SpaceItem(SpecModel):
    low: float | None = None
    high: float | None = None
    log: bool = False
    type: Literal["number", "integer"] = "number"
    choices: Many[Any] | None = None


class Tuning(SpecModel):
    engine: Literal["optuna", "grid", "random"] = "optuna"
    trials: int = Field(30, ge=1)
    metric: str
    folds: int = Field(5, ge=2)
    space: dict[str, SpaceItem] = Field(min_length=1)
    workers: int = Field(1, ge=1)
    cluster: dict[str, str] | None = None


class BaselineEstimator(SpecModel):
    estimator: Estimator


class Resources(SpecModel):
    runs_on: RunsOn | None = None
    timeout: Seconds | None = None


class Card(SpecModel):
    """What the model card says that no machine can know."""

    intended_use: str | None = None
    limitations: str | None = None
    ethical_considerations: str | None = None


class ModelSpec(SpecModel):
    task: Task
    data: Name = Field(description="A DataSource or FeatureSet.")
    labels: Name | None = Field(None, description="A LabelSet.")
    where: str | None = Field(None, min_length=1, description="A SQL boolean: only these rows.")
    target: ColumnName
    features: Features = Features()
    split: Split = Split()
    preprocess: Preprocess = Preprocess()
    estimator: Estimator | None = None
    trainer: Trainer | None = None
    command: str | None = Field(None, min_length=1)
    tuning: Tuning | None = None
    baseline: Literal["mean", "median", "majority"] | BaselineEstimator | None = Field(
        None, description="Always trained, always shown; mean for regression and majority otherwise when left out."
    )
    seed: int | None = Field(None, ge=0, le=2**32 - 1)
    resources: Resources = Resources()
    card: Card = Card()

    @model_validator(mode="after")
    def _one_way_to_train(self) -> Self:
        one_of(self, "estimator", "trainer", "command", planned=("command",))
        return self

    @field_validator("features")
    @classmethod
    def _no_column_twice(cls, value: Features) -> Features:
        from mlspec.spec.checks import refuse_repeated

        named = [(key, i, name) for key in ("numeric", "categorical", "text") for i, name in enumerate(getattr(value, key))]
        refuse_repeated([name for *_, name in named], "feature", lambda n: list(named[n][:2]))
        return value

    @property
    def resolved_baseline(self) -> Any:
        """`baseline`, else the task's default: mean for regression, majority for classes."""
        return self.baseline or ("mean" if self.task == "regression" else "majority")


class Model(Envelope):
    """A model and how it is trained."""

    kind: Literal["Model"]
    spec: ModelSpec
