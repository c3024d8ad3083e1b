"""Stage train on small frames, run as DVC runs it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from support.sections import PREPROCESS, section

from mlspec.runtime.artifact import digest_folder, load_model
from mlspec.runtime.predict import check_smoke, predict


@pytest.fixture
def rows(repository) -> dict[str, Any]:
    import pandas as pd

    dice = np.random.default_rng(3)
    count = 120
    size, colour = dice.normal(size=count), dice.choice(["red", "green", "blue"], count)
    columns = {
        "id": np.arange(count),
        "at": pd.date_range("2024-01-01", periods=count, freq="h"),
        "size": size,
        "colour": colour,
        "flag": dice.random(count) > 0.5,
        "y": 3 * size + (colour == "red") * 5 + dice.normal(0, 0.1, count),
    }
    repository.put("train.parquet", columns)
    return columns


def load(repository, name="model"):
    folder = repository.folder / name
    return load_model(folder, digest_folder(folder))


@pytest.mark.parametrize(
    "estimator",
    ["sklearn.linear_model.Ridge", "sklearn.ensemble.RandomForestRegressor", "sklearn.ensemble.HistGradientBoostingRegressor"],
)
def test_training_twice_gives_the_same_bytes(repository, rows, estimator) -> None:
    repository.run("train", section(estimator))
    first = [digest_folder(repository.folder / name) for name in ("model", "baseline")]
    repository.run("train", section(estimator))
    assert [digest_folder(repository.folder / name) for name in ("model", "baseline")] == first


def test_the_seed_reaches_the_estimator(repository, rows) -> None:
    digests = set()
    for seed in (1, 2):
        repository.run("train", section("sklearn.ensemble.RandomForestRegressor", params={"n_estimators": 5}, seed=seed))
        digests.add(digest_folder(repository.folder / "model"))
    assert len(digests) == 2


def test_a_declared_random_state_wins(repository, rows) -> None:
    digests = set()
    for seed in (1, 2):
        params = {"n_estimators": 5, "random_state": 9}
        repository.run("train", section("sklearn.ensemble.RandomForestRegressor", params=params, seed=seed))
        digests.add(digest_folder(repository.folder / "model"))
    assert len(digests) == 1


def test_the_signature(repository, rows) -> None:
    repository.run("train", section())
    found = repository.json("model/signature.json")
    assert (found["task"], found["target"], found["classes"]) == ("regression", "y", None)
    assert found["features"] == [
        {"name": "size", "kind": "numeric", "type": "number"},
        {"name": "colour", "kind": "categorical", "type": "string"},
        {"name": "flag", "kind": "numeric", "type": "boolean"},
    ]
    assert repository.json("baseline/signature.json") == found
    assert repository.json("train.json") == {"features": 3, "rows": 120}


def test_included_columns_come_in_the_order_given_and_never_the_target(repository, rows) -> None:
    repository.run("train", section(features={"include": ["flag", "y", "id", "size"]}))
    assert [f["name"] for f in repository.json("model/signature.json")["features"]] == ["flag", "id", "size"]


def test_kinds_can_be_named(repository, rows) -> None:
    repository.run("train", section(features={"exclude": ["size"], "categorical": ["flag"], "text": ["colour"]}))
    kinds = {f["name"]: f["kind"] for f in repository.json("model/signature.json")["features"]}
    assert kinds == {"flag": "categorical", "colour": "text"}


def test_the_model_gives_its_smoke_answers_again(repository, rows) -> None:
    repository.run("train", section())
    smoke = repository.json("model/smoke.json")
    assert len(smoke["inputs"]) == len(smoke["outputs"]) == 5
    assert smoke["inputs"][0]["colour"] == rows["colour"][0] and smoke["inputs"][-1]["size"] == pytest.approx(rows["size"][-1])
    assert check_smoke(load(repository)) == []


def test_it_learns_what_scikit_learn_learns(repository, rows) -> None:
    import pandas as pd
    from sklearn.compose import ColumnTransformer
    from sklearn.linear_model import Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    repository.run("train", section(params={"alpha": 0.5}))
    frame = pd.DataFrame(rows).astype({"flag": float})
    steps = ColumnTransformer([("n", StandardScaler(), ["size", "flag"]), ("c", OneHotEncoder(), ["colour"])])
    own = make_pipeline(steps, Ridge(alpha=0.5)).fit(frame, frame.y)
    assert np.allclose(predict(load(repository), frame).predicted, own.predict(frame), rtol=1e-9)


@pytest.mark.parametrize(("name", "expected"), [("mean", np.mean), ("median", np.median)])
def test_a_constant_baseline(repository, rows, name, expected) -> None:
    repository.run("train", section(baseline=name))
    answers = predict(load(repository, "baseline"), repository.parquet("train.parquet")).predicted
    assert answers == pytest.approx(expected(rows["y"]))


def test_a_baseline_of_one_s_own(repository, rows) -> None:
    repository.run("train", section(baseline={"estimator": {"class": "sklearn.tree.DecisionTreeRegressor", "params": {"max_depth": 1}}}))
    answers = predict(load(repository, "baseline"), repository.parquet("train.parquet")).predicted
    assert len(set(answers)) == 2


def test_classes_and_the_majority(repository, rows) -> None:
    labels = ["no"] * 80 + ["yes"] * 40
    repository.put("train.parquet", rows | {"bought": labels})
    repository.run("train", section("sklearn.linear_model.LogisticRegression", "binary", "bought"))
    assert repository.json("model/signature.json")["classes"] == ["no", "yes"]
    assert set(repository.json("model/smoke.json")["outputs"]) <= {"no", "yes"}
    found = predict(load(repository, "baseline"), repository.parquet("train.parquet"))
    assert found.proba is not None
    assert set(found.predicted) == {"no"} and found.proba[0].tolist() == pytest.approx([2 / 3, 1 / 3])


@pytest.mark.parametrize("labels", [[False] * 60 + [True] * 60, [0] * 60 + [1] * 60])
def test_classes_keep_their_type(repository, rows, labels) -> None:
    repository.put("train.parquet", rows | {"bought": labels})
    repository.run("train", section("sklearn.linear_model.LogisticRegression", "binary", "bought"))
    assert repository.json("model/signature.json")["classes"] == sorted(set(labels))


def test_missing_values_are_imputed(repository, rows) -> None:
    size, colour = rows["size"].tolist(), rows["colour"].tolist()
    size[0], colour[1] = None, None
    repository.put("train.parquet", rows | {"size": size, "colour": colour})
    repository.run("train", section())
    assert repository.json("model/smoke.json")["inputs"][0]["size"] is None
    assert np.isfinite(predict(load(repository), repository.parquet("train.parquet")).predicted).all()
    assert check_smoke(load(repository)) == []


def test_a_column_that_is_never_there_is_no_trouble(repository, rows) -> None:
    import pyarrow as pa

    repository.put("train.parquet", rows | {"nothing": pa.array([None] * 120, pa.float64())})
    repository.run("train", section())
    assert check_smoke(load(repository)) == []


def test_missing_values_without_imputing_fail_in_the_estimator_s_words(repository, rows) -> None:
    repository.put("train.parquet", rows | {"size": [None, *rows["size"][1:].tolist()]})
    steps = PREPROCESS | {"numeric": {"impute": "none", "scale": "none"}}
    (found,) = repository.fails("train", section(preprocess=steps))
    assert found.code == "MLS0654" and "NaN" in found.message
    repository.run("train", section("sklearn.ensemble.HistGradientBoostingRegressor", preprocess=steps))


@pytest.mark.parametrize(
    ("estimator", "params", "code", "words"),
    [
        ("sklearn.linear_model.Rigde", {}, "MLS0650", "did you mean `Ridge`?"),
        ("sklearn.linear_modl.Ridge", {}, "MLS0650", "did you mean `linear_model`?"),
        ("nowhere.at.All", {}, "MLS0650", "check the spelling"),
        ("sklearn.linear_model.Ridge", {"alhpa": 1}, "MLS0651", "did you mean `alpha`?"),
        ("sklearn.linear_model.Ridge", {"alpha": -1.0}, "MLS0654", "alpha"),
        ("sklearn.linear_model.LogisticRegression", {}, "MLS0652", "not a regressor"),
        ("pathlib.PurePath", {}, "MLS0652", "no `fit` and `predict`"),
    ],
)
def test_a_wrong_estimator(repository, rows, estimator, params, code, words) -> None:
    (found,) = repository.fails("train", section(estimator, params=params))
    assert found.code == code
    assert words in f"{found.message} {found.help}"
    assert not (repository.folder / "model").exists()


def test_a_target_that_is_no_number(repository, rows) -> None:
    (found,) = repository.fails("train", section(target="colour"))
    assert found.code == "MLS0645" and "colour" in found.message and found.help


@pytest.mark.parametrize(
    ("features", "words"),
    [
        ({"include": ["sise"]}, "did you mean `size`?"),
        ({"exclude": ["size", "colour", "flag"]}, "no column is left"),
        ({"numeric": ["colour"]}, "listed as numeric"),
    ],
)
def test_wrong_features(repository, rows, features, words) -> None:
    (found,) = repository.fails("train", section(features=features))
    assert found.code == "MLS0653" and words in f"{found.message} {found.help}"


def test_no_rows_file(repository) -> None:
    (found,) = repository.fails("train", section())
    assert found.code == "MLS0603"


TRAINER = """
from sklearn.linear_model import LinearRegression

