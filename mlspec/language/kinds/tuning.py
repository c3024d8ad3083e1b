"""`tuning` of a Model: which parameters are searched, by what, how long, and what a trial is judged by."""

from __future__ import annotations

import math
from typing import Any, Literal, LiteralString, NoReturn, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from mlspec.language.kinds.base import Many, Seconds, SpecModel
from mlspec.language.kinds.engine import Engine

DEFAULT_TRIALS = 30


class SpaceItem(SpecModel):
    """The values of one parameter that are tried: a range, or `choices`."""

    low: float | None = Field(None, description="The smallest value tried.", examples=[0.01])
    high: float | None = Field(None, description="The largest value tried.", examples=[0.3])
    log: bool = Field(False, description="Try values on a logarithmic scale.")
    step: float | None = Field(
        None, gt=0, description="Try only values that are whole steps above `low`; a grid needs it.", examples=[0.05]
    )
    type: Literal["number", "integer"] = Field("number", description="Whether only whole numbers are tried.")
    choices: Many[Any] | None = Field(
        None, min_length=1, description="The values tried, in place of a range: any value of YAML, null too.", examples=[[100, 300]]
    )
    when: dict[str, Many[Any]] | None = Field(
        None,
        min_length=1,
        description="Only where another parameter of the space, which has `choices`, has one of these values.",
        examples=[{"solver": ["saga"]}],
    )

    @model_validator(mode="after")
    def _a_range_or_choices(self) -> Self:
        if self.choices is not None:
            given = [key for key in ("low", "high", "step") if getattr(self, key) is not None]
            given += [key for key in ("log", "type") if key in self.model_fields_set]
            if given:
                _refuse("`choices` and `{key}` are two ways to say what is tried", given[0], "keep one of the two")
            if len({repr(value) for value in self.choices}) < len(self.choices):
                _refuse("`choices` has a value twice", "choices", "keep one of them")
            return self
        if self.low is None or self.high is None:
            _refuse("a parameter needs `low` and `high`, or `choices`", None, "write `{low: 0.01, high: 0.3}`, or `{choices: [100, 300]}`")
        self._is_sound_range(self.low, self.high)
        return self

    def _is_sound_range(self, low: float, high: float) -> None:
        if low >= high:
            _refuse("`low` is not below `high`", "low", "give a smaller `low`, or `choices` of one value")
        if self.log and low <= 0:
            _refuse("a logarithmic scale begins above 0", "low", "give `low` above 0, or leave `log` out")
        if self.log and self.step is not None:
            _refuse("`log` and `step` exclude each other", "step", "remove one of the two; `choices` are any values")
        parts = [key for key in ("low", "high", "step") if (value := getattr(self, key)) is not None and value != math.floor(value)]
        if self.type == "integer" and parts:
            _refuse("`{key}` is no whole number, and the type is integer", parts[0], "give a whole number, or remove `type`")


def _refuse(message: LiteralString, at: str | None, advice: str, **more: str) -> NoReturn:
    where = {"at": [at]} if at else {}
    raise PydanticCustomError("mls_tuning", message, {"key": at, "help": advice, **where, **more})


class Halving(SpecModel):
    """Successive halving: all candidates on little, the best of them on more, the best of these on all."""

    factor: int = Field(3, ge=2, description="One of so many goes on, on so many times the resource.")
    resource: str = Field(
        "rows", min_length=1, description="What grows: `rows` of training, or a parameter of the estimator.", examples=["n_estimators"]
    )
    max: int | None = Field(None, ge=2, description="The largest value of the parameter that grows.", examples=[900])

    @model_validator(mode="after")
    def _has_an_end(self) -> Self:
        if (self.max is None) != (self.resource == "rows"):
            if self.max:
                _refuse("the resource is rows, and all of them are the most", "max", "remove `max`")
            _refuse("a parameter that grows needs its largest value", None, "add `max: 900`")
        return self


class Nested(SpecModel):
    """Estimates how well the whole procedure does, search and all: the search is run anew within each outer fold."""

    folds: int = Field(5, ge=2, le=20, description="Outer folds; each costs a whole search.")


