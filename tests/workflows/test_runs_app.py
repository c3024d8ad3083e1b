"""Jobs that write by a GitHub App's token, run by act: what it pushes starts the checks by itself, and it may tag what GITHUB_TOKEN may not."""

from __future__ import annotations

import pytest
from support.act_looks import edit
from support.act_projects import MODEL_FILE, model
from support.act_run import Run
from support.act_world import APP, World
from support.cli import git, mlspec

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

NAMED = "  ci: {app: {slug: acme-mlspec, clientId: Iv23liAbCdEfGhIjKlMn, pullRequests: true}}\n"


def with_app(world: World) -> World:
    """Main names the App."""
    spec = world.root / "mlspec.yaml"
    spec.write_text(spec.read_text(encoding="utf-8") + NAMED, encoding="utf-8")
    mlspec(world.root, "apply", check=0)
    world.push("main", "Name the App")
    return world


def test_results_recorded_by_the_app_start_the_checks_once(make_world, trained: World) -> None:
    world = with_app(make_world(template=trained))
    before = edit(world, {MODEL_FILE: model("demand", 2.0)}, "change")
    first = world.pull_request("change")
    assert (first.code, "record" in first.succeeded) == (0, True), first.told
    recorded = world.commit_of("change")
    assert world.commit_of("change^") == before
    assert world.message("change").splitlines()[0] == APP
    assert world.github.verification(recorded)["verified"]
    assert (world.git.pushes(), world.github.dispatches) == (["change"], [])  # GitHub starts the run of an App's push
    again = world.pull_request("change", sender=APP)
    assert (again.code, again.failed) == (0, []), again.told
    assert "statuses" not in again.succeeded  # its checks are the pull request's own, and no status of their names stands beside them
    assert world.github.statuses_of(recorded) == [("mlspec", "success")]
    assert (world.commit_of("change"), world.git.pushes(), world.github.dispatches) == (recorded, [], [])


def test_by_hand_on_a_branch_without_a_pull_request_the_checks_are_started(make_world, trained: World) -> None:
    world = with_app(make_world(template=trained))
    edit(world, {MODEL_FILE: model("demand", 2.0)}, "change")
    run = world.dispatch("ci", "change")
    assert run.code == 0, run.told
    assert world.message("change").splitlines()[0] == APP
    assert [(d["workflow"], d["ref"]) for d in world.github.dispatches] == [("mlspec-ci.yml", "change")]


def deploy_late(world: World) -> Run:
    """Promote and merge; the deploy workflow runs when somebody has changed a workflow meanwhile."""
    run = world.dispatch("promote", inputs={"model": "demand", "environment": "staging", "version": ""})
    assert (run.code, run.failed) == (0, []), run.told
    [pull] = world.github.open_pulls()
    merged = world.merge(pull["head"]["ref"])
    edit(world, {".github/workflows/mine.yml": "on: push\njobs: {}\n"}, "main")
    return world.run("deploy", "push", at=merged)


def tags(world: World) -> list[str]:
    return git(world.remote, "tag", "--list").split()


def test_the_app_tags_a_commit_whose_workflows_are_not_the_newest(make_world, trained: World) -> None:
    world = with_app(make_world(template=trained))
    deployed = deploy_late(world)
    assert (deployed.code, deployed.failed) == (0, []), deployed.told
    assert tags(world) == ["demand#staging#1", "demand@v1.0.0"]
    assert (world.github.pulls[0]["user"]["login"], world.github.dispatches) == (APP, [])


def test_the_workflows_own_token_may_not_and_the_job_says_so(make_world, trained: World) -> None:
    world = make_world(template=trained)
    deployed = deploy_late(world)
    assert (deployed.code, deployed.failed) == (0, []), deployed.told
    assert tags(world) == []
    assert "refusing to allow a GitHub App to create or update workflow" in deployed.log
    assert "::warning" in deployed.log
