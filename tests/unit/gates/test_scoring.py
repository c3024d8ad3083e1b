"""What a model's process may answer, and what becomes of one that does something else. Real processes; one helper for all."""

from __future__ import annotations

import io
import json
import os
import textwrap
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression, Ridge
from support.work import nested_too_deep

from mlspec.diagnostics import Diagnostic, Problems
from mlspec.gates.scoring import score as scoring
from mlspec.gates.scoring.answers import read_report
from mlspec.gates.scoring.contestant import Contestant, require_honest
from mlspec.gates.scoring.environment import scrubbed
from mlspec.gates.scoring.errand import declared_code
from mlspec.gates.scoring.helper import HELPER
from mlspec.gates.scoring.score import retrained, score, smoke
from mlspec.runtime.artifact import digest_folder
from mlspec.runtime.linux import around, landlock_version
from mlspec.runtime.signature import Feature, Signature

pytestmark = pytest.mark.usefixtures("real_pythons")

ROWS = pd.DataFrame({"price": np.linspace(1, 5, 40), "label": ["no", "yes"] * 20, "count": np.linspace(10, 90, 40)})
PRICE = (Feature("price", "numeric", "number"),)
DONE = "Path('../out/report.json').write_text('{\"diagnostics\": []}')\n"


class Carrier:
    """Unpickled, it is `model`, bound by `code`."""

    def __init__(self, code: str, honest: Any) -> None:
        file = io.BytesIO()
        joblib.dump(honest, file)
        self.code, self.honest = textwrap.dedent(code), file.getvalue()

    def __reduce__(self) -> Any:
        names = "import io, os, sys, pickle, joblib, numpy\nfrom pathlib import Path\nmodel = joblib.load(io.BytesIO(honest))\n"
        return eval, (f"(lambda g: (exec({names + self.code!r}, g), g['model'])[1])({{'honest': {self.honest!r}}})",)


def made(folder: Path, model: Any, classes: tuple[Any, ...] | None = None, outputs: tuple[Any, ...] = ()) -> Contestant:
    """A model folder, as it is after it was fetched and verified."""
    task = "regression" if classes is None else "multiclass"
    signature = Signature(task, "count" if classes is None else "label", PRICE, classes, {})
    joblib.dump(model, folder / "model.joblib")
    (folder / "signature.json").write_text(json.dumps(signature.to_json()))
    (folder / "smoke.json").write_text(json.dumps({"inputs": [{"price": 3.0}] * len(outputs), "outputs": list(outputs)}))
    return Contestant("the candidate, demand v2", folder, digest_folder(folder), signature)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "model").mkdir()
    ROWS.to_parquet(tmp_path / "test.parquet", index=False)
    return tmp_path / "model"


def ask(one: Contestant, **more: Any) -> scoring.Scored:
    return score(one.folder.parent, one, one.folder.parent / "test.parquet", len(ROWS), **more)


def refused(one: Contestant) -> Diagnostic:
    with pytest.raises(Problems) as caught:
        ask(one)
    (found,) = caught.value.diagnostics
    assert found.message.startswith("the candidate, demand v2: ")
    return found


def ridge() -> Any:
    return Ridge().fit(ROWS[["price"]], ROWS["count"])


def logistic() -> Any:
    return LogisticRegression().fit(ROWS[["price"]], ROWS["label"])


def test_values_are_those_of_the_model(folder: Path) -> None:
    found = ask(made(folder, ridge()), latency=True)
    np.testing.assert_array_equal(found.answers.predicted, ridge().predict(ROWS[["price"]]))
    assert found.answers.proba is None
    assert found.latency
    assert 0 < found.latency < 60


def test_labels_and_probabilities_are_those_of_the_model(folder: Path) -> None:
    found = ask(made(folder, logistic(), ("no", "yes"))).answers
    assert found.predicted.tolist() == logistic().predict(ROWS[["price"]]).tolist()
    assert found.proba is not None
    np.testing.assert_array_equal(found.proba, logistic().predict_proba(ROWS[["price"]]))


def test_golden_rows(folder: Path) -> None:
    right = float(ridge().predict(ROWS[["price"]].iloc[:1].assign(price=3.0))[0])
    assert smoke(folder.parent, made(folder, ridge(), outputs=(right,))) == []
    (line,) = smoke(folder.parent, made(folder, ridge(), outputs=(right + 1,)))
    assert line.startswith("smoke row 1: expected")
    assert ask(made(folder, ridge(), outputs=(right + 1,)), smoke=True).smoke == (line,)


