"""TensorFlow Serving's row format answers what the Open Inference Protocol answers, and refuses what does not fit in the same words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.server_client import Ask, app_of, client_of, opened
from support.serving import tensors

PREDICT = "/v1/models/demand:predict"
ROW = {"temperature": 20.5, "hour": 17, "warm": True, "weather": "rain"}


@pytest.fixture(scope="module")
def ask(regression_folder: Path) -> Ask:
    return client_of(app_of([opened(regression_folder)])[0])


def test_rows_are_answered_as_the_same_columns_are(ask: Ask) -> None:
    hole = {**ROW, "temperature": None, "weather": None}
    found = ask("POST", PREDICT, json={"instances": [ROW, hole]})
    assert found.status_code == 200, found.text
    columns = tensors(2, temperature={"data": [20.5, None]}, weather={"data": ["rain", None]})
    same = ask("POST", "/v2/models/demand/infer", json={"inputs": columns}).json()["outputs"][0]["data"]
    assert found.json() == {"predictions": same}
    for path in ("/v1/models/demand/versions/v1.0.0:predict",):
        assert ask("POST", path, json={"instances": [ROW], "signature_name": "serving_default"}).json()["predictions"] == same[:1]
    boxed = {name: [value] for name, value in ROW.items()}
    assert ask("POST", PREDICT, json={"instances": [boxed]}).json()["predictions"] == same[:1]
    assert ask("POST", PREDICT, json={"instances": [{**ROW, "hour": 17.0, "temperature": 20}]}).status_code == 200


def test_status(ask: Ask) -> None:
    fine = {"error_code": "OK", "error_message": ""}
    for path in ("/v1/models/demand", "/v1/models/demand/versions/v1.0.0"):
        assert ask("GET", path).json() == {"model_version_status": [{"version": "v1.0.0", "state": "AVAILABLE", "status": fine}]}
    assert ask("GET", "/v1/models/other").status_code == 404


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({}, "`instances` must be a list"),
        ({"instances": []}, "`instances` must be a list"),
        ({"instances": {}}, "`instances` must be a list"),
        ([], "must be a JSON object"),
        ({"inputs": {"hour": [1]}}, "the column format"),
        ({"instances": [ROW], "signature_name": "other"}, "there is no `signature_name` to choose"),
        ({"instances": [ROW], "extra": 1}, "`extra` is no part of a request"),
        ({"instances": [5]}, "instances[0] must be an object"),
        ({"instances": [ROW, [1]]}, "instances[1] must be an object"),
        ({"instances": [ROW, {k: v for k, v in ROW.items() if k != "hour"}]}, "instances[1] lacks `hour`"),
        ({"instances": [{**{k: v for k, v in ROW.items() if k != "hour"}, "huor": 1}]}, "did you mean `hour`?"),
        ({"instances": [ROW, {**ROW, "hour": "8"}]}, "input `hour`, row 1: INT64 takes whole numbers or null, not a string"),
        ({"instances": [{**ROW, "hour": 8.5}]}, "input `hour`, row 0: this feature takes whole numbers"),
        ({"instances": [{**ROW, "hour": 2**53 + 1}]}, "would lose digits"),
        ({"instances": [{**ROW, "warm": 1}]}, "BOOL takes true, false or null"),
        ({"instances": [{**ROW, "hour": [1, 2]}]}, "one value a row is needed"),
        ({"instances": [{**ROW, "hour": []}]}, "one value a row is needed"),
        ({"instances": [{**ROW, "hour": [[1]]}]}, "one value a row is needed"),
        ({"instances": [{**ROW, "hour": {"b64": "eA=="}}]}, "not an object"),
    ],
)
def test_what_does_not_fit_is_named(ask: Ask, body: Any, says: str) -> None:
    refused = ask("POST", PREDICT, content=json.dumps(body))
    assert refused.status_code == 400 and says in refused.json()["error"], refused.text


@pytest.mark.parametrize(
    "path", ["/v1/models/demand:classify", "/v1/models/demand:", "/v1/models/demand/labels/a:predict", "/v1/models", "/v1"]
)
def test_other_verbs_are_not_there(ask: Ask, path: str) -> None:
    assert ask("POST", path, json={}).status_code == 404
    assert ask("GET", PREDICT).status_code == 405


def test_labels_come_with_their_probabilities(classes_folder: Path) -> None:
    ask = client_of(app_of([opened(classes_folder)])[0])
    (row,) = ask("POST", PREDICT, json={"instances": [ROW]}).json()["predictions"]
    assert row["predict"] in ("busy", "calm") and sum(row["predict_proba"]) == pytest.approx(1)
