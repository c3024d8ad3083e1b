"""kind: Model: data, target, features, split, preprocessing and estimator of one model."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, StrictBool, StrictInt, StrictStr, field_validator, model_validator
from pydantic_core import PydanticCustomError

from mlspec.language.kinds.base import CallablePath, ClassPath, Envelope, Many, Name, Seconds, Share, SpecModel, one_of, refers_to
from mlspec.language.kinds.checks import check_day
from mlspec.language.kinds.command import ModelCommand, or_a_text, split_command
from mlspec.language.kinds.data_source import ColumnName
from mlspec.language.kinds.deciding import Calibrate, ClassWeights, Threshold, check_deciding
from mlspec.language.kinds.engine import Engine
from mlspec.language.kinds.project import RunsOn
from mlspec.language.kinds.tuning import Tuning
from mlspec.language.kinds.user_code import UserCode
from mlspec.language.kinds.validation import Validation, check_validation
from mlspec.metrics.tasks import TASKS

Instant = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2})?)?$"), AfterValidator(check_day)]
Task = Literal["anomaly", "binary", "clustering", "forecast", "multiclass", "multilabel", "quantile", "ranking", "regression"]

GroupName = StrictStr | StrictBool | StrictInt
"""A value of a group's column, as a spec writes it."""


def group_text(value: GroupName) -> str:
    """The value as rows have it, cast to text: `true`, `7`, `north`."""
    return str(value).lower() if isinstance(value, bool) else str(value)


FOLDS = 12
"""Of a rolling split that says no number: intervals need ten."""
Level = Annotated[float, Field(gt=0, lt=1)]


class Features(SpecModel):
    """Which columns the model sees, and as what. Kinds are told from the types when left out."""

    include: Many[ColumnName] | None = Field(
        None, min_length=1, description="Exactly these columns; not together with `exclude`.", examples=[["hour", "weather"]]
    )
    exclude: Many[ColumnName] = Field((), description="All columns but these.", examples=[["casual", "registered"]])
    numeric: Many[ColumnName] = Field((), description="Treat these columns as numbers.", examples=[["temperature"]])
    categorical: Many[ColumnName] = Field((), description="Treat these columns as categories.", examples=[["weather", "season"]])
    text: Many[ColumnName] = Field((), description="Treat these columns as free text.", examples=[["subject", "body"]])

    @property
    def named(self) -> tuple[str, ...]:
        """What is named, in any way, as a feature."""
        return (*(self.include or ()), *self.numeric, *self.categorical, *self.text)

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

    strategy: Literal["time", "random", "stratified", "group", "predefined", "rolling"] = Field(
        "random",
        description="Which rows are test rows: the last ones, random ones, random ones of each class, whole groups, those of a column, or "
        "folds that follow each other.",
    )
    test: Share | None = Field(None, description="The share of rows held out; 20% when left out.", examples=["20%"])
    test_from: Instant | None = Field(None, description="time: first instant of the test rows, quoted.", examples=["2012-08-01"])
    gap: Seconds = Field(0.0, description="time, rolling: rows left out before the test rows.", examples=["24h"])
    group: ColumnName | None = Field(None, description="group: no value of this column stands on both sides.", examples=["customer_id"])
    test_groups: Many[GroupName] | None = Field(
        None, min_length=1, description="group: the groups held out, in place of a share.", examples=[["north", "south"]]
    )
    column: ColumnName | None = Field(None, description="predefined: the column that says train or test.")
    horizon: Annotated[StrictInt, Field(ge=1)] | Seconds | None = Field(
        None,
        description="rolling: how far ahead is forecast, and the length of a fold: steps of the rows, or a duration.",
        examples=["24h"],
    )
    folds: int | None = Field(None, ge=1, le=1000, description="rolling: how often it is forecast; 12 when left out.", examples=[6])

    @model_validator(mode="after")
    def _fits_strategy(self) -> Self:
        needs = {"group": self.group, "predefined": self.column, "rolling": self.horizon}
        if self.strategy in needs and needs[self.strategy] is None:
            key, value = {"group": ("group", "<column>"), "predefined": ("column", "<column>"), "rolling": ("horizon", "24h")}[
                self.strategy
            ]
            raise PydanticCustomError(
                "mls_split", "the {s} strategy needs `{k}`", {"s": self.strategy, "k": key, "help": f"add `{key}: {value}`"}
            )
        self._check_own_keys()
        if self.test is not None and self.test_from is not None:
            raise PydanticCustomError(
                "mls_one_of", "give `test` or `testFrom`, not both", {"at": ["testFrom"], "help": "remove one of the two"}
            )
        if self.test_groups is not None:
            self._check_groups(self.test_groups)
        return self

    def _check_own_keys(self) -> None:
        if (self.strategy != "time" and self.test_from) or (self.strategy not in ("time", "rolling") and self.gap):
            raise PydanticCustomError(
                "mls_split",
                "`testFrom` and `gap` belong to the time strategy",
                {"at": ["testFrom" if self.test_from else "gap"], "help": "remove it, or write `strategy: time`"},
            )
        for key in ("horizon", "folds"):
            if self.strategy != "rolling" and getattr(self, key) is not None:
                context = {"key": key, "at": [key], "help": "remove it, or write `strategy: rolling`"}
                raise PydanticCustomError("mls_split", "`{key}` belongs to the rolling strategy", context)
        if self.strategy == "rolling" and self.test is not None:
            context = {"at": ["test"], "help": "remove it: `folds` and `horizon` say how many rows are tested"}
            raise PydanticCustomError("mls_split", "`test` does not belong to the rolling strategy", context)

    def _check_groups(self, groups: Sequence[GroupName]) -> None:
        at: dict[str, Any] = {"at": ["testGroups"]}
        if self.strategy != "group":
            context = at | {"help": "remove it, or write `strategy: group`"}
            raise PydanticCustomError("mls_split", "`testGroups` belongs to the group strategy", context)
        if self.test is not None:
            raise PydanticCustomError("mls_one_of", "give `test` or `testGroups`, not both", at | {"help": "remove one of the two"})
        if len({group_text(group) for group in groups}) < len(groups):
            raise PydanticCustomError("mls_split", "`testGroups` has a group twice", at | {"help": "keep one of them"})


