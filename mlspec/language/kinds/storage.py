"""Where data and models are kept: the DVC remote, and how a workflow signs in to it."""

from __future__ import annotations

import re
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from mlspec.language.kinds.base import SpecModel

_STORAGE = re.compile(r"(s3|gs|azure|ssh)://[A-Za-z0-9._@:/+=-]+|[A-Za-z0-9._/+=@ -]+")
_ENDPOINT = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~/-]*)?")
_FITS = {"s3": ("endpoint", "region", "oidc"), "gs": ("oidc",), "azure": ("account", "oidc")}
"""Scheme of `url` -> the keys that say something about such a storage."""
_OIDC = {"s3": (("role",), ("region",)), "gs": (("provider",), ("service_account",)), "azure": (("client_id", "tenant_id"), ())}
"""Scheme of `url` -> the keys of `oidc` that are needed, and those that are allowed."""


def _check_storage(value: str) -> str:
    if not _STORAGE.fullmatch(value) or value.startswith("-"):
        raise PydanticCustomError("mls_storage", "not a DVC remote: write a folder, s3://, gs://, azure:// or ssh://")
    return value


def _check_endpoint(value: str) -> str:
    if not _ENDPOINT.fullmatch(value):
        secret = "; keys never stand in a spec" if "@" in value else ""
        context = {"help": f"write it as in `https://minio.example.org:9000`{secret}"}
        raise PydanticCustomError("mls_endpoint", "not the address of a store", context)
    return value


def _matching(pattern: str, message: str) -> AfterValidator:
    regex = re.compile(pattern)

    def check(value: str) -> str:
        if not regex.fullmatch(value):
            raise PydanticCustomError("mls_pattern", message)
        return value

    return AfterValidator(check)


Region = Annotated[str, _matching(r"[a-z0-9]+(-[a-z0-9]+)*", "not a region: write one such as `eu-west-1`")]
_UUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
Uuid = Annotated[str, _matching(_UUID, "not an id of Azure's: copy it as `00000000-0000-0000-0000-000000000000`")]
_ROLE = r"arn:aws[a-z-]*:iam::\d{12}:role/[A-Za-z0-9+=,.@_/-]+"
_POOL = r"projects/\d+/locations/global/workloadIdentityPools/[a-z0-9-]{4,32}/providers/[a-z0-9-]{4,32}"
_MAIL = r"[a-z0-9-]+@[a-z0-9.-]+\.gserviceaccount\.com"


class Oidc(SpecModel):
    """How the generated workflows sign in to the storage without a stored key: by the runner's own short-lived token."""

    role: Annotated[str, _matching(_ROLE, "not a role of AWS: write `arn:aws:iam::123456789012:role/ci`")] | None = Field(
        None, description="s3: the role to assume, whose trust policy names the repository.", examples=["arn:aws:iam::123456789012:role/ci"]
    )
    region: Region | None = Field(None, description="s3: the region of the sign-in; `storage.region` unless given.", examples=["eu-west-1"])
    provider: (
        Annotated[
            str, _matching(_POOL, "not a provider: write `projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER`")
        ]
        | None
    ) = Field(
        None,
        description="gs: the provider of the workload identity pool.",
        examples=["projects/1/locations/global/workloadIdentityPools/pool/providers/github"],
    )
    service_account: Annotated[str, _matching(_MAIL, "not a service account: write `ci@PROJECT.iam.gserviceaccount.com`")] | None = Field(
        None, description="gs: the service account to act as; else the pool's own identity.", examples=["ci@acme.iam.gserviceaccount.com"]
    )
    client_id: Uuid | None = Field(
        None, description="azure: the id of the application or managed identity.", examples=["11111111-2222-3333-4444-555555555555"]
    )
    tenant_id: Uuid | None = Field(None, description="azure: the id of the directory.", examples=["11111111-2222-3333-4444-555555555555"])


class Storage(SpecModel):
    """Where data and models are kept by content: the DVC remote."""

    url: Annotated[str, AfterValidator(_check_storage)] = Field(
        description="A folder (relative to mlspec.yaml), s3://, gs://, azure:// or ssh://.", examples=["s3://acme-ml/bike-demand"]
    )
    endpoint: Annotated[str, AfterValidator(_check_endpoint)] | None = Field(
        None, description="s3: the address of a store that is not Amazon's, such as MinIO.", examples=["https://minio.example.org:9000"]
    )
    region: Region | None = Field(None, description="s3: the bucket's region.", examples=["eu-west-1"])
    account: Annotated[str, _matching(r"[a-z0-9]{3,24}", "not a storage account: 3 to 24 of a-z and 0-9")] | None = Field(
        None, description="azure: the storage account.", examples=["acmeml"]
    )
    oidc: Oidc | None = Field(
        None,
        description="How workflows sign in without a stored key, by the runner's own token.",
        examples=[{"role": "arn:aws:iam::123456789012:role/ci", "region": "eu-west-1"}],
    )

    @property
    def scheme(self) -> str:
        """`s3`, `gs`, `azure` or `ssh`; empty for a folder."""
        scheme, mark, _ = self.url.partition("://")
        return scheme if mark else ""

    @model_validator(mode="after")
    def _keys_fit(self) -> Self:
        for name in ("endpoint", "region", "account", "oidc"):
            if getattr(self, name) is not None and name not in _FITS.get(self.scheme, ()):
                fits = ", ".join(f"`{s}://`" for s, names in _FITS.items() if name in names)
                raise _misfit("the key `{key}` belongs to {fits}", name, [name], fits=fits, help="remove it, or correct `url`")
        if self.oidc is not None:
            self._oidc_fits(self.oidc)
        return self

    def _oidc_fits(self, oidc: Oidc) -> None:
        needed, allowed = _OIDC[self.scheme]
        written = " and ".join(f"`{_yaml(n)}`" for n in needed)
        for name in type(oidc).model_fields:
            if getattr(oidc, name) is not None and name not in (*needed, *allowed):
                text = "`{key}` says nothing about {scheme}://"
                help_text = f"remove it; to sign in to {self.scheme}://, write {written}"
                raise _misfit(text, _yaml(name), ["oidc", _yaml(name)], scheme=self.scheme, help=help_text)
        if missing := [n for n in needed if getattr(oidc, n) is None]:
            text = "the key `{key}` is missing from `oidc`"
            raise _misfit(text, _yaml(missing[0]), ["oidc"], help=f"to sign in to {self.scheme}://, write {written}")
        if self.scheme == "azure" and self.account is None:
            help_text = "write the storage account's name beside `url`: DVC signs in by OIDC only where it knows the account"
            raise _misfit("`oidc` needs the key `{key}`", "account", ["oidc"], help=help_text)


def _yaml(name: str) -> str:
    return Oidc.model_fields[name].alias or name


def _misfit(message: str, key: str, at: list[str], **context: str) -> PydanticCustomError:
    return PydanticCustomError("mls_storage_key", message, {"key": key, "at": at, **context})