def fit(features, target, params):
    assert list(features.columns) == ["size", "flag"] and params["seed"] == 7
    return LinearRegression().fit(features, target)

def nothing(features, target, params):
    return None

def broken(features, target, params):
    raise RuntimeError("no luck")
"""


@pytest.mark.parametrize(("name", "code"), [("fit", None), ("nothing", "MLS0655"), ("broken", "MLS0602"), ("missing", "MLS0601")])
def test_a_trainer_of_one_s_own(repository, rows, name, code) -> None:
    repository.write("src/__init__.py", "")
    repository.write("src/fitting.py", TRAINER)
    params = section(features={"include": ["size", "flag"]}, trainer={"callable": f"src.fitting:{name}"})
    del params["estimator"]
    if code:
        (found,) = repository.fails("train", params)
        assert found.code == code
        return
    repository.run("train", params)
    assert check_smoke(load(repository)) == []


def test_a_failed_training_leaves_the_model_of_before(repository, rows) -> None:
    repository.run("train", section())
    before = digest_folder(repository.folder / "model")
    repository.fails("train", section("sklearn.linear_model.LogisticRegression"))
    assert digest_folder(repository.folder / "model") == before


def test_a_target_that_is_not_there(repository, rows) -> None:
    (found,) = repository.fails("train", section(target="why"))
    assert found.code == "MLS0640"


def test_a_target_that_a_split_lets_through_can_be_trained(repository, rows) -> None:
    repository.put("train.parquet", rows | {"bought": [i % 2 == 0 for i in range(120)], "count": list(range(120))})
    repository.run("train", section(target="count"))
    repository.run("train", section("sklearn.linear_model.LogisticRegression", "binary", "bought"))


def test_the_bytes_depend_on_no_process(repository, rows) -> None:
    import json
    import os
    import subprocess
    import sys

    params = section("sklearn.ensemble.RandomForestRegressor", params={"n_estimators": 5})
    (repository.folder / "params.yaml").write_text(json.dumps({"train": params}))
    digests = set()
    for seed in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": seed, "OMP_NUM_THREADS": seed}
        subprocess.run([sys.executable, "-m", "mlspec.runtime", "train"], cwd=repository.folder, env=environment, check=True)
        digests.add(digest_folder(repository.folder / "model"))
    assert len(digests) == 1


def typed(repository, **columns):
    """Write train.parquet with the Arrow type of each column, as a source's stages leave it."""
    import pyarrow as pa

    repository.put("train.parquet", pa.table({name: pa.array(values, kind) for name, (kind, values) in columns.items()}))


