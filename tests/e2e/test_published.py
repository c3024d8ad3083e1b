"""Numbers that others have published of public data, found again by specs: each with its source."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.datasets import from_r
from support.published import PLAIN, Published

pytestmark = [pytest.mark.slow, pytest.mark.e2e]
PARTS = {"strategy": "predefined", "column": "part"}


def parts(rows: pd.DataFrame, test: Any) -> pd.DataFrame:
    """With a column that says which rows are test rows: a mask, or positions."""
    mask = np.zeros(len(rows), dtype=bool)
    mask[test] = True
    return rows.assign(part=np.where(mask, "test", "train"))


def test_diabetes_by_least_squares_on_one_feature(tmp_path: Path) -> None:
    """scikit-learn's example "Ordinary Least Squares": body mass index alone, the last 20 patients: 2548.07 and 0.47."""
    from sklearn.datasets import load_diabetes

    rows = load_diabetes(as_frame=True).frame
    model = {"task": "regression", "target": "target", "features": {"include": ["bmi"]}, "split": PARTS, "preprocess": PLAIN}
    model |= {"estimator": {"class": "sklearn.linear_model.LinearRegression"}}
    found = Published(tmp_path / "p", parts(rows, slice(len(rows) - 20, None)), model, ["mse <= 9000"]).write().run()
    assert round(found.value("mse"), 2) == 2548.07 and round(found.value("r2"), 2) == 0.47