class NumericSteps(SpecModel):
    impute: Literal["median", "mean", "none"] = Field("median", description="What a missing number becomes.")
    scale: Literal["standard", "minmax", "robust", "none"] = Field("standard", description="How numbers are scaled.")


class CategoricalSteps(SpecModel):
    impute: Literal["most_frequent", "missing", "none"] = Field("most_frequent", description="What a missing category becomes.")
    encode: Literal["onehot", "ordinal", "target"] = Field(
        "onehot", description="How categories become numbers; `target`: by the target's mean, for columns of many categories."
    )
    min_rows: int | None = Field(
        None,
        ge=2,
        description="Categories of fewer training rows are one, and with onehot, unknown ones are of it.",
        examples=[10],
    )

    @model_validator(mode="after")
    def _rare(self) -> Self:
        if self.encode == "target" and self.min_rows is not None:
            context = {"at": ["minRows"], "help": "remove it: a category of few rows is drawn to the mean of all"}
            raise PydanticCustomError("mls_features", "`encode: target` has no use for `minRows`", context)
        return self


class TextSteps(SpecModel):
    vectorize: Literal["tfidf", "count", "hashing"] = Field("tfidf", description="How text becomes numbers.")
    params: dict[str, Any] = Field(
        default_factory=dict, description="Arguments of scikit-learn's vectorizer, in its own spelling.", examples=[{"ngram_range": [1, 2]}]
    )


class Preprocess(SpecModel):
    numeric: NumericSteps = Field(NumericSteps(), description="What is done to numbers.")
    categorical: CategoricalSteps = Field(CategoricalSteps(), description="What is done to categories.")
    text: TextSteps = Field(TextSteps(), description="What is done to free text.")


class Estimator(SpecModel):
    class_path: ClassPath = Field(
        alias="class",
        description="A class with scikit-learn's interface.",
        examples=["sklearn.linear_model.Ridge"],
        json_schema_extra={"x-mlspec-estimator": True},
    )
    params: dict[str, Any] = Field(
        default_factory=dict, description="Its constructor's arguments, in its own spelling.", examples=[{"alpha": 1.0}]
    )


class Trainer(UserCode):
    callable: CallablePath = Field(description="Your own training function.", examples=["src.train:fit"])


class BaselineEstimator(SpecModel):
    estimator: Estimator = Field(description="A class and its parameters, as for the model.")


class BaselineColumn(SpecModel):
    """Rows in the order of a column."""

    column: ColumnName = Field(description="ranking: a feature that is a number, by which rows stand.", examples=["popularity"])
    order: Literal["falling", "rising"] = Field("falling", description="Whether the largest or the smallest stands first.")


