"""Ways in which a good number is a wrong one, planted in real data, each with a clean twin that passes.

Others stand elsewhere: a sum that leaks (`test_real_data.py`), a gain inside seed noise (`promotion/test_seeds.py`), a search that read test
rows and one that was killed (`promotion/test_tuned.py`), rows that a champion knows (`promotion/test_moved.py`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.cli import git, mlspec
from support.datasets import bikes
from support.published import Published

pytestmark = [pytest.mark.slow, pytest.mark.e2e]
TREES = {"class": "sklearn.ensemble.HistGradientBoostingRegressor", "params": {"max_iter": 60}}
CODE = '''\
"""Estimators as somebody wrote them in a hurry."""

import numpy as np
from sklearn.linear_model import Ridge


class Hasty(Ridge):
    """Draws rows to learn from, by whatever state NumPy is in."""

    def __init__(self, alpha=1.0, random_state=None, heed=False):
        super().__init__(alpha=alpha, random_state=random_state)
        self.heed = heed

    def fit(self, X, y):
        rng = np.random.default_rng(self.random_state if self.heed else None)
        rows = rng.choice(len(y), len(y) // 2, replace=False)
        return super().fit(np.asarray(X)[rows], np.asarray(y)[rows])


class Holes(Ridge):
    """Has no answer where an answer would be below zero."""

    def __init__(self, alpha=1.0, floor=0.0):
        super().__init__(alpha=alpha)
        self.floor = floor

    def predict(self, X):
        found = super().predict(X)
        return np.where(found < 0, self.floor, found)
'''


def of_bikes(root: Path, kpis: list[Any], **model: Any) -> Published:
    """Hours of the second year, without what they add up from."""
    rows = bikes().query("dteday >= '2012'").drop(columns=["casual", "registered"]).rename(columns={"dteday": "day"})
    rows = rows.assign(hr=pd.to_datetime(rows["hr"], format="%I%p").dt.hour).sort_values(["day", "hr"])
    base = {"task": "regression", "target": "cnt", "split": {"strategy": "time", "test": "20%"}, "estimator": TREES}
    return Published(root / "p", rows, base | model, kpis, {"timeColumn": "day", "columns": _typed(rows)}).write()


def _typed(rows: Any) -> list[dict[str, str]]:
    kinds = {"i": "integer", "f": "number"}
    return [{"name": name, "type": "date" if name == "day" else kinds.get(rows[name].dtype.kind, "string")} for name in rows]


def with_code(project: Published, name: str, **params: Any) -> Published:
    """By an estimator of the project's own."""
    (project.root / "own").mkdir(exist_ok=True)
    (project.root / "own/hurry.py").write_text(CODE)
    path = project.root / "mlspec.yaml"
    path.write_text(path.read_text().replace("  seed: 7\n", "  seed: 7\n  code: [own]\n"))
    return project.declare(estimator={"class": f"own.hurry.{name}", "params": params})


def test_a_random_split_of_ordered_rows(tmp_path: Path) -> None:
    """Hours beside a test hour are in training: the error halves, and nothing is better. The specs alone tell."""
    project = of_bikes(tmp_path, ["mae <= 200"], split={"strategy": "random", "test": "20%"})
    told = mlspec(project.root, "validate").text
    assert "MLS1001" in told or "random" in told, told
    easy = project.run().value("mae")
    honest = project.declare(split={"strategy": "time", "test": "20%"}).run()
    assert "random" not in mlspec(project.root, "validate").text
    assert honest.value("mae") > 1.3 * easy


def test_a_slice_is_harmed_while_the_whole_gets_better(tmp_path: Path) -> None:
    """Days off hardly count in training: the mean error falls from 69 to 56, and that of days off rises from 77 to 87."""
    off = {"metric": "mae", "max": 82, "bound": "point", "slice": {"by": "workingday", "minRows": 300}}
    project = of_bikes(tmp_path, ["mae <= 140", off], features={"include": ["hr", "temp", "workingday", "season"]})
    project.rows["counts"] = np.where(project.rows["workingday"] == "Yes", 1.0, 0.01)
    project.source["columns"].append({"name": "counts", "type": "number"})
    fair = project.write().declare(estimator=TREES | {"params": {"max_iter": 15}}).run().gates()
    assert {gate["verdict"] for gate in fair.values()} <= {"pass", "skipped"}, fair
    harmed = project.declare(features={}, weights="counts", estimator=TREES).run().gates()
    assert harmed["mae <= 140"]["value"] < fair["mae <= 140"]["value"] - 5
    assert harmed["mae <= 82 within workingday (workingday=No)"]["verdict"] == "fail", harmed
    assert harmed["mae <= 82 within workingday (workingday=Yes)"]["verdict"] == "pass"


