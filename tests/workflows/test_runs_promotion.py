"""From a promotion to what is served, run by act: promote, its checks, the merge, deploy, monitor; and what is refused on the way."""

from __future__ import annotations

import re

import pytest
from support.act_looks import edit
from support.act_world import World
from support.cli import git
from support.github_commits import SIGNED

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def promote(world: World) -> str:
    """Promote the model to staging by the workflow; returns the branch of the pull request."""
    run = world.dispatch("promote", inputs={"model": "demand", "environment": "staging", "version": ""})
    assert (run.code, run.failed) == (0, []), run.told
    [pull] = world.github.open_pulls()
    return str(pull["head"]["ref"])


def test_promote_then_deploy_then_monitor(make_world, trained: World) -> None:
    world = make_world(template=trained)
    world.github.branch_rules = [SIGNED]
    main, branch = world.commit_of("main"), promote(world)
    assert world.github.blocking(branch) == []
    assert [(d["workflow"], d["ref"]) for d in world.github.dispatches] == [("mlspec-ci.yml", branch)]
    assert sorted(path.partition("/")[0] for path in world.files_of(branch)) == ["environments", "promotions", "registry"]
    assert (world.commit_of("main"), world.git.pushes()) == (main, [branch])
    [pull] = world.github.open_pulls()
    assert "v1.0.0" in pull["title"] + pull["body"]

    before = world.commit_of(branch)
    assert promote(world) == branch
    assert world.commit_of(branch) == before

    checked = world.pull_request(branch)
    assert (checked.code, checked.failed) == (0, []), checked.told
    assert {"plan", "verify"} <= set(checked.succeeded)
    assert not [name for name in checked.succeeded if name.startswith(("data", "models"))]

    world.merge(branch)
    deployed = world.run("deploy", "push")
    assert (deployed.code, deployed.succeeded) == (0, ["deploy production", "deploy staging", "plan", "supersede", "tag"]), deployed.told
    assert world.artifacts() == ["predictions-staging/demand.parquet"]

    watched = world.clock("monitor")
    assert (watched.code, watched.succeeded) == (0, ["monitor"]), watched.told
    assert "v1.0.0" in watched.log

    world.storage.spoil()
    watched = world.clock("monitor")
    assert (watched.code, watched.failed) == (1, ["monitor"]), watched.told


def test_a_digest_changed_by_hand_is_not_deployed(make_world, trained: World) -> None:
    world = make_world(template=trained)
    branch = promote(world)
    text = world.show(branch, "environments/staging/demand.yaml")
    digest = re.search(r"digest: \"?sha256:([0-9a-f]{64})", text)
    assert digest
    edit(world, {"environments/staging/demand.yaml": text.replace(digest[1], digest[1][::-1])}, "forged", since=branch)
    git(world.remote, "update-ref", "refs/heads/main", "refs/heads/forged")
    run = world.run("deploy", "push")
    assert (run.code, run.failed) == (1, ["deploy staging"]), run.told
    assert world.artifacts() == []


def test_a_batch_is_scored_by_what_was_deployed(make_world, trained: World) -> None:
    """Nothing waits for a person: what was let in once is scored by the clock, on the commit that was let in."""
    world = make_world(template=trained)
    world.merge(promote(world))
    early = world.dispatch("batch")
    assert (early.code, early.succeeded, world.artifacts()) == (0, ["plan"], []), early.told
    assert "not deployed yet" in early.log

    commit = world.commit_of("main")
    row = {"name": "deploy-staging", "environment": "staging"}
    world.github.start(world.show("main", ".github/workflows/mlspec-deploy.yml"), commit, [row])
    edit(world, {"README.md": "newer\n"}, "main")
    scored = world.dispatch("batch")
    assert (scored.code, scored.succeeded) == (0, ["plan", "score staging"]), scored.told
    assert world.artifacts() == ["predictions-staging/demand.parquet"]

    world.github.fault(403, "Resource not accessible by integration", times=None)
    unread = world.dispatch("batch")
    assert (unread.code, unread.failed, world.artifacts()) == (1, ["plan"], []), unread.told
