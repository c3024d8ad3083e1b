"""Which claims this machine found approved: GitHub is asked once for each, so that a loop needs no answer at every turn."""

from __future__ import annotations

import json
from pathlib import Path

from mlspec.compiler.project.project import Bound
from mlspec.deploy.state import inside_repository, state_folder
from mlspec.diagnostics import Diagnostic, has_errors
from mlspec.diagnostics.atomic import replace_file
from mlspec.language.kinds.deployment import Deployment
from mlspec.pipelines.workspace import Workspace
from mlspec.promotion.verify.approved import check_approved, may_need_approval
from mlspec.promotion.verify.deployed import verify_deployed
from mlspec.registry.signing.trust import Trust


def verify_before(workspace: Workspace, deployment: Bound[Deployment], *, keep: bool, trust: Trust) -> list[Diagnostic]:
    """What speaks against deploying what is declared. The model's bytes are compared when they are fetched, and again when loaded.

    GitHub is asked for approvals once for each claim; `keep`: write down that it was found approved.
    """
    found = verify_deployed(workspace, deployment, with_bytes=False, trust=trust)
    if has_errors(found) or not may_need_approval(workspace, deployment) or is_known_approved(workspace.root, deployment):
        return found
    missing = check_approved(workspace, deployment)
    if keep and not has_errors(missing):
        remember_approved(workspace.root, deployment)
    return [*found, *missing]


def is_known_approved(root: Path, deployment: Bound[Deployment]) -> bool:
    """Whether the claim that is declared now was found approved here before."""
    try:
        found = json.loads(_path(root, deployment).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(found, dict) and found.get("claim") == deployment.envelope.spec.claim is not None


def remember_approved(root: Path, deployment: Bound[Deployment]) -> None:
    """Write it down, in a local file. Raises MLS0813 where a link leads out of the repository."""
    path = _path(root, deployment)
    inside_repository(root, path.parent)
    replace_file(path, (json.dumps({"claim": deployment.envelope.spec.claim}) + "\n").encode(), durable=False)


def _path(root: Path, deployment: Bound[Deployment]) -> Path:
    return state_folder(root, deployment.envelope.metadata.environment) / "approved" / f"{deployment.name}.json"
