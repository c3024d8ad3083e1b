"""kind: Step: any program or function that makes files of what the project has: a report, a package, a test of a model."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from mlspec.language.kinds.base import CallablePath, Envelope, EnvName, Many, Name, RepoPath, SpecModel, one_of, refers_to
from mlspec.language.kinds.command import Command, or_a_text, split_command
from mlspec.language.kinds.model import Resources
from mlspec.language.kinds.user_code import Alias, named_inputs, or_a_list

MODEL_OUTPUTS = {
    "model": "model",
    "baseline": "baseline",
    "train": "train.parquet",
    "test": "test.parquet",
    "predictions": "predictions.parquet",
}
"""What a step may read of a model, by the file or folder in the model's own: the model itself where nothing is said."""


class StepCallable(SpecModel):
    callable: CallablePath = Field(
        description="Your function. Of these it gets what it takes: `inputs`, {alias: path}; `params`; `output`, where to write; `seed`.",
        examples=["src.steps:report"],
    )

    @property
    def inputs(self) -> None:
        """What it reads stands under the step's own `inputs`."""
        return

    @property
    def params(self) -> None:
        """They stand under the step's own `params`."""
        return


class StepInput(SpecModel):
    """One thing that a step reads; exactly one key but for `output`."""

    file: RepoPath | None = Field(None, description="A file in the repository (or tracked by DVC).", examples=["report.css"])
    folder: RepoPath | None = Field(None, description="A folder in the repository (or tracked by DVC), with all in it.")
    source: Name | None = Field(
        None, description="The accepted rows of a DataSource, as Parquet.", json_schema_extra=refers_to("DataSource")
    )
    features: Name | None = Field(None, description="A FeatureSet's rows, as Parquet.", json_schema_extra=refers_to("FeatureSet"))
    model: Name | None = Field(None, description="A model's folder, or what `output` names.", json_schema_extra=refers_to("Model"))
    step: Name | None = Field(None, description="What another step wrote.", json_schema_extra=refers_to("Step"))
    output: str | None = Field(
        None, description="Which output: of a model model, baseline, train, test or predictions; of a step one of its `outputs`."
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        one_of(self, "file", "folder", "source", "features", "model", "step")
        if self.output is not None and self.model is None and self.step is None:
            raise _wrong(["output"], "`output` goes with `model` or `step`", "remove it")
        if self.model is not None and self.output not in (None, *MODEL_OUTPUTS):
            raise _wrong(["output"], f"a model has no output `{self.output}`", f"one of: {', '.join(MODEL_OUTPUTS)}")
        return self

    @property
    def path(self) -> str | None:
        """The file or folder in the repository, if it is one."""
        return self.file or self.folder


class StepMetric(SpecModel):
    file: RepoPath = Field(description="A JSON file that the step writes.", examples=["reports/quality.json"])
    route: Many[str | int] = Field(
        (), description="The keys that lead to the number; the metric's name when left out.", examples=[["coverage"]]
    )
    greater: bool = Field(description="Whether more is better.")


MetricName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class StepSpec(SpecModel):
    command: Annotated[Command | None, BeforeValidator(split_command)] = Field(
        None,
        description="Any program. A text is split into words; there is no shell.",
        examples=[{"argv": ["Rscript", "src/report.R"]}],
        json_schema_extra=or_a_text,
    )
    python: StepCallable | None = Field(None, description="Or a function of yours.")
    inputs: Annotated[dict[Alias, StepInput] | None, BeforeValidator(named_inputs)] = Field(
        None,
        min_length=1,
        description="What it may read of the repository, by alias; or a list of paths.",
        examples=[{"model": {"model": "demand"}, "style": {"file": "report.css"}}],
        json_schema_extra=or_a_list,
    )
    outputs: Many[RepoPath] = Field(
        (), description="The files and folders that it writes, from the root; anything else is refused.", examples=[["reports/shap"]]
    )
    params: dict[str, Any] | None = Field(None, description="Handed to it; a change runs it again.", examples=[{"rows": 500}])
    metrics: dict[MetricName, StepMetric] = Field(
        default_factory=dict,
        description="Numbers that it writes; a KPI may name one.",
        examples=[{"coverage": {"file": "reports/quality.json", "route": ["coverage"], "greater": True}}],
    )
    seed: int | None = Field(None, ge=0, le=2**32 - 1, description="Handed to it; the Project's when left out.", examples=[7])
    threads: int = Field(1, ge=1, le=1024, description="How many threads it may use; it is told, and so many places are kept for it.")
    network: bool = Field(False, description="Whether it may connect to others.")
    secrets: Many[EnvName] = Field(
        (), description="Environment variables that it is given; what they hold is masked in all it prints.", examples=[["REPORT_TOKEN"]]
    )
    resources: Resources = Field(Resources(), description="Where it runs, and how long it may take: an hour when left out.")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        one_of(self, "command", "python")
        for what, names in (("inputs", self.inputs or {}), ("params", self.params or {})):
            _told_apart(what, list(names))
        for index, output in enumerate(self.outputs):
            other = next((o for o in self.outputs[:index] if overlap(o, output)), None)
            if other is not None:
                raise _wrong(["outputs", index], f"`{output}` and `{other}` lie in each other", "name the outer one alone")
        return self

    @property
    def written(self) -> tuple[str, ...]:
        """All that it writes: its outputs, and the files of metrics that lie in none of them."""
        files = dict.fromkeys(m.file for m in self.metrics.values())
        return (*self.outputs, *(f for f in files if not any(inside(f, o) for o in self.outputs)))


def inside(path: str, folder: str) -> bool:
    """Whether a path is a folder, or lies in it."""
    return path == folder or path.startswith(f"{folder}/")


def overlap(one: str, other: str) -> bool:
    """Whether two paths are the same, or one lies in the other."""
    return inside(one, other) or inside(other, one)


def variable_of(name: str) -> str:
    """How a name stands in the name of an environment variable: `bike-rentals` -> `BIKE_RENTALS`."""
    return re.sub(r"[^A-Z0-9]", "_", name.upper())


def _told_apart(what: str, names: list[str]) -> None:
    """Each has an environment variable of its own."""
    seen: dict[str, str] = {}
    for name in names:
        first = seen.setdefault(variable_of(name), name)
        if first != name:
            raise _wrong([what, name], f"`{first}` and `{name}` would be one environment variable, {variable_of(name)}", "rename one")


def _wrong(at: list[Any], message: str, advice: str) -> PydanticCustomError:
    return PydanticCustomError("mls_step", "{message}", {"message": message, "at": at, "help": advice})


class Step(Envelope):
    """A program or function of yours that makes files, and numbers that a KPI may name."""

    kind: Literal["Step"]
    spec: StepSpec
