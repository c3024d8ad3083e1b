"""Features by key: training and serving see the same values, what a request brings counts, and what can't be told is refused in words."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.online_store import DIGEST, definition, materialized, served
from support.redis_server import redis_server
from support.server_client import Ask, app_of, client_of, opened
from support.serving import rows

from mlspec.adapters.online.store import Place, namespace
from mlspec.deploy.server.answering import QUICK_BYTES
from mlspec.deploy.server.by_key import Addresses, Lookup, settings
from mlspec.deploy.server.cache import LARGEST
from mlspec.deploy.server.quick import Quick
from mlspec.runtime.artifact import LoadedModel
from mlspec.runtime.predict import predict
from mlspec.runtime.signature import Feature, Signature, libraries

TYPES = {"id": "integer", "day": "date", "temperature": "number", "hour": "integer", "warm": "boolean", "weather": "string"}
FEATURES = ("temperature", "hour", "warm", "weather")
INFER, PREDICT = "/v2/models/demand/infer", "/v1/models/demand:predict"
NEWEST = dt.datetime(2026, 7, 19, tzinfo=dt.UTC).timestamp()


def written(folder: Path, frame: Any, name: str = "features.parquet") -> Path:
    frame.to_parquet(folder / name)
    return folder / name


@pytest.fixture(scope="module")
def lookup(tmp_path_factory: pytest.TempPathFactory) -> Lookup:
    """Rows 0 to 199, one of each id; at one o'clock after the newest."""
    folder = tmp_path_factory.mktemp("rows")
    found = definition(TYPES, ("id",), "day")
    made = materialized(written(folder, rows()[list(TYPES)]), Place(file=str(folder / "store" / "a.sqlite")), found)
    return replace(made, now=lambda: NEWEST + 3600)


@pytest.fixture(scope="module")
def ask(regression_folder: Path, lookup: Lookup) -> Ask:
    return client_of(app_of([served(regression_folder, lookup)], cached_answers=10)[0])


def other(lookup: Lookup, **changed: Any) -> Lookup:
    """The same with other settings, not opened yet."""
    return Lookup(replace(lookup.settings, **changed), {}, lookup.now)


def tensor(name: str, datatype: str, *data: Any) -> dict[str, Any]:
    return {"name": name, "datatype": datatype, "shape": [len(data)], "data": list(data)}


def of_frame(frame: Any) -> list[dict[str, Any]]:
    """The features of a frame's rows as tensors, null where missing."""
    kinds = {"temperature": "FP64", "hour": "INT64", "warm": "BOOL", "weather": "BYTES"}
    return [tensor(n, kinds[n], *[None if v != v or v is None else v for v in frame[n].tolist()]) for n in FEATURES]


def test_every_row_is_answered_by_key_as_with_its_features(ask: Ask) -> None:
    frame = rows()
    by_key = ask("POST", INFER, json={"inputs": [tensor("id", "INT64", *range(200))]})
    assert by_key.status_code == 200, by_key.text
    plain = ask("POST", INFER, json={"inputs": of_frame(frame)})
    assert by_key.json()["outputs"] == plain.json()["outputs"] and "parameters" not in plain.json()
    for number in (0, 3, 4, 199):  # a temperature and a weather are missing
        one = ask("POST", INFER, json={"inputs": [tensor("id", "INT64", number)]}).json()
        assert one["outputs"] == ask("POST", INFER, json={"inputs": of_frame(frame.iloc[number : number + 1])}).json()["outputs"]
        assert ask("POST", PREDICT, json={"instances": [{"id": number}]}).json() == {"predictions": one["outputs"][0]["data"]}


def test_the_answer_says_where_features_are_from_and_how_old(ask: Ask) -> None:
    body = {"id": "7", "parameters": {"mine": 1}, "inputs": [tensor("id", "INT64", 199, 198)]}
    told = ask("POST", INFER, json=body).json()
    assert told["id"] == "7"
    assert told["parameters"] == {
        "mine": 1,
        "features": "daily@0123456789ab",
        "features_as_of": '["2026-07-19T00:00:00Z", "2026-07-18T00:00:00Z"]',
        "features_age_seconds": "[3600.0, 90000.0]",
    }


