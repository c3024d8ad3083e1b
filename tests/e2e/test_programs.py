"""Models that programs train, from spec to served version: awk and Perl, an ONNX graph, R, and PyTorch where it is installed."""

from __future__ import annotations

import json
import os
import shutil
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from support.cli import commit, git, mlspec, repository
from support.program_specs import TORCH_COMMAND, TORCH_TRAIN, model, program_specs
from support.projects import sales_rows

pytestmark = pytest.mark.e2e
KPIS = """\
apiVersion: mlspec/v1
kind: KPISet
metadata: {name: demand}
spec:
  model: demand
  kpis: ["mae <= 50", {metric: reproducible, equals: true}]
  bootstrap: {resamples: 200}
"""
BATCH = """\
apiVersion: mlspec/v1
kind: DeploymentTarget
metadata: {name: local-rest}
spec: {batch: {input: sales, output: predictions}}
"""
TORCH = os.environ.get("MLSPEC_TORCH_PYTHON") or (shutil.which("python3") if find_spec("torch") else None)
"""A Python that has PyTorch and its exporter."""


def project(folder: Path, *names: str, **more: str) -> Path:
    specs = program_specs(*names) | {"specs/demand-kpis.yaml": KPIS, "specs/local-rest.yaml": BATCH, "data/sales.csv": sales_rows()}
    return repository(folder, specs | more)


def metrics(root: Path, name: str = "demand") -> dict[str, float]:
    found: dict[str, float] = json.loads((root / f"pipelines/models/{name}/metrics.json").read_text())
    return found


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("onnxruntime")
    root = project(tmp_path_factory.mktemp("programs"), "lines", "graph")
    mlspec(root, "run", check=0)
    commit(root, "Train")
    git(root, "push", "-q", "origin", "main")
    return root


def test_a_change_of_its_script_trains_again_and_of_a_readme_does_not(trained: Path) -> None:
    (trained / "README.md").write_text("hello\n")
    assert "up to date" in mlspec(trained, "plan", check=0).out
    script = trained / "src/graph.py"
    before = script.read_text()
    script.write_text(f"{before}# another word\n")
    text = mlspec(trained, "plan").out
    script.write_text(before)
    assert "src/graph.py changed" in text
    assert "model/graph" in text


def test_it_is_judged_promoted_verified_and_scores(trained: Path) -> None:
    """The program trains again where it is judged, shut in, and answers from the bytes that were approved."""
    text = mlspec(trained, "gate", "model/demand", check=0).out
    assert "reproducible is True" in text
    assert "2 pass" in text or "pass:" in text
    mlspec(trained, "promote", "model/demand", "--to", "staging", check=0)
    git(trained, "merge", "-q", "--no-edit", "mlspec/promote/staging/demand/v1.0.0")
    mlspec(trained, "verify", check=0)
    (trained / "src/lines.pl").write_text("die;\n")
    mlspec(trained, "reconcile", "--env", "staging", check=0)
    git(trained, "checkout", "-q", "src/lines.pl")
    import pyarrow.parquet as pq

    (found,) = (trained / "predictions").glob("*.parquet")
    scored = pq.read_table(found).to_pandas()
    assert len(scored) == 240
    assert np.isfinite(scored["predicted"]).all()
    assert scored.groupby("shop")["predicted"].nunique().eq(1).all()  # a mean a shop


def test_an_onnx_graph_is_what_least_squares_say(trained: Path) -> None:
    import pandas as pd

    folder = trained / "pipelines/models/graph"
    train, test = (pd.read_parquet(folder / f"{side}.parquet") for side in ("train", "test"))
    design = [np.column_stack([rows["price"], np.ones(len(rows))]) for rows in (train, test)]
    weights = np.linalg.lstsq(design[0], train["count"], rcond=None)[0]
    assert metrics(trained, "graph")["mae"] == pytest.approx(float(np.abs(design[1] @ weights - test["count"]).mean()), rel=1e-9)
    assert not list(folder.glob("model/*.joblib"))


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
def test_r_predicts_what_least_squares_say(tmp_path: Path) -> None:
    """R's `lm` by lines; judged, and trained again with the same answers."""
    import pandas as pd

    root = project(tmp_path, "r")
    mlspec(root, "run", check=0)
    folder = root / "pipelines/models/demand"
    train, test = (pd.read_parquet(folder / f"{side}.parquet") for side in ("train", "test"))
    design = [np.column_stack([pd.get_dummies(rows["shop"]).astype(float), rows["price"]]) for rows in (train, test)]
    weights = np.linalg.lstsq(design[0], train["count"], rcond=None)[0]
    assert metrics(root)["mae"] == pytest.approx(float(np.abs(design[1] @ weights - test["count"]).mean()), rel=1e-9)
    assert "pass" in mlspec(root, "gate", "model/demand", check=0).out


@pytest.mark.slow
@pytest.mark.skipif(TORCH is None, reason="PyTorch is not installed; MLSPEC_TORCH_PYTHON names a Python that has it")
def test_pytorch_by_onnx(tmp_path: Path) -> None:
    """A net that is exported with a free number of rows; its weights may lie in a file beside it; what DVCLive's files say is shown."""
    pytest.importorskip("onnxruntime")
    root = project(
        tmp_path / "p",
        "graph",
        **{"specs/demand.yaml": model("demand", TORCH_COMMAND.replace("TORCH", str(TORCH))), "src/net.py": TORCH_TRAIN},
    )
    mlspec(root, "run", check=0, timeout=600)
    assert metrics(root)["mae"] < 50
    assert json.loads((root / "pipelines/models/demand/live.json").read_text())["loss"] > 0
    assert len((root / "pipelines/models/demand/live/loss.tsv").read_text().splitlines()) == 301
    assert "reproducible is True" in mlspec(root, "gate", "model/demand", check=0, timeout=600).out
