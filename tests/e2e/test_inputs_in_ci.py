"""What user code reads, in jobs that have nothing of it: a fresh, sparse clone gets files and folders that DVC tracks, and rows of sources."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.ci_jobs import clone, jobs, report, train
from support.cli import command, commit, git, mlspec, publish
from support.projects import PROJECT, write_project

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
SPECS = {
    "mlspec.yaml": PROJECT + "  code: [src]\n",
    "specs/all.yaml": """\
apiVersion: mlspec/v1
kind: DataSource
metadata: {name: regions}
spec:
  file: {path: data/raw/regions.csv}
---
apiVersion: mlspec/v1
kind: DataSource
metadata: {name: sales}
spec:
  python:
    callable: "src.load:rows"
    inputs: {sales: {file: data/sales.csv}, regions: {source: regions}, notes: {folder: data/notes}, prices: {file: data/raw/prices.csv}}
  key: [day, shop]
  timeColumn: day
---
apiVersion: mlspec/v1
kind: ValidationRules
metadata: {name: sales}
spec:
  source: sales
  rules:
    - {name: known-shops, python: {callable: "src.load:known", inputs: [data/shops.csv]}}
---
apiVersion: mlspec/v1
kind: Model
metadata: {name: demand}
spec:
  task: regression
  data: sales
  target: count
  features: {include: [price]}
  split: {strategy: time, test: 25%}
  trainer: {callable: "src.load:fit", inputs: {regions: {source: regions}, weights: {folder: data/weights}}}
---
apiVersion: mlspec/v1
kind: KPISet
metadata: {name: demand}
spec:
  model: demand
  kpis: ["mae <= 5000", {metric: reproducible, equals: true}]
  bootstrap: {resamples: 200}
""",
    "src/__init__.py": "",
    "src/load.py": """\
import pandas as pd
from sklearn.linear_model import Ridge


def rows(inputs):
    assert len(pd.read_parquet(inputs["regions"])) == len(pd.read_csv(inputs["prices"])) == 2
    assert sorted(p.name for p in inputs["notes"].glob("*.txt")) == ["a.txt", "b.txt"]
    return pd.read_csv(inputs["sales"], parse_dates=["day"])


def known(rows, inputs):
    return rows[~rows["shop"].isin(pd.read_csv(inputs["shops"])["shop"])]


def fit(features, target, inputs):
    scale = len(pd.read_parquet(inputs["regions"])) + len(list(inputs["weights"].iterdir()))
    return Ridge(alpha=scale).fit(features, target)
""",
    "data/raw/regions.csv": "region,size\nnorth,1\nsouth,2\n",
    "data/raw/prices.csv": "price\n1\n2\n",
    "data/notes/a.txt": "a\n",
    "data/notes/b.txt": "b\n",
    "data/shops.csv": "shop\nnorth\nsouth\n",
    "data/weights/one.txt": "1\n",
}
TRACKED = ("data/raw", "data/notes/b.txt", "data/shops.csv", "data/weights")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything that DVC tracks is in the storage, nothing was trained."""
    place = write_project(tmp_path_factory.mktemp("inputs") / "project", SPECS)
    publish(place)
    git(place, "rm", "-rq", "--cached", *TRACKED)
    command(place, "dvc", "add", "-q", *TRACKED, check=0)
    mlspec(place, "apply", check=0)
    commit(place, "DVC tracks the data")
    command(place, "dvc", "push", "-q", *(f"{path}.dvc" for path in TRACKED), check=0)
    return place


@pytest.fixture(scope="module")
def trained(root: Path) -> Path:
    """What the jobs of CI made is committed."""
    home, matrix = root.parent, jobs(root)
    assert list(matrix) == ["data-1", "data-2-1", "models-1"]
    results = home / "results"
    for shard in matrix:
        place = clone(root, matrix[shard])
        assert not [path for path in TRACKED if (place / path).exists()]
        train(root, place, shard, home / shard, results if shard != "data-1" else None)
        assert {made["status"] for made in report(home / shard, shard).values()} == {"ok"}
        assert git(place, "status", "--porcelain", "--", "data") == ""
        command(home, "cp", "-r", f"{shard}/.", "results", check=0)
    command(home, "cp", "-r", "results/pipelines", "project/", check=0)
    commit(root, "Results")
    return root


def fresh(root: Path, name: str) -> Path:
    git(root.parent, "clone", "-q", "remote.git", name)
    return root.parent / name


def test_jobs_have_what_the_code_reads_and_their_results_are_current_everywhere(trained: Path) -> None:
    for place in (trained, fresh(trained, "without-data")):
        assert "6 to run" not in (text := mlspec(place, "plan", check=0).out)
        assert "Stages: all" in text or "0 to run" in text, text
    assert jobs(trained) == {}


def test_a_gate_brings_what_a_second_training_reads(trained: Path) -> None:
    place = fresh(trained, "judging")
    told = mlspec(place, "gate", check=0).out
    assert "reproducible is True" in told
    assert sorted(p.name for p in (place / "data/weights").iterdir()) == ["one.txt"]


@pytest.mark.parametrize(
    ("path", "text", "told"),
    [
        ("data/raw/prices.csv", "price\n1\n3\n", "data/raw changed"),
        ("data/notes/b.txt", "c\n", "data/notes changed"),
        ("data/shops.csv", "shop\nnorth\nsouth\neast\n", "data/shops.csv changed"),
        ("data/weights/two.txt", "2\n", "data/weights changed"),
    ],
)
def test_changed_data_is_told_where_it_is_not(trained: Path, path: str, text: str, told: str) -> None:
    author = fresh(trained, "author-" + path.replace("/", "-"))
    tracker = next(name for name in TRACKED if path == name or path.startswith(f"{name}/"))
    command(author, "dvc", "pull", "-q", tracker, check=0)
    (author / path).write_text(text)
    command(author, "dvc", "add", "-q", tracker, check=0)
    git(author, "commit", "-qam", "Other data")
    reader = trained.parent / f"reader-{author.name}"
    git(trained.parent, "clone", "-q", author.name, reader.name)
    assert told in mlspec(reader, "plan", check=0).out
