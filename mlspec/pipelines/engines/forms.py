"""What is said between the one who runs a project and a worker: the task, and its answer. Read as strictly as user input, on both sides."""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from mlspec.compiler.project.graph import Out, Pipeline, Stage
from mlspec.diagnostics import Diagnostic, Span
from mlspec.pipelines.engines.pack import NoPackError, pack, unpack

MAX_LINES, MAX_LINE = 2000, 2000
"""Of what a task says: lines, and characters of each."""


class Form(BaseModel):
    """Frozen, strict, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, hide_input_in_errors=True)


def _plain(value: str) -> str:
    if not is_plain(value):
        raise ValueError("no path of a repository")
    return value


def is_plain(path: str) -> bool:
    """Whether a path is relative, in POSIX spelling, and stays below where it is taken from."""
    parts = PurePosixPath(path).parts
    return bool(parts) and "/".join(parts) == path and ".." not in parts and not path.startswith("/") and "\0" not in path


PlainPath = Annotated[str, AfterValidator(_plain)]


class OutForm(Form):
    path: PlainPath
    cache: bool


class StageForm(Form):
    name: str
    deps: tuple[PlainPath, ...]
    outs: tuple[OutForm, ...]


class Task(Form):
    """One object's pipeline. Its files travel with it; `inputs` and `standing` are brought by content: {path: DVC's md5}.

    `versions`: what must be installed where it runs, beside what `requirements` pins. `code`: the digest of mlspec's own modules.
    """

    ref: str
    folder: PlainPath
    stages: tuple[StageForm, ...]
    inputs: dict[PlainPath, str]
    standing: dict[PlainPath, str]
    force: bool
    seconds: float | None
    python: str
    versions: dict[str, str]
    requirements: str | None
    code: str

    @property
    def pipeline(self) -> Pipeline:
        """As the graph has it, without what only the one who plans needs."""
        stages = (Stage(s.name, "", s.deps, tuple(Out(out.path, cache=out.cache) for out in s.outs), {}) for s in self.stages)
        return Pipeline(self.ref, self.folder, "", tuple(stages))


class Place(Form):
    path: str
    line: int
    column: int
    end_line: int
    end_column: int


class Finding(Form):
    """A diagnostic, as data."""

    code: Annotated[str, Field(pattern=r"^MLS\d{4}$")]
    message: Annotated[str, Field(max_length=20_000)]
    help: Annotated[str, Field(max_length=20_000)] | None = None
    place: Place | None = None

    @classmethod
    def of(cls, found: Diagnostic) -> Finding:
        span = found.span
        place = (
            Place(path=span.path, line=span.line, column=span.column, end_line=span.end_line, end_column=span.end_column) if span else None
        )
        return cls(code=found.code, message=found.message[:20_000], help=found.help and found.help[:20_000], place=place)

    @property
    def diagnostic(self) -> Diagnostic:
        span = Span(**self.place.model_dump()) if self.place else None
        return Diagnostic(self.code, self.message, span, self.help)


class Answer(Form):
    """What became of a task: `ok`; `failed`: its own doing, as it would be here; `unfit`: this worker can't do it; `broke`: a bug.

    `times`: the stages that ran, in order, and their seconds. `lines`: what it said.
    """

    ref: str
    status: Literal["ok", "failed", "unfit", "broke"]
    findings: tuple[Finding, ...] = ()
    lines: tuple[Annotated[str, Field(max_length=MAX_LINE)], ...] = Field((), max_length=MAX_LINES + 1)
    times: tuple[tuple[str, float], ...] = ()


F = TypeVar("F", bound=Form)


def to_bytes(form: Form, files: dict[str, bytes]) -> bytes:
    """A form and its files, as they travel."""
    return pack(form.model_dump(mode="json"), files)


def from_bytes(kind: type[F], content: bytes) -> tuple[F, dict[str, bytes]]:
    """Return a form and its files. Raises NoPackError for anything that is not one, also for paths that are not plain and relative."""
    found = unpack(content)
    wrong = next((path for path in found.files if not is_plain(path)), None)
    if wrong is not None:
        raise NoPackError(f"`{wrong[:200]}` in it is no path of a repository")
    try:
        return kind.model_validate_json(json.dumps(found.document)), found.files
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise NoPackError(f"{'.'.join(map(str, first['loc']))[:200]}: {first['msg']}") from None
