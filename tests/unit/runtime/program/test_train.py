"""Training by a program: what it is given, what it may leave, and that what it left answers as its own golden rows say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.processes import gone

from mlspec.diagnostics import Problems
from mlspec.runtime.artifact import LoadedModel, digest_folder, load_model
from mlspec.runtime.compiled.choose import engine_of
from mlspec.runtime.predict import check_smoke, predict_by_own

PREPROCESS = {
    "numeric": {"impute": "median", "scale": "standard"},
    "categorical": {"impute": "most_frequent", "encode": "onehot"},
    "text": {"vectorize": "tfidf", "params": {}},
}
MEAN = """\
test "$(head -1 "$MLSPEC_TRAIN")" = '"size","colour","flag","y"'
awk -F, 'NR > 1 {sum += $NF} END {printf "%.17g", sum / (NR - 1)}' "$MLSPEC_TRAIN" > "$MLSPEC_OUTPUT/mean"
"""
ALL = 'mean=$(cat "$MLSPEC_MODEL/mean"); awk -v m="$mean" \'{print NR == 1 ? "prediction" : m}\' "$MLSPEC_ROWS" > "$MLSPEC_ANSWERS"\n'
LINES = 'mean=$(cat "$MLSPEC_MODEL/mean"); while read -r row; do case "$row" in 7,*) kill $$ ;; *) echo "$mean" ;; esac; done\n'


class Space:
    """A repository with training rows, and a program that is a shell script."""

    def __init__(self, repository: Any) -> None:
        self.repository, self.root = repository, repository.root
        self.folder: Path = repository.folder
        dice, count = np.random.default_rng(3), 60
        self.columns = {
            "id": np.arange(count),
            "size": dice.normal(size=count).round(3),
            "colour": dice.choice(["red", 'say "hi", you', "blue"], count),
            "flag": dice.random(count) > 0.5,
            "y": dice.normal(size=count).round(3),
        }
        repository.put("train.parquet", self.columns)

    def section(self, train: str, answer: str | None = None, task: str = "regression", **more: Any) -> dict[str, Any]:
        self.repository.write("tools/train.sh", f"set -e\n{train}")
        self.repository.write("tools/answer.sh", answer or "")
        command: dict[str, Any] = {"argv": ["sh", "tools/train.sh"], "leaves": "program" if answer else "joblib", "rows": "csv"}
        command |= {"code": ["tools/train.sh"], "inputs": {}, "params": {"depth": 3}, "threads": 1}
        if answer:
            command["predict"] = {"argv": ["sh", "tools/answer.sh"], "code": ["tools/answer.sh"]} | more.pop("predict", {})
        base = {"task": task, "target": more.pop("target", "y"), "key": ["id"], "features": {}, "types": {}, "preprocess": PREPROCESS}
        return base | {"baseline": "mean" if task == "regression" else "majority", "seed": 7, "command": command | more}

    def train(self, *given: Any, **more: Any) -> LoadedModel:
        self.repository.run("train", self.section(*given, **more))
        folder = self.folder / "model"
        return load_model(folder, digest_folder(folder))

    def fails(self, *given: Any, **more: Any) -> tuple[str, str]:
        """(code, message and help) of what fails; nothing is left behind."""
        (found,) = self.repository.fails("train", self.section(*given, **more))
        assert not (self.folder / "model").exists()
        return found.code, f"{found.message} | {found.help}"

    def rows(self) -> Any:
        return self.repository.parquet("train.parquet")


@pytest.fixture
def space(repository: Any) -> Space:
    return Space(repository)


def test_a_program_answers_from_what_it_left_and_from_nothing_else(space: Space) -> None:
    model = space.train(MEAN, ALL)
    names = sorted(p.relative_to(space.folder / "model").as_posix() for p in (space.folder / "model").rglob("*") if p.is_file())
    assert names == ["program/code/tools/answer.sh", "program/files/mean", "signature.json", "smoke.json"]
    (space.root / "tools/answer.sh").write_text("exit 1\n")  # the model has its own
    assert predict_by_own(model, space.rows()).predicted == pytest.approx(np.full(60, space.columns["y"].mean()), abs=1e-12)
    assert check_smoke(model) == []


def test_it_is_told_what_a_step_is_and_what_it_learns(space: Space) -> None:
    space.train('env | grep ^MLSPEC_ > "$MLSPEC_OUTPUT/told"; ' + MEAN, ALL)
    told = dict(line.split("=", 1) for line in (space.folder / "model/program/files/told").read_text().splitlines())
    assert (told["MLSPEC_SEED"], told["MLSPEC_THREADS"], told["MLSPEC_TASK"], told["MLSPEC_TARGET"]) == ("7", "1", "regression", "y")
    assert json.loads(told["MLSPEC_PARAMS"]) == {"depth": 3}
    assert [f["name"] for f in json.loads(told["MLSPEC_FEATURES"])] == ["size", "colour", "flag"]


def test_a_program_that_reads_lines_stays_and_comes_back(space: Space) -> None:
    model = space.train(MEAN, LINES, predict={"lines": "csv"})
    engine = engine_of(model)
    try:
        assert engine.kind == "program"
        row: dict[str, list[Any]] = {"size": [1.0], "colour": ["a"], "flag": [True]}
        first = engine.columns(row).predicted
        process = model.estimator._held._process.pid
        assert (engine.columns(row).predicted == first).all()
        assert model.estimator._held._process.pid == process
        with pytest.raises(Problems, match="it ended before it answered"):
            engine.columns(row | {"size": [7.0]})
        assert (engine.columns(row).predicted == first).all()
        with pytest.raises(Problems, match="end of line"):
            engine.columns(row | {"colour": ["a\nb"]})
        last = model.estimator._held._process.pid
    finally:
        model.estimator.close()
    assert gone(last)


def test_one_that_does_not_flush_is_told_how(space: Space, monkeypatch: pytest.MonkeyPatch) -> None:
    from mlspec.runtime.program import held

    monkeypatch.setattr(held.Held.__init__, "__defaults__", (0.3,))
    model = space.train(MEAN, 'rows=$(cat); echo "$rows" | sed "s/.*/1/"\n', predict={"lines": "csv"})
    with pytest.raises(Problems, match="answered 0 of 1 lines within") as found:
        engine_of(model).columns({"size": [1.0], "colour": ["a"], "flag": [True]})
    assert "flush" in str(found.value.diagnostics[0].help)


def test_classes_with_shares(space: Space) -> None:
    answer = (
        'test "$MLSPEC_CLASSES" = \'["false", "true"]\'\n'
        'awk \'{print NR == 1 ? "true,prediction,false" : "0.25,FALSE,0.75"}\' "$MLSPEC_ROWS" > "$MLSPEC_ANSWERS"\n'
    )
    model = space.train("true", answer, task="binary", target="flag")
    found = predict_by_own(model, space.rows())
    assert set(found.predicted) == {False}
    assert found.proba is not None
    assert found.proba[0].tolist() == [0.75, 0.25]
    assert engine_of(model).order == [0, 1]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("true", "wrote no answers"),
        ('echo value > "$MLSPEC_ANSWERS"', "no column `prediction`"),
        ('printf "prediction\\n1\\n" > "$MLSPEC_ANSWERS"', "answered 1 of 5 rows"),
        ('yes 1 | head -99 | sed "1s/.*/prediction/" > "$MLSPEC_ANSWERS"', "more than the 5 rows"),
        ('sed "1s/.*/prediction/;2,\\$s/.*/NA/" "$MLSPEC_ROWS" > "$MLSPEC_ANSWERS"', "no finite number: 'NA'"),
        ("echo oh no; exit 3", "ended with the code 3:\noh no"),
    ],
)
def test_wrong_answers_are_told_when_it_trains(space: Space, answer: str, told: str) -> None:
    code, text = space.fails(MEAN, answer)
    assert code == "MLS0668"
    assert told in text


@pytest.mark.parametrize(
    ("train", "more", "code", "told"),
    [
        ("true", {}, "MLS0667", "wrote no `model.joblib`: it left nothing"),
        ('touch "$MLSPEC_OUTPUT/model.onnx"', {}, "MLS0667", "write `artifact: onnx`"),
        ('touch "$MLSPEC_OUTPUT/model.joblib" "$MLSPEC_OUTPUT/log"', {}, "MLS0609", "left `log` beside"),
        ("touch out.txt", {}, "MLS0609", "wrote `out.txt`"),
        ("exit 3", {}, "MLS0607", "ended with the code 3"),
        ("mkdir dvclive", {}, "MLS0609", "add `live: true`"),
        ("true", {"live": True}, "MLS0667", "no `dvclive/metrics.json`"),
        ("cat secret.csv", {}, "MLS0605", "add `inputs: {secret: {file: secret.csv}}` under spec.command"),
        ('ln -s /etc/passwd "$MLSPEC_OUTPUT/model.joblib"', {}, "MLS0634", "is a link"),
    ],
)
def test_what_a_program_may_not_do(space: Space, train: str, more: dict[str, Any], code: str, told: str) -> None:
    space.repository.write("secret.csv", "1\n")
    found, text = space.fails(train, **more)
    assert (found, told in text) == (code, True), text


def test_its_time_is_limited(space: Space) -> None:
    (space.folder / "params.yaml").write_text("{}")
    from mlspec.runtime.context import Context
    from mlspec.runtime.train import run

    context = Context("train", space.root, space.folder, space.section("sleep 60"), {"seconds": 0.3})
    with pytest.raises(Problems, match="took longer than") as found:
        run(context)
    assert found.value.diagnostics[0].code == "MLS0608"


def test_what_dvclive_wrote_becomes_metrics_and_plots(space: Space) -> None:
    live = """\
