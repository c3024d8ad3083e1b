"""The workflows as Forgejo gets them, run by act, on which Forgejo's runner is built: a pull request is trained, recorded and told."""

from __future__ import annotations

import pytest
from support.act_looks import only_comment
from support.act_projects import EASY, KPI_FILE
from support.act_world import BOT
from support.projects import SPECS
from support.workflow_projects import project

pytestmark = pytest.mark.e2e

FORGEJO = SPECS | {KPI_FILE: EASY, "mlspec.yaml": project(ci="{provider: forgejo}")}


def test_a_pull_request_is_trained_recorded_and_told(make_world) -> None:
    world = make_world(FORGEJO)
    world.extra = {"FORGEJO_ACTIONS": "true"}  # as its runner sets it: commits are pushed by Git there
    before = world.push("change")
    assert not [path for path in world.files_of("change", f"{before}^") if path.startswith(".github/workflows")]
    run = world.pull_request("change")
    assert (run.code, run.failed) == (0, []), run.told
    assert world.message("change").splitlines()[0] == BOT
    assert world.commit_of("change^") == before
    assert "pass" in only_comment(world, "change").splitlines()[1]
    assert [operation for operation in world.github.operations if str(operation).startswith("git/")] == []
    assert dict(world.github.statuses_of(world.commit_of("change")))["mlspec"] == "success"
    world.agree("change")
    [again] = world.follow()
    assert (again.code, again.failed) == (0, []), again.told