def test_too_few_rows_in_a_slice(tmp_path: Path) -> None:
    """Rain: some hours a quarter. They are shown and not judged, and where no slice is judged nothing passes."""
    few = {"metric": "mae", "max": 500, "bound": "point", "slice": {"by": "weathersit", "minRows": 150}}
    project = of_bikes(tmp_path, [few])
    gates = project.run().gates()
    rain = gates["mae <= 500 within weathersit (weathersit=Light Rain)"]
    assert rain["verdict"] == "skipped" and "118 rows, fewer than minRows 150" in rain["message"]
    assert gates["mae <= 500 within weathersit (weathersit=Clear)"]["verdict"] == "pass"
    project.kpis = [few | {"slice": {"by": "weathersit", "minRows": 100_000}}]
    gates = project.declare().run().gates()
    assert gates["mae <= 500 within weathersit (every weathersit)"]["verdict"] == "inconclusive"


def test_the_majority_beats_a_model_on_accuracy(tmp_path: Path) -> None:
    """One hour in twenty is busy: who says never is right in 95%, and a careless model in hardly less. Against the baseline it fails."""
    rng = np.random.default_rng(1)
    rows = bikes().assign(busy=lambda r: (r["cnt"] > r["cnt"].quantile(0.95)).astype(int), noise=lambda r: rng.normal(size=len(r)))
    kpis = ["accuracy >= 0.85", {"metric": "accuracy", "versus": "baseline", "improveBy": {"points": 0.001}}]
    model = {"task": "binary", "target": "busy", "features": {"include": ["noise", "windspeed"]}, "split": {"strategy": "stratified"}}
    model |= {"estimator": {"class": "sklearn.neighbors.KNeighborsClassifier", "params": {"n_neighbors": 1}}}
    project = Published(tmp_path / "p", rows.drop(columns=["casual", "registered", "cnt", "dteday"]), model, kpis).write()
    gates = project.run().gates()
    assert gates["accuracy >= 0.85"]["verdict"] == "pass"
    assert gates["accuracy vs baseline, better by 0.001 points"]["verdict"] == "fail"
    trees = {"class": "sklearn.ensemble.HistGradientBoostingClassifier", "params": {"max_iter": 60}}
    honest = project.declare(features={"exclude": ["noise"]}, estimator=trees).run().gates()
    assert {gate["verdict"] for gate in honest.values()} <= {"pass", "skipped"}, honest


def test_a_model_without_an_answer_is_refused(tmp_path: Path) -> None:
    """Below zero it says NaN, which a mean would pass over, or spread. It is refused where it is trained or measured, with the row."""
    project = with_code(of_bikes(tmp_path, ["mae <= 300"]), "Holes", floor=float("0"))
    assert project.run().gates()["mae <= 300"]["verdict"] == "pass"
    path = project.root / "own/hurry.py"
    path.write_text(path.read_text().replace("np.where(found < 0, self.floor, found)", "np.where(found < 0, np.nan, found)"))
    failed = mlspec(project.root, "run", check=1).text
    assert "MLS0665" in failed and "Traceback" not in failed, failed


def test_a_class_is_missing_from_the_test(tmp_path: Path) -> None:
    """Rows that stand in order of their class, split by their order: of two classes of three nothing is measured."""
    from sklearn.datasets import load_digits

    rows = load_digits(as_frame=True).frame.query("target <= 2").sort_values("target", kind="stable")
    rows = rows.assign(part=np.where(np.arange(len(rows)) >= len(rows) - 120, "test", "train"))
    model = {"task": "multiclass", "target": "target", "split": {"strategy": "predefined", "column": "part"}}
    model |= {"estimator": {"class": "sklearn.linear_model.LogisticRegression", "params": {"max_iter": 1000}}}
    kpis = [{"metric": "balanced_accuracy", "min": 0.7}, {"metric": "f1_macro", "min": 0.7}]
    project = Published(tmp_path / "p", rows, model, kpis).write()
    gates = project.run().gates()
    assert all(gates[kpi]["verdict"] != "pass" for kpi in ("balanced_accuracy >= 0.7", "f1_macro >= 0.7")), gates
    honest = project.declare(split={"strategy": "stratified", "test": "30%"}, features={"exclude": ["part"]}).run().gates()
    assert {gate["verdict"] for gate in honest.values()} <= {"pass", "skipped"}, honest


def test_an_estimator_that_ignores_its_seed(tmp_path: Path) -> None:
    """Trained twice it says two things: no number of it can be found again."""
    kpis = ["mae <= 300", {"metric": "reproducible", "equals": True}]
    project = with_code(of_bikes(tmp_path, kpis), "Hasty", heed=False)
    assert project.run().gates()["reproducible is True"]["verdict"] == "fail"
    heeds = project.declare(estimator={"class": "own.hurry.Hasty", "params": {"heed": True}}).run()
    assert heeds.gates()["reproducible is True"]["verdict"] == "pass"
    assert git(project.root, "status", "--porcelain") == ""