def test_what_is_given_counts_also_a_null(ask: Ask) -> None:
    frame = rows().iloc[10:12].copy()
    frame["temperature"] = [None, 30.0]
    given = tensor("temperature", "FP64", None, 30.0)
    mixed = ask("POST", INFER, json={"inputs": [tensor("id", "INT64", 10, 11), given]}).json()["outputs"]
    assert mixed == ask("POST", INFER, json={"inputs": of_frame(frame)}).json()["outputs"]
    whole = {name: frame.iloc[1][name] for name in FEATURES} | {"hour": int(frame.iloc[1]["hour"]), "warm": bool(frame.iloc[1]["warm"])}
    instances = [{"id": 10, "temperature": None}, whole]
    assert ask("POST", PREDICT, json={"instances": instances}).json()["predictions"] == mixed[0]["data"]


@pytest.mark.parametrize(
    ("inputs", "status", "says"),
    [
        ([tensor("id", "INT64", 5, 4321)], 404, "features/daily has no row for the `id` of row 1"),
        ([tensor("id", "INT64", None)], 400, "input `id`, row 0: a key can't be null"),
        ([tensor("id", "BYTES", "5")], 400, "input `id`: the datatype is 'BYTES'"),
        ([tensor("ident", "INT64", 5)], 400, "input `ident` is no feature of this model"),
        ([tensor("hour", "INT64", 5)], 400, "missing inputs `temperature`, `warm`, `weather`: send one tensor for every feature"),
        ([tensor("id", "INT64", 5), tensor("hour", "INT64", 5, 6)], 400, "`id` has 1 rows and `hour` has 2"),
    ],
)
def test_what_can_not_be_answered_is_told(ask: Ask, inputs: list[Any], status: int, says: str) -> None:
    found = ask("POST", INFER, json={"inputs": inputs})
    assert (found.status_code, says in found.json()["error"]) == (status, True), found.text
    assert "4321" not in found.text, "no value of a key is told"


def test_rows_are_refused_in_the_same_words(ask: Ask) -> None:
    found = ask("POST", PREDICT, json={"instances": [{"id": 1}, {"id": 999}, {"id": 2}]})
    assert found.status_code == 404 and "`id` of row 1" in found.text and "999" not in found.text
    assert "or the key of features/daily: `id`" in ask("POST", PREDICT, json={"instances": [{"hour": 1}]}).json()["error"]


def test_rows_that_are_too_old_are_refused(regression_folder: Path, lookup: Lookup) -> None:
    strict = other(lookup, max_age=86_400.0)
    ask = client_of(app_of([served(regression_folder, strict)])[0])
    assert ask("POST", INFER, json={"inputs": [tensor("id", "INT64", 199)]}).status_code == 200
    old = ask("POST", INFER, json={"inputs": [tensor("id", "INT64", 199, 198)]})
    assert old.status_code == 409
    assert "older than its maxAge of 86400 s for row 1, the oldest is of 2026-07-18T00:00:00Z" in old.json()["error"]
    assert 'result="too_old"} 1' in ask("GET", "/metrics").text


def test_a_request_with_all_features_never_touches_the_store(regression_folder: Path, tmp_path: Path, lookup: Lookup) -> None:
    away = other(lookup, place=Place(file=str(tmp_path / "nowhere.sqlite")))
    ask = client_of(app_of([served(regression_folder, away)])[0])
    inputs = of_frame(rows().iloc[:1])
    assert ask("POST", INFER, json={"inputs": inputs}).status_code == 200
    assert ask("POST", INFER, json={"inputs": [*inputs, tensor("id", "INT64", 5)]}).status_code == 200
    assert not away.tally.counts()


def test_a_store_that_is_away_is_told_once(
    regression_folder: Path, tmp_path: Path, lookup: Lookup, caplog: pytest.LogCaptureFixture
) -> None:
    place = Place(variable="FEATURES_REDIS", namespace="x")
    away = other(lookup, place=place)
    ask = client_of(app_of([served(regression_folder, away)])[0])
    with caplog.at_level(logging.ERROR, "mlspec.server"):
        for _ in range(3):
            found = ask("POST", INFER, json={"inputs": [tensor("id", "INT64", 5)]})
            assert found.status_code == 503
            assert "the environment variable FEATURES_REDIS is not set" in found.json()["error"]
    assert [record.levelname for record in caplog.records].count("ERROR") == 1
    assert 'mlspec_online_lookups_total{model="demand",version="v1.0.0",result="failed"} 3' in ask("GET", "/metrics").text


