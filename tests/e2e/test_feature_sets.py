"""A model on a FeatureSet through the command line: run, plan after a change of the SQL, gate, status, lineage; and a set that looks ahead."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.cli import commit, git, mlspec, repository
from support.feature_specs import FEATURE_SPECS, SQL, promo_rows
from support.projects import sales_rows

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    files = {**FEATURE_SPECS, "data/sales.csv": sales_rows(), "data/promos.csv": promo_rows()}
    root = repository(tmp_path_factory.mktemp("features"), files)
    mlspec(root, "run", check=0)
    commit(root, "Train")
    return root


def test_what_ran_is_up_to_date_and_judged(trained: Path) -> None:
    assert "daily" not in mlspec(trained, "plan", check=0).out
    assert "pass" in mlspec(trained, "gate", check=0).out
    text = mlspec(trained, "status").out
    assert "features/daily" in text
    assert "240 rows, 6 columns, 12 cuts looked at" in text
    assert "pipelines/features/daily/features.parquet" in mlspec(trained, "lineage", "features/daily", check=0).out
    assert "model/demand" in mlspec(trained, "lineage", "source/promos", check=0).out
    assert "features/daily.sql" in mlspec(trained, "explain", "features/daily", check=0).out


def test_a_change_of_the_sql_makes_the_set_and_its_model_stale(trained: Path) -> None:
    query = trained / "features/daily.sql"
    query.write_text(SQL.replace("7 PRECEDING AND", "6 PRECEDING AND"))
    try:
        text = mlspec(trained, "plan").out
        assert "features/daily.sql changed" in text, text
        assert "model/demand" in text
        assert "source/sales" not in text
        assert "MLS0729" in mlspec(trained, "gate", check=1).err
    finally:
        git(trained, "checkout", "-q", ".")


def test_a_version_is_promoted_verified_and_documented(trained: Path) -> None:
    git(trained, "push", "-q", "origin", "main")
    mlspec(trained, "promote", "model/demand", "--to", "staging", check=0)
    try:
        git(trained, "merge", "-q", "--no-ff", "origin/mlspec/promote/staging/demand/v1.0.0", "-m", "Merge")
        assert "verified" in mlspec(trained, "verify", "--base", "origin/main", check=0).out
        mlspec(trained, "evidence", "model/demand", "v1.0.0", "--output", "pack", check=0)
        sheet = (trained / "pack/datasheet.md").read_text()
        assert [line for line in sheet.splitlines() if line.startswith(("## Features", "## Motivation"))] == [
            "## Features (features/daily)",
            "## Motivation (source/promos)",
            "## Motivation (source/sales)",
        ]
        assert "| `demand_7d` | `number` |  | `Mean demand of the 7 days before` |" in sheet
        assert "features/daily.sql" in (trained / "pack/provenance.intoto.json").read_text()
    finally:
        git(trained, "reset", "-q", "--hard", "origin/main")
        git(trained, "clean", "-qfd", "pack")


def test_a_set_that_looks_ahead_stops_before_its_model(trained: Path) -> None:
    query = trained / "features/daily.sql"
    query.write_text(SQL.replace("1 PRECEDING)", "3 FOLLOWING)"))
    try:
        text = mlspec(trained, "run", check=1).text
        assert "MLS0688" in text
        assert "`demand_7d` has seen the future" in text
    finally:
        git(trained, "checkout", "-q", ".")
        mlspec(trained, "run", check=0)
