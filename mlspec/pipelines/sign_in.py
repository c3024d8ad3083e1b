"""Who opens the DVC remote: in a job of GitHub's, the job's own identity, where the project says so (`spec.storage.oidc`)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from mlspec.compiler.project.project import Project
from mlspec.language.kinds.storage import Oidc, Storage

if TYPE_CHECKING:  # a verb on a person's machine loads none of it
    from mlspec.adapters.cloud.sdk import Identity


def sign_in_as(project: Project) -> None:
    """In a job of GitHub's, have the DVC remote opened by the job's own identity. Asks GitHub for nothing yet; elsewhere does nothing."""
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