def features_of(repository):
    return [(f.name, f.kind, f.type) for f in load(repository).signature.features]


@pytest.mark.parametrize("declared", [True, False])
def test_a_column_without_any_value_in_training_keeps_its_type(repository, declared):
    import pyarrow as pa

    count, types = (
        40,
        {"vip": "boolean", "since": "date", "seen": "timestamp", "age": "integer", "note": "string", "part": "integer", "ok": "boolean"},
    )
    typed(
        repository,
        vip=(pa.bool_(), [None] * count),
        since=(pa.date32(), [None] * count),
        seen=(pa.timestamp("us"), [None] * count),
        age=(pa.int64(), [None] * count),
        note=(pa.string(), [None] * count),
        part=(pa.int64(), [None, 1] * 20),
        ok=(pa.bool_(), [None, True] * 20),
        y=(pa.float64(), [float(i) for i in range(count)]),
    )
    repository.run("train", section(key=[], types=types if declared else {}))
    assert features_of(repository) == [
        ("vip", "numeric", "boolean"),
        ("age", "numeric", "integer"),
        ("note", "categorical", "string"),
        ("part", "numeric", "integer"),
        ("ok", "numeric", "boolean"),
    ], "dates and times are no features, also when they are all missing"
    repository.run("train", section(key=[], types=types if declared else {}, features={"include": ["since", "seen", "vip"]}))
    assert features_of(repository) == [("since", "numeric", "date"), ("seen", "numeric", "timestamp"), ("vip", "numeric", "boolean")]