class Resources(SpecModel):
    runs_on: RunsOn | None = Field(None, description="The runner that trains it, when not the project's.", examples=["gpu"])
    timeout: Seconds | None = Field(None, description="How long training may take; a program is ended then.", examples=["2h"])


class Card(SpecModel):
    """What the model card says that no machine can know."""

    intended_use: str | None = Field(None, description="What the model is for.", examples=["Staffing of the vans."])
    limitations: str | None = Field(None, description="What it is not for.", examples=["Not for single stations."])
    ethical_considerations: str | None = Field(None, description="Whom it may harm, and what was done about it.")
    users: Many[str] | None = Field(None, min_length=1, description="Who is meant to use it.", examples=[["the dispatchers of the vans"]])
    out_of_scope: str | None = Field(None, description="Uses that it is not made for.", examples=["Setting prices."])
    factors: str | None = Field(None, description="Groups, instruments and surroundings that its quality may depend on.")
    metrics: str | None = Field(None, description="Why these metrics and thresholds fit the use.", examples=["A van is 20 bikes."])
    caveats: str | None = Field(None, description="What else a reader must know, and what should be looked at next.")
    human_oversight: str | None = Field(None, description="Who watches it, and how they can step in.")
    risks: str | None = Field(None, description="What may go wrong, and where the risks are managed.")
    contact: str | None = Field(None, description="Where to send questions.", examples=["forecasting@acme.example"])
    license: str | None = Field(None, description="The licence of the model, best as an SPDX identifier.", examples=["Apache-2.0"])
    references: Many[str] | None = Field(None, min_length=1, description="Papers and pages about it.", examples=[["doi:10.24432/C5W894"]])


_AHEAD = {"series": "series", "seasonality": "seasonality", "lags": "lags", "rolling_means": "rollingMeans"}
_ROLLING = "add `split: {strategy: rolling, horizon: 24h, folds: 6}`"


