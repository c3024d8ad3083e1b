"""`mlspec ci propose` when the main branch moved on while there was training: built on its tip, or left for the next run; never half."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support import token_rules
from support.cli import git
from support.github_commits import SIGNED
from support.projects import MODEL, SPECS
from support.proposal_world import BRANCH, LOCK, PARAMS, PINNED, VALIDATION, World, proposal_world

from mlspec.ci.report import Report, Stage, Trained, verdict_of, write_report

pytestmark = pytest.mark.e2e
NEW = {LOCK: "schema: '2.0'\nstages: {}\n", VALIDATION: '{"rows": 1}\n'}
WORKFLOW, RETRAIN = ".github/workflows/other.yml", "mlspec/retrain"
DEMAND, PRICES = "pipelines/models/demand", "pipelines/models/prices"
TWO = SPECS | {"specs/sales.yaml": PINNED, "specs/prices.yaml": MODEL.replace("name: demand", "name: prices").replace("count", "price")}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A job whose token may push no older workflow files, into a branch that takes signed commits only."""
    with proposal_world(tmp_path, TWO) as made:
        token_rules.install(made.remote)
        made.become_a_job()
        made.github.branch_rules = [SIGNED]
        made.job["GITHUB_STEP_SUMMARY"] = str(tmp_path / "summary.md")
        yield made


def report(world: World, *names: str) -> tuple[str, str]:
    """What gather leaves of trained models, at the commit that is checked out; the words of the command."""
    folder = world.home / "report"
    objects = tuple(Trained(object=f"model/{name}", outcome="ok", stages=(Stage(name="train", seconds=2.5),)) for name in names)
    verdict = verdict_of(objects, (), (), ())
    write_report(folder, Report(commit=world.head(), base=None, mode="retrain", objects=objects, verdict=verdict))
    for name in names:
        lock = folder / f"files/pipelines/models/{name}/dvc.lock"
        lock.parent.mkdir(parents=True, exist_ok=True)
        lock.write_text(f"schema: '2.0'\n# {name}\n")
    return "--report", str(folder)


def moves(world: World, path: str, text: str, message: str = "Meanwhile") -> str:
    """Somebody's commit on main, while there was training; returns it."""
    world.push("main", path, text, message)
    (world.home / "other").rename(world.home / f"other-{len(list(world.home.iterdir()))}")
    return world.tip("main")


def changed(world: World, branch: str) -> list[str]:
    return git(world.remote, "diff", "--name-only", "main", branch).split()


def test_a_retraining_is_built_on_the_tip_so_that_it_brings_no_older_workflow(world: World) -> None:
    words = report(world, "demand")
    tip = moves(world, WORKFLOW, "on: push\n")
    world.propose(*words)
    assert git(world.remote, "rev-parse", f"{RETRAIN}^").strip() == tip
    assert changed(world, RETRAIN) == [f"{DEMAND}/dvc.lock"]
    assert world.github.blocking(RETRAIN) == []
    assert [d["ref"] for d in world.github.dispatches] == [RETRAIN]
    assert "has it already" in world.propose(*words).out
    moves(world, WORKFLOW, "on: [push, pull_request]\n")
    assert "has it already" in world.propose(*words).out


def test_a_refresh_is_built_on_the_tip_too(world: World) -> None:
    world.write(NEW)
    tip = moves(world, WORKFLOW, "on: push\n")
    world.propose()
    assert git(world.remote, "rev-parse", f"{BRANCH}^").strip() == tip
    assert changed(world, BRANCH) == sorted(NEW)


@pytest.mark.parametrize(
    "path",
    [f"{DEMAND}/params.yaml", f"{DEMAND}/dvc.yaml", f"{DEMAND}/dvc.lock", PARAMS, LOCK, "requirements.lock"],
)
def test_what_was_trained_from_something_else_is_left(world: World, path: str) -> None:
    words = report(world, "demand")
    moves(world, path, "# somebody's\n")
    moves(world, WORKFLOW, "on: push\n")
    done = world.propose(*words)  # it ends with 0
    assert "models: left for the next run, and nothing was pushed" in done.out
    assert "::warning" in done.out and "MLS0528" in done.out
    assert f"model/demand: `main` changed {path} while it was made" in done.out
    assert f"left for the next run: model/demand: `main` changed {path}" in Path(world.job["GITHUB_STEP_SUMMARY"]).read_text()
    assert (world.tip(RETRAIN), world.github.pulls, world.github.dispatches) == ("", [], [])


def test_what_moves_nothing_that_is_read_is_no_reason(world: World) -> None:
    words = report(world, "demand")
    moves(world, "specs/demand.yaml", (world.root / "specs/demand.yaml").read_text() + "# why\n")
    moves(world, f"{PRICES}/params.yaml", "# another model's\n")
    world.propose(*words)
    assert changed(world, RETRAIN) == [f"{DEMAND}/dvc.lock"]


def test_one_that_moved_does_not_keep_back_the_others(world: World) -> None:
    words = report(world, "demand", "prices")
    moves(world, f"{PRICES}/params.yaml", "# somebody's\n")
    done = world.propose(*words)
    assert "model/prices" in done.out and "MLS0528" in done.out
    assert changed(world, RETRAIN) == [f"{DEMAND}/dvc.lock"]
    [pull] = world.github.pulls
    assert "### Left for the next run" in pull["body"]
    assert pull["body"].rstrip().endswith("- `model/prices`")
    message = git(world.remote, "show", "--no-patch", "--format=%B", RETRAIN)
    assert "Mlspec-Seconds: model/demand 2.5" in message and "model/prices" not in message


def test_what_somebody_merged_meanwhile_is_neither_late_nor_proposed(world: World) -> None:
    words = report(world, "demand", "prices")
    moves(world, f"{PRICES}/dvc.lock", "schema: '2.0'\n# prices\n")
    done = world.propose(*words)
    assert "MLS0528" not in done.out
    assert changed(world, RETRAIN) == [f"{DEMAND}/dvc.lock"]
    moves(world, f"{DEMAND}/dvc.lock", "schema: '2.0'\n# demand\n")
    assert "nothing new: the main branch has it" in world.propose(*words).out


def test_a_refresh_of_a_source_that_moved_is_left(world: World) -> None:
    world.write(NEW)
    moves(world, PARAMS, "# somebody's\n")
    done = world.propose()
    assert f"source/sales: `main` changed {PARAMS} while it was made" in done.out
    assert (world.tip(), world.github.pulls) == ("", [])


def test_a_report_of_another_branch_is_refused_though_main_moved(world: World) -> None:
    git(world.root, "switch", "--quiet", "--create", "aside")
    git(world.root, "commit", "--quiet", "--allow-empty", "--message", "Not reviewed")
    words = report(world, "demand")
    moves(world, f"{DEMAND}/params.yaml", "# somebody's\n")
    assert "MLS0524" in world.propose(*words, check=1).out