def test_rows_of_another_definition_are_not_read(regression_folder: Path, tmp_path: Path, lookup: Lookup) -> None:
    for place in (lookup.settings.place, Place(file=str(tmp_path / "none.sqlite"))):
        changed = other(lookup, definition="sha256:" + "e" * 64, place=place)
        found = client_of(app_of([served(regression_folder, changed)])[0])("POST", INFER, json={"inputs": [tensor("id", "INT64", 5)]})
        assert found.status_code == 503 and "definition" in found.json()["error"]


def test_new_rows_count_at_once_and_no_answer_by_key_is_kept(regression_folder: Path, tmp_path: Path) -> None:
    frame, found = rows()[list(TYPES)], definition(TYPES, ("id",), "day")
    place = Place(file=str(tmp_path / "a.sqlite"))
    lookup = materialized(written(tmp_path, frame), place, found)
    watched, _, endpoints = app_of([served(regression_folder, lookup)], cached_answers=10)
    ask, body = client_of(watched), {"inputs": [tensor("id", "INT64", 5)]}
    first = ask("POST", INFER, json=body).json()["outputs"]
    assert ask("POST", INFER, json=body).json()["outputs"] == first
    frame["temperature"] += 10
    materialized(written(tmp_path, frame), place, found)
    second = ask("POST", INFER, json=body).json()["outputs"]
    assert second != first
    assert second == ask("POST", INFER, json={"inputs": of_frame(frame.iloc[5:6])}).json()["outputs"]
    entry = endpoints.models.find("demand")
    assert len(entry.cache) == 1, "of the request with all features"
    assert ask("POST", PREDICT, json={"instances": [{"id": 5}]}).json()["predictions"] == second[0]["data"]
    assert len(entry.cache) == 1


def test_a_large_body_by_key_is_answered_and_not_kept_either(regression_folder: Path, lookup: Lookup) -> None:
    watched, _, endpoints = app_of([served(regression_folder, lookup)], cached_answers=10)
    ask, numbers = client_of(watched), [number % 200 for number in range(9000)]
    body = json.dumps({"inputs": [tensor("id", "INT64", *numbers)]}).encode()
    assert len(body) > QUICK_BYTES >= LARGEST, "what is not looked at for the store is not kept"
    found = ask("POST", INFER, content=body).json()["outputs"][0]["data"]
    assert found[:200] == ask("POST", INFER, json={"inputs": [tensor("id", "INT64", *range(200))]}).json()["outputs"][0]["data"]
    rows = ask("POST", PREDICT, json={"instances": [{"id": number} for number in numbers]}).json()["predictions"]
    assert rows == found and len(endpoints.models.find("demand").cache) == 0


def test_a_key_may_be_a_feature_itself(regression_folder: Path, tmp_path: Path) -> None:
    frame = rows().dropna().drop_duplicates("weather")
    found = definition(TYPES, ("weather",), None)
    lookup = materialized(written(tmp_path, frame[list(TYPES)]), Place(file=str(tmp_path / "a.sqlite")), found)
    ask = client_of(app_of([served(regression_folder, lookup)])[0])
    by_key = ask("POST", INFER, json={"inputs": [tensor("weather", "BYTES", *frame["weather"])]})
    assert by_key.json()["outputs"] == ask("POST", INFER, json={"inputs": of_frame(frame)}).json()["outputs"]
    named = ask("POST", PREDICT, json={"instances": [{"weather": name} for name in frame["weather"]]}).json()["predictions"]
    assert named == by_key.json()["outputs"][0]["data"]


def test_a_row_without_a_time_is_too_old_for_any_limit(regression_folder: Path, tmp_path: Path) -> None:
    frame = rows()[list(TYPES)]
    frame.loc[5, "day"] = None
    place = Place(file=str(tmp_path / "a.sqlite"))
    lookup = materialized(written(tmp_path, frame), place, definition(TYPES, ("id",), "day"))
    strict = Lookup(replace(lookup.settings, max_age=1e12), {})
    ask = client_of(app_of([served(regression_folder, strict)])[0])
    assert [ask("POST", INFER, json={"inputs": [tensor("id", "INT64", n)]}).status_code for n in (4, 5)] == [200, 409]