@pytest.mark.parametrize(
    ("code", "expected", "words"),
    [
        ("os.abort()", "MLS0716", "killed by SIGABRT"),
        ("os._exit(0)", "MLS0716", "ended without an answer"),
        ("sys.exit(0)", "MLS0716", "its process failed: SystemExit"),
        ("Path('../out/report.json').write_bytes(pickle.dumps([1]))\nos._exit(0)", "MLS0716", "without an answer"),
        ("Path('../out/report.json').write_text('[[[')\nos._exit(0)", "MLS0716", "without an answer"),
        (DONE + "os._exit(0)", "MLS0717", "did not give 40 answers"),
        (DONE + "Path('../out/predicted.bin').write_bytes(bytes(8 * 41))\nos._exit(0)", "MLS0717", "did not give 40 answers"),
        (DONE + "Path('../out/predicted.bin').write_bytes(numpy.full(40, numpy.nan))\nos._exit(0)", "MLS0717", "NaN or infinity"),
        (DONE + "Path('../out/predicted.bin').write_text('50.0,' * 30)\nos._exit(0)", "MLS0717", "did not give"),
        (DONE + "os.symlink('/etc/passwd', '../out/predicted.bin')\nos._exit(0)", "MLS0717", "did not give"),
        (DONE + "os.mkfifo('../out/predicted.bin')\nos._exit(0)", "MLS0717", "did not give"),
        ("Path('../out/large').write_bytes(bytes(1 << 23))", "MLS0662", "File too large"),
        ("raise ValueError('\\x1b[2J')", "MLS0662", "ValueError: \\x1b[2J"),
        ("model.predict = None", "MLS0665", "failed to predict"),
    ],
)
def test_a_process_that_does_something_else_is_refused(folder: Path, code: str, expected: str, words: str) -> None:
    found = refused(made(folder, Carrier(code, ridge())))
    assert (found.code, words in found.message) == (expected, True), found
    assert "\x1b" not in found.message
    assert ask(made(folder, ridge())).answers.predicted.shape == (40,)  # the next one is not affected


def test_a_process_that_takes_too_long(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLSPEC_SCORE_SECONDS", "1")
    found = refused(made(folder, Carrier("while True: pass", ridge())))
    assert (found.code, "within 1 s" in found.message) == ("MLS0716", True)
    assert "MLSPEC_SCORE_SECONDS" in str(found.help)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("model.predict = lambda rows: numpy.array(['maybe'] * len(rows))", "none of its classes"),
        ("model.predict_proba = lambda rows: numpy.ones((len(rows), 2))", "add up to 1"),
        ("model.predict_proba = lambda rows: numpy.array([[2.0, -1.0]] * len(rows))", "between 0 and 1"),
        ("model.predict_proba = lambda rows: numpy.full((len(rows), 2), numpy.nan)", "between 0 and 1"),
    ],
)
def test_labels_and_probabilities_that_are_none(folder: Path, code: str, words: str) -> None:
    found = refused(made(folder, Carrier(code, logistic()), ("no", "yes")))
    assert (found.code, words in found.message) == ("MLS0717", True), found


def test_a_model_gets_its_features_and_nothing_else(folder: Path) -> None:
    code = """
        import pandas
        columns = list(pandas.read_parquet("../features.parquet").columns)
        raise RuntimeError(f"columns: {columns}, mode: {sorted(os.listdir('..'))}")
    """
    assert "columns: ['price'], mode: ['features.parquet', 'out', 'tmp']" in refused(made(folder, Carrier(code, ridge()))).message


def test_training_again_sees_the_training_rows_and_no_model(folder: Path) -> None:
    """The model itself is not loaded: what it would run on loading does not run."""
    one = made(folder, Carrier("raise RuntimeError('unpickled')", ridge()))
    section = {"task": "regression", "target": "count", "features": {"include": ["price"]}, "seed": 7}
    text = {"categorical": {"impute": "most_frequent", "encode": "onehot"}, "text": {"vectorize": "tfidf"}}
    section |= {"preprocess": {"numeric": {"impute": "median", "scale": "none"}} | text}
    section |= {"estimator": {"class": "sklearn.linear_model.LinearRegression", "params": {}}}
    rows = folder.parent / "test.parquet"
    again = retrained(folder.parent, one, section, rows, rows, len(ROWS)).predicted
    np.testing.assert_allclose(again, ROWS["count"], rtol=1e-9)
    section["estimator"] = {"class": "sklearn.linear_model.LinearRegression", "params": {"alpha": 1}}
    with pytest.raises(Problems) as caught:
        retrained(folder.parent, one, section, rows, rows, len(ROWS))
    assert caught.value.diagnostics[0].message.startswith("the candidate, demand v2, trained again: ")


