"""A promotion in two jobs: one that runs model code and can't write to Git, one that writes and runs none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.promotion_world import BRANCH, CLAIM, ENVIRONMENT, RECORD, World, commit, git, run
from support.shared import Shared

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="session")
def left_once(better_once: World, shared: Shared) -> World:
    """The proposal of a better model stands in `home`/proposal; nothing of it is pushed to Git."""
    return World(shared.once("left", lambda home: leave(better_once.copy(home))))


def leave(deployed: World) -> None:
    folder = deployed.home / "proposal"
    before = git(deployed.remote, "for-each-ref")
    done = run(deployed.root, "promote", "model/demand", "--to", "staging", "--proposal", str(folder), check=0)
    assert "mlspec ci propose" in done.out
    assert git(deployed.remote, "for-each-ref") == before
    assert BRANCH not in git(deployed.root, "branch", "--list")


@pytest.fixture
def deployed(left_once: World, tmp_path: Path) -> World:
    return left_once.copy(tmp_path)


@pytest.fixture
def left(deployed: World) -> Path:
    return deployed.home / "proposal"


def test_what_is_proposed_is_what_promote_would_have_pushed(deployed: World, left: Path) -> None:
    clone = deployed.clone("clean")  # another machine: no data, no cache
    head = json.loads((left / "proposal.json").read_text())
    run(clone, "ci", "propose", "--from", str(left), check=0)
    tip = git(deployed.remote, "rev-parse", BRANCH).strip()
    assert git(deployed.remote, "diff", "--name-only", "main", BRANCH).split() == sorted([ENVIRONMENT, CLAIM, RECORD])
    assert git(deployed.remote, "show", "--no-patch", "--format=%B", BRANCH).strip() == head["message"].strip()
    assert (clone / ".mlspec/pull-requests/promote-staging-demand-v1.1.0.md").read_text() == head["body"]
    assert "has it already" in run(clone, "ci", "propose", "--from", str(left), check=0).out
    by_promote = deployed.promote()  # finds the branch, and takes it for its own
    assert f"found {BRANCH}" in by_promote.out
    assert git(deployed.remote, "rev-parse", BRANCH).strip() == tip
    deployed.propose()
    assert "deployment/staging/demand: verified" in deployed.verify().out


def test_the_trusted_job_writes_down_who_asked(deployed: World, left: Path) -> None:
    started = {"GITHUB_ACTIONS": "true", "GITHUB_ACTOR": "ben", "GITHUB_TRIGGERING_ACTOR": "carl"}
    run(deployed.root, "ci", "propose", "--from", str(left), check=0, env=started)
    message = git(deployed.remote, "show", "--no-patch", "--format=%B", BRANCH).strip()
    assert message.endswith("\nRequested-by: ben\nRequested-by: carl")
    assert "Claim: sha256:" in message


def test_a_rollback_goes_the_same_way(deployed: World, left: Path) -> None:
    run(deployed.root, "ci", "propose", "--from", str(left), check=0)
    deployed.merge()
    folder = deployed.home / "rollback"
    words = ("rollback", "deployment/staging/demand", "--reason", "too low on Sundays", "--proposal", str(folder))
    run(deployed.root, *words, check=0)
    run(deployed.root, "ci", "propose", "--from", str(folder), check=0)
    deployed.propose("mlspec/rollback/staging/demand/v1.0.0")
    assert "deployment/staging/demand: verified" in deployed.verify().out


def meanwhile(deployed: World, path: str, old: str, new: str) -> str:
    """Somebody's commit on main after the proposal was made; returns it."""
    clone = deployed.clone("person")
    (clone / path).parent.mkdir(parents=True, exist_ok=True)
    text = (clone / path).read_text() if (clone / path).exists() else old
    assert old in text
    (clone / path).write_text(text.replace(old, new))
    commit(clone, "Meanwhile")
    git(clone, "push", "--quiet", "origin", "main")
    return git(clone, "rev-parse", "HEAD").strip()


def test_a_main_branch_that_moved_elsewhere_is_what_it_is_built_on(deployed: World, left: Path) -> None:
    """A workflow's token may not push a commit with workflow files that are older than the main branch's."""
    tip = meanwhile(deployed, ".github/workflows/other.yml", "old", "on: push")
    run(deployed.root, "ci", "propose", "--from", str(left), check=0)
    assert git(deployed.remote, "rev-parse", f"{BRANCH}^").strip() == tip
    assert git(deployed.remote, "diff", "--name-only", "main", BRANCH).split() == sorted([ENVIRONMENT, CLAIM, RECORD])
    deployed.propose()
    assert "deployment/staging/demand: verified" in deployed.verify().out


def test_what_was_judged_by_other_kpis_than_the_main_branch_s_is_not_pushed(deployed: World, left: Path) -> None:
    meanwhile(deployed, "specs/demand-kpis.yaml", "resamples: 200", "resamples: 201")
    refused = run(deployed.root, "ci", "propose", "--from", str(left))
    assert refused.code == 1
    assert "MLS0525" in refused.err and "MLS0737" in refused.err
    assert git(deployed.remote, "for-each-ref", f"refs/heads/{BRANCH}") == ""


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".github/workflows/x.yml", "on: push"),
        ("environments/production/demand.yaml", "spec: {}"),
        ("registry/x/run.sh", "true"),
        ("promotions/staging/demand/v9.9.9.yaml", "kind: Claim"),
        ("registry/other/v1.0.0.yaml", "kind: ModelVersion"),
    ],
)
def test_more_files_than_a_promotion_has_are_refused(deployed: World, left: Path, path: str, text: str) -> None:
    target = left / "files" / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)
    refused = run(deployed.root, "ci", "propose", "--from", str(left))
    assert refused.code == 1, refused.text
    assert "MLS0522" in refused.err or "MLS0710" in refused.err, refused.err
    assert git(deployed.remote, "for-each-ref", f"refs/heads/{BRANCH}") == ""


@pytest.mark.parametrize("key", ["branch", "title", "message", "subject", "base"])
def test_what_a_promotion_says_of_itself_follows_from_its_claim(deployed: World, left: Path, key: str) -> None:
    head = json.loads((left / "proposal.json").read_text())
    (left / "proposal.json").write_text(json.dumps(head | {key: "main" if key == "branch" else "other"}))
    refused = run(deployed.root, "ci", "propose", "--from", str(left))
    assert "MLS0522" in refused.err, refused.text
    assert git(deployed.remote, "for-each-ref", f"refs/heads/{BRANCH}") == ""