def test_the_quick_way_hands_on_what_asks_the_store(regression_folder: Path, lookup: Lookup) -> None:
    watched, _, endpoints = app_of([served(regression_folder, lookup)])
    quick = Quick(endpoints, None, watched)
    scope: dict[str, Any] = {"method": "POST", "path": INFER, "headers": []}
    assert quick(scope, json.dumps({"inputs": [tensor("id", "INT64", 5)]}).encode()) is None
    answered = quick(scope, json.dumps({"inputs": of_frame(rows().iloc[:1])}).encode())
    assert answered is not None and answered[0] == 200


def test_documents_name_the_key(ask: Ask) -> None:
    described = ask("GET", "/openapi.json").json()["components"]["schemas"]["demand.Row"]
    assert described["anyOf"] == [{"required": list(FEATURES)}, {"required": ["id"]}]
    assert described["properties"]["id"]["description"] == "Of the key of features/daily: `id`"
    assert "by its key: <code>id</code> (integer)" in ask("GET", "/docs").text
    assert ask("GET", "/v2/models/demand").json()["properties"]["by_key"] == "the key of features/daily: `id`"


def test_metrics_tell_the_age_of_the_newest_row(ask: Ask) -> None:
    assert 'mlspec_online_newest_row_age_seconds{model="demand",version="v1.0.0",set="daily"} 3600.000' in ask("GET", "/metrics").text


# --- all types, to the bit

WIDE = {
    "at": "timestamp",
    "shop": "string",
    "big": "integer",
    "share": "number",
    "open": "boolean",
    "since": "timestamp",
    "born": "date",
    "word": "string",
}
SHOPS = ["Zürich", "東京", "", 'a "quoted" \\ one', "e\u0301", "\u00e9", "🚲"]


def wide() -> Any:
    """Three rows for each shop, of which the last in time counts and stands anywhere."""
    import numpy as np
    import pandas as pd

    dice = np.random.default_rng(7)
    count = 3 * len(SHOPS)
    frame = pd.DataFrame(
        {
            "at": pd.date_range("2026-01-01", periods=count, freq="37min").astype("datetime64[us]"),
            "shop": [SHOPS[i % len(SHOPS)] for i in range(count)],
            "big": pd.array(dice.integers(-(2**62), 2**62, count), dtype="Int64"),
            "share": dice.normal(0, 1e-3, count) * 10.0 ** dice.integers(-200, 200, count),
            "open": pd.array(dice.random(count) > 0.5, dtype="boolean"),
            "since": pd.date_range("1999-12-31T23:59:59.999999", periods=count, freq="D").astype("datetime64[us]"),
            "born": pd.date_range("1950-01-01", periods=count).date,
            "word": [SHOPS[(i * 3) % len(SHOPS)] for i in range(count)],
        }
    ).sample(frac=1.0, random_state=1, ignore_index=True)
    for number, name in enumerate(("big", "share", "open", "since", "born", "word")):
        frame.loc[frame.index % 5 == number % 5, name] = None
    frame.loc[0, "share"], frame.loc[7, "share"] = -0.0, 5e-324
    frame.loc[3, "big"], frame.loc[11, "big"] = 2**53 + 1, -(2**63)
    return frame


@pytest.fixture(params=["sqlite", "redis"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Place, dict[str, str]]]:
    if request.param == "sqlite":
        yield Place(file=str(tmp_path / "a.sqlite")), {}
        return
    with redis_server() as server:
        yield Place(variable="STORE", namespace=namespace("shop", "daily", DIGEST)), {"STORE": server.url}


