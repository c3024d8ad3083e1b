"""The storage's keys fit its address. What is refused, and how it is said, stands in tests/golden/diagnostics."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError
from support.projects import SPECS, compile_texts

from mlspec.language.kinds.storage import Storage
from mlspec.pipelines.generate.dvc.render import render

ID = "11111111-2222-3333-4444-555555555555"
ROLE = "arn:aws:iam::123456789012:role/teams/ci"
POOL = "projects/1/locations/global/workloadIdentityPools/pool/providers/github"


@pytest.mark.parametrize(
    "form",
    [
        {"url": "s3://b/p", "oidc": {"role": ROLE}},
        {"url": "s3://b/p", "oidc": {"role": ROLE.replace("aws", "aws-us-gov"), "region": "us-gov-west-1"}},
        {"url": "s3://b/p", "endpoint": "http://127.0.0.1:9000", "region": "eu-west-1"},
        {"url": "s3://b/p", "endpoint": "https://[::1]:9000/s3"},
        {"url": "gs://b/p", "oidc": {"provider": POOL}},
        {"url": "gs://b/p", "oidc": {"provider": POOL, "serviceAccount": "ci@acme.iam.gserviceaccount.com"}},
        {"url": "azure://c/p", "account": "acmeml"},
        {"url": "azure://c/p", "account": "acmeml", "oidc": {"clientId": ID, "tenantId": ID}},
        {"url": "../storage"},
    ],
)
def test_what_fits_is_taken(form: dict[str, Any]) -> None:
    assert Storage.model_validate(form).canonical() == form


@pytest.mark.parametrize(
    "form",
    [
        {"url": "../storage", "region": "eu-west-1"},
        {"url": "ssh://h/p", "oidc": {"role": ROLE}},
        {"url": "s3://b", "account": "acmeml"},
        {"url": "s3://b", "oidc": {}},
        {"url": "s3://b", "oidc": {"role": f"{ROLE}\nregion = x"}},
        {"url": "s3://b", "oidc": {"role": ROLE, "provider": POOL}},
        {"url": "gs://b", "oidc": {"serviceAccount": "ci@acme.iam.gserviceaccount.com"}},
        {"url": "azure://c", "account": "acmeml", "oidc": {"clientId": ID}},
        {"url": "s3://b", "endpoint": "https://h/p?token=x"},
        {"url": "s3://b", "endpoint": "https://h\n    credentialpath = /x"},
        {"url": "s3://b", "endpoint": "ftp://h"},
        {"url": "s3://b", "region": "eu west"},
        {"url": "azure://c", "account": "Acme"},
    ],
)
def test_what_does_not_fit_is_refused(form: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Storage.model_validate(form)


@pytest.mark.parametrize(
    ("storage", "lines"),
    [
        ("{url: ../storage}", ["url = ../../storage"]),
        (
            '{url: s3://b/p, endpoint: "https://minio.example.org:9000", region: eu-west-1}',
            ["url = s3://b/p", "endpointurl = https://minio.example.org:9000", "region = eu-west-1"],
        ),
        ("{url: azure://c/p, account: acmeml}", ["url = azure://c/p", "account_name = acmeml"]),
        (f'{{url: s3://b/p, oidc: {{role: "{ROLE}", region: eu-west-1}}}}', ["url = s3://b/p"]),
    ],
)
def test_dvc_is_told_where_the_store_is(storage: str, lines: list[str]) -> None:
    compiled = compile_texts(SPECS | {"mlspec.yaml": SPECS["mlspec.yaml"].replace("{url: ../storage}", storage)})
    assert compiled.project is not None and compiled.graph is not None, compiled.diagnostics
    config = render(compiled.project, compiled.graph)[".dvc/config"]
    assert [line.strip() for line in config.splitlines() if line.startswith("    ")][2:] == lines