@pytest.mark.parametrize("encode", ["onehot", "ordinal"])
def test_missing_categories_can_be_a_category_whatever_their_type(repository, encode):
    import pandas as pd
    import pyarrow as pa

    count = 40
    typed(
        repository,
        none=(pa.string(), [None] * count),
        word=(pa.string(), ["a", None] * 20),
        shop=(pa.int64(), [1, None] * 20),
        y=(pa.float64(), [float(i % 2) for i in range(count)]),
    )
    preprocess = PREPROCESS | {"categorical": {"impute": "missing", "encode": encode}}
    for include in (["none"], ["shop"], ["none", "word", "shop"]):
        repository.run("train", section(key=[], preprocess=preprocess, features={"include": include, "categorical": ["shop"]}))
    frame = pd.DataFrame({"none": [None, None], "word": ["a", None], "shop": [1, None]})
    assert predict(load(repository), frame).predicted == pytest.approx([0, 1], abs=0.1)


def test_text_spelled_like_a_missing_value_is_text_in_the_smoke_rows(repository):
    repository.put("train.parquet", {"word": ["NaT", "<NA>", "x"] * 10, "y": [1.0, 2.0, 3.0] * 10})
    repository.run("train", section(key=[]))
    assert {row["word"] for row in load(repository).smoke["inputs"]} <= {"NaT", "<NA>", "x"}
    assert check_smoke(load(repository)) == []


@pytest.mark.parametrize(("value", "what"), [([1, 2], "a list"), ({"x": 1}, "an object"), (b"\xff", "bytes")])
def test_what_is_no_value_is_no_feature(repository, rows, value, what) -> None:
    import pyarrow.parquet as pq

    table = pq.read_table(repository.folder / "train.parquet")
    repository.put("train.parquet", table.append_column("tags", [[None, *[value] * (len(table) - 1)]]))
    (found,) = repository.fails("train", section())
    assert (found.code, found.message) == ("MLS0653", f"the feature `tags` holds {what} in each row, which is no value of a feature")
    assert "exclude it" in found.help
    repository.run("train", section(features={"exclude": ["tags"]}))


