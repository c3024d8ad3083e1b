"""What verbs share: find the project, compile it, stop on errors."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mlspec.diagnostics import problem

if TYPE_CHECKING:
    from mlspec.adapters.cloud.sdk import Identity
    from mlspec.compiler.lint import Wish
    from mlspec.compiler.pipeline import Compiled
    from mlspec.compiler.project.project import Project
    from mlspec.language.kinds.storage import Oidc, Storage
    from mlspec.pipelines.workspace import Workspace


def project_root() -> Path:
    """Return the folder of the nearest `mlspec.yaml`, from the working directory upwards."""
    from mlspec.language.yaml.spec_files import find_root

    found = find_root(Path.cwd())
    if found is None:
        raise problem("MLS0002", "there is no mlspec.yaml in this folder or above it", help="`mlspec init` starts a project here")
    return found


def compile_project(wish: Wish | None = None) -> Compiled:
    """Compile the project of the working directory, whatever its errors; with a wish, lint it."""
    from mlspec.compiler.pipeline import compile_root

    compiled = compile_root(project_root(), wish=wish)
    if "duckdb" not in sys.modules:  # at the end it counts what was never collected, and says so on standard error
        gc.freeze()  # the project lives as long as the process: no later collection need look at it
    gc.enable()
    return compiled


def load_project(*, show_warnings: bool = True) -> Workspace:
    """Compile the project; print warnings; raise `Problems` when there are errors."""
    from mlspec.cli import console
    from mlspec.pipelines.workspace import workspace_of

    workspace = workspace_of(compile_project())
    if show_warnings:
        console.show(workspace.warnings)
    sign_in_as(workspace.project)
    return workspace


def sign_in_as(project: Project) -> None:
    """In a job of GitHub's, have the DVC remote opened by the job's own identity (`spec.storage.oidc`). Asks GitHub for nothing yet."""
    storage = project.settings.envelope.spec.storage
    if storage.oidc is None or os.environ.get("GITHUB_ACTIONS") != "true":
        return
    from mlspec.adapters.cloud import workload_identity

    workload_identity.arm(_identity(storage, storage.oidc))


def _identity(storage: Storage, oidc: Oidc) -> Identity | None:
    """As the storage's own checks have it, the scheme says which keys are there."""
    from mlspec.adapters.cloud.sdk import Aws, Azure, Google

    if oidc.role is not None:
        return Aws(oidc.role, oidc.region or storage.region, storage.endpoint)
    if oidc.provider is not None:
        return Google(oidc.provider, oidc.service_account)
    return Azure(oidc.client_id, oidc.tenant_id) if oidc.client_id and oidc.tenant_id else None
