"""The subject to trust, in both of GitHub's forms (https://docs.github.com/actions/reference/security/oidc, "Immutable subject claims")."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.cli import git
from support.doctor_world import outcomes, told_of_github
from support.github_settings import IMMUTABLE, NAMED, SettingsServer
from support.identity_tokens import TokenService, claims_of

from mlspec.setup.doctor.examine import open_project
from mlspec.setup.doctor.examined import Examined
from mlspec.setup.doctor.finding import Verdict

OLD, NEW = "repo:ada/shop:environment:staging", "repo:ada@123456/shop@456789:environment:staging"
OIDC = '{url: s3://acme-ml/shop, oidc: {role: "arn:aws:iam::123456789012:role/ci", region: eu-west-1}}'
ENVIRONMENTS = ("mlspec-storage", "production", "staging")


@pytest.fixture
def signing_in(root: Path, examined: Examined) -> Examined:
    spec = root / "mlspec.yaml"
    spec.write_text("\n".join(f"  storage: {OIDC}" if "storage:" in line else line for line in spec.read_text().splitlines()) + "\n")
    git(root, "remote", "set-url", "origin", "https://github.com/ada/shop.git")
    return open_project(root)


def of(examined: Examined) -> Verdict:
    return told_of_github(examined)["staging: subject"]


def test_without_sign_in_nothing_is_said(examined: Examined, github: SettingsServer) -> None:
    assert not [c for c in told_of_github(examined) if c.endswith("subject")]
    assert "actions/get-custom-oidc-sub-claim-for-repo" not in github.operations


def test_every_environment_that_signs_in_has_its_own(signing_in: Examined, github: SettingsServer) -> None:
    found = told_of_github(signing_in)
    told = {c: v for c, v in found.items() if c.endswith(": subject")}
    assert {c: v.what for c, v in told.items()} == {
        f"{name}: subject": f"trust `repo:ada@123456/shop@456789:environment:{name}`" for name in ENVIRONMENTS
    }
    assert outcomes(told, "ok") == set(told)


@pytest.mark.parametrize(
    ("template", "subjects", "outcome"),
    [
        ({**IMMUTABLE}, [NEW], "ok"),
        ({**NAMED}, [OLD], "ok"),
        ({"use_immutable_subject": True}, [NEW], "ok"),
        ({"sub_claim_prefix": "repo:ada/shop"}, [OLD], "ok"),
        # as announced in April, before the separator was changed: what GitHub says it writes is what counts
        ({"use_immutable_subject": True, "sub_claim_prefix": "repo:ada-123456/shop-456789"}, ["repo:ada-123456/shop-456789:environment:staging"], "ok"),
        # seen by people while GitHub changed it over: the flag and the prefix say different things
        ({"use_immutable_subject": False, "sub_claim_prefix": IMMUTABLE["sub_claim_prefix"]}, [NEW, OLD], "skipped"),
        ({"use_immutable_subject": True, "sub_claim_prefix": "repo:ada/shop"}, [OLD, NEW], "skipped"),
        ({}, [OLD, NEW], "skipped"),
        ({"use_immutable_subject": False}, [OLD, NEW], "skipped"),
        ({"sub_claim_prefix": ["what"]}, [OLD, NEW], "skipped"),
    ],
)  # fmt: skip
def test_both_forms(template: dict[str, Any], subjects: list[str], outcome: str, signing_in: Examined, github: SettingsServer) -> None:
    github.repository.subject = {"use_default": True, **template}
    found = of(signing_in)
    assert found.outcome == outcome and [part for part in found.what.split("`") if part.startswith("repo:")] == subjects
    assert outcome == "ok" or "trust both" in found.fix


@pytest.mark.parametrize(
    ("keys", "subject", "outcome"),
    [
        (["repo", "context"], NEW, "ok"),
        (["repository_id", "context"], "repository_id:456789:environment:staging", "ok"),
        (["repository_owner", "repository_visibility", "environment"], "repository_owner:ada:repository_visibility:private:environment:staging", "ok"),
        (["repository_owner_id", "repository_id"], "repository_owner_id:123456:repository_id:456789", "problem"),
        (["repo"], "repo:ada@123456/shop@456789", "problem"),
        (["repo", "context", "job_workflow_ref"], "", "skipped"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("whose", ["repository", "organization"])
def test_a_template(whose: str, keys: list[str], subject: str, outcome: str, signing_in: Examined, github: SettingsServer) -> None:
    """`use_default: false` without keys takes the organization's (https://docs.github.com/rest/actions/oidc)."""
    own = {"include_claim_keys": keys} if whose == "repository" else {}
    github.repository.subject = {"use_default": False, **IMMUTABLE, **own}
    github.repository.owner_subject = keys if whose == "organization" else ["actor"]
    found = of(signing_in)
    assert found.outcome == outcome and f"`{subject}`" in found.what if subject else found.outcome == outcome
    if outcome == "problem":
        assert "names no environment" in found.what and "`context`" in found.fix
    if outcome == "skipped":
        assert "job_workflow_ref" in found.what


@pytest.mark.parametrize(("owner", "organization"), [("Organization", None), ("User", ["actor"])])
def test_no_template_at_all_is_githubs(owner: str, organization: list[str] | None, signing_in: Examined, github: SettingsServer) -> None:
    github.repository.subject = {"use_default": False, **IMMUTABLE}
    github.repository.owner_type, github.repository.owner_subject = owner, organization
    assert of(signing_in).what == f"trust `{NEW}`"


def test_what_the_token_may_not_read(signing_in: Examined, github: SettingsServer) -> None:
    github.hide("actions/get-custom-oidc-sub-claim-for-repo")
    found = of(signing_in)
    assert found.outcome == "skipped" and OLD in found.what and NEW in found.what
    github.repository.hidden.clear()
    github.repository.subject = {"use_default": False, **IMMUTABLE}
    github.hide("oidc/get-oidc-custom-sub-template-for-org")
    found = of(signing_in)
    assert found.outcome == "skipped" and "organization's" in found.what and "log" in found.fix


def test_an_enterprise_server_has_names_only(
    root: Path, signing_in: Examined, github: SettingsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://git.example.com")
    git(root, "remote", "set-url", "origin", "https://git.example.com/ada/shop.git")
    github.repository.subject = {"use_default": True}
    assert of(open_project(root)).what == f"trust `{OLD}`"


def test_a_cloud_with_data_residence_has_an_issuer_of_its_own(
    root: Path, signing_in: Examined, github: SettingsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page above, "Substituted values on GHE.com"."""
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://octocorp.ghe.com")
    git(root, "remote", "set-url", "origin", "https://octocorp.ghe.com/ada/shop.git")
    assert of(open_project(root)).what == f"trust `{NEW}`, issued by `https://token.actions.octocorp.ghe.com`"


@pytest.mark.parametrize(("immutable", "subject"), [(True, NEW), (False, OLD)])
def test_what_is_told_is_what_a_token_has(immutable: bool, subject: str, signing_in: Examined, github: SettingsServer) -> None:
    service = TokenService(slug="ada/shop", environment_name="staging", ids=(123456, 456789) if immutable else None)
    _, body = service.answer("/token?api-version=2.0&audience=sts.amazonaws.com", "bearer the-job-s-own-token")
    github.repository.subject = {"use_default": True, **(IMMUTABLE if immutable else NAMED)}
    assert of(signing_in).what == f"trust `{claims_of(body)['sub']}`" == f"trust `{subject}`"
