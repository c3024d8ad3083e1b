"""`mlspec ci plan` as the workflows run it, and as a person does."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from support.cli import BIN, Result, environment, git, repository
from support.projects import MODEL, SPECS


def ci(root: Path, *words: str, check: int = 0, variables: Mapping[str, str] | None = None) -> Result:
    """Run `mlspec ci …` with these variables in the environment."""
    done = subprocess.run(
        [str(BIN / "mlspec"), "ci", *words],
        cwd=root,
        env=environment() | dict(variables or {}),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    result = Result(done.returncode, done.stdout, done.stderr)
    assert "Traceback" not in result.text, result.text
    assert result.code == check, result.text
    return result


@pytest.fixture
def project(tmp_path: Path) -> Path:
    other = MODEL.replace("name: demand", "name: other")
    return repository(tmp_path, {**SPECS, "specs/other.yaml": other})


def on_github(folder: Path) -> dict[str, str]:
    return {"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": str(folder / "output"), "GITHUB_STEP_SUMMARY": str(folder / "summary.md")}


def outputs(folder: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in (folder / "output").read_text().splitlines())


def test_plan_writes_the_file_the_outputs_and_the_summary(project: Path, tmp_path: Path) -> None:
    told = ci(project, "plan", "--base", "HEAD", variables=on_github(tmp_path))
    assert "\n2 of 2 models will train, 1 of 1 source will run\n" in "\n" + told.out
    plan = json.loads((project / ".mlspec/state/ci/plan.json").read_text())
    assert plan["commit"] == plan["base"] == git(project, "rev-parse", "HEAD").strip()
    found = outputs(tmp_path)
    assert found["stale"] == "true"
    assert [job["label"] for job in json.loads(found["layer_models"])["include"]] == ["model/demand", "model/other"]
    assert json.loads(json.loads(found["layer_data"])["include"][0]["runs_on"]) == ["ubuntu-latest"]
    assert (tmp_path / "summary.md").read_text().startswith("## 2 of 2 models will train")
    assert git(project, "status", "--porcelain") == ""


def test_plan_prints_what_it_writes(project: Path, tmp_path: Path) -> None:
    shown = ci(project, "plan", "--format", "json", "--out", str(tmp_path / "plan.json")).out
    assert shown == (tmp_path / "plan.json").read_text()
    assert ci(project, "plan", "--format", "markdown").out.startswith("## 2 of 2 models will train")
    again = ci(project, "plan", "--format", "json", "--out", str(tmp_path / "again.json"))
    assert again.out == shown


def test_a_mistake_in_a_spec_is_an_annotation_and_nothing_trains(project: Path, tmp_path: Path) -> None:
    (project / "specs/demand.yaml").write_text(MODEL.replace("target: count", "target: cuont"))
    told = ci(project, "plan", check=1, variables=on_github(tmp_path))
    assert told.out.startswith("::error file=specs/demand.yaml,line=")
    assert outputs(tmp_path) == {"stale": "false"}
    assert (tmp_path / "summary.md").read_text().startswith("## 1 problem: nothing will train")
    here = ci(project, "plan", check=1)
    assert here.out == ""
    assert "cuont" in here.err


def test_generated_files_that_lag_behind_are_an_annotation(project: Path, tmp_path: Path) -> None:
    (project / "specs/demand.yaml").write_text(MODEL.replace("alpha: 1.0", "alpha: 2.0"))
    told = ci(project, "plan", check=1, variables=on_github(tmp_path))
    assert "::error file=pipelines/models/demand/params.yaml" in told.out
    assert "mlspec apply" in told.out
    assert outputs(tmp_path) == {"stale": "true", "layer_data": "", "layer_models": ""}


def test_a_merge_queue_refuses_what_would_be_stale(project: Path) -> None:
    assert "MLS0563" in ci(project, "plan", "--queue", check=1).err


@pytest.mark.parametrize("words", [["--fork", "--queue"], ["--force"], ["--only", "all"]])
def test_options_that_do_not_go_together(project: Path, words: list[str]) -> None:
    ci(project, "plan", *words, check=2)