def test_digits_by_a_support_vector_machine(tmp_path: Path) -> None:
    """scikit-learn's example "Recognizing hand-written digits": gamma 0.001, the second half: accuracy 0.97, macro precision 0.97."""
    from sklearn.datasets import load_digits

    rows = load_digits(as_frame=True).frame
    model = {"task": "multiclass", "target": "target", "split": PARTS, "preprocess": PLAIN}
    model |= {"estimator": {"class": "sklearn.svm.SVC", "params": {"gamma": 0.001}}}
    found = Published(tmp_path / "p", parts(rows, slice((len(rows) + 1) // 2 - 1, None)), model, ["accuracy >= 0.9"]).write().run()
    assert round(found.value("accuracy"), 2) == 0.97 and round(found.value("f1_macro"), 2) == 0.97


def test_iris_by_a_linear_support_vector_machine(tmp_path: Path) -> None:
    """scikit-learn's user guide, "Cross-validation": 40% held out by random_state 0: 0.96; 5 folds: 0.98 with a standard deviation of 0.02."""
    from sklearn.datasets import load_iris
    from sklearn.model_selection import train_test_split

    rows = load_iris(as_frame=True).frame
    _, test = train_test_split(np.arange(150), test_size=0.4, random_state=0)
    estimator = {"class": "sklearn.svm.SVC", "params": {"kernel": "linear", "C": 1, "random_state": 42}}
    model = {"task": "multiclass", "target": "target", "split": PARTS, "preprocess": PLAIN, "estimator": estimator}
    found = Published(tmp_path / "p", parts(rows, test), model, ["accuracy >= 0.8"]).write().run()
    assert int(found.value("accuracy") * 100) == 96
    folds = {"split": {"strategy": "stratified", "test": "2%"}, "validation": {"folds": 5, "repeats": 10}}
    found.declare(**folds).run()
    whole = found.json("cross_validation.json")["metrics"]["accuracy"]
    assert whole["value"] == pytest.approx(0.98, abs=0.01)
    assert np.std(whole["values"]) == pytest.approx(0.02, abs=0.01)


@pytest.mark.parametrize(
    ("features", "estimator", "accuracy"),
    [
        (["Lag1", "Lag2", "Lag3", "Lag4", "Lag5", "Volume"], "linear_model.LogisticRegression", 0.4801587),
        (["Lag1", "Lag2"], "linear_model.LogisticRegression", 0.5595238),
        (["Lag1", "Lag2"], "discriminant_analysis.LinearDiscriminantAnalysis", 0.5595238),
        (["Lag1", "Lag2"], "discriminant_analysis.QuadraticDiscriminantAnalysis", 0.5992063),
    ],
)
def test_the_stock_market_lab(tmp_path: Path, features: list[str], estimator: str, accuracy: float) -> None:
    """James, Witten, Hastie, Tibshirani, An Introduction to Statistical Learning, lab 4.7 (4.6 of the first edition): the days of 2005."""
    rows = from_r("ISLR/Smarket")
    params: dict[str, Any] = {"C": 1e12, "max_iter": 1000, "tol": 1e-10} if "Logistic" in estimator else {}
    model = {"task": "binary", "target": "Direction", "features": {"include": features}, "split": PARTS, "preprocess": PLAIN}
    model |= {"estimator": {"class": f"sklearn.{estimator}", "params": params}}
    found = Published(tmp_path / "p", parts(rows, (rows["Year"] == 2005).to_numpy()), model, ["accuracy >= 0.3"]).write().run()
    assert found.value("accuracy") == pytest.approx(accuracy, abs=1e-6)


@pytest.mark.parametrize(("degree", "published"), [(1, 24.23), (2, 19.25)])
def test_the_cross_validation_lab(tmp_path: Path, degree: int, published: float) -> None:
    """The same book, lab 5.3.2: the error of mpg by powers of horsepower, left out one by one: 24.23 and 19.25; ten folds lie near it."""
    rows = from_r("ISLR/Auto")[["mpg", "horsepower"]].assign(squared=lambda r: (r["horsepower"] / 100) ** 2)
    model = {"task": "regression", "target": "mpg", "features": {"include": ["horsepower", "squared"][:degree]}}
    model |= {
        "split": {"test": "1%"},
        "validation": {"folds": 10, "repeats": 5},
        "estimator": {"class": "sklearn.linear_model.LinearRegression"},
    }
    found = Published(tmp_path / "p", rows, model, [{"metric": "mse", "max": 40, "rows": "validation"}]).write().run()
    whole = found.json("cross_validation.json")["metrics"]["mse"]
    assert whole["value"] == pytest.approx(published, abs=0.45)
    assert whole["low"] < published < whole["high"]
    assert found.gates()["mse <= 40 in validation (validation)"]["verdict"] == "pass"


def test_beer_by_the_season_before(tmp_path: Path) -> None:
    """Hyndman and Athanasopoulos, Forecasting: principles and practice (2nd edition), section 3.4: quarterly beer from 1992, tested from 2008:
    seasonal naive: RMSE 14.31, MAE 13.40, MAPE 3.17, MASE 0.94."""
    rows = from_r("fpp2/ausbeer")
    rows = rows[rows["time"] >= 1992]
    months = (rows["time"] % 1 * 12).round().astype(int) + 1
    times = [f"{int(time)}-{month:02d}-01" for time, month in zip(rows["time"], months, strict=True)]
    rows = pd.DataFrame({"quarter": times, "beer": rows["value"].to_numpy()})
    test = int((rows["quarter"] >= "2008").sum())
    assert test == 10
    model = {"task": "forecast", "target": "beer", "lags": [1, 4], "split": {"strategy": "rolling", "horizon": test, "folds": 1}}
    model |= {"estimator": {"class": "sklearn.linear_model.LinearRegression"}}
    source = {"columns": [{"name": "quarter", "type": "date"}, {"name": "beer", "type": "number"}], "timeColumn": "quarter"}
    found = Published(tmp_path / "p", rows, model, ["mape <= 1", "mase <= 3"], source).write().run()
    assert round(found.value("rmse", "baseline"), 2) == 14.31 and round(found.value("mae", "baseline"), 2) == 13.40
    assert round(100 * found.value("mape", "baseline"), 2) == 3.17 and round(found.value("mase", "baseline"), 2) == 0.94
