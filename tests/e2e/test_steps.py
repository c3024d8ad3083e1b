"""Steps through the command line: a script's report on a model and a function's package of it, run, changed, failing, judged and verified."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.ci_jobs import clone, jobs, report, train
from support.cli import command, commit, git, mlspec, repository
from support.projects import sales_rows
from support.step_specs import SCRIPT, STEP, STEP_SPECS

pytestmark = pytest.mark.e2e
LOCK, METRICS = "pipelines/steps/report/dvc.lock", "pipelines/steps/report/metrics.json"
BRANCH = "mlspec/promote/staging/demand/v1.0.0"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = repository(tmp_path_factory.mktemp("steps"), {**STEP_SPECS, "data/sales.csv": sales_rows()})
    mlspec(root, "run", check=0)
    commit(root, "Train")
    git(root, "push", "-q", "origin", "main")
    return root


@pytest.fixture
def world(trained: Path) -> Iterator[Path]:
    """The trained project; what a test changes in it is taken back."""
    yield trained
    git(trained, "checkout", "-q", "-f", "main")
    git(trained, "reset", "-q", "--hard", "origin/main")
    git(trained, "clean", "-qfd")
    command(trained, "dvc", "checkout", "-q", "-f", *(f"pipelines/steps/{name}/dvc.yaml" for name in ("report", "pack")), check=0)


def forget(world: Path) -> None:
    """Delete the branch of the promotion, here and there."""
    git(world, "push", "-q", "origin", "--delete", BRANCH)
    command(world, "git", "branch", "-q", "-D", BRANCH)


def test_what_ran_is_current_and_told(world: Path) -> None:
    assert (world / "reports/shap/index.html").read_text().startswith("b {}\ncompiled.bin\n")
    assert (world / "dist/report.txt").read_text() == "1 pages, True\n"
    assert "up to date" in mlspec(world, "plan", check=0).out
    assert git(world, "status", "--porcelain") == ""
    text = mlspec(world, "status").out
    assert "2 files, coverage 0.93" in text
    assert "step/pack" in text
    assert "src/report.sh" in mlspec(world, "lineage", "step/report", check=0).out
    assert "step/report" in mlspec(world, "lineage", "source/sales", check=0).out
    pack = mlspec(world, "lineage", "step/pack", check=0).out
    assert pack.index("reports/shap") < pack.index("report.css")
    assert "one value" in mlspec(world, "gate", check=0).out
    assert "reports/quality.json" in mlspec(world, "explain", "step/report", check=0).out


def test_dvc_makes_the_same(world: Path) -> None:
    before = (world / LOCK).read_bytes()
    (world / "reports/shap/index.html").unlink()
    command(world / "pipelines/steps/report", "dvc", "repro", "--single-item", "--force", "step", check=0)
    assert (world / LOCK).read_bytes() == before
    assert "up to date" in command(world, "dvc", "status", "pipelines/steps/report/dvc.yaml").text
    assert git(world, "status", "--porcelain") == ""


def test_a_change_runs_the_step_and_those_after_it_alone(world: Path) -> None:
    (world / "report.css").write_text("i {}\n")
    text = mlspec(world, "plan").out
    assert "report.css changed" in text
    assert "step/pack" in text
    assert "model/demand" not in text
    assert "MLS0729" in mlspec(world, "gate", check=1).err
    mlspec(world, "run", check=0)
    assert (world / "reports/shap/index.html").read_text().startswith("i {}\n")


@pytest.mark.parametrize(
    ("script", "code", "told"),
    [
        ("echo half > reports/shap; echo why; exit 4", "MLS0607", "ended with the code 4"),
        (f"{SCRIPT}cat data/sales.csv\n", "MLS0605", "add `sales: {file: data/sales.csv}` to `inputs`"),
        (f"{SCRIPT}echo > stray.txt\n", "MLS0609", "add `- stray.txt` to `outputs`"),
    ],
)
def test_a_step_that_fails_leaves_what_was(world: Path, script: str, code: str, told: str) -> None:
    (world / "src/report.sh").write_text(script)
    text = mlspec(world, "run", "step/report", check=1).text
    assert code in text
    assert told in text
    assert (world / "reports/shap/index.html").read_text().startswith("b {}\n")
    assert not (world / "stray.txt").exists()


def test_a_promotion_keeps_the_number_and_verify_runs_the_step_again(world: Path) -> None:
    mlspec(world, "promote", "model/demand", "--to", "staging", check=0)
    try:
        git(world, "merge", "-q", "--no-ff", f"origin/{BRANCH}", "-m", "Merge")
        record = (world / "registry/demand/v1.0.0.yaml").read_text()
        assert "report.coverage:\n    value: 0.93" in record
        assert "| one value |" in (world / ".mlspec/pull-requests/promote-staging-demand-v1.0.0.md").read_text()
        assert "verified" in mlspec(world, "verify", "--base", "origin/main", check=0).out
        mlspec(world, "evidence", "model/demand", "v1.0.0", "--output", "pack", check=0)
        card = next((world / "pack").rglob("*card*.md")).read_text()
        assert "| `report.coverage` | 0.93 |" in card
        assert "no figures by group" not in card
    finally:
        forget(world)


def test_what_verify_can_not_run_again_it_fetches(world: Path) -> None:
    """A step that asks others, and one after it whose number decides; the clone that verifies has neither data nor cache."""
    (world / "specs/asked.yaml").write_text(ASKED)
    report = world / "specs/report.yaml"
    report.write_text(STEP.replace("inputs: {", "inputs: {asked: {step: asked}, other: {model: demand, output: baseline}, "))
    (world / "src/report.sh").write_text(SCRIPT + "sed -i s/93/$(cat reports/asked)/ reports/quality.json\n")
    before = git(world, "rev-parse", "HEAD").strip()
    mlspec(world, "apply", check=0)
    mlspec(world, "run", check=0)
    commit(world, "Ask")
    git(world, "push", "-q", "origin", "main")
    try:
        mlspec(world, "promote", "model/demand", "--to", "staging", check=0)
        command(world.parent, "git", "clone", "-q", "remote.git", "clone", check=0)
        clean = world.parent / "clone"
        git(clean, "merge", "-q", "--no-ff", f"origin/{BRANCH}", "-m", "Merge")
        assert "report.coverage:\n    value: 0.97" in (clean / "registry/demand/v1.0.0.yaml").read_text()
        assert "verified" in mlspec(clean, "verify", "--base", "origin/main", check=0).out
    finally:
        forget(world)
        git(world, "reset", "-q", "--hard", before)
        git(world, "push", "-q", "--force", "origin", "main")


ASKED = """\
apiVersion: mlspec/v1
kind: Step
metadata: {name: asked}
spec:
  command: {argv: [sh, -c, "echo 97 > reports/asked"]}
  outputs: [reports/asked]
  network: true