def nested(path: str, **params: Any) -> dict[str, Any]:
    return {"class": path, "params": params}


def test_estimators_nest(repository, rows) -> None:
    from sklearn.compose import TransformedTargetRegressor

    repository.put("train.parquet", rows | {"y": np.exp(np.asarray(rows["y"]) / 10)})
    inner = {
        "regressor": nested("sklearn.linear_model.Ridge", alpha=2.0),
        "func": {"callable": "numpy:log"},
        "inverse_func": {"callable": "numpy:exp"},
    }
    repository.run("train", section("sklearn.compose.TransformedTargetRegressor", params=inner))
    made = load(repository).estimator.named_steps["estimator"]
    assert isinstance(made, TransformedTargetRegressor)
    assert made.func is np.log and made.regressor_.alpha == 2.0
    assert check_smoke(load(repository)) == []


def test_named_pairs_are_built_and_seeded(repository, rows) -> None:
    pairs = [["wood", nested("sklearn.ensemble.RandomForestRegressor", n_estimators=3)], ["line", nested("sklearn.linear_model.Ridge")]]
    params = {"estimators": pairs, "final_estimator": nested("sklearn.linear_model.LinearRegression"), "cv": 3}
    repository.run("train", section("sklearn.ensemble.StackingRegressor", params=params))
    made = load(repository).estimator.named_steps["estimator"]
    assert [(type(pair), pair[0]) for pair in made.estimators] == [(tuple, "wood"), (tuple, "line")]
    assert made.estimators_[0].random_state == 7


def test_a_nested_class_is_refused_as_the_outer_one_is(repository, rows) -> None:
    wrong = {"regressor": nested("sklearn.linear_model.Ridge", alhpa=2.0)}
    (found,) = repository.fails("train", section("sklearn.compose.TransformedTargetRegressor", params=wrong))
    assert found.code == "MLS0651" and "Ridge" in found.message and "did you mean `alpha`?" in (found.help or "")


def tagged(rows: dict[str, Any]) -> dict[str, Any]:
    return rows | {
        "tags": [
            [name for name, told in (("big", s > 0), ("red", c == "red")) if told]
            for s, c in zip(rows["size"], rows["colour"], strict=True)
        ]
    }


@pytest.mark.parametrize(
    ("estimator", "params"),
    [
        ("sklearn.multiclass.OneVsRestClassifier", {"estimator": nested("sklearn.linear_model.LogisticRegression")}),
        (
            "sklearn.multioutput.MultiOutputClassifier",
            {"estimator": nested("sklearn.ensemble.HistGradientBoostingClassifier", max_iter=20)},
        ),
        ("sklearn.multioutput.ClassifierChain", {"estimator": nested("sklearn.linear_model.LogisticRegression")}),
        ("sklearn.ensemble.RandomForestClassifier", {"n_estimators": 10}),
        ("sklearn.linear_model.RidgeClassifier", {}),
        ("sklearn.neighbors.KNeighborsClassifier", {"n_neighbors": 3}),
        ("sklearn.neural_network.MLPClassifier", {"max_iter": 800}),
    ],
)
def test_sets_of_labels_are_learned(repository, rows, estimator, params) -> None:
    repository.put("train.parquet", tagged(rows))
    repository.run("train", section(estimator, "multilabel", "tags", params=params, features={"include": ["size", "colour"]}))
    model = load(repository)
    assert model.signature.classes == ("big", "red")
    assert check_smoke(model) == []
    frame = repository.parquet("train.parquet")
    said = predict(model, frame)
    truth = [tuple(tags) for tags in frame.tags]
    assert np.mean([one == other for one, other in zip(said.predicted, truth, strict=True)]) > 0.9
    if said.proba is not None:
        told = [[name in tags for name in ("big", "red")] for tags in said.predicted]
        assert ((said.proba > 0.5) == told).mean() > 0.98


