"""What every kind of target can do. A module with these functions is one; nothing but the registry knows which there are.

Its other half, `render`, is pure: the files that it has in the repository are made where plan and apply see them, in
`mlspec.pipelines.generate.targets`. How versions change over is no matter of the kind: see `mlspec.deploy.decide`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from mlspec.compiler.project.project import Bound, Project
from mlspec.deploy.context import Context
from mlspec.deploy.decide import Action, Desired
from mlspec.deploy.outcome import Outcome
from mlspec.diagnostics import Diagnostic
from mlspec.diagnostics.digest import canonical_digest
from mlspec.language.kinds.deployment import Deployment
from mlspec.language.kinds.targets.settings import TargetSettings

S = TypeVar("S", bound=TargetSettings)


@dataclass(frozen=True, slots=True)
class Declared(Generic[S]):
    """A Deployment that has a version: itself, what its target says in this environment, and what shall stand."""

    deployment: Bound[Deployment]
    settings: S
    desired: Desired


def declared(project: Project, deployment: Bound[Deployment]) -> Declared[Any]:
    """What Git declares of a Deployment with a version."""
    spec, target = deployment.envelope.spec, project.target_of(deployment)
    desired = Desired(spec.model, str(spec.version), str(spec.digest), str(spec.claim), canonical_digest(target.canonical()))
    return Declared(deployment, target.envelope.spec.settings, desired)


class Observed(Protocol):
    """What stands, as found. Its text says it to people: `v1.2.0 at http://127.0.0.1:8080`."""

    @property
    def where(self) -> str:
        """The URL or path where it is, or would be."""


class Target(Protocol):
    """One kind of target: observe, decide (purely), converge, smoke; and take away what no Deployment declares any more."""

    def observe(self, context: Context, declared: Declared[Any]) -> Observed:
        """Look, and change nothing. Raises Problems where it can't be told."""

    def decide(self, observed: Any, declared: Declared[Any]) -> Action:
        """The one action that is due; `noop` when all is as declared."""

    def converge(self, context: Context, declared: Declared[Any], observed: Any, action: Action) -> str:
        """Do it, and return where it stands now. Raises Problems when that fails; then what stood before still does.

        It may be killed at any point: the next call does what is left.
        """

    def smoke(self, context: Context, declared: Declared[Any]) -> Sequence[Diagnostic]:
        """Try what has just converged, as whoever uses it would; return what is wrong."""

    def known(self, root: Path, environment: str) -> Sequence[str]:
        """The names of the Deployments for which something of this kind stands on this machine."""

    def withdraw(self, root: Path, environment: str, name: str, reason: str, *, dry_run: bool = False) -> Outcome | None:
        """Take away what stands for a Deployment; None when nothing does."""
