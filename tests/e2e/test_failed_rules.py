"""A rule that fails leaves the last good rows where they are, and nothing takes them for the new ones; real DVC."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.cli import command, mlspec, repository
from support.projects import MODEL, PROJECT, RULES, SOURCE

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
SPECS = {"mlspec.yaml": PROJECT, "specs/sales.yaml": SOURCE, "specs/sales-rules.yaml": RULES, "specs/demand.yaml": MODEL}


def test_the_last_good_rows_stay_and_count_as_stale(tmp_path: Path) -> None:
    root = repository(tmp_path, SPECS)
    folder, data = root / "pipelines/data/sales", root / "data/sales.csv"
    mlspec(root, "run", "source/sales", check=0)
    good, lock, given = (folder / "valid.parquet").read_bytes(), (folder / "dvc.lock").read_text(), data.read_text()
    kept = (folder / "quarantine.parquet").read_bytes()

    data.write_text("\n".join(given.splitlines()[:11]) + "\n")
    failed = mlspec(root, "run", check=1)
    assert "there are 10 rows, less than 20" in failed.err
    assert ((folder / "valid.parquet").read_bytes(), (folder / "quarantine.parquet").read_bytes()) == (good, kept)
    planned = " ".join(mlspec(root, "plan", check=0).out.split())
    assert "source/sales > validate pipelines/data/sales/clean.parquet changed" in planned
    told = command(root, "dvc", "repro", "--dry", "pipelines/data/sales/dvc.yaml:validate")
    assert "Running stage 'pipelines/data/sales/dvc.yaml:validate'" in told.text
    assert not (root / "pipelines/models/demand/train.parquet").exists(), "nothing is split or trained on the old rows"
    mlspec(root, "run", check=1)

    data.write_text(given)
    mlspec(root, "run", "source/sales", check=0)
    assert (folder / "valid.parquet").read_bytes() == good
    assert (folder / "dvc.lock").read_text() == lock