def test_the_majority_of_each_label(repository, rows) -> None:
    sets = [["always", "seldom"] if i % 4 == 0 else ["always"] for i in range(len(rows["y"]))]
    repository.put("train.parquet", rows | {"tags": sets})
    repository.run("train", section("sklearn.tree.DecisionTreeClassifier", "multilabel", "tags"))
    said = predict(load(repository, "baseline"), repository.parquet("train.parquet"))
    assert set(said.predicted) == {("always",)}
    assert said.proba is not None and said.proba[0].tolist() == pytest.approx([1.0, 0.25])


def test_an_estimator_of_one_class_a_row_is_refused_with_its_wrapper(repository, rows) -> None:
    repository.put("train.parquet", tagged(rows))
    (found,) = repository.fails("train", section("sklearn.linear_model.LogisticRegression", "multilabel", "tags"))
    assert found.code == "MLS0652" and "OneVsRestClassifier" in (found.help or "")


@pytest.mark.parametrize(
    ("estimator", "params", "more"),
    [
        ("sklearn.ensemble.HistGradientBoostingRegressor", {"max_iter": 60}, {}),
        ("sklearn.ensemble.GradientBoostingRegressor", {"n_estimators": 40}, {}),
        ("sklearn.linear_model.QuantileRegressor", {"alpha": 0.0}, {}),
        (
            "sklearn.compose.TransformedTargetRegressor",
            {"regressor": nested("sklearn.linear_model.QuantileRegressor", alpha=0.0)},
            {"quantileParam": "regressor__quantile"},
        ),
        ("sklearn.ensemble.HistGradientBoostingRegressor", {"max_iter": 60}, {"quantileParam": "quantile"}),
        (
            "sklearn.pipeline.Pipeline",
            {"steps": [["gbm", nested("sklearn.ensemble.HistGradientBoostingRegressor", max_iter=60)]]},
            {"quantileParam": "gbm__quantile"},
        ),
    ],
)
def test_an_estimator_for_each_quantile(repository, rows, estimator, params, more) -> None:
    repository.run("train", section(estimator, "quantile", params=params, quantiles=[0.2, 0.8], baseline="quantiles", **more))
    model, frame = load(repository), repository.parquet("train.parquet")
    assert model.signature.levels == (0.2, 0.8) and repository.json("model/signature.json")["levels"] == [0.2, 0.8]
    assert check_smoke(model) == [] and np.shape(model.smoke["outputs"]) == (5, 2)
    said = predict(model, frame).said
    assert (frame.y.to_numpy()[:, None] <= said).mean(axis=0) == pytest.approx([0.2, 0.8], abs=0.1)
    assert predict(load(repository, "baseline"), frame).said[0] == pytest.approx(np.quantile(rows["y"], [0.2, 0.8]))


def test_answers_that_cross_are_told_in_order(repository, rows) -> None:
    from mlspec.runtime.predict import Predictions

    assert Predictions(np.array([[3.0, 1.0], [1.0, 2.0]]), None, None, (0.1, 0.9)).said.tolist() == [[1.0, 3.0], [1.0, 2.0]]


@pytest.mark.parametrize(
    ("estimator", "params", "words"),
    [
        ("sklearn.linear_model.Ridge", {}, "nothing says which parameter"),
        ("sklearn.ensemble.HistGradientBoostingRegressor", {"loss": "poisson"}, "`loss` may not be set so"),
        ("sklearn.linear_model.QuantileRegressor", {"quantile": 0.3}, "`quantile` may not be set so"),
    ],
)
def test_an_estimator_that_fits_no_quantile_is_refused(repository, rows, estimator, params, words) -> None:
    (found,) = repository.fails("train", section(estimator, "quantile", params=params, quantiles=[0.5], baseline="quantiles"))
    assert found.code == "MLS0651" and words in found.message


