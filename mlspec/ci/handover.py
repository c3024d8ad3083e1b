"""JSON files that one job hands to another. Read as strictly as user input: the job that wrote them may have run anybody's code."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from mlspec.compiler.project.layout import FOLDERS
from mlspec.diagnostics import Span, problem
from mlspec.diagnostics.atomic import to_json, write_text
from mlspec.pipelines.safe_files import read_plain

MAX_BYTES = 64 << 20
"""Of one such file; the plan of 10,000 models has about 10 MB."""

_NAME = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
Commit = Annotated[str, Field(pattern=r"^([0-9a-f]{40}|[0-9a-f]{64})$")]
ObjectRef = Annotated[str, Field(pattern=f"^({'|'.join(FOLDERS)})/{_NAME}$")]
"""How the command line names what has a pipeline."""
Folder = Annotated[str, Field(pattern=f"^({'|'.join(FOLDERS.values())})/{_NAME}$")]
StageName = Annotated[str, Field(pattern="^[a-z]{1,40}$")]
Text = Annotated[str, Field(max_length=10_000)]
"""Free text of another job: inert only where it is rendered so."""


class Handover(BaseModel):
    """Base of every part of such a file: frozen, strict, no unknown keys, no NaN; keys camelCase in JSON."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        alias_generator=to_camel,
        validate_by_name=True,
        allow_inf_nan=False,
        hide_input_in_errors=True,
    )


M = TypeVar("M", bound=Handover)


def read_handover(form: type[M], path: Path, shown: str = "") -> M:
    """Read and check a file. Raises MLS0560 when it is not there, is no plain file, or is not what `form` says; `shown` names it then."""
    label = shown or path.name
    try:
        return form.model_validate_json(read_plain(path, MAX_BYTES))
    except (OSError, ValueError) as error:
        message = f"{label} can't be used: {_why(error)}"
        raise problem("MLS0560", message, help="run the step that writes it again", span=Span(label)) from None


def _why(error: OSError | ValueError) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        return f"{place[:200]}: {first['msg']}" if place else str(first["msg"])
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    return (error.strerror or "it can't be read") if isinstance(error, OSError) else str(error)


def handover_text(value: Handover) -> str:
    """The text of a file as the contracts write it: sorted, indented by 2, final newline."""
    return to_json(value.model_dump(mode="json", by_alias=True))


def write_handover(path: Path, value: Handover) -> None:
    """Write `handover_text(value)`, whole or not at all."""
    write_text(path, handover_text(value))
