"""At deployment: which merge brought a claim, and by which pull request. (e2e/promotion/test_approvals_deployed.py asks a GitHub.)"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from support.changes import BASE, CLAIM, ENVIRONMENT, HEAD, Files, at, here
from support.git_repos import commit_all, sh, start
from support.records import claim, deployed, record, sha

from mlspec.adapters.git.repository import open_repository
from mlspec.adapters.github.reviews import PullRequest
from mlspec.diagnostics import Problems
from mlspec.promotion.verify import approved
from mlspec.promotion.verify.approved import _merged_as, _pull, check_approved, may_need_approval
from mlspec.registry.chain import Chain, find_chain

POLICY = "apiVersion: mlspec/v1\nkind: Policy\nmetadata: {name: p}\nspec: {environments: [staging], require: {approvals: {count: 1}}}\n"


def write(root: Path, files: Files) -> Path:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(text.encode() if isinstance(text, str) else text or b"")
    return root


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = write(start(tmp_path / "project"), BASE)
    commit_all(root)
    write(root, HEAD)
    commit_all(root)
    return root


def needed(root: Path, files: Files = HEAD) -> bool:
    workspace = here(root, files)
    return may_need_approval(workspace, workspace.project.deployments["staging/demand"])


def test_without_a_policy_then_and_now_nobody_is_asked(root: Path) -> None:
    assert not needed(root)
    workspace = here(root, HEAD)
    assert check_approved(workspace, workspace.project.deployments["staging/demand"]) == []
    assert not needed(
        root,
        {**HEAD, "specs/p.yaml": POLICY, ENVIRONMENT: str(BASE["environments/production/demand.yaml"]).replace("production", "staging")},
    )


def test_a_policy_now_or_at_the_claims_time_may_have_asked(root: Path) -> None:
    assert needed(root, {**HEAD, "specs/p.yaml": POLICY})
    judged = claim("staging", "v1.1.0", record("v1.1.0"), policy=sha("policies"))
    files: Files = {**HEAD, CLAIM: judged, ENVIRONMENT: deployed("staging", "v1.1.0", judged, previous=sha("v1.0.0"))}
    write(root, files)
    assert needed(root, files)


def test_a_policy_of_another_environment_asks_nothing_here(root: Path) -> None:
    assert not needed(root, {**HEAD, "specs/p.yaml": POLICY.replace("[staging]", "[production]")})


# ---------------------------------------------------------------------------------------------- which merge


def chain(root: Path) -> Chain:
    return find_chain({CLAIM: (root / CLAIM).read_bytes()}, at(HEAD).project.deployments["staging/demand"])


def test_the_commit_that_added_the_claim_is_the_one(root: Path) -> None:
    found = chain(root)
    assert found.claim is not None
    brought = sh(root, "git", "rev-parse", "HEAD")
    write(root, {"README.md": "later\n"})
    commit_all(root)
    assert _merged_as(open_repository(root), found, found.claim) == brought


def test_a_claim_that_is_in_no_commit_was_approved_by_nobody(root: Path) -> None:
    found = chain(root)
    assert found.claim is not None
    sh(root, "git", "reset", "--quiet", "--hard", "HEAD^")
    with pytest.raises(Problems, match="MLS0758"):
        _merged_as(open_repository(root), found, found.claim)


def test_a_claim_of_the_first_commit_came_by_no_merge(tmp_path: Path) -> None:
    root = write(start(tmp_path / "project"), HEAD)
    commit_all(root)
    found = chain(root)
    assert found.claim is not None
    with pytest.raises(Problems, match="MLS0758"):
        _merged_as(open_repository(root), found, found.claim)


def test_other_bytes_than_were_merged_are_told(root: Path) -> None:
    found = chain(root)
    assert found.claim is not None
    sh(root, "git", "rm", "--quiet", CLAIM)
    sh(root, "git", "commit", "--quiet", "--message", "Gone")
    write(root, {CLAIM: found.claim.content + b"# more\n"})
    commit_all(root)
    with pytest.raises(Problems, match="MLS0759"):
        _merged_as(open_repository(root), found, found.claim)


# ---------------------------------------------------------------------------------------------- which pull request


def pull(number: int, base: str = "main", merged_at: str | None = "2026-11-21T09:00:00Z", merge: str | None = "m" * 40) -> PullRequest:
    return PullRequest(number, None, "h" * 40, "topic", "ada/shop", base, "b" * 40, 1, "closed", merged_at, merge)


@pytest.mark.parametrize(
    ("pulls", "number"),
    [
        ([pull(3)], 3),
        ([pull(5, merge="x" * 40), pull(7)], 7),  # the one whose merge it is, before any that holds the commit
        ([pull(9, merge="x" * 40), pull(4, merge="y" * 40)], 4),
        ([pull(1, base="other"), pull(2)], 2),
        ([pull(1, merged_at=None), pull(2)], 2),
        ([], None),
        ([pull(1, base="other"), pull(2, merged_at=None)], None),
    ],
)
def test_the_merged_pull_request_into_the_branch(
    root: Path, monkeypatch: pytest.MonkeyPatch, pulls: list[PullRequest], number: int | None
) -> None:
    monkeypatch.setattr(approved, "pulls_with", lambda *_: pulls)
    forge: Any = SimpleNamespace(api=None, slug="ada/shop")
    if number is None:
        with pytest.raises(Problems, match="MLS0758"):
            _pull(forge, chain(root), "m" * 40, "main")
    else:
        assert _pull(forge, chain(root), "m" * 40, "main").number == number


def test_without_a_forge_the_deployment_is_refused_where_a_policy_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_TOKEN", "GH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    root = write(start(tmp_path / "project"), {**BASE, "specs/p.yaml": POLICY, "requirements.lock": "# locked\n"})
    commit_all(root)
    write(root, HEAD)
    commit_all(root)
    sh(root, "git", "remote", "add", "origin", "https://example.org/ada/shop.git")
    workspace = here(root, {**HEAD, "specs/p.yaml": POLICY})
    assert [d.code for d in check_approved(workspace, workspace.project.deployments["staging/demand"])] == ["MLS0756"]
