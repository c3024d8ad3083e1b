"""What a user gets wrong, through the real command line: a diagnostic with the fix, a documented exit code, nothing lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from support.cli import BIN, command, environment, git, mlspec, repository
from support.projects import MODEL, RULES, SPECS, write_project
from support.shared import Shared, copy_into
from support.trained import trained_of

pytestmark = pytest.mark.e2e


def test_outside_a_project(tmp_path: Path) -> None:
    result = mlspec(tmp_path, "plan", check=1)
    assert "error[MLS0002]" in result.err
    assert "mlspec init" in result.err


def test_a_misspelt_verb_gets_the_near_one(tmp_path: Path) -> None:
    result = mlspec(tmp_path, "aply", check=2)
    assert "did you mean `apply`?" in result.err


def test_an_unknown_object_gets_the_near_one(tmp_path: Path) -> None:
    root = repository(tmp_path)
    result = mlspec(root, "run", "model/demnd", check=1)
    assert "error[MLS0003]" in result.err
    assert "`model/demand`" in result.err


def test_an_empty_csv_stops_at_ingest(tmp_path: Path) -> None:
    root = repository(tmp_path)
    (root / "data/sales.csv").write_text("")
    result = mlspec(root, "run", check=1)
    assert "MLS06" in result.err
    assert "`sales.csv`" in result.err
    assert "empty" in result.err
    assert not (root / "pipelines/models/demand/model").exists()


def test_a_missing_csv_is_named(tmp_path: Path) -> None:
    root = repository(tmp_path)
    (root / "data/sales.csv").unlink()
    result = mlspec(root, "run", check=1)
    assert "error[MLS0504]" in result.err
    assert "data/sales.csv" in result.err
    assert "specs/sales.yaml:5:16" in result.err


def test_a_file_of_nearly_that_name_is_proposed(tmp_path: Path) -> None:
    root = repository(tmp_path)
    (root / "data/sales.csv").rename(root / "data/sale.csv")
    assert "did you mean `data/sale.csv`?" in mlspec(root, "run", check=1).err


def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    told = subprocess.run(["sh", "-c", f"cd {gone}; rmdir {gone}; {BIN / 'mlspec'} validate"], capture_output=True, text=True, check=False)
    assert told.returncode == 1
    assert "error[MLS0002]: the folder that you are in was deleted" in told.stderr
    assert "Traceback" not in told.stderr


def test_a_wrong_environment_is_told_before_git_is_asked(tmp_path: Path) -> None:
    root = repository(tmp_path)
    assert "no environment `stagin`" in mlspec(root, "promote", "model/demand", "--to", "stagin", check=1).err


def test_a_csv_without_the_target_names_it(tmp_path: Path) -> None:
    specs = SPECS | {
        "specs/sales.yaml": SPECS["specs/sales.yaml"].replace("    - {name: count, type: integer}\n", ""),
        "specs/sales-rules.yaml": RULES.replace("    - {column: count, notNull: true, between: [0, 1000]}\n", ""),
    }
    result = mlspec(write_project(tmp_path, specs), "validate", check=1)
    assert "error[MLS0410]" in result.err
    undeclared = SPECS["specs/sales.yaml"].split("  columns:")[0] + "  timeColumn: day\n"
    specs["specs/sales.yaml"] = undeclared
    root = repository(tmp_path / "b", specs)
    rows = (root / "data/sales.csv").read_text().replace("day,shop,price,count", "day,shop,price,counts")
    (root / "data/sales.csv").write_text(rows)
    result = mlspec(root, "run", check=1)
    assert "`count`" in result.err
    assert "`counts`" in result.err


def test_a_failed_rule_stops_before_training_and_names_the_rows(tmp_path: Path) -> None:
    root = repository(tmp_path)
    rows = (root / "data/sales.csv").read_text().splitlines()
    rows[3] = rows[3].rsplit(",", 1)[0] + ",4711"
    (root / "data/sales.csv").write_text("\n".join(rows) + "\n")
    result = mlspec(root, "run", check=1)
    assert "4711" in result.err
    assert "count" in result.err
    assert "1 of 240" in result.err or "1 row" in result.err
    assert not (root / "pipelines/models/demand/model").exists()
    assert not (root / "pipelines/data/sales/valid.parquet").exists()


def test_run_before_apply_says_so(tmp_path: Path) -> None:
    result = mlspec(write_project(tmp_path), "run", check=1)
    assert "error[MLS0503]" in result.err
    assert "mlspec apply" in result.err


def test_apply_check_fails_when_generated_files_are_out_of_date(tmp_path: Path) -> None:
    root = repository(tmp_path)
    mlspec(root, "apply", "--check", check=0)
    (root / "specs/demand.yaml").write_text(MODEL.replace("alpha: 1.0", "alpha: 2.0"))
    before = git(root, "status", "--porcelain")
    assert "error[MLS0503]" in mlspec(root, "apply", "--check", check=1).err
    assert git(root, "status", "--porcelain") == before


def test_a_hand_written_workflow_is_never_overwritten(tmp_path: Path) -> None:
    root = write_project(tmp_path)
    (root / ".github/workflows").mkdir(parents=True)
    (root / ".github/workflows/mlspec-ci.yml").write_text("name: mine\n")
    result = mlspec(root, "apply", check=1)
    assert "error[MLS0501]" in result.err
    assert (root / ".github/workflows/mlspec-ci.yml").read_text() == "name: mine\n"
    assert not (root / "pipelines").exists()


def test_apply_killed_half_way_and_run_again(tmp_path: Path) -> None:
    models = {f"specs/m{i}.yaml": MODEL.replace("name: demand", f"name: m{i}") for i in range(300)}
    root = write_project(tmp_path, SPECS | models)
    for _ in range(3):
        process = subprocess.Popen(
            [BIN / "mlspec", "apply"], cwd=root, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while process.poll() is None and not list(root.glob("pipelines/models/m1*")):
            time.sleep(0.001)
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
        process.wait()
    mlspec(root, "apply", check=0)
    assert "up to date" in mlspec(root, "plan").out.splitlines()[0]
    assert len(list(root.glob("pipelines/models/*/dvc.yaml"))) == 301
    for path in root.glob("specs/m*.yaml"):
        path.unlink()
    assert "error[MLS0510]: 900 files" in mlspec(root, "apply", check=1).err
    mlspec(root, "apply", "--prune", check=0)
    assert [p.name for p in root.glob("pipelines/models/*")] == ["demand"]


def test_two_applies_at_once_both_end_well(tmp_path: Path) -> None:
    root = write_project(tmp_path)
    both = [subprocess.Popen([BIN / "mlspec", "apply"], cwd=root, env=environment(), stdout=subprocess.PIPE) for _ in range(2)]
    assert [p.wait(60) for p in both] == [0, 0]
    for process in both:
        assert process.stdout
        process.stdout.close()
    mlspec(root, "apply", "--check", check=0)


def test_promote_needs_a_commit(tmp_path: Path) -> None:
    root = write_project(tmp_path)
    git(root, "init", "-q", "-b", "main")
    mlspec(root, "apply", check=0)
    result = mlspec(root, "promote", "model/demand", "--to", "staging", check=1)
    assert "no commit" in result.err


@pytest.fixture(scope="module")
def trained(shared: Shared, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trained project with a remote, shared by tests that only read it (each clones or restores)."""
    home = tmp_path_factory.mktemp("trained")
    copy_into(trained_of(shared), home)
    return home / "project"


