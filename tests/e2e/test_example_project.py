"""The example project: it compiles without a complaint, and its committed generated files are what the specs say."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from mlspec.compiler.pipeline import compile_root
from mlspec.compiler.project.project import Project
from mlspec.pipelines.generate.render import render

pytestmark = pytest.mark.e2e
EXAMPLE = Path(__file__).resolve().parents[2] / "example-project"


@pytest.fixture(scope="module")
def project() -> Project:
    compiled = compile_root(EXAMPLE)
    assert compiled.diagnostics == ()
    assert compiled.project is not None
    return compiled.project


def test_has_what_the_readme_says(project: Project) -> None:
    assert sorted(project.sources) == ["bike-rentals", "week-ahead"]
    assert sorted(project.feature_sets) == ["hourly"]
    assert sorted(project.models) == ["demand", "demand-forest", "demand-linear"]
    assert sorted(project.deployments) == ["production/demand", "production/demand-week", "staging/demand"]
    assert all(project.kpis_of(model) for model in project.models)


def test_generated_files_are_current(project: Project) -> None:
    compiled = compile_root(EXAMPLE)
    assert compiled.graph is not None
    rendered = render(project, compiled.graph)
    on_disk = {path: (EXAMPLE / path).read_text(encoding="utf-8") if (EXAMPLE / path).exists() else None for path in rendered}
    assert on_disk == rendered


def test_no_model_sees_what_adds_up_to_the_target(project: Project) -> None:
    for model in project.models.values():
        features = model.envelope.spec.features
        assert not {"casual", "registered"} & set(features.include or ())
        assert features.include or {"casual", "registered"} <= set(features.exclude)


def test_data_is_the_published_one() -> None:
    with (EXAMPLE / "data" / "bike-rentals.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 17379
    assert sum(int(row["cnt"]) for row in rows) == 3_292_679
    assert sum(row["weekday"] == "" for row in rows) == 875
    assert sum(row["weathersit"] == "" for row in rows) == 1258


def test_requirements_are_locked_by_hash_and_name_no_index_or_path() -> None:
    lines = (EXAMPLE / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pinned = [line for line in lines if "==" in line]
    assert len(pinned) > 50
    assert all(line.endswith("\\") for line in pinned)
    assert not [line for line in lines if line.startswith(("--index", "--extra", "--find", "-e", "/", "file:")) or "://" in line]
    assert not [line for line in lines if line.startswith("mlspec==")]
