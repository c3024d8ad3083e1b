"""`mlspec verify`: deployments, one after the other: the chain of what is declared, the bytes, the signatures, and the approvals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from mlspec.compiler.project.project import Bound
from mlspec.diagnostics import Diagnostic, Problems, has_errors
from mlspec.language.kinds.deployment import Deployment
from mlspec.pipelines.workspace import Workspace
from mlspec.promotion.place import find_deployment
from mlspec.promotion.verify.approved import check_approved
from mlspec.promotion.verify.deployed import look_at
from mlspec.registry.signing.trust import trust_here
from mlspec.registry.tags.mark import moved_tags


@dataclass(frozen=True, slots=True)
class VerifiedDeployment:
    """A deployment as it is declared. `version` None: it has none yet; `signed`: a line a signature that holds."""

    ref: str
    version: str | None
    diagnostics: tuple[Diagnostic, ...]
    signed: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether what is declared was approved, down to the bytes; so too where nothing is declared."""
        return not has_errors(self.diagnostics)


@dataclass(frozen=True, slots=True)
class Verified:
    """The answers, in the order asked for. `tags`: what is wrong with Git's tags, where it was asked; no verdict goes by a marker."""

    deployments: tuple[VerifiedDeployment, ...]
    tags: tuple[Diagnostic, ...] = ()

    @property
    def passed(self) -> bool:
        return all(d.passed for d in self.deployments)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        return tuple(d for deployment in self.deployments for d in deployment.diagnostics)

    def __iter__(self) -> Iterator[VerifiedDeployment]:
        return iter(self.deployments)


def verify_all(workspace: Workspace, references: Sequence[str] = (), *, tags: bool = False) -> Verified:
    """Verify the deployments named (`deployment/staging/demand`), else all; with `tags`, look at those too.

    Raises MLS0003 for a deployment that no spec declares.
    """
    project = workspace.project
    chosen = [find_deployment(project, r) for r in references] or [d for _, d in sorted(project.deployments.items())]
    trust = trust_here(workspace)

    def verified(deployment: Bound[Deployment]) -> VerifiedDeployment:
        looked = look_at(workspace, deployment, trust=trust)
        unapproved = [] if has_errors(looked.diagnostics) else check_approved(workspace, deployment)
        version = deployment.envelope.spec.version
        return VerifiedDeployment(deployment.ref, version, (*looked.diagnostics, *unapproved), tuple(looked.signed))

    return Verified(tuple(verified(d) for d in chosen), _moved(workspace) if tags else ())


def _moved(workspace: Workspace) -> tuple[Diagnostic, ...]:
    try:
        return tuple(replace(d, severity="warning") for d in moved_tags(workspace.repository, workspace.settings.ci.branch))
    except Problems as problems:
        return problems.diagnostics