def test_promote_refuses_a_dirty_tree_and_lists_it(trained: Path) -> None:
    spec = trained / "specs/demand.yaml"
    text = spec.read_text()
    spec.write_text(text + "# a note\n")
    try:
        result = mlspec(trained, "promote", "model/demand", "--to", "staging", check=1)
    finally:
        spec.write_text(text)
    assert "specs/demand.yaml" in result.err
    assert "commit" in result.err


def test_promote_refuses_a_shallow_clone(trained: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{trained.parent}/remote.git", "clone")
    result = mlspec(tmp_path / "clone", "promote", "model/demand", "--to", "staging", check=1)
    assert "git fetch --unshallow" in result.err


def test_promote_to_an_unknown_environment_gets_the_near_one(trained: Path) -> None:
    result = mlspec(trained, "promote", "model/demand", "--to", "stagging", check=1)
    assert "`staging`" in result.err


def test_dvc_repro_itself_works_and_the_second_time_runs_nothing(trained: Path) -> None:
    result = command(trained / "pipelines/models/demand", "dvc", "repro", check=0)
    assert "Running stage" not in result.text
    assert "up to date" in result.text


def test_metrics_plots_and_params_show_up_in_dvc(trained: Path) -> None:
    assert "mae" in command(trained, "dvc", "metrics", "show", check=0).out
    assert "alpha" in command(trained, "dvc", "params", "diff", "--all", "HEAD~1", check=0).out + MODEL
    folder = trained.parent / "plots"
    command(trained, "dvc", "plots", "show", "-o", str(folder), check=0)
    assert "predicted" in (folder / "index.html").read_text()
    found = json.loads(command(trained, "dvc", "plots", "show", "--json", "-o", str(folder), check=0).out)["data"]
    files = [Path(key.rpartition("::")[2]).name for key in found]
    assert sorted(files) == ["error_over_time.csv", "predicted.csv", "residuals.csv"], "each is drawn once"


def test_the_tree_is_clean_after_a_run(trained: Path) -> None:
    assert git(trained, "status", "--porcelain") == ""
    assert mlspec(trained, "plan", "--exit-code", check=0).out.count("up to date") == 2
