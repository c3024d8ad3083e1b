"""`mlspec import` from the command line; and of three projects that it trains what the old pipeline did."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from support.cli import git, mlspec
from support.import_projects import ALL

pytestmark = pytest.mark.e2e


def test_a_dry_run_writes_nothing_and_json_has_the_files(tmp_path: Path) -> None:
    root = ALL["months"]().write(tmp_path)
    before = sorted(root.rglob("*"))
    told = json.loads(mlspec(root, "import", "dvc.yaml", "--dry-run", "--format", "json", check=0).out)
    assert sorted(root.rglob("*")) == before
    assert {"specs/data/hours.yaml", "specs/models/hours.yaml", "specs/steps/publish.yaml", "mlspec.yaml"} <= set(told["files"])
    assert {f["sure"] for f in told["facts"]} == {"certain", "likely", "guess"}


def test_from_a_folder_below_into_a_project_that_is_there(tmp_path: Path) -> None:
    root = ALL["topics"]().write(tmp_path)
    mlspec(root, "init", "--name", "topics", check=0)
    config = (root / "mlspec.yaml").read_bytes()
    told = mlspec(root / "topics", "import", "train.py", check=1)
    assert "[MLS0555]" in told.err  # without the command that gives `--data`
    told = mlspec(root / "topics", "import", "../MLproject", "--out", "specs/old", check=0)
    assert "specs/old/models/posts.yaml" in told.out
    assert (root / "mlspec.yaml").read_bytes() == config
    mlspec(root, "validate", check=0)


@pytest.mark.parametrize("words", [("import", "none.yaml"), ("import", "../x.py"), ("import", "old.py"), ("import", "dvc.yaml", "--check")])
def test_bad_input_ends_with_a_code_and_changes_nothing(tmp_path: Path, words: tuple[str, ...]) -> None:
    root = ALL["segments"]().write(tmp_path)
    (root / "old.py").write_text("print 'x'\n", encoding="utf-8")
    before = sorted(root.rglob("*"))
    assert "error[MLS055" in mlspec(root, *words, check=1).err
    assert sorted(root.rglob("*")) == before


OLD = {
    "tags": [
        "src/prepare.py data/posts.csv",
        "src/featurize.py data/prepared data/features",
        "src/train.py data/features model.pkl",
        "src/evaluate.py model.pkl data/features",
    ],
    "topics": ["topics/train.py --data data/posts.csv --c 10.0 --results results.json"],
    "months": ["src/extract.py --source data/hours.csv --out data/clean.csv", "src/train.py --config=params.yaml", "src/evaluate.py"],
}
"""What the old pipelines run, in order."""


@pytest.mark.slow
@pytest.mark.parametrize("name", OLD)
def test_the_new_model_measures_what_the_old_pipeline_does(tmp_path: Path, name: str) -> None:
    """The old scripts run as they are; then the proposal is trained, with nothing written by hand, and both are compared."""
    root = ALL[name]().write(tmp_path)
    for folder in ("models", "reports", "data/prepared", "data/features", "eval/plots"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    for line in OLD[name]:
        subprocess.run([sys.executable, *line.split()], cwd=root, check=True, capture_output=True)
    git(root, "init", "-q", "-b", "main")
    origin = ALL[name]().origin
    mlspec(root, "import", origin, check=0)
    waits = mlspec(root, "import", origin, "--check", check=1).out
    assert "measures it" in waits
    mlspec(root, "apply", check=0)
    model = next(p.stem for p in (root / "specs/models").glob("*.yaml") if not p.stem.endswith("-kpis"))
    mlspec(root, "run", f"model/{model}", check=0, timeout=600)
    told = json.loads(mlspec(root, "import", origin, "--check", "--format", "json").out)
    assert told["metrics"], told
    measured = [m for m in told["metrics"] if m["now"] is not None]
    assert measured, told
    assert all(m["within"] for m in measured), told
    if name == "months":  # a split by time: the very same rows
        for metric in measured:
            assert metric["now"] == pytest.approx(metric["then"], rel=1e-6), told