@pytest.mark.skipif(landlock_version() < 1, reason="this kernel has no Landlock")
def test_the_fence_can_be_taken_down(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outside = folder.parent / "other.txt"
    outside.write_text("x")
    one = made(folder, Carrier(f"Path({str(outside)!r}).read_text()", ridge()))
    assert "Permission denied" in refused(one).message
    monkeypatch.setenv("MLSPEC_CONFINE", "off")
    assert ask(one).answers.predicted.shape == (40,)


def test_a_helper_that_dies_is_started_again(folder: Path) -> None:
    one = made(folder, ridge())
    ask(one)
    helper = HELPER._process
    assert helper is not None
    helper.kill()
    helper.wait()
    assert ask(one).answers.predicted.shape == (40,)
    assert HELPER._process is not helper


def test_other_bytes_are_not_unpickled(folder: Path) -> None:
    one = made(folder, ridge())
    made(folder, Carrier("raise RuntimeError('unpickled')", ridge()))
    assert refused(one).code == "MLS0660"


@pytest.mark.parametrize(
    ("features", "target", "task", "words"),
    [
        (("price", "count"), "count", "regression", "takes `count`"),
        (("price", "key"), "count", "regression", "takes `key`"),
        (("price",), "price2", "regression", "predicts `price2`"),
        (("price",), "count", "binary", "predicts `count` (binary)"),
    ],
)
def test_a_signature_that_takes_what_it_must_not(tmp_path: Path, features: tuple[str, ...], target: str, task: str, words: str) -> None:
    signature = Signature(task, target, tuple(Feature(n, "numeric", "number") for n in features), None, {})
    with pytest.raises(Problems) as caught:
        require_honest(Contestant("m", tmp_path, "", signature), {"task": "regression", "target": "count"}, ["price"])
    assert caught.value.diagnostics[0].code == "MLS0718"
    assert words in caught.value.diagnostics[0].message


def test_what_is_handed_on_of_the_environment() -> None:
    kept = {"PATH": "/bin", "LANG": "C", "LC_ALL": "C", "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    gone = (
        "GITHUB_TOKEN",
        "AWS_ACCESS_KEY_ID",
        "HTTPS_PROXY",
        "https_proxy",
        "PYTHONPATH",
        "HOME",
        "SSH_AUTH_SOCK",
        "MLSPEC_X",
        "LD_PRELOAD",
    )
    assert scrubbed(kept | dict.fromkeys(gone, "x")) == kept


def test_a_folder_without_its_holes(tmp_path: Path) -> None:
    for name in ("a/secret", "a/b", "c"):
        (tmp_path / name).mkdir(parents=True)
    assert list(around(tmp_path, [tmp_path / "a/secret"])) == [tmp_path / "a/b", tmp_path / "c"]
    assert list(around(tmp_path / "c", [tmp_path / "a"])) == [tmp_path / "c"]
    assert list(around(tmp_path / "a", [tmp_path / "a"])) == []


def test_declared_code(tmp_path: Path) -> None:
    assert declared_code(tmp_path) == ()
    (tmp_path / "mlspec.yaml").write_text("kind: Project\nspec: {code: [src, lib]}\n")
    assert declared_code(tmp_path) == ("src", "lib")
    (tmp_path / "mlspec.yaml").write_text("kind: Project\nspec: {code: src}\n")
    assert declared_code(tmp_path) == ("src",)


def test_a_report_that_is_nested_deeper_than_json_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "report.json").write_text("[[]]")
    monkeypatch.setattr(json, "loads", nested_too_deep)
    out = os.open(tmp_path, os.O_RDONLY)
    try:
        with pytest.raises(Problems, match="MLS0716"):
            read_report(out, "the candidate")
    finally:
        os.close(out)


def of_sets(folder: Path, model: Any) -> Contestant:
    one = made(folder, model, ("cheap", "dear"))
    signature = Signature("multilabel", "label", PRICE, ("cheap", "dear"), {})
    (folder / "signature.json").write_text(json.dumps(signature.to_json()))
    return Contestant(one.who, folder, digest_folder(folder), signature)


def test_sets_of_labels_come_as_yes_and_no(folder: Path) -> None:
    from sklearn.multiclass import OneVsRestClassifier

    price = ROWS[["price"]].to_numpy()
    honest = OneVsRestClassifier(LogisticRegression()).fit(ROWS[["price"]], np.hstack([price < 2, price > 2.5]).astype(int))
    found = ask(of_sets(folder, honest)).answers
    assert found.predicted[0] == ("cheap",) and found.predicted[-1] == ("dear",)
    assert found.proba is not None and found.proba.shape == (40, 2)


@pytest.mark.parametrize(
    ("file", "numbers", "words"),
    [
        ("predicted.bin", "numpy.full(80, 2, dtype='<i4')", "yes or no"),
        ("predicted.bin", "numpy.zeros(40, dtype='<i4')", "did not give 80 answers"),
        ("proba.bin", "numpy.full(80, 1.5)", "between 0 and 1"),
    ],
)
def test_sets_of_labels_are_checked(folder: Path, file: str, numbers: str, words: str) -> None:
    from sklearn.multiclass import OneVsRestClassifier

    honest = OneVsRestClassifier(LogisticRegression()).fit(ROWS[["price"]], np.array([[1, 0], [0, 1]] * 20))
    said = {"predicted.bin": "numpy.zeros(80, dtype='<i4')", "proba.bin": "numpy.full(80, 0.5)"} | {file: numbers}
    lines = [f"Path('../out/{name}').write_bytes({made}.tobytes())\n" for name, made in said.items()]
    assert words in refused(of_sets(folder, Carrier("".join(lines) + DONE + "os._exit(0)", honest))).message


def test_a_project_in_memory_is_closed_to_writing_as_any_other() -> None:
    from mlspec.gates.scoring import confine

    errand = {"scratch": "/scratch", "network": True, "write": [], "root": "/srv/project"}
    assert confine.SHARED in confine._writable(errand)
    assert confine.SHARED not in confine._writable(errand | {"root": "/dev/shm/project"})
    assert confine.SHARED not in confine._writable(errand | {"network": False})
