"""The stage `train` of a linear model on 7,000 rows, by the warm executor, against scikit-learn alone in a process just as warm.

`python tests/bench/training.py [ROUNDS]`, or by run.py. Both are forked from the executor's own server, in turn. Alone: read the rows, fit the same preprocessing
and estimator, predict the rows, keep the pipeline by joblib. The stage also trains the baseline, checks the rows' types, compiles the model and proves it, and writes what promotion needs.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from timing import Took, judge, line

ROWS, NUMBERS, CATEGORIES, ROUNDS, TIMES = 7_000, 8, 3, 9, 3.0
PARAMS: dict[str, Any] = {
    "task": "regression",
    "target": "y",
    "key": ["id"],
    "features": {},
    "types": {},
    "preprocess": {
        "numeric": {"impute": "median", "scale": "standard"},
        "categorical": {"impute": "most_frequent", "encode": "onehot"},
        "text": {"vectorize": "tfidf", "params": {}},
    },
    "estimator": {"class": "sklearn.linear_model.Ridge", "params": {}},
    "baseline": "mean",
    "seed": 7,
}


def alone() -> None:
    """What a script does, in the current folder."""
    import joblib
    import pandas as pd
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import Ridge
    from sklearn.pipeline import Pipeline, make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    rows = pd.read_parquet("train.parquet")
    features, numbers = rows.drop(columns=["id", "y"]), [f"n{i}" for i in range(NUMBERS)]
    steps = ColumnTransformer(
        [
            ("numeric", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
            ("categorical", make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore")), _categories()),
        ]
    )
    pipeline = Pipeline([("preprocess", steps), ("estimator", Ridge())]).fit(features, rows["y"])
    pipeline.predict(features)
    joblib.dump(pipeline, "alone.joblib")


def _categories() -> list[str]:
    return [f"c{i}" for i in range(CATEGORIES)]


def training(folder: Path, rounds: int = ROUNDS) -> list[bool]:
    """Both in turn; the ratio is taken within a round."""
    from mlspec.pipelines.run.warm.lanes import PREPARE, modules
    from mlspec.runtime.warm.server import Server
    from mlspec.runtime.warm.task import Task

    _write(folder)
    here, root = Path(__file__).parent, Path(__file__).resolve().parents[2]
    server = Server(modules(), os.environ | {"PYTHONPATH": f"{here}{os.pathsep}{root}"}, prepare=[PREPARE])
    stage = Task("mlspec.runtime.warm.child:run_module", ("mlspec.runtime", "train"), folder)
    script = Task("training:alone", (), folder)
    try:
        found = [(_took(server, stage), _took(server, script)) for _ in range(rounds + 1)][1:]
    finally:
        server.close()
    for name, side in (("the stage train, warm", 0), ("scikit-learn alone, warm", 1)):
        took = [pair[side] for pair in found]
        line(
            name, Took(statistics.median(t.seconds for t in took), max(t.megabytes for t in took), statistics.median(t.busy for t in took))
        )
    ratio = statistics.median(ours.busy / theirs.busy for ours, theirs in found)
    by_clock = statistics.median(ours.seconds / theirs.seconds for ours, theirs in found)
    return [
        judge(f"train / scikit-learn alone, {ROWS:,} rows, by the clock", by_clock, TIMES, "x"),
        judge(f"train / scikit-learn alone, {ROWS:,} rows, busy", ratio, TIMES, "x"),
    ]


def _took(server: Any, task: Any) -> Took:
    told: list[str] = []
    ended = server.run(task, told.append)
    if ended.status:
        raise SystemExit(f"{task.function} ended with {ended.status}:\n" + "\n".join(told))
    return Took(ended.seconds, ended.kilobytes / 1024, ended.busy)


def _write(folder: Path) -> None:
    import numpy as np
    import pandas as pd

    dice = np.random.default_rng(0)
    rows = pd.DataFrame({"id": np.arange(ROWS)} | {f"n{i}": dice.normal(size=ROWS) for i in range(NUMBERS)})
    rows["n0"] = rows["n0"].where(dice.random(ROWS) > 0.05)
    for name in _categories():
        rows[name] = dice.choice(list("abcdefgh"), ROWS)
    rows["y"] = 3 * rows["n1"] + rows["n2"] + (rows["c0"] == "a") * 5 + dice.normal(size=ROWS)
    folder.mkdir(parents=True, exist_ok=True)
    rows.to_parquet(folder / "train.parquet", index=False)
    (folder / "mlspec.yaml").write_text("apiVersion: mlspec/v1\nkind: Project\nmetadata: {name: bench}\nspec: {}\n")
    (folder / "params.yaml").write_text(json.dumps({"train": PARAMS}))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        sys.exit(0 if all(training(Path(name), *(int(word) for word in sys.argv[1:]))) else 1)
