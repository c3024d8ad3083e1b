"""The workflow that `mlspec eject` leaves behind, run by act: dvc, git and python train, store and commit; nothing of mlspec's command line does."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.act_looks import stored
from support.act_run import Run
from support.act_world import World
from support.cli import git

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

MODEL = "pipelines/models/demand"
FILE = "pipelines.yml"
STORED_HERE = "mlspec-plain.yml"
"""The world runs workflows by such names; the runner it has is called `ubuntu-latest`."""


def eject(world: World) -> None:
    world.person("mlspec", "eject", "--yes")
    world.push("main", "Eject")


def start(world: World, event: str, at: str, payload: dict[str, object], **started: object) -> Run:
    """Run the workflow as it is at a branch or commit of the server's."""
    text = world.show("main", f".github/workflows/{FILE}")
    (world.runner / ".github/workflows").mkdir(parents=True, exist_ok=True)
    (world.runner / ".github/workflows" / STORED_HERE).write_text(text.replace("ubuntu-24.04", "ubuntu-latest"), encoding="utf-8")
    return world.run("plain", event, at, payload, **started)


def pull_request(world: World, branch: str, *, fork: bool = False) -> Run:
    head, pull = world.commit_of(branch), world.open_pull(branch, fork=fork)
    ends = {"head": {**pull["head"], "sha": head}, "base": {**pull["base"], "sha": world.commit_of("main")}}
    payload = {"number": pull["number"], "pull_request": {"number": pull["number"], **ends}}
    git(world.remote, "update-ref", f"refs/pull/{pull['number']}/head", head)
    return start(
        world, "pull_request", branch, payload, ref=f"refs/pull/{pull['number']}/merge", fork=fork, head_ref=branch, base_ref="main"
    )


def dispatch(world: World, branch: str) -> Run:
    return start(world, "workflow_dispatch", branch, {"inputs": {}}, ref=f"refs/heads/{branch}")


def change(world: World, alpha: str, branch: str) -> str:
    """Edit the parameters by hand, as one does after an eject, and push them."""
    world.pull_into("main")
    path = Path(world.root / MODEL / "params.yaml")
    path.write_text(path.read_text().replace("alpha: 1.0", f"alpha: {alpha}"), encoding="utf-8")
    return world.push(branch)


def test_a_pull_request_is_trained_stored_and_committed(make_world, trained: World) -> None:
    world = make_world(template=trained)
    eject(world)
    before = world.commit_of("main")
    change(world, "50.0", "change")
    run = pull_request(world, "change")
    assert (run.code, run.succeeded) == (0, ["record", "reproduce"]), run.log
    assert {p.rpartition("/")[2] for p in world.files_of("change")} >= {"params.yaml", "dvc.lock", "metrics.json", "evaluation.json"}
    assert all(p.startswith(f"{MODEL}/") for p in world.files_of("change"))
    assert stored(world, "change") <= world.storage.files()
    assert "metrics.json" in run.log
    assert world.commit_of("main") == before

    asked, world.github.dispatches = world.github.dispatches, []
    assert [(a["workflow"], a["ref"]) for a in asked] == [(FILE, "change")]
    tip = world.commit_of("change")
    again = dispatch(world, "change")
    assert (again.code, again.succeeded) == (0, ["record", "reproduce"]), again.log
    assert (world.commit_of("change"), world.github.dispatches) == (tip, [])


def test_nothing_is_pushed_to_main_nor_trained_for_a_fork(make_world, trained: World) -> None:
    world = make_world(template=trained)
    eject(world)
    change(world, "70.0", "main")
    main = world.commit_of("main")
    run = dispatch(world, "main")
    assert run.code == 0, run.log
    assert (world.commit_of("main"), world.branches()) == (main, ["main", "pipelines/4711"])
    assert "/compare/main...pipelines/4711" in run.log
    change(world, "90.0", "foreign")
    fork = pull_request(world, "foreign", fork=True)
    assert (fork.code, fork.succeeded, fork.failed) == (0, [], [])


def test_a_stage_that_fails_turns_it_red_and_commits_nothing(make_world, trained: World) -> None:
    world = make_world(template=trained)
    eject(world)
    head = change(world, "not-a-number", "bad")
    run = pull_request(world, "bad")
    assert (run.code != 0, run.failed, run.succeeded) == (True, ["reproduce"], []), run.log
    assert world.commit_of("bad") == head
