"""What is kept of a compiled model answers with scikit-learn's bits, without scikit-learn; what does not hold here is not used."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn import dummy, ensemble, linear_model, tree
from support.pipelines import columns, fitted, frame

from mlspec.diagnostics import Problems
from mlspec.runtime.artifact import ARRAYS, FACTS, LoadedModel, Sealed, digest_folder, load_model
from mlspec.runtime.compiled import choose
from mlspec.runtime.compiled.choose import engine_of
from mlspec.runtime.compiled.engine import Engine
from mlspec.runtime.compiled.kept import form, keep
from mlspec.runtime.compiled.kept.keep import categories_of, check_kept, engine_kept, kept
from mlspec.runtime.compiled.probes import boundary_matrix
from mlspec.runtime.compiled.refused import UnsureError
from mlspec.runtime.inputs import prepare
from mlspec.runtime.predict import Predictions, answer, check_smoke
from mlspec.runtime.train.folder import write_model

HIST: dict[str, Any] = {"max_iter": 9, "min_samples_leaf": 5, "random_state": 0}
SMALL: dict[str, Any] = {"n_estimators": 7, "random_state": 0}
KEPT: list[tuple[Any, int]] = [
    (ensemble.HistGradientBoostingRegressor(**HIST), 0),
    (ensemble.HistGradientBoostingRegressor(loss="poisson", **HIST), 0),
    (ensemble.HistGradientBoostingRegressor(loss="quantile", quantile=0.7, **HIST), 0),
    (ensemble.HistGradientBoostingClassifier(**HIST), 2),
    (ensemble.HistGradientBoostingClassifier(**HIST), 3),
    (ensemble.GradientBoostingRegressor(**SMALL), 0),
    (ensemble.GradientBoostingClassifier(**SMALL), 2),
    (ensemble.GradientBoostingClassifier(**SMALL), 3),
    (ensemble.RandomForestRegressor(**SMALL), 0),
    (ensemble.RandomForestRegressor(n_estimators=1, random_state=0), 0),
    (ensemble.RandomForestClassifier(**SMALL), 3),
    (ensemble.ExtraTreesRegressor(**SMALL), 0),
    (ensemble.ExtraTreesClassifier(**SMALL), 2),
    (tree.DecisionTreeRegressor(random_state=0), 0),
    (tree.DecisionTreeRegressor(max_depth=1, random_state=0), 0),
    (tree.DecisionTreeClassifier(random_state=0), 3),
    (linear_model.LinearRegression(), 0),
    (linear_model.Ridge(fit_intercept=False), 0),
    (linear_model.ElasticNet(), 0),
    (linear_model.PoissonRegressor(), 0),
    (linear_model.TweedieRegressor(power=0), 0),
    (linear_model.LogisticRegression(), 2),
    (linear_model.LogisticRegression(), 3),
    (linear_model.SGDClassifier(loss="log_loss", random_state=0), 3),
    (linear_model.RidgeClassifier(), 2),
    (dummy.DummyRegressor(strategy="median"), 0),
    (dummy.DummyClassifier(strategy="prior"), 3),
]


class Asked(Exception):
    """Somebody needs scikit-learn."""


def refuse() -> None:
    raise Asked


def trained(estimator: Any, classes: int = 0, **how: Any) -> LoadedModel:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return fitted(estimator, classes, **how)


def taken_up(model: LoadedModel, files: dict[str, bytes] | None = None) -> LoadedModel:
    """The same model as a server has it: sealed, with what was kept of it."""
    import pickle

    sealed = Sealed(pickle.dumps(model.estimator), model.signature)
    return LoadedModel(sealed, model.signature, model.smoke, model.digest, kept(model) if files is None else files)


def outcome(ask: Callable[[], Predictions]) -> Any:
    try:
        found = ask()
    except Problems as refused:
        return str(refused)
    predicted = found.predicted.tobytes() if found.predicted.dtype == np.float64 else found.predicted.tolist()
    return predicted, None if found.proba is None else np.ascontiguousarray(found.proba).tobytes()


def same_answers(engine: Engine, model: LoadedModel, rows: Any) -> None:
    """All rows in one request, and each alone."""
    for part in (rows, *(rows.iloc[[i]] for i in range(len(rows)))):
        expected = outcome(partial(answer, model.estimator, model.signature, prepare(model.signature, part)))
        assert outcome(partial(engine.columns, columns(part))) == expected


@pytest.mark.parametrize(("estimator", "classes"), KEPT, ids=lambda v: type(v).__name__ if hasattr(v, "fit") else str(v))
def test_it_answers_with_the_same_bits_and_the_estimator_stays_sealed(estimator: Any, classes: int) -> None:
    model = trained(estimator, classes)
    sealed = taken_up(model)
    engine = engine_of(sealed)
    assert (engine.kind, engine.is_sealed) == ("compiled", True), engine.reason
    assert engine.reason == engine_of(model).reason
    assert engine.alone == engine_of(model).alone
    sealed.held.check = refuse
    same_answers(engine, model, frame(12, seed=1, missing=0))
    same_answers(engine, model, frame(12, seed=2, missing=0.4))
    assert check_smoke(sealed) == []
    assert engine.order == engine_of(model).order
    assert categories_of(sealed) == categories_of(model)
    assert not engine.fallbacks.counts()


@pytest.mark.parametrize(("impute", "scale"), [("none", "none"), ("mean", "minmax"), ("most_frequent", "robust")])
@pytest.mark.parametrize(("fill", "encode"), [("none", "ordinal"), ("missing", "onehot")])
def test_any_preprocessing_is_kept(impute: str, scale: str, fill: str, encode: str) -> None:
    numeric, categorical = {"impute": impute, "scale": scale}, {"impute": fill, "encode": encode}
    model = trained(ensemble.HistGradientBoostingRegressor(**HIST), numeric=numeric, categorical=categorical)
    engine = engine_of(taken_up(model))
    assert engine.is_sealed
    same_answers(engine, model, frame(20, seed=3, missing=0.3))


def test_values_on_thresholds_and_beside_them_go_where_the_walk_sends_them() -> None:
    for estimator in (ensemble.HistGradientBoostingRegressor(**HIST), ensemble.RandomForestRegressor(**SMALL)):
        model = trained(estimator, numeric={"impute": "none", "scale": "none"})
        full, light = engine_of(model), engine_of(taken_up(model))
        assert light.ways is not None and full.ways is not None
        thresholds = light.ways.scorer.thresholds()  # type: ignore[attr-defined]
        row = np.array(full.ways.preprocess.row(list(prepare(model.signature, frame(1, missing=0)).iloc[0])))
        for place, values in thresholds.items():
            for value in (*values, *np.nextafter(values, np.inf), *np.nextafter(values, -np.inf), *values.astype(np.float32), np.nan):
                changed = row.copy()
                changed[place] = value
                matrix = np.asfortranarray(changed[np.newaxis])
                assert scored(light, matrix) == scored(full, matrix)


def scored(engine: Engine, matrix: Any) -> bytes | None:
    """The answer to a matrix; None where it is refused."""
    assert engine.ways is not None
    try:
        return engine.ways.scorer(matrix)[0].tobytes()
    except UnsureError:
        return None


def test_rows_at_the_boundaries_are_among_the_probes_of_a_tree_that_parts_missing_values() -> None:
    """Such a tree has a threshold without end; a part of the probes that holds infinity would be refused, and prove nothing."""
    engine = engine_of(taken_up(trained(ensemble.RandomForestRegressor(**SMALL), numeric={"impute": "none", "scale": "none"})))
    assert engine.ways is not None
    thresholds = engine.ways.scorer.thresholds()  # type: ignore[attr-defined]
    assert any(np.isinf(values).any() for values in thresholds.values())
    row = np.array([engine.ways.preprocess.row([1.0, 2.0, 3.0, 0.0, 0.0, "Ulm", 1.0])])
    found = boundary_matrix(row, thresholds)
    assert np.isfinite(found).all() and scored(engine, found) is not None


def test_what_pandas_has_to_read_needs_no_scikit_learn() -> None:
    model = trained(ensemble.RandomForestRegressor(**SMALL))
    engine = engine_of(taken_up(model))
    rows = frame(2, missing=0)
    rows.loc[0, "hour"] = 2**53 + 2
    assert engine.arithmetic(columns(rows)) is None and not engine.fallbacks.counts()
    same_answers(engine, model, rows)
    assert engine.is_sealed
    assert engine.fallbacks.counts() == {("fallback", "prepare", "long-number"): 3}


def test_a_refusal_has_scikit_learns_words_and_opens_it() -> None:
    model = trained(ensemble.RandomForestRegressor(**SMALL), numeric={"impute": "median", "scale": "none"})
    engine = engine_of(taken_up(model))
    row = frame(1, missing=0)
    row.loc[0, "b"] = 1e308
    expected = outcome(lambda: answer(model.estimator, model.signature, prepare(model.signature, row)))
    assert isinstance(expected, str) and "MLS0665" in expected
    assert engine.arithmetic(columns(row)) is None and engine.is_sealed
    assert outcome(lambda: engine.columns(columns(row))) == expected
    assert not engine.is_sealed
    assert engine.fallbacks.counts() == {("fallback", "predict", "not-finite"): 1}
    same_answers(engine, model, frame(3, seed=4))


def test_the_same_model_is_kept_in_the_same_bytes() -> None:
    made = [kept(trained(ensemble.RandomForestClassifier(**SMALL), 3)) for _ in range(2)]
    assert made[0] == made[1] and set(made[0]) == {FACTS, ARRAYS}
    again = form.read_form(made[0])
    assert again is not None and again.files() == made[0]


@pytest.mark.parametrize(
    "estimator",
    [
        ensemble.RandomForestRegressor(n_estimators=3, max_depth=2, oob_score=False, random_state=0),
        ensemble.GradientBoostingClassifier(loss="exponential", n_estimators=3),
    ],
)
def test_what_is_not_known_is_not_kept(estimator: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mlspec.runtime.compiled.kept.trees.MOST_NODES", 5)
    assert kept(trained(estimator, 2 if "Classifier" in type(estimator).__name__ else 0)) == {}


def test_an_estimator_that_only_scikit_learn_answers_is_not_kept() -> None:
    from sklearn.svm import SVR

    model = trained(SVR())
    assert kept(model) == {}
    assert not engine_of(taken_up(model, {})).is_sealed


def changed(files: dict[str, bytes], change: Callable[[dict[str, Any]], Any]) -> dict[str, bytes]:
    facts = json.loads(files[FACTS])
    change(facts)
    return {**files, FACTS: json.dumps(facts).encode()}


@pytest.mark.parametrize(
    "change",
    [
        lambda facts: facts["proof"]["libraries"].update(numpy="0.1"),
        lambda facts: facts["proof"]["answers"].__setitem__(3, "0" * 64),
        lambda facts: facts["scorer"].update(start=[facts["scorer"]["start"][0] + 1e-13]),
        lambda facts: facts.update(form=form.FORM + 1),
        lambda facts: facts["scorer"].update(kind="other"),
    ],
)
def test_what_does_not_hold_here_is_not_used(change: Any, caplog: pytest.LogCaptureFixture) -> None:
    """scikit-learn answers then, or its arithmetic compiled anew; where the numbers are others it is refused."""
    model = trained(ensemble.HistGradientBoostingRegressor(**HIST))
    files = changed(kept(model), change)
    assert engine_kept(taken_up(model, files)) is None
    assert "is not used" in caplog.text or "can't be used" in caplog.text or json.loads(files[FACTS])["form"] != form.FORM


def test_numbers_that_its_estimator_does_not_have_are_refused_by_whoever_loads_both() -> None:
    """What is judged must be what is served. Its answers to the probes are another machine's affair."""
    model = trained(ensemble.HistGradientBoostingRegressor(**HIST))
    files = kept(model)
    poisoned = bytearray(files[ARRAYS])
    poisoned[-2] ^= 1
    for wrong in (
        {**files, ARRAYS: bytes(poisoned)},
        changed(files, lambda facts: facts["scorer"].update(start=[0.0])),
        changed(files, lambda facts: facts["preprocess"].reverse()),
        {**files, ARRAYS: files[ARRAYS][:-8]},
        {**files, FACTS: b"[]"},
    ):
        held = LoadedModel(model.estimator, model.signature, model.smoke, "", wrong)
        with pytest.raises(Problems, match="MLS0661"):
            engine_of(held)
    other = changed(files, lambda facts: facts["proof"]["answers"].__setitem__(3, "0" * 64))
    facts = json.loads(other[FACTS])
    other[FACTS] = form.Form({k: v for k, v in facts.items() if k not in ("form", "arrays")}, form.read_form(files).arrays).files()[FACTS]  # type: ignore[union-attr]
    assert engine_of(LoadedModel(model.estimator, model.signature, model.smoke, "", other)).kind == "compiled"


