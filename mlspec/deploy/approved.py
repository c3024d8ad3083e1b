"""Which claims this machine found approved: GitHub is asked once for each, so that a loop needs no answer at every turn."""

from __future__ import annotations

import json
from pathlib import Path

from mlspec.compiler.project.project import Bound
from mlspec.deploy.state import inside_repository, state_folder
from mlspec.diagnostics.atomic import replace_file
from mlspec.language.kinds.deployment import Deployment


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