def test_no_skew(store: tuple[Place, dict[str, str]], tmp_path: Path) -> None:
    """What is read by key is features.parquet's newest row, and a model answers it as it answers that row in training."""
    import pyarrow.parquet as pq

    path = written(tmp_path, wide())
    lookup = materialized(path, store[0], definition(WIDE, ("at", "shop"), "at"), store[1])
    table = pq.read_table(path)
    last: dict[str, int] = {}
    for number, row in enumerate(table.to_pylist()):
        if row["shop"] not in last or row["at"] > table["at"][last[row["shop"]]].as_py():
            last[row["shop"]] = number
    newest = table.take(sorted(last.values()))
    assert pq.read_schema(path).field("at").type == "timestamp[us]"
    keys = newest["shop"].to_pylist()
    found = lookup.find({"shop": keys}, list(WIDE), range(len(keys)))
    for name, type_ in WIDE.items():
        expected = newest[name].to_pylist()
        if type_ in ("date", "timestamp"):
            expected = [value if value is None else value.isoformat() for value in expected]
        assert [repr(value) for value in found.columns[name]] == [repr(value) for value in expected], name

    model = small_model(path)
    frame = newest.to_pandas()
    trained = predict(model, frame).predicted.tolist()
    columns = {name: found.columns[name] for name in model.signature.names}
    from mlspec.runtime.compiled.choose import engine_of

    assert engine_of(model).columns(columns).predicted.tolist() == trained
    for number, value in enumerate(trained):  # and one by one
        row = {name: [values[number]] for name, values in columns.items()}
        assert engine_of(model).columns(row).predicted.tolist() == [value]


def small_model(path: Path) -> LoadedModel:
    """A model of all kinds of features."""
    import pandas as pd
    from sklearn.compose import make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    from mlspec.runtime.inputs import prepare

    numeric = {"big": "integer", "open": "boolean", "since": "timestamp", "born": "date"}
    features = [Feature(name, "numeric", type_) for name, type_ in numeric.items()] + [Feature("word", "categorical", "string")]
    signature = Signature("regression", "share", tuple(features), None, libraries())
    frame = pd.read_parquet(path)
    scaled = (make_pipeline(SimpleImputer(), StandardScaler()), list(numeric))
    coded = (make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore")), ["word"])
    model = make_pipeline(make_column_transformer(scaled, coded), Ridge())
    model.fit(prepare(signature, frame), range(len(frame)))
    return LoadedModel(model, signature, {"inputs": [], "outputs": []}, "")


def test_a_row_for_each_time_where_the_time_is_the_key(tmp_path: Path) -> None:
    frame = wide()
    lookup = materialized(written(tmp_path, frame), Place(file=str(tmp_path / "a.sqlite")), definition(WIDE, ("at",), "at"))
    times = [moment.isoformat() for moment in frame["at"]]
    assert lookup.find({"at": times}, ["shop"], range(len(times))).columns["shop"] == frame["shop"].tolist()
    zoned = lookup.find({"at": ["2026-01-01T01:00:00+01:00", "2026-01-01 00:37Z"]}, ["at"], range(2))
    assert zoned.columns["at"] == ["2026-01-01T00:00:00", "2026-01-01T00:37:00"]


def test_a_set_without_a_time_has_no_age(tmp_path: Path) -> None:
    frame = wide().drop_duplicates("shop")
    types = {name: type_ for name, type_ in WIDE.items() if name != "at"}
    place = Place(file=str(tmp_path / "a.sqlite"))
    lookup = materialized(written(tmp_path, frame), place, definition(types, ("shop",), None))
    found = lookup.find({"shop": ["東京"]}, ["word"], [0])
    assert lookup.told(found, [0])["features_as_of"] == "[null]" and lookup.newest() is None


def test_settings_and_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings(None) is None and settings({"set": "daily", "why": "nobody knows"}) is None
    form = {"set": "daily", "definition": DIGEST, "key": {"id": "integer"}, "types": TYPES, "maxAge": 60.0}
    form["place"] = {"variable": "FEATURES_REDIS", "namespace": "x"}
    monkeypatch.setenv("FEATURES_REDIS", "redis://:secret@host")
    addresses = Addresses()
    addresses.take([None, form])
    import os

    assert "FEATURES_REDIS" not in os.environ and addresses["FEATURES_REDIS"] == "redis://:secret@host"
    addresses.take([form])
    assert addresses["FEATURES_REDIS"] == "redis://:secret@host", "a model that comes later finds it, too"


def test_a_model_that_is_told_of_no_rows_says_so(regression_folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    from mlspec.deploy.server.model import open_model

    digest = opened(regression_folder).digest
    with caplog.at_level(logging.WARNING, "mlspec.server"):
        model = open_model(regression_folder, digest, "demand", "v1.0.0", online={"set": "daily", "why": "the commit is gone"})
    assert model.lookup is None and "reads no features by key: the commit is gone" in caplog.text
