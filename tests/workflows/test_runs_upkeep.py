"""Retraining and data refresh, run by act: one pull request a subject, brought up to date, never a push to main."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.act_files import FileServer
from support.act_looks import edit, stored
from support.act_projects import EASY, KPI_FILE, MODEL_FILE, SOURCE_FILE, fetched, model
from support.act_run import Run
from support.act_world import World
from support.github_commits import SIGNED
from support.projects import SPECS, sales_rows

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

RETRAIN = "mlspec/retrain"


def heads(world: World) -> list[str]:
    """The branches with an open pull request, sorted."""
    return sorted(pull["head"]["ref"] for pull in world.github.open_pulls())


def started(world: World) -> list[tuple[str, str]]:
    """The workflows that were dispatched since the last time, each with its branch."""
    asked, world.github.dispatches = world.github.dispatches, []
    return [(each["workflow"], each["ref"]) for each in asked]


def test_retraining_opens_one_pull_request_and_keeps_it_up_to_date(make_world, trained: World) -> None:
    world = make_world(template=trained)
    main = edit(world, {MODEL_FILE: model("demand", 3.0)}, "main")
    world.github.branch_rules = [SIGNED]
    first = world.clock("retrain")
    assert (first.code, first.failed) == (0, []), first.told
    assert "models model/demand" in first.succeeded
    assert (heads(world), started(world)) == ([RETRAIN], [("mlspec-ci.yml", RETRAIN)])
    assert all(path.startswith("pipelines/models/demand/") for path in world.files_of(RETRAIN))
    assert stored(world, RETRAIN) <= world.storage.files()

    checked = world.dispatch("ci", RETRAIN)
    assert (checked.code, checked.failed) == (0, []), checked.told
    assert not [name for name in checked.succeeded if name.startswith("models")]

    proposed = world.commit_of(RETRAIN)
    assert world.github.blocking(RETRAIN) == []
    again = world.clock("retrain")
    assert (again.code, again.failed) == (0, []), again.told
    assert (world.commit_of(RETRAIN), heads(world)) == (proposed, [RETRAIN])
    assert world.commit_of("main") == main

    edit(world, {MODEL_FILE: model("demand", 4.0)}, "main")
    later = world.dispatch("retrain", inputs={"force": "false"})
    assert (later.code, later.failed) == (0, []), later.told
    assert heads(world) == [RETRAIN]
    assert world.commit_of(RETRAIN) != proposed
    assert set(world.git.pushes()) == {RETRAIN}


def test_retraining_with_nothing_stale_proposes_nothing_unless_forced(make_world, trained: World) -> None:
    world = make_world(template=trained)
    run = world.clock("retrain")
    assert (run.code, run.failed) == (0, []), run.told
    assert not [name for name in run.succeeded if name.startswith(("data", "models"))]
    assert (world.branches(), heads(world), world.git.pushes()) == (["main"], [], [])
    forced = world.dispatch("retrain", inputs={"force": "true"})
    assert (forced.code, forced.failed) == (0, []), forced.told
    assert "models model/demand" in forced.succeeded
    assert set(world.git.pushes()) <= {RETRAIN}


@pytest.fixture
def rows() -> Iterator[FileServer]:
    with FileServer({"sales.csv": sales_rows(), "other.csv": sales_rows()}) as server:
        yield server


def test_new_rows_become_a_pull_request_for_each_source_which_trains(make_world, rows: FileServer) -> None:
    other = fetched(rows.url("other.csv")).replace("name: sales", "name: other")
    specs = SPECS | {
        KPI_FILE: EASY + "  leakage: {sharedRows: 99}\n",
        SOURCE_FILE: fetched(rows.url("sales.csv")),
        "specs/other.yaml": other,
    }
    world = make_world(specs)
    world.person("mlspec", "run")
    world.person("dvc", "push", "--quiet", "--recursive", "pipelines")
    main = world.push("main", "Train")

    same = world.clock("refresh")
    assert (same.code, same.failed) == (0, []), same.told
    assert (heads(world), world.git.pushes()) == ([], [])

    rows.files["sales.csv"] = sales_rows(150)  # enough for ten blocks of test rows
    run = world.clock("refresh")
    assert (run.code, run.failed) == (0, []), run.told
    assert (heads(world), started(world)) == (["mlspec/refresh/sales"], [("mlspec-ci.yml", "mlspec/refresh/sales")])
    proposed = world.commit_of("mlspec/refresh/sales")
    assert not [path for path in world.files_of("mlspec/refresh/sales") if "other" in path or "models" in path]

    again = world.clock("refresh")
    assert (again.code, again.failed) == (0, []), again.told
    assert (world.commit_of("mlspec/refresh/sales"), heads(world)) == (proposed, ["mlspec/refresh/sales"])

    rows.files["other.csv"] = sales_rows(130)
    both = world.clock("refresh")
    assert (both.code, both.failed) == (0, []), both.told
    assert heads(world) == ["mlspec/refresh/other", "mlspec/refresh/sales"]
    assert world.commit_of("mlspec/refresh/sales") == proposed
    assert world.commit_of("main") == main
    assert set(world.git.pushes()) == {"mlspec/refresh/other", "mlspec/refresh/sales"}

    checked: Run = world.dispatch("ci", "mlspec/refresh/sales")
    assert (checked.code, checked.failed) == (0, []), checked.told
    assert "models model/demand" in checked.succeeded
    assert stored(world, "mlspec/refresh/sales") <= world.storage.files()
