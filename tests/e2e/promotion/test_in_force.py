"""The claim in force is the newest one of the main branch's line: an environment file of another time is no way back, and no way past a hold."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml
from support.promotion_world import BRANCH, CLAIM, ENVIRONMENT, World, commit, git, read, run

pytestmark = pytest.mark.e2e
BACK = "mlspec/rollback/staging/demand/v1.0.0"


@pytest.fixture
def moved(waiting: World) -> World:
    """v1.1.0 replaced v1.0.0 in staging, merged and pushed."""
    waiting.propose()
    git(waiting.root, "push", "-q", "origin", "HEAD:main")
    return waiting


@pytest.fixture
def back(moved: World) -> World:
    """And was rolled back, with a hold."""
    run(moved.root, "rollback", "deployment/staging/demand", "--reason", "bad", check=0)
    git(moved.root, "fetch", "-q")
    git(moved.root, "merge", "-q", "--no-ff", "-m", "back", f"origin/{BACK}")
    git(moved.root, "push", "-q", "origin", "HEAD:main")
    return moved


def refused(root: Path, code: str, *words: str) -> None:
    """By verify and by reconcile alike, which leaves what serves alone."""
    for verb in (("verify", "deployment/staging/demand"), ("reconcile", "--env", "staging", "--dry-run")):
        result = run(root, *verb, check=1)
        assert f"error[{code}]" in result.err and "REFUSED" in result.out, result.text
        for word in words:
            assert word in result.err, result.text


def accepted(root: Path, version: str, *words: str) -> None:
    result = run(root, "verify", "deployment/staging/demand", check=0)
    assert f"{version} verified" in result.out, result.text
    dry = run(root, "reconcile", "--env", "staging", "--dry-run", check=0)
    assert version in dry.out and "would start" in dry.out, dry.text
    for word in words:
        assert word in result.err and word in dry.err, result.text + dry.text


def test_promotion_and_rollback_are_in_force_and_so_is_the_next_promotion_of_the_same_bytes(moved: World) -> None:
    accepted(moved.root, "v1.1.0")
    run(moved.root, "rollback", "deployment/staging/demand", "--reason", "bad", "--hold-until", "2020-01-01")
    run(moved.root, "rollback", "deployment/staging/demand", "--reason", "bad", check=0)
    git(moved.root, "fetch", "-q")
    git(moved.root, "merge", "-q", "--no-ff", "-m", "back", f"origin/{BACK}")
    accepted(moved.root, "v1.0.0")


def test_the_file_of_another_time_in_the_working_tree_is_refused(back: World) -> None:
    """All three ways that it can be told: changed, staged, and put under another name."""
    root = back.root
    now, before = (root / ENVIRONMENT).read_bytes(), git(root, "show", f"HEAD~1:{ENVIRONMENT}").encode()
    (root / ENVIRONMENT).write_bytes(before)
    refused(root, "MLS0761", f"{ENVIRONMENT} differs from the commit", f"git checkout -- {ENVIRONMENT}")
    git(root, "add", ENVIRONMENT)
    refused(root, "MLS0761")
    git(root, "reset", "-q")
    (root / ENVIRONMENT).unlink()
    (root / "environments/staging/other.yaml").write_bytes(before)
    refused(root, "MLS0761", "is not in the commit")
    (root / "environments/staging/other.yaml").unlink()
    (root / ENVIRONMENT).write_bytes(now.replace(b"\n", b"\r\n"))
    accepted(root, "v1.0.0")  # other line ends declare the same


def test_a_hold_taken_out_by_hand_is_refused(back: World) -> None:
    declared = read(back.root, ENVIRONMENT)
    del declared["spec"]["hold"]
    (back.root / ENVIRONMENT).write_text(yaml.safe_dump(declared))
    refused(back.root, "MLS0761")


def test_a_pushed_revert_of_a_promotion_is_refused_and_its_own_revert_is_fine(moved: World) -> None:
    git(moved.root, "revert", "--no-edit", "-m", "1", "HEAD")
    assert read(moved.root, ENVIRONMENT)["spec"]["version"] == "v1.0.0" and not (moved.root / CLAIM).exists()
    refused(
        moved.root,
        "MLS0762",
        "promotions/staging/demand/v1.0.0.yaml was replaced by promotions/staging/demand/v1.1.0.yaml",
        "mlspec rollback",
    )
    git(moved.root, "revert", "--no-edit", "HEAD")
    accepted(moved.root, "v1.1.0")


def test_a_revert_of_a_rollback_does_not_get_past_its_hold(back: World) -> None:
    git(back.root, "revert", "--no-edit", "-m", "1", "HEAD")
    refused(back.root, "MLS0762", "v1.0.0.rollback-1.yaml")


def test_an_old_file_that_is_committed_is_refused(back: World) -> None:
    """Claims and records stay, so that every digest holds."""
    (back.root / ENVIRONMENT).write_text(git(back.root, "show", f"HEAD~1:{ENVIRONMENT}"))
    commit(back.root, "Bring v1.1.0 back")
    refused(back.root, "MLS0762")


def test_a_claim_that_went_and_came_back_is_no_newer_for_it(back: World) -> None:
    old = git(back.root, "show", f"HEAD~1:{ENVIRONMENT}")
    content = (back.root / CLAIM).read_bytes()
    (back.root / CLAIM).unlink()
    commit(back.root, "Take it away")
    (back.root / CLAIM).write_bytes(content)
    (back.root / ENVIRONMENT).write_text(old)
    commit(back.root, "And bring it back")
    refused(back.root, "MLS0762")


@pytest.mark.parametrize("how", ["squash", "rebase", "fast-forward"])
def test_other_ways_to_merge_are_fine(waiting: World, how: str) -> None:
    root = waiting.root
    if how == "squash":
        git(root, "merge", "-q", "--squash", f"origin/{BRANCH}")
        git(root, "commit", "-qm", "Squashed")
    elif how == "rebase":
        commit(root, "Something else meanwhile")
        git(root, "cherry-pick", f"origin/{BRANCH}")
    else:
        git(root, "merge", "-q", "--ff-only", f"origin/{BRANCH}")
    accepted(root, "v1.1.0")


def test_a_shallow_clone_is_told_what_it_can_not_know(moved: World) -> None:
    git(moved.root, "revert", "--no-edit", "-m", "1", "HEAD")
    git(moved.root, "push", "-q", "origin", "HEAD:main")
    clone = moved.clone("shallow", "--depth", "1")
    accepted(clone, "v1.0.0", "warning[MLS0763]", "git fetch --unshallow")
    git(clone, "fetch", "-q", "--unshallow")
    refused(clone, "MLS0762")


def test_a_history_that_begins_with_several_claims_is_judged_by_their_evaluation(back: World) -> None:
    """A repository made anew from the files of another."""
    shutil.rmtree(back.root / ".git")
    git(back.root, "init", "-q", "-b", "main")
    commit(back.root, "All at once")
    accepted(back.root, "v1.0.0")


def test_outside_of_a_repository_it_is_told_too(moved: World) -> None:
    shutil.rmtree(moved.root / ".git")
    result = run(moved.root, "reconcile", "--env", "staging", "--dry-run", check=0)
    assert "warning[MLS0763]" in result.err and "would start" in result.out, result.text


@pytest.mark.parametrize(
    ("attributes", "setting", "told"),
    [("", "true", "core.autocrlf"), ("# none\n* text=auto\npromotions/** text eol=crlf\n", "false", ".gitattributes:3 (text eol=crlf)")],
)
def test_line_ends_that_a_checkout_rewrote_are_named_with_their_cause(deployed: World, attributes: str, setting: str, told: str) -> None:
    if attributes:
        (deployed.root / ".gitattributes").write_text(attributes)
        commit(deployed.root, "Attributes")
        git(deployed.root, "push", "-q", "origin", "HEAD:main")
    clone = deployed.clone("crlf", "-c", f"core.autocrlf={setting}")
    result = run(clone, "verify", "deployment/staging/demand", check=1)
    assert "error[MLS0764]" in result.err and told in result.err and "MLS0732" not in result.err, result.text
    (clone / ".gitattributes").write_text("* -text\n")
    git(clone, "add", ".gitattributes")
    git(clone, "commit", "-qm", "As they are")
    git(clone, "rm", "-rq", "--cached", ".")
    git(clone, "reset", "-q", "--hard")
    accepted(clone, "v1.0.0")
