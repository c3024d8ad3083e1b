"""Whose rules judge a pull request: the main branch's, as it is now. By the steps of the generated job `verify`, with real Git.

GitHub's own merge of a pull request may be with another branch: it stays as it was when the base is changed
(https://github.com/actions/checkout/issues/919), and a run that is run again has the merge of then
(https://github.com/swiftlang/github-workflows/pull/58).
"""

from __future__ import annotations

from typing import Any

import pytest
from support.cli import Result, command, git
from support.github_checks import Event, evaluate, load
from support.promotion_world import BRANCH, World, commit, environment
from support.workflow_projects import workflows_of

pytestmark = pytest.mark.e2e

POLICY = """\
apiVersion: mlspec/v1
kind: Policy
metadata: {name: fresh}
spec: {environments: [staging], require: {maxEvaluationAge: 3d}}
"""
FILE = "specs/fresh.yaml"


@pytest.fixture(scope="module")
def job() -> dict[str, Any]:
    """The job `verify` of mlspec-ci.yml."""
    [text] = [text for path, text in workflows_of("s3").items() if path.endswith("mlspec-ci.yml")]
    found: dict[str, Any] = load(text)["jobs"]["verify"]
    return found


def push(world: World, branch: str, since: str, *merged: str, policy: bool) -> str:
    """A branch that starts at another, with or without the Policy, and with a branch merged. Returns its commit."""
    root = world.root
    git(root, "fetch", "-q", "origin")
    git(root, "checkout", "-q", "--force", "--detach", f"origin/{since}")
    for other in merged:
        git(root, "merge", "-q", "--no-ff", "-m", f"Merge {other}", f"origin/{other}")
    (root / FILE).write_text(POLICY) if policy else (root / FILE).unlink(missing_ok=True)
    commit(root, f"What {branch} is about")
    git(root, "push", "-q", "origin", f"HEAD:refs/heads/{branch}")
    git(root, "fetch", "-q", "origin")
    return git(root, "rev-parse", "HEAD").strip()


def merge_of(world: World, head: str, base: str) -> str:
    """GitHub's merge commit: its first parent is the base."""
    one, other = (git(world.root, "rev-parse", f"origin/{name}").strip() for name in (base, head))
    tree = git(world.root, "merge-tree", "--write-tree", one, other).split()[0]
    return git(world.root, "commit-tree", tree, "-p", one, "-p", other, "-m", "Merge").strip()


def verify(world: World, job: dict[str, Any], head: str, merge: str) -> Result:
    """Run the job's steps, but for what it installs, in a pull request's run whose merge commit is `merge`."""
    tip = git(world.root, "rev-parse", f"origin/{head}").strip()
    pull = {
        "number": 7,
        "head": {"sha": tip, "ref": head, "repo": {"full_name": "acme/shop"}},
        "base": {"ref": "main"},
        "user": {"login": "ada"},
    }
    context = Event("pull_request", {"action": "reopened", "pull_request": pull, "sender": {"login": "ada"}}, sha=merge).context()
    [checkout] = [step for step in job["steps"] if "actions/checkout" in step.get("uses", "")]
    git(world.root, "checkout", "-q", "--force", "--detach", evaluate(checkout["with"].get("ref", merge), context))
    done = Result(1, "", "")
    for step in [s for s in job["steps"] if "run" in s and not s["name"].startswith(("Install", "Tell"))]:
        if evaluate(step.get("if", True), context):
            given = {name: str(evaluate(value, context)) for name, value in step.get("env", {}).items()}
            done = command(world.root, "bash", "-e", "-o", "pipefail", "-c", step["run"], extra=environment() | given)
            if done.code:
                break
    return done


def test_a_promotion_into_main_passes(waiting: World, job: dict[str, Any]) -> None:
    done = verify(waiting, job, BRANCH, merge_of(waiting, BRANCH, "main"))
    assert (done.code, done.out) == (0, ""), done.text


def test_the_branch_below_does_not_set_the_rules(waiting: World, job: dict[str, Any]) -> None:
    """main has a Policy that asks for a new evaluation; the branch below drops it; the promotion on top was into that one, and is into main now."""
    push(waiting, "main", "main", policy=True)
    push(waiting, "below", "main", policy=False)
    push(waiting, "stacked", "below", BRANCH, policy=False)
    done = verify(waiting, job, "stacked", merge_of(waiting, "stacked", "below"))
    assert (done.code, f"file={FILE}" in done.out, "title=MLS0741 " in done.out) == (1, True, True), done.text


def test_a_run_of_then_that_is_run_again_is_judged_by_the_rules_of_now(waiting: World, job: dict[str, Any]) -> None:
    then = merge_of(waiting, BRANCH, "main")
    push(waiting, "main", "main", policy=True)
    done = verify(waiting, job, BRANCH, then)
    assert (done.code, "title=MLS0746 " in done.out) == (1, True), done.text


def test_what_conflicts_with_main_is_red(waiting: World, job: dict[str, Any]) -> None:
    """Also where GitHub's merge of then had no conflict."""
    then = merge_of(waiting, BRANCH, "main")
    path = waiting.root / "environments/staging/demand.yaml"
    git(waiting.root, "checkout", "-q", "--detach", "origin/main")
    path.write_text(path.read_text().replace("v1.0.0", "v0.9.0"))
    commit(waiting.root)
    git(waiting.root, "push", "-q", "origin", "HEAD:main")
    git(waiting.root, "fetch", "-q", "origin")
    done = verify(waiting, job, BRANCH, then)
    assert done.code != 0 and "CONFLICT" in done.text, done.text
