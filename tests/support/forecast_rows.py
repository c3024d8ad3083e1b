"""Series of hours with a day's rise and fall, split by rolling origins and fitted, for tests of forecasts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from support.sections import section

START = datetime.fromisoformat("2024-01-01")


def split(**more: Any) -> dict[str, Any]:
    """The section of the split: three folds of four hours."""
    base = {"input": "valid.parquet", "target": "y", "task": "forecast", "strategy": "rolling", "timeColumn": "t", "folds": 3, "seed": 7}
    return base | ({} if "horizon" in more else {"horizonSteps": 4}) | more


def series_rows(repository: Any, steps: int = 60, series: tuple[str, ...] = ("a",)) -> Any:
    """Put rows in no order where the split reads them; return them as a frame."""
    import numpy as np
    import pandas as pd

    times = [START + timedelta(hours=i) for i in range(steps)]
    dice = np.random.default_rng(5)
    frame = pd.concat([pd.DataFrame({"t": times, "s": name, "x": dice.normal(size=steps)}) for name in series], ignore_index=True)
    frame["y"] = 3 * frame.x + np.sin(frame.index.to_numpy() * 2 * np.pi / 24) * 5 + dice.normal(size=len(frame))
    frame = frame.sample(frac=1, random_state=1)
    put_frame(repository, frame)
    return frame


def put_frame(repository: Any, frame: Any) -> None:
    """Put a frame's columns where the split reads them."""
    repository.put("valid.parquet", {name: frame[name].to_numpy() for name in frame})


def fitted(
    repository: Any, estimator: str = "sklearn.linear_model.LinearRegression", baseline: str = "seasonal_naive", **ahead: Any
) -> Any:
    """Train by the split's rows; return the model and its baseline, loaded."""
    from mlspec.runtime.artifact import digest_folder, load_model

    chosen = {"include": list(ahead.pop("features", ["x"]) or ())}
    more = {"forecast": ahead, "timeColumn": "t", "task": "forecast", "target": "y", "features": chosen, "baseline": baseline}
    repository.run("train", section(estimator) | more | {"key": []})
    return [load_model(repository.folder / n, digest_folder(repository.folder / n)) for n in ("model", "baseline")]