@pytest.mark.parametrize(
    ("params", "param", "words"),
    [
        ({}, "regressor__learning_rate", "is no quantile"),
        ({"loss": "poisson"}, "regressor__quantile", "`regressor__loss` may not be set so"),
        ({"quantile": 0.3}, "regressor__quantile", "`regressor__quantile` may not be set so"),
    ],
)
def test_what_an_object_within_is_told_is_a_quantile(repository, rows, params, param, words) -> None:
    inner = {"regressor": nested("sklearn.ensemble.HistGradientBoostingRegressor", **params)}
    more = {"params": inner, "quantiles": [0.5], "baseline": "quantiles", "quantileParam": param}
    (found,) = repository.fails("train", section("sklearn.compose.TransformedTargetRegressor", "quantile", **more))
    assert found.code == "MLS0651" and words in found.message


def ranking(estimator: str = "sklearn.linear_model.Ridge", **more: Any) -> dict[str, Any]:
    return section(estimator, "ranking", target="wanted", query="colour", **({"baseline": "mean"} | more))


@pytest.fixture
def offers(repository, rows) -> dict[str, Any]:
    columns = rows | {"wanted": np.clip(np.round(rows["size"] + 1), 0, 3), "fame": np.where(rows["flag"], np.nan, rows["size"] ** 2)}
    repository.put("train.parquet", columns)
    return columns


@pytest.mark.parametrize(("order", "sign"), [("falling", 1), ("rising", -1)])
def test_a_baseline_in_the_order_of_a_column(repository, offers, order: str, sign: int) -> None:
    repository.run("train", ranking(baseline={"column": "fame", "order": order}))
    said = predict(load(repository, "baseline"), repository.parquet("train.parquet")).predicted
    known = np.isfinite(offers["fame"])
    assert said[known].tolist() == (sign * offers["fame"][known]).tolist() and said[~known].max() < said[known].min()
    assert "colour" not in load(repository).signature.names


def test_a_baseline_of_a_column_that_is_no_number(repository, offers) -> None:
    (found,) = repository.fails("train", ranking(baseline={"column": "fam", "order": "falling"}))
    assert found.code == "MLS0653" and found.help == "did you mean `fame`?"


class Ranker:
    """As LightGBM's: rows of a query follow each other, and their numbers are told."""

    def fit(self, features: Any, target: Any, group: Any = None) -> Ranker:
        self.told = (np.asarray(features)[:, 0].tolist(), target.tolist(), None if group is None else group.tolist())
        return self

    def predict(self, features: Any) -> Any:
        return np.zeros(len(features))


def test_a_ranker_is_told_the_queries(monkeypatch: pytest.MonkeyPatch) -> None:
    import pandas as pd
    from sklearn.pipeline import Pipeline

    from mlspec.runtime.train import rankers

    features, target, queries = pd.DataFrame({"a": [1, 2, 3, 4, 5]}), np.array([0, 1, 2, 3, 4]), np.array([1, 0, 1, 0, 1])
    pipeline = Pipeline([("preprocess", "passthrough"), ("estimator", Ranker())])
    assert rankers.fit_rows(pipeline, features, target, queries).steps[-1][1].told[2] is None
    monkeypatch.setitem(rankers.RANKERS, f"{Ranker.__module__}.Ranker", "group")
    told = rankers.fit_rows(pipeline, features, target, queries).steps[-1][1].told
    assert told == ([2, 4, 1, 3, 5], [1, 3, 0, 2, 4], [2, 3])


@pytest.mark.parametrize(
    ("path", "params"),
    [("lightgbm.LGBMRanker", {"n_estimators": 20, "min_child_samples": 5, "verbosity": -1}), ("xgboost.XGBRanker", {"n_estimators": 20})],
)
def test_rankers_of_the_field_learn_an_order(repository, offers, path: str, params: dict[str, Any]) -> None:
    pytest.importorskip(path.split(".")[0])
    repository.run("train", ranking(path, params=params))
    assert np.corrcoef(predict(load(repository), repository.parquet("train.parquet")).predicted, offers["size"])[0, 1] > 0.7