def test_one_that_is_not_compiled_here_is_no_kept_one() -> None:
    model = trained(linear_model.Ridge())
    held = LoadedModel(model.estimator, model.signature, model.smoke, "", kept(model))
    with pytest.raises(Problems, match=r"MLS0661.*not compiled here"):
        check_kept(held, None)


def test_libraries_that_came_since_do_not_answer_beside_the_old_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    model = trained(ensemble.RandomForestRegressor(**SMALL), numeric={"impute": "median", "scale": "none"})
    engine = engine_of(taken_up(model))
    monkeypatch.setattr(keep, "installed", lambda: {**form.installed(), "scikit-learn": "99"})
    row = frame(1, missing=0)
    assert engine.columns(columns(row)).predicted.shape == (1,)
    row.loc[0, "b"] = 1e308
    with pytest.raises(Problems, match=r"MLS0662.*installed anew"):
        engine.columns(columns(row))
    assert engine.is_sealed


@pytest.mark.usefixtures("real_pythons")
def test_a_model_folder_is_read_without_the_libraries_that_wrote_it(tmp_path: Path) -> None:
    """In a process of its own: neither is imported until a row needs it; then the answer, or the refusal, is theirs."""
    model = trained(ensemble.RandomForestRegressor(**SMALL), numeric={"impute": "median", "scale": "none"})
    write_model(tmp_path, model.estimator, model.signature, frame(60))
    assert set(load_model(tmp_path, digest_folder(tmp_path)).form) == {FACTS, ARRAYS}
    plain = columns(frame(3, seed=5, missing=0.3))
    long, large = ({**columns(frame(1, seed=5, missing=0)), **odd} for odd in ({"hour": [2**53 + 2]}, {"b": [1e308]}))
    script = (
        "import sys, json\n"
        "from pathlib import Path\n"
        "from mlspec.diagnostics import Problems\n"
        "from mlspec.deploy.server.model import open_model\n"
        "folder, digest, *requests = sys.argv[1:]\n"
        "model = open_model(Path(folder), digest, 'demand', 'v1.0.0')\n"
        "def ask(text):\n"
        "    try: found = [v.hex() for v in model.predict(json.loads(text)).predicted.tolist()]\n"
        "    except Problems as refused: found = str(refused)\n"
        "    return found, sorted({'sklearn', 'scipy', 'pandas', 'joblib'} & set(sys.modules))\n"
        "print(json.dumps([model.outputs, model.categories['town'], *map(ask, requests)]))\n"
    )
    words = [str(tmp_path), digest_folder(tmp_path), *map(json.dumps, (plain, long, large))]
    done = subprocess.run([sys.executable, "-c", script, *words], capture_output=True, text=True, check=True)
    outputs, towns, *answers = json.loads(done.stdout)
    full = engine_of(model)
    assert (outputs, towns) == (["predict"], list(categories_of(model)["town"]))
    expected = [[v.hex() for v in full.columns(asked).predicted.tolist()] for asked in (plain, long)]
    with pytest.raises(Problems) as refused:
        full.columns(large)
    everything = ["joblib", "pandas", "scipy", "sklearn"]
    assert answers == [[expected[0], []], [expected[1], ["pandas"]], [str(refused.value), everything]]


def test_a_proof_is_made_anew_where_nothing_is_kept() -> None:
    model = trained(ensemble.HistGradientBoostingRegressor(**HIST))
    held = taken_up(model, {})
    engine = engine_of(held)
    assert not engine.is_sealed and engine.kind == "compiled"
    assert choose.checked(copy.copy(held)).kind == "compiled"
