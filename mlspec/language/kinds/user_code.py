"""What a spec says of a function of the user's: where it is, what it may read, and its parameters."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from mlspec.language.kinds.base import CallablePath, Name, RepoPath, SpecModel, one_of, refers_to


class UserInput(SpecModel):
    """One thing that a function of yours reads; exactly one key."""

    file: RepoPath | None = Field(None, description="A file in the repository (or tracked by DVC).", examples=["data/companies.csv"])
    folder: RepoPath | None = Field(None, description="A folder in the repository (or tracked by DVC), with all in it.")
    source: Name | None = Field(
        None, description="The accepted rows of a DataSource, as Parquet.", json_schema_extra=refers_to("DataSource")
    )
    features: Name | None = Field(None, description="A FeatureSet's rows, as Parquet.", json_schema_extra=refers_to("FeatureSet"))
    model: Name | None = Field(
        None, description="A model's folder. Loads, and does not run in this version.", json_schema_extra=refers_to("Model")
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        one_of(self, "file", "folder", "source", "features", "model", planned=("model",))
        return self

    @property
    def path(self) -> str | None:
        """The file or folder in the repository, if it is one."""
        return self.file or self.folder

    @property
    def rows(self) -> str | None:
        """Whose rows it is, as the command line names it: `source/NAME` or `features/NAME`."""
        return f"source/{self.source}" if self.source else f"features/{self.features}" if self.features else None

    def __str__(self) -> str:
        return self.path or self.rows or f"model/{self.model}"


def named_inputs(value: Any) -> Any:
    """A list of paths as a mapping, by the names of the files; a path that ends with `/` is a folder."""
    if not isinstance(value, list | tuple) or not all(isinstance(path, str) for path in value):
        return value
    found: dict[str, dict[str, str]] = {}
    for position, path in enumerate(value):
        alias = PurePosixPath(path).name.partition(".")[0]
        if alias in found:
            context = {"alias": alias, "at": [position], "help": "write a mapping, `inputs: {ALIAS: {file: PATH}}`, with names of your own"}
            raise PydanticCustomError("mls_input", "two inputs would both be called `{alias}`", context)
        found[alias] = {"folder" if path.endswith("/") else "file": path}
    return found


def _check_alias(value: str) -> str:
    if not value or value != value.strip() or not value.isprintable() or len(value) > 63:
        raise PydanticCustomError("mls_input", "not an alias: write 1 to 63 characters, such as `companies`")
    return value


def or_a_list(schema: dict[str, Any]) -> None:
    """The form that `named_inputs` takes."""
    paths = {"type": "array", "items": {"type": "string"}, "description": "Paths; each is known by its file's name."}
    if "anyOf" not in schema:
        schema["anyOf"] = [
            {key: schema.pop(key) for key in ("type", "additionalProperties", "minProperties", "propertyNames") if key in schema}
        ]
    schema["anyOf"] = [*schema["anyOf"], paths]


Alias = Annotated[str, AfterValidator(_check_alias)]


class UserCode(SpecModel):
    """A function of the user's. Kinds that have one say in `callable` what it is given."""

    callable: CallablePath = Field(description="A function of yours.", examples=["src.sources:fetch"])
    inputs: Annotated[dict[Alias, UserInput] | None, BeforeValidator(named_inputs)] = Field(
        None,
        min_length=1,
        description="What it may read of the repository, by alias; or a list of paths. Handed to it as `inputs`, alias to path.",
        examples=[{"companies": {"file": "data/companies.csv"}}],
        json_schema_extra=or_a_list,
    )
    params: dict[str, Any] | None = Field(
        None, description="Handed to it as `params`; a change runs it again.", examples=[{"minRating": 3}]
    )


class CodeAlone(SpecModel):
    """A function of the user's whose inputs stand beside it."""

    callable: CallablePath = Field(
        description="Your function; it gets `inputs`, {alias: path} (rows are Parquet files), and `params`; it returns a data frame.",
        examples=["src.features:hourly"],
    )
    params: dict[str, Any] | None = Field(None, description="Handed to it as `params`; a change runs it again.", examples=[{"days": 28}])

    @property
    def inputs(self) -> None:
        """What it reads stands beside it."""
        return
