"""Rows of a compiled model that go another way are counted: in the metrics, and in the model's metadata."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from support.server_client import Ask, app_of, client_of, opened
from support.serving import make_model, tensors

from mlspec.runtime.artifact import Sealed

INFER = "/v2/models/demand/infer"


def told(ask: Ask) -> list[str]:
    return [line for line in ask("GET", "/metrics").text.splitlines() if line.startswith("mlspec_fallback_rows_total")]


def infer(ask: Ask, rows: int = 1, **changes: Any) -> int:
    return ask("POST", INFER, content=json.dumps({"inputs": tensors(rows, **changes)})).status_code


def test_plain_rows_are_none_of_them_and_the_proof_counts_nothing(regression_folder: Path) -> None:
    ask = client_of(app_of([opened(regression_folder)])[0])
    assert infer(ask) == infer(ask, 3) == 200
    assert told(ask) == []
    assert "fallback_rows" not in ask("GET", "/v2/models/demand").json()["properties"]


def test_long_whole_numbers_are_prepared_by_pandas_and_told_with_those_beside_them(regression_folder: Path) -> None:
    ask = client_of(app_of([opened(regression_folder)])[0])
    assert infer(ask, hour={"data": [2**53 + 2]}) == 200
    assert infer(ask, 3, hour={"data": [1, 2**53 + 2, 3]}) == 200
    assert told(ask) == ['mlspec_fallback_rows_total{model="demand",version="v1.0.0",step="prepare",reason="long-number"} 4']
    properties = ask("GET", "/v2/models/demand").json()["properties"]
    assert properties["engine"] == "compiled"
    assert properties["fallback_rows"] == "4: prepare, a whole number from 2**53 on, or a number that is no finite double"


def test_numbers_too_large_for_the_trees_are_scikit_learns_to_refuse(tmp_path: Path) -> None:
    from sklearn.tree import DecisionTreeRegressor

    make_model(tmp_path / "tree", estimator=DecisionTreeRegressor(random_state=0))
    ask = client_of(app_of([opened(tmp_path / "tree")])[0])
    assert infer(ask, temperature={"data": [1e308]}) == 500
    assert told(ask) == ['mlspec_fallback_rows_total{model="demand",version="v1.0.0",step="predict",reason="not-finite"} 1']


def test_what_takes_seconds_is_not_done_where_requests_are_received(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first row that needs scikit-learn waits for its import in a thread: health answers meanwhile. Many plain rows need no thread."""
    from sklearn.tree import DecisionTreeRegressor

    make_model(tmp_path / "tree", estimator=DecisionTreeRegressor(random_state=0))
    model = opened(tmp_path / "tree")
    ask, where, really = client_of(app_of([model])[0]), list[bool](), Sealed.open

    def noted(sealed: Sealed) -> Any:
        where.append(threading.current_thread() is threading.main_thread())
        return really(sealed)

    monkeypatch.setattr(Sealed, "open", noted)
    assert infer(ask) == infer(ask, 3) == 200
    assert where == [] and model.engine.is_sealed
    assert infer(ask, temperature={"data": [1e308]}) == 500
    assert where and not any(where) and not model.engine.is_sealed
    assert infer(ask, 2) == 200


def test_a_model_that_scikit_learn_answers_is_told_as_a_whole(tmp_path: Path) -> None:
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.linear_model import Ridge
    from sklearn.pipeline import make_pipeline

    make_model(tmp_path / "own", estimator=make_pipeline(TransformedTargetRegressor(Ridge())))
    model = opened(tmp_path / "own")
    ask = client_of(app_of([model])[0])
    assert infer(ask) == 200 and told(ask) == []
    assert ask("GET", "/v2/models/demand").json()["properties"]["engine"] == model.engine.kind != "compiled"


@pytest.mark.parametrize("reason", ["long-number", "other-time", "other-value", "not-finite", "refused", "text", "not-compiled"])
def test_every_reason_is_explained(reason: str) -> None:
    from mlspec.runtime.compiled.refused import REASONS, UnsureError

    assert str(UnsureError(reason)) == REASONS[reason]
