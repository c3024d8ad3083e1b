"""`mlspec verify`: is what is deployed what was approved? Reads the files as they are, and the bytes from the store."""

from __future__ import annotations

from pathlib import Path

from mlspec.diagnostics import Diagnostic, Problems
from mlspec.gates.bytes_check import check_model_bytes
from mlspec.ir.project import Bound, Project
from mlspec.registry.chain import check_chain, find_chain
from mlspec.registry.claims import FOLDER as CLAIMS
from mlspec.registry.entries import FOLDER as REGISTRY
from mlspec.registry.record_files import Files
from mlspec.spec.deployment import Deployment


def verify_deployed(root: Path, project: Project, deployment: Bound[Deployment], *, with_bytes: bool = True) -> list[Diagnostic]:
    """Return every broken link between a deployment's environment file, its claim, its registry record and the model's bytes.

    Empty for a sound deployment, and for one without a version. A claim's `validUntil` plays no part: it bounds the approval, not what
    was approved. `with_bytes=False` leaves out fetching the model, for callers that compare its digest themselves.
    """
    if deployment.envelope.spec.version is None:
        return []
    try:
        chain = find_chain(working_files(root, deployment), deployment)
        found = list(check_chain(chain, project))
    except Problems as problems:
        return list(problems.diagnostics)
    if with_bytes and chain.entry is not None:
        found += check_model_bytes(root, chain.entry, deployment.ref)
    return found


def working_files(root: Path, deployment: Bound[Deployment]) -> Files:
    """The records of a deployment's model and its claims, as the working tree has them. Links are not followed."""
    environment = deployment.envelope.metadata.environment
    folders = [f"{REGISTRY}/{deployment.envelope.spec.model}", f"{CLAIMS}/{environment}/{deployment.name}"]
    paths = [p for folder in folders for p in sorted((root / folder).glob("*.yaml")) if p.is_file() and not p.is_symlink()]
    inside = [p for p in paths if p.resolve().is_relative_to(root.resolve())]
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in inside}
