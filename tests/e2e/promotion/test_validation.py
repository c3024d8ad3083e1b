"""A model with cross-validation: run, gate by its folds, promote, verify; what is written into its file decides nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from support.cli import git
from support.promotion_world import WORLD, World, make_trained, replace, run
from support.shared import Shared

pytestmark = pytest.mark.e2e
FOLDER = "pipelines/models/demand"
MODEL = WORLD["specs/demand.yaml"].replace("strategy: time, ", "strategy: random, ")
KPIS = WORLD["specs/demand-kpis.yaml"].replace("kpis: [", "kpis: [{metric: mae, max: 50, rows: validation}, ")
SPECS = WORLD | {
    "specs/demand.yaml": MODEL + "  validation: {folds: 3, repeats: 2}\n",
    "specs/demand-kpis.yaml": KPIS,
}


@pytest.fixture
def world(shared: Shared, tmp_path: Path) -> World:
    return World(shared.once("validation", lambda home: make_trained(home, SPECS))).copy(tmp_path / "world")


def gates(root: Path) -> dict[tuple[str, str], dict[str, object]]:
    found = json.loads(run(root, "gate", "model/demand", "--format", "json", check=None).out)["models"][0]["gates"]
    return {(gate["kpi"], gate["subject"]): gate for gate in found}


def test_it_is_judged_by_what_the_gate_itself_measured(world: World) -> None:
    root, key = world.root, ("mae <= 50 in validation", "validation")
    path = root / FOLDER / "cross_validation.json"
    wrote = json.loads(path.read_text())["metrics"]["mae"]
    judged = gates(root)[key]
    assert judged["verdict"] == "pass"
    assert judged["value"] == pytest.approx(wrote["value"]) and judged["low"] == pytest.approx(wrote["low"])
    path.write_text(path.read_text().replace(f"{wrote['value']}", "0.5"))
    assert gates(root)[key]["value"] == pytest.approx(wrote["value"]), "a file that a person may edit decides nothing"
    git(root, "checkout", "--quiet", "--", FOLDER)
    world.promote()
    world.propose("mlspec/promote/staging/demand/v1.0.0")
    assert "deployment/staging/demand: verified" in world.verify().out
    claim = next((root / "promotions/staging/demand").glob("v1.0.0*")).read_text()
    assert "mae <= 50 in validation" in claim and "corrected for the rows that they share" in claim


def test_a_threshold_trains_nothing_and_another_cut_is_told(world: World) -> None:
    from mlspec.adapters.git.repository import open_repository
    from mlspec.promotion.loosening import loosened
    from mlspec.registry.at_commit import compile_at

    root = world.root
    replace(root, "specs/demand-kpis.yaml", "max: 50, rows", "max: 0.001, rows")
    assert "Stages: all 7 are up to date" in run(root, "plan", check=0).out
    assert gates(root)["mae <= 0.001 in validation", "validation"]["verdict"] == "fail"
    replace(root, "specs/demand.yaml", "repeats: 2", "repeats: 1")
    planned = run(root, "plan", check=None).out
    assert "cross_validate" in planned and "> train" not in planned and "> evaluate" not in planned
    before = git(root, "rev-parse", "HEAD").strip()
    git(root, "commit", "--quiet", "-am", "Once")
    repository = open_repository(root)
    old, new = (compile_at(repository, commit).project for commit in (before, "HEAD"))
    told = loosened(old, new, None, (lambda path: repository.show(before, path), lambda path: repository.show("HEAD", path)))
    assert any("validation cuts other folds" in one.what for one in told), told


@pytest.mark.parametrize(
    ("path", "old", "new", "code", "said"),
    [
        ("specs/demand.yaml", "  validation: {folds: 3, repeats: 2}\n", "", "MLS0469", "add `validation: {folds: 5}` to model/demand"),
        ("specs/demand.yaml", "strategy: random, ", "strategy: time, ", "MLS0112", "its folds can't be cut anew"),
        ("specs/demand-kpis.yaml", "rows: validation", "rows: validation, slice: {by: shop}", "MLS0111", "nothing for `slice`"),
        ("specs/demand-kpis.yaml", "metric: mae, max: 50, rows", "metric: model_size, max: 50, rows", "MLS0111", "it is of no rows"),
        ("specs/demand-kpis.yaml", "rows: validation", "rows: folds", "MLS", "validation"),
        (
            "specs/demand.yaml",
            "  validation: {",
            "  tuning: {engine: grid, metric: mae, space: {alpha: {choices: [1, 2]}}}\n  validation: {",
            "MLS0112",
            "would use the folds that chose the params",
        ),
    ],
)
def test_what_can_not_be_is_refused_where_it_stands(world: World, path: str, old: str, new: str, code: str, said: str) -> None:
    replace(world.root, path, old, new)
    found = run(world.root, "validate", check=1).text
    assert code in found and said in found and re.search(r"specs/\S+:\d+:\d+", found), found
