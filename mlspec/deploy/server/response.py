"""Predictions and metadata in the words of the Open Inference Protocol v2."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from mlspec.deploy.server.model import PREDICT, PROBABILITIES, ServedModel
from mlspec.deploy.server.request import Frame
from mlspec.deploy.server.tensors import DATATYPES
from mlspec.metrics.labels import indicators
from mlspec.metrics.tasks import TASKS
from mlspec.runtime.compiled.refused import REASONS
from mlspec.runtime.predict import Predictions
from mlspec.runtime.signature import Signature

_ENCODER = json.JSONEncoder(allow_nan=False, ensure_ascii=False, separators=(",", ":"))
"""Made once: `json.dumps` would make one for each answer."""


def encode(frame: Frame, found: Predictions, model: ServedModel) -> bytes:
    """Return the JSON body of an answer, outputs in the order asked for."""
    tensors = {PREDICT: lambda: _values(found, model.signature), PROBABILITIES: lambda: _probabilities(found)}
    answer: dict[str, Any] = {"model_name": model.name, "model_version": model.version}
    if frame.id is not None:
        answer["id"] = frame.id
    if frame.parameters is not None:
        answer["parameters"] = frame.parameters
    answer["outputs"] = [tensors[name]() for name in frame.outputs]
    return _ENCODER.encode(answer).encode()


class Plain:
    """Answers of one number, to requests that ask for nothing more: the same bytes, from a text that was made once."""

    def __init__(self, model: ServedModel) -> None:
        self._outputs = model.outputs
        probe = Predictions(np.array([0.0]), None, None)
        head = encode(Frame(self._outputs, None, None), probe, model) if TASKS[model.signature.task].is_number else None
        self._head = b"" if head is None else head.removesuffix(b"0.0]}]}")

    def takes(self, frame: Frame) -> bool:
        """Whether an answer of one row may be written so; else `encode` is needed."""
        return self._head != b"" and frame.id is None and frame.parameters is None and frame.outputs == self._outputs

    def body(self, number: float) -> bytes:
        """The body of an answer of one row."""
        return b"%b%b]}]}" % (self._head, repr(number).encode())


def _values(found: Predictions, signature: Signature) -> dict[str, Any]:
    """A value a row; of sets of labels a row of true and false, in the order of `classes` in the metadata, of quantiles one of numbers."""
    predicted, shape = found.said.ravel(), list(found.predicted.shape)
    if TASKS[signature.task].is_labels:
        table = indicators(predicted, signature.classes or ()) > 0
        predicted, shape = table.ravel(), list(table.shape)
    return {"name": PREDICT, "shape": shape, "datatype": output_datatype(signature), "data": predicted.tolist()}


def _probabilities(found: Predictions) -> dict[str, Any]:
    proba = np.asarray(found.proba, dtype=np.float64)
    return {"name": PROBABILITIES, "shape": list(proba.shape), "datatype": "FP64", "data": proba.ravel().tolist()}


def output_datatype(signature: Signature) -> str:
    """FP64 for numbers, BOOL for sets of labels, else what the classes are."""
    return "BOOL" if TASKS[signature.task].is_labels else class_datatype(signature)


def class_datatype(signature: Signature) -> str:
    """What one class is; FP64 without classes."""
    kinds = {type(c) for c in signature.classes or ()}
    return {frozenset({bool}): "BOOL", frozenset({int}): "INT64", frozenset({str}): "BYTES"}.get(frozenset(kinds), "FP64")


def model_metadata(model: ServedModel) -> dict[str, Any]:
    """The answer to GET /v2/models/<model>; `properties` say which bytes answer, which way, and
    how many rows went another way in this process so far, and why.
    """
    signature = model.signature
    width = [len(signature.classes or ())] if TASKS[signature.task].is_labels else [len(signature.levels)] if signature.levels else []
    outputs = [{"name": PREDICT, "datatype": output_datatype(signature), "shape": [-1, *width]}]
    if PROBABILITIES in model.outputs:
        outputs.append({"name": PROBABILITIES, "datatype": "FP64", "shape": [-1, len(signature.classes or ())]})
    properties = {"digest": model.digest, "task": signature.task, **({"target": signature.target} if signature.target is not None else {})}
    properties |= {"engine": model.engine.kind, "engine_reason": model.engine.reason}
    if fallbacks := model.engine.fallbacks.counts():
        properties["fallback_rows"] = "; ".join(f"{n}: {step}, {REASONS[reason]}" for (_, step, reason), n in sorted(fallbacks.items()))
    if signature.classes is not None:
        properties["classes"] = json.dumps(list(signature.classes))
    if signature.levels is not None:
        properties |= {"quantiles": json.dumps(list(signature.levels)), "crossing": "answers that cross are sorted"}
    if signature.history is not None:
        properties["history"] = (
            f"`{signature.history.name}` may be sent, too: rows that have it are known, and the others are forecast from them"
        )
    if model.lookup:
        properties["by_key"] = model.lookup.hint
    return {
        "name": model.name,
        "versions": [model.version],
        "platform": "mlspec_sklearn",
        "inputs": [{"name": f.name, "datatype": DATATYPES[f.type], "shape": [-1]} for f in signature.features],
        "outputs": outputs,
        "properties": properties,
    }
