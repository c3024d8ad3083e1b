"""How each cloud's own SDK takes a token that GitHub issued: its audience, the environment variables, and the files they name.

No SDK is called here: DVC's plugins use them (botocore for S3, google-auth for gs, azure-identity for azure), and each looks by itself
for what is written below, reads the token's file again whenever it signs in anew, and trades the token for credentials of its cloud.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

GOOGLE_FILE = "google.json"


@dataclass(frozen=True, slots=True)
class Aws:
    """A role of AWS. `endpoint`: of a store that is not Amazon's (MinIO, Ceph), which signs in at the same address."""

    role: str
    region: str | None = None
    endpoint: str | None = None
    audience: ClassVar[str] = "sts.amazonaws.com"
    given: ClassVar[tuple[str, ...]] = ("AWS_ACCESS_KEY_ID", "AWS_PROFILE")
    refused: ClassVar[str] = "the role's trust policy must name this repository (and the job's environment, where it has one)"

    def environment(self, token: Path) -> dict[str, str]:
        """What botocore reads. It knows a region by the second name only, DVC's plugin looks for the first."""
        session = re.sub(r"[^\w+=,.@-]", "-", f"mlspec-{os.environ.get('GITHUB_RUN_ID', 'local')}")[:64]
        made = {"AWS_ROLE_ARN": self.role, "AWS_WEB_IDENTITY_TOKEN_FILE": str(token), "AWS_ROLE_SESSION_NAME": session}
        if self.region:
            made |= {"AWS_REGION": self.region, "AWS_DEFAULT_REGION": self.region}
        return made | ({"AWS_ENDPOINT_URL_STS": self.endpoint} if self.endpoint and not _is_amazon(self.endpoint) else {})

    def files(self, token: Path) -> Mapping[str, str]:  # noqa: ARG002 - as the others
        """None beside the token."""
        return {}


def _is_amazon(endpoint: str) -> bool:
    """Whether the address is one of S3's own (of a private network, say), at which no sign-in is answered."""
    return (urlsplit(endpoint).hostname or "").endswith((".amazonaws.com", ".amazonaws.com.cn"))


@dataclass(frozen=True, slots=True)
class Google:
    """A provider of a workload identity pool, and the service account to act as (None: the pool's own identity)."""

    provider: str
    service_account: str | None = None
    given: ClassVar[tuple[str, ...]] = ("GOOGLE_APPLICATION_CREDENTIALS",)
    refused: ClassVar[str] = (
        "the pool's provider must admit this repository, and its identity must be allowed to act as the service account"
    )

    @property
    def audience(self) -> str:
        return f"https://iam.googleapis.com/{self.provider}"

    def environment(self, token: Path) -> dict[str, str]:
        """What google-auth reads."""
        return {"GOOGLE_APPLICATION_CREDENTIALS": str(token.parent / GOOGLE_FILE)}

    def files(self, token: Path) -> Mapping[str, str]:
        """Google's form of an account whose credentials come from elsewhere."""
        form = {
            "type": "external_account",
            "audience": f"//iam.googleapis.com/{self.provider}",
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
            "token_url": "https://sts.googleapis.com/v1/token",
            "credential_source": {"file": str(token), "format": {"type": "text"}},
        }
        if self.service_account:
            accounts = "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts"
            form["service_account_impersonation_url"] = f"{accounts}/{self.service_account}:generateAccessToken"
        return {GOOGLE_FILE: json.dumps(form, indent=2) + "\n"}


@dataclass(frozen=True, slots=True)
class Azure:
    """An application (or managed identity) of a directory. DVC needs the storage account's name too: `spec.storage.account`."""

    client_id: str
    tenant_id: str
    audience: ClassVar[str] = "api://AzureADTokenExchange"
    given: ClassVar[tuple[str, ...]] = (
        *("AZURE_STORAGE_CONNECTION_STRING", "AZURE_STORAGE_KEY", "AZURE_STORAGE_SAS_TOKEN", "AZURE_CLIENT_SECRET"),
    )
    refused: ClassVar[str] = (
        "the application needs a federated credential for this repository (and the job's environment), and a role on the data"
    )

    def environment(self, token: Path) -> dict[str, str]:
        """What azure-identity's workload identity reads."""
        return {"AZURE_CLIENT_ID": self.client_id, "AZURE_TENANT_ID": self.tenant_id, "AZURE_FEDERATED_TOKEN_FILE": str(token)}

    def files(self, token: Path) -> Mapping[str, str]:  # noqa: ARG002 - as the others
        """None beside the token."""
        return {}


Identity = Aws | Google | Azure
