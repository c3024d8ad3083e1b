"""The digests that a record and a claim bind: spec, code, environment, KPIs, deployment target."""

from __future__ import annotations

from typing import Any

from mlspec.adapters.git.repository import Repository
from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics import problem
from mlspec.diagnostics.digest import bytes_digest, canonical_digest


def object_digest(bound: Bound[Any]) -> str:
    """sha256 of the canonical JSON of one object (defaults filled in, what only people read left out)."""
    return canonical_digest(bound.canonical())


def code_digest(repository: Repository, revision: str, project: Project) -> str:
    """sha256 over the lines `<git tree hash>  <folder>` of the declared code folders at a commit; `none` without code."""
    folders = sorted(project.settings.envelope.spec.code)
    hashes = repository.tree_hashes(revision, folders)
    lines = "".join(f"{hashes[folder] or 'absent'}  {folder}\n" for folder in folders)
    return bytes_digest(lines.encode()) if lines else "none"


def environment_digest(repository: Repository, revision: str, project: Project) -> str:
    """sha256 of the requirements lock at a commit. Raises MLS0713 when it is not committed."""
    path = project.settings.envelope.spec.requirements
    if path is None:
        advice = "a promotion says which libraries the model needs: add `requirements: requirements.lock`, then `mlspec validate --fix`"
        raise problem("MLS0713", "mlspec.yaml names no requirements lock", help=advice)
    content = repository.show(revision, path)
    if content is None:
        raise problem("MLS0713", f"{path} is not in Git at {revision[:12]}", help="commit it: it says which libraries the model needs")
    return bytes_digest(content)
