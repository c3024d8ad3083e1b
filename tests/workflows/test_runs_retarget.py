"""Pull requests that go into main after they went into another branch, and runs of the bot's pushes, run by act."""

from __future__ import annotations

import pytest
from support.act_looks import edit
from support.act_projects import MODEL_FILE, model
from support.act_world import BOT, World
from support.github_checks import READINGS, Check, may_merge

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

STATUSES = ("gather", "mlspec/approvals", "plan", "record", "verify")


def statuses(world: World, commit: str) -> list[dict[str, str]]:
    return [status for status in world.github.statuses if status["sha"] == commit]


def test_a_stacked_pull_request_whose_base_was_merged(make_world, trained: World) -> None:
    """The branch below locks another mlspec: what it says counts nowhere. Nothing of the pull request's own runs, and it can be merged."""
    world = make_world(template=trained)
    edit(world, {"requirements.lock": "evil-mlspec==1.0 --hash=sha256:" + "0" * 64 + "\n"}, "below")
    head = edit(world, {"README.md": "New words.\n", "requirements.lock": world.show("main", "requirements.lock")}, "change", since="below")
    [run] = world.edited("change", was="below")
    assert (run.code, run.succeeded) == (0, ["retarget"]), run.told
    assert dict(world.github.statuses_of(head)) == dict.fromkeys(STATUSES, "pending")
    assert not any(may_merge([], statuses(world, head), reading) for reading in READINGS)
    world.agree("change")
    [checks] = world.follow()
    assert (checks.code, checks.failed) == (0, []), checks.told
    assert dict(world.github.statuses_of(head)) == dict.fromkeys((*STATUSES, "mlspec"), "success")
    assert all(may_merge([], statuses(world, head), reading) for reading in READINGS)


def test_reopened_its_checks_are_main_s_though_githubs_merge_is_with_the_branch_below(make_world, trained: World) -> None:
    world = make_world(template=trained)
    edit(world, {"requirements.lock": "evil-mlspec==1.0 --hash=sha256:" + "0" * 64 + "\n"}, "below")
    edit(world, {"README.md": "New words.\n", "requirements.lock": world.show("main", "requirements.lock")}, "change", since="below")
    run = world.pull_request("change", base="below")
    assert (run.code, "verify" in run.succeeded) == (0, True), run.told


def test_a_new_title_and_a_forks_new_base(make_world, trained: World) -> None:
    world = make_world(template=trained)
    edit(world, {"README.md": "New words.\n"}, "change")
    [run] = world.edited("change")
    assert (run.code, run.succeeded, run.failed) == (0, [], []), run.told
    [run] = world.edited("change", fork=True, was="main")
    assert (run.code, run.failed) == (1, ["retarget"]), run.told
    assert "closes and reopens it" in run.log
    assert (world.github.statuses, world.github.dispatches, world.git.pushes()) == ([], [], [])


def test_the_run_of_the_bots_push_is_approved_and_refreshes_the_statuses(make_world, trained: World) -> None:
    """The started run was red for a while (its storage was away); the one that somebody approved is green, and so are the statuses then."""
    world = make_world(template=trained)
    edit(world, {MODEL_FILE: model("demand", 2.0)}, "change")
    first = world.pull_request("change")
    assert first.code == 0, first.told
    assert "statuses" not in first.succeeded
    recorded = world.commit_of("change")
    world.agree("change")
    [again] = world.follow()
    assert again.code == 0, again.told
    for status in statuses(world, recorded):
        if status["context"] in ("gather", "verify"):
            status |= {"state": "failure", "description": "failure, of a run that began 2026-11-01T08:00:00Z"}
    approved = world.pull_request("change", sender=BOT)
    assert (approved.code, "statuses" in approved.succeeded) == (0, True), approved.told
    checks = [Check(name, "success", "pull_request", 2) for name in approved.succeeded]
    assert all(may_merge(checks, statuses(world, recorded), reading) for reading in READINGS)
    assert world.commit_of("change") == recorded
