"""kind: Project, the one document of `mlspec.yaml`."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from mlspec.language.kinds.base import Envelope, Many, Name, RepoPath, Seconds, SpecModel
from mlspec.language.kinds.engine import Engine
from mlspec.language.kinds.schedule import Schedule
from mlspec.language.kinds.signing import Signing
from mlspec.language.kinds.storage import Storage


class Variable(SpecModel):
    """A declared, typed variable, used as `${var.NAME}` in scalar values."""

    type: Literal["string", "integer", "number", "boolean"] = Field("string", description="What the value must be.")
    default: str | int | float | bool = Field(description="The value.", examples=["us-east-1"])
    description: str | None = Field(None, description="For people: what it is for.")

    @model_validator(mode="after")
    def _default_fits(self) -> Self:
        fits = {"string": str, "integer": int, "number": int | float, "boolean": bool}[self.type]
        if not isinstance(self.default, fits) or (isinstance(self.default, bool) and self.type != "boolean"):
            context = {"type": self.type, "at": ["default"], "help": "change `default` or `type`"}
            raise PydanticCustomError("mls_default", "the default is no {type}", context)
        return self


_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


def _check_label(value: str) -> str:
    if not _LABEL.fullmatch(value):
        raise PydanticCustomError("mls_label", "not a runner's label: use letters, digits, `.`, `_` and `-`")
    return value


Label = Annotated[str, AfterValidator(_check_label)]
RunsOn = Label | Many[Label]
"""One runner label, or the labels that a runner must all have."""

_BRANCH = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")


def _check_branch(value: str) -> str:
    if not _BRANCH.fullmatch(value) or ".." in value or value.endswith((".lock", ".")):
        raise PydanticCustomError("mls_branch", "not a branch's name: use letters, digits, `.`, `_`, `-` and `/`")
    return value


Branch = Annotated[str, AfterValidator(_check_branch)]


class Retraining(SpecModel):
    """When stale models are trained on the main branch, and how often at most."""

    schedule: Schedule = Field(
        "41 4 * * 1",
        description="When stale models are trained again: five fields (UTC), or `{cron, timezone}`.",
        examples=["0 3 * * *"],
    )
    cooldown: Seconds = Field(0.0, description="A model that was trained within this time is left alone.", examples=["7d"])
    max_per_month: int | None = Field(None, ge=1, description="The budget: how often a model may be trained in 30 days.", examples=[4])


class App(SpecModel):
    """A GitHub App of the user's own, by whose token jobs write. Its private key is the secret MLSPEC_APP_KEY of a GitHub environment."""

    slug: Annotated[str, Field(pattern=r"^[a-z0-9](-?[a-z0-9]){0,99}$")] = Field(
        description="The App's name in its address, github.com/apps/SLUG.", examples=["acme-mlspec"]
    )
    client_id: Annotated[str, Field(pattern=r"^Iv[A-Za-z0-9.]{8,60}$")] = Field(
        description="The client ID on the App's page. It is no secret.", examples=["Iv23liAbCdEfGhIjKlMn"]
    )
    pull_requests: bool = Field(
        False, description="Also for the results of pull requests: whoever may push a branch can then read the App's key."
    )


class ContinuousIntegration(SpecModel):
    """What the generated workflows run on."""

    provider: Literal["github", "forgejo", "none"] = Field("github", description="Whose workflows are written. none: nothing runs in CI.")
    branch: Branch = Field("main", description="The branch that pull requests are merged into, and that deployments follow.")
    runs_on: RunsOn = Field("ubuntu-latest", description="The runner label, or the labels that a runner must all have.")
    max_parallel: int = Field(20, ge=1, le=256, description="Train jobs at once.")
    retrain: Retraining = Field(Retraining(), description="When stale models are trained on the main branch, and how often at most.")
    app: App | None = Field(
        None,
        description="A GitHub App by whose token proposals and tags are pushed, in place of the workflow's own.",
        examples=[{"slug": "acme-mlspec", "clientId": "Iv23liAbCdEfGhIjKlMn"}],
    )