class Tuning(SpecModel):
    """Search for parameters. Test rows are never read."""

    engine: Literal["optuna", "grid", "random", "halving"] = Field("optuna", description="What chooses the next trials.")
    trials: int | None = Field(
        None, ge=1, le=100_000, description="How many settings are tried; 30 when left out, and all of a grid.", examples=[30]
    )
    timeout: Seconds | None = Field(
        None,
        gt=0,
        description="Begin no wave after so long; how many trials ran is recorded, and the same search repeats as many.",
        examples=["10m"],
    )
    metric: str = Field(description="What is optimised.", examples=["mae"], json_schema_extra={"x-mlspec-metric": True})
    folds: int = Field(5, ge=2, le=100, description="Folds of the cross-validation.")
    repeats: int = Field(1, ge=1, le=100, description="How often the rows are cut into folds anew; not in order of time.")
    space: dict[str, SpaceItem] = Field(
        min_length=1, description="Parameter to the values that are tried.", examples=[{"learning_rate": {"low": 0.01, "high": 0.3}}]
    )
    wave: int = Field(8, ge=1, le=1000, description="Trials that are chosen together, knowing the results of the waves before.")
    prune: Literal["median"] | None = Field(
        None, description="Give a trial up after a fold at which it is worse than the median of the trials of earlier waves."
    )
    version: str | None = Field(
        None,
        pattern=r"^\d+(\.\d+){1,3}$",
        description="The release of Optuna whose trials are meant; each draws others. Left out: the one that mlspec brings.",
        examples=["5.0.0"],
    )
    halving: Halving | None = Field(None, description="For `engine: halving`.", examples=[{"factor": 3, "resource": "rows"}])
    nested: Nested | None = Field(None, description="Estimate the whole procedure, by outer folds.", examples=[{"folds": 5}])
    workers: int = Field(1, ge=1, description="Trials at once; it changes no result.")
    cluster: Engine | None = Field(None, description="An older spelling of the model's `engine`.", examples=[{"ray": "RAY_ADDRESS"}])
    seed: int | None = Field(None, ge=0, le=2**32 - 1, description="Of trials and folds; the model's when left out.", examples=[7])

    @model_validator(mode="after")
    def _fits_engine(self) -> Self:
        if self.halving is not None and self.engine != "halving":
            _refuse("`halving` belongs to `engine: halving`", "halving", "remove it, or write `engine: halving`")
        if self.version is not None and self.engine != "optuna":
            _refuse("`version` is of Optuna, and the engine is another", "version", "remove it")
        if self.prune is not None and self.engine == "halving":
            _refuse("successive halving gives trials up by itself", "prune", "remove it")
        if self.timeout is not None and self.engine == "halving":
            _refuse("successive halving has an end of its own, which `trials` sets", "timeout", "remove it, and give fewer `trials`")
        if self.halving is not None and self.halving.resource in self.space:
            _refuse("the parameter that grows is in the `space`, too", "space", f"remove `{self.halving.resource}` from it")
        return self

    @model_validator(mode="after")
    def _conditions_are_there(self) -> Self:
        for name, item in self.space.items():
            for other, values in (item.when or {}).items():
                named = self.space.get(other)
                if named is None or named.choices is None or other == name:
                    self._at("`when` of `{key}` names what is no parameter of the space with `choices`", name, "name one that has them")
                elif named.when:
                    self._at("`when` of `{key}` names a parameter that has a `when` itself", name, "name the first of the chain")
                elif stray := [value for value in values if repr(value) not in map(repr, named.choices)]:
                    asks = "`when` of `{key}` asks for {value}, which is no choice of `{other}`"
                    self._at(asks, name, "give one of its choices", value=repr(stray[0]), other=other)
        return self

    @staticmethod
    def _at(message: LiteralString, name: str, advice: str, **more: str) -> NoReturn:
        raise PydanticCustomError("mls_tuning", message, {"key": name, "help": advice, "at": ["space", name, "when"], **more})
