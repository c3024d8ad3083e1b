"""The generated workflows, run by act on this machine: what they train, commit, push, start, deploy and refuse."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.act_world import PULL, World
from support.cli import command, mlspec
from support.projects import KPIS, MODEL, SPECS, deployment

pytestmark = pytest.mark.e2e

MODEL_FILE, KPI_FILE = "specs/demand.yaml", "specs/demand-kpis.yaml"
EASY = "\n".join('  kpis: ["mae <= 50"]' if line.startswith("  kpis:") else line for line in KPIS.splitlines()) + "\n"
BATCH = "apiVersion: mlspec/v1\nkind: DeploymentTarget\nmetadata: {name: nightly}\nspec:\n  batch: {input: sales, output: predictions}\n"
SCORED = SPECS | {
    KPI_FILE: EASY,
    "specs/nightly.yaml": BATCH,
    "environments/staging/demand.yaml": deployment("staging").replace("local-rest", "nightly"),
}


def trained(folder: Path) -> World:
    """A project whose main branch has everything trained, and its bytes in the DVC remote."""
    world = World(folder, SCORED)
    mlspec(world.root, "run", check=0)
    command(world.root, "dvc", "push", "--quiet", "--recursive", "pipelines", check=0)
    world.push("main", "Train")
    return world


def change(world: World, branch: str, alpha: float) -> str:
    """Push a branch whose model is another."""
    (world.root / MODEL_FILE).write_text(MODEL.replace("alpha: 1.0", f"alpha: {alpha}"), encoding="utf-8")
    mlspec(world.root, "apply", check=0)
    return world.push(branch)


def test_a_pull_request_is_trained_and_its_locks_are_committed(tmp_path: Path) -> None:
    world = World(tmp_path, SPECS | {KPI_FILE: EASY})
    main, before = world.commit_of("main"), world.push("change")
    run = world.pull_request("change")
    assert (run.code, run.succeeded, run.failed) == (0, ["check", "record", "train", "verify"], []), run.told
    assert world.commit_of("change") != before
    assert world.commit_of("change^") == before
    files = world.files_of("change")
    assert {path.rpartition("/")[2] for path in files} >= {"dvc.lock", "metrics.json", "evaluation.json", "validation.json"}
    assert all(path.startswith("pipelines/") for path in files)
    assert not [path for path in files + world.artifacts() if "/model/" in path or path.endswith(("smoke.json", ".parquet"))]
    assert world.calls() == [["auth", "setup-git"], ["workflow", "run", "mlspec-ci.yml", "--ref", "change"]]
    assert world.commit_of("main") == main


@pytest.mark.slow
def test_the_recorded_commit_trains_nothing_again(tmp_path: Path) -> None:
    world = trained(tmp_path)
    change(world, "change", 2.0)
    assert world.pull_request("change").code == 0
    world.calls()
    recorded = world.commit_of("change")
    again = world.pull_request("change")
    assert (again.code, again.succeeded) == (0, ["check", "verify"]), again.told
    by_dispatch = world.run("ci", "workflow_dispatch", "change", ref="refs/heads/change")
    assert (by_dispatch.code, by_dispatch.succeeded) == (0, ["check", "verify"]), by_dispatch.told
    assert (world.commit_of("change"), world.calls()) == (recorded, [])


@pytest.mark.slow
def test_a_failing_kpi_turns_the_run_red_and_the_results_are_kept(tmp_path: Path) -> None:
    world = World(tmp_path, SPECS | {KPI_FILE: EASY.replace("mae <= 50", "mae <= 0.5")})
    before = world.push("change")
    run = world.pull_request("change")
    assert (run.code, run.succeeded, run.failed) == (1, ["check", "verify"], ["train"]), run.told
    assert "mae <= 0.5" in run.log
    assert "mlspec-results/models/demand/evaluation.json" in world.artifacts()
    assert (world.commit_of("change"), world.calls()) == (before, [])


@pytest.mark.slow
def test_stale_generated_files_and_bad_specs_turn_the_run_red(tmp_path: Path) -> None:
    world = World(tmp_path)
    (world.root / KPI_FILE).write_text(EASY.replace("mae", "mea"), encoding="utf-8")
    world.push("bad")
    run = world.pull_request("bad")
    assert (run.code, run.succeeded) == (1, []), run.told
    assert "check" in run.failed
    assert "did you mean" in run.told
    (world.root / KPI_FILE).write_text(EASY, encoding="utf-8")
    (world.root / MODEL_FILE).write_text(MODEL.replace("alpha: 1.0", "alpha: 2.0"), encoding="utf-8")
    world.push("not-applied")
    run = world.pull_request("not-applied")
    assert run.code == 1
    assert "check" in run.failed
    assert "mlspec apply" in run.told


@pytest.mark.slow
def test_nothing_is_pushed_on_top_of_what_somebody_else_pushed(tmp_path: Path) -> None:
    world = World(tmp_path, SPECS | {KPI_FILE: EASY})
    started_on = world.push("change")
    moved = world.push("change", "Somebody else's")
    run = world.pull_request("change", head=started_on)
    assert run.failed == ["record"], run.told
    assert world.commit_of("change") == moved


def test_a_change_does_not_bring_the_mlspec_that_checks_it(tmp_path: Path) -> None:
    """Neither by its requirements lock nor by a `pip.py` where pip is started: the job installs what main locks."""
    world = World(tmp_path)
    (world.root / "requirements.lock").write_text("evil-mlspec==1.0 --hash=sha256:" + "0" * 64 + "\n", encoding="utf-8")
    (world.root / "pip.py").write_text("raise SystemExit('taken over')\n", encoding="utf-8")
    world.push("change")
    run = world.pull_request("change")
    assert (run.succeeded, run.failed) == (["verify"], ["check"]), run.told


@pytest.mark.slow
def test_a_forks_pull_request_is_checked_and_trains_nothing(tmp_path: Path) -> None:
    world = World(tmp_path)
    head = world.push("change")
    run = world.pull_request("change", head_repository="mallory/shop")
    assert (run.code, run.succeeded) == (0, ["check", "verify"]), run.told
    assert (world.commit_of("change"), world.artifacts(), world.calls()) == (head, [], [])


@pytest.mark.slow
def test_what_is_stale_on_main_is_trained_and_pushed_nowhere(tmp_path: Path) -> None:
    world = World(tmp_path, SPECS | {KPI_FILE: EASY})
    head = world.commit_of("main")
    run = world.run("ci", "workflow_dispatch")
    assert (run.code, run.succeeded) == (0, ["check", "train", "verify"]), run.told
    assert (world.commit_of("main"), world.calls()) == (head, [])


@pytest.mark.slow
def test_promote_then_deploy_then_monitor(tmp_path: Path) -> None:
    world = trained(tmp_path)
    main = world.commit_of("main")
    inputs = {"inputs": {"model": "demand", "environment": "staging", "version": ""}}
    run = world.run("promote", "workflow_dispatch", payload=inputs)
    assert (run.code, run.succeeded) == (0, ["promote"]), run.told
    [setup, start] = world.calls()
    assert setup == ["auth", "setup-git"]
    assert start[:-1] == ["workflow", "run", "mlspec-ci.yml", "--ref"]
    branch = start[-1]
    assert sorted(path.partition("/")[0] for path in world.files_of(branch)) == ["environments", "promotions", "registry"]
    assert world.commit_of("main") == main

    checked = world.pull_request(branch)
    assert (checked.code, checked.succeeded) == (0, ["check", "verify"]), checked.told

    merge = f"refs/pull/{PULL}/merge"
    command(world.root, "git", "fetch", "-q", "origin", merge, check=0)
    command(world.root, "git", "push", "-q", "origin", "FETCH_HEAD:refs/heads/main", check=0)
    deployed = world.run("deploy", "push")
    assert (deployed.code, deployed.succeeded) == (0, ["deploy-production", "deploy-staging"]), deployed.told
    assert world.artifacts() == ["predictions-staging/demand.parquet"]

    watched = world.run("monitor", "schedule")
    assert (watched.code, watched.succeeded) == (0, ["monitor"]), watched.told
    assert "v1.0.0" in watched.log

    world.spoil_storage()
    watched = world.run("monitor", "schedule")
    assert (watched.code, watched.failed) == (1, ["monitor"]), watched.told


@pytest.mark.slow
def test_retrain_opens_one_pull_request_and_keeps_it_up_to_date(tmp_path: Path) -> None:
    world = trained(tmp_path)
    change(world, "main", 3.0)
    main = world.commit_of("main")
    proposed = set()
    for create in (1, 0):
        run = world.run("retrain", "schedule")
        assert (run.code, run.succeeded) == (0, ["propose", "train"]), run.told
        calls = world.calls()
        proposed.add(world.commit_of("mlspec/retrain"))
        assert [c[:2] for c in calls].count(["pr", "create"]) == create
        assert calls[-1] == ["workflow", "run", "mlspec-ci.yml", "--ref", "mlspec/retrain"]
        assert world.commit_of("main") == main
        assert all(path.startswith("pipelines/models/demand/") for path in world.files_of("mlspec/retrain"))
    assert len(proposed) == 1
    change(world, "main", 4.0)
    assert world.run("retrain", "workflow_dispatch", payload={"inputs": {"force": False}}).code == 0
    assert world.commit_of("mlspec/retrain") not in proposed
    assert not [call for call in world.calls() if call[:2] == ["pr", "create"]]


@pytest.mark.slow
def test_a_digest_changed_by_hand_is_not_deployed(tmp_path: Path) -> None:
    world = trained(tmp_path)
    mlspec(world.root, "promote", "model/demand", "--to", "staging", check=0)
    [branch] = [b for b in world.branches() if b.startswith("mlspec/")]
    command(world.root, "git", "merge", "-q", f"origin/{branch}", check=0)
    spec = world.root / "environments/staging/demand.yaml"
    text = spec.read_text(encoding="utf-8")
    digest = re.search(r"digest: \"?sha256:([0-9a-f]{64})", text)
    assert digest
    spec.write_text(text.replace(digest[1], digest[1][::-1]), encoding="utf-8")
    world.push("main")
    run = world.run("deploy", "push")
    assert (run.code, run.failed) == (1, ["deploy-staging"]), run.told
    assert world.artifacts() == []


@pytest.mark.slow
def test_retrain_with_nothing_stale_proposes_nothing(tmp_path: Path) -> None:
    world = trained(tmp_path)
    run = world.run("retrain", "schedule")
    assert run.code == 0, run.told
    assert (world.commit_of("mlspec/retrain"), world.calls()) == ("", [])
