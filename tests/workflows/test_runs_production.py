"""The example's model goes all the way to production, run by act: judged, reviewed by two people, merged, asked again, deployed, marked."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.act_looks import edit
from support.act_world import World
from support.cli import git

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

EXAMPLE = Path(__file__).resolve().parents[2] / "example-project"
POLICY = "specs/policies/production.yaml"
APPROVALS = "    # approvals: {count: 2, notAuthor: true}"
RIGHTS = {"ada": "admin", "ben": "write", "carl": "write", "grace": "write"}


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The example, trained and merged, with two approvals asked for in production."""
    with World(tmp_path_factory.mktemp("example"), project=EXAMPLE) as world:
        text = (world.root / POLICY).read_text(encoding="utf-8")
        assert APPROVALS in text
        (world.root / POLICY).write_text(text.replace(APPROVALS, APPROVALS.replace("# ", "")), encoding="utf-8")
        world.person("mlspec", "apply")
        world.person("mlspec", "run", "model/demand")
        world.person("dvc", "push", "--quiet", "--recursive", "pipelines")
        world.push("main", "Train")
        return world


@pytest.fixture
def world(make_world, example: World) -> World:
    """A copy of the example, and the people who may write to it."""
    world = make_world(template=example)
    world.github.people.rights = dict(RIGHTS)
    return world


def promote(world: World, environment: str) -> str:
    """grace promotes the model by the workflow; returns the branch of the pull request that the bot opened for her."""
    world.actor = "grace"
    run = world.dispatch("promote", inputs={"model": "demand", "environment": environment, "version": ""})
    assert (run.code, run.failed) == (0, []), run.told
    [pull] = world.github.open_pulls()
    return str(pull["head"]["ref"])


def status(world: World, branch: str) -> str:
    """What GitHub shows of the approvals of a branch's last commit."""
    return dict(world.github.statuses_of(world.commit_of(branch)))["mlspec/approvals"]


def test_the_example_reaches_production_by_review(world: World) -> None:
    branch = promote(world, "staging")
    checked = world.pull_request(branch)
    assert (checked.code, checked.failed) == (0, []), checked.told
    world.merge(branch)
    assert world.run("deploy", "push").code == 0

    branch = promote(world, "production")
    assert "Requested-by: grace" in world.message(branch)
    checked = world.pull_request(branch)
    assert (checked.code, checked.failed) == (0, []), checked.told

    first = world.review(branch, "ben")
    assert (first.code, status(world, branch)) == (1, "failure"), first.told
    own = world.review(branch, "grace")
    assert (own.code, status(world, branch)) == (1, "failure"), own.told
    assert "grace" in own.log
    second = world.review(branch, "carl")
    assert (second.code, status(world, branch)) == (0, "success"), second.told

    world.merge(branch)
    deployed = world.run("deploy", "push")
    assert (deployed.code, deployed.failed) == (0, []), deployed.told
    assert {"deploy-production", "deploy-staging"} <= set(deployed.succeeded)
    tags = git(world.remote, "tag", "--list").split()
    assert tags == ["demand#production#2", "demand#staging#1", "demand@v1.0.0"]

    world.pull_into("main")
    assert "v1.0.0" in world.person("mlspec", "history", "deployment/production/demand")


def test_merged_past_the_reviews_is_not_deployed(world: World) -> None:
    """An administrator may merge without approvals; a pushed status may say yes. GitHub's reviews are asked again at deployment."""
    world.merge(promote(world, "staging"))
    branch = promote(world, "production")
    head = world.commit_of(branch)
    for login in ("ben", "carl"):
        world.github.review(world.open_pull(branch)["number"], login)
    edit(
        world,
        {"environments/production/demand.yaml": world.show(branch, "environments/production/demand.yaml") + "# seen\n"},
        branch,
        since=branch,
    )
    assert world.commit_of(branch) != head
    world.merge(branch)
    deployed = world.run("deploy", "push")
    assert (deployed.code, deployed.failed) == (1, ["deploy-production"]), deployed.told
    assert git(world.remote, "tag", "--list", "*production*") == ""
