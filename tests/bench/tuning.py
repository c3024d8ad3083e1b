"""What a trial of a search costs beyond scikit-learn's own cross_val_score: the same folds, estimators and settings, one worker, in one process.

Run alone: `python tests/bench/tuning.py [ROWS [TRIALS]]`. Both are timed in turns, trial by trial, in seconds of the processor: a busy machine slows both alike.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support.sections import section
from timing import judge

ROWS, TRIALS, MOST = 5_000, 12, 1.15
ENGINES = ("random", "optuna")
ESTIMATORS: Mapping[str, Mapping[str, Any]] = {
    "sklearn.linear_model.Ridge": {"alpha": {"low": 0.01, "high": 100, "log": True}},
    "sklearn.ensemble.HistGradientBoostingRegressor": {"max_iter": {"choices": [20, 40]}, "learning_rate": {"low": 0.05, "high": 0.3}},
}


def overheads(rows: int = ROWS, trials: int = TRIALS) -> list[bool]:
    """The ratio for each estimator, by random draws and by Optuna."""
    from mlspec.runtime.threads import pin_process

    pin_process()
    frame = _rows(rows)
    _ratio(frame, next(iter(ESTIMATORS)), "optuna", 1)  # what is imported once is no trial's
    return [
        judge(
            f"a trial / cross_val_score, {path.rpartition('.')[2]}, {engine}, {rows:,} rows", _ratio(frame, path, engine, trials), MOST, "x"
        )
        for path in ESTIMATORS
        for engine in ENGINES
    ]


def _ratio(frame: Any, path: str, engine: str, trials: int) -> float:
    """Seconds of the search, its sampler, its log and all, over those of scikit-learn's function for the settings that it tried."""
    from sklearn.model_selection import KFold, cross_val_score
    from sklearn.pipeline import Pipeline
    from support.sections import search as of

    from mlspec.runtime.train.estimator import make_estimator
    from mlspec.runtime.train.preprocess import transformer
    from mlspec.runtime.tune.folds import folds_of
    from mlspec.runtime.tune.judge import judge_of
    from mlspec.runtime.tune.kept import Kept
    from mlspec.runtime.tune.samplers import sampler_of, search_of

    plan = of(engine, space=ESTIMATORS[path], trials=trials, folds=5)
    declared = section(path)
    found = judge_of(Path.cwd(), declared, "mae", frame, {"strategy": "random", "seed": 7})
    found = found.on(folds_of(found.rows, 5, 7))
    sampler = sampler_of(search_of(plan, greater=False), 7)
    ours = theirs = 0.0
    with tempfile.TemporaryDirectory() as place:
        kept = Kept(Path(place), "sha256:bench")
        while True:
            began = time.process_time()
            asked, wave = sampler.ask(), []
            ours += time.process_time() - began
            if not asked:
                return ours / theirs
            for one in asked:
                began = time.process_time()
                trial = found.trial(one)
                kept.add("", trial)
                ours += time.process_time() - began
                wave.append(trial)
                began = time.process_time()
                made = make_estimator(Path.cwd(), {"class": path, "params": dict(one.params)}, "regression", 7)
                steps = [("preprocess", transformer(found.signature, declared["preprocess"])), ("estimator", made)]
                folds = KFold(5, shuffle=True, random_state=7)
                cross_val_score(Pipeline(steps), found.features, found.target, cv=folds, scoring="neg_mean_absolute_error")
                theirs += time.process_time() - began
            began = time.process_time()
            sampler.tell(wave)
            ours += time.process_time() - began


def _rows(count: int) -> Any:
    import numpy as np
    import pandas as pd

    dice = np.random.default_rng(3)
    size = dice.normal(size=(count, 6))
    columns = {f"x{i}": size[:, i] for i in range(6)}
    return pd.DataFrame(
        {**columns, "colour": dice.choice(["red", "green", "blue"], count), "y": size.sum(axis=1) + dice.normal(size=count)}
    )


if __name__ == "__main__":
    words = [int(word) for word in sys.argv[1:]]
    sys.exit(0 if all(overheads(*words)) else 1)