RuleName = Annotated[str, Field(pattern=r"^(all|default|MLS1\d{3})$")]


class Lint(SpecModel):
    """Which lint rules run, and what they count for."""

    select: Many[RuleName] = Field(
        ("default",), min_length=1, description="Rules that run: codes, `default`, or `all`.", examples=[["default", "MLS1047"]]
    )
    ignore: Many[RuleName] = Field((), description="Rules that do not run after all.", examples=[["MLS1021"]])
    errors: Many[RuleName] = Field((), description="Rules whose findings make `mlspec validate` fail.", examples=[["MLS1001", "MLS1022"]])


_TEAM = re.compile(r"@[A-Za-z0-9][A-Za-z0-9_-]{0,100}/[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}")
_LOGIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,100})")


def _check_team(value: str) -> str:
    if not _TEAM.fullmatch(value):
        raise PydanticCustomError("mls_team", "not a team: write it as `metadata.owner` does, `@organization/team`")
    return value


def _check_login(value: str) -> str:
    if not _LOGIN.fullmatch(value):
        raise PydanticCustomError("mls_login", "not a login: write the person's name on GitHub, without `@`")
    return value


Team = Annotated[str, AfterValidator(_check_team)]
Login = Annotated[str, AfterValidator(_check_login)]


class ProjectSpec(SpecModel):
    python: str = Field("3.11", pattern=r"^3\.\d{1,2}$", description="The Python version of CI, quoted.", examples=["3.11"])
    requirements: RepoPath | None = Field(
        None,
        description="The hash-locked requirements file; every stage depends on it. It may be left out with `ci: {provider: none}`.",
        examples=["requirements.lock"],
    )
    code: Many[RepoPath] = Field((), description="Folders of user code, importable from the repository's root.", examples=[["src"]])
    storage: Storage = Field(
        description="Where data and models are kept by content: the DVC remote.", examples=[{"url": "s3://acme-ml/bike-demand"}]
    )
    environments: Many[Name] = Field(("staging", "production"), min_length=1, description="The promotion path, in order.")
    variables: dict[str, Variable] = Field(
        default_factory=dict,
        description="Declared, typed values, used as `${var.NAME}`.",
        examples=[{"region": {"type": "string", "default": "us-east-1"}}],
    )
    seed: int = Field(0, ge=0, le=2**32 - 1, description="The seed of every object that names none.")
    teams: dict[Team, Many[Login]] = Field(
        default_factory=dict,
        description="Who stands behind a team that owns something: logins. A team that is not listed is asked of GitHub.",
        examples=[{"@acme/forecasting": ["anna", "ben"]}],
    )
    ci: ContinuousIntegration = Field(ContinuousIntegration(), description="What the generated workflows run on.")
    engine: Engine | None = Field(
        None,
        description="The cluster on which `mlspec run` runs pipelines; this machine when left out. It changes no result.",
        examples=[{"dask": "DASK_ADDRESS"}],
    )
    signing: Signing | None = Field(
        None,
        description="Whose signatures under models and evidence count, and what they are made with.",
        examples=[{"key": "MLSPEC_SIGNING_KEY", "trusted": {"keys": ["keys/release.pub"]}}],
    )
    lint: Lint = Field(Lint(), description="Which lint rules run in `mlspec validate`, and what they count for.")

    @property
    def locks(self) -> tuple[str, ...]:
        """The requirements lock, if there is one: what every stage depends on."""
        return () if self.requirements is None else (self.requirements,)

    @property
    def runs_in_ci(self) -> bool:
        """Whether workflows are generated; they install from the lock and from nothing else."""
        return self.ci.provider != "none"

    @property
    def on_github(self) -> bool:
        """Whether they are GitHub's, whose settings and files they go with."""
        return self.ci.provider == "github"


class Project(Envelope):
    """The project: environments, storage, Python, CI."""

    kind: Literal["Project"]
    spec: ProjectSpec