class ModelSpec(SpecModel):
    task: Task = Field(
        description="What is predicted: a number, one of two or more classes, a set of labels, quantiles of a number, an order of rows, "
        "what comes next in series, how odd a row is, or which cluster it is of."
    )
    data: Name = Field(description="A DataSource or FeatureSet.", json_schema_extra=refers_to("DataSource|FeatureSet"))
    labels: Name | None = Field(None, description="A LabelSet.", json_schema_extra=refers_to("LabelSet"))
    where: str | None = Field(None, min_length=1, description="A SQL boolean: only these rows.", examples=["count > 0"])
    target: ColumnName | None = Field(
        None,
        description="The column to predict; never a feature. clustering: what clusters are compared with, may be left out.",
        examples=["count"],
    )
    label_separator: str | None = Field(
        None,
        min_length=1,
        max_length=8,
        description="multilabel: what stands between the labels of a target that is text; left out for a column of lists.",
        examples=[","],
    )
    quantiles: Many[Level] | None = Field(
        None,
        min_length=1,
        description="quantile: the levels that are answered, rising; one estimator is fitted for each.",
        examples=[[0.1, 0.5, 0.9]],
    )
    quantile_param: str | None = Field(
        None,
        pattern=r"^[A-Za-z_]\w*$",
        description="quantile: the parameter of the estimator that takes the level, where it is not known of the class.",
        examples=["alpha"],
    )
    query: ColumnName | None = Field(
        None, description="ranking: rows with the same value here are put in order; never a feature.", examples=["search_id"]
    )
    series: Many[ColumnName] | None = Field(
        None,
        min_length=1,
        description="forecast: rows with the same values here follow each other in time; left out: all rows are one series.",
        examples=[["store"]],
    )
    seasonality: int | None = Field(
        None,
        ge=1,
        description="forecast: steps of a season, which `seasonal_naive` and `mase` go by; left out: a day of what is shorter, a week of "
        "days, a year of weeks, months or quarters.",
        examples=[24],
    )
    lags: Many[Annotated[StrictInt, Field(ge=1)]] | None = Field(
        None,
        min_length=1,
        description="forecast: values of the target so many steps before a row, as features; after the origin they are own answers.",
        examples=[[1, 24, 168]],
    )
    rolling_means: Many[Annotated[StrictInt, Field(ge=2)]] | None = Field(
        None,
        min_length=1,
        description="forecast: means of the target over so many steps before a row, as features, as `lags` are.",
        examples=[[24]],
    )
    weights: ColumnName | None = Field(
        None,
        description="A column that says how much each training row counts; never a feature. Metrics do not go by it.",
        examples=["copies"],
    )
    class_weight: ClassWeights | None = Field(
        None,
        description="How much rows of a class count in training: `balanced`, or a number for each class.",
        examples=["balanced", {"churned": 5}, {"0": 1, "1": 5}],
    )
    features: Features = Field(Features(), description="Which columns the model sees, and as what.")
    split: Split = Field(Split(), description="How rows are set aside for the test.")
    preprocess: Preprocess = Field(Preprocess(), description="What is done to the features; fitted on training rows only.")
    estimator: Estimator | None = Field(None, description="A class with scikit-learn's interface.")
    trainer: Trainer | None = Field(None, description="Your own training function, in place of `estimator`.")
    command: Annotated[ModelCommand | None, BeforeValidator(split_command)] = Field(
        None,
        description="Or any program, in any language. A text is split into words; there is no shell.",
        examples=[{"argv": ["python", "src/train.py"], "artifact": "onnx"}],
        json_schema_extra=or_a_text,
    )
    calibrate: Calibrate | None = Field(
        None, description="binary, multiclass: probabilities are made to mean what they say, on rows that the model did not learn from."
    )
    threshold: Threshold | None = Field(
        None, description="binary: from which probability of the second class on it is the answer; 0.5 when left out."
    )
    tuning: Tuning | None = Field(None, description="Search for parameters, on training rows alone.")
    validation: Validation | None = Field(
        None, description="Cross-validation of the recipe on training rows, beside the test.", examples=[{"folds": 10, "repeats": 3}]
    )
    baseline: (
        Literal["mean", "median", "majority", "quantiles", "seasonal_naive", "shuffled"] | BaselineEstimator | BaselineColumn | None
    ) = Field(
        None,
        description="Always trained, always shown; left out: mean for regression and ranking, the training rows' quantiles, "
        "seasonal_naive for forecasts, shuffled for clusters, else majority.",
    )
    seed: int | None = Field(
        None, ge=0, le=2**32 - 1, description="Handed to split, estimator and bootstrap; the Project's when left out.", examples=[7]
    )
    resources: Resources = Field(Resources(), description="Where and how long it trains.")
    engine: Engine | None = Field(
        None,
        description="The cluster on which `mlspec run` runs it, when not the Project's. It changes no result.",
        examples=[{"ray": "RAY_ADDRESS"}],
    )
    card: Card = Field(Card(), description="What the model card says that no machine can know.")

    @model_validator(mode="after")
    def _one_way_to_train(self) -> Self:
        one_of(self, "estimator", "trainer", "command")
        return self

    @model_validator(mode="after")
    def _has_its_target(self) -> Self:
        if self.target is None and TASKS[self.task].needs_target:
            context = {
                "task": self.task,
                "at": ["target" if "target" in self.model_fields_set else "task"],
                "help": "add `target: <column>`",
            }
            raise PydanticCustomError("mls_task", "the task {task} needs `target`, the column that is predicted", context)
        if self.target is None and self.labels is not None:
            context = {"at": ["labels"], "help": "add `target: <the label>`, or remove `labels`: they are joined to be compared with"}
            raise PydanticCustomError("mls_task", "`labels` are given, and no `target` says which column they make", context)
        if self.target is None and self.split.strategy == "stratified":
            context = {"at": ["split", "strategy"], "help": "write `strategy: random`, or add `target`"}
            raise PydanticCustomError(
                "mls_task", "a stratified split keeps the shares of the target's classes, and there is no `target`", context
            )
        return self

    @model_validator(mode="after")
    def _belongs_to_the_task(self) -> Self:
        if self.label_separator is not None and not TASKS[self.task].is_labels:
            context = {"task": self.task, "at": ["labelSeparator"], "help": "remove it, or write `task: multilabel`"}
            raise PydanticCustomError("mls_task", "`labelSeparator` cuts a text into labels, and the task is {task}", context)
        return self

    @model_validator(mode="after")
    def _has_its_levels(self) -> Self:
        is_quantiles = TASKS[self.task].is_quantiles
        for key, alias in (("quantiles", "quantiles"), ("quantile_param", "quantileParam")):
            if getattr(self, key) is not None and not is_quantiles:
                context = {"key": alias, "task": self.task, "at": [alias], "help": "remove it, or write `task: quantile`"}
                raise PydanticCustomError("mls_task", "`{key}` is of the task quantile, and the task is {task}", context)
        if is_quantiles and self.quantiles is None:
            context = {"at": ["task"], "help": "add `quantiles: [0.1, 0.5, 0.9]`"}
            raise PydanticCustomError("mls_task", "the task quantile needs `quantiles`, the levels that it answers", context)
        if self.quantiles is not None and any(low >= high for low, high in pairwise(self.quantiles)):
            raise PydanticCustomError("mls_task", "levels rise, each once", {"at": ["quantiles"], "help": "sort them"})
        return self

    @model_validator(mode="after")
    def _has_its_query(self) -> Self:
        is_score = TASKS[self.task].is_score
        own = (("query", self.query), ("baseline", self.baseline if isinstance(self.baseline, BaselineColumn) else None))
        for key, value in own:
            if value is not None and not is_score:
                context = {"key": key, "task": self.task, "at": [key], "help": "remove it, or write `task: ranking`"}
                raise PydanticCustomError("mls_task", "`{key}` of this kind is of the task ranking, and the task is {task}", context)
        if is_score and self.query is None:
            context = {"at": ["task"], "help": "add `query: <column>`: rows with the same value are put in order"}
            raise PydanticCustomError("mls_task", "the task ranking needs `query`, the column that says which rows are compared", context)
        if is_score and self.query in (self.target, *self.features.named):
            context = {
                "column": str(self.query),
                "at": ["query"],
                "help": "take the column that names the query, and keep it out of the features",
            }
            raise PydanticCustomError("mls_task", "the query `{column}` is the target or a feature, too", context)
        if is_score and "strategy" not in self.split.model_fields_set:
            whole = self.split.model_copy(update={"strategy": "group", "group": self.split.group or self.query})
            object.__setattr__(self, "split", whole)  # the default of this task: no query is cut
        return self

    @model_validator(mode="after")
    def _has_its_origins(self) -> Self:
        is_ahead = TASKS[self.task].is_ahead
        for key, alias in _AHEAD.items():
            if getattr(self, key) is not None and not is_ahead:
                context = {"key": alias, "task": self.task, "at": [alias], "help": "remove it, or write `task: forecast`"}
                raise PydanticCustomError("mls_task", "`{key}` is of the task forecast, and the task is {task}", context)
        if is_ahead and self.split.strategy != "rolling" and "strategy" not in self.split.model_fields_set:
            context = {"at": ["split"] if "split" in self.model_fields_set else ["task"], "help": _ROLLING}
            raise PydanticCustomError("mls_task", "the task forecast needs a rolling split, which says how far ahead is forecast", context)
        both = [name for name in self.series or () if name == self.target]
        if both:
            context = {"column": both[0], "at": ["series"], "help": "name the columns that tell series apart"}
            raise PydanticCustomError("mls_task", "the series `{column}` is the target", context)
        return self

    @field_validator("lags", "rolling_means", "series")
    @classmethod
    def _each_once(cls, value: Any) -> Any:
        from mlspec.language.kinds.checks import refuse_repeated

        refuse_repeated(list(value or ()), "value", lambda n: [n])
        return value

    @model_validator(mode="after")
    def _decides(self) -> Self:
        check_deciding(self)
        check_validation(self)
        return self

    @field_validator("features")
    @classmethod
    def _no_column_twice(cls, value: Features) -> Features:
        from mlspec.language.kinds.checks import refuse_repeated

        named = [(key, i, name) for key in ("numeric", "categorical", "text") for i, name in enumerate(getattr(value, key))]
        refuse_repeated([name for *_, name in named], "feature", lambda n: list(named[n][:2]))
        return value

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if self.engine is not None and self.tuning is not None and self.tuning.cluster is not None:
            context = {"at": ["tuning", "cluster"], "help": "remove `cluster`: it is an older spelling of `engine`"}
            raise PydanticCustomError("mls_tuning", "`engine` and `tuning.cluster` both say where it runs", context)
        return self

    @property
    def place(self) -> Engine | None:
        """The cluster on which it runs, by `engine` or its older spelling; None for the Project's."""
        return self.engine or (self.tuning.cluster if self.tuning else None)

    @property
    def resolved_baseline(self) -> Any:
        """`baseline`, else the task's default: mean for regression, majority for classes."""
        return self.baseline or TASKS[self.task].baselines[0]


class Model(Envelope):
    """A model and how it is trained."""

    kind: Literal["Model"]
    spec: ModelSpec