"""


def test_a_forged_number_does_not_come_out_again(world: Path) -> None:
    """The lock is written by hand, too: everything that is here agrees."""
    from mlspec.pipelines.content import file_md5

    before, size = file_md5(world / METRICS), os.path.getsize(world / METRICS)  # noqa: PTH202
    (world / METRICS).write_text(json.dumps({"coverage": 0.99}, indent=2) + "\n")
    lock = (world / LOCK).read_text()
    assert lock.count(before) == 1
    (world / LOCK).write_text(lock.replace(before, file_md5(world / METRICS)))
    assert os.path.getsize(world / METRICS) == size  # noqa: PTH202
    commit(world, "Forge")
    git(world, "push", "-q", "origin", "main")
    try:
        mlspec(world, "promote", "model/demand", "--to", "staging", check=0)
        git(world, "merge", "-q", "--no-ff", f"origin/{BRANCH}", "-m", "Merge")
        text = mlspec(world, "verify", "--base", "origin/main", check=1).text
        assert "MLS0766" in text
        assert "the record says report.coverage 0.99, and the step, run again, 0.93" in text
    finally:
        forget(world)
        git(world, "reset", "-q", "--hard", "origin/main~1")
        git(world, "push", "-q", "--force", "origin", "main")


def test_jobs_of_the_workflows_run_steps_in_layers(world: Path, tmp_path: Path) -> None:
    command(world, "dvc", "push", "-q", check=0)
    git(world, "switch", "-q", "-c", "change")
    (world / "report.css").write_text("u {}\n")
    commit(world, "Change")
    git(world, "push", "-q", "origin", "change:main")
    try:
        planned = jobs(world)
        assert list(planned) == ["steps-1", "steps-2-1"]
        results = tmp_path / "results"
        train(world, clone(world, planned["steps-1"]), "steps-1", results)
        train(world, clone(world, planned["steps-2-1"]), "steps-2-1", results, results)
        assert {report(results, shard)[ref]["status"] for shard, ref in (("steps-1", "step/report"), ("steps-2-1", "step/pack"))} == {"ok"}
        found = sorted(p.relative_to(results).as_posix() for p in results.rglob("*") if p.is_file() and "shards" not in p.parts)
        assert found == [
            *(f"pipelines/steps/pack/{name}" for name in ("dvc.lock", "step.json")),
            *(f"pipelines/steps/report/{name}" for name in ("dvc.lock", "metrics.json", "step.json")),
        ]
        plan, out = str(world.parent / "plan.json"), str(tmp_path / "report")
        mlspec(world, "ci", "gather", "--plan", plan, "--results", str(results), "--base", "HEAD~1", "--report", out, check=0)
        assert "report coverage >= 0.9" in (tmp_path / "report/report.json").read_text()
    finally:
        git(world, "push", "-q", "--force", "origin", "main")


def test_a_metric_that_somebody_edited_counts_as_not_measured(world: Path) -> None:
    (world / METRICS).write_text('{"coverage": 0.99}\n')
    text = mlspec(world, "gate", check=1).text
    assert "metrics.json is not what the step wrote" in text


def test_a_project_that_leaves_mlspec_keeps_its_steps(world: Path) -> None:
    spec = world / "specs/report.yaml"
    assert spec.read_text() == STEP
    assert "pipelines/steps/report/dvc.yaml" in mlspec(world, "eject", "--dry-run", check=0).text
