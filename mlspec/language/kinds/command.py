"""A program and its arguments, which no shell reads: what a Step runs, and what trains a Model."""

from __future__ import annotations

import re
import shlex
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from mlspec.language.kinds.base import Many, SpecModel
from mlspec.language.kinds.user_code import Alias, UserInput, named_inputs, or_a_list


class Command(SpecModel):
    argv: Many[Annotated[str, Field(min_length=1)]] = Field(
        min_length=1,
        description="The program and its arguments, as they are: no shell reads them. Files of the repository from its root.",
        examples=[["Rscript", "src/report.R"]],
    )

    @model_validator(mode="after")
    def _printable(self) -> Self:
        for index, word in enumerate(self.argv):
            if "\0" in word:
                raise PydanticCustomError("mls_step", "no program takes a NUL in an argument", {"at": ["argv", index], "help": "remove it"})
        return self


def split_command(value: Any) -> Any:
    """`python src/report.py` -> {argv: [python, src/report.py]}: as a shell splits words, and nothing else that a shell does."""
    if not isinstance(value, str):
        return value
    try:
        words = shlex.split(value)
    except ValueError as error:
        context = {"why": str(error).lower(), "help": "close it, or write `{argv: [PROGRAM, ARGUMENT, …]}`"}
        raise PydanticCustomError("mls_step", "the command can't be split into words: {why}", context) from None
    signs = next((word for word in words if _SHELL.search(word)), None)
    if signs is not None:
        context = {"sign": signs, "help": "put it into a script, and run that; as a plain argument it stands in `{argv: […]}`"}
        raise PydanticCustomError("mls_step", "`{sign}` is for a shell, and no shell reads a command", context)
    return {"argv": words}


_SHELL = re.compile(r"^(?:\|\|?|&&?|;|[0-9]?>>?|<<?<?)$|^[0-9]?>|;$|\$[({A-Za-z_]|`")


def or_a_text(schema: dict[str, Any]) -> None:
    """The form that `split_command` takes."""
    schema["anyOf"] = [*schema.get("anyOf", ()), {"type": "string", "minLength": 1}]


class Predict(Command):
    """A program that answers for rows, in any language."""

    lines: Literal["csv", "json"] | None = Field(
        None,
        description="It is started once, reads a row a line and answers a line a row; left out, it runs once for all rows.",
        examples=["csv"],
    )


class ModelCommand(Command):
    """A program that trains, and what becomes of what it leaves."""

    artifact: Literal["joblib", "onnx"] | None = Field(
        None, description="What it leaves: `model.joblib` (when left out), or `model.onnx`.", examples=["onnx"]
    )
    predict: Annotated[Predict | None, BeforeValidator(split_command)] = Field(
        None,
        description="The program that answers for rows, from the files that were left; in place of `artifact`.",
        examples=[{"argv": ["Rscript", "src/predict.R"]}],
        json_schema_extra=or_a_text,
    )
    rows: Literal["csv", "parquet"] = Field("csv", description="The form of the rows that it is given.")
    inputs: Annotated[dict[Alias, UserInput] | None, BeforeValidator(named_inputs)] = Field(
        None,
        min_length=1,
        description="What else it may read of the repository, by alias; or a list of paths.",
        examples=[{"vocabulary": {"file": "data/words.txt"}}],
        json_schema_extra=or_a_list,
    )
    params: dict[str, Any] | None = Field(None, description="Handed to it; a change trains again.", examples=[{"epochs": 20}])
    threads: int = Field(1, ge=1, le=1024, description="How many threads it may use; it is told.")
    network: bool = Field(False, description="Whether it may connect to others.")
    live: bool = Field(False, description="It writes DVCLive's files to `dvclive/`: they become metrics and plots of the stage.")

    @model_validator(mode="after")
    def _one_artifact(self) -> Self:
        if self.predict is not None and self.artifact is not None:
            context = {"at": ["artifact"], "help": "remove it: what `predict` reads is any files"}
            raise PydanticCustomError("mls_one_of", "give `artifact` or `predict`, not both", context)
        return self

    @property
    def leaves(self) -> Literal["joblib", "onnx", "program"]:
        """What is served of it."""
        return "program" if self.predict else self.artifact or "joblib"
