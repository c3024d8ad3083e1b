"""An errand, in its own process: load a model and answer, train again, or run a data stage with the user's code."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mlspec.diagnostics import Diagnostic, Problems
from mlspec.gates.scoring.confine import confine

Result = dict[str, Any]
REPORT, PREDICTED, PROBA = "report.json", "predicted.bin", "proba.bin"
GIVEN, CODES, INDEX = "given", "codes.bin", "index.bin"
"""Of an errand for metrics: the folder with a model's answers, each row's part, and which rows are asked for."""
UNKNOWN = -1
"""Stands for a label that is none of the classes."""


def run(errand: Mapping[str, Any]) -> int:
    """Do an errand shut in; return the exit code. What it raises is reported in `out/report.json`."""
    confine(errand)
    out = Path(errand["scratch"]) / "out"
    try:
        report = _KINDS[errand["kind"]](errand, out) | {"diagnostics": []}
    except Problems as problems:
        report = {"diagnostics": [_form(d) for d in problems.diagnostics if d.is_error]}
    except BaseException as error:  # noqa: BLE001 - user code may raise anything, SystemExit too
        text = f"{type(error).__name__}: {error}"[:500]
        report = {"diagnostics": [_form(Diagnostic("MLS0716", f"its process failed: {text}", None, "see the model's code"))]}
    (out / REPORT).write_text(json.dumps(report), encoding="utf-8")
    return 0


def _form(found: Diagnostic) -> dict[str, Any]:
    return {"code": found.code, "message": found.message, "help": found.help}


def _predict(errand: Mapping[str, Any], out: Path) -> Result:
    """Answers for the rows of a Parquet file of features; its golden rows and its latency, where these are asked for."""
    from mlspec.runtime.artifact import load_model
    from mlspec.runtime.evaluate.measures import latency_p99
    from mlspec.runtime.frames import read_frame
    from mlspec.runtime.predict import check_smoke, predict

    model = load_model(Path(errand["folder"]), errand["digest"])
    report: Result = {"smoke": check_smoke(model)} if errand["smoke"] else {}
    if errand["features"] is None:
        return report
    rows = read_frame(errand["features"])
    write_answers(out, predict(model, rows, history=errand["history"]), model.signature.classes, model.signature.task)
    if errand["latency"] and len(rows):
        report["latency"] = latency_p99(model, rows)
    return report


def _retrain(errand: Mapping[str, Any], out: Path) -> Result:
    """Train again by the section given (the model, or its baseline), and answer the same rows."""
    from mlspec.runtime.artifact import digest_folder, load_model
    from mlspec.runtime.frames import read_frame
    from mlspec.runtime.predict import predict_by_own
    from mlspec.runtime.train import train_baseline, train_model

    folder = out / "model"
    train = train_baseline if errand["part"] == "baseline" else train_model
    train(Path(errand["root"]), errand["params"], read_frame(errand["train"]), folder)
    model = load_model(folder, digest_folder(folder))
    classes = None if errand["classes"] is None else tuple(errand["classes"])
    write_answers(out, predict_by_own(model, read_frame(errand["features"])), classes, errand["params"]["task"])
    return {}


def _stage(errand: Mapping[str, Any], _: Path) -> Result:
    """A stage of the runtime, in the folder given."""
    import importlib

    from mlspec.runtime.context import Context

    context = Context(errand["stage"], Path(errand["root"]), Path(errand["folder"]), errand["params"])
    importlib.import_module(f"mlspec.runtime.{errand['stage']}").run(context)
    return {}


def _metrics(errand: Mapping[str, Any], out: Path) -> Result:
    """What metrics of the user's give for a model's answers to the rows of a Parquet file: a file of doubles each, and its shape."""
    import numpy as np

    from mlspec.runtime.frames import read_frame
    from mlspec.runtime.own.asked import ask, ask_again, loaded
    from mlspec.runtime.own.given import given_of
    from mlspec.runtime.target import truth_of

    params, folder = errand["params"], Path(errand["scratch"]) / GIVEN
    rows = read_frame(errand["rows"])
    given = given_of(rows, params, truth_of(rows, params), _handed_over(errand, folder, len(rows)))
    codes, index = np.fromfile(folder / CODES, "<i8"), folder / INDEX
    some = np.fromfile(index, "<i8") if index.exists() else None
    shapes = {}
    for name, section in params["own"].items():
        one = loaded(Path(errand["root"]), name, section)
        found = ask(one, given, codes) if some is None else ask_again(one, given.at(some), codes[some])
        (out / f"{name}.bin").write_bytes(found.astype("<f8").tobytes())
        shapes[name] = list(found.shape)
    return {"shapes": shapes}


def _handed_over(errand: Mapping[str, Any], folder: Path, rows: int) -> Any:
    """The answers again that `write_answers` wrote."""
    import os

    from mlspec.gates.scoring.answers import read_answers
    from mlspec.runtime.signature import Signature

    classes, levels = (None if errand[key] is None else tuple(errand[key]) for key in ("classes", "levels"))
    signature = Signature(errand["params"]["task"], errand["params"].get("target"), (), classes, {}, levels)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        return read_answers(descriptor, "the answers", rows, signature)
    finally:
        os.close(descriptor)


def write_answers(out: Path, answers: Any, classes: tuple[Any, ...] | None, task: str) -> None:
    """Numbers alone: float64 values, int32 positions in `classes`, or for sets of labels an int32 of 0 and 1 for each label, row after row;
    probabilities as float64. All little-endian.
    """
    import numpy as np

    from mlspec.metrics.labels import indicators
    from mlspec.metrics.tasks import TASKS

    if classes is not None and TASKS[task].is_labels:
        values = indicators(answers.predicted, classes).astype("<i4")
    elif classes is None:
        values = np.ascontiguousarray(answers.predicted, dtype="<f8")
    else:
        position = {label: i for i, label in enumerate(classes)}
        values = np.asarray([position.get(v, UNKNOWN) for v in answers.predicted], dtype="<i4")
    (out / PREDICTED).write_bytes(values.tobytes())
    if answers.proba is not None:
        (out / PROBA).write_bytes(np.ascontiguousarray(answers.proba, dtype="<f8").tobytes())


_KINDS: Mapping[str, Callable[[Mapping[str, Any], Path], Result]] = {
    "predict": _predict,
    "retrain": _retrain,
    "stage": _stage,
    "metrics": _metrics,
}
