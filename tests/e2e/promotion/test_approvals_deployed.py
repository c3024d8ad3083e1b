"""At deployment the approvals are asked again, by the merged digests: what protects a branch may have been passed by."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from support.approval_world import POLICY, Approvals, approval_world
from support.cli import Result, git
from support.promotion_world import BRANCH, CLAIM, World, commit, replace, run

from mlspec.deploy.approved import verify_before
from mlspec.pipelines.workspace import open_workspace
from mlspec.registry.signing.trust import trust_here

pytestmark = pytest.mark.e2e


@pytest.fixture
def merged(waiting: World) -> Iterator[Approvals]:
    """#1 was approved by ben, and merged."""
    with approval_world(waiting) as made:
        made.github.review(1, "ben")
        made.merge()
        yield made


def verify(world: Approvals, env: dict[str, str] | None = None) -> Result:
    done = run(world.root, "verify", "deployment/staging/demand", env=world.settings | (env or {}))
    assert world.github.violations == []
    return done


def reconcile(world: Approvals, *words: str, env: dict[str, str] | None = None) -> Result:
    return run(world.root, "reconcile", "--env", "staging", *words, env=world.settings | (env or {}))


def test_what_was_approved_is_verified(merged: Approvals) -> None:
    assert "deployment/staging/demand: v1.1.0 verified" in verify(merged).out
    merged.github.review(1, "carl", "CHANGES_REQUESTED")
    merged.world.refused(verify(merged), "MLS0751", "carl asks for changes")


def test_a_merge_without_approvals_is_refused_and_can_be_approved_afterwards(merged: Approvals) -> None:
    merged.github.reviews.clear()
    merged.world.refused(verify(merged), "MLS0750", "needs 1 approval", "0 of #1 count")
    merged.world.refused(reconcile(merged, "--dry-run"), "MLS0750")
    merged.github.review(1, "ada")
    merged.world.refused(verify(merged), "MLS0750", "ada opened the pull request")
    merged.github.review(1, "ben")
    assert verify(merged).code == 0


def test_a_mode_between_the_approval_and_the_merge(waiting: World) -> None:
    """A link's content is the text that it leads to: the same blob is another thing."""
    with approval_world(waiting) as made:
        made.github.review(1, "ben")
        (made.checkout(BRANCH) / CLAIM).chmod(0o755)
        made.commit(BRANCH, {}, "ada")
        made.merge()
        made.world.refused(verify(made), "MLS0750", "ben: looked at")
        made.github.review(1, "ben")
        assert verify(made).code == 0


def test_a_push_between_the_approval_and_the_merge(waiting: World) -> None:
    with approval_world(waiting) as made:
        made.github.review(1, "ben")
        made.commit(BRANCH, {"notes.txt": "x"}, "ada")
        made.merge()
        made.world.refused(verify(made), "MLS0750", "ben: looked at")
        made.github.review(1, "ben")
        assert verify(made).code == 0


def test_main_may_have_moved_before_the_merge(waiting: World) -> None:
    with approval_world(waiting) as made:
        made.github.review(1, "ben")
        made.commit("main", {"README.md": "main moved"}, "dora")
        made.merge()
        assert verify(made).code == 0


def test_what_came_without_a_pull_request_is_refused(merged: Approvals) -> None:
    merged.github.pulls.clear()
    merged.world.refused(verify(merged), "MLS0758", "no pull request into `main` brought")


def test_a_claim_that_is_not_what_was_merged(merged: Approvals) -> None:
    from mlspec.diagnostics.digest import bytes_digest

    path = merged.root / CLAIM
    old = bytes_digest(path.read_bytes())
    path.write_bytes(path.read_bytes() + b"\n")
    replace(merged.root, "environments/staging/demand.yaml", old, bytes_digest(path.read_bytes()))
    commit(merged.root, "Past the pull request")
    merged.world.refused(verify(merged), "MLS0759", CLAIM, "is not what was merged")


def test_the_policy_is_that_of_the_time(merged: Approvals) -> None:
    replace(merged.root, "specs/policy.yaml", "count: 1", "count: 2")
    commit(merged.root, "Stricter from now on")
    assert verify(merged).code == 0
    merged.github.reviews.clear()
    (merged.root / "specs/policy.yaml").unlink()
    commit(merged.root, "No policy any more")
    assert verify(merged).code == 0  # the claim was made before the policy: nothing says that one held
    (merged.root / "specs/policy.yaml").write_text(POLICY % (1, ""))
    merged.world.refused(verify(merged), "MLS0750")


def test_without_a_token_or_github_nobody_can_tell(merged: Approvals) -> None:
    merged.world.refused(verify(merged, {"GITHUB_TOKEN": ""}), "MLS0756", "no token")
    merged.world.refused(reconcile(merged, "--dry-run", env={"GITHUB_TOKEN": ""}), "MLS0756")
    git(merged.root, "remote", "set-url", "origin", str(merged.world.remote))
    merged.world.refused(verify(merged), "MLS0756", "is no repository of GitHub's")


def test_a_machine_asks_once_for_each_claim_and_heals_without_an_answer(merged: Approvals, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = merged.root / ".mlspec/state/staging/approved/demand.json"
    assert reconcile(merged, "--dry-run").code == 0
    assert not kept.exists()
    workspace = open_workspace(merged.root)
    deployment = workspace.project.deployments["staging/demand"]
    for name, value in merged.settings.items():
        monkeypatch.setenv(name, value)
    trust = trust_here(workspace)
    assert verify_before(workspace, deployment, keep=True, trust=trust) == []
    assert json.loads(kept.read_text()) == {"claim": deployment.envelope.spec.claim}
    merged.github.requests.clear()
    assert reconcile(merged, "--dry-run", env={"GITHUB_TOKEN": ""}).code == 0
    assert merged.github.requests == []
    kept.write_text('{"claim": "sha256:another"}')
    merged.world.refused(reconcile(merged, "--dry-run", env={"GITHUB_TOKEN": ""}), "MLS0756")


def test_who_may_write_no_more_approved_nothing(merged: Approvals) -> None:
    merged.github.people.rights["ben"] = "read"
    merged.world.refused(verify(merged), "MLS0750", "ben: may not write")
    merged.github.review(1, "carl")
    assert verify(merged).code == 0