mkdir -p dvclive/plots/metrics/train
echo '{"loss": 0.5, "step": 3, "note": "x", "bad": NaN, "train": {"mae": 1.5}}' > dvclive/metrics.json
printf 'step\\tloss\\n0\\t1.0\\n1\\t0.5\\n' > dvclive/plots/metrics/train/loss.tsv
echo 'plots: []' > dvc.yaml
"""
    space.train(live + MEAN, ALL, live=True)
    assert json.loads((space.folder / "live.json").read_text()) == {"loss": 0.5, "step": 3, "train": {"mae": 1.5}}
    assert (space.folder / "live/train/loss.tsv").read_text() == "step\tloss\n0\t1.0\n1\t0.5\n"


def test_a_graph_is_kept_where_temporary_files_stand_on_another_disk(
    space: Space, other_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    onnx = pytest.importorskip("onnx")
    from onnx import TensorProto, helper

    size = [helper.make_tensor_value_info("size", TensorProto.FLOAT, [None, 1])]
    y = [helper.make_tensor_value_info("y", TensorProto.FLOAT, [None, 1])]
    graph = helper.make_graph([helper.make_node("Identity", ["size"], ["y"])], "same", size, y)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    space.repository.write("tools/size.onnx", onnx.load_model_from_string(made.SerializeToString()).SerializeToString())
    monkeypatch.setattr("tempfile.tempdir", str(other_disk))
    section = space.section('cp "$MLSPEC_INPUT_GRAPH" "$MLSPEC_OUTPUT/model.onnx"\n')
    section["command"] |= {"leaves": "onnx", "inputs": {"graph": "tools/size.onnx"}}
    section["features"] = {"include": ["size"]}
    space.repository.run("train", section)
    folder = space.folder / "model"
    found = predict_by_own(load_model(folder, digest_folder(folder)), space.rows()).predicted
    assert found == pytest.approx(space.columns["size"].astype(np.float32))
