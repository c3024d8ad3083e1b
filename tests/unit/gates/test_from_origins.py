"""A champion that looks back answers each fold as it would have been asked at its origin, however old it is."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.forecast_rows import START, fitted, put_frame, series_rows, split
from support.stage_folder import Repository

from mlspec.diagnostics import Problems
from mlspec.gates.from_origins import require_origins, write_from_origins
from mlspec.gates.scoring.contestant import Contestant
from mlspec.runtime.predict import predict


@pytest.mark.parametrize("gap", [0.0, 7200.0])
def test_an_old_champion_is_told_what_was_known_at_each_origin(tmp_path: Path, gap: float) -> None:
    old, new = Repository(tmp_path / "old"), Repository(tmp_path / "new")
    frame = series_rows(new, steps=120, series=("a", "b"))
    early = frame[frame.t < START + timedelta(hours=60)]
    put_frame(old, early)
    models: list[Any] = []
    for one in (old, new):
        one.run("split", split(series=["s"], gap=gap))
        models.append(fitted(one, series=["s"], lags=[1, 24], rollingMeans=[3])[0])
    train, test = new.parquet("train.parquet"), new.parquet("test.parquet")
    path = tmp_path / "rows.parquet"
    places = write_from_origins(models[1].signature, train, test, path)
    asked = pd.read_parquet(path)
    for fold in (1, 2, 3):
        begin = START + timedelta(hours=108 + 4 * (fold - 1))
        part = asked[asked.forecast_fold == fold]
        assert part[part.t >= begin - timedelta(seconds=gap)].y.isna().all(), "nothing of the gap or the fold is told"
        assert part[part.t < begin - timedelta(seconds=gap)].y.notna().all()
    own = predict(models[1], test).predicted
    assert predict(models[1], asked, history=True).predicted[places] == pytest.approx(own), "its own origins: as it knew already"
    said = predict(models[0], asked, history=True).predicted[places]
    assert np.isfinite(said).all() and said != pytest.approx(own)
    assert predict(models[0], test).predicted != pytest.approx(said), "its own history ends long before"
    first = test[(test.forecast_fold == 2) & (test.s == "a")].sort_values("t").iloc[:1]
    begin = first.t.iloc[0]
    past = frame[(frame.s == "a") & (frame.t < begin - timedelta(seconds=gap)) & (frame.t >= START + timedelta(hours=60))]
    between = frame[(frame.s == "a") & (frame.t >= begin - timedelta(seconds=gap)) & (frame.t < begin)].assign(y=np.nan)
    request = pd.concat([past, between, first.assign(y=np.nan)], ignore_index=True)[["x", "s", "t", "y"]]
    row = np.flatnonzero((test.t == begin) & (test.s == "a"))[0]
    assert said[row] == pytest.approx(predict(models[0], request, history=True).predicted[-1]), "as a server that is sent all since"


def test_models_of_other_origins_are_not_compared(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    series_rows(repository, steps=120)
    repository.run("split", split())
    model, _ = fitted(repository)
    one = Contestant("model/demand", tmp_path, "", model.signature)
    test = repository.parquet("test.parquet")
    require_origins(one, test)
    require_origins(one, test[test.forecast_step > 1])
    repository.run("split", split(horizonSteps=6))
    with pytest.raises(Problems, match="it has other origins than these test rows"):
        require_origins(one, repository.parquet("test.parquet"))
